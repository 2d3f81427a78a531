"""The audit: one row for every effect and every look, in the transaction of the effect; never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, Index, event, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.columns import Base, table_args


class Audit(Base):
    """Who did or saw what. `details` hold ids and codes, never names. `actor_id` None is the operator's machine."""

    __tablename__ = "audit"
    __table_args__ = table_args(Index(None, "at"), Index(None, "subject_type", "subject_id"), Index(None, "actor_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int | None]
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    subject_type: Mapped[str] = mapped_column(default="")
    subject_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


def write(
    session: Session,
    at: datetime,
    actor_id: int | None,
    action: str,
    subject_type: str = "",
    subject_id: int | None = None,
    commune_id: int | None = None,
    **details: Any,
) -> None:
    """Adds a row to the audit, to be committed with what it tells of."""
    session.add(
        Audit(
            at=at,
            actor_id=actor_id,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            commune_id=commune_id,
            details=details,
        )
    )


def latest(session: Session, actor_id: int | None, action: str) -> int:
    """The id of the last line of this actor and action, for what has no row of its own; 0 when there is none."""
    wanted = select(func.max(Audit.id)).where(Audit.actor_id == actor_id, Audit.action == action)
    return session.scalar(wanted) or 0


def newest(session: Session) -> int:
    """The id of the last line; 0 while there is none."""
    return session.scalar(select(func.max(Audit.id))) or 0


# Looks change nothing; every other line tells of an effect.
LOOKS = (".seen", "_seen", ".listed", "_listed", ".searched")
IS_A_LOOK = or_(*(Audit.action.endswith(end, autoescape=True) for end in LOOKS))


def effects_after(session: Session, after: int) -> int:
    """How many lines behind an id tell of an effect: as long as it is the same number, nothing has changed."""
    return session.scalar(select(func.count()).where(Audit.id > after, ~IS_A_LOOK)) or 0


def is_by(session: Session, audit_id: int, actor_id: int | None, action: str) -> bool:
    """Whether a line tells of this action of this actor."""
    row = session.get(Audit, audit_id)
    return row is not None and (row.actor_id, row.action) == (actor_id, action)


APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
    ),
}

for dialect, statements in APPEND_ONLY.items():
    for statement in statements:
        unescaped = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(Audit.__table__, "after_create", unescaped.execute_if(dialect=dialect))
