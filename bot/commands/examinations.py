"""What `ralop doctor` looks at, in its order; here the settings, the service, and what it has in its hands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from bot.commands import examining, one_process
from bot.commands.examine_channels import telegram, zalo
from bot.commands.examine_machine import backups, clock, database, disk, files
from bot.commands.examining import SOME, Examination, Finding, Level, Patient
from storage import alarms as stored_alarms
from storage.alarms import AlarmKind
from storage.chat import Inbox, InboxStatus, Outbox, OutboxStatus, Pace
from storage.reminders import recall

TICK_IS_LATE = timedelta(seconds=60)
SEND_IS_LATE = timedelta(minutes=5)
SEND_IS_LOST = timedelta(minutes=2)
RECENT = timedelta(days=7)


def configuration(patient: Patient) -> Iterable[Finding]:
    """Settings that are right by themselves, but say something the operator should know."""
    settings, say = patient.settings, patient.say
    yield Finding("configuration", Level.OK, say("Settings can be read."))
    if settings.ralop_clock is not None:
        yield Finding(
            "configuration",
            Level.WARN,
            say("RALOP_CLOCK moves the clock: this is a rehearsal."),
            say("For real work leave RALOP_CLOCK empty."),
        )
    if settings.backup_passphrase is not None:
        yield Finding(
            "configuration",
            Level.WARN,
            say("BACKUP_PASSPHRASE is set, but this version cannot encrypt: no backups are made."),
            say("Leave it empty, and keep the backups on an encrypted disk."),
        )


def service(patient: Patient) -> Iterable[Finding]:
    """Whether it runs, and ticked within the last minute."""
    yield _service(patient, Level.WARN)


def service_strictly(patient: Patient) -> Iterable[Finding]:
    """The same for a watcher (`--quick`): a service that does not run is wrong."""
    yield _service(patient, Level.FAIL)


def _service(patient: Patient, when_off: Level) -> Finding:
    say, now = patient.say, patient.clock.now()
    if not one_process.is_running(patient.settings):
        return Finding("service", when_off, say("The service is not running."), say("Start it: ralop run"))
    with patient.machine.work() as work:
        last = recall(work.session, "tick").get("at")
    if last is None or now - datetime.fromisoformat(last) > TICK_IS_LATE:
        return Finding(
            "service",
            Level.FAIL,
            say("The service runs, but its clock has not ticked for a minute."),
            say("Start it again."),
        )
    return Finding("service", Level.OK, say("The service runs."))


def alarms(patient: Patient) -> Iterable[Finding]:
    """What the service has told the administrators of, and what is not over."""
    words, now = examining.alarm_words(), patient.clock.now()
    with patient.machine.work() as work:
        found = list(stored_alarms.open_ones(work.session))
    for alarm in found:
        since = patient.reader.day(alarm.raised_at.astimezone(patient.clock.zone).date())
        yield Finding(
            "alarms",
            Level.FAIL if alarm.kind in (AlarmKind.STOLEN, AlarmKind.CLOCK) else Level.WARN,
            patient.say(
                "%(what)s, since %(time)s on %(day)s",
                what=words.sentence(patient.reader, words.TITLES, alarm, now),
                time=patient.reader.clock(alarm.raised_at),
                day=since,
            ),
            words.sentence(patient.reader, words.TO_DO, alarm, now),
        )


def sends(patient: Patient) -> Iterable[Finding]:
    """What should have left and has not, what was refused, and chats that a platform asked us to leave alone."""
    say, now = patient.say, patient.clock.now()
    with patient.machine.work() as work:

        def count(*conditions: Any) -> int:
            return work.session.scalar(select(func.count()).select_from(Outbox).where(*conditions)) or 0

        overdue = count(Outbox.status == OutboxStatus.QUEUED, Outbox.due_at < now - SEND_IS_LATE)
        stuck = count(Outbox.status == OutboxStatus.SENDING, Outbox.claimed_at < now - SEND_IS_LOST)
        failed = count(Outbox.status == OutboxStatus.FAILED, Outbox.queued_at > now - RECENT)
        paced = work.session.scalar(select(func.count()).select_from(Pace).where(Pace.not_before > now)) or 0
    if overdue + stuck:
        yield Finding(
            "sends",
            Level.FAIL,
            patient.reader.say_n("%(n)s message is overdue.", "%(n)s messages are overdue.", overdue + stuck),
            say("Is the service running, and the channel well? The list: ralop export deliveries"),
        )
    else:
        yield Finding("sends", Level.OK, say("No message is overdue."))
    if failed:
        yield Finding(
            "sends",
            Level.WARN,
            patient.reader.say_n(
                "%(n)s message was refused this week.", "%(n)s messages were refused this week.", failed
            ),
            say("The reasons: ralop export deliveries"),
        )
    if paced:
        yield Finding("sends", Level.WARN, say("A platform asked us to wait; messages go on by themselves."))


def quarantine(patient: Patient) -> Iterable[Finding]:
    """Updates that nobody understood, or that failed three times."""
    now = patient.clock.now()
    with patient.machine.work() as work:
        wanted = select(Inbox.id).where(Inbox.status == InboxStatus.QUARANTINED, Inbox.received_at > now - RECENT)
        ids = list(work.session.scalars(wanted.order_by(Inbox.id.desc())))
    if not ids:
        yield Finding("inbox", Level.OK, patient.say("Every message was understood or answered."))
        return
    yield Finding(
        "inbox",
        Level.WARN,
        patient.reader.say_n(
            "%(n)s message was put aside this week: %(ids)s",
            "%(n)s messages were put aside this week: %(ids)s",
            len(ids),
            ids=", ".join(map(str, ids[:SOME])),
        ),
        patient.say("Please send these numbers and the log to whoever looks after Ra Lớp."),
    )


QUICK: tuple[Examination, ...] = (service_strictly,)
ALL: tuple[Examination, ...] = (
    configuration,
    database,
    files,
    clock,
    service,
    telegram,
    zalo,
    sends,
    quarantine,
    disk,
    backups,
    alarms,
)
NEED_DATABASE = frozenset({database, files, clock, service, service_strictly, zalo, sends, quarantine, backups, alarms})
