"""Two entries of one child: found, made one with everything that follows, and two again as if nothing had been."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import UniqueConstraint, select

from bot.clock import VIETNAM
from bot.importers.roster_facts import PupilRow
from bot.reports import exports
from bot.reports.exports import Window
from bot.reports.tables import TABLES
from bot.rules import attendance, cases, merger_rows, mergers, promises, reminders, roster, support, visits
from bot.rules import people as rules
from bot.rules.attendance import Line
from bot.rules.visits import Findings
from bot.rules.work import Refused, Work
from storage import attendance as stored_attendance
from storage import cases as stored_cases
from storage import pupils
from storage.attendance import Absence, Half, Mark, Reason
from storage.audit import Audit
from storage.cases import Case, CaseEvent
from storage.columns import Base
from storage.people import Role, RoleGrant
from storage.places import PlaceKind
from storage.promises import Promise
from storage.pupils import Enrolment, Guardian, Pupil
from storage.scope import Scope
from storage.support import Need, NeedKind
from storage.visits import Met, Visit
from tests.rules.test_visits import AT, by, named
from tests.world import World

ALL = Scope.everything()
HEAD = "Phạm Văn Sơn"


@pytest.fixture
def twice(world: World) -> World:
    """Em Nhi stands twice on the school's lists: in 6A since September, and in 6B since February."""
    for name, of in (("Đinh Thị An", "6A"), ("Đinh Văn Dút", "6A"), ("Đinh Thị Lan", "6B")):
        world.pupil(name, of=of)
    world.teacher("Đinh Thị Hoa", of="6A")
    world.teacher("Đinh Thị Na", of="6B")
    world.village_head("Đinh Văn Rớt", of="Cà Xen")
    world.official("Phạm Thị Thu")
    world.school_head(HEAD)
    world.pupil("Đinh Thị Nhi", of="6A", born="2012-02-03", mother="Đinh Thị Nương", code="2012001")
    other = world.pupil("Đinh Thị Nhi", of="6B", born="2012", mother="Dinh Thi Nuong")
    began(world, other, date(2024, 2, 1))
    for grant in world.session.scalars(select(RoleGrant)):
        grant.from_on = date(2023, 9, 5)
    world.session.flush()
    return world


def both(world: World) -> tuple[Pupil, Pupil]:
    kept, other = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Nhi").order_by(Pupil.id))
    return kept, other


def began(world: World, pupil: Pupil, day: date) -> None:
    world.session.scalars(select(Enrolment).where(Enrolment.pupil_id == pupil.id)).one().from_on = day
    world.session.flush()


def rolls_of(world: World, of: str, by_whom: str, day: str, *lines: Line) -> None:
    """A morning's register."""
    at = datetime.fromisoformat(f"{day}T07:20").replace(tzinfo=VIETNAM)
    class_id = world.school_class(of).id
    attendance.report(by(world, by_whom, at), class_id, date.fromisoformat(day), Half.MORNING, list(lines))


def exported(world: World) -> dict[str, list[list[object]]]:
    """Every export but those about the machine itself, with everything in them."""

    @contextmanager
    def transaction() -> Iterator[Work]:
        world.session.flush()
        world.session.expire_all()
        yield Work(world.session, AT, AT.date(), scope=ALL)

    window = Window(date(2024, 3, 8), date(2024, 3, 20), is_sensitive=True)
    return {
        name: [list(row) for rows in exports.rows(transaction, table, window) for row in rows]
        for name, table in TABLES.items()
        if name not in ("audit", "deliveries")
    }


# --- finding -------------------------------------------------------------------------------------------------


def test_the_same_name_and_year_with_one_parent_is_alike(twice: World) -> None:
    kept, other = both(twice)
    assert [(one.id, two.id) for one, two in mergers.pairs(by(twice, HEAD))] == [(kept.id, other.id)]
    assert mergers.alike(by(twice, HEAD), other.id) == [kept.id]


@pytest.mark.parametrize(
    ("change", "is_alike"),
    [
        ({}, True),
        ({"birth_date": "2011-02-03"}, False),
        ({"birth_date": "2012-02-03"}, True),
        ({"birth_date": ""}, True),  # the same mother says it
        ({"code": "2012002"}, False),
        ({"sex": "male"}, False),
        ({"village_id": None}, True),
    ],
)
def test_who_is_alike(twice: World, change: dict[str, Any], is_alike: bool) -> None:
    for name, value in change.items():
        setattr(both(twice)[1], name, value)
    twice.session.flush()
    assert bool(mergers.pairs(by(twice, HEAD))) == is_alike


def test_neither_village_nor_parent_in_common_is_another_child(twice: World) -> None:
    _, other = both(twice)
    other.village_id = twice.village("Làng Trê").id
    for guardian in twice.session.scalars(select(Guardian).where(Guardian.pupil_id == other.id)):
        guardian.name = "Đinh Thị Hương"
    twice.session.flush()
    assert mergers.pairs(by(twice, HEAD)) == []


def test_a_teacher_and_a_village_head_are_not_asked_and_may_not(twice: World) -> None:
    kept, other = both(twice)
    for name in ("Đinh Thị Hoa", "Đinh Văn Rớt"):
        assert mergers.alike(by(twice, name), kept.id) == []
        with pytest.raises(Refused) as refused:
            mergers.merge(by(twice, name), kept.id, other.id)
        assert refused.value.code == "not_allowed"


def test_a_school_sees_and_merges_only_its_own(twice: World) -> None:
    kept, other = both(twice)
    far = rules.make_place(twice.work, PlaceKind.SCHOOL, "Trường TH Xa", parent_id=twice.commune().id)
    head = twice.person("Phạm Thị Lành", Role.SCHOOL, form="cô", place_id=far.id)
    stay = twice.session.scalars(select(Enrolment).where(Enrolment.pupil_id == other.id)).one()
    stay.class_id = twice.school_class("6C", far).id
    twice.session.flush()
    for name in (HEAD, head.name):
        assert mergers.pairs(by(twice, name)) == []
        with pytest.raises(Refused) as refused:
            mergers.look(by(twice, name), kept.id, other.id)
        assert refused.value.code == "outside_scope"
    mergers.merge(by(twice, "Phạm Thị Thu"), kept.id, other.id)


def listed(world: World, name: str) -> list[str]:
    work = by(world, name)
    return [task.kind for task in reminders.of_person(work, work.actor_id or 0) if task.kind.startswith("mergers.")]


def test_the_school_has_one_line_until_somebody_says_what_they_are(twice: World) -> None:
    twice.pupil("Đinh Thị Nhi", of="6A", born="2012-02-03")
    assert listed(twice, HEAD) == ["mergers.look"]
    assert listed(twice, "Phạm Thị Thu") == []
    for one, two in mergers.pairs(by(twice, HEAD)):
        mergers.tell_apart(by(twice, HEAD), two.id, one.id)
    assert listed(twice, HEAD) == []


# --- what follows --------------------------------------------------------------------------------------------


def test_everything_follows_to_the_one_kept(twice: World) -> None:
    kept, other = both(twice)
    visit = visits.report(by(twice, "Đinh Văn Rớt"), other.id, Findings(AT, Met.PARENTS, promised_on=date(2024, 3, 22)))
    need = support.note(by(twice, HEAD), other.id, NeedKind.BOOKS).need
    mergers.merge(by(twice, HEAD), kept.id, other.id)
    assert twice.session.get_one(Visit, visit.id).pupil_id == kept.id
    assert twice.session.get_one(Need, need.id).pupil_id == kept.id
    assert [one.pupil_id for one in twice.session.scalars(select(Promise))] == [kept.id]
    case = stored_cases.open_of(ALL, twice.session, kept.id)
    assert case is not None
    assert case.id == visit.case_id
    assert (pupils.get(ALL, twice.session, other.id), kept.birth_date, kept.code) == (None, "2012-02-03", "2012001")
    assert [one.name for one in pupils.guardians(ALL, twice.session, kept.id)] == ["Đinh Thị Nương"]


def test_of_two_open_cases_the_older_goes_on(twice: World) -> None:
    kept, other = both(twice)
    older = cases.open(by(twice, "Đinh Thị Na", AT - timedelta(days=3)), other.id)
    younger = cases.open(by(twice, "Đinh Thị Hoa"), kept.id, owner_id=named(twice, "Đinh Văn Rớt").id, due_at=AT)
    promised = promises.make(by(twice, "Đinh Thị Hoa"), kept.id, date(2024, 3, 22))
    mergers.merge(by(twice, HEAD), kept.id, other.id)
    assert (younger.closed_at is not None, younger.outcome) == (True, "merged")
    assert (older.pupil_id, older.closed_at) == (kept.id, None)
    assert twice.session.get_one(Promise, promised.id).case_id == older.id
    assert [one.kind for one in stored_cases.events(ALL, twice.session, older.id)][-2:] == ["merged", "taken_over"]
    # Cô Na, whose class the child is no longer in, is replaced by the teacher of the class that holds.
    assert older.owner_id == named(twice, "Đinh Thị Hoa").id


def test_days_in_the_former_class_follow_unless_the_kept_class_saw_the_child(twice: World) -> None:
    kept, other = both(twice)
    began(twice, kept, date(2024, 3, 11))
    for day in ("2024-03-07", "2024-03-08", "2024-03-12", "2024-03-13"):
        rolls_of(twice, "6B", "Đinh Thị Na", day, Line.absent(other.id, Reason.FIELDS))
    rolls_of(twice, "6A", "Đinh Thị Hoa", "2024-03-12")
    mergers.merge(by(twice, HEAD), kept.id, other.id)
    lines = stored_attendance.of_pupil(ALL, twice.session, kept.id, date(2024, 3, 1))
    missed = [register.day.day for _, register in lines]
    assert missed == [13, 8, 7]  # on the 12th class 6A saw the child; of the 13th it says nothing


@pytest.mark.parametrize(
    ("own", "others", "stays"),
    [
        (Line.absent(0, Reason.UNKNOWN), Line(0, Reason.UNKNOWN, Mark.LATE), ("late", "unknown")),
        (Line(0, Reason.UNKNOWN, Mark.LATE), Line.absent(0, Reason.ILL), ("late", "unknown")),
        (Line.absent(0, Reason.UNKNOWN), Line.absent(0, Reason.ILL), ("excused", "ill")),
        (Line.absent(0, Reason.FIELDS), Line.absent(0, Reason.ILL), ("unexcused", "fields")),
        (None, Line.absent(0, Reason.ILL), ("excused", "ill")),
    ],
)
def test_two_lines_in_one_register_become_one(
    twice: World, own: Line | None, others: Line, stays: tuple[str, str]
) -> None:
    kept, other = both(twice)
    stay = twice.session.scalars(select(Enrolment).where(Enrolment.pupil_id == other.id)).one()
    stay.class_id = twice.school_class("6A").id
    twice.session.flush()
    lines = [Line(pupil.id, line.reason, line.mark) for pupil, line in ((kept, own), (other, others)) if line]
    rolls_of(twice, "6A", "Đinh Thị Hoa", "2024-03-20", *lines)
    mergers.merge(by(twice, HEAD), kept.id, other.id)
    found = twice.session.scalars(select(Absence).where(Absence.pupil_id == kept.id)).all()
    assert [(one.mark, one.reason) for one in found] == [stays]
    registers = {
        row[2]: row[6] for row in exported(twice)["registers"] if row[0] == date(2024, 3, 20) and row[6] is not None
    }
    assert registers["6A"] == (0 if stays[0] == "late" else 1)


def test_two_codes_are_two_children(twice: World) -> None:
    kept, other = both(twice)
    other.code = "2012002"
    with pytest.raises(Refused) as refused:
        mergers.merge(by(twice, HEAD), kept.id, other.id)
    assert refused.value.code == "two_codes"


def test_a_merger_is_audited_with_ids_only(twice: World) -> None:
    kept, other = both(twice)
    row = mergers.merge(by(twice, HEAD), kept.id, other.id)
    mergers.undo(by(twice, HEAD, AT + timedelta(hours=1)), row.id)
    audits = [
        (one.action, one.subject_id, one.details)
        for one in twice.session.scalars(select(Audit).where(Audit.action.like("pupils.%")).order_by(Audit.id))
    ]
    details = {"other": other.id, "merger": row.id}
    assert audits == [("pupils.merged", kept.id, details), ("pupils.parted", kept.id, details)]


# --- undoing -------------------------------------------------------------------------------------------------


def test_undone_within_a_day_and_not_later(twice: World) -> None:
    kept, other = both(twice)
    row = mergers.merge(by(twice, HEAD), kept.id, other.id)
    assert mergers.undoable(by(twice, HEAD, AT + timedelta(hours=23)), kept.id) is row
    with pytest.raises(Refused) as refused:
        mergers.undo(by(twice, HEAD, AT + timedelta(hours=25)), row.id)
    assert refused.value.code == "merger_is_old"
    mergers.undo(by(twice, HEAD, AT + timedelta(hours=24)), row.id)
    assert pupils.get(ALL, twice.session, other.id) is not None
    with pytest.raises(Refused) as refused:
        mergers.undo(by(twice, HEAD, AT + timedelta(hours=24)), row.id)
    assert refused.value.code == "merger_undone"


def test_what_came_after_the_merger_stays_with_the_one_kept(twice: World) -> None:
    kept, other = both(twice)
    case = cases.open(by(twice, "Đinh Thị Na"), other.id)
    row = mergers.merge(by(twice, HEAD), kept.id, other.id)
    later = AT + timedelta(hours=1)
    visit = visits.report(by(twice, "Đinh Văn Rớt", later), kept.id, Findings(later, Met.PARENTS))
    mergers.undo(by(twice, HEAD, AT + timedelta(hours=2)), row.id)
    assert twice.session.get_one(Visit, visit.id).pupil_id == kept.id
    assert twice.session.get_one(Case, case.id).pupil_id == other.id


def test_a_case_that_the_merger_raised_goes_with_it_unless_somebody_has_acted(twice: World) -> None:
    kept, other = both(twice)
    began(twice, kept, date(2024, 3, 19))
    for day in ("2024-03-15", "2024-03-18"):
        rolls_of(twice, "6B", "Đinh Thị Na", day, Line.absent(other.id, Reason.FIELDS))
    for day in ("2024-03-19", "2024-03-20"):
        rolls_of(twice, "6A", "Đinh Thị Hoa", day, Line.absent(kept.id, Reason.FIELDS))
    assert stored_cases.open_of(ALL, twice.session, kept.id) is None
    before = exported(twice)
    row = mergers.merge(by(twice, HEAD), kept.id, other.id)
    raised = stored_cases.open_of(ALL, twice.session, kept.id)
    assert raised is not None
    assert (raised.why or {})["rule"] == "R2"
    mergers.undo(by(twice, HEAD), row.id)
    assert exported(twice) == before
    row = mergers.merge(by(twice, HEAD), kept.id, other.id)
    raised = stored_cases.open_of(ALL, twice.session, kept.id)
    assert raised is not None
    visits.report(by(twice, "Đinh Văn Rớt"), kept.id, Findings(AT, Met.PARENTS))
    mergers.undo(by(twice, HEAD), row.id)
    assert stored_cases.open_of(ALL, twice.session, kept.id) is not None


MARKS = (
    None,
    Line.absent(0, Reason.ILL),
    Line.absent(0, Reason.FIELDS),
    Line.absent(0, Reason.UNKNOWN),
    Line(0, Reason.UNKNOWN, Mark.LATE),
)
DAYS = ("2024-03-11", "2024-03-12", "2024-03-13", "2024-03-14", "2024-03-15", "2024-03-18", "2024-03-19", "2024-03-20")
mornings = st.lists(
    st.tuples(st.sampled_from(MARKS), st.sampled_from(MARKS), st.booleans(), st.booleans()),
    min_size=len(DAYS),
    max_size=len(DAYS),
)
deeds = st.lists(
    st.tuples(
        st.sampled_from(("visit", "promise", "case", "need", "guardian", "leave", "call")),
        st.booleans(),
        st.integers(0, 5),
    ),
    max_size=6,
)


@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(in_one_class=st.booleans(), keeps_first=st.booleans(), since=st.integers(0, 9), mornings=mornings, deeds=deeds)
def test_merged_and_parted_again_every_export_is_what_it_was(
    twice: World,
    in_one_class: bool,
    keeps_first: bool,
    since: int,
    mornings: list[tuple[Line | None, Line | None, bool, bool]],
    deeds: list[tuple[str, bool, int]],
) -> None:
    savepoint = twice.session.begin_nested()
    try:
        first, second = both(twice)
        stay = twice.session.scalars(select(Enrolment).where(Enrolment.pupil_id == second.id)).one()
        stay.from_on = date(2024, 3, 11) + timedelta(days=since)
        if in_one_class:
            stay.class_id = twice.school_class("6A").id
        twice.session.flush()
        for day, (one, two, is_six_a, is_six_b) in zip(DAYS, mornings, strict=True):
            a_morning(twice, day, first, second, one, two if date.fromisoformat(day) >= stay.from_on else None,
                      is_six_a=is_six_a, is_six_b=is_six_b, in_one_class=in_one_class)  # fmt: skip
        for deed, is_first, n in deeds:
            do(twice, deed, first if is_first else second, n)
        kept, other = (first, second) if keeps_first else (second, first)
        before = exported(twice)
        row = mergers.merge(by(twice, HEAD), kept.id, other.id)
        check_one(twice, kept, other)
        mergers.undo(by(twice, HEAD), row.id)
        assert exported(twice) == before
    finally:
        savepoint.rollback()
        twice.session.expire_all()


def a_morning(
    world: World,
    day: str,
    first: Pupil,
    second: Pupil,
    one: Line | None,
    two: Line | None,
    *,
    is_six_a: bool,
    is_six_b: bool,
    in_one_class: bool,
) -> None:
    def of(pupil: Pupil, line: Line | None) -> list[Line]:
        return [] if line is None else [Line(pupil.id, line.reason, line.mark)]

    if is_six_a:
        rolls_of(world, "6A", "Đinh Thị Hoa", day, *of(first, one), *(of(second, two) if in_one_class else []))
    if is_six_b:
        rolls_of(world, "6B", "Đinh Thị Na", day, *([] if in_one_class else of(second, two)))


def do(world: World, deed: str, pupil: Pupil, n: int) -> None:
    """Something that happens to a pupil on the afternoon of the 20th; what cannot be is not done."""
    try:
        if deed == "visit":
            visits.report(by(world, "Đinh Văn Rớt"), pupil.id, Findings(AT, list(Met)[n % len(Met)]))
        elif deed == "promise":
            promises.make(by(world, "Đinh Văn Rớt"), pupil.id, date(2024, 3, 21 + n))
        elif deed == "case":
            cases.open(by(world, "Phạm Thị Thu", AT - timedelta(hours=n)), pupil.id)
        elif deed == "need":
            support.note(by(world, HEAD), pupil.id, list(NeedKind)[n % 3])
        elif deed == "guardian":
            world.session.add(Guardian(pupil_id=pupil.id, relation="father", name=f"Đinh Văn Cha {n % 2}"))
            world.session.flush()
        elif deed == "leave":
            pupil.is_boarder, pupil.ethnicity = bool(n % 2), ("", "Hrê")[n % 2]
            world.session.flush()
        elif deed == "call":
            case = stored_cases.open_of(ALL, world.session, pupil.id)
            if case is not None:
                cases.learn_reason(by(world, "Đinh Văn Rớt"), case.id, "illness")
    except Refused:
        return


def check_one(world: World, kept: Pupil, other: Pupil) -> None:
    """Nobody sees the other entry, and the kept one has everything once."""
    shown = exported(world)
    assert not [row for row in shown["pupils"] if row[0] == other.id]
    for name in ("attendance", "visits", "cases"):
        column = TABLES[name].columns.index("pupil_id")
        assert not [row for row in shown[name] if row[column] == other.id]
    open_ones = world.session.scalars(select(Case).where(Case.pupil_id == kept.id, Case.closed_at.is_(None))).all()
    assert len(open_ones) <= 1
    present = select(Enrolment).where(Enrolment.pupil_id.in_((kept.id, other.id)), Enrolment.until_on.is_(None))
    assert [one.pupil_id for one in world.session.scalars(present)] == [kept.id]


# --- the house -----------------------------------------------------------------------------------------------


def test_every_table_with_one_line_a_pupil_knows_which_of_two_stays_behind() -> None:
    """A new table whose rows are unique by pupil must say here what becomes of two."""
    for name, table in merger_rows.tables().items():
        unique = [
            constraint for constraint in table.constraints
            if isinstance(constraint, UniqueConstraint) and "pupil_id" in constraint.columns
        ] + [index for index in table.indexes if index.unique and "pupil_id" in index.columns]  # fmt: skip
        assert not unique or name in {*merger_rows.BEHIND, Case.__tablename__}, name
    assert CaseEvent.__tablename__ in Base.metadata.tables


# --- the school's list, read again ---------------------------------------------------------------------------


def row(name: str, class_name: str, **more: Any) -> PupilRow:
    return PupilRow("", 1, name, class_name, **more)


def take(world: World, *rows: PupilRow) -> roster.Outcome:
    world.work.now, world.work.today = AT, AT.date()
    return roster.take(world.work, rows, school=world.school().name, year="2023-2024")


@pytest.mark.parametrize("is_turned", [False, True])
def test_the_same_list_read_again_makes_no_second_entry(twice: World, is_turned: bool) -> None:
    kept, other = both(twice)
    mergers.merge(by(twice, HEAD), kept.id, other.id)
    rows = [row("Đinh Thị Nhi", "6A", birth=date(2012, 2, 3)), row("Đinh Thị Nhi", "6B", birth_year=2012)]
    outcome = take(twice, *(reversed(rows) if is_turned else rows))
    assert (outcome.added, outcome.changed, outcome.unchanged) == (0, 0, 2)
    school_class = pupils.class_of(twice.session, kept.id)
    assert school_class is not None
    assert school_class.name == "6A"


def test_a_row_of_the_merged_entry_alone_speaks_of_the_one_kept(twice: World) -> None:
    kept, other = both(twice)
    mergers.merge(by(twice, HEAD), kept.id, other.id)
    outcome = take(twice, row("Đinh Thị Nhi", "6B", birth_year=2012, father="Đinh Văn Lía"))
    assert (outcome.added, outcome.changed) == (0, 1)
    school_class = pupils.class_of(twice.session, kept.id)
    assert school_class is not None
    assert school_class.name == "6B"
    assert {one.relation for one in pupils.guardians(ALL, twice.session, kept.id)} == {"father", "mother"}
