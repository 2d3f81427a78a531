"""Hand-overs: a pupil's case offered to another school or commune, kept by the sender until somebody there says yes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.cases import Case
from storage.columns import Base, table_args
from storage.pupils import Pupil, PupilStatus
from storage.scope import Scope


class HandOverStatus(StrEnum):
    """`handed_over`: accepted there, or confirmed by somebody there who has no account."""

    OFFERED = "offered"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


class HandOver(Base):
    """One offer of a case. `to_id` is a school of this database, else `to_words` says where to.

    `from_school_id` and `from_class` are where the pupil was when it was offered. `answer` is the reason of a refusal,
    or who confirmed there. At most one offer of a case is open.
    """

    __tablename__ = "hand_over"
    __table_args__ = table_args(
        Index(None, "pupil_id"),
        Index(None, "to_id", "status"),
        Index(None, "from_school_id", "status"),
        Index(
            "uq_hand_over_open",
            "case_id",
            unique=True,
            sqlite_where=text("status = 'offered'"),
            postgresql_where=text("status = 'offered'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("pupil_case.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    from_school_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    from_class: Mapped[str] = mapped_column(default="")
    to_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    to_words: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default=HandOverStatus.OFFERED)
    offered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    offered_at: Mapped[datetime]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")


def _seen(scope: Scope) -> ColumnElement[bool]:
    """Whoever sees the pupil, and who has offered it, see an offer; the receiving school only while it is asked."""
    if scope.is_everything:
        return scope.pupils()
    asked = HandOver.to_id.in_(scope.schools) & (HandOver.status == HandOverStatus.OFFERED)
    sent = HandOver.from_school_id.in_(scope.schools)
    return or_(scope.pupils(), asked, sent, HandOver.offered_by == scope.person_id)


def get(scope: Scope, session: Session, offer_id: int) -> HandOver | None:
    """An offer by id, when its pupil lies within the scope or one of the scope's schools has sent it or is asked."""
    return session.scalars(
        select(HandOver).join(Pupil, Pupil.id == HandOver.pupil_id).where(HandOver.id == offer_id, _seen(scope))
    ).first()


def open_of_cases(scope: Scope, session: Session, case_ids: Collection[int]) -> dict[int, HandOver]:
    """The open offers of these cases, by case."""
    found = session.scalars(
        select(HandOver)
        .join(Pupil, Pupil.id == HandOver.pupil_id)
        .where(HandOver.case_id.in_(case_ids), HandOver.status == HandOverStatus.OFFERED, _seen(scope))
    )
    return {one.case_id: one for one in found}


def waiting(
    scope: Scope, session: Session, *, to_ids: Collection[int] | None = None, from_ids: Collection[int] | None = None
) -> Sequence[HandOver]:
    """The open offers within the scope, the oldest first; to these schools, or from these."""
    wanted = (
        select(HandOver)
        .join(Pupil, Pupil.id == HandOver.pupil_id)
        .join(Case, Case.id == HandOver.case_id)
        .where(HandOver.status == HandOverStatus.OFFERED, Case.closed_at.is_(None), _seen(scope))
        .order_by(HandOver.offered_at, HandOver.id)
    )
    if to_ids is not None:
        wanted = wanted.where(HandOver.to_id.in_(to_ids))
    if from_ids is not None:
        wanted = wanted.where(HandOver.from_school_id.in_(from_ids))
    return session.scalars(wanted).all()


def of_left(scope: Scope, session: Session) -> Sequence[tuple[Case, Pupil]]:
    """The open cases of pupils whom the school's list calls moved or finished, within the scope."""
    rows = session.execute(
        select(Case, Pupil)
        .join(Pupil, Pupil.id == Case.pupil_id)
        .where(Case.closed_at.is_(None), Pupil.status.in_((PupilStatus.MOVED, PupilStatus.FINISHED)), scope.pupils())
        .order_by(Case.opened_at, Case.id)
    )
    return [(case, pupil) for case, pupil in rows]
