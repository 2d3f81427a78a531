"""`ralop calendar …`: closing and opening from the machine, weeks, years; what is shown; errors in one line."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.chat import Outbox
from storage.database import open_database
from tests.commands.shell import Shell

SCHOOL = "Trường PTDTBT TH&THCS Long Môn"


def queued(shell: Shell) -> list[str]:
    database = open_database(shell.url)
    with database.transaction() as session:
        kinds = list(session.scalars(select(Outbox.kind).order_by(Outbox.id)))
    database.close()
    return kinds


def test_a_closure_is_one_line_is_told_and_shown_and_can_be_taken_back(shell: Shell) -> None:
    closed = shell.ralop("calendar", "close", "--half", "morning", "--why", "flood")
    assert (closed.code, closed.err) == (0, "")
    assert closed.out == "1 closed 2024-03-20 2024-03-20 morning Long Môn: flood\n"
    assert queued(shell) == ["calendar.closed"] * 2
    shown = shell.ralop("calendar", "show")
    assert closed.out in shown.out
    assert f"year 2023-09-05 2024-05-31 {SCHOOL}\n" in shown.out
    assert "holiday 2024-04-18 Hung Kings' Commemoration Day\n" in shown.out
    back = shell.ralop("calendar", "open", "--id", "1")
    assert (back.code, back.out) == (0, "taken back: 1\n")
    assert "closed" not in shell.ralop("calendar", "show").out


def test_places_are_named_by_their_words(shell: Shell) -> None:
    village = shell.ralop("calendar", "close", "--village", "ca xen", "--from", "2024-03-21", "--to", "2024-03-22")
    assert village.out == "1 closed 2024-03-21 2024-03-22 day Cà Xen: other\n"
    one = shell.ralop("calendar", "close", "--class", "6a", "--words", "sửa phòng học")
    assert one.out == "2 closed 2024-03-20 2024-03-20 day 6A: sửa phòng học\n"
    school = shell.ralop("calendar", "open", "--school", SCHOOL, "--from", "2024-04-29")
    assert school.out == f"3 open 2024-04-29 2024-04-29 day {SCHOOL}: other\n"
    watch = shell.ralop("calendar", "close", "--watch", "--why", "storm", "--from", "2024-03-25", "--to", "2024-03-31")
    assert watch.out == "4 watch 2024-03-25 2024-03-31 day Long Môn: storm\n"
    mine = shell.ralop("calendar", "show", "--class", "6A").out
    assert "6A: sửa phòng học" in mine
    assert "Cà Xen" not in mine


def test_the_week_of_a_class_is_set_and_shown(shell: Shell) -> None:
    usual = shell.ralop("calendar", "week", "--class", "6A").out
    assert usual == "".join(f"6A {day} 07:00\n" for day in ("mon", "tue", "wed", "thu", "fri"))
    changed = shell.ralop("calendar", "week", "--class", "6A", "--set", "mon-wed 07:00, tue 13:30, sun 18:00")
    assert changed.out == "6A mon 07:00\n6A tue 07:00, 13:30\n6A wed 07:00\n6A sun 18:00\n"
    assert shell.ralop("calendar", "week", "--class", "6A", "--set", "").out == usual
    assert shell.ralop("calendar", "week", "--class", "6A", "--site", "Cà Xen").code == 0
    site = shell.ralop("calendar", "close", "--site", "cà xen")
    assert site.out == "1 closed 2024-03-20 2024-03-20 day Cà Xen: other\n"


def test_the_year_of_a_school_is_set_and_shown(shell: Shell) -> None:
    assert shell.ralop("calendar", "year").out == f"{SCHOOL} 2023-09-05 2024-05-31\n"
    changed = shell.ralop("calendar", "year", "--from", "2023-08-28", "--to", "2024-05-25")
    assert changed.out == shell.ralop("calendar", "year").out == f"{SCHOOL} 2023-08-28 2024-05-25\n"


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (("close", "--village", "Nowhere"), 1, "ralop: Nowhere is not known here\n"),
        (("close", "--class", "9Z"), 1, "ralop: 9Z is not known here\n"),
        (("close", "--from", "30/2"), 2, "ralop: --from is no day; an example: --from 2024-03-20\n"),
        (("close", "--to", "2024-03-19"), 2, "ralop: --to lies before --from\n"),
        (
            ("close", "--to", "2025-03-19"),
            1,
            "ralop: More than 120 days at once are not closed; please look at the year\n",
        ),
        (
            ("close", "--village", "Cà Xen", "--class", "6A"),
            2,
            "ralop: Only one of --site, --class and --village at a time\n",
        ),
        (("open", "--id", "77"), 1, "ralop: That place is not known here\n"),
        (("week", "--class", "6A", "--set", "mon 25:00"), 2, "ralop: 25:00 is no hour; an example: 07:00\n"),
        (("week", "--class", "6A", "--set", "mon 03:00"), 1, "ralop: No session begins at 03:00\n"),
        (
            ("week", "--class", "6A", "--set", "someday"),
            2,
            'ralop: That is no week; an example: --set "mon-sat 07:00, tue thu 13:30, sun 18:00"\n',
        ),
        (("year", "--from", "2023-09-05"), 2, "ralop: A school year needs --from and --to\n"),
        (
            ("year", "--from", "2023-09-05", "--to", "2024-09-05"),
            1,
            "ralop: A school year lies between 1 August and 31 July, its first day before its last\n",
        ),
    ],
)
def test_what_cannot_be_is_one_line(shell: Shell, arguments: tuple[str, ...], code: int, line: str) -> None:
    ended = shell.ralop("calendar", *arguments)
    assert (ended.code, ended.err, ended.out) == (code, line, "")


def test_the_words_are_in_the_deployments_language(shell: Shell) -> None:
    shown = shell.ralop("calendar", "show", DEFAULT_LOCALE="vi")
    assert "holiday 2024-04-18 Ngày Giỗ Tổ Hùng Vương\n" in shown.out
    assert shell.ralop("calendar", "close", "--class", "9Z", DEFAULT_LOCALE="vi").err == "ralop: Chưa thấy 9Z ở đây\n"


def test_a_missing_and_a_closed_session_are_told_apart_in_the_registers(shell: Shell) -> None:
    shell.ralop("calendar", "close", "--from", "2024-03-19", "--to", "2024-03-19", "--why", "storm")
    rows = shell.ralop("export", "registers", "--from", "2024-03-18", "--to", "2024-03-20").out.splitlines()[1:]
    assert [(row.split(",")[0], row.split(",")[7]) for row in rows] == [
        ("2024-03-18", "missing"), ("2024-03-19", "closed"), ("2024-03-20", "missing"),
    ]  # fmt: skip
