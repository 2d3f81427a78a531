"""School days: no school this morning, today, tomorrow or another day, for whom and why; and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.conversations import calendar_words as words
from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Choose, Misread, Option
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from bot.parsing import class_name, day, fold, school_year_of
from bot.parsing.dates import ImpossibleDate, WeekdayMismatch
from bot.rules import calendar as rules
from bot.rules import holidays, people, roll_times, school_days
from bot.rules.calendar import Days, Where
from bot.rules.work import Notice
from storage import calendar as stored
from storage import places
from storage.attendance import Half
from storage.calendar import Closure, Effect, Why
from storage.people import Role
from storage.places import Place, PlaceKind, SchoolClass

AT_MOST = 7  # places on buttons; the others are typed
SHOWN = timedelta(days=60)
LINES_AT_MOST = 8
REASONS = {
    Why.FLOOD: N_("Rain, flood (why there is no school)"),
    Why.STORM: N_("Storm (why there is no school)"),
    Why.FEAST: N_("Feast of the village (why there is no school)"),
    Why.OTHER: N_("Something else (why there is no school)"),
}
NOW = {
    Half.MORNING: N_("No school this morning"),
    Half.AFTERNOON: N_("No school this afternoon"),
    Half.EVENING: N_("No head-count this evening"),
}


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The question, the days off to come (`show`), or taking a decision back (`undo.12`)."""
    act, _, number = argument.partition(".")
    if act == "undo" and number.isdigit():
        return taken_back(chat, int(number))
    if act == "show":
        return shown(chat)
    return {"on": chat.today.isoformat()}


# --- the questions -------------------------------------------------------------------------------------------


def what(chat: Chat) -> Choose:
    """What can still be closed today comes first."""
    today = _today(chat)
    halves = [half for half in Half if half in _held_today(chat)]
    options = [Option(half, chat.say(NOW[half])) for half in halves]
    if len(halves) > 1:
        options.append(Option("today", chat.say("No school today")))
    options += [
        Option("tomorrow", chat.say("No school tomorrow")),
        Option("other", chat.say("No school on another day")),
        Option("open", chat.say("School on a day off")),
        Option("show", chat.say("See the days off")),
    ]
    text = chat.say("%(day)s. What shall be noted?", day=_capital(chat.reader.day(today)))
    return Choose(text, options, required=True)


def which_day(chat: Chat) -> Choose:
    """A day still to come, or today."""
    today = _today(chat)

    def typed(chat: Chat, text: str) -> str:
        try:
            found = day(text, today)
        except (ImpossibleDate, WeekdayMismatch):
            found = None
        if found is None:
            raise Misread(chat.say("Which day? For example: 25/3"))
        if found < today or school_year_of(found) != school_year_of(today):
            raise Misread(
                chat.say("%(date)s is no coming day of this school year. Which day?", date=chat.reader.date(found))
            )
        return found.isoformat()

    coming = [today + timedelta(days=ahead) for ahead in (1, 2, 3)]
    options = [Option(one.isoformat(), _capital(chat.reader.day(one))) for one in coming]
    question = chat.say("Which day is there no school?")
    if chat.answer("what") == "open":
        question = chat.say("Which day off shall be a school day?")
    hint = chat.say("Which day? For example: 25/3")
    return Choose(question, options, hint=hint, free=typed, back=True, required=True)


def why(chat: Chat) -> Choose:
    """Says once more what will happen, so that a slip is seen before anybody hears of it."""
    return _why(chat, _whole(chat), [Option("part", chat.say("Only one class, site or village"))])


def why_part(chat: Chat) -> Choose:
    """The same for the class, site or village that was chosen."""
    return _why(chat, _where(chat), [])


def _why(chat: Chat, where: Where, more: list[Option]) -> Choose:
    draft = _draft_of(chat, where)
    text = chat.say(
        "%(where)s: no school %(when)s. The teachers hear of it at once. Why is there none?",
        where=words.where(chat, draft),
        when=words.when(chat, draft),
    )
    options = [Option(reason, chat.say(label)) for reason, label in REASONS.items()]
    return Choose(text, [*options, *more], back=True, required=True)


def who(chat: Chat) -> Choose:
    """One class, one site, one village; also typed."""
    found = _parts(chat)

    def typed(chat: Chat, text: str) -> str:
        wanted = fold(class_name(text) or text)
        for value, _, names in found:
            if wanted in {fold(name) for name in names}:
                return value
        raise Misread(chat.say("Which class or village? For example: 6A"))

    return Choose(
        chat.say("Which class, site or village has no school? Other names can be typed."),
        [Option(value, label) for value, label, _ in found[:AT_MOST]],
        hint=chat.say("Which class or village? For example: 6A"),
        free=typed,
        back=True,
        required=True,
    )


def record(chat: Chat) -> Reply:
    """Calls the rule, and says who hears of it."""
    if chat.answer("what") == "show":
        return shown(chat)
    if chat.answer("what") == "open":
        return receipt(chat, rules.open(chat.work, _where(chat), _days(chat)))
    reason = chat.answer("why_part") or chat.answer("why")
    return receipt(chat, rules.close(chat.work, _where(chat), _days(chat), Why(reason)))


def receipt(chat: Chat, decision: Closure) -> Outgoing:
    """`✅ Đã ghi lúc 6:20: cả trường nghỉ học sáng nay, thứ 4, 20/3 (mưa lũ).`"""
    n = len(rules.hearers(chat.work, decision))
    values = {
        "time": chat.reader.clock(chat.now),
        "where": words.where(chat, decision),
        "when": words.when(chat, decision),
        "why": words.why(chat, decision),
    }
    if decision.effect == Effect.OPEN:
        lines = [chat.say("✅ Recorded at %(time)s. %(where)s: school %(when)s.", **values)]
    else:
        lines = [chat.say("✅ Recorded at %(time)s. %(where)s: no school %(when)s (%(why)s).", **values)]
    lines.append(chat.say_n("%(n)d person hears of it now.", "%(n)d people hear of it now.", n))
    if decision.effect == Effect.CLOSED and decision.village_id is None:
        lines.append(chat.say("Nobody is asked for absences, and nobody counts as absent."))
    elif decision.effect == Effect.CLOSED:
        lines.append(chat.say("The pupils of the village do not count as absent."))
    return Outgoing("\n".join(lines), (_back(chat, decision),))


def _back(chat: Chat, decision: Closure) -> Choice:
    value = chat.to("calendar", f"undo.{decision.id}")
    return wording.take_back(chat, value)


def taken_back(chat: Chat, closure_id: int) -> Reply:
    """`Đã rút lại`: everything is as the calendar has it."""
    decision = rules.take_back(chat.work, closure_id)
    text = chat.say(
        "✅ Taken back at %(time)s. %(where)s: as usual %(when)s. Whoever heard of it hears that, too.",
        time=chat.reader.clock(chat.now),
        where=words.where(chat, decision),
        when=words.when(chat, decision),
    )
    return chat.menu_of(text, (chat.to("calendar"), chat.say("School days")), (chat.to("menu"), chat.say("Menu")))


def shown(chat: Chat) -> Reply:
    """The days off of the next two months; what was decided can be taken back."""
    today = _today(chat)
    found = [one for one in rules.in_force(chat.work, today, today + SHOWN, chat.me.commune_id) if _is_mine(chat, one)]
    lines = [_line(chat, one) for one in found[:LINES_AT_MOST]]
    opened = {one.from_on for one in found if one.effect == Effect.OPEN}
    lines += [
        chat.say("• %(day)s: %(why)s", day=chat.reader.day(one), why=holidays.name(one, chat.reader.locale))
        for one in (today + timedelta(days=ahead) for ahead in range(SHOWN.days))
        if one in holidays.public(one.year) and one not in opened
    ][: LINES_AT_MOST - len(lines)]
    if not lines:
        return chat.menu_of(
            chat.say("No day off in the next two months."), *_to_close(chat), (chat.to("menu"), chat.say("Menu"))
        )
    undo = [
        (chat.to("calendar", f"undo.{one.id}"), chat.say("Take back: %(when)s", when=words.when(chat, one)))
        for one in found[:5]
        if rules.may_take_back(chat.work, one)
    ]
    text = "\n".join([chat.say("Days off of the next two months:"), *lines])
    return chat.menu_of(text, *undo, *_to_close(chat), (chat.to("menu"), chat.say("Menu")))


def _to_close(chat: Chat) -> list[tuple[str, str]]:
    may = people.may(chat.work, "calendar.manage")
    return [(chat.to("calendar"), chat.say("No school on a day"))] if may else []


def _line(chat: Chat, decision: Closure) -> str:
    sentence = N_("• %(where)s: no school %(when)s (%(why)s)")
    if decision.effect == Effect.OPEN:
        sentence = N_("• %(where)s: school %(when)s")
    elif decision.effect == Effect.WATCH:
        sentence = N_("• %(where)s: under watch %(when)s (%(why)s)")
    values = {"where": words.where(chat, decision), "when": words.when(chat, decision)}
    return chat.say(sentence, why=words.why(chat, decision), **values)


# --- what the answers mean -----------------------------------------------------------------------------------


def _today(chat: Chat) -> date:
    """The day on which the question was asked; "tomorrow" is its tomorrow."""
    return date.fromisoformat(chat.draft["on"]) if chat.draft.get("on") else chat.today


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _whole(chat: Chat) -> Where:
    """A school's head closes the school; officials and administrators the commune."""
    schools = sorted(chat.scope.schools)
    if schools and not people.roles(chat.work) & {Role.OFFICIAL, Role.ADMIN}:
        return Where(school_id=schools[0])
    return Where()


def _where(chat: Chat) -> Where:
    kind, _, number = str(chat.answer("who") or "").partition(".")
    if not number:
        return _whole(chat)
    return Where(**{f"{kind}_id": int(number)})


def _days(chat: Chat) -> Days:
    answer, today = chat.answer("what"), _today(chat)
    if answer in list(Half):
        return Days(today, today, Half(answer))
    if answer in ("other", "open"):
        chosen = date.fromisoformat(chat.answer("day"))
        return Days(chosen, chosen)
    first = today if answer == "today" else today + timedelta(days=1)
    return Days(first, first)


def _draft_of(chat: Chat, where: Where) -> Closure:
    """The decision as it would be, for its words alone."""
    days = _days(chat)
    return Closure(
        commune_id=chat.me.commune_id,
        school_id=where.school_id,
        site_id=where.site_id,
        class_id=where.class_id,
        village_id=where.village_id,
        half=days.half or "",
        effect=Effect.CLOSED,
        why=Why.OTHER,
        words="",
        from_on=days.since,
        until_on=days.until,
    )


def _held_today(chat: Chat) -> set[Half]:
    """The sessions of today that some class has and that are not over."""
    today = _today(chat)
    held = school_days.starts_of(chat.work, [one.id for one in _classes(chat)], today)
    return {
        half
        for found in held.values()
        for half in found
        if chat.now <= roll_times.useful_until(today, half, chat.work.zone)
    }


def _classes(chat: Chat) -> Sequence[SchoolClass]:
    whole = _whole(chat)
    schools = (whole.school_id,) if whole.school_id is not None else ()
    return chat.once(
        "classes of the year",
        lambda: school_days.classes_of_year(chat.work, commune_id=chat.me.commune_id, school_ids=schools),
    )


def _parts(chat: Chat) -> list[tuple[str, str, tuple[str, ...]]]:
    """(value, label, names to type): sites, then villages, then classes, as far as this person decides about them."""
    classes = _classes(chat)
    schools = sorted({one.school_id for one in classes})
    sites: list[Place] = [site for one in schools for site in places.of_kind(chat.session, PlaceKind.SITE, one)]
    villages = places.of_kind(chat.session, PlaceKind.VILLAGE, chat.me.commune_id)
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for one in sites:
        found.append((f"site.{one.id}", chat.say("The site %(site)s", site=one.name), (one.name,)))
    for one in villages:
        label = chat.say("%(village)s village", village=one.name)
        found.append((f"village.{one.id}", label, (one.name, label)))
    for each in classes:
        label = chat.say("Class %(class_name)s (day off)", class_name=each.name)
        found.append((f"class.{each.id}", label, (each.name, label)))
    return [one for one in found if rules.may_decide(chat.work, _as_where(one[0]))]


def _as_where(value: str) -> Where:
    kind, _, number = value.partition(".")
    return Where(**{f"{kind}_id": int(number)})


def _is_mine(chat: Chat, decision: Closure) -> bool:
    classes = [places.school_class(chat.session, class_id) for class_id in sorted(chat.scope.classes)]
    own = {*chat.scope.schools, *(one.school_id for one in classes if one is not None)}
    return decision.school_id is None or not own or bool(chat.scope.communes) or decision.school_id in own


def title(chat: Chat) -> str:
    return chat.say("The days off")


# --- who hears of it -----------------------------------------------------------------------------------------


def tell_closed(chat: Chat, notice: Notice) -> Outgoing | None:
    """`⚠️ Cả trường nghỉ học sáng nay, thứ 4, 20/3 (mưa lũ).`"""
    decision = stored.closure(chat.session, notice.subject_id)
    if decision is None or decision.taken_back_at is not None:
        return None
    text = chat.say(
        "⚠️ %(where)s: no school %(when)s (%(why)s).",
        where=words.where(chat, decision),
        when=words.when(chat, decision),
        why=words.why(chat, decision),
    )
    if decision.village_id is None and chat.scope.classes:
        text += "\n" + chat.say("Ra Lớp asks for no absences then.")
    return _with_a_way_on(chat, text)


def tell_open(chat: Chat, notice: Notice) -> Outgoing | None:
    """A day off becomes a school day, or a decision was taken back."""
    decision = stored.closure(chat.session, notice.subject_id)
    if decision is None:
        return None
    values = {"where": words.where(chat, decision), "when": words.when(chat, decision)}
    if decision.taken_back_at is None:
        return _with_a_way_on(chat, chat.say("⚠️ %(where)s: there is school %(when)s.", **values))
    if decision.effect == Effect.OPEN:
        return _with_a_way_on(chat, chat.say("⚠️ %(where)s: %(when)s stays a day off after all.", **values))
    return _with_a_way_on(chat, chat.say("⚠️ %(where)s: there is school after all %(when)s.", **values))


def _with_a_way_on(chat: Chat, text: str) -> Outgoing:
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")))


CALENDAR = Conversation(
    name="calendar",
    title=title,
    words=("nghỉ học", "cho nghỉ học", "cho nghỉ", "no school"),
    may="calendar.manage",
    instead="attendance",
    opens=opening,
    steps=(
        Step("what", what),
        Step("day", which_day, when=lambda chat: chat.answer("what") in ("other", "open")),
        Step("why", why, when=lambda chat: chat.answer("what") not in ("open", "show")),
        Step("who", who, when=lambda chat: chat.answer("why") == "part"),
        Step("why_part", why_part, when=lambda chat: chat.answer("why") == "part"),
    ),
    finish=record,
    help=N_("Days without school: a storm, a flood, a feast; the teachers hear of it at once"),
)
DAYS_OFF = Conversation(
    name="days_off",
    title=title,
    words=("lịch học", "lịch nghỉ", "ngày nghỉ", "school days", "days off"),
    opens=lambda chat, argument: shown(chat),
    help=N_("The days off to come"),
)
NOTICES = {"calendar.closed": tell_closed, "calendar.open": tell_open, "calendar.taken_back": tell_open}
