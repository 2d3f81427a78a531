"""The thread as a phone would show it: edited in place, without the buttons that were taken, in order of sending."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.clock import VIETNAM
from bot.i18n import Reader
from bot.messages import Act, Choice, Outgoing, Profile
from bot.web.thread import Item, Thread, folded
from storage.chat import Inbox, Outbox
from tests.world import World

AT = datetime(2024, 3, 20, 7, 15, tzinfo=VIETNAM)
PROFILE = Profile(buttons=True, edits=True)


def sent(session: Session, message: Outgoing, at: datetime = AT, **more: object) -> Outbox:
    values = {"message_id": "w1", "kind": "reply", **more}
    row = Outbox(
        channel="web", bot="web", address="hoa", payload=message.as_json(), due_at=at, queued_at=at, sent_at=at,
        status="sent", **values,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def thread() -> Thread:
    return Thread("hoa", Reader(), PROFILE)


def texts(session: Session) -> list[str]:
    return [item.text for item in folded(thread().read(session))]


def test_an_edit_changes_the_message_where_it_stands(world: World) -> None:
    sent(world.session, Outgoing("một", (Choice("a", "A"),)))
    sent(world.session, Outgoing("hai"), message_id="w2")
    sent(world.session, Outgoing("ba", (Choice("b", "B"),), act=Act.EDIT, target="w1"), AT + timedelta(hours=1))
    items = folded(thread().read(world.session))
    assert [(item.id, item.text, item.at) for item in items] == [("w1", "ba", "7:15"), ("w2", "hai", "7:15")]
    assert [choice["caption"] for choice in items[0].choices] == ["B"]


def test_an_answered_question_loses_its_buttons_and_a_deleted_one_is_gone(world: World) -> None:
    sent(world.session, Outgoing("một", (Choice("a", "A"),)))
    sent(world.session, Outgoing("hai"), message_id="w2", aside=[Outgoing(act=Act.STRIP, target="w1").as_json()])
    assert [item.choices for item in folded(thread().read(world.session))] == [[], []]
    sent(world.session, Outgoing(act=Act.DELETE, target="w1"), message_id="")
    assert texts(world.session) == ["hai"]


def test_a_message_sent_later_under_a_smaller_number_comes_later_and_is_not_missed(world: World) -> None:
    early = sent(world.session, Outgoing("chờ hai phút"), AT + timedelta(minutes=2))
    sent(world.session, Outgoing("trả lời ngay"), message_id="w2")
    assert texts(world.session) == ["trả lời ngay", "chờ hai phút"]
    reading = thread()
    early.status = "queued"
    assert [item.text for item in reading.read(world.session)] == ["trả lời ngay"]
    early.status = "sent"
    assert [item.text for item in reading.read(world.session)] == ["chờ hai phút"]
    assert reading.read(world.session) == []


def test_a_clock_that_was_put_back_hides_nothing(world: World) -> None:
    sent(world.session, Outgoing("trước"))
    reading = thread()
    reading.read(world.session)
    sent(world.session, Outgoing("sau"), AT - timedelta(hours=1), message_id="w2")
    assert [item.text for item in reading.read(world.session)] == ["sau"]


def test_own_words_stand_before_their_answer_and_a_link_never_shows(world: World) -> None:
    for number, text in enumerate(("menu", "/start a-token-of-the-tests")):
        heard = Inbox(
            channel="web", bot="web", update_id=f"hoa:id{number}", raw={"kind": "text", "text": text}, received_at=AT
        )
        world.session.add(heard)
        world.session.flush()
        sent(world.session, Outgoing(f"đáp {number}"), message_id=f"w{number}", inbox_id=heard.id)
    assert texts(world.session) == ["menu", "đáp 0", "đáp 1"]


def test_a_forgotten_text_leaves_its_answer(world: World) -> None:
    heard = Inbox(channel="web", bot="web", update_id="hoa:id", raw=None, received_at=AT)
    world.session.add(heard)
    world.session.flush()
    sent(world.session, Outgoing("đáp"), inbox_id=heard.id)
    row = sent(world.session, Outgoing("quên"), message_id="w2")
    row.payload = None
    assert texts(world.session) == ["đáp"]


def test_only_the_last_sixty_are_shown() -> None:
    items = [Item("show", f"w{number}", text=str(number)) for number in range(100)]
    assert [item.text for item in folded(items)][:2] == ["40", "41"]
