"""An invitation as a QR code, and as a card on one A4 page that is printed and handed over."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import segno

from bot.i18n import Reader
from bot.reports.printing import printed

BOT = re.compile(r"https://t\.me/(\w+)")
PAGE = re.compile(r"(https?://[^/]+)/join/")


@dataclass(frozen=True)
class Card:
    """What stands on a card. `links` are (channel, one-time link) that work on somebody else's phone, the best first.

    `contact` is whom to call; `expires_at` is in UTC.
    """

    commune: str
    name: str
    position: str
    code: str
    expires_at: datetime
    contact: str
    links: Sequence[tuple[str, str]] = ()


def qr_png(content: str) -> bytes:
    """A QR code as PNG, with its quiet zone; a short content makes large dots, which cheap cameras need."""
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(out, kind="png", scale=8, border=4)
    return out.getvalue()


def pdf(reader: Reader, card: Card) -> bytes:
    """The card on one A4 page, in the reader's language; nobody is addressed by a pronoun before joining."""
    return printed("invite_card.typ", data(reader, card))


def data(reader: Reader, card: Card) -> dict[str, object]:
    """What the layout is filled with."""
    content = card.links[0][1] if card.links else card.code
    return {
        "lang": reader.locale,
        "title": reader.say("Invitation to Ra Lớp"),
        "product": "Ra Lớp",
        "about": reader.say(
            "The message channel of the commune of %(commune)s, so that all children go to school", commune=card.commune
        ),
        "invited": reader.say("Invited:"),
        "name": card.name,
        "position": card.position,
        "qr": _svg(content),
        "qr_alt": reader.say("A QR code that opens Ra Lớp"),
        "code_label": reader.say("The invite code"),
        "code": card.code,
        "steps": _steps(reader, card),
        "notes": _notes(reader, card),
    }


def _svg(content: str) -> str:
    out = io.BytesIO()
    made = segno.make(content, error="m", micro=False)
    made.save(out, kind="svg", border=2, xmldecl=False, omitsize=True)
    return out.getvalue().decode()


def _steps(reader: Reader, card: Card) -> list[str]:
    """By the camera where there is a link; else by typing the code."""
    places = [where for where in (_where(channel, link) for channel, link in card.links) if where]
    if card.links:
        first = reader.say("Point the telephone's camera at the square code, then tap the link that appears.")
    else:
        first = reader.say("Open Ra Lớp on the telephone. How to open it: ask whoever gave you this card.")
    if len(places) > 1:
        second = reader.say(
            "No camera? Open %(place)s or %(other)s and type the code %(code)s",
            place=places[0],
            other=places[1],
            code=card.code,
        )
    elif places:
        second = reader.say("No camera? Open %(place)s and type the code %(code)s", place=places[0], code=card.code)
    else:
        second = reader.say("When Ra Lớp asks for the code, type: %(code)s", code=card.code)
    third = reader.say("Ra Lớp shows name and role. If both are right, type: 1")
    return [first, second, third]


def _where(channel: str, link: str) -> str:
    """`Telegram @ralop_bot`, `https://ralop.minhlong.vn`: where the code can be typed."""
    if found := BOT.match(link):
        return f"{channel} @{found[1]}"
    found = PAGE.match(link)
    return found[1] if found else channel


def _notes(reader: Reader, card: Card) -> list[str]:
    until = card.expires_at.astimezone(reader.zone)
    return [
        reader.say(
            "The code works once, until %(clock)s %(day)s.", clock=reader.clock(until), day=reader.day(until.date())
        ),
        reader.say("Keep this card to yourself: whoever has the code can join with it."),
        reader.say("If it is hard, call %(helper)s.", helper=card.contact),
    ]
