"""Files where the chat takes or carries none: a link to a page, or whom to ask; and files of other people."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.conversations import invite_cards, plan_import, roster_import
from bot.dialogue.conversation import Chat, Surroundings
from bot.importers import as_json, roster
from bot.messages import Attachment, Incoming, Kind, Outgoing, Profile
from bot.rules import newcomers
from bot.rules.work import Refused
from bot.service.outbox import reader_of
from storage import files
from storage.files import OURS, KeptFile
from storage.page_links import PageLink
from storage.people import Invite, Person
from tests import papers
from tests.phone import BUTTONS, NUMBERS
from tests.rules.test_visits import by, named
from tests.world import KEY, World, admin_and_school

BARE = Profile(buttons=False, edits=False, files=False, sends_files=False, text_limit=1900)
PAGES = Surroundings(public_url="https://ralop.minhlong.vn", invite_key=KEY)
NO_PAGES = Surroundings(contact="chị Thu: 0255 000 000", invite_key=KEY)
LINK = re.compile(r"https://ralop\.minhlong\.vn/di/[\w-]{22}")


@pytest.fixture
def world(commune_of_the_transcripts: World) -> World:
    admin_and_school(commune_of_the_transcripts)
    return commune_of_the_transcripts


def chat_of(world: World, name: str, profile: Profile = BUTTONS, around: Surroundings = NO_PAGES) -> Chat:
    address = {"Phạm Văn Sơn": "thầy Sơn", "Đinh Văn Lập": "anh Lập", "Phạm Thị Thu": "chị Thu"}[name]
    incoming = Incoming("phone", "phone", "1", address, Kind.FILE, world.at)
    return Chat(by(world, name), reader_of(named(world, name), VIETNAM), incoming, profile, around)


def kept_roster(world: World, content: bytes) -> KeptFile:
    """A roster of thầy Sơn's that was read."""
    held = files.put(
        world.session, channel="phone", bot="phone", file_id="f", address="thầy Sơn", kind="file", content=content,
        media_type="", name="a.csv", at=world.at,
    )  # fmt: skip
    files.want(
        world.session, channel="phone", bot="phone", file_id="f", address="thầy Sơn", kind="file", reader="roster",
        at=world.at,
    )  # fmt: skip
    held.read, held.read_at = {"read": as_json.dumped(roster.read_here(content, "a.csv", ()))}, world.at
    world.session.flush()
    return held


def shown(reply: object) -> Outgoing:
    assert isinstance(reply, Outgoing)
    return reply


def destinations(world: World) -> list[str]:
    return [link.destination for link in world.session.scalars(select(PageLink).order_by(PageLink.id))]


def test_a_chat_without_files_gives_a_link_to_the_page_that_takes_them(world: World) -> None:
    told = shown(roster_import.opening(chat_of(world, "Phạm Văn Sơn", BARE, PAGES), ""))
    assert LINK.search(told.text)
    assert len(told.text) < 300
    assert destinations(world) == ["/nhap"]
    shown(plan_import.opening(chat_of(world, "Phạm Thị Thu", BARE, PAGES), ""))
    assert destinations(world) == ["/nhap", "/nhap"]


def test_without_a_page_it_says_where_else_and_whom_to_ask(world: World) -> None:
    told = shown(roster_import.opening(chat_of(world, "Phạm Văn Sơn", BARE), ""))
    assert told.text.split("\n")[1] == (
        "Ở đây chưa gửi tệp được. Thầy gửi qua Telegram, hoặc đưa tệp cho chị Thu: 0255 000 000 ạ."
    )
    assert "http" not in told.text
    assert told.choices


def test_wrong_rows_go_as_a_file_by_a_link_or_as_lines(world: World) -> None:
    held = kept_roster(world, papers.nine_wrong())
    over_chat = roster_import.sent_rows(chat_of(world, "Phạm Văn Sơn"), held.id)
    assert over_chat.attachment is not None
    assert (over_chat.attachment.channel, over_chat.attachment.name) == (OURS, "dong-loi.csv")
    kept = files.content_of(world.session, OURS, OURS, over_chat.attachment.file_id)
    assert kept is not None
    lines = kept[0].decode("utf-8-sig").split("\r\n")
    assert lines[:2] == ["Trang,Dòng,Họ và tên,Lý do", ",4,Đinh Văn Bơ,không có lớp"]
    assert len(lines) == 11  # the head, nine rows, and the end
    by_link = roster_import.sent_rows(chat_of(world, "Phạm Văn Sơn", BARE, PAGES), held.id)
    assert (by_link.attachment, bool(LINK.search(by_link.text))) == (None, True)
    as_lines = roster_import.sent_rows(chat_of(world, "Phạm Văn Sơn", BARE), held.id)
    assert as_lines.text.count("không có lớp") == 9


def test_nobody_looks_at_the_file_of_somebody_else(world: World) -> None:
    held = kept_roster(world, papers.class_6a())
    assert isinstance(roster_import.opening(chat_of(world, "Phạm Văn Sơn"), f"file.{held.id}"), dict)
    roster_import.keep_rows(chat_of(world, "Phạm Văn Sơn"), held)
    other = chat_of(world, "Đinh Văn Lập")
    assert roster_import.opening(other, f"file.{held.id}") == {}
    with pytest.raises(Refused, match="file_is_gone"):
        roster_import.opening(other, f"rows.{held.id}")
    arrived = Attachment(Kind.FILE, "f", name="a.csv", channel="phone", bot="phone")
    assert roster_import.received(other, arrived, False) is None
    assert roster_import.received(chat_of(world, "Phạm Văn Sơn"), arrived, False) == {"file": str(held.id)}


def test_a_file_over_the_limit_is_not_even_fetched(world: World) -> None:
    chat = chat_of(world, "Phạm Văn Sơn")
    first = roster_import.received(chat, Attachment(Kind.FILE, "f", name="a.xlsx", size_bytes=9_000_000), False)
    assert isinstance(first, dict)
    assert str(first["~trouble"]).startswith("Tệp lớn hơn 5 MB.")
    assert files.wanted(world.session) == []


def invited(world: World, chat: Chat) -> tuple[Person, newcomers.NewInvite, list[tuple[str, str]]]:
    person, made = newcomers.invite_again(chat.work, KEY, named(world, "Đinh Văn Rin").id)
    return person, made, invite_cards.offered(chat, made)


def test_the_card_goes_by_a_link_where_the_chat_carries_none_and_nowhere_without_a_page(world: World) -> None:
    chat = chat_of(world, "Đinh Văn Lập", BARE)
    assert invited(world, chat)[2] == []
    assert files.find(world.session, OURS, OURS, "invite-1") is None
    chat = chat_of(world, "Đinh Văn Lập", BARE, PAGES)
    _, made, offers = invited(world, chat)
    assert [label for _, label in offers] == ["Thẻ mời để in (PDF)"]
    told = shown(invite_cards.card(chat, made.invite_id))
    card = files.content_of(world.session, OURS, OURS, f"card-{made.invite_id}")
    assert card is not None
    assert (card[0][:5], card[1]) == (b"%PDF-", "application/pdf")
    assert LINK.search(told.text)
    assert made.code not in told.text


def test_only_whoever_invited_is_given_the_card_and_only_while_the_code_holds(world: World) -> None:
    chat = chat_of(world, "Đinh Văn Lập", NUMBERS)
    _, made, _ = invited(world, chat)
    with pytest.raises(Refused, match="outside_scope"):
        invite_cards.card(chat_of(world, "Phạm Văn Sơn"), made.invite_id)
    with pytest.raises(Refused, match="not_allowed"):
        invite_cards.card(chat_of(world, "Phạm Thị Thu"), made.invite_id)
    world.session.get_one(Invite, made.invite_id).used_at = world.at + timedelta(minutes=1)
    told = shown(invite_cards.card(chat, made.invite_id))
    assert (told.attachment, told.text) == (None, "Mã này đã dùng hoặc đã hết hạn, nên không còn thẻ ạ.")
