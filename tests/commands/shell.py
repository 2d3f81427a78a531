"""`ralop …` in this very process: what it prints, how it ends, and nothing of it left behind for the next test."""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import structlog

from bot.__main__ import main
from storage.database import Database


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode("utf-8")


@dataclass
class Shell:
    """A folder with its settings; `ralop` runs one command there."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'data' / 'ralop.sqlite3'}"

    @property
    def file(self) -> Path:
        return self.folder / "data" / "ralop.sqlite3"

    def ralop(self, *arguments: str, **settings: str) -> Ended:
        """Runs a command to its end."""
        out = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="")
        err = io.StringIO()
        code = 0
        given = {"DATABASE_URL": self.url, "DEFAULT_LOCALE": "en", **self.settings, **settings}
        with _undisturbed(self.folder, given), patch.object(sys, "stdout", out), patch.object(sys, "stderr", err):
            try:
                main([str(argument) for argument in arguments])
            except SystemExit as end:
                code = int(end.code or 0)
        out.flush()
        return Ended(code, out.buffer.getvalue(), err.getvalue())  # type: ignore[attr-defined]

    @contextmanager
    def database(self) -> Iterator[Database]:
        opened = Database(self.url)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def _undisturbed(folder: Path, settings: dict[str, str]) -> Iterator[None]:
    """Puts back what a command sets for its whole process: folder, umask, logs, hooks."""
    root, here = logging.getLogger(), os.getcwd()
    handlers, level, hook, thread_hook = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    mask = os.umask(0o022)
    os.chdir(folder)
    try:
        with patch.dict(os.environ, settings):
            yield
    finally:
        os.chdir(here)
        os.umask(mask)
        root.handlers[:] = handlers
        root.setLevel(level)
        sys.excepthook, threading.excepthook = hook, thread_hook
        structlog.reset_defaults()
