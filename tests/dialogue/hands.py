"""A hand that presses and types, one turn at a time, on the engine itself; every turn can be taken back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import VIETNAM
from bot.conversations import DIALOGUE
from bot.dialogue.conversation import Chat
from bot.messages import Incoming, Kind, Outgoing, Profile
from bot.rules.work import Work
from bot.service.outbox import reader_of
from storage.people import Person, scope_of
from tests.phone import BUTTONS
from tests.play import SURROUNDINGS

NOON = datetime(2024, 3, 20, 16, 30, tzinfo=VIETNAM)


@dataclass
class Hand:
    """One person at one phone; `said` is what Ra Lớp answered last."""

    session: Session
    person: Person
    profile: Profile = BUTTONS
    at: datetime = NOON
    said: list[Outgoing] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def key(self) -> str:
        return f"phone:phone:{self.person.id}"

    def types(self, text: str, **more: object) -> list[Outgoing]:
        return self._turn(Kind.TEXT, text=text, **more)

    def presses(self, value: str) -> list[Outgoing]:
        return self._turn(Kind.PRESS, press=value, message_id=f"m{next(self._ids)}")

    def taps(self, label: str) -> list[Outgoing]:
        """Presses the choice of the last message that carries these words."""
        choices = [choice for message in self.said for choice in message.choices]
        chosen = next((one for one in choices if label in one.caption), None)
        assert chosen is not None, f"no [{label}] among {[one.caption for one in choices]}"
        return self.presses(chosen.value)

    def sends(self, kind: Kind) -> list[Outgoing]:
        return self._turn(kind)

    def _turn(self, kind: Kind, **more: object) -> list[Outgoing]:
        incoming = Incoming(
            "phone",
            "phone",
            str(next(self._ids)),
            str(self.person.id),
            kind,
            self.at,
            **more,  # type: ignore[arg-type]
        )
        work = Work(
            session=self.session,
            now=self.at,
            today=self.at.astimezone(VIETNAM).date(),
            person=self.person,
            scope=scope_of(self.session, self.person, self.at.date()),
            written_at=self.at,
            via="phone",
        )
        shown = next((m.choices for m in reversed(self.said) if any(c.number for c in m.choices)), ())
        chat = Chat(
            work=work,
            reader=reader_of(self.person, VIETNAM),
            incoming=incoming,
            profile=self.profile,
            surroundings=SURROUNDINGS,
            shown=shown,
        )
        self.said = DIALOGUE.hear(chat, self.key).replies
        return self.said

    def open_step(self) -> tuple[str, str]:
        """The conversation and the question that are open now."""
        from storage import chat as memory

        row = memory.open_conversation(self.session, self.person.id, self.key)
        return (row.name, row.step) if row is not None else ("", "")

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        """Whatever is done within never happened."""
        savepoint, said = self.session.begin_nested(), self.said
        try:
            yield
        finally:
            savepoint.rollback()
            self.session.expire_all()
            self.said = said


def person(session: Session, name: str) -> Person:
    """Somebody of the commune by name."""
    return session.scalars(select(Person).where(Person.name == name)).one()
