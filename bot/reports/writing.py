"""A paper in a format: Word, PDF or a workbook. It takes a moment, so never in the event loop."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from bot.reports.paper import Paper

Form = Literal["docx", "pdf", "xlsx"]
FORMS: tuple[Form, ...] = ("docx", "pdf", "xlsx")

# What an office calls its own template of each kind of paper, in the folder that PAPER_TEMPLATES names.
FILES = {
    "report": "bao-cao.docx",
    "minutes": "bien-ban.docx",
    "visit_sheet": "phieu-van-dong.docx",
    "invitation": "giay-moi.docx",
}


class TemplateError(Exception):
    """A template of the office that cannot be used; `sentence` with its `values` names the file and the field."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values)
        self.sentence = sentence
        self.values = values


def write(paper: Paper, form: Form, templates: Path | None = None) -> bytes:
    """The paper as a file of a form. `templates` is the office's folder; a kind that is not in it looks as ours.

    Raises TemplateError when the office's own template cannot be used: the caller says so, or writes without it.
    """
    if form == "pdf":
        from bot.reports import pdf

        return pdf.write(paper)
    if form == "xlsx":
        from bot.reports import xlsx

        return xlsx.write(paper)
    from bot.reports import docx
    from bot.reports.paper_template import DEFAULT

    return docx.write(paper, template(paper, templates) or DEFAULT)


def template(paper: Paper, templates: Path | None) -> Path | None:
    """The office's own template of this kind of paper, if it has one."""
    own = None if templates is None or paper.kind not in FILES else templates / FILES[paper.kind]
    return own if own is not None and own.is_file() else None
