"""Where the files of a visit can be heard and seen: over the channel and bot that they came over, and no other."""

from __future__ import annotations

import pytest

from bot.clock import VIETNAM
from bot.conversations import visits_files
from bot.dialogue.conversation import Chat
from bot.messages import Attachment, Incoming, Kind, Outgoing
from bot.rules import visits
from bot.rules.sent_files import File
from bot.rules.visits import Findings
from bot.service.outbox import reader_of
from storage.visits import Met, Visit, VisitReason
from tests.rules.test_visits import AT, by, named, pupil
from tests.world import World

FILES = (File("voice", "v", "telegram", "11", 18), File("file", "f", "telegram", "11"))


@pytest.fixture
def world(commune_of_the_transcripts: World) -> World:
    return commune_of_the_transcripts


@pytest.fixture
def visit(world: World) -> Visit:
    """Bác Rớt has sent a voice note and a document over the bot 11."""
    findings = Findings(AT, Met.PARENTS, VisitReason.ILLNESS, files=FILES)
    return visits.report(by(world, "Đinh Văn Rớt"), pupil(world).id, findings)


def chat_of(world: World, name: str, channel: str, bot: str) -> Chat:
    incoming = Incoming(channel, bot, "1", "5", Kind.PRESS, AT)
    return Chat(by(world, name), reader_of(named(world, name), VIETNAM), incoming)


def labels(message: Outgoing) -> list[str]:
    return [choice.caption for choice in message.choices]


def test_over_the_same_bot_they_are_offered_and_sent_protected(world: World, visit: Visit) -> None:
    chat = chat_of(world, "Đinh Thị Hoa", "telegram", "11")
    assert labels(visits_files.seen(chat, visit))[:2] == ["1. Nghe tin thoại", "2. Xem ảnh"]
    voice, file = (visits_files.sent(chat, what, visit.id) for what in visits_files.SENDS)
    assert [one.attachment for one in (*voice, *file)] == [
        Attachment(Kind.VOICE, "v", seconds=18),
        Attachment(Kind.FILE, "f"),
    ]
    assert [one.text for one in file] == ["Tệp: thăm nhà em Chi, lớp 6A."]
    assert all(one.is_private and one.choices for one in (*voice, *file))


@pytest.mark.parametrize(("channel", "bot"), [("web", "web"), ("telegram", "12")])
def test_elsewhere_the_visitor_is_to_be_asked_and_nothing_is_sent(
    world: World, visit: Visit, channel: str, bot: str
) -> None:
    chat = chat_of(world, "Đinh Thị Hoa", channel, bot)
    shown = visits_files.seen(chat, visit)
    assert shown.text.split("\n")[-1] == "Tin thoại, ảnh gửi qua Telegram: cô hỏi bác Rớt để nghe, xem."
    assert labels(shown) == ["1. Báo thăm nhà", "2. Việc của tôi"]
    assert visits_files.sent(chat, "hear", visit.id) == [shown]


def test_the_visitor_is_not_sent_to_ask_themselves(world: World, visit: Visit) -> None:
    assert "Telegram" not in visits_files.seen(chat_of(world, "Đinh Văn Rớt", "web", "web"), visit).text


def test_an_attachment_survives_the_outbox_and_what_a_later_version_adds() -> None:
    message = Outgoing("Nghe", attachment=Attachment(Kind.VOICE, "v", seconds=18))
    kept = message.as_json()
    assert Outgoing.from_json(kept) == message
    kept["attachment"]["later"] = 1
    assert Outgoing.from_json(kept) == message
    assert Outgoing.from_json(Outgoing("Chào").as_json()).attachment is None
