"""Official plans (.docx, .txt, .md): the meetings they order, whom they invite, and what is doubtful in them.

`read` returns facts. What a row leaves open is a `Doubt` (a question for a person) and never a meeting; what is
plainly no meeting is `skipped`. The words for all of it live elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum

from bot.importers import files
from bot.importers.files import Reason, Unreadable
from bot.importers.plan_duties import Duty, read_duties, read_purpose
from bot.importers.plan_facts import Facts, facts_of
from bot.importers.plan_invitees import Invitee, InviteeRole, read_invitees, resolved
from bot.importers.plan_lists import common_invitees, rows_of_lists
from bot.importers.plan_places import named_villages, read_place
from bot.importers.plan_recipients import read_recipients
from bot.importers.plan_schedule import Row, rows_of
from bot.importers.plan_tables import Block, as_text, blocks_of_docx
from bot.importers.plan_texts import blocks_of_text
from bot.importers.plan_when import Detail, Doubtful, DoubtKind, Moment, is_deadline, moments, times_in
from bot.importers.plan_words import flat, old_font_word, one_line

__all__ = [
    "Doubt", "DoubtKind", "Duty", "Invitee", "InviteeRole", "PlanDocument", "PlannedMeeting", "SkipReason", "Skipped",
    "Unreadable", "read",
]  # fmt: skip

NOTE_AT_MOST = 2000
ROWS_AT_MOST = 500
LONGEST_PLAN = timedelta(days=366)


@dataclass(frozen=True)
class PlannedMeeting:
    """One meeting: a day and an hour of the commune's wall clock, and where, for whom.

    `row` is the row of the schedule, from 1; a row with several days gives several meetings. No `villages`: it
    is a meeting of the commune. `ends` is None where the paper does not say.
    """

    row: int
    day: date
    at: time
    ends: time | None
    place_text: str
    villages: tuple[str, ...]
    venue: str | None
    invitees: tuple[Invitee, ...]
    note: str
    topic: str = ""  # of a column *Nội dung*; most plans have none


@dataclass(frozen=True)
class Doubt:
    """A row that is held back: what a person must be asked, with what was read (see DoubtKind)."""

    row: int
    kind: DoubtKind
    details: Mapping[str, Detail]


class SkipReason(StrEnum):
    """Why a row of a schedule is no meeting."""

    DEADLINE = "deadline"  # "trước ngày 20/10": a term
    NO_TIME = "no_time"  # neither day nor hour: a title, a sum, a remark
    REPEATED = "repeated"  # the same meeting stands in an earlier row


@dataclass(frozen=True)
class Skipped:
    """A row that is plainly no meeting."""

    row: int
    reason: SkipReason
    text: str


@dataclass(frozen=True)
class PlanDocument:
    """A plan as read. `issued_on` is None for a draft without a day; `text` is the whole paper in lines.

    `recipients` are the lines of *Nơi nhận* as written; `given_to` the same with the roles they stand for.
    """

    number: str | None
    issued_on: date | None
    issuer: str | None
    signer: str | None
    subject: str | None
    recipients: tuple[str, ...]
    text: str
    meetings: tuple[PlannedMeeting, ...]
    doubts: tuple[Doubt, ...]
    skipped: tuple[Skipped, ...]
    given_to: tuple[Invitee, ...] = ()
    purpose: str = ""
    duties: tuple[Duty, ...] = ()


def read(data: bytes, filename: str) -> PlanDocument:
    """Reads a plan in a child process of its own; the name says only which kind it claims to be.

    A paper without a schedule is read too, and has no meetings. Raises Unreadable.
    """
    files.check_size(data)
    return files.in_child(_read, data, filename)


def _read(data: bytes, filename: str) -> PlanDocument:
    blocks = _blocks(data, files.check(data, filename, files.PAPERS))
    text = as_text(blocks)
    word = old_font_word(text)
    if word is not None:
        raise Unreadable(Reason.OLD_FONT, value=word)
    if not re.search(r"\w", text):
        raise Unreadable(Reason.EMPTY)
    return document_of(blocks, text)


def _blocks(data: bytes, kind: files.Kind) -> list[Block]:
    if kind is files.Kind.TEXT:
        return blocks_of_text(files.plain_text(data))
    return blocks_of_docx(data)  # what it raises becomes Unreadable(DAMAGED) in the child


def document_of(blocks: Sequence[Block], text: str) -> PlanDocument:
    """Puts together what the parts of a paper say."""
    facts = facts_of(blocks)
    rows = rows_of(blocks)
    if rows and not any(row.who for row in rows):
        shared = common_invitees(blocks)
        rows = [replace(row, who=shared) for row in rows]
    reading = _Reading(facts, rows or rows_of_lists(blocks))
    reading.run()
    return PlanDocument(
        number=facts.number,
        issued_on=facts.issued_on,
        issuer=facts.issuer,
        signer=facts.signer,
        subject=facts.subject,
        recipients=facts.recipients,
        text=text,
        meetings=tuple(reading.meetings),
        doubts=tuple(reading.doubts),
        skipped=tuple(reading.skipped),
        given_to=read_recipients(facts.recipients, facts.addressed),
        purpose=read_purpose(blocks),
        duties=read_duties(blocks),
    )


_CALLED_OFF = re.compile(
    r"\b(?:hoan (?:hop|lai|to chuc)|tam hoan|da huy|huy (?:bo|hop)|khong (?:to chuc|hop))\b|^\W*(?:hoan|huy)\W*$"
)


class _Reading:
    """Goes down the rows of a schedule and remembers what the row above said."""

    def __init__(self, facts: Facts, rows: Sequence[Row]) -> None:
        self.facts = facts
        if len(rows) > ROWS_AT_MOST:
            raise Unreadable(Reason.TOO_MANY_ROWS, rows=len(rows), limit=ROWS_AT_MOST)
        self.rows = rows
        self.commune = re.sub(r"^.*\b(?:xã|phường)\s+", "", facts.issuer or "")
        self.known = tuple(
            dict.fromkeys(name for row in rows for name in named_villages(f"{row.village}\n{row.place}"))
        )
        self.meetings: list[PlannedMeeting] = []
        self.doubts: list[Doubt] = []
        self.skipped: list[Skipped] = []
        self._days_above: list[date] = []
        self._who_above = ""

    def run(self) -> None:
        for row in self.rows:
            reason = _skip_reason(row)
            if reason:
                self.skipped.append(Skipped(row.number, reason, row.text))
                continue
            try:
                for part in _parts(row):
                    self._take(part)
            except Doubtful as doubt:
                self.doubts.append(Doubt(row.number, doubt.kind, doubt.details))
            self._who_above = resolved(row.who, self._who_above)

    def _take(self, row: Row) -> None:
        found = self._moments(row)
        self._check_dates(row, [moment.day for moment in found])
        place = read_place(row.place, row.village, commune=self.commune, known=self.known)
        if place.is_vague or not (place.villages or place.venue):
            raise Doubtful(DoubtKind.NO_PLACE, row.text, date=found[0].day)
        if _CALLED_OFF.search(flat(row.note)):
            raise Doubtful(DoubtKind.CALLED_OFF, row.note, date=found[0].day)
        invitees = read_invitees(row.who, above=self._who_above, villages=place.villages)
        for moment in found:
            meeting = PlannedMeeting(
                row.number, moment.day, moment.at, moment.ends, _place_text(row), place.villages, place.venue,
                invitees, one_line(row.note)[:NOTE_AT_MOST], one_line(row.topic)[:NOTE_AT_MOST],
            )  # fmt: skip
            self._add(meeting, row)

    def _moments(self, row: Row) -> list[Moment]:
        above, self._days_above = self._days_above, []
        try:
            found = moments(row.day, row.hour, issued=self.facts.as_of, above=above)
        except Doubtful as doubt:
            day = doubt.details.get("date")
            if doubt.kind is not DoubtKind.WEEKDAY_MISMATCH and isinstance(day, date):
                self._days_above = [day]  # only the hour is in doubt
            raise
        self._days_above = sorted({moment.day for moment in found})
        return found

    def _check_dates(self, row: Row, days: Sequence[date]) -> None:
        issued = self.facts.issued_on
        for day in days:
            if issued and not issued <= day <= issued + LONGEST_PLAN:
                raise Doubtful(DoubtKind.DATE_UNLIKELY, row.text, date=day, issued_on=issued)

    def _add(self, meeting: PlannedMeeting, row: Row) -> None:
        same = (meeting.day, meeting.at, meeting.villages, meeting.venue)
        if same in {(known.day, known.at, known.villages, known.venue) for known in self.meetings}:
            self.skipped.append(Skipped(row.number, SkipReason.REPEATED, row.text))
        else:
            self.meetings.append(meeting)


def _parts(row: Row) -> list[Row]:
    """A row of two times and two places line by line is two meetings. Raises Doubtful where they do not pair."""
    times = [row.day] if row.hour else times_in(row.day)
    places = [line for line in row.place.split("\n") if line.strip()]
    if len(times) == 1 or (len(places) == 1 and len(read_place(row.place, row.village).villages) < 2):
        return [row]
    if len(times) != len(places):
        raise Doubtful(DoubtKind.UNCLEAR, row.text)
    return [replace(row, day=time, place=place) for time, place in zip(times, places, strict=True)]


def _place_text(row: Row) -> str:
    return one_line(", ".join(dict.fromkeys(filter(None, (row.village, row.place)))))[:NOTE_AT_MOST]


def _skip_reason(row: Row) -> SkipReason | None:
    if is_deadline(f"{row.day} {row.hour}"):
        return SkipReason.DEADLINE
    if not row.day and not row.hour:
        return SkipReason.NO_TIME
    return None
