"""The line to a platform: after trouble it is tried by a harmless call before a message is risked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.channels.channel import Later

AGAIN_SECONDS = 5.0


class Line:
    """Whether a platform can be reached, as far as its last answer tells. `try_it` makes the harmless call.

    A message whose outcome is unknown goes once more and never again: in a black-out of two hours both tries would
    fall into the dark, and the person would get nothing when it ends (F8).
    """

    def __init__(self, try_it: Callable[[], Awaitable[bool]]) -> None:
        self._try_it = try_it
        self._trial: asyncio.Task[bool] | None = None
        self.is_up = False

    async def need(self) -> None:
        """Returns when the line is up; several who wait share one trial. Raises Later."""
        if self.is_up:
            return
        if self._trial is None:
            self._trial = asyncio.create_task(self._tried())
            self._trial.add_done_callback(self._note)
        if not await asyncio.shield(self._trial):
            raise Later("the line is down", AGAIN_SECONDS, whole_bot=True)

    async def _tried(self) -> bool:
        return await self._try_it()

    def _note(self, trial: asyncio.Task[bool]) -> None:
        self._trial = None
        self.is_up = not trial.cancelled() and trial.result()

    async def close(self) -> None:
        """Ends a trial that is under way."""
        if self._trial is not None:
            self._trial.cancel()
            await asyncio.gather(self._trial, return_exceptions=True)
