"""What `ralop doctor` looks at: each examination yields findings, in words, with what to do."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
from sqlalchemy import func, select, text

from bot import keys
from bot.clock import Clock
from bot.commands import common, one_process
from bot.i18n import Reader
from bot.rules import budget, people
from bot.rules.budget import Stage
from bot.settings import Settings, is_loopback
from storage import alarms as stored_alarms
from storage import people as stored
from storage import wrong_clock
from storage.alarms import AlarmKind
from storage.chat import Inbox, InboxStatus, Outbox, OutboxStatus, Pace
from storage.database import WAL_IS_SAFE_FROM, Database
from storage.people import Role
from storage.reminders import recall

TICK_IS_LATE = timedelta(seconds=60)
SEND_IS_LATE = timedelta(minutes=5)
SEND_IS_LOST = timedelta(minutes=2)
CLOCK_IS_BEHIND = timedelta(minutes=10)
BACKUP_IS_OLD = timedelta(hours=26)
RECENT = timedelta(days=7)
DISK_IS_FULL = 200 * 1024 * 1024
DISK_IS_LOW = 1024 * 1024 * 1024
ANSWER_WITHIN_S = 10.0
SOME = 5


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line: what was found, and what to do about it (empty: nothing)."""

    name: str
    level: Level
    text: str
    to_do: str = ""


class Patient:
    """The deployment under examination; `machine` can be used once it is open."""

    def __init__(self, settings: Settings, reader: Reader, clock: Clock) -> None:
        self.settings, self.reader, self.clock = settings, reader, clock
        self.say = reader.say
        self._database: Database | None = None

    def open(self) -> None:
        """Opens the database; raises Stop as every command does."""
        self._database = common.open_existing(self.settings, self.reader)
        common.check_version(self._database, self.reader)

    def close(self) -> None:
        if self._database is not None:
            self._database.close()

    @property
    def machine(self) -> common.Machine:
        if self._database is None:
            raise LookupError("the database is not open")
        return common.Machine(self.settings, self.clock, self.reader, self._database)


Examination = Callable[[Patient], Iterable[Finding]]


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


def database(patient: Patient) -> Iterable[Finding]:
    """The tables are of this version (`open` has seen that), and the file is sound."""
    say = patient.say
    with patient.machine.work() as work:
        commune = people.commune_of(work)
        is_sound = True
        if patient.machine.database.is_sqlite:
            found = [row[0] for row in work.session.execute(text("PRAGMA integrity_check(5)"))]
            strays = work.session.execute(text("PRAGMA foreign_key_check")).first()
            is_sound = found == ["ok"] and strays is None
        admins = stored.with_role(work.session, Role.ADMIN, work.today)
    if not is_sound:
        yield Finding(
            "database",
            Level.FAIL,
            say("The database file is damaged."),
            say("Put a backup back: ralop restore FILE --force"),
        )
        return
    yield Finding("database", Level.OK, say("The database of %(commune)s is sound.", commune=commune.name))
    if not commune.contact and not patient.settings.contact:
        yield Finding(
            "database",
            Level.WARN,
            say("CONTACT is empty: a stranger hears of nobody to telephone."),
            say("An example: CONTACT=%(example)s", example="chị Thu, UBND xã: 0255 000 000"),
        )
    if not admins:
        yield Finding(
            "database",
            Level.WARN,
            say("No administrator has joined yet."),
            say('A new code: ralop invite --role admin --name "%(example)s"', example="Phạm Thị Thu"),
        )
    if patient.machine.database.is_sqlite and sqlite3.sqlite_version_info < WAL_IS_SAFE_FROM:
        yield Finding(
            "database",
            Level.OK,
            say(
                "SQLite %(version)s: the safe journal is used (write-ahead logs have a bug before 3.51.3).",
                version=sqlite3.sqlite_version,
            ),
        )


def files(patient: Patient) -> Iterable[Finding]:
    """Who else on this machine can read the database, its key and its backups (T26)."""
    say, file = patient.say, common.sqlite_file(patient.settings)
    key = keys.path_in(patient.settings.data_folder)
    wanted = [key, *([file] if file is not None else []), *sorted(_backup_files(patient.settings))]
    open_ones = [path for path in wanted if _is_open(path)]
    for path in open_ones[:SOME]:
        found = say("%(file)s can be read by other users of this machine.", file=path)
        yield Finding("files", Level.FAIL, found, f"chmod 600 {path}")
    folder = patient.settings.data_folder.resolve()
    if _is_open(folder):
        found = say("Other users of this machine can look into the folder %(folder)s.", folder=folder)
        yield Finding("files", Level.WARN, found, f"chmod 700 {folder}")
    if not key.exists():
        yield Finding(
            "files",
            Level.WARN,
            say("The key of invite codes is missing; a new one is made, and codes not used yet no longer work."),
            say("Put %(file)s back from the former machine, or invite again.", file=key.name),
        )
    elif not open_ones:
        yield Finding("files", Level.OK, say("Only the owner can read the database and its key."))


def _is_open(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _backup_files(settings: Settings) -> Iterable[Path]:
    folder = settings.backup_dir or settings.data_folder / "backups"
    return folder.glob("*.sqlite3") if folder.is_dir() else ()


def clock(patient: Patient) -> Iterable[Finding]:
    """The hour against the newest row: an office computer with a dead battery wakes up in the past."""
    say, now = patient.say, patient.clock.now()
    local = now.astimezone(patient.clock.zone)
    shown = say(
        "%(clock)s, %(day)s, %(zone)s",
        clock=patient.reader.clock(now),
        day=patient.reader.day(local.date()),
        zone=patient.settings.timezone,
    )
    with patient.machine.work() as work:
        newest = wrong_clock.newest(work.session)
    if newest is not None and newest - now > CLOCK_IS_BEHIND:
        yield Finding(
            "clock",
            Level.FAIL,
            say("The clock says %(shown)s, but something was recorded later than that.", shown=shown),
            say("Set the clock of this machine, and let it follow a time server."),
        )
        return
    yield Finding("clock", Level.OK, say("The clock says %(shown)s.", shown=shown))
    if patient.settings.timezone != "Asia/Ho_Chi_Minh":
        yield Finding(
            "clock",
            Level.WARN,
            say("TIMEZONE is not that of Vietnam."),
            say("An example: TIMEZONE=%(example)s", example="Asia/Ho_Chi_Minh"),
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


def telegram(patient: Patient) -> Iterable[Finding]:
    """Whether the token is accepted, and whether somebody else uses it (T14)."""
    settings, say = patient.settings, patient.say
    if settings.telegram_bot_token is None:
        yield Finding("telegram", Level.OK, say("Telegram is off: TELEGRAM_BOT_TOKEN is empty."))
        return
    me, status = _asked(settings, "getMe")
    if me is None and status in (401, 404):
        yield Finding(
            "telegram",
            Level.FAIL,
            say("Telegram refuses the token."),
            say("Ask @BotFather for the token (/token) and put it into TELEGRAM_BOT_TOKEN."),
        )
        return
    if me is None:
        yield Finding(
            "telegram",
            Level.FAIL,
            say("Telegram cannot be reached; the service keeps trying."),
            say("Check the line; where Telegram is blocked, set TELEGRAM_PROXY."),
        )
        return
    yield Finding("telegram", Level.OK, say("Telegram knows the bot: @%(bot)s.", bot=me.get("username", "?")))
    yield from _misused(patient)


def _misused(patient: Patient) -> Iterable[Finding]:
    """Signs that somebody else holds the token."""
    settings, say = patient.settings, patient.say
    hook, _ = _asked(settings, "getWebhookInfo")
    url = str((hook or {}).get("url") or "")
    ours = f"{settings.web_public_url}/hooks/telegram" if settings.telegram_mode == "webhook" else ""
    is_running = one_process.is_running(settings)
    if is_running and (url != ours or trouble_of(settings, "telegram") == "conflict"):
        yield Finding(
            "telegram",
            Level.FAIL,
            say("Somebody else receives this bot's messages: a second program with the token, or a stolen token."),
            say(alarm_words().TO_DO[AlarmKind.STOLEN]),
        )


def alarms(patient: Patient) -> Iterable[Finding]:
    """What the service has told the administrators of, and what is not over."""
    words, now = alarm_words(), patient.clock.now()
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


def alarm_words() -> ModuleType:
    """The sentences that administrators read in the chat; all conversations come along, so not before they are used."""
    from bot.conversations import alarms as words

    return words


def _asked(settings: Settings, method: str) -> tuple[dict[str, Any] | None, int]:
    """What the Bot API answers, or None with the HTTP status (0: nothing came)."""
    token = settings.telegram_bot_token
    base = settings.telegram_api_base_url
    options: dict[str, Any] = {"timeout": ANSWER_WITHIN_S, "trust_env": not is_loopback(base)}
    try:
        with httpx.Client(proxy=settings.telegram_proxy, **options) as client:
            answer = client.get(f"{base}/bot{token.get_secret_value() if token else ''}/{method}")
        found = answer.json()
    except (httpx.HTTPError, ValueError, ImportError):
        return None, 0
    if not isinstance(found, dict) or "ok" not in found:
        return None, 0  # a proxy's page: not the Bot API, whatever its number
    result = found.get("result")
    return (result, answer.status_code) if found["ok"] and isinstance(result, dict) else (None, answer.status_code)


def trouble_of(settings: Settings, channel: str) -> str:
    """What the running service says of a channel, on the page for watchers."""
    address = f"http://{settings.web_host}:{settings.web_port}/readyz"
    if not is_loopback(address):
        return ""
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=ANSWER_WITHIN_S) as answer:
            told = json.load(answer)
    except (OSError, ValueError):
        return ""
    return str(told.get("channels", {}).get(channel, {}).get("trouble") or "")


def zalo(patient: Patient) -> Iterable[Finding]:
    """One line a bot: what of the month is used, what its plans need, how many people it has, and what to do."""
    if patient.settings.zalo_bot_token is None:
        yield Finding("budgets", Level.OK, patient.say("Zalo is off; Telegram and the web have no monthly budget."))
        return
    with patient.machine.work() as work:
        found = [budget.status(work, channel, bot) for channel, bot, _ in budget.bots(work)]
    for number, one in enumerate(found, start=1):
        yield Finding("budgets", _budget_level(one), _budget(patient, one, number), _budget_to_do(patient, one))


def _budget_level(one: budget.Status) -> Level:
    is_full = one.people >= budget.INVITES_END_AT
    return Level.WARN if is_full or one.stage is not Stage.PLENTY else Level.OK


def _budget(patient: Patient, one: budget.Status, number: int) -> str:
    values = {"number": number, "used": one.usage.total, "people": one.people, "most": budget.PEOPLE_AT_MOST}
    if not one.limit:
        return patient.say(
            "Zalo bot %(number)d: %(used)d messages this month, no limit; %(people)d of %(most)d people.", **values
        )
    return patient.say(
        "Zalo bot %(number)d: %(used)d of %(limit)d messages used, the month will need %(forecast)d; "
        "%(people)d of %(most)d people.",
        limit=one.limit,
        forecast=one.forecast,
        **values,
    )


def _budget_to_do(patient: Patient, one: budget.Status) -> str:
    say = patient.say
    if one.stage in (Stage.RESERVE, Stage.SPENT):
        return say("Only meetings, class questions and homes go over it now; move people to the web page or Telegram.")
    if one.stage is Stage.THRIFTY:
        return say("Thanks, news and digests wait for the morning list; move people to the web page or Telegram.")
    if one.people >= budget.INVITES_END_AT:
        return say(
            "Nobody more is invited to it; add a bot to ZALO_BOT_TOKEN, or invite over the web page or Telegram."
        )
    return ""


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


def disk(patient: Patient) -> Iterable[Finding]:
    """Room beside the database, and for the backups."""
    folder = patient.settings.data_folder
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    level = Level.FAIL if free < DISK_IS_FULL else Level.WARN if free < DISK_IS_LOW else Level.OK
    to_do = "" if level is Level.OK else patient.say("Make room on this disk, or put BACKUP_DIR on another one.")
    yield Finding("disk", level, patient.say("%(free)s MB are free.", free=free // 1024 // 1024), to_do)


def backups(patient: Patient) -> Iterable[Finding]:
    """The last backup: nobody looks at it until it is needed."""
    say, now = patient.say, patient.clock.now()
    if not patient.machine.database.is_sqlite:
        yield Finding("backup", Level.OK, say("On PostgreSQL backups are the server's business."))
        return
    with patient.machine.work() as work:
        last = recall(work.session, "backup").get("at")
    to_do = say("Make one: ralop backup FILE. The service makes one every night at 2:00.")
    if last is None:
        yield Finding("backup", Level.WARN, say("There is no backup yet."), to_do)
        return
    hours = max(0, round((now - datetime.fromisoformat(last)) / timedelta(hours=1)))
    is_old = now - datetime.fromisoformat(last) > BACKUP_IS_OLD
    found = patient.reader.say_n("The last backup is %(n)s hour old.", "The last backup is %(n)s hours old.", hours)
    yield Finding("backup", Level.FAIL if is_old else Level.OK, found, to_do if is_old else "")


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
