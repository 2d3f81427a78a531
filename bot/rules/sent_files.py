"""A file that somebody sent with a report: of a visit, of minutes, of a gift."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """A photo or voice note where the platform keeps it."""

    kind: str
    file_id: str
    channel: str
    bot: str
    seconds: int = 0
