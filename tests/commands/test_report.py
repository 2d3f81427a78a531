"""`ralop report`: the three reports in three forms, one line for what is wrong, and an exit code that says which."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from storage.audit import Audit
from tests.commands.shell import Shell
from tests.reports.a_month import build
from tests.world import World


@pytest.fixture
def kept(shell: Shell) -> Shell:
    """A machine on whose database the month of tests/reports/a_month.py lies."""
    with shell.database() as database, database.transaction() as session:
        build(World(session))
    clock = shell.folder / "clock"
    clock.write_text("2024-03-29T17:00:00+07:00")
    shell.settings |= {"RALOP_CLOCK": f"file:{clock}", "DEFAULT_LOCALE": "vi"}
    return shell


def test_a_report_is_written_in_each_form_and_leaves_a_line_in_the_audit(kept: Shell) -> None:
    for form, begins in (("docx", b"PK"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
        file = kept.folder / f"tuan.{form}"
        ended = kept.ralop("report", "week", "--date", "2024-03-20", "-o", str(file))
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.startswith("Tình hình học sinh ra lớp tuần từ ngày 18/3/2024 đến ngày 22/3/2024: ")
        assert file.read_bytes().startswith(begins)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with kept.database() as database, database.transaction() as session:
        assert session.query(Audit).filter(Audit.action == "report.made", Audit.actor_id.is_(None)).count() == 3


def test_the_words_and_the_numbers_are_in_the_files(kept: Shell) -> None:
    kept.ralop("report", "month", "-o", str(kept.folder / "thang.docx"))
    kept.ralop("report", "month", "-o", str(kept.folder / "thang.xlsx"))
    with zipfile.ZipFile(kept.folder / "thang.docx") as opened:
        text = opened.read("word/document.xml").decode("utf-8")
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    book = CalamineWorkbook.from_filelike(io.BytesIO((kept.folder / "thang.xlsx").read_bytes()))
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert "Cà Xen Mới" in cells
    assert "Chưa báo ngày nào" in cells


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (("day", "-o", "a.txt"), 2, "ralop: -o phải có đuôi .docx, .pdf hoặc .xlsx; ví dụ: -o bao-cao.docx\n"),
        (("day", "--date", "30/2", "-o", "a.pdf"), 2, "ralop: --date không phải ngày; ví dụ: --date 2024-03-20\n"),
        (("day", "--date", "2024-04-01", "-o", "a.pdf"), 2, "ralop: --date là ngày chưa đến: chưa có gì để báo cáo\n"),
        (("day", "--school", "Hà Nội", "-o", "a.pdf"), 2,
         "ralop: --school phải là tên một trường sau: Trường PTDTBT TH&THCS Long Môn\n"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(kept: Shell, arguments: tuple[str, ...], code: int, line: str) -> None:
    ended = kept.ralop("report", *arguments)
    assert (ended.code, ended.err) == (code, line)
    assert not (kept.folder / "a.pdf").exists()


def test_a_school_is_named_by_a_part_of_its_name(kept: Shell) -> None:
    ended = kept.ralop("report", "day", "--school", "th&thcs", "-o", str(kept.folder / "truong.pdf"))
    assert (ended.code, ended.err) == (0, "")
