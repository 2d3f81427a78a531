"""Our own failures: the person is told, nothing is asked for again, and whoever writes next is served."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.conversations import attendance as conversation
from bot.rules import attendance
from storage.attendance import Register
from storage.chat import Inbox, InboxStatus
from tests.play import PROFILES, Stage

APOLOGY = "Ra Lớp đang trục trặc, tin của bác vẫn giữ. Ghi xong Ra Lớp nhắn lại, bác không phải gửi lại ạ."


def read(stage: Stage, who: str) -> list[str]:
    unread, stage.screens.unread[who] = stage.screens.unread[who], []
    return [shown.text for shown in unread]


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_rule_that_fails_is_tried_three_times_and_the_next_message_is_served(
    profile: str, lively_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(lively_url, profile)
    stage.who = "cô Hoa"
    await stage.does("vắng 6A: Bình ốm")
    stage.screens.unread.clear()
    tried = []

    def broken(*_: object, **__: object) -> None:
        tried.append(1)
        raise RuntimeError("a bug of ours")

    with monkeypatch.context() as patch:
        patch.setattr(attendance, "report", broken)
        update = stage.channel.update("cô Hoa", stage.clock.now(), text="1")
        await stage.service.take(stage.channel, [update])
        for _ in range(3):
            await stage.service.settle()
        assert len(tried) == 3
        assert read(stage, "cô Hoa") == [APOLOGY.replace("bác", "cô")]
        stage.who = "bác Rớt"
        await stage.does("alo")
        assert read(stage, "bác Rớt")[0].startswith("Chào bác Rớt.")
    stage.who = "cô Hoa"
    await stage.does("1")
    assert read(stage, "cô Hoa")[0].startswith("✅ Đã ghi"), "what was about to be sent is still open"
    with stage.database.transaction() as session:
        assert len(session.scalars(select(Register).where(Register.day == stage.clock.today())).all()) == 1
        assert session.scalars(select(Inbox.attempts).where(Inbox.status == InboxStatus.QUARANTINED)).all() == [3]
    stage.close()


async def test_the_apology_is_the_one_that_was_promised(lively_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(lively_url, "buttons")
    stage.who = "bác Rớt"
    from bot.conversations import menu

    monkeypatch.setattr(menu.tasks, "count", lambda chat: 1 / 0)
    await stage.service.take(stage.channel, [stage.channel.update("bác Rớt", stage.clock.now(), text="menu")])
    for _ in range(3):
        await stage.service.settle()
    assert read(stage, "bác Rớt") == [APOLOGY]
    stage.close()


async def test_what_is_not_understood_three_times_never_locks_the_roll_call(lively_url: str) -> None:
    """V11 on the roll call: an example, then the options, then the choice must still be possible."""
    stage = Stage(lively_url, "buttons")
    stage.who = "cô Hoa"
    await stage.does("vắng 6A: Bình, Chi")
    stage.screens.unread.clear()
    answers = []
    for words in ("tại vì sao đó", "không nhớ nữa", "chịu"):
        await stage.does(words)
        answers.append(read(stage, "cô Hoa"))
    assert "1" in answers[0][0], "the first time: what is expected, with an example"
    assert answers[1][0].startswith("Khó chọn thì cô gửi tin thoại")
    assert answers[2][0].startswith("Không sao, câu này")
    assert answers[2][1].startswith("Cô xem lại giúp ạ:"), "the third time: on without the answer"
    stage.close()


def test_the_test_breaks_what_the_conversation_calls() -> None:
    assert conversation.attendance is attendance
