"""What a clock that cannot be believed leaves behind: the newest hour that was written down, and rows set right."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.audit import Audit
from storage.chat import Inbox, Outbox, OutboxStatus, Pace
from storage.reminders import recall, remember

MARK = "clock"  # the memo: up to which row of each table a wrong clock has written
LONGEST_PACE = timedelta(days=1)


def newest(session: Session) -> datetime | None:
    """The newest moment (UTC) that stands in the database: the last tick, message, send or audit line.

    Rows that `mark` has set aside do not count.
    """
    marks = recall(session, MARK)
    last = recall(session, "tick").get("at")
    found = [
        datetime.fromisoformat(last) if last else None,
        _newest(session, Inbox.id, Inbox.received_at, marks.get("inbox", 0)),
        _newest(session, Audit.id, Audit.at, marks.get("audit", 0)),
        session.scalar(  # its times have no index of their own; the last row is enough beside the other two
            select(Outbox.queued_at).where(Outbox.id > marks.get("outbox", 0)).order_by(Outbox.id.desc()).limit(1)
        ),
    ]
    return max((at for at in found if at is not None), default=None)


def _newest(
    session: Session, key: InstrumentedAttribute[int], at: InstrumentedAttribute[datetime], after: int
) -> datetime | None:
    # `+ 0` keeps SQLite from walking through the ids: the index of the times ends with the row that is wanted.
    return session.scalar(select(at).where(key + 0 > after).order_by(at.desc()).limit(1))


def mark(session: Session) -> None:
    """From now on `newest` leaves out what stands in the database: a clock that ran ahead has written it."""
    tables = {"inbox": Inbox.id, "outbox": Outbox.id, "audit": Audit.id}
    remember(session, MARK, **{name: session.scalar(select(func.max(key))) or 0 for name, key in tables.items()})


def set_right(session: Session, now: datetime) -> int:
    """What waits for an hour of a clock that ran ahead waits for its own hour again; returns how many messages."""
    moved = session.scalars(select(Outbox).where(Outbox.status == OutboxStatus.QUEUED, Outbox.queued_at > now)).all()
    for row in moved:
        row.due_at -= row.queued_at - now
        row.queued_at = now
    for pace in session.scalars(select(Pace).where(Pace.not_before > now + LONGEST_PACE)):
        pace.not_before = now
    session.flush()
    return len(moved)
