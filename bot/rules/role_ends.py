"""Roles of teachers and parents end two weeks into the school year: warned of three times, renewed in one tap (T5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.rules.tasks import Moment, Task
from bot.rules.work import Refused, Work
from storage import people as stored
from storage.people import Role, RoleGrant

KIND = "people.role_ends"
ENDING = (Role.TEACHER, Role.PARENTS)
DAYS_BEFORE = (14, 7, 1)
AT = time(18)


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """Roles that end soon, for whoever holds them: 14, 7 and 1 days before, at 18:00 of the commune's wall time.

    `start` and `end` (UTC) bound the moments. `occurrence` is the day of the end, so a renewed role is warned of anew.
    """
    first = start.astimezone(work.zone).date()
    last = end.astimezone(work.zone).date() + timedelta(days=DAYS_BEFORE[0])
    for row in stored.ending_grants(work.session, ENDING, first, last, person_id=person_id):
        person = stored.get(work.session, row.person_id)
        if row.until_on is None or person is None:
            continue
        moments = warnings(work, row.until_on)
        yield Task(
            kind=KIND,
            subject_id=row.id,
            person_id=row.person_id,
            occurrence=row.until_on.isoformat(),
            due=moment(row.until_on, time(0), work.zone),
            remind=moments,
            useful_until=moment(row.until_on, time(0), work.zone),
            always=True,
            known_from=max(person.joined_at or person.created_at, moment(row.from_on, time(0), work.zone)),
            listed_from=moments[0].at,
        )


def warnings(work: Work, until_on: date) -> tuple[Moment, ...]:
    """The moments at which the end of a role is said beforehand."""
    return tuple(
        Moment(f"{days} days before", moment(until_on - timedelta(days=days), AT, work.zone)) for days in DAYS_BEFORE
    )


def of_mine(work: Work, grant_id: int) -> RoleGrant:
    """A role of the acting person that holds today and has an end.

    Raises Refused: `outside_scope` for a role of others, `role_is_over` for one that ended.
    """
    row = work.session.get(RoleGrant, grant_id)
    if row is None or row.person_id != work.actor_id or row.role not in ENDING or row.until_on is None:
        raise Refused("outside_scope")
    if not row.from_on <= work.today < row.until_on:
        raise Refused("role_is_over")
    return row


def renew(work: Work, grant_id: int) -> RoleGrant:
    """One year more. Before the time of the warnings nothing changes, so a second tap adds no second year.

    Raises Refused as `of_mine` does.
    """
    row = of_mine(work, grant_id)
    until_on = row.until_on
    if until_on is None or until_on - work.today > timedelta(days=DAYS_BEFORE[0]):
        return row
    row.until_on = _a_year_on(until_on)
    _settled(work, row)
    work.audit("role.renewed", "person", row.person_id, grant=row.id, until=row.until_on.isoformat())
    return row


def end(work: Work, grant_id: int) -> RoleGrant:
    """The role ends today: the next tap that needs it is refused. Raises Refused as `of_mine` does.

    Administrators' roles have no end of their own, so the last one never ends here (T5).
    """
    row = of_mine(work, grant_id)
    row.until_on = work.today
    _settled(work, row)
    work.scope = stored.scope_of(work.session, work.person, work.today)
    work.audit("role.ended", "person", row.person_id, grant=row.id)
    return row


def _settled(work: Work, row: RoleGrant) -> None:
    work.session.flush()
    work.held.pop(row.person_id, None)
    work.withdraw(f"people:{row.id}", KIND)


def _a_year_on(day: date) -> date:
    """The same day of the next year; 1 March after a 29 February."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 3, 1)
    return day.replace(year=day.year + 1)
