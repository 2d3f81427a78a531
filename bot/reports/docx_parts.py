"""The parts and the foot of a paper as Word's XML, piece by piece (ECMA-376, WordprocessingML)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

from bot.i18n import Reader
from bot.reports import flow
from bot.reports.flow import Block
from bot.reports.measure import PADDING_MM, Fit, breakable, fit, shown
from bot.reports.paper import Paper, Picture, Signature, Table
from bot.reports.paper_template import twips

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
STYLES = {"part": "RaLopPart", "section": "RaLopSection", "text": "RaLopText", "item": "RaLopText",
          "caption": "RaLopCaption", "line": "RaLopText", "picture": "RaLopPicture"}  # fmt: skip
SIGNING_ROOM_MM, SEVERAL_SIGN_MM = 22.0, 17.0
KEPT_BEFORE_FOOT = 2  # so many last blocks, or last rows, stand on one page with the signatures
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
EMU_A_MM = 36_000


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return ILLEGAL.sub("", text)


class Pictures:
    """Puts drawings into the package: a paragraph refers to them by a relation."""

    def __init__(self, part: Any) -> None:
        self._part, self._ids = part, count(1001)

    def run(self, picture: Picture, room_mm: float) -> str:
        """A run with the drawing, as wide as the room and no higher than a third of the page."""
        from docx.oxml.shape import CT_Inline
        from docx.shared import Emu

        key, image = self._part.get_or_add_image(BytesIO(picture.png))
        share = min(room_mm / image.px_width, flow.PICTURE_AT_MOST_MM / image.px_height) * EMU_A_MM
        inline = CT_Inline.new_pic_inline(
            next(self._ids), key, "drawing.png", Emu(int(image.px_width * share)), Emu(int(image.px_height * share))
        )
        inline.docPr.set("descr", clean(picture.alt))
        return f"<w:r><w:drawing>{inline.xml}</w:drawing></w:r>"


def content(paper: Paper, pictures: Pictures) -> Iterator[str]:
    """Everything between the subject and the foot. Pictures are put into the package at once, rows come as they go."""
    room = flow.room_mm(paper)
    found = flow.blocks(paper)
    runs = {place: pictures.run(one.picture, room) for place, one in enumerate(found) if one.picture is not None}
    return _content(paper, found, runs, room)


def _content(paper: Paper, found: Sequence[Block], runs: dict[int, str], room: float) -> Iterator[str]:
    for place, one in enumerate(found):
        is_kept = one.is_kept or place >= len(found) - KEPT_BEFORE_FOOT
        if one.table is not None:
            yield from _table(one.table, room, paper.locale, is_last=place == len(found) - 1)
            yield _gap(is_kept=is_kept)
        elif place in runs:
            yield _paragraph("RaLopPicture", runs[place], is_kept=is_kept)
        elif one.kind == "line":
            yield _dotted(room, "", is_kept=is_kept)
        else:
            text = breakable(one.text, room - 13, 13, "Bold")
            text = f"– {text}" if one.kind == "item" else text
            if one.is_open:
                yield _dotted(room, f"{text} ", is_kept=is_kept)
            else:
                yield _paragraph(STYLES[one.kind], _run(text), is_kept=is_kept)


def _run(text: str, letters: str = "") -> str:
    """Letters of one look; line ends become breaks."""
    lines = escape(clean(text)).replace("\r", "").split("\n")
    inner = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return f"<w:r>{f'<w:rPr>{letters}</w:rPr>' if letters else ''}{inner}</w:r>"


def _paragraph(style: str, runs: str, *, is_kept: bool = False, more: str = "") -> str:
    keep = "<w:keepNext/>" if is_kept else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keep}{more}</w:pPr>{runs}</w:p>'


def _gap(*, is_kept: bool) -> str:
    """A low empty line: two tables that touch would become one."""
    low = '<w:spacing w:before="0" w:after="0" w:line="160" w:lineRule="exact"/><w:ind w:firstLine="0"/>'
    return _paragraph("RaLopText", "", is_kept=is_kept, more=low)


def _dotted(room: float, text: str, *, is_kept: bool) -> str:
    """A text with dots up to the margin, or dots alone from margin to margin."""
    tabs = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{twips(room)}"/></w:tabs>'
    looks = tabs + ('<w:jc w:val="left"/>' if text else '<w:ind w:firstLine="0"/>')
    return _paragraph("RaLopText", (_run(text) if text else "") + "<w:r><w:tab/></w:r>", is_kept=is_kept, more=looks)


# Tables


def _table(table: Table, room: float, locale: str, *, is_last: bool) -> Iterator[str]:
    """Widths stand on the grid and on each cell (python-docx #161); the head comes again on every page, no row is
    torn, and before the foot the last rows stay with it."""
    fitted = fit(table, room, locale)
    grid = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in fitted.widths)
    yield (
        f'<w:tbl><w:tblPr><w:tblW w:w="{twips(sum(fitted.widths))}" w:type="dxa"/><w:tblBorders>{BORDERS}'
        f'</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="{twips(PADDING_MM)}" w:type="dxa"/>'
        f'<w:right w:w="{twips(PADDING_MM)}" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    )
    setter = _Row(table, fitted, locale)
    yield setter.head()
    if not table.rows:
        yield setter.none(is_kept=is_last)
    whole = len(table.rows) <= flow.WHOLE_UP_TO_ROWS
    torn = 0 if whole else len(table.rows) - (KEPT_BEFORE_FOOT if is_last or table.totals else 0)
    for place, row in enumerate(table.rows):
        is_end = place == len(table.rows) - 1 and not table.totals and not is_last
        yield setter.row(row, is_kept=place >= torn and not is_end)
    for place, row in enumerate(table.totals):
        yield setter.row(row, is_bold=True, is_kept=is_last or place < len(table.totals) - 1)
    yield "</w:tbl>"


class _Row:
    """Sets the rows of one table."""

    def __init__(self, table: Table, fitted: Fit, locale: str) -> None:
        self._table, self._fitted, self._locale = table, fitted, locale
        self._size = f'<w:sz w:val="{round(2 * fitted.size)}"/>'
        self._before = [
            f'<w:tc><w:tcPr><w:tcW w:w="{twips(width)}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
            for width in fitted.widths
        ]

    def head(self) -> str:
        cells = "".join(
            before + _paragraph("RaLopCellHead", _run(self._whole(column.head, place, "Bold"), self._size)) + "</w:tc>"
            for place, (before, column) in enumerate(zip(self._before, self._table.columns, strict=True))
        )
        return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"

    def row(self, row: Sequence[str | int | None], *, is_kept: bool, is_bold: bool = False) -> str:
        letters = ("<w:b/>" if is_bold else "") + self._size
        cells = []
        for place, (before, column) in enumerate(zip(self._before, self._table.columns, strict=True)):
            text = shown(row[place], self._locale) if place < len(row) else ""
            run = _run(self._whole(text, place, "Bold" if is_bold else "Regular"), letters) if text else ""
            side = "" if column.align == "left" else f'<w:jc w:val="{column.align}"/>'
            cells.append(before + _paragraph("RaLopCell", run, is_kept=is_kept, more=side) + "</w:tc>")
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"

    def none(self, *, is_kept: bool) -> str:
        """The one row of an empty table."""
        said = Reader(locale=self._locale).say("(none)")
        width, columns = twips(sum(self._fitted.widths)), len(self._table.columns)
        return (
            f'<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
            f'<w:gridSpan w:val="{columns}"/></w:tcPr>'
            + _paragraph("RaLopCell", _run(said, self._size), is_kept=is_kept, more='<w:jc w:val="center"/>')
            + "</w:tc></w:tr>"
        )

    def _whole(self, text: str, place: int, face: str) -> str:
        return breakable(text, self._fitted.widths[place] - 2 * PADDING_MM, self._fitted.size, face)


# The foot


def foot(paper: Paper) -> Iterator[str]:
    """Recipients at the left, one signature at the right; several side by side, recipients below. Nothing is torn."""
    recipients = _recipients(paper)
    room = flow.room_mm(paper)
    yield _gap(is_kept=True)
    if len(paper.signatures) < 2:
        signed = "".join(_titles(one) + _name(one, SIGNING_ROOM_MM) for one in paper.signatures)
        signed = signed or _paragraph("RaLopSign", "")
        yield _side_by_side([[recipients or _paragraph("RaLopRecipients", ""), signed]], room)
        yield _gap(is_kept=False)
        return
    titles = [_titles(one) for one in paper.signatures]
    yield _side_by_side([titles, [_name(one, SEVERAL_SIGN_MM) for one in paper.signatures]], room)
    yield _gap(is_kept=bool(recipients))
    yield recipients


def _recipients(paper: Paper) -> str:
    if not paper.recipients:
        return ""
    lines = [_paragraph("RaLopRecipientsHead", _run(paper.recipients_label))]
    last = len(paper.recipients) - 1
    for place, line in enumerate(paper.recipients):
        text = breakable(line, flow.room_mm(paper) / 2, 11)
        lines.append(_paragraph("RaLopRecipients", _run(text), is_kept=place < last))
    return "".join(lines)


def _titles(one: Signature) -> str:
    lines = [_paragraph("RaLopSign", _run(title)) for title in one.titles]
    if one.hint:
        lines.append(_paragraph("RaLopHint", _run(one.hint)))
    return "".join(lines) or _paragraph("RaLopSign", "")


def _name(one: Signature, room_mm: float) -> str:
    """Room to sign, and below it the name."""
    room = f'<w:spacing w:before="{twips(room_mm)}"/>'
    return _paragraph("RaLopSign", _run(one.name) if one.name else "", more=room)


def _side_by_side(rows: Sequence[Sequence[str]], room: float) -> str:
    count = len(rows[0])
    width = twips(room / count)
    cell = f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
    set_rows = "".join(
        f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(f'{cell}{text}</w:tc>' for text in row)}</w:tr>" for row in rows
    )
    grid = f'<w:gridCol w:w="{width}"/>' * count
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{width * count}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{set_rows}</w:tbl>"
    )
