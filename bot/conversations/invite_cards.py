"""The printable card of an invite that was just made: offered with the code, sent as a file or by a link."""

from __future__ import annotations

import json

from sqlalchemy.orm import Session

from bot.conversations import files as sending
from bot.conversations import seats, wording
from bot.dialogue.conversation import Chat, Reply
from bot.messages import Kind
from bot.reports import invite_card
from bot.reports.invite_card import Card
from bot.rules import people
from bot.rules.people import NewInvite
from bot.rules.work import Refused
from bot.settings import is_loopback
from storage import files
from storage import people as stored
from storage.files import OURS, KeptFile
from storage.people import Invite, Person


def offered(chat: Chat, made: NewInvite) -> list[tuple[str, str]]:
    """The choice that sends the card. Code and link are kept beside it for as long as they can be used (old_codes)."""
    if not sending.can_send(chat, Kind.FILE):
        return []
    words = {"code": made.code, "token": made.token, "person": made.person_id}
    files.put(
        chat.session, channel=OURS, bot=OURS, file_id=f"invite-{made.invite_id}", address=sending.mine(chat),
        kind=Kind.FILE, content=json.dumps(words).encode(), media_type="application/json", at=chat.now,
        keep_until=made.expires_at,
    )  # fmt: skip
    return [(chat.to("people", f"card.{made.invite_id}"), chat.say("Card to print (PDF)"))]


def card(chat: Chat, invite_id: int) -> Reply:
    """The card, to whoever made the invite and while it can be used."""
    people.require(chat.work, "people.invite")
    kept, invite = _ours(chat.session, f"invite-{invite_id}"), chat.session.get(Invite, invite_id)
    if invite is None or invite.created_by != chat.me.id:
        raise Refused("outside_scope")
    if invite.used_at is not None or invite.expires_at <= chat.now:
        return chat.menu_of(
            chat.say("That code has been used or has ended, so there is no card."),
            (chat.to("people"), chat.say("Invite somebody")),
            (chat.to("menu"), chat.say("Menu")),
        )
    if kept is None or kept.content is None:
        raise Refused("file_is_gone")
    words = json.loads(kept.content)
    person = stored.get(chat.session, words["person"])
    if person is None:
        raise Refused("outside_scope")
    held = _made(chat, person, words["code"], words["token"], invite)
    chat.work.audit("invite.card_made", "person", person.id)
    text = chat.say("The card for %(name)s. Print it on A4 and hand it over.", name=person.name)
    shown = sending.message(chat, held, text)
    ways = chat.menu_of(
        text, (chat.to("people"), chat.say("Invite another person")), (chat.to("menu"), chat.say("Menu"))
    )
    return shown.with_choices(ways.choices)


def _made(chat: Chat, person: Person, code: str, token: str, invite: Invite) -> KeptFile:
    known = _ours(chat.session, f"card-{invite.id}")
    if known is not None:
        return known
    links = chat.surroundings.join_links(token) if chat.surroundings.join_links is not None else []
    elsewhere = [(channel, link) for channel, link in links if not is_loopback(link)]
    made = Card(
        commune=people.commune_of(chat.work).name,
        name=person.name,
        position=wording.position(chat, person),
        code=code,
        expires_at=invite.expires_at,
        contact=wording.helper(chat),
        links=seats.on_card(chat.work, elsewhere, chat.surroundings.bot_links),
    )
    return files.put(
        chat.session, channel=OURS, bot=OURS, file_id=f"card-{invite.id}", address=sending.mine(chat), kind=Kind.FILE,
        content=invite_card.pdf(chat.reader, made), media_type="application/pdf", name=chat.say("invite-card.pdf"),
        at=chat.now, keep_until=invite.expires_at,
    )  # fmt: skip


def _ours(session: Session, file_id: str) -> KeptFile | None:
    found = files.find(session, OURS, OURS, file_id)
    return found if found is not None and found.status == files.FileStatus.KEPT else None
