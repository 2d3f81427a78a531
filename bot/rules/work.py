"""One piece of work: who acts, at what hour, within which scope, whom to tell, and the audit line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.clock import VIETNAM
from bot.rules.meeting_times import ReminderTimes
from storage import audit, chat
from storage.people import Person
from storage.scope import Scope

T = TypeVar("T")
UNDO = timedelta(minutes=2)  # what a report triggers for others waits this long (voice.md §3.6)


class Refused(Exception):
    """This person may not, or this cannot be. `code` tells which; the conversation turns it into a polite sentence."""

    def __init__(self, code: str, /, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass(frozen=True)
class Notice:
    """Somebody must hear of something: put into words for each reader by the conversation that owns `kind`.

    `useful_until` (UTC): after it, saying it would only confuse. `always`: never held back by the cap on pushes.
    `urgent`: passes the quiet hours (a meeting changed within three hours, voice.md §3.12). `avoid`: a channel that
    failed; another one of the person is taken first. `place`: the one chat (channel, bot, address) that it is for,
    whether or not it is that person's.
    """

    person_id: int
    kind: str
    subject_id: int
    facts: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    useful_until: datetime | None = None
    always: bool = False
    urgent: bool = False
    avoid: str = ""
    place: tuple[str, str, str] | None = None

    @property
    def subject(self) -> str:
        """`meeting:5`: what is withdrawn together."""
        return f"{self.kind.partition('.')[0]}:{self.subject_id}"


@dataclass
class Work:
    """What a rule needs: the open transaction, the actor (None: the machine), the hour (UTC) and the commune's day.

    `written_at` is when the person wrote the message, which may lie before `now`: a late message counts for it.
    """

    session: Session
    now: datetime
    today: date
    person: Person | None = None
    scope: Scope = field(default_factory=Scope.nothing)
    written_at: datetime | None = None
    zone: ZoneInfo = VIETNAM
    via: str = ""
    reminder_times: ReminderTimes = field(default_factory=ReminderTimes)
    limits: Mapping[tuple[str, str], int] = field(default_factory=dict)  # messages a month of each (channel, bot)
    notices: list[Notice] = field(default_factory=list)
    held: dict[int, frozenset[str]] = field(default_factory=dict)  # roles, read once in this transaction
    known: dict[object, Any] = field(default_factory=dict)  # what else is read once in this transaction
    made_at: datetime | None = None  # the hour by the clock, where `now` is a later one at which words will be read

    @property
    def actor_id(self) -> int | None:
        return None if self.person is None else self.person.id

    @property
    def at(self) -> datetime:
        """The moment that the report speaks of."""
        return self.written_at or self.now

    def once(self, key: object, read: Callable[[], T]) -> T:
        """What `read` returns, read once in this transaction; `forget` it where it is changed."""
        if key not in self.known:
            self.known[key] = read()
        found: T = self.known[key]
        return found

    def forget(self, key: object) -> None:
        self.known.pop(key, None)

    def tell(
        self,
        person_id: int,
        kind: str,
        subject_id: int,
        *,
        after: timedelta = timedelta(0),
        useful_until: datetime | None = None,
        always: bool = False,
        urgent: bool = False,
        **facts: Any,
    ) -> None:
        """Notes that a person must hear of something, `after` some time in which it can be taken back."""
        self.notices.append(Notice(person_id, kind, subject_id, facts, self.now + after, useful_until, always, urgent))

    def tell_chat(
        self, place: tuple[str, str, str], person_id: int, kind: str, subject_id: int, *, until: datetime
    ) -> None:
        """Notes that one chat must hear of something at once, whoever it belongs to; in that person's language."""
        self.notices.append(
            Notice(person_id, kind, subject_id, {}, self.now, until, always=True, urgent=True, place=place)
        )

    def withdraw(self, subject: str, *kinds: str, person_id: int | None = None) -> int:
        """Takes back what still waits to be sent about a subject ("visit:12"); in this transaction."""
        return chat.withdraw(self.session, subject, kinds=kinds, person_id=person_id)

    def audit(self, action: str, subject_type: str = "", subject_id: int | None = None, **details: Any) -> None:
        """Writes the audit line of an effect or a look; ids and codes only."""
        if self.via:
            details["via"] = self.via
        audit.write(
            self.session,
            self.made_at or self.now,
            self.actor_id,
            action,
            subject_type,
            subject_id,
            commune_id=None if self.person is None else self.person.commune_id,
            **details,
        )
