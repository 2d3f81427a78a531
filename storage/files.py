"""Photos, voice notes and files whose content we hold ourselves: what a page took in, and what a platform keeps only
for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.database import insert_once


class FileStatus(StrEnum):
    WANTED = "wanted"  # to be fetched from the platform
    KEPT = "kept"
    LOST = "lost"  # the platform did not give it out, or it was too large
    FORGOTTEN = "forgotten"  # read, and no longer needed


class KeptFile(Base):
    """One file under the id that its platform gave it (`file_id`); for a page, an id of our own.

    `announces`: whoever sent it is waited for, so its arrival is a message of its own. `seen_over` in `sent_files`.
    """

    __tablename__ = "kept_file"
    __table_args__ = table_args(
        UniqueConstraint("channel", "bot", "file_id"),
        Index(
            "ix_kept_file_wanted",
            "wanted_at",
            sqlite_where=text("status = 'wanted'"),
            postgresql_where=text("status = 'wanted'"),
        ),
        Index(None, "kind", "wanted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    bot: Mapped[str]
    file_id: Mapped[str]
    address: Mapped[str] = mapped_column(default="")  # the chat that it came over
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    media_type: Mapped[str] = mapped_column(default="")
    size_bytes: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default=FileStatus.WANTED)
    announces: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(default="")
    wanted_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]


def find(session: Session, channel: str, bot: str, file_id: str) -> KeptFile | None:
    """The row of a file, if we hold it or are about to; its content is read only when it is asked for."""
    return session.scalars(
        select(KeptFile).where(KeptFile.channel == channel, KeptFile.bot == bot, KeptFile.file_id == file_id)
    ).first()


def want(
    session: Session,
    *,
    channel: str,
    bot: str,
    file_id: str,
    address: str,
    kind: str,
    name: str = "",
    announces: bool = False,
    at: datetime,
) -> KeptFile:
    """Notes that a file is to be fetched, once; in the transaction of the message that brought it (`at` in UTC)."""
    values = {"channel": channel, "bot": bot, "file_id": file_id, "address": address, "kind": kind, "name": name}
    insert_once(session, KeptFile, **values, size_bytes=0, attempts=0, announces=announces, wanted_at=at)
    found = find(session, channel, bot, file_id)
    if found is None:
        raise LookupError("a file that was just noted is gone")
    if announces and not found.announces:
        found.announces = True
    return found


def put(
    session: Session,
    *,
    channel: str,
    bot: str,
    file_id: str,
    address: str,
    kind: str,
    content: bytes,
    media_type: str,
    name: str = "",
    at: datetime,
) -> KeptFile:
    """Keeps a content (`at` in UTC); what is kept already stays as it is."""
    found = want(session, channel=channel, bot=bot, file_id=file_id, address=address, kind=kind, name=name, at=at)
    if found.status != FileStatus.KEPT:
        found.content, found.media_type, found.size_bytes = content, media_type, len(content)
        found.status, found.kept_at, found.reason = FileStatus.KEPT, at, ""
    session.flush()
    return found


def content_of(session: Session, channel: str, bot: str, file_id: str) -> tuple[bytes, str] | None:
    """Content and media type of a file that we hold."""
    found = find(session, channel, bot, file_id)
    if found is None or found.status != FileStatus.KEPT or found.content is None:
        return None
    return found.content, found.media_type


def wanted(session: Session, limit: int = 20) -> Sequence[KeptFile]:
    """What is still to be fetched, the oldest first."""
    return session.scalars(
        select(KeptFile)
        .where(KeptFile.status == FileStatus.WANTED)
        .order_by(KeptFile.attempts, KeptFile.wanted_at, KeptFile.id)
        .limit(limit)
    ).all()
