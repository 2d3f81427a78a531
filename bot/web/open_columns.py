"""What the columns of the exports are, for the description of the API: every column of every table stands here."""

from __future__ import annotations

from typing import Any

from bot.reports.exports import Table
from storage.attendance import Half, Mark
from storage.cases import CaseStatus
from storage.meetings import Answer, MeetingStatus
from storage.people import Role, Status
from storage.pupils import PupilStatus
from storage.support import NeedStatus
from storage.visits import Met, NextStep

Schema = dict[str, Any]


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def _number(description: str, *, or_none: bool = False) -> Schema:
    return {"type": ["integer", "null"] if or_none else "integer", "description": description}


def _day(description: str, *, or_none: bool = True) -> Schema:
    return {"type": ["string", "null"] if or_none else "string", "format": "date", "description": description}


def _moment(description: str, *, or_none: bool = True) -> Schema:
    return {
        "type": ["string", "null"] if or_none else "string",
        "format": "date-time",
        "description": f"{description}, with the commune's offset",
    }


def _list(description: str) -> Schema:
    return {"type": "array", "items": {"type": "string"}, "description": description}


def _one_of(description: str, values: Any, *, or_empty: bool = False) -> Schema:
    return _text(description, enum=[str(one) for one in values] + ([""] if or_empty else []))


ID = _number("The number of this record; it stays the same")

# A column that means the same in every table, by its name; where it does not, by `table.column`.
COLUMNS: dict[str, Schema] = {
    "id": ID,
    "deliveries.id": _number("The number of this message; of a reminder that never became one, its own below zero"),
    "name": _text("The full name"),
    "pupil": _text("The pupil's full name"),
    "pupil_id": _number("The pupil's number in `pupils`"),
    "class": _text("The class, as 6A"),
    "attendance.class": _text("The class of that register, as 6A"),
    "school": _text("The school"),
    "village": _text("The village where the pupil lives, under its present name"),
    "pupils.code": _text("The ministry's code of the pupil, where it is known"),
    "pupils.birth_date": _text("As 2012-05-10; a year alone where no more is known"),
    "pupils.sex": _one_of("Empty where it is not known", ("male", "female"), or_empty=True),
    "pupils.grade": _number("From 1 to 12; null in kindergarten", or_none=True),
    "pupils.commune": _text("The commune"),
    "pupils.father": _text("The father's name"),
    "pupils.mother": _text("The mother's name"),
    "pupils.guardian": _text("Another guardian's name"),
    "pupils.status": _one_of("What became of the pupil", PupilStatus),
    "pupils.enrolled_on": _day("Since when the pupil is on a roll here"),
    "pupils.left_on": _day("When the pupil left"),
    "date": _day("The school day", or_none=False),
    "session": _one_of("Which lessons of that day", Half),
    "attendance.status": _one_of("Excused, unexcused, not known yet, or late (and present)", Mark),
    "reason": {"type": "null", "description": "Always empty here: reasons are sensitive"},
    "note": {"type": "null", "description": "Always empty here: notes are sensitive"},
    "reported_by": _text("Who reported it"),
    "reported_at": _moment("When it was reported", or_none=False),
    "registers.reported_at": _moment("When it was reported; null where nobody did"),
    "attendance.is_late_entry": {"type": "boolean", "description": "Whether it was reported after its day"},
    "revision": _number("How often it was written; the latest one is given"),
    "registers.enrolled": _number("Pupils on the roll that day"),
    "registers.present": _number("Of them there, the late among them; null where nobody reported", or_none=True),
    "registers.absent": _number("Of them away; null where nobody reported", or_none=True),
    "registers.status": _one_of("Whether the register was kept", ("reported", "missing", "closed")),
    "visits.visited_at": _moment("When the home was visited", or_none=False),
    "visits.visitor": _text("Who visited"),
    "visits.companions": _text("Who came along"),
    "visits.met": _one_of("Who was met", Met),
    "visits.promised_date": _day("The day for which the family promised that the pupil is back"),
    "visits.promise_kept": _one_of("By the roll of that day; empty before", ("yes", "no"), or_empty=True),
    "next_step": _one_of("What is to be done next", NextStep, or_empty=True),
    "visits.case_id": _number("The case that the visit belongs to", or_none=True),
    "cases.opened_at": _moment("When it was opened", or_none=False),
    "cases.opened_by": _text("A name, or the rule (R2)"),
    "cases.status": _one_of("Where it stands", CaseStatus),
    "cases.owner": _text("Who looks after the pupil; empty: nobody yet"),
    "cases.due_at": _moment("Until when something is to be done"),
    "cases.closed_at": _moment("When it was closed"),
    "cases.outcome": _text("What came of it"),
    "cases.rule": _text("The number of the rule that opened it; empty: a person did"),
    "cases.accepted_at": _moment("When the owner said yes"),
    "cases.back_on": _day("Since when the pupil is back in class"),
    "cases.reopened": _number("How often it was opened again"),
    "meetings.starts_at": _moment("When it begins", or_none=False),
    "meetings.place": _text("The place as it was written"),
    "meetings.villages": _list("The villages that meet"),
    "meetings.purpose": _text("What for"),
    "meetings.plan": _text("The number of the official plan, as 30/KH-UBND"),
    "meetings.status": _one_of("Where it stands", MeetingStatus),
    "meetings.invited": _number("How many are invited"),
    "meetings.will_come": _number("How many said that they come, the late among them"),
    "meetings.came": _number("How many came; null where nobody said", or_none=True),
    "meetings.created_by": _text("Who made it"),
    "invitations.meeting_id": _number("The meeting's number in `meetings`"),
    "person_id": _number("The person's number in `people`"),
    "person": _text("The person's name"),
    "invitations.role": _text("The role by which the person was invited"),
    "invitations.answer": _one_of("Empty: no answer yet", Answer, or_empty=True),
    "invitations.stand_in": _text("Who comes in the person's stead"),
    "invitations.answered_at": _moment("When it was answered"),
    "invitations.attended": {"type": ["boolean", "null"], "description": "Whether somebody came; null: nobody said"},
    "people.roles": {**_list("The roles of today"), "items": {"type": "string", "enum": [str(one) for one in Role]}},
    "people.scopes": _list("For each role, in the same order, its place or class"),
    "people.channels": _list("Over which channels the person is reached"),
    "people.status": _one_of("Whether the person has joined, and can be reached", Status),
    "people.joined_at": _moment("When the person joined"),
    "people.last_seen_at": _moment("When the person was last heard from"),
    "support.need": {"type": "null", "description": "Always empty here: what a child needs is sensitive"},
    "support.donor": _text("Who gives"),
    "support.pledged_at": _moment("When it was promised"),
    "support.handed_over_at": _moment("When it was handed over"),
    "support.status": _one_of("Where it stands", NeedStatus),
    "deliveries.channel": _text("The channel it went over"),
    "deliveries.kind": _text("What sort of message it is"),
    "deliveries.subject": _text("What it is about, as meetings:5"),
    "deliveries.due_at": _moment("When it was to leave", or_none=False),
    "deliveries.queued_at": _moment("When it was written"),
    "deliveries.sent_at": _moment("When it left"),
    "deliveries.status": _one_of("What became of it", ("queued", "sent", "failed", "missed", "withdrawn")),
    "deliveries.attempts": _number("How often it was tried"),
    "deliveries.error": _text("What was in the way"),
    "deliveries.person_id": _number("The person's number in `people`", or_none=True),
    "audit.at": _moment("When", or_none=False),
    "audit.actor": _text("Who; empty: the machine or its operator"),
    "audit.action": _text("What was done or seen"),
    "audit.subject_type": _text("The kind of thing it was done to"),
    "audit.subject_id": _number("Its number", or_none=True),
    "audit.details": {"type": "object", "description": "Numbers and codes, never names"},
}


def schema_of(table: Table, column: str) -> Schema:
    """What a cell of this column is. Raises KeyError for one that is not described."""
    return COLUMNS.get(f"{table.name}.{column}") or COLUMNS[column]


def row_of(table: Table) -> Schema:
    """What a row of this table is: exactly its columns."""
    return {
        "type": "object",
        "properties": {column: schema_of(table, column) for column in table.columns},
        "required": list(table.columns),
        "additionalProperties": False,
    }
