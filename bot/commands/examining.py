"""What an examination is: it looks at a deployment and yields findings, in words, with what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType

from bot.clock import Clock
from bot.commands import common
from bot.i18n import Reader
from bot.settings import Settings
from storage.database import Database

SOME = 5  # of many alike, so many are named


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


def alarm_words() -> ModuleType:
    """The sentences that administrators read in the chat; all conversations come along, so not before they are used."""
    from bot.conversations import alarms as words

    return words
