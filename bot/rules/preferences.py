"""What people settle for themselves: language, form of address; and what is kept about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.i18n import languages
from bot.rules.people import FORMS
from bot.rules.work import Refused, Work
from storage import people
from storage.attendance import Register
from storage.chat import Inbox
from storage.people import Person
from storage.visits import Visit


@dataclass(frozen=True)
class Kept:
    """What is kept about one person, in numbers; `messages` are those of theirs whose words are still kept."""

    person: Person
    channels: Sequence[str]
    registers: int
    visits: int
    messages: int


def set_language(work: Work, locale: str) -> None:
    """What Ra Lớp writes to this person in. Raises Refused for a language nobody wrote."""
    person = _me(work)
    if locale not in languages():
        raise Refused("no_such_language")
    person.locale = locale
    work.audit("person.language", "person", person.id, language=locale)


def set_form(work: Work, form: str) -> None:
    """How this person is addressed. Raises Refused for a form that is none."""
    person = _me(work)
    if form not in FORMS:
        raise Refused("no_such_form")
    person.form = form
    work.audit("person.form", "person", person.id)


def set_speaks_hre(work: Work, speaks: bool) -> None:
    """Whether this person speaks the language of most families (domain §1)."""
    person = _me(work)
    person.speaks_hre = speaks
    work.audit("person.speaks_hre", "person", person.id, speaks=speaks)


def channels(work: Work) -> list[str]:
    """The channels at which this person is reached, the preferred first."""
    return list(dict.fromkeys(row.channel for row in people.addresses(work.session, _me(work).id)))


def kept(work: Work) -> Kept:
    """What is kept about the acting person; a look at one's own data is noted too."""
    person, session = _me(work), work.session
    registers = select(func.count()).select_from(Register).where(Register.reported_by == person.id)
    visited = select(func.count()).select_from(Visit).where(Visit.visitor_id == person.id, Visit.is_current)
    messages = select(func.count()).select_from(Inbox).where(Inbox.person_id == person.id, Inbox.raw.is_not(None))
    work.audit("person.own_data_seen", "person", person.id)
    return Kept(
        person=person,
        channels=channels(work),
        registers=session.scalar(registers) or 0,
        visits=session.scalar(visited) or 0,
        messages=session.scalar(messages) or 0,
    )


def _me(work: Work) -> Person:
    if work.person is None:
        raise Refused("not_joined")
    return work.person
