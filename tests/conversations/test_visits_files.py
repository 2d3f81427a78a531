"""How the files of a visit are heard and seen: over whatever channel carries them, by a link, or not at all."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.conversations import visits_files
from bot.dialogue.conversation import Chat, Surroundings
from bot.messages import Attachment, Incoming, Kind, Outgoing, Profile
from bot.rules import visits
from bot.rules.sent_files import File
from bot.rules.visits import Findings
from bot.service.outbox import reader_of
from storage import files
from storage.page_links import PageLink
from storage.visits import Met, Visit, VisitReason
from tests.phone import BUTTONS
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


BARE = Profile(buttons=False, edits=False, sends_files=False)
PAGES = Surroundings(public_url="https://ralop.minhlong.vn")


def chat_of(
    world: World, name: str, channel: str, bot: str, profile: Profile = BUTTONS, around: Surroundings | None = None
) -> Chat:
    incoming = Incoming(channel, bot, "1", "5", Kind.PRESS, AT)
    reader = reader_of(named(world, name), VIETNAM)
    return Chat(by(world, name), reader, incoming, profile, around or Surroundings())


def labels(message: Outgoing) -> list[str]:
    return [choice.caption for choice in message.choices]


@pytest.mark.parametrize(("channel", "bot"), [("telegram", "11"), ("telegram", "12"), ("web", "web")])
def test_over_every_channel_that_carries_them_they_are_offered_and_sent_protected(
    world: World, visit: Visit, channel: str, bot: str
) -> None:
    chat = chat_of(world, "Đinh Thị Hoa", channel, bot)
    assert labels(visits_files.seen(chat, visit))[:2] == ["1. Nghe tin thoại", "2. Xem ảnh"]
    voice, file = (visits_files.sent(chat, what, visit.id) for what in visits_files.SENDS)
    assert [one.attachment for one in (*voice, *file)] == [
        Attachment(Kind.VOICE, "v", seconds=18, channel="telegram", bot="11"),
        Attachment(Kind.FILE, "f", channel="telegram", bot="11"),
    ]
    assert [one.text for one in file] == ["Tệp: thăm nhà em Chi, lớp 6A."]
    assert all(one.is_private and one.choices for one in (*voice, *file))


def test_where_the_chat_carries_none_a_link_leads_to_a_page_and_the_file_is_fetched(world: World, visit: Visit) -> None:
    chat = chat_of(world, "Đinh Thị Hoa", "zalo", "7", BARE, PAGES)
    assert labels(visits_files.seen(chat, visit))[:2] == ["1. Nghe tin thoại", "2. Xem ảnh"]
    (voice,) = visits_files.sent(chat, "hear", visit.id)
    assert voice.attachment is None
    assert re.search(r"https://ralop\.minhlong\.vn/di/[\w-]{22}$", voice.text.split("\n")[-1])
    (wanted,) = files.wanted(world.session)
    assert (wanted.channel, wanted.bot, wanted.file_id, wanted.announces) == ("telegram", "11", "v", False)
    (link,) = world.session.scalars(select(PageLink))
    assert (link.destination, link.person_id) == (f"/tep/{wanted.id}", chat.me.id)


def test_without_a_page_the_visitor_is_to_be_asked_and_nothing_is_sent(world: World, visit: Visit) -> None:
    chat = chat_of(world, "Đinh Thị Hoa", "zalo", "7", BARE)
    shown = visits_files.seen(chat, visit)
    assert shown.text.split("\n")[-1] == "Tin thoại, ảnh gửi qua Telegram: cô hỏi bác Rớt để nghe, xem."
    assert labels(shown) == ["1. Báo thăm nhà", "2. Việc của tôi"]
    assert visits_files.sent(chat, "hear", visit.id) == [shown]
    assert files.wanted(world.session) == []


def test_the_visitor_is_not_sent_to_ask_themselves(world: World, visit: Visit) -> None:
    assert "Telegram" not in visits_files.seen(chat_of(world, "Đinh Văn Rớt", "zalo", "7", BARE), visit).text


def test_an_attachment_survives_the_outbox_and_what_a_later_version_adds() -> None:
    message = Outgoing("Nghe", attachment=Attachment(Kind.VOICE, "v", seconds=18))
    kept = message.as_json()
    assert Outgoing.from_json(kept) == message
    kept["attachment"]["later"] = 1
    assert Outgoing.from_json(kept) == message
    assert Outgoing.from_json(Outgoing("Chào").as_json()).attachment is None
