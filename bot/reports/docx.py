"""A paper as Word: a template that the office may replace is filled, then the parts and the foot are set into it.

docxtpl fills the fields; of the parts and the foot it only puts marks, in whose stead their XML is streamed into the
file afterwards. So a table of 10,000 rows is never held as a tree.
"""

from __future__ import annotations

import re
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from bot.i18n import N_
from bot.reports import flow
from bot.reports.docx_parts import Pictures, clean, content, foot
from bot.reports.office_template import TemplateError
from bot.reports.paper import Paper
from bot.reports.paper_template import DEFAULT

if TYPE_CHECKING:
    from docxtpl import DocxTemplate

DOCUMENT = "word/document.xml"
REQUIRED = ("title", "subject", "content", "foot")  # without these a paper would not be the same paper
OURS = "RaLop"  # how our styles are called
MARKED = ("content", "foot")
NO_WORD_FILE = N_("%(file)s is no Word file. Please open it in Word and save it as .docx.")
MISSING = N_("%(file)s lacks the field {{ %(field)s }}. Please add it in Word, in a line of its own.")
NOT_ALONE = N_("In %(file)s the field {{ %(field)s }} must stand alone in its line.")
UNKNOWN = N_("%(file)s names the field {{ %(field)s }}, which Ra Lớp does not know. It knows: %(known)s.")
BROKEN = N_("In %(file)s this cannot be read: %(field)s. Fields are written like {{ title }}.")


def write(paper: Paper, template: Path = DEFAULT) -> bytes:
    """The paper in Word. Raises TemplateError when the template cannot be used."""
    filled = _opened(template)
    marks = {name: f"ralop-{name}-{secrets.token_hex(8)}" for name in MARKED}
    fields = _fields(paper, marks)
    _fill(filled, template.name, fields, paper)
    pictures = Pictures(filled.docx.part)
    xml = {marks["content"]: content(paper, pictures), marks["foot"]: foot(paper)}
    out = BytesIO()
    filled.docx.save(out)
    return _streamed(out, xml, {mark: name for name, mark in marks.items()}, template.name)


def _opened(template: Path) -> DocxTemplate:
    """The template as docxtpl holds it; of the office's mistakes the first."""
    from docxtpl import DocxTemplate

    try:
        opened = DocxTemplate(BytesIO(template.read_bytes()))
        opened.init_docx()
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError, AttributeError):
        raise TemplateError(NO_WORD_FILE, file=template.name) from None
    return opened


def _fields(paper: Paper, marks: Mapping[str, str]) -> dict[str, object]:
    """What a template may say. Line ends become breaks, markup stays text."""
    return {
        **{name: clean(text) for name, text in flow.head(paper).items()},
        "to": [clean(line) for line in paper.to],
        "kind": paper.kind,
        **marks,
    }


def _fill(filled: DocxTemplate, file: str, fields: Mapping[str, object], paper: Paper) -> None:
    from jinja2 import StrictUndefined, TemplateSyntaxError
    from jinja2 import TemplateError as JinjaError
    from jinja2.sandbox import SandboxedEnvironment

    reading = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        named = filled.get_undeclared_template_variables(jinja_env=reading)
    except TemplateSyntaxError as error:
        raise TemplateError(BROKEN, file=file, field=_snippet(error)) from None
    for name in sorted(named - set(fields)):
        raise TemplateError(UNKNOWN, file=file, field=name, known=", ".join(fields))
    for name in REQUIRED:
        if name not in named:
            raise TemplateError(MISSING, file=file, field=name)
    _prepare(filled, paper)
    try:
        filled.render(dict(fields), jinja_env=reading, autoescape=True)
    except (JinjaError, SyntaxError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise TemplateError(BROKEN, file=file, field=_snippet(error)) from None
    properties = filled.docx.core_properties
    properties.title = clean(f"{paper.title} {paper.subject}".strip())[:255]


def _snippet(error: Exception) -> str:
    """Where it is: the words with braces near the error, else what the error says, in one short line."""
    said = " ".join(re.sub(r"<[^>]*>", "", str(error)).split())
    source = getattr(error, "source", None)
    line = getattr(error, "lineno", None)
    if source and line:
        near = re.sub(r"<[^>]+>", "", source.splitlines()[min(line, len(source.splitlines())) - 1])
        found = re.findall(r"\{[{%].{0,60}", near)
        said = found[-1].strip() if found else said
    return said[:80]


def _prepare(filled: DocxTemplate, paper: Paper) -> None:
    """Gives the template what the parts need: their styles where the office's has none, and a page that is turned."""
    import docx
    from docx.oxml.ns import qn

    known = {style.style_id for style in filled.docx.styles}
    usual = next(iter(filled.docx.styles.element.xpath("w:style[@w:default='1' and @w:type='paragraph']")), None)
    for style in docx.Document(str(DEFAULT)).styles.element.style_lst:
        if style.styleId.startswith(OURS) and style.styleId not in known:
            if usual is not None:
                style.find(qn("w:basedOn")).set(qn("w:val"), usual.styleId)
            filled.docx.styles.element.append(style)
    if paper.is_wide:
        _turn(filled)


def _turn(filled: DocxTemplate) -> None:
    """The page in landscape; tables as wide as the page grow with it, rules below a text keep their length."""
    from docx.enum.section import WD_ORIENT

    section = filled.docx.sections[0]
    if section.page_width >= section.page_height:
        return
    for one in filled.docx.sections:
        one.orientation = WD_ORIENT.LANDSCAPE
        one.page_width, one.page_height = one.page_height, one.page_width
    more = section.page_width - section.page_height
    room = section.page_height - section.left_margin - section.right_margin
    for table in filled.docx.tables:
        _widen(table._tbl, (room + more) / room)
    for paragraph in filled.docx.paragraphs:
        if paragraph._p.xpath("./w:pPr/w:pBdr"):
            _indent(paragraph, more / 2)


def _widen(table: Any, share: float) -> None:
    from docx.shared import Emu
    from docx.text.paragraph import Paragraph

    for column in table.tblGrid.gridCol_lst:
        column.w = Emu(int(column.w * share)) if column.w else column.w
    for width in table.xpath("./w:tblPr/w:tblW[@w:type='dxa']"):
        key = next(name for name in width.attrib if name.endswith("}w"))
        width.set(key, str(round(int(width.get(key)) * share)))
    for row in table.tr_lst:
        for cell in row.tc_lst:
            former = cell.width
            if former:
                cell.width = Emu(int(former * share))
                for element in cell.xpath("./w:p[w:pPr/w:pBdr]"):
                    _indent(Paragraph(element, cast(Any, None)), (cell.width - former) / 2)


def _indent(paragraph: Any, more: float) -> None:
    from docx.shared import Emu

    looks = paragraph.paragraph_format
    looks.left_indent = Emu(int((looks.left_indent or 0) + more))
    looks.right_indent = Emu(int((looks.right_indent or 0) + more))


# Setting the parts in


def _streamed(saved: BytesIO, xml: Mapping[str, Iterator[str]], names: Mapping[str, str], file: str) -> bytes:
    """The file again, with the parts' XML in the stead of the paragraphs that hold their marks."""
    out = BytesIO()
    with zipfile.ZipFile(saved) as former, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for entry in former.infolist():
            if entry.filename != DOCUMENT:
                packed.writestr(entry, former.read(entry), zipfile.ZIP_DEFLATED)
        pieces = _pieces(former.read(DOCUMENT).decode("utf-8"), names, file)
        entry = zipfile.ZipInfo(DOCUMENT, (1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        with packed.open(entry, "w") as document:
            for piece in pieces:
                _put(document, xml.get(piece), piece)
    return out.getvalue()


def _put(document: IO[bytes], parts: Iterator[str] | None, piece: str) -> None:
    for text in (piece,) if parts is None else parts:
        document.write(text.encode("utf-8"))


def _pieces(text: str, names: Mapping[str, str], file: str) -> list[str]:
    """The document in pieces, a mark alone in the stead of its whole paragraph. Raises TemplateError."""
    found, at = [], 0
    places = sorted((text.find(mark), mark) for mark in names)
    for place, mark in places:
        field = names[mark]
        if place < 0 or text.find(mark, place + 1) >= 0:
            raise TemplateError(MISSING, file=file, field=field)
        start = max(text.rfind("<w:p>", 0, place), text.rfind("<w:p ", 0, place))
        end = text.find("</w:p>", place) + len("</w:p>")
        said = re.sub(r"<[^>]+>", "", text[start:end]).strip()
        if said != mark or start < at:
            raise TemplateError(NOT_ALONE, file=file, field=field)
        found += [text[at:start], mark]
        at = end
    return [*found, text[at:]]
