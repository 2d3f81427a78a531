"""A paper in a format: Word, PDF or a workbook. It takes a moment, so never in the event loop."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from bot.reports.office_template import FILES, TemplateError, template
from bot.reports.paper import Paper

Form = Literal["docx", "pdf", "xlsx"]
FORMS: tuple[Form, ...] = ("docx", "pdf", "xlsx")


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


__all__ = ["FILES", "FORMS", "Form", "TemplateError", "template", "write"]
