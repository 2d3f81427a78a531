"""Who may owe something at all, by source of tasks: the morning lists are made for everybody at once, and ask each
source only of those whom it can name.

Each function reads for everybody in a query or two, and may name too many people, never too few. A source that is
missing here is asked of everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from bot.rules import attendance, closed_chats, early_warning, newcomers, promises, role_ends, unreached, visits
from bot.rules.tasks import Task
from bot.rules.work import Work
from storage import people
from storage import promises as stored_promises
from storage import visits as stored_visits
from storage.people import Role
from storage.scope import Scope

Source = Callable[..., Iterable[Task]]
OPEN_FOR = timedelta(hours=12)  # longer than any class question stays open
A_DAY = timedelta(days=1)


def of_attendance(work: Work) -> set[int]:
    """Teachers of classes that have been asked about and have not reported."""
    return {task.person_id for task in attendance.tasks(work, work.now - OPEN_FOR, work.now)}


def of_visits(work: Work) -> set[int]:
    """Visitors who said that they would come again."""
    return stored_visits.who_come_again(work.session, work.today - visits.COMES_AGAIN, work.today + 2 * A_DAY)


def of_newcomers(work: Work) -> set[int]:
    """Those whose invites somebody has used."""
    return {used.created_by for used in people.used_invites(work.session) if used.created_by is not None}


def of_role_ends(work: Work) -> set[int]:
    """Those whose role ends within the time of its warnings."""
    return {task.person_id for task in role_ends.tasks(work, work.now - A_DAY, work.now + 2 * A_DAY)}


def of_early_warning(work: Work) -> set[int]:
    """Those who keep a register: nobody else is asked to telephone."""
    return {person_id for person_id, _ in people.class_teachers(work.session, work.today)}


def of_promises(work: Work) -> set[int]:
    """Those to whom something is promised for these days."""
    found = stored_promises.unchecked(
        Scope.everything(), work.session, work.today - promises.LOOKS_BACK - A_DAY, work.today + 2 * A_DAY
    )
    return {promise.to_id for promise in found}


def of_telephoning(work: Work) -> set[int]:
    """Those who may be asked to telephone, or to invite anew."""
    roles = (Role.ADMIN, Role.OFFICIAL, Role.FRONT, Role.SCHOOL)
    return {one.id for role in roles for one in people.with_role(work.session, role, work.today)}


OWING: dict[Source, Callable[[Work], set[int]]] = {
    attendance.tasks: of_attendance,
    early_warning.tasks: of_early_warning,
    promises.tasks: of_promises,
    visits.tasks: of_visits,
    newcomers.tasks: of_newcomers,
    role_ends.tasks: of_role_ends,
    unreached.tasks: of_telephoning,
    closed_chats.tasks: of_telephoning,
}


def may_owe(work: Work, source: Source, person_id: int) -> bool:
    """Whether a source is worth asking of a person, at the hour of this work; who may is read once."""
    find = OWING.get(source)
    if find is None:
        return True
    return person_id in work.once(("may owe", find.__name__, work.now), lambda: find(work))
