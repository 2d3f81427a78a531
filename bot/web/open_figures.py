"""The figures of a period as JSON: the numbers of `coverage`, and what each is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.rules.counts import Counts, PeriodFigures, Tally

# In the order in which they stand: name -> what it counts.
TALLY = {
    "enrolled": "Pupil-days on the roll of the class-days that were reported",
    "present": "Of them in class, the late among them",
    "absent": "Of them away",
    "excused": "Away with leave (P)",
    "unexcused": "Away without leave (K)",
    "unknown": "Away, and not known yet which",
    "late": "Came late; they are present",
}
COUNTS = {
    "due": "Class-days that were to be reported",
    "reported": "Of them reported",
    "roll_at_start": "Pupils on the roll when the school year began",
    "roll": "Pupils on the roll on the last day of the period",
    "dropped_out": "Dropped out in the period and not back at its end",
    "dropped_out_in_year": "Dropped out since the school year began and not back",
    "moved_out": "Moved away in the period",
    "moved_in": "Came from elsewhere in the period",
    "at_risk": "Cases that are open at the end",
    "new_cases": "Cases opened in the period",
    "brought_back": "Pupils looked after who came back in the period and stayed",
    "visits": "Homes visited",
    "visits_due": "Cases of the period whose first visit was made or overdue",
    "visits_in_time": "Of them visited before it was overdue",
    "promises_due": "Promised days of the period that the roll has answered",
    "promises_kept": "Of them kept",
}


def as_json(figures: PeriodFigures, places: Mapping[int, str]) -> dict[str, Any]:
    """A period as the API gives it; `places` are the names of its schools and villages."""
    return {
        "from": figures.since.isoformat(),
        "to": figures.until.isoformat(),
        "total": _counts(figures.total),
        "levels": [{"level": level, **_counts(counts)} for level, counts in figures.by_level().items()],
        "classes": [
            {
                "class_id": one.class_id,
                "class": one.name,
                "grade": one.grade,
                "level": one.level,
                "school_id": one.school_id,
                "school": places.get(one.school_id, ""),
                "missing_days": [day.isoformat() for day in one.missing_days],
                **_counts(one.counts),
            }
            for one in figures.classes
        ],
        "villages": [
            {"village_id": village_id, "village": places.get(village_id or 0, ""), **_counts(counts)}
            for village_id, counts in figures.villages.items()
        ],
        "days": [{"date": day.isoformat(), **_tally(tally)} for day, tally in sorted(figures.days.items())],
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {**{name: getattr(tally, name) for name in TALLY}, "reasons": dict(tally.ranked)}


def _counts(counts: Counts) -> dict[str, Any]:
    return {**{name: getattr(counts, name) for name in COUNTS}, **_tally(counts.attendance)}


def _object(*parts: dict[str, Any]) -> dict[str, Any]:
    properties = {name: schema for part in parts for name, schema in part.items()}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def schema() -> dict[str, Any]:
    """What `as_json` returns."""
    numbers = {name: {"type": "integer", "description": what} for name, what in TALLY.items()}
    reasons = {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "description": "Pupil-days away by reason, the most frequent first",
    }
    tally = {**numbers, "reasons": reasons}
    counts = {name: {"type": "integer", "description": what} for name, what in COUNTS.items()} | tally
    day = {"type": "string", "format": "date"}
    level = {"level": {"type": "string", "description": "kindergarten, primary, secondary or upper"}}
    of_class = {
        "class_id": {"type": "integer", "description": "The class's number"},
        "class": {"type": "string", "description": "Its name, as 6A"},
        "grade": {"type": ["integer", "null"], "description": "From 1 to 12; null in kindergarten"},
        **level,
        "school_id": {"type": "integer", "description": "The school's number"},
        "school": {"type": "string", "description": "The school"},
        "missing_days": {"type": "array", "items": day, "description": "The days that nobody reported"},
    }
    village = {
        "village_id": {"type": ["integer", "null"], "description": "The village's number; null where it is not known"},
        "village": {"type": "string", "description": "Where the pupils live now; class-days are 0 here"},
    }

    def listed(item: dict[str, Any], what: str) -> dict[str, Any]:
        return {"type": "array", "items": item, "description": what}

    return _object(
        {
            "from": {**day, "description": "The first day, included"},
            "to": {**day, "description": "The last day, included; today at the latest"},
            "total": {**_object(counts), "description": "All classes together"},
            "levels": listed(_object(level, counts), "By level"),
            "classes": listed(_object(of_class, counts), "By class: they add up to the total"),
            "villages": listed(_object(village, counts), "By the village where the pupils live"),
            "days": listed(_object({"date": {**day, "description": "The school day"}}, tally), "By day"),
        }
    )
