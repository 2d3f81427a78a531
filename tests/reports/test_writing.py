"""Papers as PDF, Word and workbook: the decree's layout, names that stay names, signatures that never stand alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from python_calamine import CalamineWorkbook

from bot.i18n import Reader
from bot.reports import measure, paper_template, writing
from bot.reports.paper import Column, Part, Picture, Signature, Table
from bot.reports.paper_template import DEFAULT
from bot.reports.writing import TemplateError
from tests.reports.pdf_reading import pages
from tests.reports.sample_paper import LETTERS, ODD, report, table
from tests.reports.test_invite_card import fonts, unpacked

LONG = "Thôn Nước Trong – Làng Ren – Gò Rộc – Làng Mâm, khu tái định cư số 2, xã Long Môn"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10"/></svg>'


def word(paper: object, templates: Path | None = None) -> docx.document.Document:
    return docx.Document(BytesIO(writing.write(paper, "docx", templates)))  # type: ignore[arg-type]


def said(document: docx.document.Document) -> str:
    lines = (
        "".join(text.text or "" for text in node.iter(qn("w:t"))) for node in document.element.body.iter(qn("w:p"))
    )
    return "\n".join(lines)


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


# --- PDF ------------------------------------------------------------------------------------------


def test_a_pdf_brings_its_four_faces_and_every_letter_can_be_read_back() -> None:
    made = writing.write(report(), "pdf")
    assert {name.partition("-Identity")[0] for name in fonts(made)} == {
        "LiberationSerif", "LiberationSerif-Bold", "LiberationSerif-Italic", "LiberationSerif-BoldItalic",
    }  # fmt: skip
    text = re.sub(r"\s", "", "".join(pages(made)))
    assert LETTERS in text
    assert LETTERS.lower() in text
    for said_above in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "BÁO CÁO", "Nơi nhận:"):
        assert said_above.replace(" ", "") in text


def test_a_page_is_a4_with_its_number_from_the_second_on() -> None:
    made = writing.write(report(60), "pdf")
    assert b"/MediaBox[0 0 595.27563 841.8898]" in unpacked(made).replace(b"595.2756 ", b"595.27563 ")
    said_by = pages(made)
    assert len(said_by) > 1
    assert said_by[1].splitlines()[0] == "2"
    assert not said_by[0].splitlines()[0].isdigit()


@pytest.mark.parametrize("rows", [0, 3, 24, 25, 26, 27, 28, 29, 30, 31, 1_001])
def test_a_signature_never_stands_without_rows_before_it(rows: int) -> None:
    last = report(rows, parts=[Part("I. Học sinh ra lớp", table=table(rows))], closing=())
    signed = pages(writing.write(last, "pdf"))[-1]
    assert "CHỦ TỊCH" in signed
    assert "Cộng" in signed
    assert "Giáo viên" in signed  # the head again
    if rows:
        assert f"{rows:,}".replace(",", ".") in signed


@pytest.mark.parametrize("rows", range(30, 36))
def test_totals_never_stand_without_rows_before_them(rows: int) -> None:
    parts = [Part("I. Học sinh ra lớp", table=table(rows)), Part("II. Sau", [f"Đoạn {n}." for n in range(9)])]
    totals = next(page for page in pages(writing.write(report(rows, parts=parts), "pdf")) if "Cộng" in page)
    assert {str(rows - 1), str(rows)} <= set(totals.splitlines())


@pytest.mark.parametrize("items", range(14, 24))
def test_a_signature_never_stands_without_a_text_before_it(items: int) -> None:
    last = report(parts=[Part("I. Nguyên nhân", items=[f"Dòng {n}" for n in range(2 * items)])])
    signed = pages(writing.write(last, "pdf"))[-1]
    assert "CHỦ TỊCH" in signed
    assert "Trên đây là báo cáo" in signed
    assert f"Dòng {2 * items - 1}" in signed


def test_every_row_of_a_long_table_is_printed() -> None:
    text = "\n".join(pages(writing.write(report(1_203), "pdf")))
    assert text.count("93,3%") == 1_203 + 1
    assert "1.203" in text


# --- Names stay names -----------------------------------------------------------------------------


def test_odd_names_stay_text_in_every_form() -> None:
    paper = report(len(ODD))
    printed = re.sub(r"\s", "", "".join(pages(writing.write(paper, "pdf"))))
    written = said(word(paper))
    cells = [cell for row in sheets(writing.write(paper, "xlsx"))["Bảng 1. Học sinh ra lớp theo lớ"] for cell in row]
    for name in ODD:
        assert printed.count(name.replace(" ", "")) == 2
        assert written.count(name) == 2
        assert name in cells


def test_odd_names_stay_text_in_the_head_too() -> None:
    head = replace(report().head, body="UBND <&> {{ 7*7 }}", place_and_date='#eval("1") {% if %}, ngày 22')
    paper = report(head=head, subject="=1+1 <b>")
    assert "UBND <&> {{ 7*7 }}" in said(word(paper))
    assert '#eval("1") {% if %}, ngày 22' in said(word(paper))
    assert '#eval("1") {% if %}, ngày 22' in pages(writing.write(paper, "pdf"))[0]


def test_signs_that_no_file_can_hold_are_left_out() -> None:
    paper = report(
        parts=[Part("I. Tên", ["Đinh\x00\x0b Thị\ufffe Chi"], table=Table([Column("\x01Tên")], [["A\x1fn"]]))]
    )
    assert "Đinh Thị Chi" in said(word(paper))
    assert sheets(writing.write(paper, "xlsx"))["I. Tên"] == [["Tên"], ["An"]]
    assert "Thị" in pages(writing.write(paper, "pdf"))[0]


# --- Tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", writing.FORMS)
def test_empty_tables_long_names_many_columns_and_pictures_are_written(form: writing.Form) -> None:
    parts = [
        Part("I. Không có", table=Table(COLUMNS_OF_TWO, [])),
        Part("II. Dài", table=Table(COLUMNS_OF_TWO, [(LONG, 1), ("A" * 300, 2), ("ngắn",)])),
        Part("III. Nhiều cột", table=Table([Column(f"Ngày {n}") for n in range(31)], [["P"] * 31])),
        Part("IV. Hình", picture=Picture(PNG, SVG, "một hình"), blanks=2),
    ]
    content = writing.write(report(parts=parts, subject=LONG, signatures=[]), form)
    assert len(content) > 2_000
    if form == "pdf":
        text = re.sub(r"\s", "", "".join(pages(content)))
        assert LONG.replace(" ", "") in text
        assert "(khôngcó)" in text
        assert "A" * 300 in text
    elif form == "docx":
        assert LONG in said(docx.Document(BytesIO(content)))


COLUMNS_OF_TWO = (Column("Thôn", 2), Column("Số em", 1, "right"))


def test_no_word_of_a_table_is_broken_or_clipped() -> None:
    """Each column is as wide as its widest word, so heads wrap at spaces only; letters shrink before a word does."""
    made = table(20)
    fitted = measure.fit(made, 165.0, "vi")
    assert fitted.size == 12
    assert abs(sum(fitted.widths) - 165.0) < 0.01
    for place, column in enumerate(made.columns):
        room = fitted.widths[place] - 2 * measure.PADDING_MM
        for word_of_head in column.head.split():
            assert measure.width_mm(word_of_head, 12, "Bold") <= room
        assert measure.breakable(column.head, room, 12, "Bold") in (column.head,)
    narrow = Table([Column("Nghiêng") for _ in range(10)], [])
    assert measure.fit(narrow, 165.0, "vi").size < 12


def test_numbers_are_shown_as_people_here_write_them_and_stay_numbers_in_a_workbook() -> None:
    paper = report(parts=[Part("I. Số", table=Table(COLUMNS_OF_TWO, [("Cà Xen", 1_234)], [("Cộng", 1_234)]))])
    assert "1.234" in pages(writing.write(paper, "pdf"))[0]
    assert "1.234" in said(word(paper))
    assert sheets(writing.write(paper, "xlsx"))["I. Số"][1:] == [["Cà Xen", 1_234.0], ["Cộng", 1_234.0]]


# --- Word -----------------------------------------------------------------------------------------


def test_the_default_template_is_what_its_script_makes() -> None:
    with zipfile.ZipFile(DEFAULT) as packed:
        found = {name: packed.read(name).decode() for name in packed.namelist()}
    assert found == {name: paper_template.XML + text for name, text in paper_template.parts().items()}


@pytest.mark.parametrize("is_wide", [False, True])
def test_a_word_paper_has_the_decrees_margins_and_widths_on_grid_and_cells(is_wide: bool) -> None:
    document = word(report(is_wide=is_wide))
    section = document.sections[0]
    assert (section.page_width > section.page_height) is is_wide
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    for margin, wanted in zip(margins, (20, 20, 30, 15), strict=True):
        assert abs(margin - Mm(wanted)) < Mm(0.1)
    assert section.different_first_page_header_footer
    assert "PAGE" in "".join(section.header._element.itertext())
    assert document.styles.element.xpath("string(//w:rPrDefault//w:rFonts/@w:ascii)") == "Times New Roman"
    for one in document.tables:
        grid = [column.w for column in one._tbl.tblGrid.gridCol_lst]
        assert [cell.width for cell in one._tbl.tr_lst[0].tc_lst] == grid
        assert abs(sum(grid) - (section.page_width - Mm(45))) < Mm(0.5)


def test_a_word_table_repeats_its_head_and_tears_no_row() -> None:
    rows = word(report()).tables[1]._tbl.tr_lst
    assert rows[0].xpath("./w:trPr/w:tblHeader")
    assert all(row.xpath("./w:trPr/w:cantSplit") for row in rows)
    assert not rows[1].xpath("./w:trPr/w:tblHeader")
    assert rows[-1].xpath(".//w:rPr/w:b")
    assert rows[1].xpath("./w:tc[1]/w:p/w:pPr/w:jc/@w:val") == ["right"]


@pytest.mark.parametrize("closing", [(), ("Trên đây là báo cáo.",)])
def test_in_word_everything_from_the_last_lines_to_the_signature_is_kept_together(closing: tuple[str, ...]) -> None:
    """Word keeps a paragraph, or a row, with the next one when it says so: the chain must not have a gap."""
    parts = [Part("I. Một", ["Dòng trước."]), Part("II. Hai", table=table(9))]
    document = word(report(parts=parts, closing=closing))
    body = [one for one in document.element.body if one.tag != qn("w:sectPr")]
    foot = body.index(document.tables[-1]._tbl)
    assert all(row.xpath("./w:trPr/w:cantSplit") for row in document.tables[-1]._tbl.tr_lst)
    chain = body[foot - 2 - bool(closing) : foot]
    if not closing:
        rows = document.tables[1]._tbl.tr_lst
        kept = [is_kept(row) for row in rows[1:]]
        assert kept == [False] * 7 + [True] * 3
        chain = chain[-1:]
    assert chain
    assert all(is_kept(one) for one in chain)


def is_kept(element: object) -> bool:
    paragraphs = element.xpath("descendant-or-self::w:p")  # type: ignore[attr-defined]
    return bool(paragraphs) and all(one.xpath("./w:pPr/w:keepNext") for one in paragraphs)


def test_several_sign_side_by_side() -> None:
    names = {"PHỤ HUYNH": "", "HỌC SINH": "Đinh Thị Bé", "GIÁO VIÊN": "Phạm Văn Minh", "ĐẠI DIỆN THÔN": ""}
    signed = [Signature([title], name, "(ký, ghi rõ họ tên)") for title, name in names.items()]
    paper = report(signatures=signed, recipients=())
    cells = [cell.text for row in word(paper).tables[-1].rows for cell in row.cells]
    assert cells[1] == "HỌC SINH\n(ký, ghi rõ họ tên)"
    assert cells[4:] == ["", "Đinh Thị Bé", "Phạm Văn Minh", ""]
    assert "ĐẠI DIỆN THÔN" in pages(writing.write(paper, "pdf"))[-1]


# --- Templates of the office ----------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Callable[[Callable[[docx.document.Document], None]], Path]:
    """A folder with the office's own template of a report, changed as the test says."""

    def changed(change: Callable[[docx.document.Document], None]) -> Path:
        document = docx.Document(str(DEFAULT))
        change(document)
        document.save(str(tmp_path / "bao-cao.docx"))
        return tmp_path

    return changed


def put(old: str, new: str) -> Callable[[docx.document.Document], None]:
    def change(document: docx.document.Document) -> None:
        for paragraph in document.paragraphs:
            if paragraph.text == old:
                paragraph.runs[0].text = new

    return change


def test_an_office_s_template_is_used_for_its_kind_only(office: Callable[..., Path]) -> None:
    folder = office(put("{{ title }}", "UBND XÃ – {{ title }}"))
    assert "UBND XÃ – BÁO CÁO" in said(word(report(), folder))
    assert "UBND XÃ – BÁO CÁO" not in said(word(report(kind="minutes"), folder))
    assert "UBND XÃ – BÁO CÁO" not in said(word(report(kind="of a new kind"), folder))


def test_an_office_s_template_without_our_styles_gets_them(tmp_path: Path) -> None:
    document = docx.Document()
    for text in ("{{ title }}", "{{ subject }}", "{{ content }}", "{{ foot }}"):
        document.add_paragraph(text)
    document.save(str(tmp_path / "bao-cao.docx"))
    made = word(report(is_wide=True), tmp_path)
    ours = made.styles["Ra Lớp: đoạn văn"]
    assert ours.font.name == "Times New Roman"
    assert ours.base_style.style_id == "Normal"
    assert len(made.styles.element.xpath("w:style[@w:default='1' and @w:type='paragraph']")) == 1
    assert made.sections[0].page_width > made.sections[0].page_height
    assert "Nơi nhận:" in said(made)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{{ content }}", "", "bao-cao.docx thiếu trường {{ content }}."),
        ("{{ title }}", "BÁO CÁO", "bao-cao.docx thiếu trường {{ title }}."),
        ("{{ foot }}", "Ký: {{ foot }}", "Trong bao-cao.docx, trường {{ foot }} phải đứng một mình"),
        ("{{ foot }}", "{% if 0 %}{{ foot }}{% endif %}", "bao-cao.docx thiếu trường {{ foot }}."),
        ("{{ subject }}", "{{ subject }} {{ so_hieu }}", "bao-cao.docx có trường {{ so_hieu }} mà Ra Lớp không biết."),
        ("{{ subject }}", "{{ subject }} {{ }}", "Trong bao-cao.docx có chỗ không đọc được: "),
        ("{{ subject }}", "{{ subject }} {% for x in to %}", "Trong bao-cao.docx có chỗ không đọc được: "),
        ("{{ subject }}", "{{ subject }} {{ title.x.y }}", "Trong bao-cao.docx có chỗ không đọc được: "),
        ("{{ subject }}", "{{ subject }} {{ title + 1 }}", "Trong bao-cao.docx có chỗ không đọc được: "),
        ("{{ subject }}", "{{ subject }} {{ title.__class__.__mro__ }}", "Trong bao-cao.docx có chỗ không đọc được: "),
    ],
)
def test_a_wrong_template_is_told_in_one_sentence_with_its_file_and_field(
    office: Callable[..., Path], old: str, new: str, sentence: str
) -> None:
    folder = office(put(old, new))
    with pytest.raises(TemplateError) as raised:
        writing.write(report(), "docx", folder)
    told = Reader(locale="vi").say(raised.value.sentence, **raised.value.values)
    assert told.startswith(sentence)
    assert "\n" not in told
    assert len(told) < 400
    assert writing.write(report(), "pdf", folder)  # what is no Word needs no template


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_word_file_is_told_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bao-cao.docx").write_bytes(content)
    with pytest.raises(TemplateError, match=r"bao-cao\.docx is no Word file"):
        writing.write(report(), "docx", tmp_path)


# --- Workbook -------------------------------------------------------------------------------------


def test_a_workbook_has_a_first_sheet_of_words_and_a_sheet_a_table_with_names_of_its_own() -> None:
    name = "Học sinh [vắng] theo lớp/thôn: tuần 18/3 đến 22/3"
    parts = [*report().parts[:1], *(Part(f"{n}. Phần", table=replace(table(2), caption=name)) for n in range(2))]
    parts.append(Part(table=table(1, caption="")))
    content = writing.write(report(parts=parts), "xlsx")
    found = sheets(content)
    assert list(found) == [
        "Thông tin chung", "Học sinh vắng theo lớp thôn tuầ", "Học sinh vắng theo lớp thôn (2)", "Bảng 3",
    ]  # fmt: skip
    words = [row[0] for row in found["Thông tin chung"]]
    assert words[0] == "ỦY BAN NHÂN DÂN XÃ LONG MÔN"
    assert words.index("BÁO CÁO") < words.index("I. Mức độ đầy đủ")
    assert found["Bảng 3"][1][3] == 31.0
    with zipfile.ZipFile(BytesIO(content)) as packed:
        second = packed.read("xl/worksheets/sheet2.xml").decode()
    assert 'state="frozen"' in second
    assert "<f>" not in second


# --- Cost -----------------------------------------------------------------------------------------


def test_ten_thousand_rows_take_less_than_600_megabytes() -> None:
    """Measured in a process of its own: seconds, greatest memory in MB, bytes of the file; by form."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.reports.sample_paper", "10000"], capture_output=True, text=True, check=True
    )
    costs = json.loads(ran.stdout)
    print("10,000 rows:", costs)
    assert set(costs) == set(writing.FORMS)
    for _, megabytes, size in costs.values():
        assert megabytes < 600
        assert size < 5_000_000
