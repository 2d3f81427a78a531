"""Photos, voice notes and files whose content we hold ourselves: what a page took in, and what a platform keeps only
for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args
from storage.database import insert_once

FOREIGN_KEPT = timedelta(days=7)  # a file that was sent to be read, once it was read or nobody went on with it
OURS = "ralop"  # channel and bot of the files that we made ourselves


class FileStatus(StrEnum):
    WANTED = "wanted"  # to be fetched from the platform
    KEPT = "kept"
    LOST = "lost"  # the platform did not give it out, or it was too large
    FORGOTTEN = "forgotten"  # read, and no longer needed


class KeptFile(Base):
    """One file under the id that its platform gave it (`file_id`); for a page, an id of our own.

    `announces`: whoever sent it waits for it, so its arrival is a message of its own. `reader`: what is to be read from
    it (a roster, a plan), before it is announced; `read` holds the facts, or why there are none. `tried`: what the
    facts would lead to, as it was last looked at. From `keep_until` on, content and facts are forgotten.
    `read` of a file that we make ourselves (channel `OURS`, wanted) says what is to be made, and for whom.
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
        Index(
            "ix_kept_file_unread",
            "wanted_at",
            sqlite_where=text("reader <> '' AND read_at IS NULL"),
            postgresql_where=text("reader <> '' AND read_at IS NULL"),
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
    reader: Mapped[str] = mapped_column(default="")
    read: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    read_at: Mapped[datetime | None]
    tried: Mapped[dict[str, Any]] = mapped_column(default=dict)
    keep_until: Mapped[datetime | None]


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
    reader: str = "",
    at: datetime,
) -> KeptFile:
    """Notes that a file is to be fetched, once; in the transaction of the message that brought it (`at` in UTC).

    With `reader` it is read as well, and anew where what was read is forgotten or lost: somebody has sent it again.
    """
    values = {"channel": channel, "bot": bot, "file_id": file_id, "address": address, "kind": kind, "name": name}
    insert_once(session, KeptFile, **values, size_bytes=0, attempts=0, announces=announces, wanted_at=at)
    found = find(session, channel, bot, file_id)
    if found is None:
        raise LookupError("a file that was just noted is gone")
    found.announces = found.announces or announces
    if reader:
        _want_read(found, reader, at)
    return found


def _want_read(found: KeptFile, reader: str, at: datetime) -> None:
    if found.status in (FileStatus.LOST, FileStatus.FORGOTTEN):
        found.status, found.attempts, found.reason = FileStatus.WANTED, 0, ""
    found.reader, found.read, found.read_at, found.tried = reader, None, None, {}
    found.wanted_at, found.keep_until = at, at + FOREIGN_KEPT


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
    keep_until: datetime | None = None,
    at: datetime,
) -> KeptFile:
    """Keeps a content (`at` in UTC) until it is of no use; what is kept already stays as it is."""
    found = want(session, channel=channel, bot=bot, file_id=file_id, address=address, kind=kind, name=name, at=at)
    found.keep_until = found.keep_until or keep_until
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
        .where(KeptFile.status == FileStatus.WANTED, KeptFile.channel != OURS)
        .order_by(KeptFile.attempts, KeptFile.wanted_at, KeptFile.id)
        .limit(limit)
    ).all()


def order(
    session: Session, *, file_id: str, address: str, kind: str, what: dict[str, Any], keep_until: datetime, at: datetime
) -> KeptFile:
    """Notes that we are to make a file ourselves, in the transaction that was asked for it; `at` in UTC."""
    found = want(
        session, channel=OURS, bot=OURS, file_id=file_id, address=address, kind=kind, announces=True, at=at
    )  # fmt: skip
    found.read, found.keep_until = what, keep_until
    session.flush()
    return found


def to_make(session: Session, address: str = "", limit: int = 20) -> Sequence[KeptFile]:
    """What we are still to make, the oldest first; for one person where `address` names one."""
    wanted = select(KeptFile).where(KeptFile.status == FileStatus.WANTED, KeptFile.channel == OURS)
    if address:
        wanted = wanted.where(KeptFile.address == address)
    return session.scalars(wanted.order_by(KeptFile.wanted_at, KeptFile.id).limit(limit)).all()


def unread(session: Session, limit: int = 5) -> Sequence[KeptFile]:
    """What is here and is still to be read, the oldest first."""
    return session.scalars(
        select(KeptFile)
        .where(KeptFile.reader != "", KeptFile.read_at.is_(None), KeptFile.status == FileStatus.KEPT)
        .order_by(KeptFile.wanted_at, KeptFile.id)
        .limit(limit)
    ).all()


def forget(found: KeptFile) -> None:
    """A file's content and what was read from it are of no more use."""
    found.content, found.read, found.tried = None, None, {}
    found.status = FileStatus.FORGOTTEN


def forget_old(session: Session, now: datetime) -> int:
    """The same for every file whose time is over (UTC); returns how many."""
    over = update(KeptFile).where(KeptFile.keep_until <= now, KeptFile.status != FileStatus.FORGOTTEN)
    values: dict[str, Any] = {"content": None, "read": None, "tried": {}, "status": FileStatus.FORGOTTEN}
    return int(session.execute(over.values(**values)).rowcount)  # type: ignore[attr-defined]


def forget_ours(session: Session, *file_ids: str) -> int:
    """The same for files that we made, by their ids."""
    made = update(KeptFile).where(KeptFile.channel == OURS, KeptFile.file_id.in_(file_ids))
    made = made.where(KeptFile.status != FileStatus.FORGOTTEN)
    return int(session.execute(made.values(content=None, status=FileStatus.FORGOTTEN)).rowcount)  # type: ignore[attr-defined]


def of_address(session: Session, address: str, limit: int = 5) -> Sequence[KeptFile]:
    """The last files that somebody gave us to be read at one address."""
    found = select(KeptFile).where(KeptFile.address == address, KeptFile.reader != "")
    return session.scalars(found.order_by(KeptFile.id.desc()).limit(limit)).all()
