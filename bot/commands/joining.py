"""What an inviter is shown once: the code, where to type it, and a link for each channel whose name is known."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from bot.commands import common
from bot.conversations import seats
from bot.conversations.wording import POSITIONS, ROLES, organisation
from bot.i18n import Reader
from bot.reports import invite_card
from bot.reports.invite_card import Card
from bot.rules import people
from bot.rules.people import NewInvite
from bot.rules.work import Work
from bot.settings import is_loopback
from storage.people import Person

__all__ = ["ROLES", "Made", "made", "show"]


@dataclass(frozen=True)
class Made:
    """An invite with whom it is for; `position` as people say it. `expires_at` is in UTC."""

    person_id: int
    name: str
    position: str
    code: str
    token: str
    expires_at: datetime
    commune: str = ""
    contact: str = ""
    seats: tuple[str, ...] = ()  # lines that say which bot has room
    on_card: tuple[tuple[str, str], ...] = ()  # the links of such bots


NAMES = {"telegram": "Telegram", "zalo": "Zalo", "web": "Web"}  # proper names are the same in every language


def made(machine: common.Machine, work: Work, person: Person, invite: NewInvite) -> Made:
    """What will be shown, read while the transaction is open."""
    held = people.positions(work, person)
    first = held[0] if held else None
    position = _position(machine.reader, first) if first is not None else ""
    commune = people.commune_of(work)
    return Made(
        person.id, person.name, position, invite.code, invite.token, invite.expires_at, commune.name, commune.contact,
        tuple(seats.lines(machine.reader, work, machine.settings.bot_links)),
        tuple(seats.on_card(work, (), machine.settings.bot_links)),
    )  # fmt: skip


def _position(reader: Reader, held: people.Position) -> str:
    """A role as people say it; of an organisation, which one and where."""
    if held.organisation:
        return organisation(reader, held.organisation, held.place, is_village=held.is_village)
    return reader.say(POSITIONS[held.role], place=held.class_name or held.place)


def show(
    machine: common.Machine,
    invite: Made,
    *,
    as_json: bool = False,
    qr: Path | None = None,
    card: Path | None = None,
) -> None:
    """Prints an invite, in words or as one object; the only time that code and links can be read.

    `qr`: a PNG of the first link that works on somebody else's phone, else of the code alone. `card`: the same with the
    code and three steps on one A4 page, as PDF.
    """
    bot = _telegram_bot(machine)
    links = _links(machine, invite.token, bot)
    elsewhere = [(NAMES[channel], link) for channel, link in links.items() if not is_loopback(link)]
    if qr is not None:
        _write(qr, invite_card.qr_png(elsewhere[0][1] if elsewhere else invite.code))
    if card is not None:
        on_card = [*elsewhere[:1], *invite.on_card, *elsewhere[1:]]
        _write(card, invite_card.pdf(machine.reader, _card(machine, invite, on_card)))
    if as_json:
        common.print_json(_as_json(machine, invite, links, qr, card))
        return
    for line in _in_words(machine, invite, links, bot):
        click.echo(line)


def _links(machine: common.Machine, token: str, bot: str | None) -> dict[str, str]:
    """One-time links by channel; the web's holds on this machine only unless the pages have a public address."""
    links = {"telegram": f"https://t.me/{bot}?start={token}"} if bot else {}
    links["web"] = f"{common.page_address(machine.settings)}/join/{token}"
    return links


def _telegram_bot(machine: common.Machine) -> str | None:
    """The bot's name, asked of Telegram; None without a token, or while it cannot be reached."""
    channel = common.telegram(machine.settings, machine.clock)
    if channel is None:
        return None

    async def ask() -> str | None:
        try:
            return await channel.name_of_bot()
        finally:
            await channel.close()

    return asyncio.run(ask())


def _card(machine: common.Machine, invite: Made, links: list[tuple[str, str]]) -> Card:
    return Card(
        commune=invite.commune,
        name=invite.name,
        position=invite.position,
        code=invite.code,
        expires_at=invite.expires_at,
        contact=machine.settings.contact or invite.contact or machine.reader.say("the commune office"),
        links=links,
    )


def _as_json(
    machine: common.Machine, invite: Made, links: dict[str, str], qr: Path | None, card: Path | None
) -> dict[str, object]:
    return {
        "code": invite.code,
        "person_id": invite.person_id,
        "name": invite.name,
        "position": invite.position,
        "expires_at": invite.expires_at.astimezone(machine.clock.zone).isoformat(timespec="seconds"),
        "links": links,
        "qr": None if qr is None else str(qr),
        "card": None if card is None else str(card),
    }


def _in_words(machine: common.Machine, invite: Made, links: dict[str, str], bot: str | None) -> list[str]:
    reader = machine.reader
    until = invite.expires_at.astimezone(machine.clock.zone)
    lines = [
        reader.say("Invited: %(name)s, %(position)s", name=invite.name, position=invite.position),
        reader.say("Code: %(code)s", code=invite.code),
        reader.say("It works once, until %(clock)s %(day)s.", clock=reader.clock(until), day=reader.day(until.date())),
        reader.say("Type the code in one of these:"),
    ]
    if bot:
        lines.append(reader.say("  Telegram: @%(bot)s", bot=bot))
    elif machine.settings.telegram_bot_token is not None:
        lines.append(reader.say("  Telegram: your bot (Telegram cannot be reached now, so there is no link)"))
    lines += [f"  {line}" for line in invite.seats]
    lines.append(reader.say("  Web: %(address)s", address=common.page_address(machine.settings)))
    lines.append(reader.say("Or open the link, which works once as well:"))
    return lines + [f"  {_link_in_words(machine, link)}" for link in links.values()]


def _link_in_words(machine: common.Machine, link: str) -> str:
    if is_loopback(link):
        return machine.reader.say("%(link)s (only on this machine)", link=link)
    return link


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
