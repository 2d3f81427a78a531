"""The press: papers and pictures are made in one process beside the service, which comes when it is needed and goes
when it has rested for some minutes. A paper that brings it down is one paper lost."""

from __future__ import annotations

import asyncio
import os
import signal
import traceback
from collections.abc import Callable
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import structlog

log = structlog.get_logger()

T = TypeVar("T")
REST_S = 180.0  # without work the process ends and gives its memory back
WANTED_SOON = ("bot.reports.requests", "bot.reports.docx", "docxtpl")  # a second of imports, done while others read
WORK_S = 120.0  # for one paper; what takes longer has run wild


class Spoiled(Exception):
    """The press could not make it: it fell over, took too long, or there is a bug in the making."""


class _Worker:
    """One process and the pipe to it; all of it blocks, so it is spoken to in a thread."""

    def __init__(self) -> None:
        context = get_context("spawn")  # a fork would take the service's locks and threads along
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs,), name="press", daemon=True)
        self.process.start()
        theirs.close()

    def ask(self, function: Callable[..., object], args: tuple[object, ...]) -> object:
        """What `function` returns there. Raises Spoiled; after EOFError or a timeout the process is gone."""
        try:
            self.pipe.send((function, args))
            if not self.pipe.poll(WORK_S):
                self.end()
                raise Spoiled("too slow")
            is_made, answer = self.pipe.recv()
        except (EOFError, OSError):
            self.end()
            raise Spoiled("fell over") from None
        if not is_made:
            raise Spoiled(str(answer))
        return answer

    @property
    def is_alive(self) -> bool:
        return self.process.is_alive()

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Press:
    """Makes one thing after the other. Nothing is started before the first; `close` ends it."""

    def __init__(self, rest_s: float = REST_S) -> None:
        self._rest_s = rest_s
        self._turn = asyncio.Lock()
        self._worker: _Worker | None = None
        self._resting: asyncio.TimerHandle | None = None

    async def begin(self) -> None:
        """Starts the process, if there is none: it gets ready while somebody reads what a paper is made of."""
        async with self._turn:
            await asyncio.to_thread(self._started)
            self._rest_from_now()

    async def make(self, function: Callable[..., T], *args: Any) -> T:
        """What a function of a module returns for these arguments; both go to the process and back by pickle.

        Raises Spoiled, and the next one begins with a new process where this one is gone.
        """
        async with self._turn:
            if self._resting is not None:
                self._resting.cancel()
            try:
                return await asyncio.to_thread(self._made, function, args)
            finally:
                self._rest_from_now()

    def _rest_from_now(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
        self._resting = asyncio.get_running_loop().call_later(self._rest_s, self.close)

    def _started(self) -> _Worker:
        if self._worker is None or not self._worker.is_alive:
            self._worker = _Worker()
        return self._worker

    def _made(self, function: Callable[..., T], args: tuple[Any, ...]) -> T:
        answer: Any = self._started().ask(function, args)
        made: T = answer
        return made

    @property
    def process_id(self) -> int | None:
        """Of the process, while there is one."""
        return self._worker.process.pid if self._worker is not None and self._worker.is_alive else None

    def close(self) -> None:
        """Ends the process, whatever it does: what it was making is made again when the service is back."""
        if self._resting is not None:
            self._resting.cancel()
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


def _work(pipe: Connection) -> None:
    """What the process does: one thing after the other, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the service's to hear
    if hasattr(os, "nice"):
        os.nice(5)  # who writes to the service is answered first
    for name in WANTED_SOON:
        import_module(name)
    while True:
        try:
            function, args = pipe.recv()
        except EOFError:
            return
        try:
            answer: tuple[bool, object] = True, function(*args)
        except Exception as error:
            answer = False, "; ".join([type(error).__name__, *_where(error)])
        pipe.send(answer)


def _where(error: Exception) -> list[str]:
    """The last lines of code that an error passed; its text may hold names and is left out."""
    return [f"{one.name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)[-3:]]
