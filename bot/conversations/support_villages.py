"""Which villages are on a list of special difficulty, far from the school, or cut off: the questions about them."""

from __future__ import annotations

from datetime import date

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.dialogue.questions import Ask, Choose, Confirm, Misread, Option
from bot.messages import Outgoing
from bot.parsing import ImpossibleDate, WeekdayMismatch, birth_date, clean_line, day, fold, number
from bot.rules import entitlements
from bot.rules.entitlements import VillageFacts
from storage import places
from storage.support import VillageStanding

SHOWN = 7
YES, NO = "yes", "no"


def listed(chat: Chat, key: str) -> Outgoing:
    """Each village with what is noted of it."""
    found = entitlements.villages(chat.work)
    at = int(key) if key.isdigit() and int(key) < len(found) else 0
    shown = found[at : at + SHOWN - 1]
    lines = [chat.say("• %(village)s: %(standing)s", village=v.name, standing=standing(chat, row)) for v, row in shown]
    options = [(chat.to("support_settings", f"village.{v.id}"), v.name) for v, _ in shown]
    if len(found) > SHOWN - 1:
        on = at + SHOWN - 1 if at + SHOWN - 1 < len(found) else 0
        options.append((chat.to("support_settings", f"villages.{on}"), chat.say("Further villages")))
    options.append((chat.to("support_settings"), chat.say("Go back")))
    return chat.menu_of("\n".join([chat.say("Which village is to be changed?"), *lines]), *options)


def standing(chat: Chat, row: VillageStanding | None) -> str:
    if row is None:
        return chat.say("nothing noted yet")
    parts = []
    if entitlements.is_difficult(row, chat.work.today):
        until = row.until_on
        parts.append(
            chat.say("on the list of special difficulty until %(date)s", date=written(until))
            if until is not None
            else chat.say("on the list of special difficulty")
        )
    elif row.is_difficult:
        parts.append(chat.say("its list has ended"))
    if row.km is not None:
        parts.append(chat.say("%(km)d km to the school", km=row.km))
    if row.is_cut_off:
        parts.append(chat.say("cut off by streams or slides"))
    return wording.all_of(parts) or chat.say("not hard, not far")


def written(on: date) -> str:
    return f"{on.day}/{on.month}/{on.year}"


def difficult(chat: Chat) -> Choose:
    """Whether the village stands on a list (1/5)."""
    place = places.get(chat.session, int(chat.draft["place"]))
    text = chat.say(
        "Is %(village)s on the list of villages in special difficulty? (1/5)", village=place.name if place else ""
    )
    options = [Option(YES, chat.say("It is on the list")), Option(NO, chat.say("It is not"))]
    return Choose(text, options, required=True, back=True)


def paper_of(chat: Chat) -> Ask:
    """Which list (2/5)."""
    return Ask(chat.say("By which paper? (2/5) For example: Quyết định 861/QĐ-TTg"), typed_words, skip=True, back=True)


def typed_words(chat: Chat, text: str) -> str:
    typed = clean_line(text)
    if len(fold(typed)) < 3:
        raise Misread(chat.say("Please type the number and name of the paper."))
    return typed


def until_of(chat: Chat) -> Ask:
    """The last day of the list's period (3/5)."""
    return Ask(
        chat.say("Until which day does that list hold? (3/5) For example: 31/12/2030"), typed_day, skip=True, back=True
    )


def typed_day(chat: Chat, text: str) -> str:
    hint = chat.say("The day is not clear. Please type it with its year, for example: 31/12/2030")
    written = birth_date(clean_line(text)) if fold(text)[-4:].isdigit() else None
    try:
        found = written if isinstance(written, date) else day(text, chat.today)
    except (ImpossibleDate, WeekdayMismatch, ValueError):
        raise Misread(hint) from None
    if found is None or found < chat.today:
        raise Misread(hint)
    return found.isoformat()


def km(chat: Chat) -> Ask:
    """The way to the school (4/5)."""
    return Ask(chat.say("How many kilometres is it to the school? (4/5) For example: 6"), _km, skip=True, back=True)


def _km(chat: Chat, text: str) -> int:
    found = number(fold(text).removesuffix(" km").removesuffix("km").removesuffix(" cay so"))
    if found is None or not 0 <= found <= 100:
        raise Misread(chat.say("Please type a number of kilometres. For example: 6"))
    return found


def cut_off(chat: Chat) -> Choose:
    """Streams, passes, slides (5/5)."""
    options = [Option(YES, chat.say("It is cut off in the rains")), Option(NO, chat.say("It is not cut off"))]
    return Choose(chat.say("Is the way cut by streams, passes or slides? (5/5)"), options, required=True, back=True)


def summary(chat: Chat) -> Confirm:
    """What will stand there."""
    place = places.get(chat.session, int(chat.draft["place"]))
    facts = facts_of(chat)
    shown = VillageStanding(
        is_difficult=facts.is_difficult, until_on=facts.until_on, km=facts.km, is_cut_off=facts.is_cut_off
    )
    lines = [
        chat.say("Please look it over:"),
        chat.say("• %(village)s: %(standing)s", village=place.name if place else "", standing=standing(chat, shown)),
    ]
    if facts.paper:
        lines.append(chat.say("• Paper: %(paper)s", paper=facts.paper))
    changes = [("difficult", chat.say("The list")), ("km", chat.say("Kilometres")), ("cut", chat.say("Cut off"))]
    return Confirm("\n".join(lines), changes)


def facts_of(chat: Chat) -> VillageFacts:
    is_difficult = chat.answer("difficult") == YES
    until = chat.answer("until") if is_difficult else None
    return VillageFacts(
        is_difficult=is_difficult,
        paper=(chat.answer("list") or "") if is_difficult else "",
        until_on=date.fromisoformat(until) if until else None,
        km=chat.answer("km"),
        is_cut_off=chat.answer("cut") == YES,
    )
