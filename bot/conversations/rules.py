"""The numbers of the rules in the chat: looked at, and changed after seeing what the change would have raised."""

from __future__ import annotations

from bot.conversations import rules_words as words
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Answer, Ask, Confirm, Misread, Option
from bot.i18n import N_, WEEKDAYS
from bot.messages import Outgoing
from bot.parsing import fold, number
from bot.rules import early_warning, people, rehearsal, thresholds
from bot.rules.thresholds import NUMBERS, Thresholds
from bot.rules.work import Refused

FIRST = 6  # groups on the first page


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The groups of numbers; `more` the further ones; `group.limit` its numbers; `number.R2.days` asks for that one."""
    what, _, key = argument.partition(".")
    if what == "group" and key in words.GROUPS:
        return _group(chat, key)
    if what == "number" and key in NUMBERS:
        return {"key": key}
    return _groups(chat, is_more=what == "more")


def _groups(chat: Chat, *, is_more: bool) -> Outgoing:
    keys = list(words.GROUPS)
    shown = keys[FIRST:] if is_more else keys[:FIRST]
    options = [(chat.to("rules", f"group.{key}"), chat.say(words.GROUPS[key])) for key in shown]
    options.append(
        (chat.to("rules"), chat.say("Go back")) if is_more else (chat.to("rules", "more"), chat.say("Other numbers"))
    )
    return chat.menu_of(chat.say("When does Ra Lớp raise its hand? Which numbers are to be seen?"), *options)


def _group(chat: Chat, group: str) -> Outgoing:
    """The numbers of a group in words; pressing one changes it."""
    numbers = _in_force(chat)
    keys = [key for key in NUMBERS if words.GROUP_OF[key] == group]
    lines = [chat.say("%(group)s, as it is now:", group=chat.say(words.GROUPS[group]))]
    lines += [_bullet(chat, key, numbers[key]) for key in keys]
    lines.append(chat.say("Which number is to be changed?"))
    options = [(chat.to("rules", f"number.{key}"), words.label(chat.reader, key, numbers[key])) for key in keys]
    return chat.menu_of("\n".join(lines), *options, (chat.to("rules"), chat.say("Go back")))


def _bullet(chat: Chat, key: str, value: int) -> str:
    said = words.meaning(chat.reader, key, value)
    return chat.say("• %(what)s", what=said[:1].upper() + said[1:])


def _in_force(chat: Chat) -> Thresholds:
    return thresholds.of_commune(chat.work, people.commune_of(chat.work).id)


# Changing one


def value(chat: Chat) -> Ask:
    """The new number."""
    key = str(chat.draft["key"])
    now = _in_force(chat)[key]
    text = chat.say(
        "Now: %(what)s.\nPlease type the new number, from %(least)s to %(greatest)s.",
        what=words.meaning(chat.reader, key, now),
        least=_bound(chat, key, NUMBERS[key].least),
        greatest=_bound(chat, key, NUMBERS[key].greatest),
    )
    options = [Option("0", chat.say("None"))] if NUMBERS[key].least == 0 else []  # a typed 0 goes one step back
    return Ask(text, _typed, hint=_hint(chat, key), options=options, back=True)


def _bound(chat: Chat, key: str, at: int) -> str:
    return words.shown(chat.reader, key, at)


def _hint(chat: Chat, key: str) -> str:
    least, greatest = (_bound(chat, key, at) for at in (NUMBERS[key].least, NUMBERS[key].greatest))
    usual = _bound(chat, key, NUMBERS[key].default)
    return chat.say(
        "Only %(least)s to %(greatest)s here. For example, as usual: %(usual)s",
        least=least,
        greatest=greatest,
        usual=usual,
    )


def _typed(chat: Chat, text: str) -> Answer:
    """The number, with what it would have raised lately. Raises Misread with the reason why it cannot be."""
    key = str(chat.draft["key"])
    found = _weekday(chat, text) if NUMBERS[key].unit == "weekday" else None
    found = number(fold(text).removesuffix("%").strip()) if found is None else found
    if found is None:
        raise Misread(_hint(chat, key))
    try:
        numbers = rehearsal.with_changes(chat.work, people.commune_of(chat.work).id, {key: found})
    except Refused as refused:
        raise Misread(_why_not(chat, key, refused)) from None
    played = rehearsal.lately(chat.work, people.commune_of(chat.work).id, _in_force(chat), numbers)
    figures = [one.in_brief() for one in played] if played is not None else [None, None]
    return Answer(found, {"~now": figures[0], "~then": figures[1]})


def _weekday(chat: Chat, text: str) -> int | None:
    """`thứ 6` is 6; thứ 2 is Monday."""
    names = {fold(chat.say(name)): place for place, name in enumerate(WEEKDAYS[:6], start=2)}
    return names.get(fold(text))


def _why_not(chat: Chat, key: str, refused: Refused) -> str:
    if refused.code != "numbers_out_of_order":
        return _hint(chat, key)
    pair = (str(refused.details["smaller"]), str(refused.details["greater"]))
    other = pair[0] if pair[1] == key else pair[1]
    return chat.say(
        "That does not fit with another number: %(what)s. Please type another one.",
        what=words.meaning(chat.reader, other, _in_force(chat)[other]),
    )


def summary(chat: Chat) -> Confirm:
    """The old number, the new one, and what it would have meant in the last four weeks."""
    key, new = str(chat.draft["key"]), int(chat.answer("value"))
    lines = [
        chat.say("Please look it over:"),
        chat.say("• Now: %(what)s", what=words.meaning(chat.reader, key, _in_force(chat)[key])),
        chat.say("• From now on: %(what)s", what=words.meaning(chat.reader, key, new)),
        *_effect(chat),
    ]
    return Confirm("\n".join(lines), [("value", chat.say("The number"))])


EFFECTS = {
    "cases": N_("• Cases in the last four weeks: %(then)s, as it is now %(now)s"),
    "calls": N_("• Calls in the last four weeks: %(then)s, as it is now %(now)s"),
    "commune": N_("• To the commune in the last four weeks: %(then)s, as it is now %(now)s"),
    "watched": N_("• New on the watch list in the last four weeks: %(then)s, as it is now %(now)s"),
}


def _effect(chat: Chat) -> list[str]:
    now, then = chat.draft.get("~now"), chat.draft.get("~then")
    if now is None or then is None:
        return [chat.say("• What that means for so many pupils, an administrator can rehearse: ralop rules --rehearse")]
    lines = [
        chat.say(sentence, now=now[key], then=then[key])
        for key, sentence in EFFECTS.items()
        if now.get(key, 0) != then.get(key, 0)
    ]
    if then.get("most", 0):
        lines.append(
            chat.say("• On one day a village would have had %(n)s cases: nobody can visit so many", n=then["most"])
        )
    return lines or [chat.say("• For the last four weeks nothing would have been different")]


def settle(chat: Chat) -> Reply:
    """Sets the number, and brings every list up to it."""
    key, new = str(chat.draft["key"]), int(chat.answer("value"))
    commune_id = people.commune_of(chat.work).id
    thresholds.put(chat.work, commune_id, {key: new})
    raised = early_warning.recompute_commune(chat.work, commune_id)
    lines = [
        chat.say(
            "✅ Set at %(time)s: %(what)s.", time=chat.reader.clock(chat.now), what=words.meaning(chat.reader, key, new)
        )
    ]
    opened = len({one.case_id for one in raised if one.case_id is not None})
    if opened:
        lines.append(chat.say_n("%(n)s case was opened by it.", "%(n)s cases were opened by it.", opened))
    return chat.menu_of(
        "\n".join(lines),
        (chat.to("rules", f"group.{words.GROUP_OF[key]}"), chat.say("These numbers")),
        (chat.to("menu"), chat.say("Menu")),
    )


RULES = Conversation(
    name="rules",
    title=lambda chat: chat.say("The numbers of the rules"),
    words=("ngưỡng", "quy tắc", "các ngưỡng", "rules"),
    may="thresholds.set",
    opens=opening,
    steps=(Step("value", value), Step("check", summary)),
    finish=settle,
    is_lookup=True,
)
