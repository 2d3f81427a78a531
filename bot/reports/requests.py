"""A paper or a picture that somebody asked for: what is to be made, from what it is read, and how it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.i18n import Reader
from bot.reports import day, invitation, minutes, month, pictures, visit_sheet, week, writing
from bot.reports.exports import Transaction
from bot.reports.paper import Paper
from bot.reports.report_words import DAY, MONTH, WEEK, Span
from bot.rules.work import Refused, Work
from storage import places
from storage.places import Place

PICTURE, MINUTES, INVITATION, VISIT_SHEET = "picture", "minutes", "invitation", "visit_sheet"
REPORTS: dict[str, Callable[[Reader, Transaction, Place, date], Paper]] = {
    DAY: day.paper,
    WEEK: week.paper,
    MONTH: month.paper,
}
SHEETS: dict[str, Callable[[Reader, Work, int], Paper]] = {  # of a meeting, of a pupil
    MINUTES: minutes.paper,
    INVITATION: invitation.paper,
    VISIT_SHEET: visit_sheet.paper,
}
FORMS = writing.FORMS
MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
}


@dataclass(frozen=True)
class Request:
    """What is to be made: `kind` a report of REPORTS with its place (`subject_id`) and day, a sheet of SHEETS, or a
    picture by its `name`; `form` is the ending. For whom, and the chat that it goes to (channel, bot, address)."""

    kind: str
    form: str
    subject_id: int = 0
    on: str = ""
    name: str = ""
    person_id: int = 0
    to: tuple[str, str, str] = ("", "", "")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Request:
        return Request(**{**data, "to": tuple(data["to"])})


@dataclass(frozen=True)
class Made:
    """A finished file. `trouble` says that the office's own template could not be used, in the reader's language;
    `sentence` stands in place of a file where there is nothing to draw."""

    content: bytes = b""
    name: str = ""
    trouble: str = ""
    sentence: str = ""


def read(reader: Reader, transaction: Transaction, request: Request) -> object:
    """What the file is made of, read in short transactions: plain values. Raises Refused."""
    if request.kind == PICTURE:
        return pictures.PICTURES[request.name].read(transaction, request.subject_id)
    if request.kind in SHEETS:
        with transaction() as work:
            return SHEETS[request.kind](reader, work, request.subject_id)
    with transaction() as work:
        place = places.get(work.session, request.subject_id)
    if place is None:
        raise Refused("outside_scope")
    return REPORTS[request.kind](reader, transaction, place, date.fromisoformat(request.on))


def made(reader: Reader, request: Request, facts: Any, templates: Path | None) -> Made:
    """The file; it takes a moment and no database, so it is the press that calls this.

    Where the office's own template cannot be used the paper looks as ours, and says so.
    """
    if request.kind == PICTURE:
        drawing = pictures.draw(request.name, reader, facts)
        return Made(drawing.png, f"{request.name}.png", sentence=drawing.title)
    return written(reader, facts, request.form, templates)


def written(reader: Reader, paper: Paper, form: str, templates: Path | None) -> Made:
    """A paper as a file, in the office's layout if that can be used."""
    wanted = next(one for one in FORMS if one == form)
    name, trouble = f"{paper.name}.{form}", ""
    try:
        content = writing.write(paper, wanted, templates)
    except writing.TemplateError as error:
        trouble = reader.say(error.sentence, **error.values)
        content = writing.write(paper, wanted)
    return Made(content, name, trouble)


def week_of(work: Work, place: Place, on: date) -> Span:
    """The days of the week that a week's report of a place would be about."""
    return week.span(work, place, on)
