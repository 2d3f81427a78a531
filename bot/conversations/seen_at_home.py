"""/baovang of a village head: pupils seen at home in school hours, as a note to their teachers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Answer, Confirm, Misread, Named, Outcome, Tick
from bot.i18n import N_
from bot.messages import Outgoing
from bot.parsing import clean_line, fold, given_name, same_name_key
from bot.rules import seen_at_home
from bot.rules.seen_at_home import Heard
from bot.rules.work import Notice
from storage import people, places, pupils
from storage.pupils import Listed

AT_MOST = 5  # names on one line of a push (voice.md: at most 300 characters)


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The list of the village's pupils, or taking a note back (`undo.12`)."""
    act, _, number = argument.partition(".")
    if act == "undo" and number.isdigit():
        return taken_back(chat, int(number))
    if not seen_at_home.look(chat.work):
        return chat.menu_of(
            chat.say("No pupil of the village is known yet. The roster of the school comes first."),
            (chat.to("tasks"), chat.say("My tasks")),
            (chat.to("menu"), chat.say("Menu")),
        )
    return {}


def roll(chat: Chat) -> list[Listed]:
    """The village's pupils, by name."""
    return chat.once("village roll", lambda: seen_at_home.of_village(chat.work))


def who(chat: Chat) -> Tick:
    """Which pupils were seen; names can be typed, too."""
    entries = [
        Named(
            one.pupil.id,
            chat.say("%(name)s, %(class_name)s", name=one.pupil.name, class_name=one.class_name),
            (one.pupil.name, given_name(one.pupil.name)),
        )
        for one in roll(chat)
    ]
    return Tick(
        "pupils",
        chat.say(
            "Which pupils did %(you)s see at home in school hours? Tap each name and then Done, or type the names."
        ),
        entries,
        done=lambda n: chat.say_n("Done: %(n)d pupil", "Done: %(n)d pupils", n),
        plain=chat.say(
            "Which pupils did %(you)s see at home in school hours?\nType the numbers or names, for example: 1 3 4"
        ),
        read_line=typed_names,
        may_be_empty=False,
    )


def typed_names(chat: Chat, text: str, entries: Sequence[Named]) -> Outcome:
    """Names with commas between; one that fits several pupils is not guessed."""
    found: list[int] = []
    for part in (part.strip() for part in re.split(r"[,;\n]+|\bvà\b|\bva\b", text)):
        if not part:
            continue
        fitting = _fitting(part, roll(chat))
        if not fitting:
            raise Misread(
                chat.say("Nobody in the village list is called %(text)s. Please type the numbers or names.", text=part)
            )
        if len(fitting) > 1:
            raise Misread(
                chat.say(
                    "%(n)d pupils are called %(text)s. Please type the whole name and class, for example: %(example)s",
                    n=len(fitting),
                    text=part,
                    example=chat.say(
                        "%(name)s %(class_name)s", name=fitting[0].pupil.name, class_name=fitting[0].class_name
                    ),
                )
            )
        found.append(fitting[0].pupil.id)
    if not found:
        raise Misread(chat.say("That was not clear. Please type the numbers, for example: 1 3 4"))
    return Answer([entry.key for entry in entries if entry.key in found])


KEYS: tuple[Callable[[str], str], ...] = (same_name_key, fold)


def _fitting(typed: str, known: Sequence[Listed]) -> list[Listed]:
    """Spelled exactly, else without marks; the whole name, its end, or the given name; each also with the class."""
    typed = clean_line(typed)
    typed = typed[3:] if typed.casefold().startswith("em ") else typed
    for key in KEYS:
        for words in (0, 2, 1):
            found = [one for one in known if key(typed) in _spellings(one, words, key)]
            if found:
                return found
    return []


def _spellings(one: Listed, words: int, key: Callable[[str], str]) -> tuple[str, ...]:
    part = " ".join(one.pupil.name.split()[-words:])
    return key(part), key(f"{part} {one.class_name}"), key(f"{part} lớp {one.class_name}")


def summary(chat: Chat) -> Confirm:
    """Who hears what, before anything is sent."""
    heard = seen_at_home.who_hears(chat.work, chat.answer("pupils", []))
    lines = [chat.say("Seen at home in school hours:"), *(_line(chat, one) for one in heard)]
    lines.append(chat.say("This goes to the class teacher; the register does not change. Is it right?"))
    return Confirm("\n".join(lines), [("pupils", chat.say("The pupils"))])


def _line(chat: Chat, one: Heard) -> str:
    """`• Lớp 6A: An, Chi`."""
    names = wording.all_of([given_name(listed.pupil.name) for listed in one.pupils])
    return chat.say("• Class %(class_name)s: %(names)s", class_name=one.class_name, names=names)


def record(chat: Chat) -> Reply:
    """Calls the rule, and says who hears of it, or whom to telephone where nobody can hear."""
    note = seen_at_home.note(chat.work, chat.answer("pupils", []))
    listening = [one for one in note.heard if one.teachers]
    lines = [chat.say("✅ Recorded at %(time)s.", time=chat.reader.clock(chat.now))]
    if listening:
        names = dict.fromkeys(wording.person(chat.reader, who) for one in listening for who in one.teachers)
        lines.append(
            chat.say("%(teachers)s: the note arrives in 2 minutes.", teachers=_capital(wording.all_of([*names])))
        )
    lines += [_to_call(chat, one) for one in note.heard if not one.teachers]
    text = "\n".join(lines)
    if not listening:
        return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))
    value = chat.to("seen_at_home", f"undo.{note.id}")
    back = wording.take_back(chat, value)
    return Outgoing(text, (back,))


def _to_call(chat: Chat, one: Heard) -> str:
    whom = wording.with_phone(chat, one.to_call) if one.to_call is not None else wording.helper(chat)
    return chat.say(
        "No teacher of class %(class_name)s uses Ra Lớp yet. Please call %(whom)s.",
        class_name=one.class_name,
        whom=whom,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def taken_back(chat: Chat, note_id: int) -> Reply:
    """`Rút lại`, while nobody has been told."""
    clock = chat.reader.clock(chat.now)
    text = (
        chat.say("✅ Taken back at %(clock)s. No teacher has been told.", clock=clock)
        if seen_at_home.take_back(chat.work, note_id)
        else chat.say("The note has arrived already. If something is wrong, please call the teacher.")
    )
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


def tell(chat: Chat, notice: Notice) -> Outgoing | None:
    """`Bác Rớt thấy em Bé, lớp 8B, ở nhà giờ học sáng nay.`"""
    head = people.get(chat.session, notice.facts["seen_by"])
    school_class = places.school_class(chat.session, notice.facts["class_id"])
    listed = pupils.listed(chat.scope, chat.session, pupil_ids=notice.facts["pupils"])
    if head is None or school_class is None or not listed:
        return None
    day = notice.facts["day"]
    values = {
        "who": _capital(wording.person(chat.reader, head)),
        "names": _names(chat, listed),
        "class_name": school_class.name,
        "day": chat.reader.near_day(day, chat.work.today),
    }
    if notice.facts["in_morning"] and day == chat.work.today:
        text = chat.say("%(who)s saw %(names)s, class %(class_name)s, at home in school hours this morning.", **values)
    else:
        text = chat.say("%(who)s saw %(names)s, class %(class_name)s, at home in school hours (%(day)s).", **values)
    return chat.menu_of(
        text,
        (
            chat.to("attendance", str(school_class.id)),
            chat.say("Report absences of class %(class_name)s", class_name=school_class.name),
        ),
    )


def _names(chat: Chat, listed: Sequence[Listed]) -> str:
    """`em Bé`, `3 em: An, Bé, Chi`, `7 em: An, Bé, Chi, Dút, Gái…`."""
    if len(listed) == 1:
        return wording.short(chat, listed[0].pupil)
    names = wording.all_of([given_name(one.pupil.name) for one in listed[:AT_MOST]])
    if len(listed) > AT_MOST:
        return chat.say("%(n)d pupils (%(names)s and others)", n=len(listed), names=names)
    return chat.say("%(n)d pupils (%(names)s)", n=len(listed), names=names)


SEEN_AT_HOME = Conversation(
    name="seen_at_home",
    title=lambda chat: chat.say("The note on pupils seen at home"),
    words=("thấy ở nhà", "em ở nhà", "seen at home"),
    may=seen_at_home.RIGHT,
    opens=opening,
    steps=(Step("pupils", who), Step("check", summary)),
    finish=record,
    help=N_("Tell the class teacher of a pupil seen at home in school hours"),
)
NOTICES = {seen_at_home.KIND: tell}
