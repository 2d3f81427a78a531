"""Whole rosters: the sample with what a careful reader takes from it, and every layout of the generator."""

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest

from bot.importers import roster
from bot.importers.roster import PupilRow, Roster, RowReason, RowWarning, Sex, Status
from tests.importers import rosters

SAMPLES = Path(__file__).parent / "samples"
SEX = {"Nam": Sex.MALE, "Nữ": Sex.FEMALE}


@pytest.fixture(scope="module")
def sample() -> Roster:
    data = (SAMPLES / "roster-vnedu-like.xlsx").read_bytes()
    return roster.read(data, "roster-vnedu-like.xlsx", known_villages=rosters.VILLAGES)


@pytest.fixture(scope="module")
def expected() -> dict:
    return json.loads((SAMPLES / "roster-vnedu-like.expected.json").read_text("utf-8"))


def at(rows, sheet: str, row: int):
    return next((one for one in rows if (one.sheet, one.row) == (sheet, row)), None)


def test_every_pupil_of_the_sample_is_found_as_written(sample, expected):
    for one in expected["pupils"]:
        found, pupil = at(sample.rows, one["sheet"], one["row"]), one["pupil"]
        assert found is not None, one
        assert (found.name, str(found.birth), found.sex) == (pupil["name"], pupil["birth"], SEX[pupil["sex"]])
        assert (found.class_name, found.village) == (pupil["class"], pupil["village"])
        assert (found.father, found.mother) == (pupil["father"], pupil["mother"])
        assert [phone.number for phone in found.phones] == [pupil["phone"]]


def test_the_sample_is_counted_as_expected(sample, expected):
    first = expected["first_run"]
    assert first["added_min"] <= len(sample.rows) <= first["added_max"]
    assert first["rejected_min"] <= len(sample.rejected) <= first["rejected_max"]
    assert len(sample.repeats) == first["unchanged"]
    listed = {(one["sheet"], one["row"]) for one in expected["pupils"]}
    whole = [row for row in sample.rows if (row.sheet, row.row) in listed]
    assert Counter(row.class_name for row in whole) == expected["by_class"]
    assert Counter(row.village for row in whole) == expected["by_village"]
    assert sample.school == "Trường PTDTBT TH&THCS Long Môn"


def test_the_rejected_rows_of_the_sample_say_why(sample, expected):
    impossible, contradicts = (at(sample.rejected, one["sheet"], one["row"]) for one in expected["rejected"])
    assert impossible.reason is RowReason.IMPOSSIBLE_BIRTH_DATE
    assert impossible.details == {"name": "Đinh Minh Kha", "value": "31/11/2019"}
    assert contradicts.reason is RowReason.CONTRADICTS
    assert contradicts.details == {"name": "Đinh Minh Reo", "sheet": "1A", "row": 27, "field": "class_name"}


def test_rows_of_the_sample_that_may_go_either_way_are_listed(sample, expected):
    for one in expected["either"]:
        assert at(sample.rejected, one["sheet"], one["row"]) or at(sample.rows, one["sheet"], one["row"])
    for one in expected["accepted_rows"]:
        found = at(sample.rows, one["sheet"], one["row"])
        assert found.name == one["name"]
        assert found.birth is None
        assert str(found.birth_year or "") == one["value"]
    for one in expected["unchanged_rows"]:
        assert at(sample.repeats, one["sheet"], one["row"])


def test_nothing_is_made_of_titles_totals_and_notes_of_the_sample(sample, expected):
    for one in expected["ignored"]:
        assert at(sample.rows, one["sheet"], one["row"]) is None
        assert at(sample.rejected, one["sheet"], one["row"]) is None


# --- the layouts --------------------------------------------------------------------------------------------


def identity(row: PupilRow) -> tuple[str, str, str, str | None]:
    return (row.name, str(row.birth or row.birth_year), row.class_name, row.village)


FACTS = {
    "sex": lambda row: str(row.sex),
    "father": lambda row: row.father,
    "mother": lambda row: row.mother,
    "code": lambda row: row.code,
    "personal_id": lambda row: row.personal_id,
    "phone": lambda row: row.phones[0].number if row.phones else None,
}


@pytest.mark.parametrize("layout", rosters.LAYOUTS, ids=lambda layout: layout.__name__)
def test_every_pupil_is_found_and_none_invented(layout):
    written = layout()
    found = roster.read(written.data, written.filename, known_villages=rosters.VILLAGES)
    truth = [(one.name, str(one.birth), one.class_name, one.village) for one in written.pupils]
    assert sorted(map(identity, found.rows)) == sorted(truth)
    assert not found.rejected
    assert not found.repeats
    assert (found.school, found.year) == (written.school, written.year)


@pytest.mark.parametrize("layout", rosters.LAYOUTS, ids=lambda layout: layout.__name__)
def test_everything_else_that_a_file_says_about_a_pupil_is_read(layout):
    written = layout()
    found = roster.read(written.data, written.filename, known_villages=rosters.VILLAGES)
    rows = {identity(row): row for row in found.rows}
    for one in written.pupils:
        row = rows[one.name, str(one.birth), one.class_name, one.village]
        for fact in written.carries:
            assert FACTS[fact](row) == getattr(one, fact), (fact, row)
        for fact in FACTS.keys() - written.carries:
            assert FACTS[fact](row) in (None, "None"), (fact, row)


def test_hidden_sheets_and_sheets_of_notes_are_named_as_not_read():
    written = rosters.one_sheet_a_class()
    sheets = {sheet.name: sheet for sheet in roster.read(written.data, written.filename).sheets}
    assert sheets["cu"].is_hidden
    assert sheets["Ghi chú"].header_rows == ()
    assert sheets["Ghép 3+4"].class_name == "3+4"
    assert sheets["Ghép 3+4"].pupils == 11


def test_ticked_support_needs_are_called_by_their_heading():
    written = rosters.numbers_as_numbers()
    policies = [row.policy for row in roster.read(written.data, written.filename).rows]
    assert policies[:6] == [None, None, "Hộ nghèo", None, None, "Hộ nghèo; Khiếm thính"]


def test_the_ages_of_a_usual_school_raise_no_warning():
    for layout in (rosters.two_merged_header_rows, rosters.one_sheet_a_class, rosters.merged_downwards):
        written = layout()
        assert not any(row.warnings for row in roster.read(written.data, written.filename).rows)


# --- our own export -----------------------------------------------------------------------------------------

STATUSES = ("studying", "moved", "dropped_out", "finished")


def exported(rows: list[dict[str, str]], extra: tuple[str, ...] = ()) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, (*rosters.OUR_COLUMNS, *extra), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def test_our_own_export_gives_back_every_fact_it_holds():
    rows = [
        {"id": str(number), "code": f"CODE{number}", "name": f"Đinh Thị {'ABCD'[number]}", "class": "6A",
         "birth_date": "2014-06-12", "sex": "female", "grade": "6", "school": "TH&THCS Long Môn",
         "village": "Cà Xen", "commune": "Minh Long", "father": "Đinh Văn Rá", "mother": "",
         "guardian": "Đinh Thị Xía", "status": status, "enrolled_on": "2025-09-05", "left_on": "2026-01-09",
         "ethnicity": "Hrê", "personal_id": f"05131400000{number}", "phone": "0905123456; 0978123456"}
        for number, status in enumerate(STATUSES)
    ]  # fmt: skip
    found = roster.read(exported(rows, ("ethnicity", "personal_id", "phone")), "pupils.csv")
    assert not found.rejected
    assert [row.status for row in found.rows] == list(STATUSES)
    for row, given in zip(found.rows, rows, strict=True):
        assert (row.export_id, row.code, row.name) == (int(given["id"]), given["code"], given["name"])
        assert (str(row.birth), row.sex, row.class_name) == ("2014-06-12", Sex.FEMALE, "6A")
        assert (row.school, row.village, row.ethnicity) == ("TH&THCS Long Môn", "Cà Xen", "Hrê")
        assert (row.father, row.mother, row.guardian) == ("Đinh Văn Rá", None, "Đinh Thị Xía")
        assert row.personal_id == given["personal_id"]
        assert [phone.number for phone in row.phones] == ["0905123456", "0978123456"]


@pytest.mark.parametrize("protected", ["=1+1", "+84 Hà", "-Hà", "@Hà", " =Hà", "＝Hà", "＋Hà", "\tHà", "=Hà'"])
def test_a_name_that_looks_like_a_formula_comes_back_from_our_export_without_its_apostrophe(protected):
    name = f"{protected} Đinh"
    row = {"id": "1", "name": f"'{name}", "class": "6A", "birth_date": "2014"}
    found = roster.read(exported([row]), "pupils.csv")
    assert [one.name for one in found.rows] == [" ".join(name.split())]


def test_an_apostrophe_that_protects_nothing_stays():
    row = {"id": "1", "name": "'Rê Đinh", "class": "6A", "birth_date": "2014"}
    assert roster.read(exported([row]), "pupils.csv").rows[0].name == "'Rê Đinh"


def test_an_export_without_birth_date_or_village_is_taken_with_a_warning():
    row = {"id": "1", "name": "Đinh Y", "class": "Mẫu giáo lớn", "status": "studying"}
    (found,) = roster.read(exported([row]), "pupils.csv").rows
    assert found.warnings == (RowWarning.NO_BIRTH_DATE,)
    assert (found.village, found.status, found.class_name) == (None, Status.STUDYING, "Mẫu giáo lớn")
