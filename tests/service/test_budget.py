"""What a channel that counts its messages does with pushes while a month runs short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from bot.clock import VIETNAM
from bot.messages import Brief, Choice, Outgoing
from bot.rules import fast_path
from bot.rules import people as who
from bot.service import outbox
from bot.service.outbox import HELD_BACK, Telling
from storage import people, wrong_clock
from storage.audit import Audit
from storage.chat import Outbox, OutboxStatus
from storage.people import Address
from tests.play import SURROUNDINGS
from tests.service.stage import Bench
from tests.world import World, invited, two_tasks

PHONE = ("phone", "phone")
TOMORROW = datetime(2024, 3, 21, 6, 30, 45, tzinfo=VIETNAM)


@pytest.fixture
def bench(long_mon_url: str) -> Iterator[Bench]:
    """The phones' bot may carry a hundred messages a month."""
    made = Bench(long_mon_url)
    surroundings = replace(made.service.schedule.wording.surroundings, limits={PHONE: 100})
    wording = replace(made.service.schedule.wording, surroundings=surroundings)
    made.service.schedule = replace(made.service.schedule, wording=wording)
    yield made
    made.close()


def spend(bench: Bench, n: int) -> None:
    now = bench.clock.now()
    with bench.database.transaction() as session:
        for place in range(n):
            row = Outbox(
                channel="phone", bot="phone", address="x", kind="reply", payload={}, due_at=now, queued_at=now,
                claimed_at=now, status=OutboxStatus.SENT, message_id=f"z{place}",
            )  # fmt: skip
            session.add(row)


def tell(bench: Bench, kind: str, message: Outgoing | None = None, **more: object) -> str:
    """Tells bác Rớt something; returns why not, if not."""
    message = message or Outgoing(f"Tin {kind}.", (Choice(f"!tasks:{len(kind)}", f"Xem {kind}", number="1"),))
    with bench.database.transaction() as session:
        work = bench.service.schedule._work(session, bench.clock.now())
        rot = people.at_address(session, "phone", "phone", "bác Rớt")
        assert rot is not None
        until = work.now + timedelta(hours=3)
        one = Telling(rot.person_id, kind, f"{kind}:1", lambda chat: message, work.now, until, **more)  # type: ignore[arg-type]
        told = outbox.tell(work, bench.service.schedule.wording, one)
        return told if isinstance(told, str) else ""


def queued(bench: Bench) -> list[tuple[str, datetime, str]]:
    with bench.database.transaction() as session:
        rows = session.scalars(select(Outbox).where(Outbox.is_push).order_by(Outbox.id))
        return [(row.kind, row.due_at, row.channel) for row in rows]


async def test_courtesy_of_a_short_month_waits_for_the_morning_and_is_one_message(bench: Bench) -> None:
    spend(bench, 85)
    request = Outgoing(
        "Nhờ bác ghé nhà em Chi.", (Choice("!tasks:1", "Tôi sẽ ghé", number="1"),), brief=Brief("Em Chi")
    )
    assert [tell(bench, "promises.kept"), tell(bench, "visits.told"), tell(bench, "cases.asked", request)] == [""] * 3
    now = bench.clock.now()
    assert [due for _, due, _ in queued(bench)] == [TOMORROW, TOMORROW, now]
    await bench.service.advance(bench.clock, TOMORROW + timedelta(minutes=1))
    texts = bench.seen("bác Rớt")
    assert [text for text in texts if "promises.kept" in text] == [
        "Bác có 2 tin:\n• Tin promises.kept.\n• Tin visits.told."
    ]


async def test_courtesy_goes_along_with_news_that_leaves_anyway(bench: Bench) -> None:
    spend(bench, 85)
    assert [tell(bench, kind) for kind in ("promises.kept", "promises.broken")] == ["", ""]
    assert {due for _, due, _ in queued(bench)} == {bench.clock.now()}
    await bench.service.settle()
    assert bench.seen("bác Rớt")[-1] == "Bác có 2 tin:\n• Tin promises.kept.\n• Tin promises.broken."


async def test_a_digest_that_waits_is_a_line_of_the_morning(bench: Bench) -> None:
    spend(bench, 85)
    line = Brief("Thứ 4: đi học 298/312 em.", Choice("!reports:2024-03-20", "Số liệu thứ 4"))
    page = Outgoing("Xã Long Môn\n• một\n• hai\nVà một câu hỏi?", (), brief=line)
    tell(bench, "reports.digest", page, is_alone=True, is_counted=False)
    tell(bench, "promises.kept")
    await bench.service.advance(bench.clock, TOMORROW + timedelta(minutes=1))
    assert any("• Thứ 4: đi học 298/312 em.\n• Tin promises.kept." in text for text in bench.seen("bác Rớt"))


async def test_words_that_will_be_read_tomorrow_leave_no_trace_of_tomorrow(bench: Bench) -> None:
    spend(bench, 85)
    with bench.database.transaction() as session:
        work = bench.service.schedule._work(session, bench.clock.now())
        rot = people.at_address(session, "phone", "phone", "bác Rớt")
        assert rot is not None
        chat = outbox.chat_for(work, rot.person_id, bench.service.schedule.wording, at=TOMORROW)
        assert chat is not None
        chat.work.audit("figures.seen")
        latest = session.scalars(select(Audit.at).order_by(Audit.id.desc())).first()
        assert latest == work.now
        assert wrong_clock.newest(session) == work.now


def test_the_last_tenth_is_kept_for_what_must_be_answered(bench: Bench) -> None:
    spend(bench, 90)
    assert [tell(bench, kind) for kind in ("promises.kept", "tasks.morning", "meetings.answer")] == [
        HELD_BACK, HELD_BACK, "",
    ]  # fmt: skip
    assert tell(bench, "promises.check", is_listed=True) == "waits on the morning list"


def test_what_is_kept_back_goes_over_another_chat_at_once(bench: Bench) -> None:
    spend(bench, 90)
    with bench.database.transaction() as session:
        rot = people.at_address(session, "phone", "phone", "bác Rớt")
        assert rot is not None
        session.add(
            Address(
                person_id=rot.person_id, channel="web", bot="web", address="r", position=1, linked_at=bench.clock.now()
            )
        )
    assert (tell(bench, "promises.kept"), tell(bench, "meetings.answer")) == ("", "")
    assert [channel for _, _, channel in queued(bench)] == ["web", "phone"]
    spend(bench, 10)
    assert tell(bench, "cases.asked") == ""
    assert queued(bench)[-1][2] == "web"


async def test_the_fifty_first_is_told_whom_to_call_and_the_code_stays_good(bench: Bench) -> None:
    dispatcher = bench.service.dispatcher
    bench.service.dispatcher = replace(
        dispatcher, wording=replace(dispatcher.wording, surroundings=replace(SURROUNDINGS, limits={PHONE: 0}))
    )
    with bench.database.transaction() as session:
        world = World(session, bench.clock.now())
        invited(world)
        for place in range(47):  # beside the three who are there
            person = who.add_person(world.work, world.commune().id, "Đinh Văn Bên")
            who.link(world.work, person, *PHONE, f"máy {place}")
    await bench.says("máy lạ", "7K3P-9QXM")
    assert bench.seen("máy lạ")[-1] == (
        "Kênh này đủ 50 người rồi, chưa nhận thêm được. Xin gọi chị Thu, UBND xã: 0255 000 000 để vào cách khác. "
        "Mã vẫn dùng được."
    )
    with bench.database.transaction() as session:
        assert people.count_wrong_codes(session, *PHONE, "máy lạ", bench.clock.now() - timedelta(days=1)) == 0
        session.execute(delete(Address).where(Address.address == "máy 0"))
    await bench.says("máy lạ", "7K3P-9QXM")
    assert "Đinh Văn Nghĩa" in bench.seen("máy lạ")[-1]


@pytest.mark.parametrize("spent", [60, 90])
async def test_a_teachers_list_stands_below_the_receipt_of_the_class(bench: Bench, spent: int) -> None:
    with bench.database.transaction() as session:
        world = World(session, bench.clock.now())
        two_tasks(world)
        hoa = people.at_address(session, "phone", "phone", "cô Hoa")
        assert hoa is not None
        world.acting(people.get(session, hoa.person_id))
        fast_path.note_used(world.work, "attendance")
        world.done()
    spend(bench, spent)
    await bench.service.advance(bench.clock, datetime(2024, 3, 21, 7, 16, tzinfo=VIETNAM))
    morning = [shown.text for shown in bench.screens.screens["cô Hoa"] if "thứ 5, 21/3" in shown.text]
    assert not any("việc:" in text for text in morning)
    assert "vắng An ốm, Bình rẫy" in bench.screens.screens["cô Hoa"][-1].message.plain
    await bench.says("cô Hoa", "đủ")
    receipt = bench.screens.screens["cô Hoa"][-1]
    assert receipt.text == "✅ Đã ghi lúc 7:16: lớp 6A đủ 31 em.\nHôm nay cô còn 2 việc:"
    assert receipt.captions[:2] == [
        "1. Họp Cà Xen 18 giờ 30 tối nay",
        "2. Trả lời họp Làng Trê và Làng Giữa 18 giờ 30 tối mai",
    ]
    assert len(receipt.captions) == 3  # and the way to correct it
    await bench.says("cô Hoa", "việc")
    assert "2 việc:" in bench.seen("cô Hoa")[-1]
