"""`ralop export`: the promised columns in the promised order, each record once, and nothing sensitive unasked."""

from __future__ import annotations

import csv
import io
import json
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.reports import exports
from bot.reports.exports import Window
from bot.reports.tables import TABLES
from bot.reports.writers import FORMATS, guarded
from bot.rules import attendance, early_warning, people
from bot.rules.work import Work
from storage import people as stored
from storage.attendance import Absence, Half, Mark, Reason, Register
from storage.audit import Audit
from storage.cases import Case
from storage.chat import Outbox, OutboxStatus
from storage.database import Database
from storage.meetings import Answer, Composition, Invitation, Meeting, MeetingVillage, Plan
from storage.people import Person, Role
from storage.promises import Promise
from storage.pupils import Guardian, Pupil
from storage.reminders import Announced, AnnouncedStatus
from storage.scope import Scope
from storage.visits import Met, Visit, VisitReason
from tests.commands.shell import Shell
from tests.world import World

# interface.md, Exports: word for word.
PROMISED = {
    "pupils": "id, code, name, birth_date, sex, class, grade, school, village, commune, father, mother, guardian, "
    "status, enrolled_on, left_on",
    "attendance": "id, date, session, class, school, pupil_id, pupil, village, status, reason, note, reported_by, "
    "reported_at, is_late_entry, revision",
    "registers": "date, session, class, school, enrolled, present, absent, status, reported_by, reported_at",
    "visits": "id, pupil_id, pupil, class, village, visited_at, visitor, companions, met, reason, promised_date, "
    "promise_kept, next_step, note, reported_at, case_id, revision",
    "cases": "id, pupil_id, pupil, class, village, opened_at, opened_by, reason, status, owner, next_step, due_at, "
    "closed_at, outcome",
    "meetings": "id, starts_at, place, villages, purpose, plan, status, invited, will_come, came, created_by",
    "invitations": "meeting_id, person_id, person, role, answer, stand_in, answered_at, attended",
    "support": "id, pupil_id, need, donor, pledged_at, handed_over_at, status",
    "people": "id, name, roles, scopes, channels, status, joined_at, last_seen_at",
    "deliveries": "id, person_id, person, channel, kind, subject, due_at, queued_at, sent_at, status, attempts, error",
    "audit": "id, at, actor, action, subject_type, subject_id, details",
}
DAY = date(2024, 3, 20)


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2024, 3, day, hour, minute, tzinfo=VIETNAM)


@contextmanager
def commune(shell: Shell) -> Iterator[World]:
    """Hands in the shell's commune; what they did is committed at the end."""
    with shell.database() as database, database.transaction() as session:
        yield World(session)


def records(shell: Shell, *arguments: str, **settings: str) -> list[dict[str, Any]]:
    """An export as JSON."""
    ended = shell.ralop("export", *arguments, "--format", "json", **settings)
    assert (ended.code, ended.err) == (0, "")
    found: list[dict[str, Any]] = json.loads(ended.out)
    return found


def lines(shell: Shell, *arguments: str) -> list[list[str]]:
    """An export as CSV."""
    ended = shell.ralop("export", *arguments)
    assert (ended.code, ended.err) == (0, "")
    return list(csv.reader(io.StringIO(ended.raw.decode("utf-8-sig"), newline="")))


def one(world: World, name: str) -> Any:
    """A pupil or person of the commune by name."""
    for table in (Pupil, Person):
        found = world.session.scalars(select(table).where(table.name == name)).first()
        if found is not None:
            return found
    raise LookupError(name)


def register(world: World, *absent: tuple[str, Mark, Reason, str], day: date = DAY, minute: int = 15) -> Register:
    """A register of 6A as the teacher would report it, over a former one if there is one."""
    class_id = world.school_class("6A").id
    former = world.session.scalars(
        select(Register).where(Register.class_id == class_id, Register.day == day, Register.is_current)
    ).first()
    if former is not None:
        former.is_current = False
        world.session.flush()
    made = Register(
        class_id=class_id, day=day, half=Half.MORNING, revision=1 if former is None else former.revision + 1,
        enrolled=31, reported_by=one(world, "Đinh Thị Hoa").id, written_at=at(7, minute, day.day),
        reported_at=at(7, minute, day.day),
    )  # fmt: skip
    world.session.add(made)
    world.session.flush()
    for name, mark, reason, note in absent:
        line = Absence(register_id=made.id, pupil_id=one(world, name).id, mark=mark, reason=reason, note=note)
        world.session.add(line)
    world.session.flush()
    return made


def visit(world: World, pupil: str, **more: Any) -> Visit:
    values = {
        "pupil_id": one(world, pupil).id, "visitor_id": one(world, "Đinh Văn Rớt").id, "visited_on": DAY,
        "visited_at": at(16), "met": Met.PARENTS, "reported_at": at(17), "skipped": [],
    }  # fmt: skip
    made = Visit(**{**values, **more})
    world.session.add(made)
    world.session.flush()
    made.first_id = made.first_id or made.id
    world.session.flush()
    return made


@pytest.mark.parametrize("what", PROMISED)
def test_the_columns_are_those_that_were_promised(shell: Shell, what: str) -> None:
    promised = PROMISED[what].split(", ")
    assert lines(shell, what)[0][: len(promised)] == promised  # new columns are added behind


def test_every_export_is_promised_and_every_promise_is_kept() -> None:
    assert set(TABLES) == set(PROMISED)


@pytest.mark.parametrize(
    ("what", "further"),
    [
        ("pupils", ["ethnicity", "personal_id", "phone"]),
        ("people", ["phone"]),
        ("support", ["noted_at", "note", "gift"]),
    ],
)
def test_sensitive_columns_stand_behind_the_others(shell: Shell, what: str, further: list[str]) -> None:
    header = lines(shell, what, "--sensitive")[0]
    assert header == PROMISED[what].split(", ") + further


def test_a_pupil_stands_with_class_village_and_parents(shell: Shell) -> None:
    with commune(shell) as world:
        pupil = one(world, "Đinh Thị Chi")
        world.session.add(Guardian(pupil_id=pupil.id, relation="mother", name="Đinh Thị Lê", phone="0900000002"))
        pupil.ethnicity, pupil.personal_id = "Hrê", "051012000001"
    (chi,) = [row for row in records(shell, "pupils") if row["name"] == "Đinh Thị Chi"]
    assert chi | {"id": 0} == {
        "id": 0, "code": "", "name": "Đinh Thị Chi", "birth_date": "2012-05-10", "sex": "female", "class": "6A",
        "grade": 6, "school": "Trường PTDTBT TH&THCS Long Môn", "village": "Cà Xen", "commune": "Long Môn",
        "father": "", "mother": "Đinh Thị Lê", "guardian": "", "status": "studying", "enrolled_on": "2023-09-05",
        "left_on": None,
    }  # fmt: skip
    (chi,) = [row for row in records(shell, "pupils", "--sensitive") if row["name"] == "Đinh Thị Chi"]
    assert (chi["ethnicity"], chi["personal_id"], chi["phone"]) == ("Hrê", "051012000001", ["0900000002"])


def test_attendance_shows_the_latest_revision_once_and_no_reason_unasked(shell: Shell) -> None:
    with commune(shell) as world:
        register(
            world, ("Đinh Thị Chi", Mark.EXCUSED, Reason.ILL, ""), ("Đinh Thị An", Mark.LATE, Reason.OTHER, "xe hỏng")
        )
        register(world, ("Đinh Thị Chi", Mark.UNEXCUSED, Reason.FIELDS, "đi rẫy"), minute=30)
    (row,) = records(shell, "attendance")
    assert (row["pupil"], row["status"], row["reason"], row["note"]) == ("Đinh Thị Chi", "unexcused", None, None)
    assert (row["date"], row["session"], row["class"], row["village"]) == ("2024-03-20", "morning", "6A", "Cà Xen")
    assert (row["reported_by"], row["reported_at"]) == ("Đinh Thị Hoa", "2024-03-20T07:30:00+07:00")
    assert (row["is_late_entry"], row["revision"]) == (False, 2)
    (row,) = records(shell, "attendance", "--sensitive")
    assert (row["reason"], row["note"]) == ("fields", "đi rẫy")


def test_what_was_corrected_to_present_is_not_exported(shell: Shell) -> None:
    with commune(shell) as world:
        register(world, ("Đinh Thị Chi", Mark.EXCUSED, Reason.ILL, ""))
        register(world, minute=30)
    assert records(shell, "attendance") == []
    (row,) = records(shell, "registers")
    assert (row["status"], row["present"], row["absent"]) == ("reported", 31, 0)


def test_registers_count_the_late_as_present_and_name_the_missing(shell: Shell) -> None:
    with commune(shell) as world:
        late = ("Đinh Thị An", Mark.LATE, Reason.OTHER, "")
        register(world, ("Đinh Thị Chi", Mark.UNKNOWN, Reason.UNKNOWN, ""), late, day=date(2024, 3, 18))
        world.pupil("Đinh Văn Huy", of="7A")
    rows = records(shell, "registers")
    assert [(row["date"], row["class"], row["status"]) for row in rows] == [
        ("2024-03-18", "6A", "reported"),
        ("2024-03-18", "7A", "missing"),
        ("2024-03-19", "6A", "missing"),
        ("2024-03-19", "7A", "missing"),
        ("2024-03-20", "6A", "missing"),
        ("2024-03-20", "7A", "missing"),
    ]
    assert (rows[0]["enrolled"], rows[0]["present"], rows[0]["absent"]) == (31, 30, 1)
    assert (rows[1]["enrolled"], rows[1]["present"], rows[1]["absent"]) == (1, None, None)


def test_no_register_is_missing_before_it_was_asked_for_nor_at_the_weekend(shell: Shell) -> None:
    clock = shell.folder / "clock"
    clock.write_text("2024-03-20T07:00:00+07:00", "utf-8")
    assert records(shell, "registers") == []
    clock.write_text("2024-03-24T12:00:00+07:00", "utf-8")
    rows = records(shell, "registers", "--from", "2024-03-22")
    assert [row["date"] for row in rows] == ["2024-03-22"]


def test_from_and_to_are_both_included(shell: Shell) -> None:
    with commune(shell) as world:
        for day in (18, 19, 20):
            register(world, ("Đinh Thị Chi", Mark.EXCUSED, Reason.ILL, ""), day=date(2024, 3, day))
    found = records(shell, "attendance", "--from", "2024-03-18", "--to", "2024-03-19")
    assert [row["date"] for row in found] == ["2024-03-18", "2024-03-19"]


def test_a_day_of_the_commune_begins_at_its_own_midnight(shell: Shell) -> None:
    with commune(shell) as world:
        for hour, day in ((23, 19), (0, 20), (23, 20)):
            world.session.add(
                Outbox(
                    channel="phone",
                    bot="phone",
                    address="x",
                    kind="reply",
                    payload={},
                    due_at=at(hour, 30, day),
                    queued_at=at(hour, 30, day),
                )
            )
    found = records(shell, "deliveries", "--from", "2024-03-20", "--to", "2024-03-20")
    assert [row["due_at"] for row in found] == ["2024-03-20T00:30:00+07:00", "2024-03-20T23:30:00+07:00"]


@pytest.mark.parametrize("what", ["pupils", "people"])
def test_an_export_without_a_date_refuses_days(shell: Shell, what: str) -> None:
    ended = shell.ralop("export", what, "--from", "2024-03-20")
    assert ended.code == 2
    assert ended.err == f"ralop: {what} has no date to choose by; leave --from and --to out\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("attendance", "--from", "20/3/2024"),
        ("attendance", "--from", "2024-03-20", "--to", "2024-03-19"),
        ("attendance", "--format", "xlsx"),
        ("attendance", "--format", "ods"),
        ("marks",),
        (),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(shell: Shell, arguments: tuple[str, ...]) -> None:
    ended = shell.ralop("export", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("ralop: ")
    assert ended.err.count("\n") == 1


def test_a_visit_stands_once_under_its_first_number_with_what_was_promised(shell: Shell) -> None:
    with commune(shell) as world:
        first = visit(world, "Đinh Thị Chi", promised_on=date(2024, 3, 21))
        first.is_current = False
        world.session.flush()
        visit(
            world, "Đinh Thị Chi", first_id=first.id, revision=2, promised_on=date(2024, 3, 21), note="mẹ ốm",
            reason=VisitReason.ILLNESS, companions="cô Hoa", next_step="wait",
        )  # fmt: skip
        number = first.id
    (row,) = records(shell, "visits", "--sensitive")
    assert (row["id"], row["revision"], row["visitor"], row["companions"]) == (number, 2, "Đinh Văn Rớt", "cô Hoa")
    assert (row["reason"], row["note"], row["met"]) == ("illness", "mẹ ốm", "parents")
    assert (row["visited_at"], row["promised_date"], row["promise_kept"]) == (
        "2024-03-20T16:00:00+07:00", "2024-03-21", "",
    )  # fmt: skip
    (row,) = records(shell, "visits")
    assert (row["reason"], row["note"]) == (None, None)


@pytest.mark.parametrize(
    ("absent", "kept"),
    [
        ((), "yes"),
        ((("Đinh Thị Chi", Mark.LATE, Reason.OTHER, ""),), "yes"),
        ((("Đinh Thị Chi", Mark.UNEXCUSED, Reason.UNKNOWN, ""),), "no"),
        ((("Đinh Thị An", Mark.EXCUSED, Reason.ILL, ""),), "yes"),
    ],
)
def test_the_roll_of_the_promised_morning_tells_whether_the_promise_was_kept(
    shell: Shell, absent: tuple[tuple[str, Mark, Reason, str], ...], kept: str
) -> None:
    with commune(shell) as world:
        day = date(2024, 3, 21)
        made = visit(world, "Đinh Thị Chi", promised_on=day)
        world.session.add(
            Promise(pupil_id=made.pupil_id, day=day, made_at=at(17), to_id=made.visitor_id, visit_id=made.first_id)
        )
        told = register(world, *absent, day=day)
        world.work.today = day
        early_warning.follow(world.work, told.class_id, day)
    assert [row["promise_kept"] for row in records(shell, "visits")] == [kept]


def test_a_case_names_who_opened_it_or_the_rule_and_the_latest_reason(shell: Shell) -> None:
    with commune(shell) as world:
        opener = str(one(world, "Phạm Thị Thu").id)
        for name, opened_by in (("Đinh Thị Chi", opener), ("Đinh Thị An", "R2")):
            case = Case(pupil_id=one(world, name).id, opened_at=at(9), opened_by=opened_by)
            world.session.add(case)
            world.session.flush()
            if name == "Đinh Thị Chi":
                visit(world, name, case_id=case.id, reason=VisitReason.POVERTY)
    first, second = records(shell, "cases", "--sensitive")
    assert (first["opened_by"], first["reason"], first["status"]) == ("Phạm Thị Thu", "poverty", "open")
    assert (second["opened_by"], second["reason"], second["class"]) == ("R2", "unknown", "6A")
    assert records(shell, "cases")[0]["reason"] is None


def a_meeting(world: World) -> Meeting:
    """The meeting of the plan, with three invited: one comes, one comes late, one does not."""
    plan = Plan(commune_id=world.commune().id, number="30/KH-UBND", issued_on=DAY, read_at=at(8))
    world.session.add(plan)
    world.session.flush()
    meeting = Meeting(
        commune_id=world.commune().id, plan_id=plan.id, row=1, planned_for=at(18, 30, 22), starts_at=at(18, 30, 22),
        ends_at=at(20, 30, 22), venue="nhà sinh hoạt thôn", place_as_written="Làng Trê, Làng Giữa", purpose="vận động",
        created_by=one(world, "Phạm Thị Thu").id, created_at=at(8), invitees_as_written=[],
    )  # fmt: skip
    world.session.add(meeting)
    world.session.flush()
    for village in ("Làng Trê", "Làng Giữa"):
        world.session.add(MeetingVillage(meeting_id=meeting.id, village_id=world.village(village).id))
    for role in (Role.OFFICIAL, Role.TEACHER, Role.VILLAGE_HEAD):
        world.session.add(Composition(meeting_id=meeting.id, role=role, where_kind="commune"))
    for name, answer in (("Phạm Thị Thu", Answer.YES), ("Đinh Thị Hoa", Answer.LATE), ("Đinh Văn Rớt", Answer.NO)):
        world.session.add(
            Invitation(
                meeting_id=meeting.id,
                person_id=one(world, name).id,
                answer=answer,
                answered_at=at(9),
                stand_in="chú Nghĩa" if answer is Answer.NO else "",
            )
        )
    world.session.flush()
    return meeting


def test_a_meeting_lists_its_villages_and_counts_its_answers(shell: Shell) -> None:
    with commune(shell) as world:
        a_meeting(world)
    (row,) = records(shell, "meetings")
    assert (row["starts_at"], row["place"]) == ("2024-03-22T18:30:00+07:00", "Làng Trê, Làng Giữa")
    assert (row["villages"], row["plan"]) == (["Làng Trê", "Làng Giữa"], "30/KH-UBND")
    assert (row["invited"], row["will_come"], row["came"]) == (3, 2, None)
    assert (row["created_by"], row["status"]) == ("Phạm Thị Thu", "planned")
    cells = dict(zip(*lines(shell, "meetings"), strict=True))
    assert cells["villages"] == "Làng Trê; Làng Giữa"
    assert cells["came"] == ""


def test_an_invitation_names_the_role_it_was_for(shell: Shell) -> None:
    with commune(shell) as world:
        meeting = a_meeting(world)
        world.session.scalars(select(Invitation)).first().attended = True  # type: ignore[union-attr]
        number = meeting.id
    rows = records(shell, "invitations")
    assert [(row["meeting_id"], row["person"], row["role"], row["answer"]) for row in rows] == [
        (number, "Phạm Thị Thu", "official", "yes"),
        (number, "Đinh Thị Hoa", "teacher", "late"),
        (number, "Đinh Văn Rớt", "village_head", "no"),
    ]
    assert [row["attended"] for row in rows] == [True, None, None]
    assert rows[2]["stand_in"] == "chú Nghĩa"
    assert records(shell, "meetings")[0]["came"] == 1


def test_people_stand_with_roles_places_and_channels(shell: Shell) -> None:
    with commune(shell) as world:
        person = one(world, "Đinh Văn Rớt")
        people.grant(world.work, person, Role.TEACHER, class_id=world.school_class("6A").id)
        people.link(world.work, person, "telegram", "123", "77")
    (row,) = [row for row in records(shell, "people") if row["name"] == "Đinh Văn Rớt"]
    assert (row["roles"], row["scopes"]) == (["village_head", "teacher"], ["Cà Xen", "6A"])
    assert (row["channels"], row["status"]) == (["phone", "telegram"], "active")
    assert "phone" not in row


def test_deliveries_hold_what_was_sent_and_what_was_missed_with_its_reason(shell: Shell) -> None:
    with commune(shell) as world:
        person = one(world, "Đinh Thị Hoa")
        for status in (OutboxStatus.SENDING, OutboxStatus.SENT):
            world.session.add(
                Outbox(
                    channel="phone",
                    bot="phone",
                    address="cô Hoa",
                    person_id=person.id,
                    kind="attendance.report",
                    subject="attendance:1",
                    payload={},
                    due_at=at(7, 15),
                    queued_at=at(7, 15),
                    status=status,
                )
            )
        world.session.add(
            Announced(
                kind="meeting.coming",
                subject_id=5,
                person_id=person.id,
                occurrence="1",
                moment="evening before",
                due_at=at(19),
                picked_at=at(19),
                status=AnnouncedStatus.MISSED,
                reason="no channel",
            )
        )
    rows = records(shell, "deliveries")
    assert [row["status"] for row in rows] == ["queued", "sent", "missed"]
    assert rows[2]["id"] < 0
    assert (rows[2]["person"], rows[2]["subject"], rows[2]["error"]) == ("Đinh Thị Hoa", "meeting:5", "no channel")


def test_each_export_leaves_a_line_in_the_audit_with_ids_and_codes_only(shell: Shell) -> None:
    records(shell, "pupils", "--sensitive")
    last = records(shell, "audit")[-2]
    assert (last["action"], last["subject_type"], last["actor"]) == ("data.exported", "pupils", "")
    assert last["details"] == {"format": "json", "since": "", "until": "", "sensitive": True, "via": "command"}


def test_a_reported_absence_is_exported_as_the_rule_recorded_it(shell: Shell) -> None:
    with commune(shell) as world:
        teacher = one(world, "Đinh Thị Hoa")
        work = Work(session=world.session, now=at(7, 20).astimezone(UTC), today=DAY, person=teacher)
        work.scope = stored.scope_of(world.session, teacher, DAY)
        chi = one(world, "Đinh Thị Chi")
        line = attendance.Line.absent(chi.id, Reason.OTHER, "đi đám cưới")
        attendance.report(work, world.school_class("6A").id, DAY, Half.MORNING, [line])
    (row,) = records(shell, "attendance", "--sensitive")
    assert (row["pupil"], row["reason"], row["note"], row["revision"]) == ("Đinh Thị Chi", "other", "đi đám cưới", 1)


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_the_owners_alone_and_nothing_half_is_left(shell: Shell, form: str) -> None:
    path = shell.folder / f"out.{form}"
    ended = shell.ralop("export", "pupils", "--format", form, "-o", str(path))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"31 rows: {path}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(one.name for one in shell.folder.iterdir()) == ["clock", "data", path.name]


def test_the_name_of_the_file_tells_the_format_where_none_is_given(shell: Shell) -> None:
    for name, start in (
        ("a.xlsx", b"PK"),
        ("a.json", b"["),
        ("a.csv", "\ufeffid,".encode()),
        ("a", "\ufeffid,".encode()),
    ):
        assert shell.ralop("export", "pupils", "-o", str(shell.folder / name)).code == 0
        assert (shell.folder / name).read_bytes().startswith(start)


PAYLOADS = [
    "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "   +1", "\u00a0=1", "\u3000=1", "＝1", "＋1", "－1",
    "＠A",
    '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@A1", "=", "+", "-", "@", "\t", " ＝1",
    "==1", "=\n1", "= 1", '"=1"', ";=1",
]  # fmt: skip


def xlsx_rows(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def test_no_cell_becomes_a_formula_in_any_format(shell: Shell) -> None:
    with commune(shell) as world:
        pupil = one(world, "Đinh Thị Chi")
        for payload in PAYLOADS:
            world.session.add(Guardian(pupil_id=pupil.id, relation="father", name=payload))
            world.session.flush()
            row = Register(
                class_id=world.school_class("6A").id, day=DAY + timedelta(days=PAYLOADS.index(payload)), half="morning",
                enrolled=31, reported_by=one(world, "Đinh Thị Hoa").id, written_at=at(7), reported_at=at(7),
            )  # fmt: skip
            world.session.add(row)
            world.session.flush()
            world.session.add(
                Absence(register_id=row.id, pupil_id=pupil.id, mark=Mark.EXCUSED, reason=Reason.OTHER, note=payload)
            )
    notes = [line[10] for line in lines(shell, "attendance", "--sensitive")[1:]]
    for payload, cell in zip(PAYLOADS, notes, strict=True):
        assert cell in (payload, f"'{payload}")
        assert not cell.strip("\u00a0\u3000 ").startswith(
            ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
        )
    assert [row["note"] for row in records(shell, "attendance", "--sensitive")] == PAYLOADS
    path = shell.folder / "a.xlsx"
    shell.ralop("export", "attendance", "--sensitive", "-o", str(path))
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<f " not in sheet
    assert [row[10] for row in xlsx_rows(path)[1:4]] == PAYLOADS[:3]


def test_the_guard_leaves_ordinary_words_alone() -> None:
    for text in ("Đinh Thị An", "6A", "", "2024-03-20", "a=b", "0900-000", "' đã có"):
        assert guarded(text) == text


@pytest.mark.parametrize("name", ["pupils.csv", "pupils.xlsx"])
def test_importing_our_own_export_of_pupils_changes_nothing(shell: Shell, name: str) -> None:
    with commune(shell) as world:
        chi = one(world, "Đinh Thị Chi")
        chi.code = "-12"
        world.session.add(Guardian(pupil_id=chi.id, relation="father", name="Đinh Văn Tơ", phone="0900000001"))
        one(world, "Đinh Thị An").birth_date = "2012"
    path = shell.folder / name
    before = records(shell, "pupils", "--sensitive")
    for more in ((), ("--sensitive",)):
        assert shell.ralop("export", "pupils", *more, "-o", str(path)).code == 0
        ended = shell.ralop("import", str(path))
        assert ended.code == 0
        assert ended.out.splitlines()[-1] == "added 0, changed 0, unchanged 31, rejected 0"
    assert records(shell, "pupils", "--sensitive") == before


def test_an_export_is_read_in_slices_and_holds_each_record_once(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = records(shell, "pupils")
    small = {
        name: exports.Table(
            table.name,
            table.columns,
            tuple(exports.Source(one.read, one.ends, 3) for one in table.sources),
            table.dated,
            table.hidden,
            table.further,
        )
        for name, table in TABLES.items()
    }
    monkeypatch.setattr("bot.commands.export.TABLES", small)
    assert records(shell, "pupils") == whole
    assert len({row["id"] for row in whole}) == len(whole) == 31


def test_what_comes_after_the_beginning_belongs_to_the_next_export(long_mon_url: str) -> None:
    database = Database(long_mon_url)

    @contextmanager
    def transaction() -> Iterator[Work]:
        with database.transaction() as session:
            yield Work(session=session, now=at(8), today=DAY, scope=Scope.everything())

    parts = exports.rows(transaction, TABLES["audit"], Window())
    first = next(parts)
    with database.transaction() as session:
        session.add(Audit(at=at(8), action="later", commune_id=None, actor_id=None, subject_id=None, details={}))
    rest = [row for part in parts for row in part]
    database.close()
    assert "later" not in [row[3] for row in [*first, *rest]]


def test_a_scope_that_sees_no_pupil_exports_none(long_mon_url: str) -> None:
    database = Database(long_mon_url)

    @contextmanager
    def transaction() -> Iterator[Work]:
        with database.transaction() as session:
            yield Work(session=session, now=at(8), today=DAY, scope=Scope.nothing())

    with database.transaction() as session:
        world = World(session)
        register(world, ("Đinh Thị Chi", Mark.EXCUSED, Reason.ILL, ""))
        visit(world, "Đinh Thị Chi")
        a_meeting(world)
    for table in TABLES.values():
        assert [row for part in exports.rows(transaction, table, Window()) for row in part] == []
    database.close()


@pytest.mark.postgres
@pytest.mark.parametrize("what", PROMISED)
def test_every_export_reads_the_same_on_postgresql(
    postgres_url: str, long_mon_template: Path, tmp_path: Path, what: str
) -> None:
    found = []
    for url in (postgres_url, f"sqlite:///{long_mon_template}"):
        database = Database(url)

        @contextmanager
        def transaction(database: Database = database) -> Iterator[Work]:
            with database.transaction() as session:
                yield Work(session=session, now=at(8), today=DAY, scope=Scope.everything())

        window = Window(date(2024, 3, 18), DAY) if TABLES[what].dated else Window(is_sensitive=True)
        found.append([list(row) for part in exports.rows(transaction, TABLES[what], window) for row in part])
        database.close()
    assert found[0] == found[1]
    assert found[0] or what in ("attendance", "visits", "cases", "meetings", "invitations", "deliveries", "support")
