"""`ralop import`: a school's file goes in, twice the same changes nothing, and a bad row is told with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from storage import pupils
from storage.audit import Audit
from storage.database import Database
from storage.pupils import Guardian, Pupil
from storage.scope import Scope
from tests.running import command
from tests.world import World

SAMPLES = Path(__file__).parents[1] / "importers" / "samples"
ROSTER = SAMPLES / "roster-vnedu-like.xlsx"
EXPECTED: dict[str, Any] = json.loads((SAMPLES / "roster-vnedu-like.expected.json").read_text("utf-8"))
HEADER = "STT,Mã HS,Họ và tên,Ngày sinh,Lớp,Thôn,Họ tên cha"


@pytest.fixture
def commune_url(empty_url: str) -> str:
    database = Database(empty_url)
    with database.transaction() as session:
        World(session).commune()
    database.close()
    return empty_url


def roster(folder: Path, *rows: str, name: str = "danh-sach.csv") -> Path:
    """A small roster of one school."""
    path = folder / name
    title = "Trường TH&THCS Long Môn,,,,,,"
    path.write_text("\ufeff" + "\n".join([title, HEADER, *rows]) + "\n", "utf-8")
    return path


def imported(url: str, path: Path, folder: Path, *more: str) -> tuple[int, dict[str, Any]]:
    done = command(url, "import", str(path), "--json", *more, cwd=folder)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def stored(url: str) -> list[pupils.Listed]:
    database = Database(url)
    with database.transaction() as session:
        found = pupils.listed(Scope.everything(), session, studying_only=False)
    database.close()
    return found


def test_the_sample_roster_gives_every_pupil_and_rejects_the_impossible_rows(commune_url: str, tmp_path: Path) -> None:
    code, told = imported(commune_url, ROSTER, tmp_path)
    first = EXPECTED["first_run"]
    assert code == first["exit_code"]
    assert first["added_min"] <= told["added"] <= first["added_max"]
    assert told["changed"] == first["changed"]
    assert {row["row"] for row in told["rows"]} >= {row["row"] for row in EXPECTED["rejected"]}
    found = {(one.pupil.name, one.pupil.birth_date, one.class_name, one.village) for one in stored(commune_url)}
    for listed in EXPECTED["pupils"]:
        pupil = listed["pupil"]
        assert (pupil["name"], pupil["birth"], pupil["class"], pupil["village"]) in found


def test_the_same_file_twice_changes_nothing(commune_url: str, tmp_path: Path) -> None:
    _, before = imported(commune_url, ROSTER, tmp_path)
    _, told = imported(commune_url, ROSTER, tmp_path)
    assert (told["added"], told["changed"], told["places"]) == (0, 0, [])
    assert told["unchanged"] == before["added"] + before["unchanged"]
    assert told["rejected"] == before["rejected"]


def test_a_dry_run_says_the_same_and_writes_nothing(commune_url: str, tmp_path: Path) -> None:
    dry = imported(commune_url, ROSTER, tmp_path, "--dry-run")
    assert stored(commune_url) == []
    assert imported(commune_url, ROSTER, tmp_path) == dry


def test_the_last_line_in_words_is_the_same_in_every_language(commune_url: str, tmp_path: Path) -> None:
    path = roster(tmp_path, "1,A1,Đinh Thị Hà,12/6/2012,6A,Cà Xen,Đinh Văn Lía", "2,,,30/2/2012,6A,,")
    for locale in ("vi", "en"):
        done = command(commune_url, "import", str(path), "--dry-run", cwd=tmp_path, DEFAULT_LOCALE=locale)
        assert done.stdout.splitlines()[-1].startswith("added 1, changed 0, unchanged 0, rejected ")


def test_a_change_of_class_is_a_change_and_a_name_equal_only_without_marks_is_another_pupil(
    commune_url: str, tmp_path: Path
) -> None:
    imported(commune_url, roster(tmp_path, "1,A1,Đinh Thị Hà,12/6/2012,6A,Cà Xen,Đinh Văn Lía"), tmp_path)
    path = roster(
        tmp_path,
        "1,A1,Đinh Thị Hà,12/6/2012,6B,Cà Xen,Đinh Văn Lía",
        "2,,Đinh Thị Hạ,12/6/2012,6B,Cà Xen,Đinh Văn Lía",
    )
    code, told = imported(commune_url, path, tmp_path)
    assert (code, told["added"], told["changed"]) == (0, 1, 1)
    assert [(one.pupil.name, one.class_name) for one in stored(commune_url)] == [
        ("Đinh Thị Hà", "6B"),
        ("Đinh Thị Hạ", "6B"),
    ]


def test_two_of_one_name_are_told_apart_by_class_and_parents(commune_url: str, tmp_path: Path) -> None:
    path = roster(
        tmp_path,
        "1,,Đinh Thị Hà,12/6/2012,6A,Cà Xen,Đinh Văn Lía",
        "2,,Đinh Thị Hà,12/6/2012,6B,Cà Xen,Đinh Văn Rá",
    )
    imported(commune_url, path, tmp_path)
    code, told = imported(commune_url, path, tmp_path)
    assert (code, told["added"], told["changed"], told["unchanged"]) == (0, 0, 0, 2)


def test_a_year_alone_is_a_birth_date_of_that_year(commune_url: str, tmp_path: Path) -> None:
    imported(commune_url, roster(tmp_path, "1,,Đinh Thị Hà,12/6/2012,6A,Cà Xen,"), tmp_path)
    code, told = imported(commune_url, roster(tmp_path, "1,,Đinh Thị Hà,2012,6A,Cà Xen,"), tmp_path)
    assert (code, told["unchanged"]) == (0, 1)
    assert stored(commune_url)[0].pupil.birth_date == "2012-06-12"


def test_an_unknown_village_is_left_empty_when_no_new_places_are_wanted(commune_url: str, tmp_path: Path) -> None:
    path = roster(tmp_path, "1,,Đinh Thị Hà,12/6/2012,6A,Nước Lác,", name="nuoc-lac.csv")
    refused = command(commune_url, "import", str(path), "--no-new-places", cwd=tmp_path)
    assert refused.returncode == 2
    imported(commune_url, roster(tmp_path, "1,,Đinh Thị An,12/6/2012,6A,Cà Xen,"), tmp_path)
    code, told = imported(commune_url, path, tmp_path, "--no-new-places")
    assert (code, told["added"], told["places"]) == (0, 1, [])
    assert {one.pupil.name: one.village for one in stored(commune_url)}["Đinh Thị Hà"] == ""


def test_a_file_without_a_school_asks_for_it(commune_url: str, tmp_path: Path) -> None:
    path = tmp_path / "ds.csv"
    path.write_text(HEADER + "\n1,A1,Đinh Thị Hà,12/6/2012,6A,Cà Xen,\n", "utf-8")
    done = command(commune_url, "import", str(path), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("ralop: ")
    assert "--school" in done.stderr
    assert command(commune_url, "import", str(path), "--school", "Trường A", cwd=tmp_path).returncode == 0


def test_a_file_that_is_none_is_one_line_and_changes_nothing(commune_url: str, tmp_path: Path) -> None:
    path = tmp_path / "ảnh.xlsx"
    path.write_bytes(b"\xff\xd8\xff\xe0" + b"\x00" * 200)
    done = command(commune_url, "import", str(path), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "ralop: Nội dung tệp không đúng như tên tệp. Xin mở bằng Word hoặc Excel rồi lưu lại.\n"
    assert stored(commune_url) == []


def test_every_pupil_taken_in_stands_in_the_audit_by_id_and_never_by_name(commune_url: str, tmp_path: Path) -> None:
    _, told = imported(commune_url, ROSTER, tmp_path)
    database = Database(commune_url)
    with database.transaction() as session:
        added = session.scalars(select(Audit).where(Audit.action == "pupil.added")).all()
        names = [name for (name,) in session.execute(select(Pupil.name))]
        assert len(added) == told["added"] == session.scalar(select(func.count()).select_from(Pupil))
        assert session.scalar(select(func.count()).select_from(Guardian))
        written = " ".join(str(row.details) for row in session.scalars(select(Audit)))
    database.close()
    assert not any(name in written for name in names)
