"""What follows a pupil into another entry of the same child: table by table, and how every change is taken back.

All rows of both entries are read before and after; what differs is kept with the merger, so undoing needs to know
nothing of how merging was done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.parsing import fold
from bot.rules.work import Work
from storage.alerts import Alert
from storage.attendance import Absence, Mark, Reason, Register
from storage.cases import Case, CaseEvent, CaseHelper
from storage.columns import Base, Day, Instant
from storage.minutes import MeetingGuest, MinutesFamily
from storage.promises import Promise
from storage.pupils import Enrolment, Guardian, Pupil, PupilStatus, Relation
from storage.support import OPEN, Need, NeedStatus, PupilStanding
from storage.visits import Visit

Value = Any
Rows = dict[tuple[str, int], dict[str, Value]]
OF_PUPIL = "pupil_id"


def tables() -> dict[str, Table]:
    """Every table with a line of a pupil; a new one is followed by itself, its rows simply change the pupil."""
    found = [table for table in Base.metadata.sorted_tables if OF_PUPIL in table.c and "id" in table.c]
    return {table.name: table for table in found}


# --- reading -------------------------------------------------------------------------------------------------


def snapshot(session: Session, pupil_ids: Collection[int]) -> Rows:
    """All rows of these pupils and of their cases, as they are stored."""
    session.flush()
    session.expire_all()
    found: Rows = {}
    for table in tables().values():
        found |= _read(session, table, table.c[OF_PUPIL].in_(pupil_ids))
    found |= _read(session, Base.metadata.tables[Pupil.__tablename__], Pupil.id.in_(pupil_ids))
    cases = [key[1] for key in found if key[0] == Case.__tablename__]
    for child in (CaseEvent, CaseHelper):
        found |= _read(session, Base.metadata.tables[child.__tablename__], child.case_id.in_(cases))
    return found


def _read(session: Session, table: Table, condition: Any) -> Rows:
    rows = session.execute(select(table).where(condition)).mappings()
    return {(table.name, row["id"]): {name: _plain(row[name]) for name in row} for row in rows}


def _plain(value: Value) -> Value:
    return value.isoformat() if isinstance(value, date | datetime) else value


def differences(before: Rows, after: Rows) -> dict[str, Any]:
    """`changed`: [table, id, column, before, after]; `added`: [table, id]."""
    changed = [
        [table, row_id, column, value, after[table, row_id][column]]
        for (table, row_id), row in sorted(before.items())
        if (table, row_id) in after
        for column, value in row.items()
        if after[table, row_id][column] != value
    ]
    return {"changed": changed, "added": [list(key) for key in sorted(after) if key not in before]}


# --- following -----------------------------------------------------------------------------------------------


def follow(work: Work, kept: Pupil, other: Pupil) -> None:
    """Everything of the other entry becomes the kept one's; where both have the same, one of them stays behind.

    What stays behind keeps the other entry as its pupil, whom nobody sees any more. Cases must be one before.
    """
    session = work.session
    _stays(work, kept, other)
    for name, table in tables().items():
        is_behind = BEHIND.get(name)
        for row in _objects(session, table, other.id):
            if is_behind is None or not is_behind(work, kept, row):
                row.pupil_id = kept.id
        session.flush()
    _fill(kept, other)
    other.merged_into = kept.id
    session.flush()


def _objects(session: Session, table: Table, pupil_id: int) -> list[Any]:
    mapped = next(mapper.class_ for mapper in Base.registry.mappers if mapper.local_table is table)
    return list(session.scalars(select(mapped).where(mapped.pupil_id == pupil_id).order_by(mapped.id)))


def _stays(work: Work, kept: Pupil, other: Pupil) -> None:
    """The kept one's time in classes holds; the other's is added for the days before, after and between.

    The other's rows remain with it, empty, so that a school's list still recognises a row of the former class.
    """
    session = work.session
    own = list(session.scalars(select(Enrolment).where(Enrolment.pupil_id == kept.id).order_by(Enrolment.from_on)))
    for row in session.scalars(select(Enrolment).where(Enrolment.pupil_id == other.id).order_by(Enrolment.id)).all():
        for start, end in _without(row.from_on, row.until_on, [(one.from_on, one.until_on) for one in own]):
            session.add(Enrolment(pupil_id=kept.id, class_id=row.class_id, from_on=start, until_on=end))
        row.until_on = row.from_on
    session.flush()


def _without(
    start: date, end: date | None, spans: list[tuple[date, date | None]]
) -> Iterator[tuple[date, date | None]]:
    """A span of days without others; None is for ever."""
    last = end or date.max
    for taken_from, taken_until in sorted(spans, key=lambda span: span[0]):
        if start < min(taken_from, last):
            yield start, min(taken_from, last)
        start = max(start, taken_until or date.max)
    if start < last:
        yield start, end


def _fill(kept: Pupil, other: Pupil) -> None:
    """What only the other entry knew of the child."""
    for name in ("code", "personal_id", "sex", "ethnicity", "village_id"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(other, name))
    if len(other.birth_date) > len(kept.birth_date):
        kept.birth_date = other.birth_date
    kept.is_boarder = kept.is_boarder or other.is_boarder
    began = [day for day in (kept.enrolled_on, other.enrolled_on) if day is not None]
    kept.enrolled_on = min(began) if began else None
    if kept.status != PupilStatus.STUDYING and other.status == PupilStatus.STUDYING:
        kept.status, kept.left_on = PupilStatus.STUDYING, None


# Which row of the other entry stays behind. Each is asked before the row changes its pupil.


def _absence(work: Work, kept: Pupil, row: Absence) -> bool:
    """A line goes along unless the class that the child is taken to have been in has a register of that session, too:
    then that one is right.

    Where both have a line in one register: whoever saw the child there is right (late), else the kept one's line
    stays, unless it knows no reason and the other does.
    """
    register = work.session.get_one(Register, row.register_id)
    stays = work.session.execute(
        select(Enrolment.class_id, Enrolment.from_on, Enrolment.until_on).where(Enrolment.pupil_id == kept.id)
    )
    classes = {one for one, start, end in stays if start <= register.day and (end is None or register.day < end)}
    same = select(Register.id).where(
        Register.class_id.in_(classes), Register.day == register.day, Register.half == register.half
    )
    if register.class_id not in classes and work.session.scalars(same.where(Register.is_current)).first() is not None:
        return True
    own = work.session.scalars(
        select(Absence).where(Absence.register_id == row.register_id, Absence.pupil_id == kept.id)
    ).first()
    if own is None:
        return False
    was_seen = row.mark == Mark.LATE and own.mark != Mark.LATE
    knows_more = own.mark != Mark.LATE and own.reason == Reason.UNKNOWN and row.reason != Reason.UNKNOWN
    if was_seen or knows_more:
        own.mark, own.reason, own.note = row.mark, row.reason, row.note or own.note
    return True


def _guardian(work: Work, kept: Pupil, row: Guardian) -> bool:
    """The same father or mother twice is one; another name for either goes along as a guardian."""
    own = list(work.session.scalars(select(Guardian).where(Guardian.pupil_id == kept.id).order_by(Guardian.id)))
    same = next((one for one in own if fold(one.name) == fold(row.name)), None)
    if same is not None:
        same.phone, same.member_of = same.phone or row.phone, same.member_of or row.member_of
        return True
    if any(one.relation == row.relation for one in own):
        row.relation = Relation.GUARDIAN
    return False


def _alert(work: Work, kept: Pupil, row: Alert) -> bool:
    return row.cleared_at is None and _has(work, Alert, kept, Alert.rule == row.rule, Alert.cleared_at.is_(None))


def _need(work: Work, kept: Pupil, row: Need) -> bool:
    """The same thing needed twice is needed once; a promise of it is not lost."""
    if row.status not in OPEN or row.what == "other":
        return False
    own = work.session.scalars(
        select(Need).where(Need.pupil_id == kept.id, Need.what == row.what, Need.status.in_(OPEN))
    ).first()
    if own is None:
        return False
    weaker = own if row.status == NeedStatus.PLEDGED and own.status == NeedStatus.NEEDED else row
    weaker.status, weaker.withdrawn_at = NeedStatus.WITHDRAWN, work.now
    work.session.flush()
    return False


def _standing(work: Work, kept: Pupil, row: PupilStanding) -> bool:
    is_open = PupilStanding.until_on.is_(None)
    return row.until_on is None and _has(work, PupilStanding, kept, PupilStanding.code == row.code, is_open)


def _guest(work: Work, kept: Pupil, row: MeetingGuest) -> bool:
    own = work.session.scalars(
        select(MeetingGuest).where(MeetingGuest.pupil_id == kept.id, MeetingGuest.meeting_id == row.meeting_id)
    ).first()
    if own is not None:
        own.came = own.came or row.came
    return own is not None


def _family(work: Work, kept: Pupil, row: MinutesFamily) -> bool:
    return _has(work, MinutesFamily, kept, MinutesFamily.minutes_id == row.minutes_id)


def _has(work: Work, table: Any, kept: Pupil, *conditions: Any) -> bool:
    return work.session.scalars(select(table.id).where(table.pupil_id == kept.id, *conditions)).first() is not None


Behind = Callable[[Work, Pupil, Any], bool]
BEHIND: dict[str, Behind] = {
    Absence.__tablename__: _absence,
    Alert.__tablename__: _alert,
    Enrolment.__tablename__: lambda work, kept, row: True,
    Guardian.__tablename__: _guardian,
    MeetingGuest.__tablename__: _guest,
    MinutesFamily.__tablename__: _family,
    Need.__tablename__: _need,
    PupilStanding.__tablename__: _standing,
}


def move_case(work: Work, former: Case, goes_on: Case) -> None:
    """What was promised, seen and asked for one case becomes the other's; the history of each stays its own."""
    session = work.session
    for table in (Promise, Visit):
        session.execute(update(table).where(table.case_id == former.id).values(case_id=goes_on.id))
    helping = set(session.scalars(select(CaseHelper.person_id).where(CaseHelper.case_id == goes_on.id)))
    for helper in session.scalars(select(CaseHelper).where(CaseHelper.case_id == former.id)).all():
        if helper.person_id not in helping:
            helper.case_id = goes_on.id
    session.flush()
    session.expire_all()


# --- taking back ---------------------------------------------------------------------------------------------


def restore(session: Session, changes: dict[str, Any]) -> None:
    """Puts back every value that nobody has changed since, and takes away what was added and nobody has used.

    Whose row it is comes first, so that two open cases are two pupils' again before one of them opens.
    """
    session.flush()
    _take_away(session, changes["added"])
    rows: dict[tuple[str, int], dict[str, tuple[Value, Value]]] = {}
    for table, row_id, column, before, after in changes["changed"]:
        rows.setdefault((table, row_id), {})[column] = (before, after)
    for is_owner in (True, False):
        for (table, row_id), columns in rows.items():
            part = {name: pair for name, pair in columns.items() if (name in (OF_PUPIL, "case_id")) == is_owner}
            if part:
                _put_back(session, Base.metadata.tables[table], row_id, part)
    session.expire_all()


def _put_back(session: Session, table: Table, row_id: int, columns: dict[str, tuple[Value, Value]]) -> None:
    row = session.execute(select(table).where(table.c.id == row_id)).mappings().first()
    if row is None:
        return
    values = {
        name: _typed(table, name, before) for name, (before, after) in columns.items() if _plain(row[name]) == after
    }
    if not values:
        return
    try:
        with session.begin_nested():
            session.execute(update(table).where(table.c.id == row_id).values(**values))
    except IntegrityError:
        return  # something of the same kind has been opened since: what came later stands


def _typed(table: Table, name: str, value: Value) -> Value:
    kind = table.c[name].type
    if value is None or not isinstance(kind, Instant | Day):
        return value
    return datetime.fromisoformat(value) if isinstance(kind, Instant) else date.fromisoformat(value)


def _take_away(session: Session, added: list[list[Any]]) -> None:
    """Rows that the merger made; a case that somebody has acted upon since stays, with its history."""
    keys = {(table, row_id) for table, row_id in added}
    cases = [row_id for table, row_id in keys if table == Case.__tablename__]
    events = select(CaseEvent.id, CaseEvent.case_id).where(CaseEvent.case_id.in_(cases))
    used = {case_id for event_id, case_id in session.execute(events) if (CaseEvent.__tablename__, event_id) not in keys}
    for table in reversed(Base.metadata.sorted_tables):
        ids = [row_id for name, row_id in keys if name == table.name and not _belongs(session, table, row_id, used)]
        if ids:
            session.execute(delete(table).where(table.c.id.in_(ids)))
    session.expire_all()


def _belongs(session: Session, table: Table, row_id: int, cases: Collection[int]) -> bool:
    if table.name == Case.__tablename__:
        return row_id in cases
    if "case_id" not in table.c:
        return False
    return session.scalar(select(table.c.case_id).where(table.c.id == row_id)) in cases
