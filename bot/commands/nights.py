"""What `ralop run` does at night: a backup at 2:00, opened and checked, kept for thirty days (defaults of §4)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from bot.commands import common
from bot.service.app import Service
from bot.settings import Settings
from storage import backup
from storage.database import DatabaseError
from storage.reminders import recall, remember

log = structlog.get_logger()

AT_HOUR = 2
KEPT = timedelta(days=30)
LOOK_S = 60.0
PREFIX = "nightly-"


def backups(settings: Settings) -> Path:
    """Where backups go that nobody asked for: BACKUP_DIR, else `backups` beside the database."""
    return settings.backup_dir or settings.data_folder / "backups"


class Nights:
    """Looks once a minute whether tonight's backup is made; one that a night switched off is made in the morning."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self._service, self._settings = service, settings
        self._file = common.sqlite_file(settings)

    async def run(self) -> None:
        """Until cancelled. On PostgreSQL, and where backups should be encrypted, the operator sees to them."""
        if self._file is None or self._settings.backup_passphrase is not None:
            return
        while True:
            try:
                if await self._service.database.run(self._is_due):
                    await self._make(self._file)
            except (DatabaseError, OSError) as error:
                log.error("the nightly backup failed", error=type(error).__name__)
            await asyncio.sleep(LOOK_S)

    def _is_due(self, session: Session) -> bool:
        """Whether two o'clock has passed since the last backup; the first night begins with the first look.

        Not at an hour that cannot be believed: three years ahead, every other backup would be too old to keep.
        """
        if self._service.schedule.watch.is_wrong:
            return False
        last = recall(session, "nightly").get("at")
        now = self._service.clock.now().astimezone(self._service.clock.zone)
        if last is None:
            remember(session, "nightly", at=now.isoformat())
            return False
        two = now.replace(hour=AT_HOUR, minute=0, second=0, microsecond=0)
        due = two if two <= now else two - timedelta(days=1)
        return datetime.fromisoformat(last) < due

    async def _make(self, source: Path) -> None:
        now = self._service.clock.now()
        folder, day = backups(self._settings), now.astimezone(self._service.clock.zone).date()
        target = folder / f"{PREFIX}{day.isoformat()}.sqlite3"
        size = await asyncio.to_thread(backup.copy, source, target)

        def note(session: Session) -> None:
            remember(session, "nightly", at=now.isoformat())
            remember(session, "backup", at=now.isoformat())

        await self._service.database.run(note)
        log.info("nightly backup", bytes=size)
        self._forget(folder, now)

    def _forget(self, folder: Path, now: datetime) -> None:
        """A person deleted here must be gone from the backups too, in time."""
        for old in folder.glob(f"{PREFIX}*.sqlite3"):
            try:
                made = datetime.fromisoformat(old.stem.removeprefix(PREFIX)).replace(tzinfo=self._service.clock.zone)
            except ValueError:
                continue
            if now - made > KEPT:
                old.unlink(missing_ok=True)
