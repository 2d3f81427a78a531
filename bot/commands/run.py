"""`ralop run`: the real service, with every channel that is configured, the reminders and the pages."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import click
import httpx
import structlog

from bot import keys, logs
from bot.channels.channel import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.clock import Clock, FileClock, FollowingClock
from bot.commands import common, one_process
from bot.commands.nights import Nights, backups
from bot.conversations import CONVERSATIONS
from bot.dialogue.conversation import Surroundings
from bot.i18n import N_, Reader
from bot.rules.meeting_times import ReminderTimes
from bot.service.app import Service
from bot.service.follow import Follower
from bot.settings import Settings, Stop
from bot.web import app as web
from storage import backup
from storage.database import HEAD, Database, migrate

log = structlog.get_logger()

ALREADY = N_("Ra Lớp is running already on this database.")
HEARTBEAT_S = 60
HEARTBEAT_WAIT_S = 10


@click.command("run")
def command() -> None:
    """Run the service until it is told to stop (SIGTERM, Ctrl-C); it then ends within ten seconds.

    A channel that cannot be reached does not keep it from starting: it says so and keeps trying.
    """
    signal.signal(signal.SIGTERM, _end_at_once)
    settings, reader, clock = common.ready(quiet=False)
    with common.database_errors(reader):
        database = common.open_existing(settings, reader)
        try:
            with one_process.alone(settings, reader, ALREADY), _listening(settings, reader) as opened:
                _bring_up_to_date(settings, reader, clock, database)
                asyncio.run(_serve(settings, reader, clock, database, opened))
        finally:
            database.close()


def _end_at_once(_: int, __: FrameType | None) -> None:
    """Told to stop while it was still starting: nothing has begun, nothing is lost."""
    sys.exit(0)


@contextmanager
def _listening(settings: Settings, reader: Reader) -> Iterator[socket.socket]:
    """The door of the pages. Raises Stop when it is taken: a service whose health nobody can ask is none."""
    try:
        opened = web.listening(settings.web_host, settings.web_port)
    except OSError:
        line = reader.say(
            "The pages cannot be opened at %(host)s:%(port)s. Is it in use? Another one: WEB_PORT=%(example)s",
            host=settings.web_host,
            port=settings.web_port,
            example=8081,
        )
        raise Stop(line) from None
    with opened:
        yield opened


def _bring_up_to_date(settings: Settings, reader: Reader, clock: Clock, database: Database) -> None:
    """Migrates an older database, after a backup beside it."""
    version = common.check_version(database, reader, may_be_older=True)
    if version == HEAD:
        return
    file = common.sqlite_file(settings)
    if file is not None:
        stamp = clock.now().astimezone(clock.zone).strftime("%Y%m%dT%H%M%S")
        before = backups(settings) / f"{file.stem}-before-{HEAD}-{stamp}.sqlite3"
        backup.copy(file, before)
        log.info("backup before the migration", file=str(before))
    migrate(database)
    log.info("database migrated", before=version, now=HEAD)


async def _serve(settings: Settings, reader: Reader, clock: Clock, database: Database, opened: socket.socket) -> None:
    """The service, its pages and what runs beside it, until a signal."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    logs.guard(loop)
    followed = FollowingClock(clock) if isinstance(clock, FileClock) else None
    links = Links(settings.web_public_url or "", has_zalo=settings.zalo_bot_token is not None)
    telegram = common.telegram(settings, followed or clock)
    service = _service(settings, followed or clock, database, telegram, links)
    beside = [_heartbeat(service, settings), Nights(service, settings).run()]
    if telegram is not None:
        beside.append(_introduce(telegram, reader, links))
    if followed is not None:
        beside.append(Follower(service, followed).run())
    pages = web.serve(web.build(service, settings), settings.web_host, settings.web_port, stop, sock=opened)
    log.info("started", channels=[channel.name for channel in service.channels], address=common.page_address(settings))
    tasks = [asyncio.create_task(one) for one in beside]
    serving = asyncio.create_task(pages)
    try:
        await service.run(stop)
    finally:
        stop.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(serving, *tasks, return_exceptions=True)
    log.info("stopped")


def _service(
    settings: Settings, clock: Clock, database: Database, telegram: TelegramChannel | None, links: Links
) -> Service:
    channels: list[Channel] = [*([telegram] if telegram else []), *common.zalo(settings, clock), WebChannel()]
    surroundings = Surroundings(
        contact=settings.contact,
        invite_key=keys.load_or_make(settings.data_folder),
        public_url=settings.web_public_url or "",
        join_links=links,
        ways=links.ways,
        reminder_times=ReminderTimes(settings.meeting_reminders),
        limits=settings.message_limits,
        bot_links=settings.bot_links,
    )
    relies_on_backups = settings.backup_dir is not None and database.is_sqlite
    return Service(
        database, channels, clock, surroundings, settings.default_locale, relies_on_backups,
        paper_templates=settings.paper_templates,
    )  # fmt: skip


@dataclass
class Links:
    """The one-time links that an invitation in the chat carries: of the channels whose name is known by now."""

    public_url: str
    telegram_bot: str = ""
    has_zalo: bool = False

    def ways(self) -> list[tuple[str, str]]:
        """The channels that a code can be typed in, and where; a Zalo bot's link is copied by hand (empty here)."""
        telegram = [("telegram", f"https://t.me/{self.telegram_bot}")] if self.telegram_bot else []
        zalo = [("zalo", "")] if self.has_zalo else []
        return [*telegram, *zalo, *([("web", self.public_url)] if self.public_url else [])]

    def __call__(self, token: str) -> list[tuple[str, str]]:
        found = [("Telegram", f"https://t.me/{self.telegram_bot}?start={token}")] if self.telegram_bot else []
        return found + ([("Web", f"{self.public_url}/join/{token}")] if self.public_url else [])


async def _introduce(telegram: TelegramChannel, reader: Reader, links: Links) -> None:
    """Learns the bot's name for links and publishes the slash commands, as soon as Telegram can be reached."""
    commands = [(one.command, reader.say(one.help)) for one in CONVERSATIONS if one.command and one.help]
    await telegram.ensure_commands(commands)
    while not links.telegram_bot:
        links.telegram_bot = await telegram.name_of_bot() or ""
        await asyncio.sleep(0 if links.telegram_bot else HEARTBEAT_S)


async def _heartbeat(service: Service, settings: Settings) -> None:
    """Tells an outside watcher once a minute that we live: only while the clock ticks, and nothing but that."""
    if settings.heartbeat_url is None:
        return
    async with httpx.AsyncClient(timeout=HEARTBEAT_WAIT_S, follow_redirects=True) as client:
        while True:
            if service.is_ticking:
                try:
                    await client.get(settings.heartbeat_url)
                except httpx.HTTPError as error:
                    log.warning("heartbeat not delivered", error=type(error).__name__)
            await asyncio.sleep(HEARTBEAT_S if service.is_ticking else 1)
