"""What every command begins with: settings, words, clock, this deployment's database, and a `Work` of the machine."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot import keys, logs
from bot import settings as configuration
from bot.clock import Clock, FileClock, RealClock
from bot.i18n import Reader, languages
from bot.rules.meeting_times import ReminderTimes
from bot.rules.work import Refused, Work
from bot.settings import Settings, Stop
from storage import places
from storage.database import HEAD, Database, DatabaseError, open_database
from storage.scope import Scope

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel
    from bot.channels.zalo import ZaloChannel
    from bot.dialogue.conversation import Surroundings

SQLITE = "sqlite:///"


@dataclass
class Machine:
    """This deployment as a command sees it. Times come from `clock`, words from `reader`."""

    settings: Settings
    clock: Clock
    reader: Reader
    database: Database

    @property
    def key(self) -> bytes:
        """The key that invite codes are kept under."""
        return keys.load_or_make(self.settings.data_folder)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """One transaction of the machine itself, which sees everything; whom it tells something is told when it ends.

        Nobody acts but the operator, so the audit's actor is empty and its `via` is "command".
        """
        with self.database.transaction() as session:
            work = Work(
                session=session,
                now=self.clock.now(),
                today=self.clock.today(),
                scope=Scope.everything(),
                zone=self.clock.zone,
                via="command",
                reminder_times=ReminderTimes(self.settings.meeting_reminders),
                limits=self.settings.message_limits,
            )
            yield work
            if work.notices:
                self._queue(work)

    def _queue(self, work: Work) -> None:
        from bot.conversations import ALONE, NOTICES
        from bot.service import outbox
        from bot.service.outbox import Wording

        outbox.queue_notices(work, Wording(NOTICES, self.surroundings(), self.clock.zone, ALONE))

    def surroundings(self) -> Surroundings:
        """What conversations and notices may know of this deployment."""
        from bot.dialogue.conversation import Surroundings

        return Surroundings(
            contact=self.settings.contact,
            invite_key=self.key,
            public_url=self.settings.web_public_url or "",
            reminder_times=ReminderTimes(self.settings.meeting_reminders),
            limits=self.settings.message_limits,
            bot_links=self.settings.bot_links,
        )


def ready(*, quiet: bool = True) -> tuple[Settings, Reader, Clock]:
    """The settings, the deployment's language, and its clock; logs are set up, and new files are the owner's only.

    Raises Stop (code 2) in one line for a wrong setting.
    """
    os.umask(0o077)
    try:
        settings = configuration.load()
    except (OSError, UnicodeDecodeError):
        raise Stop(
            Reader(locale=_language("")).say("The file .env cannot be read. Please save it as plain text in UTF-8."), 2
        ) from None
    logs.configure(settings, quiet=quiet)
    reader = Reader(locale=settings.default_locale, zone=settings.zone)
    return settings, reader, _clock(settings, reader)


def said(stop: Stop) -> str:
    """The line of a Stop that was raised where nobody knew the language."""
    return Reader(locale=_language()).say(stop.sentence, **stop.values) if stop.values else str(stop)


def _language(file: str = ".env") -> str:
    """The deployment's language although a setting is wrong; without `file` when that is what cannot be read."""
    from dotenv import dotenv_values

    found = os.environ.get("DEFAULT_LOCALE") or (dotenv_values(file).get("DEFAULT_LOCALE") if file else "") or ""
    return found if found in languages() else "vi"


def _clock(settings: Settings, reader: Reader) -> Clock:
    if settings.ralop_clock is None:
        return RealClock(settings.zone)
    clock = FileClock(Path(settings.ralop_clock.removeprefix("file:")), settings.zone)
    try:
        clock.now()
    except (OSError, ValueError):
        line = reader.say(
            "RALOP_CLOCK must name a file that holds a time; an example: RALOP_CLOCK=%(example)s with "
            "2024-03-20T07:00:00+07:00 in it",
            example="file:/tmp/clock",
        )
        raise Stop(line, 2) from None
    return clock


@contextmanager
def new_file(file: Path) -> Iterator[BinaryIO]:
    """A file that takes its place when it is whole, readable by its owner only."""
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    opened = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        with os.fdopen(opened, "w+b") as out:
            yield out
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def machine(*, quiet: bool = True) -> Iterator[Machine]:
    """The deployment, its database open and of this version. Raises Stop (code 1) in one line when there is none."""
    settings, reader, clock = ready(quiet=quiet)
    with database_errors(reader):
        database = open_existing(settings, reader)
        try:
            check_version(database, reader)
            yield Machine(settings, clock, reader, database)
        finally:
            database.close()


@contextmanager
def database_errors(reader: Reader) -> Iterator[None]:
    """What a database or a disk refuses becomes one line for the operator, without data."""
    try:
        yield
    except DatabaseError as error:
        raise Stop(reader.say("The database cannot be used: %(reason)s", reason=error)) from None
    except SQLAlchemyError as error:
        raise Stop(_in_a_line(error, reader)) from None


def _in_a_line(error: SQLAlchemyError, reader: Reader) -> str:
    driver = error.orig if isinstance(error, DBAPIError) else None
    told = str(driver or "").partition("\n")[0]
    if "locked" in told:
        return reader.say("The database is busy. Please try again in a minute.")
    if "malformed" in told or "not a database" in told:
        return reader.say("The database file is damaged. Put a backup back: ralop restore FILE --force")
    if "disk" in told or "full" in told or "readonly" in told:
        return reader.say("The database cannot be written: %(reason)s", reason=told)
    if "connect" in told or "refused" in told:
        return reader.say("The database server cannot be reached. Please check DATABASE_URL.")
    return reader.say("The database refused: %(reason)s", reason=type(driver or error).__name__)


def sqlite_file(settings: Settings) -> Path | None:
    """The SQLite file; None on PostgreSQL."""
    if not settings.database_url.startswith(SQLITE):
        return None
    return Path(settings.database_url.removeprefix(SQLITE))


def open_existing(settings: Settings, reader: Reader) -> Database:
    """Opens the database that `init` made. Raises Stop."""
    file = sqlite_file(settings)
    if file is not None and not file.is_file():
        raise no_database(reader)
    return open_database(settings.database_url)


def no_database(reader: Reader) -> Stop:
    """The one line of every command before `init`."""
    return Stop(reader.say('There is no database yet. Make it first: ralop init --commune "%(name)s"', name="Long Môn"))


def check_version(database: Database, reader: Reader, *, may_be_older: bool = False) -> str:
    """The version of the tables. Raises Stop for none, a newer one, or (unless `may_be_older`) an older one."""
    version = database.version()
    if version is None:
        raise no_database(reader)
    if version > HEAD:
        raise Stop(
            reader.say("The database was written by a newer version of Ra Lớp. Please install the newest version.")
        )
    if version < HEAD and not may_be_older:
        raise Stop(
            reader.say(
                "The database is of an older version. Start the service once; it makes a backup and brings it up "
                "to date: ralop run"
            )
        )
    if version == HEAD:
        with database.transaction() as session:
            if places.commune(session) is None:
                raise no_database(reader)
    return version


def telegram(settings: Settings, clock: Clock) -> TelegramChannel | None:
    """The Telegram channel of the settings, or None without a token.

    In a rehearsal hours pass in a second, and nobody counts messages by the second: it is not held to Telegram's pace.
    """
    if settings.telegram_bot_token is None:
        return None
    from bot.channels.telegram import TelegramChannel

    is_webhook = settings.telegram_mode == "webhook"
    secret = settings.webhook_secret
    return TelegramChannel(
        settings.telegram_bot_token.get_secret_value(),
        now=clock.now,
        base_url=settings.telegram_api_base_url,
        proxy=settings.telegram_proxy,
        is_paced=settings.ralop_clock is None,
        webhook=is_webhook,
        webhook_url=f"{settings.web_public_url}/hooks/telegram" if is_webhook else "",
        webhook_secret=secret.get_secret_value() if is_webhook and secret is not None else "",
    )


def zalo(settings: Settings, clock: Clock) -> list[ZaloChannel]:
    """A Zalo channel for each token of the settings, in their order: the place is the number in the webhook's path."""
    if settings.zalo_bot_token is None:
        return []
    from bot.channels.zalo import ZaloChannel

    is_webhook = settings.zalo_mode == "webhook"
    secret = settings.webhook_secret.get_secret_value() if is_webhook and settings.webhook_secret is not None else ""
    return [
        ZaloChannel(
            token.strip(),
            now=clock.now,
            base_url=settings.zalo_api_base_url,
            mode=settings.zalo_mode,
            webhook_url=f"{settings.web_public_url}/hooks/zalo/{number}" if settings.web_public_url else "",
            webhook_secret=secret,
        )
        for number, token in enumerate(settings.zalo_bot_token.get_secret_value().split(","), start=1)
    ]


@contextmanager
def ruled(stop: Callable[[Reader, Refused], Stop]) -> Iterator[tuple[Machine, Work]]:
    """The deployment and one transaction; what a rule refuses ends the command, as `stop` words it."""
    with machine() as opened:
        try:
            with opened.work() as work:
                yield opened, work
        except Refused as refused:
            raise stop(opened.reader, refused) from None


def page_address(settings: Settings) -> str:
    """Where the pages are: their public address, else the one on this machine."""
    host = "127.0.0.1" if settings.web_host in ("0.0.0.0", "::") else settings.web_host  # noqa: S104
    return settings.web_public_url or f"http://{host}:{settings.web_port}"


def print_json(value: Any) -> None:
    """One object for scripts."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress(length: int, label: str) -> Iterator[Any]:
    """A progress bar on the terminal's standard error, nothing elsewhere; `.update(n)` moves it on."""
    if not sys.stderr.isatty() or length <= 0:
        yield _Nowhere()
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar


class _Nowhere:
    def update(self, n: int) -> None:
        """Nobody watches."""
