"""What comes in: once each, in order, and nothing that stops the next one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.conversations import DIALOGUE
from bot.messages import Received
from storage.attendance import Register
from storage.audit import Audit
from storage.chat import Inbox, InboxStatus
from tests.service.stage import Bench

APOLOGY = "Ra Lớp đang trục trặc, tin của cô vẫn giữ. Ghi xong Ra Lớp nhắn lại, cô không phải gửi lại ạ."


async def test_an_update_that_nobody_understands_is_kept_and_the_next_one_is_answered(bench: Bench) -> None:
    await bench.service.take(bench.channel, [Received("u1", {"strange": [1, 2]}), Received("u2", {"kept": 1})])
    await bench.says("cô Hoa", "menu")
    assert len(bench.seen("cô Hoa")) == 1
    with bench.database.transaction() as session:
        found = session.scalars(select(Inbox).where(Inbox.update_id.in_(["u1", "u2"])).order_by(Inbox.id)).all()
        assert {row.status for row in found} == {InboxStatus.QUARANTINED}  # what a platform calls "kept" is not ours
        assert [row.raw for row in found] == [{"strange": [1, 2]}, {"kept": 1}]


async def test_the_same_update_twice_has_one_effect_and_one_answer(bench: Bench) -> None:
    update = bench.channel.update("cô Hoa", bench.clock.now(), text="6A đủ")
    for _ in range(2):
        await bench.service.take(bench.channel, [update])
        await bench.service.settle()
    assert bench.seen("cô Hoa") == ["✅ Đã ghi lúc 8:00: lớp 6A đủ 31 em."]
    with bench.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Register)) == 1


async def test_a_bug_is_tried_three_times_then_the_person_hears_and_the_next_message_is_served(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def broken(chat: object, argument: str) -> object:
        calls.append(argument)
        raise ZeroDivisionError

    help_ = DIALOGUE.conversations["help"]
    monkeypatch.setitem(DIALOGUE.conversations, "help", replace(help_, opens=broken))
    monkeypatch.setitem(DIALOGUE.commands, "trogiup", replace(help_, opens=broken))
    for _ in range(3):
        await bench.says("cô Hoa", "/trogiup") if not calls else await bench.service.settle()
    assert len(calls) == 3
    assert bench.seen("cô Hoa") == [APOLOGY]
    await bench.says("cô Hoa", "6A đủ")
    assert bench.seen("cô Hoa")[-1] == "✅ Đã ghi lúc 8:00: lớp 6A đủ 31 em."


async def test_a_group_is_left_without_an_answer(bench: Bench) -> None:
    await bench.says("-100", "menu", kind="room")
    assert bench.channel.left == ["-100"]
    assert bench.seen("-100") == []
    with bench.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Audit).where(Audit.action == "room.left")) == 1


async def test_a_group_that_no_bot_can_leave_hears_once_a_day_to_write_privately(bench: Bench) -> None:
    bench.channel.profile = replace(bench.channel.profile, leaves=False)
    for hours in (0, 1, 22):
        bench.clock.move_to(bench.clock.now() + timedelta(hours=hours))
        await bench.says("g1", "@Bot vắng 6A: An", kind="room")
    private = "Xin nhắn riêng cho Ra Lớp. Trong nhóm Ra Lớp không nói chuyện của các em."
    assert (bench.seen("g1"), bench.channel.left) == ([private], [])
    bench.clock.move_to(bench.clock.now() + timedelta(hours=2))
    await bench.says("g1", "@Bot menu", kind="room")
    await bench.says("g2", "@Bot menu", kind="room")
    assert (bench.seen("g1"), bench.seen("g2")) == ([private] * 2, [private])


async def test_what_the_platform_does_not_hand_over_is_answered_once_a_day(bench: Bench) -> None:
    for _ in range(3):
        await bench.says("cô Hoa", kind="other", is_withheld=True)
    assert len(bench.seen("cô Hoa")) == 1
    await bench.says("cô Hoa", kind="other")
    await bench.says("cô Hoa", "6A đủ")
    assert len(bench.seen("cô Hoa")) == 3
    bench.clock.move_to(bench.clock.now() + timedelta(days=1, minutes=1))
    before = len(bench.seen("cô Hoa"))
    await bench.says("cô Hoa", kind="other", is_withheld=True)
    assert len(bench.seen("cô Hoa")) == before + 1


async def test_a_stranger_hears_how_to_join_and_nothing_about_who_exists(bench: Bench) -> None:
    for text in ("vắng 6A: An", "/danhsach", "tìm Đinh Thị Chi", "menu"):
        await bench.says("người lạ", text)
    assert len(bench.seen("người lạ")) == 4
    assert all("mã mời" in text and "Chi" not in text and "6A" not in text for text in bench.seen("người lạ"))


async def test_five_wrong_codes_and_the_chat_must_wait(bench: Bench) -> None:
    for sign in "ABCDEF":
        await bench.says("người lạ", f"7K3P-9QX{sign}")
    assert "Chưa thấy mã 7K3P-9QXE" in bench.seen("người lạ")[4]
    assert bench.seen("người lạ")[5].startswith("Xin thử lại sau 15 phút, hoặc gọi")


async def test_a_forged_button_changes_nothing_and_gets_a_kind_sentence(bench: Bench) -> None:
    await bench.says(
        "cô Hoa", kind="press", press="!attendance:1.2024-03-20.morning.all", press_id="1", message_id="m9"
    )
    assert bench.seen("cô Hoa")[0].startswith("Nút này không dùng được nữa.")
    with bench.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Register)) == 0


async def test_a_flood_gets_one_notice_and_then_silence(bench: Bench) -> None:
    for _ in range(40):
        await bench.says("cô Hoa", "menu")
    assert len(bench.seen("cô Hoa")) == 31
    assert bench.seen("cô Hoa")[-1] == "Tin đến nhiều quá. Một phút nữa Ra Lớp đọc tiếp ạ."


async def test_a_forwarded_message_is_never_an_answer(bench: Bench) -> None:
    await bench.says("cô Hoa", "báo vắng")
    await bench.says("cô Hoa", "1 3", is_forwarded=True)
    assert bench.seen("cô Hoa")[-1].startswith("Tin chuyển tiếp thì Ra Lớp không nhận làm câu trả lời.")
    await bench.says("cô Hoa", "1 3")
    assert "Các em vắng vì sao ạ?" in bench.seen("cô Hoa")[-1]


async def test_a_megabyte_of_text_is_answered(bench: Bench) -> None:
    await bench.says("cô Hoa", "á" * 1_000_000)
    assert bench.seen("cô Hoa")[-1].startswith("Cô Hoa cần việc gì ạ?")


async def test_a_one_typed_twice_in_a_dead_spot_answers_no_question_that_was_not_seen(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.channel.profile = replace(bench.channel.profile, buttons=False, edits=False)
    monkeypatch.setattr(bench.channel, "health", lambda: {"server_ahead_s": 0.0})
    await bench.says("cô Hoa", "vắng 6A: Chi")
    assert bench.seen("cô Hoa")[-1].startswith("Em Đinh Thị Chi vắng vì sao ạ?")
    typed = bench.clock.now()
    bench.clock.move_to(typed + timedelta(minutes=2))
    twice = [bench.channel.update("cô Hoa", typed + timedelta(seconds=n), text="1") for n in (5, 20)]
    for one in twice:
        await bench.service.take(bench.channel, [one])
        await bench.service.settle()
    shown = bench.seen("cô Hoa")[-2:]
    assert all("vắng 1/31 em" in text and "1. Gửi" in text for text in shown), shown
    with bench.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Register)) == 0
    await bench.says("cô Hoa", "1")
    assert bench.seen("cô Hoa")[-1].startswith("✅ Đã ghi lúc 8:02: lớp 6A vắng 1 em")
