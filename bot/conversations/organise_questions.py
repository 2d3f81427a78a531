"""The questions about a meeting that is being planned, and what their answers come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.clock import moment
from bot.conversations import meetings_words as words
from bot.conversations.meetings_line import both_days, named_villages, trouble_of
from bot.dialogue.conversation import Chat
from bot.dialogue.questions import Answer, Ask, Choose, Misread, Named, Option, Outcome, Partial, Tick
from bot.i18n import N_
from bot.parsing import ImpossibleDate, WeekdayMismatch, day, time_of_day
from bot.rules import invitees, people
from bot.rules.invitees import COMMUNE, USUAL, VILLAGES, Part
from bot.rules.meetings import Setting
from storage import places
from storage.people import Person, Role
from storage.places import Place, PlaceKind

TOGETHER, EACH, OTHER = "together", "each", "other"
HOURS = ("18:30", "19:00", "08:00", "14:00")
DAYS_OFFERED = 5
FARTHEST = timedelta(days=366)
GROUPS = {
    Role.OFFICIAL: N_("Party, council and committee"),
    Role.FRONT: N_("Fatherland Front"),
    Role.ORGANISATION: N_("Social organisations"),
    Role.POLICE: N_("Police"),
    Role.SCHOOL: N_("School heads"),
    Role.TEACHER: N_("Teachers"),
    Role.VILLAGE_HEAD: N_("Village heads"),
    Role.VILLAGE_FRONT: N_("Front committees of the villages"),
    Role.PARENTS: N_("Parents' associations"),
}


# What the draft says


def known_villages(chat: Chat) -> Sequence[tuple[Place, Sequence[str]]]:
    """The commune's villages, each with the names it bore."""

    def read() -> list[tuple[Place, Sequence[str]]]:
        found = places.of_kind(chat.session, PlaceKind.VILLAGE, people.commune_of(chat.work).id)
        return [(one, (one.name, *places.former_names(chat.session, one.id))) for one in found]

    return chat.once("villages", read)


def chosen_villages(chat: Chat) -> list[Place]:
    wanted = chat.draft.get("villages", [])
    by_id = {place.id: place for place, _ in known_villages(chat)}
    return [by_id[place_id] for place_id in wanted if place_id in by_id]


def is_each(chat: Chat) -> bool:
    """Whether every village meets by itself."""
    return len(chosen_villages(chat)) > 1 and chat.draft.get("together") == EACH


def starts_at(chat: Chat) -> datetime:
    """The start in UTC."""
    return moment(date.fromisoformat(chat.draft["day"]), time.fromisoformat(chat.draft["at"]), chat.work.zone)


def custom(chat: Chat) -> invitees.Custom:
    return chat.once("custom", lambda: invitees.custom(chat.work, people.commune_of(chat.work).id))


def parts(chat: Chat) -> tuple[Part, ...]:
    """Who is invited: as the last plan had it, unless other groups were ticked; the whole commune: all villages."""
    ticked = chat.draft.get("who")
    wanted = custom(chat).parts
    if ticked is not None and ticked != default_groups(chat):
        wanted = tuple(USUAL[key] for key in ticked)
    if chosen_villages(chat):
        return wanted
    return tuple(replace(part, where=COMMUNE) if part.where == VILLAGES else part for part in wanted)


def default_groups(chat: Chat) -> list[int]:
    held = {part.role for part in custom(chat).parts}
    return [key for key, part in enumerate(USUAL) if part.role in held]


def settings(chat: Chat) -> list[Setting]:
    """The meeting, or one for each village."""
    villages = chosen_villages(chat)
    groups = [[one] for one in villages] if is_each(chat) else [villages]
    shown = custom(chat)
    return [
        Setting(
            starts_at=starts_at(chat),
            village_ids=tuple(place.id for place in group),
            parts=parts(chat),
            venue=words.hall(chat, group[0]) if is_each(chat) else venue(chat),
            purpose=chat.answer("purpose", ""),
            lines=shown.lines if parts(chat) == shown.parts else (),
            plan_id=shown.plan.id if shown.plan is not None and parts(chat) == shown.parts else None,
        )
        for group in groups
    ]


def venue(chat: Chat) -> str:
    """Where, in words: a village's hall, or what was typed."""
    where = chat.answer("where", "")
    if where == OTHER:
        return str(chat.answer("place", ""))
    for place in chosen_villages(chat):
        if where == str(place.id):
            return words.hall(chat, place)
    if where == COMMUNE:
        return chat.say("the commune's meeting hall")
    return str(where)


@dataclass(frozen=True)
class Guests:
    """Who would be invited now: whom a message reaches, and whom only the telephone; `to_several`: to two at once."""

    invited: list[Person]
    to_call: list[Person]
    to_several: int = 0


def guests(chat: Chat) -> Guests:
    commune = people.commune_of(chat.work)
    found: dict[int, Person] = {}
    times: Counter[int] = Counter()
    for one in settings(chat):
        for person in invitees.resolve(chat.work, commune.id, one.parts, one.village_ids, but=chat.me.id):
            found[person.id] = person
            times[person.id] += 1
    invited = list(found.values())
    reachable = invitees.reachable(chat.work, invited)
    to_call = [one for one in invited if one.id not in reachable]
    return Guests(invited, to_call, sum(n > 1 for n in times.values()))


# Questions


def which_villages(chat: Chat) -> Tick:
    """Which villages meet; nobody ticked is the whole commune."""
    return Tick(
        "villages",
        chat.say("Which villages are to meet? Tap each name and then Done, or type the names."),
        [Named(place.id, place.name, tuple(names)) for place, names in known_villages(chat)],
        done=lambda n: chat.say_n("Done: %(n)d village", "Done: %(n)d villages", n),
        plain=chat.say(
            "Which villages are to meet? Type the numbers, for example: 1 2\n"
            "For the whole commune type: the whole commune"
        ),
        none=chat.say("The whole commune"),
        read_line=typed_villages,
    )


def typed_villages(chat: Chat, text: str, entries: Sequence[Named]) -> Outcome:
    found = named_villages(text, known_villages(chat))
    if not found:
        raise Misread(chat.say("No village is called %(text)s. Please type the numbers, for example: 1 2", text=text))
    return Answer(list(found))


def together(chat: Chat) -> Choose:
    n = len(chosen_villages(chat))
    return Choose(
        chat.say(
            "%(count)s villages: do they meet together, or each by itself?", count=_capital(chat.reader.in_words(n))
        ),
        [Option(TOGETHER, chat.say("Together")), Option(EACH, chat.say("Each by itself"))],
        hint=chat.say("Please type 1 for one meeting together, 2 for a meeting in each village."),
        back=bool(chat.draft.get("~path")),
        required=True,
    )


def which_day(chat: Chat) -> Choose:
    """The day: a number or typed; one that cannot be is asked about in its own words."""
    trouble = chat.draft.get("~trouble")
    days = [chat.today + timedelta(days=ahead) for ahead in range(DAYS_OFFERED)]
    if trouble and "said" in trouble:
        days = [one for one in both_days(trouble) if one >= chat.today]
    return Choose(
        _day_question(chat),
        [Option(one.isoformat(), _day_label(chat, one)) for one in days if _can_be(chat, one)],
        hint=chat.say("The day is not clear. Please type it, for example: 25/3"),
        free=typed_day,
        valid=lambda chat, answer: _is_day(answer) and _can_be(chat, date.fromisoformat(answer)),
        required=True,
    )


def _day_question(chat: Chat) -> str:
    trouble, given = chat.draft.get("~trouble"), chat.draft.get("day")
    if trouble:
        return trouble_sentence(chat, trouble)
    if given and _is_day(given):
        return _over(chat, date.fromisoformat(given))
    return chat.say("On which day is the meeting? Choose a number or type the day, for example: 25/3")


def trouble_sentence(chat: Chat, trouble: dict[str, int | str]) -> str:
    """`Tháng 2 không có ngày 30. …`, `22/3 là thứ 6, thứ 5 là 21/3. …`"""
    if "said" in trouble:
        other, written = both_days(trouble)
        return chat.say(
            "%(date)s is %(day)s; %(other_day)s is %(other_date)s. Which day is it?",
            date=chat.reader.date(written),
            day=chat.reader.weekday(written),
            other_day=chat.reader.weekday(other),
            other_date=chat.reader.date(other),
        )
    if 1 <= int(trouble["month"]) <= 12:
        return chat.say("Month %(month)d has no day %(day)d. Please type the day again. For example: 25/3", **trouble)
    return chat.say("There is no day %(day)d/%(month)d. Please type the day again. For example: 25/3", **trouble)


def _over(chat: Chat, one: date) -> str:
    if one == chat.today and chat.draft.get("at"):
        hour = chat.reader.hour(starts_at(chat))
        return chat.say("%(hour)s of today is over. On which coming day is the meeting?", hour=hour)
    return chat.say("%(date)s is over. On which coming day is the meeting?", date=chat.reader.date(one))


def _day_label(chat: Chat, one: date) -> str:
    label = chat.reader.day(one)
    ahead = (one - chat.today).days
    if ahead == 0:
        return chat.say("Today, %(day)s", day=label)
    return chat.say("Tomorrow, %(day)s", day=label) if ahead == 1 else label[:1].upper() + label[1:]


def _is_day(answer: object) -> bool:
    try:
        date.fromisoformat(str(answer))
    except ValueError:
        return False
    return True


def _can_be(chat: Chat, one: date) -> bool:
    """Whether a meeting on that day, at the hour that is known, still lies ahead."""
    at = time.fromisoformat(chat.draft["at"]) if chat.draft.get("at") else time(23, 59)
    return chat.now < moment(one, at, chat.work.zone) <= chat.now + FARTHEST


def typed_day(chat: Chat, text: str) -> Outcome:
    """A day still to come. An hour in the same words is taken, too."""
    try:
        found = day(text, chat.today)
    except (ImpossibleDate, WeekdayMismatch) as error:
        return Partial({"~trouble": trouble_of(error), "day": None})
    if found is None:
        raise Misread(chat.say("The day is not clear. Please type it, for example: 25/3"))
    if not _can_be(chat, found):
        raise Misread(_over(chat, day(text, chat.today, past=True) or found))
    at = time_of_day(text) if not chat.draft.get("at") else None
    return Answer(found.isoformat(), {"~trouble": None, **({"at": at.isoformat("minutes")} if at else {})})


def which_hour(chat: Chat) -> Choose:
    """The hour; evenings first, when people are back from the fields."""
    on = date.fromisoformat(chat.draft["day"])

    def at(text: str) -> datetime:
        return moment(on, time.fromisoformat(text), chat.work.zone)

    return Choose(
        chat.say("At what time, on %(day)s? Choose a number or type it, for example: 18h30", day=chat.reader.day(on)),
        [Option(one, chat.reader.hour_in_words(at(one))) for one in HOURS if at(one) > chat.now],
        hint=chat.say("The hour is not clear. Please type it, for example: 18h30"),
        free=typed_hour,
        valid=lambda chat, answer: _is_hour(answer) and at(answer) > chat.now,
        back=True,
        required=True,
    )


def _is_hour(answer: object) -> bool:
    try:
        time.fromisoformat(str(answer))
    except ValueError:
        return False
    return True


def typed_hour(chat: Chat, text: str) -> str:
    found = time_of_day(text)
    if found is None:
        raise Misread(chat.say("The hour is not clear. Please type it, for example: 18h30"))
    if moment(date.fromisoformat(chat.draft["day"]), found, chat.work.zone) <= chat.now:
        raise Misread(chat.say("That hour is over. Please type a coming one, for example: 18h30"))
    return found.isoformat("minutes")


def where(chat: Chat) -> Choose:
    """The hall of one of the villages, or another place."""
    villages = chosen_villages(chat)[:6]
    halls = [Option(str(place.id), _capital(words.hall(chat, place))) for place in villages]
    if not villages:
        halls = [Option(COMMUNE, _capital(chat.say("the commune's meeting hall")))]
    return Choose(
        chat.say("Where is the meeting?"),
        [*halls, Option(OTHER, chat.say("Another place"))],
        hint=chat.say("Please choose a number or type the place, for example: nhà văn hóa xã"),
        free=lambda _, text: text,
        valid=lambda _, answer: isinstance(answer, str) and bool(answer) and not answer.isdigit(),
        required=True,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def other_place(chat: Chat) -> Ask:
    return Ask(
        chat.say("At which place? Please type it, for example: nhà văn hóa xã"),
        lambda _, text: text,
        back=True,
    )


def who(chat: Chat) -> Tick:
    """Which groups are invited."""
    return Tick(
        "who",
        chat.say("Who is invited? Tap each group and then Done, or type the names."),
        [
            Named(key, chat.say(GROUPS[Role(part.role)]), (chat.say(GROUPS[Role(part.role)]),))
            for key, part in enumerate(USUAL)
        ],
        done=lambda n: chat.say_n("Done: %(n)d group", "Done: %(n)d groups", n),
        plain=chat.say("Who is invited? Type the numbers, for example: 1 2 7"),
        may_be_empty=False,
    )


def purpose(chat: Chat) -> Ask:
    usual = chat.say("bringing pupils back to class")
    return Ask(
        chat.say("What is the meeting about? Please type a few words, or choose:"),
        lambda _, text: text[: words.WORDS_AT_MOST],
        options=(Option("", _capital(usual)),),
        back=True,
    )
