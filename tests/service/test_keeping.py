"""Files that were sent: fetched, read, announced once, lost with a word, and forgotten in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.channel import Later
from bot.clock import VIETNAM, HandClock
from bot.messages import Attachment, Incoming, Kind, Outgoing
from bot.service import outbox
from bot.service.app import Service
from bot.service.keeping import TRIES, hand_in
from storage import files, old_codes, people, retention
from storage.chat import Inbox
from storage.database import Database
from storage.files import OURS, FileStatus, KeptFile
from storage.people import Invite, Person
from tests import papers
from tests.phone import PhoneChannel, Screens
from tests.play import SURROUNDINGS
from tests.service.stage import Bench
from tests.world import KEY, World, admin_and_school

AT = datetime(2024, 3, 20, 8, 0, tzinfo=VIETNAM)


@pytest.fixture
def school(long_mon_url: str) -> Iterator[Bench]:
    """The bench with a head of the school, thầy Sơn."""
    database = Database(long_mon_url)
    with database.transaction() as session:
        world = World(session)
        admin_and_school(world)
        world.done()
    database.close()
    made = Bench(long_mon_url)
    yield made
    made.close()


async def sent(bench: Bench, name: str, content: bytes, file_id: str = "f1") -> None:
    """Thầy Sơn sends a file."""
    bench.screens.contents[file_id] = content
    attachment = {"kind": "file", "file_id": file_id, "name": name, "size_bytes": len(content)}
    await bench.service.take(
        bench.channel, [bench.channel.update("thầy Sơn", bench.clock.now(), kind="file", attachment=attachment)]
    )
    await bench.service.settle()


def heard(bench: Bench) -> list[str]:
    """The first lines of what thầy Sơn has seen, since the last look."""
    unread, bench.screens.unread["thầy Sơn"] = bench.screens.unread["thầy Sơn"], []
    return [shown.text.split("\n")[0] for shown in unread]


def kept(bench: Bench) -> KeptFile:
    with bench.database.transaction() as session:
        row = session.scalars(select(KeptFile)).one()
        assert row.content is None or row.content  # loaded, for whoever looks after the session
        assert row.read is None or row.read
        return row


RECEIVED = "Đã nhận tệp a.csv. Ra Lớp đọc xong sẽ nhắn ạ."
SUMMARY = "Thầy xem lại giúp ạ: danh sách trong tệp a.csv"


async def test_a_file_is_read_and_announced_once_whatever_restarts(school: Bench) -> None:
    await sent(school, "a.csv", papers.class_6a())
    assert heard(school) == [RECEIVED, SUMMARY]
    row = kept(school)
    assert (row.status, row.reader) == (FileStatus.KEPT, "roster")
    await school.restart()
    await school.service.settle()
    assert heard(school) == []


async def test_the_same_file_sent_again_is_read_again(school: Bench) -> None:
    await sent(school, "a.csv", papers.class_6a())
    school.clock.move_to(AT + timedelta(minutes=5))
    await sent(school, "a.csv", papers.class_6a())
    assert heard(school) == [RECEIVED, SUMMARY, RECEIVED, SUMMARY]


async def test_a_file_that_the_platform_no_longer_has_is_told_and_the_question_stays(school: Bench) -> None:
    await sent(school, "a.csv", papers.class_6a(), file_id="f1")
    heard(school)
    attachment = {"kind": "file", "file_id": "never kept", "name": "b.csv", "size_bytes": 5}
    update = school.channel.update("thầy Sơn", school.clock.now(), kind="file", attachment=attachment)
    await school.service.take(school.channel, [update])
    await school.service.settle()
    assert heard(school) == [
        "Đã nhận tệp b.csv. Ra Lớp đọc xong sẽ nhắn ạ.",
        "Ra Lớp chưa lấy được tệp b.csv. Thầy gửi lại giúp.",
    ]
    await sent(school, "b.csv", papers.class_6a(), file_id="f3")
    assert heard(school)[-1] == "Thầy xem lại giúp ạ: danh sách trong tệp b.csv"


async def test_a_platform_that_stumbles_is_asked_again_and_not_for_ever(
    school: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def fetch(file_id: str, limit_bytes: int = 0) -> tuple[bytes, str]:
        nonlocal asked
        asked += 1
        raise Later("busy", 5.0)

    monkeypatch.setattr(school.channel, "fetch", fetch)
    await sent(school, "a.csv", papers.class_6a())
    for _ in range(TRIES + 2):
        school.clock.move_to(school.clock.now() + timedelta(seconds=30))
        await school.service.settle()
    assert asked == TRIES
    assert heard(school) == [RECEIVED, "Ra Lớp chưa lấy được tệp a.csv. Thầy gửi lại giúp."]


async def test_a_reader_that_breaks_leaves_nobody_waiting(school: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(session: object) -> Callable[[bytes, str], dict[str, Any]]:
        def read(content: bytes, name: str) -> dict[str, Any]:
            raise KeyError("a bug")

        return read

    monkeypatch.setattr(school.service.keeping, "_readers", {"roster": broken})
    await sent(school, "a.csv", papers.class_6a())
    assert heard(school)[-1] == "Ra Lớp chưa lấy được tệp a.csv. Thầy gửi lại giúp."
    assert kept(school).status == FileStatus.LOST


async def test_a_file_handed_in_on_a_page_is_answered_in_the_chat(school: Bench) -> None:
    with school.database.transaction() as session:
        to = people.at_address(session, "phone", "phone", "thầy Sơn")
        assert to is not None
        hand_in(session, to, name="a.csv", content=papers.class_6a(), reader="roster", at=school.clock.now())
    await school.service.settle()
    assert heard(school) == [SUMMARY]


async def test_content_and_facts_are_forgotten_when_it_was_taken_in(school: Bench) -> None:
    await sent(school, "a.csv", papers.class_6a())
    await school.service.take(school.channel, [school.channel.update("thầy Sơn", school.clock.now(), text="1")])
    await school.service.settle()
    with school.database.transaction() as session:
        sent_file = files.find(session, "phone", "phone", "f1")
        assert sent_file is not None
        assert (sent_file.status, sent_file.content, sent_file.read, sent_file.tried) == ("forgotten", None, None, {})


async def test_what_nobody_went_on_with_is_forgotten_after_a_week(school: Bench) -> None:
    await sent(school, "a.csv", papers.class_6a())
    with school.database.transaction() as session:
        assert retention.forget(session, AT + timedelta(days=6))["files"] == 0
        assert retention.forget(session, AT + timedelta(days=8))["files"] == 1
        assert retention.forget(session, AT + timedelta(days=9))["files"] == 0
    row = kept(school)
    assert (row.status, row.content, row.read) == ("forgotten", None, None)


async def test_a_voice_note_of_one_channel_is_heard_over_another_and_kept_from_then_on(long_mon_url: str) -> None:
    screens, database = Screens(), Database(long_mon_url)
    phones = [PhoneChannel(screens), PhoneChannel(screens, name="telegram", bot="11")]
    service = Service(database, phones, HandClock(AT), SURROUNDINGS)
    screens.contents["v"] = b"OggS"
    note = Attachment(Kind.VOICE, "v", seconds=18, channel="telegram", bot="11")
    lost = Attachment(Kind.VOICE, "gone", seconds=7, channel="telegram", bot="11")
    with database.transaction() as session:
        to = people.at_address(session, "phone", "phone", "cô Hoa")
        assert to is not None
        incoming = Incoming("phone", "phone", "1", "cô Hoa", Kind.TEXT, AT)
        messages = [Outgoing("Nghe", attachment=note), Outgoing("Nghe nữa", attachment=lost)]
        outbox.reply(session, incoming, to.person_id, 1, messages, [], AT)
    await service.settle()
    assert screens.received == [("cô Hoa", b"OggS")]
    assert [shown.text.split(".")[0] for shown in screens.unread["cô Hoa"]] == [
        "Nghe",
        "Tệp này không gửi qua đây được",
    ]
    with database.transaction() as session:
        assert files.content_of(session, "telegram", "11", "v") == (b"OggS", "audio/ogg")
    database.close()


def test_the_card_of_an_invite_is_forgotten_with_its_code(bench: Bench) -> None:
    with bench.database.transaction() as session:
        thu = session.scalars(select(Person).where(Person.name == "Phạm Thị Thu")).one()
        invite = Invite(
            person_id=thu.id, code_hmac="h", token_hash="t", created_by=thu.id, created_at=AT, expires_at=AT
        )
        session.add(invite)
        session.flush()
        for name in (f"invite-{invite.id}", f"card-{invite.id}", "card-999"):
            files.put(
                session, channel=OURS, bot=OURS, file_id=name, address="person-1", kind="file", content=KEY,
                media_type="application/pdf", at=AT,
            )  # fmt: skip
        old_codes.forget(session, AT + timedelta(hours=1), timedelta(days=30))
        held = {row.file_id: row.content for row in session.scalars(select(KeptFile))}
        assert held == {f"invite-{invite.id}": None, f"card-{invite.id}": None, "card-999": KEY}
        assert session.scalars(select(Inbox)).all() == []
