"""Phiếu vận động: the sheet that a visiting group takes to a pupil's home, filled in with what is known, signed by
four."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.i18n import N_, Reader
from bot.reports import form_words as words
from bot.reports import heads
from bot.reports.code_words import WHY
from bot.reports.paper import Paper, Part, Signature
from bot.rules import people, pupils, reasons
from bot.rules.reasons import Why
from bot.rules.work import Refused, Work
from storage import cases, places, visits
from storage import people as stored_people
from storage import pupils as stored
from storage.people import Person, Role
from storage.places import Place
from storage.pupils import Listed, Relation
from storage.visits import Visit

SEXES = {"female": N_("Female"), "male": N_("Male")}
GROUP = 3  # lines for the members of the group: the whole sheet stands on one page


@dataclass(frozen=True)
class Known:
    """What is known of one pupil when the sheet is printed."""

    listed: Listed
    place: Place
    teacher: Person | None
    head: Person | None
    missed: int
    made: tuple[Visit, ...]


def paper(reader: Reader, work: Work, pupil_id: int) -> Paper:
    """The sheet of one pupil; an audited look. Raises Refused: not allowed, `outside_scope`.

    A private reason is printed only for whoever heard it (bot.rules.reasons), so that no sheet carries it round.
    """
    known = _known(work, pupil_id)
    work.audit("visit_sheet.printed", "pupil", pupil_id)
    pupil = known.listed.pupil
    head = heads.head(reader, work, known.place, "", work.today)
    open_day = reader.say(
        "%(place)s, day …… month …… year %(year)s", place=heads.seat(work, known.place), year=work.today.year
    )
    hint = reader.say("(signature and full name)")
    return Paper(
        name=reader.say("visit-sheet-%(n)d-%(day)s", n=pupil.id, day=work.today.isoformat()),
        kind="visit_sheet",
        locale=reader.locale,
        head=replace(head, number="", place_and_date=open_day),
        title=reader.say("SHEET OF A HOME VISIT"),
        subject=reader.say("To bring a pupil back to class"),
        parts=[
            Part(reader.say("I. The pupil"), paragraphs=_of_pupil(reader, work, known)),
            Part(reader.say("II. The visit"), paragraphs=_of_visit(reader, work, known)),
            Part(reader.say("III. Why the pupil stays away"), paragraphs=_of_reasons(reader, work, known)),
            Part(reader.say("IV. What the group explained"), blanks=2),
            Part(reader.say("V. Promises"), paragraphs=_promises(reader)),
        ],
        signatures=[
            Signature([reader.say("PARENT")], hint=hint),
            Signature([reader.say("PUPIL")], pupil.name, hint),
            Signature([reader.say("TEACHER")], known.teacher.name if known.teacher is not None else "", hint),
            Signature([reader.say("FOR THE VILLAGE")], hint=hint),
        ],
    )


def _known(work: Work, pupil_id: int) -> Known:
    listed, missed = pupils.absences(work, pupil_id)
    school_class = places.school_class(work.session, listed.class_id)
    school = places.get(work.session, school_class.school_id) if school_class is not None else None
    place = school or places.get(work.session, listed.pupil.commune_id)
    if place is None:
        raise Refused("outside_scope")
    teachers = people.homeroom_teachers(work, listed.class_id) if listed.class_id is not None else ()
    village = listed.pupil.village_id
    village_heads = (
        stored_people.with_role(work.session, Role.VILLAGE_HEAD, work.today, place_id=village) if village else ()
    )
    return Known(
        listed,
        place,
        next(iter(teachers), None),
        next(iter(village_heads), None),
        len(missed),
        tuple(visits.of_pupil(work.scope, work.session, pupil_id)),
    )


def _of_pupil(reader: Reader, work: Work, known: Known) -> list[str]:
    pupil = known.listed.pupil
    guardians = stored.guardians(work.scope, work.session, pupil.id)
    names = {one.relation: one.name for one in guardians}
    sex = reader.say(SEXES[pupil.sex]) if pupil.sex in SEXES else words.SHORT_DOTS
    lines = [
        reader.say(
            "Full name: %(pupil)s. Class: %(class_name)s. Born: %(born)s. Sex: %(sex)s.",
            pupil=pupil.name,
            class_name=words.or_dots(known.listed.class_name, "……"),
            born=words.or_dots(words.birth(pupil.birth_date), words.SHORT_DOTS),
            sex=sex,
        ),
        reader.say(
            "Father: %(father)s. Mother: %(mother)s.",
            father=words.or_dots(names.get(Relation.FATHER, ""), words.SHORT_DOTS),
            mother=words.or_dots(names.get(Relation.MOTHER, ""), words.SHORT_DOTS),
        ),
    ]
    if Relation.GUARDIAN in names:
        lines.append(reader.say("Guardian: %(guardian)s.", guardian=names[Relation.GUARDIAN]))
    return [*lines, _home_and_so_far(reader, known)]


def _home_and_so_far(reader: Reader, known: Known) -> str:
    village = words.or_dots(known.listed.village, words.SHORT_DOTS)
    if not known.made:
        return reader.say(
            "Home: village of %(village)s. Sessions missed this year: %(n)d.", village=village, n=known.missed
        )
    return reader.say(
        "Home: village of %(village)s. Sessions missed this year: %(n)d, home visits: %(visits)d (last on %(day)s).",
        village=village,
        n=known.missed,
        visits=len(known.made),
        day=words.full_date(known.made[0].visited_on),
    )


def _of_visit(reader: Reader, work: Work, known: Known) -> list[str]:
    """When and where are open; the class teacher and the village head stand first in the group."""
    members = [words.who(reader, work, one) for one in (known.head, known.teacher) if one is not None]
    members += [words.DOTS] * (GROUP - len(members))
    return [
        reader.say("Time: …… hours …… minutes, day …… month …… year %(year)s.", year=work.today.year),
        reader.say("Place: %(venue)s.", venue=words.DOTS),
        reader.say("Members of the group: 1. %(member)s", member=members[0]),
        *(reader.say("%(n)d. %(member)s", n=number, member=one) for number, one in enumerate(members[1:], 2)),
    ]


def _of_reasons(reader: Reader, work: Work, known: Known) -> list[str]:
    """By whom a reason is known stands beside it: on paper the teacher signs only what the teacher has said."""
    told, teller = _reason(reader, work, known)
    is_teachers = teller is not None and known.teacher is not None and teller == known.teacher.id
    lines = [
        reader.say("By the class teacher: %(reason)s.", reason=told if told and is_teachers else words.DOTS),
        reader.say("By the family: %(reason)s.", reason=words.DOTS),
    ]
    return lines if is_teachers or not told else [reader.say("Heard before: %(reason)s.", reason=told), *lines]


def _reason(reader: Reader, work: Work, known: Known) -> tuple[str, int | None]:
    """What stands on the open case, else what the last visit heard, and who said so; empty when unknown, or private and
    not this reader's own."""
    case = cases.open_of(work.scope, work.session, known.listed.pupil.id)
    heard = next((one for one in known.made if one.reason != Why.UNKNOWN), None)
    if case is not None and case.reason != Why.UNKNOWN:
        code, teller = reasons.known(case.reason), case.reason_by
    elif heard is not None:
        code, teller = reasons.known(heard.reason), heard.visitor_id
    else:
        return "", None
    is_hidden = code in reasons.PRIVATE and (work.actor_id is None or teller != work.actor_id)
    return ("", None) if is_hidden or code not in WHY else (reader.say(WHY[code]), teller)


def _promises(reader: Reader) -> list[str]:
    return [
        reader.say("The family sends the pupil back to class from day …… month …… year ………; and will: %(dots)s.",
                   dots=words.SHORT_DOTS),
        reader.say("The pupil promises: %(dots)s.", dots=words.DOTS),
        reader.say("The school and the group will help with: %(dots)s.", dots=words.SHORT_DOTS * 2),
    ]  # fmt: skip
