"""`ralop plan`: the official plan becomes its two meetings, once; what is doubtful is asked and not created."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from storage import meetings as stored
from storage.chat import Outbox
from storage.database import Database
from storage.meetings import Meeting
from storage.people import Person, Role
from storage.scope import Scope
from tests.running import command
from tests.world import long_mon

PLAN = Path(__file__).parents[1] / "importers" / "samples" / "ke-hoach-30-KH-UBND.txt"
TABLE = "| TT | Thời gian | Địa điểm | Thành phần |\n|---|---|---|---|\n"
HEAD = "UBND XÃ LONG MÔN\n\nSố: 31/KH-UBND\n\nLong Môn, ngày 20 tháng 3 năm 2024\n\nKẾ HOẠCH\nVề việc họp thôn\n\n"


@pytest.fixture
def commune(empty_url: str, tmp_path: Path) -> str:
    """The commune of the transcripts, on the afternoon of the plan."""
    database = Database(empty_url)
    with database.transaction() as session:
        world = long_mon(session)
        world.person("Đinh Văn Máy", Role.ADMIN, form="anh", place_id=world.commune().id)
    database.close()
    (tmp_path / "clock").write_text("2024-03-20T15:00:00+07:00", "utf-8")
    return empty_url


def run(url: str, folder: Path, file: Path, *more: str) -> tuple[int, str, str]:
    done = command(url, "plan", str(file), *more, cwd=folder, RALOP_CLOCK=f"file:{folder / 'clock'}")
    return done.returncode, done.stdout, done.stderr


def as_json(url: str, folder: Path, file: Path, *more: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = run(url, folder, file, "--json", *more)
    return code, json.loads(out)


def paper(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "ke-hoach.md"
    path.write_text(head + TABLE + "".join(f"| {row} |\n" for row in rows), "utf-8")
    return path


def in_database(url: str) -> list[tuple[str, list[str], list[str], str | None]]:
    """Every meeting: its start in the commune's time, its villages, its invitees as written, its status."""
    database = Database(url)
    with database.transaction() as session:
        found = [
            (
                meeting.starts_at.astimezone(VIETNAM).isoformat(timespec="minutes"),
                [place.name for place in stored.villages(session, meeting.id)],
                list(meeting.invitees_as_written),
                meeting.status,
            )
            for meeting in session.scalars(select(Meeting).order_by(Meeting.starts_at, Meeting.id))
        ]
    database.close()
    return found


def test_the_plan_of_the_commune_gives_exactly_its_two_meetings(commune: str, tmp_path: Path) -> None:
    code, told = as_json(commune, tmp_path, PLAN, "--yes", "--by", "chị Thu")
    assert (code, told["added"], told["held_back"], told["villages"]) == (0, 2, 0, [])
    assert [(one["starts_at"], one["villages"]) for one in told["meetings"]] == [
        ("2024-03-21T18:30+07:00", ["Cà Xen"]),
        ("2024-03-22T18:30+07:00", ["Làng Trê", "Làng Giữa"]),
    ]
    lines = [
        "Lãnh đạo ĐU, HĐND, UBND, UBMTTQVN xã",
        "Giáo viên nhà trường và các tổ chức chính trị xã hội xã; đại diện Công an xã",
        "Ở thôn: Trưởng thôn, Trưởng BCT Mặt trận thôn",
        "Chi hội phụ huynh, học sinh",
    ]
    assert in_database(commune) == [
        ("2024-03-21T18:30+07:00", ["Cà Xen"], lines, "planned"),
        ("2024-03-22T18:30+07:00", ["Làng Trê", "Làng Giữa"], lines, "planned"),
    ]


def test_a_plan_read_twice_adds_nothing_and_asks_nothing(commune: str, tmp_path: Path) -> None:
    assert run(commune, tmp_path, PLAN, "--yes")[0] == 0
    before = in_database(commune)
    code, out, err = run(commune, tmp_path, PLAN)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "added 0, unchanged 2, held back 0"
    assert in_database(commune) == before


def test_without_a_terminal_and_without_yes_nothing_is_created(commune: str, tmp_path: Path) -> None:
    code, out, err = run(commune, tmp_path, PLAN)
    assert code == 1
    assert "18 giờ 30, thứ 5, 21/3/2024" in out
    assert err.startswith("ralop: ")
    assert "--yes" in err
    assert err.count("\n") == 1
    assert in_database(commune) == []


def test_a_dry_run_shows_everything_and_writes_nothing(commune: str, tmp_path: Path) -> None:
    code, out, err = run(commune, tmp_path, PLAN, "--dry-run")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "added 2, unchanged 0, held back 0"
    assert in_database(commune) == []


def test_a_weekday_that_does_not_fit_is_asked_and_the_rest_is_created(commune: str, tmp_path: Path) -> None:
    file = paper(
        tmp_path,
        "1 | 18 giờ 30, ngày 21/3/2024 (thứ 6) | Thôn Cà Xen | Trưởng thôn",
        "2 | 18 giờ 30, ngày 22/3/2024 (thứ 6) | Thôn Làng Trê | Trưởng thôn",
    )
    code, out, err = run(commune, tmp_path, file, "--yes")
    assert (code, err) == (1, "")
    assert "Dòng 1 giữ lại: 21/3/2024 là thứ 5, không phải thứ 6; thứ 6 là 22/3/2024. Họp ngày nào?" in out
    assert [start for start, *_ in in_database(commune)] == ["2024-03-22T18:30+07:00"]
    code, told = as_json(commune, tmp_path, file, "--yes")
    assert (code, told["added"], told["unchanged"], told["held_back"]) == (1, 0, 1, 1)
    assert told["doubts"][0]["kind"] == "weekday_mismatch"


def test_a_meeting_in_the_past_is_created_and_nobody_is_told(commune: str, tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("2024-03-25T08:00:00+07:00", "utf-8")
    code, out, _ = run(commune, tmp_path, PLAN, "--yes")
    assert code == 0
    assert out.count("đã qua, không báo ai") == 2
    database = Database(commune)
    with database.transaction() as session:
        assert len(stored.between(Scope.everything(), session, *_march())) == 2
        assert session.scalars(select(Outbox)).all() == []
    database.close()


def _march() -> tuple[datetime, datetime]:
    return datetime(2024, 3, 1, tzinfo=VIETNAM), datetime(2024, 4, 1, tzinfo=VIETNAM)


def test_a_village_that_only_the_plan_knows_is_made_and_listed(commune: str, tmp_path: Path) -> None:
    file = paper(tmp_path, "1 | 18 giờ 30, ngày 21/3/2024 | Thôn Nước Lác | Trưởng thôn")
    code, out, _ = run(commune, tmp_path, file, "--yes")
    assert code == 0
    assert "Thôn mới: Nước Lác" in out
    assert [villages for _, villages, *_ in in_database(commune)] == [["Nước Lác"]]


def test_another_bodys_plan_is_read_with_a_warning(commune: str, tmp_path: Path) -> None:
    head = HEAD.replace("LONG MÔN", "THANH AN").replace("Long Môn", "Thanh An")
    file = paper(tmp_path, "1 | 18 giờ 30, ngày 21/3/2024 | Thôn Cà Xen | Trưởng thôn", head=head)
    code, out, err = run(commune, tmp_path, file, "--yes")
    assert (code, err) == (0, "")
    assert "Lưu ý: văn bản này của nơi khác: UBND xã Thanh An" in out


def test_two_places_at_one_hour_in_one_row_are_two_meetings_also_the_second_time(commune: str, tmp_path: Path) -> None:
    file = paper(
        tmp_path,
        "1 | 18 giờ 30, ngày 21/3/2024<br>18 giờ 30, ngày 21/3/2024 | Thôn Cà Xen<br>Thôn Làng Trê | Trưởng thôn",
    )
    assert as_json(commune, tmp_path, file, "--yes")[1]["added"] == 2
    told = as_json(commune, tmp_path, file, "--yes")[1]
    assert (told["added"], told["unchanged"]) == (0, 2)


def test_the_organiser_must_be_one_who_may_organise(commune: str, tmp_path: Path) -> None:
    code, out, err = run(commune, tmp_path, PLAN, "--yes", "--by", "Đinh Thị Hoa")
    assert (code, out) == (2, "")
    assert err.startswith("ralop: --by Đinh Thị Hoa")
    assert "Phạm Thị Thu" in err
    assert in_database(commune) == []
    assert run(commune, tmp_path, PLAN, "--yes", "--by", "thu")[0] == 0


def test_a_paper_without_a_table_or_a_file_that_is_none_is_said_in_a_line(commune: str, tmp_path: Path) -> None:
    empty = tmp_path / "cong-van.txt"
    empty.write_text("Kính gửi các thôn. Đề nghị theo dõi sĩ số.", "utf-8")
    code, out, _ = run(commune, tmp_path, empty, "--yes")
    assert (code, "Chưa thấy bảng lịch họp" in out) == (1, True)
    photo = tmp_path / "anh.docx"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + b"\x00" * 200)
    code, out, err = run(commune, tmp_path, photo, "--yes")
    assert (code, out, err.count("\n")) == (1, "", 1)


def test_before_init_the_plan_is_refused_in_one_line(tmp_path: Path) -> None:
    done = command(f"sqlite:///{tmp_path / 'none.sqlite3'}", "plan", str(PLAN), "--yes", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ralop: ")


def test_the_first_administrator_organises_when_nobody_is_named(commune: str, tmp_path: Path) -> None:
    run(commune, tmp_path, PLAN, "--yes")
    database = Database(commune)
    with database.transaction() as session:
        organisers = {session.get_one(Person, one.organiser_id).name for one in session.scalars(select(Meeting))}
    database.close()
    assert organisers == {"Đinh Văn Máy"}


def test_the_plan_itself_goes_to_its_recipients_once_and_the_line_says_to_how_many(
    commune: str, tmp_path: Path
) -> None:
    code, told = as_json(commune, tmp_path, PLAN, "--yes")
    assert code == 0
    assert told["recipients"] == [
        {"words": "TT. ĐU; HĐND xã", "people": 1},
        {"words": "Mặt trận và các hội đoàn thể", "people": 0},
        {"words": "Các ban, ngành của UBND xã", "people": 1},
        {"words": "Các thôn", "people": 1},
    ]
    _, out, _ = run(commune, tmp_path, PLAN)
    assert "   - Các thôn: 1 " in out
    database = Database(commune)
    with database.transaction() as session:
        plan = session.scalars(select(stored.Plan)).one()
        assert "học giả gạo" in plan.text
        assert plan.given_from is not None
        assert plan.given_from.astimezone(VIETNAM).hour == 15
    database.close()
