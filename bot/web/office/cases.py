"""The cases: a list to narrow down, and one case with its history, its visits and its promises."""

from __future__ import annotations

from datetime import time

from bot.clock import moment
from bot.conversations import cases_words as words
from bot.conversations import visits_news, wording
from bot.conversations.advice_words import LABELS
from bot.i18n import N_
from bot.parsing import given_name, phone_shown
from bot.rules import advice, cases, decisions, early_warning, people, pupils, reasons
from bot.rules.reasons import Why
from bot.rules.work import Refused
from bot.web.office import lists
from bot.web.office.desk import A_PAGE, ROOT, Cell, Desk, Grid, Room, Row, Sheet
from storage import cases as stored_cases
from storage import office as stored
from storage import people as stored_people
from storage import promises, visits
from storage.cases import Case, CaseStatus
from storage.office import CasesAsked, Which
from storage.people import Person
from storage.promises import NO, YES
from storage.pupils import Listed, Relation
from storage.visits import Met, Visit

FILTERS = {
    Which.OPEN: N_("All that are open"),
    Which.NOBODYS: N_("Nobody has it yet"),
    Which.OVERDUE: N_("Overdue"),
    Which.WATCHING: N_("Back in class, watched"),
    Which.CLOSED: N_("Closed this month"),
}
KEPT = {YES: N_("kept"), NO: N_("not kept"), "": N_("not known yet")}


def page(desk: Desk) -> Sheet:
    """`?loc=nobodys`, `?thon=3`, `?lop=7`, and pages."""
    which = desk.asked.query.get("loc", Which.OPEN)
    which = which if which in FILTERS else Which.OPEN
    village_id, class_id = desk.number("thon"), desk.number("lop")
    grid = grid_of(desk, which, village_id=village_id, class_id=class_id)
    more = {"thon": village_id, "lop": class_id}
    kept = "".join(f"&{name}={number}" for name, number in more.items() if number)
    filters = [(f"?loc={code}{kept}", desk.say(label), code == which) for code, label in FILTERS.items()]
    values = {"filters": filters, "cases": grid, "narrowed": bool(kept), "whole": f"{ROOT}/ho-so?loc={which}"}
    return Sheet("cases.html", desk.say("Pupils at risk"), values)


def grid_of(desk: Desk, which: str, *, village_id: int = 0, class_id: int = 0, at_most: int = A_PAGE) -> Grid:
    """A table of cases; an audited look. With `at_most` below a page, the first of them only."""
    people.require(desk.work, "cases.see")
    first = moment(desk.work.today.replace(day=1), time(0), desk.work.zone)
    asked = CasesAsked(which, desk.work.now, first, village_id, class_id)
    n = stored.count_cases(desk.scope, desk.session, asked)
    pages = desk.page(n)
    found = stored.cases(desk.scope, desk.session, asked, pages.rows if at_most == A_PAGE else slice(0, at_most))
    desk.work.audit("cases.listed", n=len(found), which=which)
    owners = {person.id: person for person in words.read_at_once(desk.chat, [case for case, _ in found])}
    rows = [_row(desk, case, one, owners) for case, one in found]
    rest = n - len(found) if at_most < A_PAGE else 0
    more = desk.say_n("and %(n)d more", "and %(n)d more", rest) if rest else ""
    return Grid(
        [
            desk.say("Pupil"), desk.say("Class (head of a column)"), desk.say("Village"), desk.say("Why"),
            desk.say("Since"), desk.say("Who does what"), desk.say("Telephone"),
        ],
        rows,
        desk.say_n("%(n)d file", "%(n)d files", n),
        [[Cell(more, f"{ROOT}/ho-so?thon={village_id}"), *[None] * 6]] if more else (),
        empty=desk.say("No file of this kind."),
        pages=pages if at_most == A_PAGE else None,
    )  # fmt: skip


def _row(desk: Desk, case: Case, one: Listed, known: dict[int, Person]) -> Row:
    is_loud = case.closed_at is None and not decisions.is_anybodys(case) and case.status == CaseStatus.OPEN
    owner = known.get(case.owner_id or 0)
    return [
        Cell(one.pupil.name, f"{ROOT}/ho-so/{case.id}"),
        lists.class_cell(one.class_name, one.class_id) if one.class_id else "",
        one.village,
        words.why_of(desk.chat, case),
        desk.reader.date(case.opened_at.astimezone(desk.work.zone).date()),
        Cell(words.state(desk.chat, case), is_loud=is_loud),
        lists.numbers([owner]) if owner is not None and case.closed_at is None else None,
    ]


# One case


def one(desk: Desk) -> Sheet:
    """An audited look. Raises Refused: not allowed, `outside_scope`. `?so=1` shows the family's numbers, audited."""
    case = cases.look(desk.work, int(desk.asked.path["id"]))
    listed = words.listed(desk.chat, case.pupil_id)
    if listed is None:
        raise Refused("outside_scope")
    standing = early_warning.standing(desk.work, [case.pupil_id])[case.pupil_id]
    owner = stored_people.get(desk.session, case.owner_id)
    facts = [
        (desk.say("Class (head of a column)"), listed.class_name),
        (desk.say("Village"), listed.village),
        (desk.say("Why"), words.why_of(desk.chat, case)),
        (desk.say("Now"), words.state(desk.chat, case)),
        (desk.say("Reason"), _reason(desk, case)),
        (desk.say("Missed this year"), _missed(desk, standing)),
    ]
    values = {
        "facts": [(head, text) for head, text in facts if text],
        "is_loud": case.closed_at is None and not decisions.is_anybodys(case),
        "owner": words.with_position(desk.chat, owner) if owner is not None else "",
        "calls": lists.calls([owner]) if owner is not None else [],
        "family": _family(desk, case.pupil_id),
        "history": [line.removeprefix("• ") for line in _history(desk, case)],
        "visits": _visits(desk, case),
        "promises": _promises(desk, case),
        "class_link": f"{ROOT}/lop/{listed.class_id}" if listed.class_id else "",
        "sheet": f"{ROOT}/phieu/{listed.pupil.id}",
        "year": f"{ROOT}/hinh/pupil-{listed.pupil.id}",
        "picture": f"{ROOT}/hinh/case-{case.id}.svg",
        "picture_alt": desk.say("The time line of this file; the same stands below in words."),
    }
    return Sheet("case.html", listed.pupil.name, values)


def _missed(desk: Desk, standing: early_warning.Standing) -> str:
    values = {"n": standing.sessions_missed, "left": standing.left, "limit": standing.limit}
    return desk.say("%(n)d sessions, %(left)d left of %(limit)d", **values)


def _reason(desk: Desk, case: Case) -> str:
    """As the chat tells it: a private matter is told by whoever heard it, and by nobody else."""
    reason = reasons.known(case.reason)
    if advice.is_hidden(desk.work, case) or reason == Why.PRIVATE:
        return desk.say("a private matter, please ask %(who)s", who=words.who(desk.chat, case.reason_by) or "–")
    return "" if reason == Why.UNKNOWN else visits_news.small(desk.say(LABELS.get(reason, LABELS[Why.OTHER])))


def _history(desk: Desk, case: Case) -> list[str]:
    """All of it; what only the machine needs has no line."""
    found = stored_cases.events(desk.scope, desk.session, case.id)
    return [line for event in found if (line := words.line_of(desk.chat, event))]


def _family(desk: Desk, pupil_id: int) -> list[tuple[str, str, list[str]]] | None:
    """Name, relation and number of each; None as long as nobody has asked for them."""
    if desk.asked.query.get("so") != "1":
        return None
    _, found = pupils.phones(desk.work, pupil_id)
    return [(one.name, desk.say(wording.RELATIONS[Relation(one.relation)]), [phone_shown(one.phone)]) for one in found]


def _visits(desk: Desk, case: Case) -> Grid:
    found = visits.of_pupil(desk.scope, desk.session, case.pupil_id)
    rows: list[Row] = [_visit(desk, visit) for visit in found]
    return Grid(
        [desk.say("Day"), desk.say("Visitor"), desk.say("Met"), desk.say("Reason"), desk.say("Promised for")],
        rows, desk.say("Home visits"), empty=desk.say("No home visit yet."),
    )  # fmt: skip


def _visit(desk: Desk, visit: Visit) -> Row:
    one = words.listed(desk.chat, visit.pupil_id)
    given = given_name(one.pupil.name) if one is not None else ""
    reason = reasons.known(visit.reason)
    is_private = reason in reasons.PRIVATE and visit.visitor_id != desk.work.actor_id
    heard = LABELS.get(reason)
    met = visits_news.MET.get(Met(visit.met)) if visit.met else None
    return [
        desk.reader.day(visit.visited_on),
        words.who(desk.chat, visit.visitor_id),
        desk.say(met, given=given) if met else "–",
        desk.say("private, ask the visitor") if is_private else desk.say(heard) if heard else "–",
        desk.reader.day(visit.promised_on) if visit.promised_on is not None else "–",
    ]


def _promises(desk: Desk, case: Case) -> Grid:
    found = promises.of_pupils(desk.scope, desk.session, [case.pupil_id])
    rows: list[Row] = [
        [
            desk.reader.day(one.day),
            words.who(desk.chat, one.to_id),
            Cell(desk.say(KEPT.get(one.kept, KEPT[""])), is_loud=one.kept == NO),
        ]
        for one in found
    ]
    return Grid(
        [desk.say("Promised for"), desk.say("To whom"), desk.say("What the roll says")],
        rows, desk.say("Promises of the family"), empty=desk.say("No promise yet."),
    )  # fmt: skip


ROOMS = (
    Room("/ho-so", "cases.see", page, label=N_("Pupils at risk")),
    Room("/ho-so/{id:int}", "cases.see", one),
)
