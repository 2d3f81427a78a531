"""A large commune at its office page: 10,000 pupils, two weeks of registers, visits, messages that were lost."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from storage import wrong_clock
from storage.attendance import Absence, Mark, Reason, Register
from storage.audit import Audit
from storage.cases import Case, CaseEvent
from storage.chat import Outbox, OutboxStatus
from storage.database import Database
from storage.people import Person
from storage.pupils import Enrolment
from storage.visits import Visit
from tests import large

LOOKED_AT = large.at(9, 30)
WEEKS = 2
OFFICIAL = 1  # the id of an official of the large commune
AWAY_OF = 20  # one of so many is away


def build(url: str) -> None:
    """Fills an empty database."""
    database = Database(url)
    with database.transaction() as session:
        large.build(session)
        session.flush()
        _registers(session)
        _visits(session)
        _lost(session)
        _looks(session)
        wrong_clock.mark(session)
    database.close()


def school_days() -> list[date]:
    """The mornings that are reported: those of two weeks up to this Wednesday."""
    first = large.WEDNESDAY - timedelta(days=2, weeks=WEEKS - 1)
    days = (first + timedelta(days=n) for n in range((large.WEDNESDAY - first).days + 1))
    return [day for day in days if day.weekday() < 5]


def _registers(session: Session) -> None:
    """Every class, but for one of forty, on every morning."""
    of_class: dict[int, list[int]] = {}
    for class_id, pupil_id in session.execute(select(Enrolment.class_id, Enrolment.pupil_id)):
        of_class.setdefault(class_id, []).append(pupil_id)
    rows = [
        {
            "class_id": class_id, "day": day, "half": "morning", "enrolled": len(of_class[class_id]),
            "reported_by": OFFICIAL, "written_at": large.at(7, 20, day=day), "reported_at": large.at(7, 20, day=day),
        }
        for day in school_days() for class_id in of_class if (class_id + day.day) % 40
    ]  # fmt: skip
    ids = session.execute(insert(Register).returning(Register.id, Register.class_id, Register.day), rows).all()
    marks, reasons = list(Mark)[:3], list(Reason)
    session.execute(
        insert(Absence),
        [
            {"register_id": id_, "pupil_id": pupil_id, "mark": marks[pupil_id % 3], "reason": reasons[pupil_id % 6]}
            for id_, class_id, day in ids
            for pupil_id in of_class[class_id]
            if (7 * pupil_id + day.day) % AWAY_OF == 0
        ],
    )


def _visits(session: Session) -> None:
    """Every third case was visited, which its history tells."""
    cases = session.scalars(select(Case).order_by(Case.id)).all()[::3]
    session.execute(
        insert(Visit),
        [
            {
                "first_id": n + 1, "pupil_id": case.pupil_id, "visitor_id": case.owner_id, "case_id": case.id,
                "visited_on": large.WEDNESDAY, "visited_at": large.at(8), "met": "parents", "reason": "illness",
                "reported_at": large.at(8),
            }
            for n, case in enumerate(cases)
        ],
    )  # fmt: skip
    session.execute(
        insert(CaseEvent),
        [
            {"case_id": case.id, "at": large.at(8), "actor_id": case.owner_id, "kind": "visited", "facts": {}}
            for case in cases
        ],
    )


def _lost(session: Session) -> None:
    """A hundred and twenty messages that nobody got; everybody has a number."""
    for person in session.scalars(select(Person)):
        person.phone = f"09{person.id:08d}"
    session.execute(
        insert(Outbox),
        [
            {
                "channel": "phone", "bot": "phone", "address": f"máy {n + 1}", "person_id": n + 1,
                "kind": "meetings.answer", "subject": "meetings:1", "is_push": True, "payload": {"text": "?"},
                "due_at": large.at(8), "queued_at": large.at(8), "status": OutboxStatus.MISSED,
            }
            for n in range(120)
        ],
    )  # fmt: skip


def _looks(session: Session) -> None:
    """What the audit holds of a day of so many people."""
    commune_id = session.get_one(Person, OFFICIAL).commune_id
    session.execute(
        insert(Audit),
        [
            {
                "commune_id": commune_id, "at": large.at(8), "actor_id": 1 + n % 300, "action": "pupil.seen",
                "subject_type": "pupil", "subject_id": n, "details": {"via": "phone"},
            }
            for n in range(3000)
        ],
    )  # fmt: skip
