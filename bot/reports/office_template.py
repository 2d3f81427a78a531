"""The templates that an office has put in the place of ours: which file is whose, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

from bot.reports.paper import Paper

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


def template(paper: Paper, templates: Path | None) -> Path | None:
    """The office's own template of this kind of paper, if it has one."""
    own = None if templates is None or paper.kind not in FILES else templates / FILES[paper.kind]
    return own if own is not None and own.is_file() else None
