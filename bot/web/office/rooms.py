"""Every room of the office page, in the order of the navigation: a new one is a line here."""

from __future__ import annotations

from bot.web.office import (
    audit,
    calendar,
    cases,
    classes,
    duplicates,
    import_,
    letterheads,
    meetings,
    messages,
    people,
    places,
    reports,
    thresholds,
    today,
    villages,
    week,
)
from bot.web.office.desk import Room

ROOMS: tuple[Room, ...] = (
    *today.ROOMS,
    *week.ROOMS,
    *villages.ROOMS,
    *classes.ROOMS,
    *cases.ROOMS,
    *meetings.ROOMS,
    *people.ROOMS,
    *messages.ROOMS,
    *reports.ROOMS,
    *import_.ROOMS,
    *duplicates.ROOMS,
    *thresholds.ROOMS,
    *calendar.ROOMS,
    *places.ROOMS,
    *letterheads.ROOMS,
    *audit.ROOMS,
)  # fmt: skip
