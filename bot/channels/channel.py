"""What a channel offers, and the four ways in which a send can fail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol

from bot.messages import Incoming, Outgoing, Profile, Received


class SendError(Exception):
    """A message was not delivered; the kind says what should happen next. Only `service/delivery.py` looks at it.

    `reason` is short, and holds neither token nor text: it is stored and shown in `deliveries`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Later(SendError):
    """Not sent; try again after `after_s` seconds. `whole_bot` holds back every chat of this bot, not only this one."""

    def __init__(self, reason: str, after_s: float, *, whole_bot: bool = False) -> None:
        super().__init__(reason)
        self.after_s = after_s
        self.whole_bot = whole_bot


class Rejected(SendError):
    """The platform will never take this message: our bug, visible in `deliveries` and `doctor`."""


class Gone(SendError):
    """This address is closed. `never_started`: the person has not opened the chat yet, which an invitation mends."""

    def __init__(self, reason: str, *, never_started: bool = False) -> None:
        super().__init__(reason)
        self.never_started = never_started


class Unknown(SendError):
    """Perhaps it arrived, perhaps not: the answer of the platform was lost."""


class Unparsable(Exception):
    """An update whose form nobody understands; it is kept raw and quarantined. The text names the place, not the
    content."""


Receive = Callable[[list[Received]], Awaitable[None]]


def understood(
    parse: Callable[[Received, str, datetime], Incoming | None], update: Received, bot: str, now: datetime
) -> Incoming | None:
    """What a platform's reader makes of an update; whatever it stumbles over is Unparsable, with the place alone."""
    try:
        return parse(update, bot, now)
    except Unparsable:
        raise
    except Exception as error:
        place = type(error).__name__
    raise Unparsable(place)  # outside, so that the traceback carries no content along


class Channel(Protocol):
    """A platform as the service sees it. `bot` tells several bots of one platform apart; it is no secret.

    `is_paced`: it counts messages by the second, and what is faster comes back (bot.service.pacing).
    """

    name: str
    bot: str
    profile: Profile
    is_paced: bool

    async def run(self, store: Receive) -> None:
        """Receives until cancelled: `store` commits a batch, and only when it returns is the batch confirmed.

        Never ends by itself and never raises for what the platform does: an unreachable, blocked or lying platform
        is waited for.
        """

    def parse(self, received: Received) -> Incoming | None:
        """Understands a stored update; None is one that needs no answer. Raises Unparsable."""

    async def send(self, address: str, message: Outgoing) -> str:
        """Sends, and returns the platform's id of the message (empty for acts that make none). Raises SendError."""

    async def send_file(self, address: str, message: Outgoing, content: bytes) -> str:
        """The same for a message whose attachment came over another channel: its content is sent. Raises SendError."""

    async def fetch(self, file_id: str, limit_bytes: int = 5_000_000) -> tuple[bytes, str]:
        """Content and media type of what came over this channel. Raises SendError: Rejected, or Later."""

    def health(self) -> dict[str, Any]:
        """For /readyz and `doctor`: `last_good_poll` (ISO, UTC, or None) and `trouble` (a code, or None)."""

    async def close(self) -> None:
        """Lets connections go."""


__all__ = [
    "AsyncIterator",
    "Channel",
    "Gone",
    "Later",
    "Receive",
    "Rejected",
    "SendError",
    "Unknown",
    "Unparsable",
    "understood",
]
