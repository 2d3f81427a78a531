"""Alarms: what only an administrator can mend (reliability §4; T3, T14, F12), told at most once an hour a kind.

They are pushes beside the four of a day, wait for the end of the quiet hours (a stolen token does not), go over
another channel than the one that failed, and stand on nobody's list of tasks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select

from bot.rules import budget, people
from bot.rules.work import Notice, Work
from storage import alarms, wrong_clock
from storage import people as stored
from storage.alarms import Alarm, AlarmKind
from storage.chat import Outbox, OutboxStatus
from storage.database import insert_once
from storage.people import Role
from storage.reminders import recall

log = structlog.get_logger()

AT_MOST_EVERY = timedelta(hours=1)
AGAIN = timedelta(days=1)  # what lasts is told once more every day
SILENT = timedelta(minutes=30)
LATE = timedelta(minutes=5)
BACKUP_IS_OLD = timedelta(hours=26)
DOES_NOT_WAIT = frozenset({AlarmKind.STOLEN})
# What a wrong clock has no say about: these stay as they are until it is right again.
BY_THE_CLOCK = frozenset({AlarmKind.CODES, AlarmKind.BACKUP, AlarmKind.SILENT, AlarmKind.OVERDUE, AlarmKind.BUDGET})

Key = tuple[AlarmKind, str, str]


@dataclass(frozen=True)
class Line:
    """A channel as it stands now: well or in trouble `since` a moment, and whether others receive with its token."""

    channel: str
    bot: str
    is_well: bool
    since: datetime
    is_stolen: bool = False


@dataclass(frozen=True)
class Signs:
    """What only the running service knows. `is_clock_confirmed`: a platform's clock agrees with ours.

    `backs_up`: somebody has named a folder for backups, and relies on them.
    """

    lines: tuple[Line, ...] = ()
    is_clock_wrong: bool = False
    is_clock_confirmed: bool = False
    backs_up: bool = False


def look(work: Work, signs: Signs) -> None:
    """Raises what has begun, ends what is over, and tells the administrators of what they have not heard."""
    found = set(_found(work, signs))
    for alarm in alarms.open_ones(work.session):
        key = (AlarmKind(alarm.kind), alarm.channel, alarm.bot)
        if key not in found and not (signs.is_clock_wrong and key[0] in BY_THE_CLOCK):
            _end(work, alarm)
        found.discard(key)
    for key in sorted(found):
        _raise(work, key)
    for alarm in alarms.open_ones(work.session):
        if not (signs.is_clock_wrong and alarm.kind in BY_THE_CLOCK) and _is_to_be_told(work, alarm):
            _tell(work, alarm)


def open_ones(work: Work) -> Sequence[Alarm]:
    """The alarms that have not ended, for whoever may see them. Raises Refused."""
    people.require(work, "alarms.see")
    return alarms.open_ones(work.session)


# What has begun


def _found(work: Work, signs: Signs) -> Iterator[Key]:
    for line in signs.lines:
        if line.is_stolen:
            yield AlarmKind.STOLEN, line.channel, line.bot
    if signs.is_clock_wrong:
        yield AlarmKind.CLOCK, "", ""
        return
    if people.is_guessed(work):
        yield AlarmKind.CODES, "", ""
    if signs.backs_up and backup_age(work) > BACKUP_IS_OLD:
        yield AlarmKind.BACKUP, "", ""
    for channel, bot in budget.low(work):
        yield AlarmKind.BUDGET, channel, bot
    for line in signs.lines:
        lasts = work.now - line.since
        if not line.is_well and not line.is_stolen and lasts >= SILENT:
            yield AlarmKind.SILENT, line.channel, line.bot
        if line.is_well and lasts > LATE and overdue(work, line.channel, line.bot):
            yield AlarmKind.OVERDUE, line.channel, line.bot


def backup_age(work: Work) -> timedelta:
    """How old the last backup is; without one, how long the nights have been watched (bot.commands.nights)."""
    at = recall(work.session, "backup").get("at") or recall(work.session, "nightly").get("at")
    return work.now - datetime.fromisoformat(at) if at else timedelta(0)


def overdue(work: Work, channel: str, bot: str) -> int:
    """How many messages should have left over this channel more than five minutes ago."""
    waiting = select(func.count()).where(Outbox.status == OutboxStatus.QUEUED, Outbox.due_at < work.now - LATE)
    return work.session.scalar(waiting.where(Outbox.channel == channel, Outbox.bot == bot)) or 0


# Raised, told, ended


def _raise(work: Work, key: Key) -> None:
    kind, channel, bot = key
    alarm_id = insert_once(work.session, Alarm, kind=kind, channel=channel, bot=bot, raised_at=work.now)
    if alarm_id is not None:
        log.warning("alarm", kind=kind, channel=channel)
        work.audit("alarm.raised", "alarm", alarm_id, kind=kind, channel=channel)


def _end(work: Work, alarm: Alarm) -> None:
    """What has not left yet need not be said any more."""
    alarm.ended_at = work.now
    work.withdraw(f"alarms:{alarm.id}")
    if alarm.kind == AlarmKind.CLOCK:
        wrong_clock.set_right(work.session, work.now)
    work.session.flush()
    work.audit("alarm.ended", "alarm", alarm.id, kind=alarm.kind, channel=alarm.channel)


def _is_to_be_told(work: Work, alarm: Alarm) -> bool:
    if alarm.told_at is not None and timedelta(0) <= work.now - alarm.told_at < AGAIN:
        return False
    return not alarms.is_told(work.session, AlarmKind(alarm.kind), work.now - AT_MOST_EVERY, work.now)


def _tell(work: Work, alarm: Alarm) -> None:
    kind = AlarmKind(alarm.kind)
    admins = {admin.id for admin in stored.with_role(work.session, Role.ADMIN, work.today)}
    admins &= stored.with_address(work.session, admins)
    for admin_id in sorted(admins):
        work.notices.append(
            Notice(
                admin_id,
                f"alarms.{kind}",
                alarm.id,
                due_at=work.now,
                always=True,
                urgent=kind in DOES_NOT_WAIT,
                avoid=alarm.channel,
            )
        )
    if admins:
        alarm.told_at = work.now
        work.audit("alarm.told", "alarm", alarm.id, kind=kind, n=len(admins))
