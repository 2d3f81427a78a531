"""A report with invented figures, as long as a test wants it; run as a program it says what the writing costs."""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import replace

from bot.reports import writing
from bot.reports.paper import Column, Head, Paper, Part, Signature, Table

LETTERS = "ẮẰẲẴẶĂẤẦẨẪẬÂÁÀÃẢẠĐẾỀỂỄỆÊÉÈẺẼẸÍÌỈĨỊỐỒỔỖỘÔỚỜỞỠỢƠÓÒÕỎỌỨỪỬỮỰƯÚÙỦŨỤÝỲỶỸỴ"
ODD = ("<&>", "=1+1", '#eval("1")', "{{ title }}", "Đinh Thị Ế")
COLUMNS = (
    Column("TT", 0.5, "right"),
    Column("Lớp", 0.7, "center"),
    Column("Giáo viên chủ nhiệm", 2),
    Column("Sĩ số đầu năm", 1, "right"),
    Column("Sĩ số hiện tại", 1, "right"),
    Column("Hiện diện", 1, "right"),
    Column("Vắng P", 0.7, "right"),
    Column("Vắng K", 0.7, "right"),
    Column("Tỷ lệ", 1, "right"),
    Column("Ghi chú", 1.5),
)


def table(rows: int, caption: str = "Bảng 1. Học sinh ra lớp theo lớp") -> Table:
    return Table(
        COLUMNS,
        [(n + 1, f"{n % 9 + 1}A", ODD[n % len(ODD)], 31, 30, 28, 1, 1, "93,3%", None) for n in range(rows)],
        [(None, None, "Cộng", 31 * rows, 30 * rows, 28 * rows, rows, rows, "93,3%", None)],
        caption,
    )


def report(rows: int = 12, **more: object) -> Paper:
    made = Paper(
        name="bao-cao-tuan-2024-03-22",
        kind="report",
        locale="vi",
        head=Head(
            "",
            "ỦY BAN NHÂN DÂN XÃ LONG MÔN",
            "Số:        /BC-UBND",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Long Môn, ngày 22 tháng 3 năm 2024",
        ),
        title="BÁO CÁO",
        subject="Tình hình học sinh ra lớp, tuần 18/3 đến 22/3/2024",
        parts=[
            Part("I. Mức độ đầy đủ", [f"Các lớp báo cáo 60 trên 60 buổi. {LETTERS} {LETTERS.lower()}"]),
            Part("II. Học sinh ra lớp", table=table(rows)),
            Part("III. Nguyên nhân", items=["Ốm: 5 lượt", *ODD]),
        ],
        signatures=[Signature(["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"])],
        opening=["Ủy ban nhân dân xã Long Môn báo cáo như sau:"],
        closing=["Trên đây là báo cáo tình hình học sinh ra lớp."],
        recipients_label="Nơi nhận:",
        recipients=["- Đảng ủy, HĐND xã;", "- Lưu: VT."],
    )
    return replace(made, **more)  # type: ignore[arg-type]


def main(rows: int) -> None:
    """Seconds of each form, and the greatest memory so far in megabytes."""
    costs = {}
    for form in writing.FORMS:
        paper, began = report(rows), time.perf_counter()
        size = len(writing.write(paper, form))
        seconds = round(time.perf_counter() - began, 2)
        costs[form] = (seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, size)
    print(json.dumps(costs))


if __name__ == "__main__":
    main(int(sys.argv[1]))
