"""The days of a visit: when the pupil comes back, or when the visitor comes again; one that cannot be is asked anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from bot.conversations import advice_words
from bot.conversations.visits_line import FAR
from bot.dialogue.conversation import Chat
from bot.dialogue.questions import Ask, Choose, Misread, Option
from bot.messages import Choice
from bot.parsing import ImpossibleDate, WeekdayMismatch, day, fold
from bot.rules import school_days
from storage.visits import VisitReason

NONE, OTHER_DAY = "none", "other"


def chosen_day(chat: Chat, step: str) -> date | None:
    """The day that a question about days was answered with, if it was one."""
    value = chat.answer(step)
    if value == OTHER_DAY:
        value = chat.answer(f"{step}.date")
    return date.fromisoformat(value) if value and value != NONE else None


def promise(chat: Chat) -> Choose:
    """The day on which the family said that the pupil comes back (3/5): the next school days."""
    return Choose(
        chat.say("Which day did the family promise that the pupil comes back? (3/5)"),
        [
            *_days(chat, lambda one: school_days.is_school_day(chat.work, one)),
            Option(OTHER_DAY, chat.say("Another day")),
            Option(NONE, chat.say("No date promised")),
        ],
        hint=chat.say("The day is not clear. Please type it, for example: 25/3"),
        free=typed_day("promise"),
        valid=lambda _, answer: is_day(answer),
        beside=_advice(chat),
    )


def _advice(chat: Chat) -> list[Choice]:
    """Talk points for the reason that was just heard; a press does not add a question to the visit."""
    if not str(chat.draft.get("pupil", "")).isdigit():
        return []
    code = str(chat.answer("why") or VisitReason.UNKNOWN).partition(":")[0]
    return [advice_words.beside(chat, f"visit.{chat.draft['pupil']}.{code}")]


def promise_date(chat: Chat) -> Ask:
    return Ask(
        chat.say("Which day did the family promise? Please type it, for example: 25/3"),
        typed_day("promise"),
        skip=True,
        back=True,
    )


def again(chat: Chat) -> Choose:
    """Nobody was at home: when the visitor comes again."""
    return Choose(
        chat.say("Which day does %(you)s mean to come again?"),
        [
            *_days(chat, lambda _: True),
            Option(OTHER_DAY, chat.say("Another day")),
            Option(NONE, chat.say("Not decided yet")),
        ],
        hint=chat.say("The day is not clear. Please type it, for example: 25/3"),
        free=typed_day("again"),
        valid=lambda _, answer: is_day(answer),
    )


def again_date(chat: Chat) -> Ask:
    return Ask(
        chat.say("Which day does %(you)s come again? Please type it, for example: 25/3"),
        typed_day("again"),
        skip=True,
        back=True,
    )


def _days(chat: Chat, fits: Callable[[date], bool]) -> list[Option]:
    """The next three days that fit: `Mai, thứ 5, 21/3`, `Thứ 6, 22/3`, `Thứ 2, 25/3`."""
    found: list[Option] = []
    for ahead in range(1, 61):
        one = chat.today + timedelta(days=ahead)
        if len(found) < 3 and fits(one):
            label = chat.reader.day(one)
            label = chat.say("Tomorrow, %(day)s", day=label) if ahead == 1 else label[:1].upper() + label[1:]
            found.append(Option(one.isoformat(), label))
    return found


def is_day(answer: object) -> bool:
    try:
        date.fromisoformat(str(answer))
    except ValueError:
        return False
    return True


def typed_day(step: str) -> Callable[[Chat, str], str]:
    """A day that is still to come; what cannot be is said in one sentence with an example (voice.md V11)."""

    def read(chat: Chat, text: str) -> str:
        if fold(text) in ("chua", "khong", "chua hen", "khong hen"):
            return NONE
        try:
            found, gone = day(text, chat.today), day(text, chat.today, past=True)
        except ImpossibleDate as error:
            raise Misread(_impossible(chat, error)) from error
        except WeekdayMismatch as error:
            raise Misread(_mismatch(chat, error)) from error
        if found is None:
            raise Misread(chat.say("The day is not clear. Please type it, for example: 25/3"))
        if not 0 <= (found - chat.today).days <= FAR:
            raise Misread(_gone(chat, step, min(found, gone or found)))
        return found.isoformat()

    return read


def _impossible(chat: Chat, error: ImpossibleDate) -> str:
    if 1 <= error.month <= 12:
        return chat.say(
            "Month %(month)d has no day %(day)d. Please type the day again. For example: 25/3",
            month=error.month,
            day=error.day,
        )
    return chat.say(
        "There is no day %(day)d/%(month)d. Please type the day again. For example: 25/3",
        day=error.day,
        month=error.month,
    )


def _mismatch(chat: Chat, error: WeekdayMismatch) -> str:
    """`22/3 là thứ 6, không phải thứ 5. …`: only the person knows which was meant."""
    other = error.date + timedelta(days=(error.said - error.date.weekday() + 3) % 7 - 3)
    return chat.say(
        "%(date)s is %(day)s; %(other_day)s is %(other_date)s. Which day is it? For example: %(date)s",
        date=chat.reader.date(error.date),
        day=chat.reader.weekday(error.date),
        other_day=chat.reader.weekday(other),
        other_date=chat.reader.date(other),
    )


def _gone(chat: Chat, step: str, gone: date) -> str:
    if gone > chat.today:
        return chat.say("That day is very far off. Please type the day again. For example: 25/3")
    if step == "again":
        return chat.say("%(date)s is over. On which coming day does %(you)s visit?", date=chat.reader.date(gone))
    return chat.say("%(date)s is over. Which coming day did the family promise?", date=chat.reader.date(gone))
