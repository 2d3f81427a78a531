"""Papers to take along and pictures to look at: what is to be made is chosen here, and the press makes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from bot.i18n import N_
from bot.reports.pictures import PICTURES
from bot.reports.report_words import DAY, MONTH, WEEK
from bot.reports.requests import INVITATION, MINUTES, PICTURE, VISIT_SHEET, Request
from bot.rules import people
from bot.rules.work import Refused
from bot.web.office.desk import ROOT, Desk, Room, Sheet, Wanted
from storage import places
from storage.places import Place, PlaceKind

KINDS = {DAY: N_("Report of a day"), WEEK: N_("Report of a week"), MONTH: N_("Report of a month")}
FORMS = {"docx": N_("Word (.docx), to change and sign"), "pdf": N_("PDF, to print"), "xlsx": N_("Excel (.xlsx)")}
AGAIN_S = 3
PAGE = "/bao-cao"


def page(desk: Desk) -> Sheet:
    """The form of a paper, and the pictures there are."""
    values = {
        "kinds": [(code, desk.say(label), code == WEEK) for code, label in KINDS.items()],
        "forms": [(code, desk.say(label), code == "docx") for code, label in FORMS.items()],
        "places": [(place.id, place.name) for place in _places(desk)],
        "day": desk.day(),
        "latest": desk.work.today,
        "pictures": [
            (f"{ROOT}/hinh/{one.name}", desk.say(one.label))
            for one in PICTURES.values() if not one.subject and people.may(desk.work, one.right)
        ],
    }  # fmt: skip
    return Sheet("reports.html", desk.say("Reports and pictures"), values)


def _places(desk: Desk) -> list[Place]:
    """Whose papers this person may have: the communes of the scope with their schools, or the schools."""
    communes = [places.get(desk.session, one) for one in sorted(desk.scope.communes)]
    below = [
        one for commune in communes if commune for one in places.of_kind(desk.session, PlaceKind.SCHOOL, commune.id)
    ]
    own = [places.get(desk.session, one) for one in sorted(desk.scope.schools)]
    return list({one.id: one for one in (*communes, *below, *own) if one is not None}.values())


def file(desk: Desk) -> Wanted:
    """`?loai=week&ngay=2024-03-20&noi=1&dang=docx`. Raises Refused("outside_scope"); what is none of ours is the
    usual."""
    query = desk.asked.query
    kind = query.get("loai", WEEK) if query.get("loai") in KINDS else WEEK
    form = query.get("dang", "docx") if query.get("dang") in FORMS else "docx"
    known = {place.id: place for place in _places(desk)}
    place_id = desk.number("noi", next(iter(known), 0))
    if place_id not in known:
        raise Refused("outside_scope")
    day: date = desk.day()
    request = Request(kind, form, place_id, day.isoformat(), person_id=desk.work.actor_id or 0)
    return Wanted(request, _waits(desk))


def _waits(desk: Desk) -> Sheet:
    return Sheet("waiting.html", desk.say("It is being made"), {"back": f"{ROOT}{PAGE}"}, again_s=AGAIN_S)


def _request(desk: Desk, name: str, subject_id: int = 0) -> Request:
    return Request(PICTURE, "png", subject_id, name=name, person_id=desk.work.actor_id or 0)


def _named(desk: Desk) -> str:
    """The picture that an address names. Raises Refused: not allowed, `outside_scope`."""
    name = str(desk.asked.path["name"])
    if name not in PICTURES or PICTURES[name].subject:
        raise Refused("outside_scope")
    people.require(desk.work, PICTURES[name].right)
    return name


def picture_page(desk: Desk) -> Wanted:
    """A picture with its words, and the table of the same numbers below."""
    name = _named(desk)
    values = {"src": f"{ROOT}/hinh/{name}.svg", "back": f"{ROOT}{PAGE}"}
    return Wanted(_request(desk, name), _waits(desk), page=Sheet("picture.html", desk.say("Picture"), values))


def picture(desk: Desk) -> Wanted:
    """The bare picture."""
    return Wanted(_request(desk, _named(desk)), _waits(desk), as_svg=True)


def case_picture(desk: Desk) -> Wanted:
    """The time line of a case; whoever reads it is checked where it is read."""
    return Wanted(_request(desk, "case", int(desk.asked.path["id"])), _waits(desk), as_svg=True)


def pupil_page(desk: Desk) -> Wanted:
    """The year of one pupil, day by day; whoever reads it is checked where it is read."""
    number = int(desk.asked.path["id"])
    values = {"src": f"{ROOT}/hinh/pupil-{number}.svg", "back": f"{ROOT}/ho-so"}
    page = Sheet("picture.html", desk.say("The pupil's year"), values)
    return Wanted(_request(desk, "pupil", number), _waits(desk), page=page)


def pupil_picture(desk: Desk) -> Wanted:
    """The bare picture of it."""
    return Wanted(_request(desk, "pupil", int(desk.asked.path["id"])), _waits(desk), as_svg=True)


def _sheet(kind: str) -> Callable[[Desk], Wanted]:
    """A paper to sign, in Word, of the meeting or the pupil that the address names."""

    def wanted(desk: Desk) -> Wanted:
        number = int(desk.asked.path["id"])
        return Wanted(Request(kind, "docx", number, person_id=desk.work.actor_id or 0), _waits(desk))

    return wanted


ROOMS = (
    Room(PAGE, "reports.see", page, label=N_("Reports and pictures")),
    Room(f"{PAGE}/tep", "reports.see", file),
    Room("/hinh/case-{id:int}.svg", "cases.see", case_picture),
    Room("/hinh/pupil-{id:int}.svg", "pupils.see", pupil_picture),
    Room("/hinh/pupil-{id:int}", "pupils.see", pupil_page),
    Room("/giay-moi/{id:int}", "meetings.see", _sheet(INVITATION)),
    Room("/bien-ban/{id:int}", "meetings.see", _sheet(MINUTES)),
    Room("/phieu/{id:int}", "pupils.see", _sheet(VISIT_SHEET)),
    Room("/hinh/{name}.svg", "reports.see", picture),
    Room("/hinh/{name}", "reports.see", picture_page),
)
