"""What a school has, which villages are hard and far, what a family is, and the papers that give a right to support."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot.conversations import support_words as words
from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Ask, Choose, Confirm, Misread, Named, Option, Tick
from bot.messages import Outgoing
from bot.parsing import ImpossibleDate, WeekdayMismatch, birth_date, clean_line, day, fold, number
from bot.rules import entitlements, people
from bot.rules.entitlements import GETS, Entitlement, VillageFacts
from bot.rules.work import Refused
from storage import places
from storage.support import Circumstance, Offer, VillageStanding

SHOWN = 7
YES, NO = "yes", "no"
TOPICS = ("offers", "family", "village", "amount", "paper", "until")


# Opening


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """What can be set; or `offers`, `villages.0`, `village.5`, `family.12`, `papers`, `paper_of.boarding`,
    `amount.boarding`."""
    what, _, key = argument.partition(".")
    if what in PAGES:
        return PAGES[what](chat, key)
    if what == "offers":
        return _offers_of(chat, key)
    if what == "village" and key.isdigit():
        return {"about": "village", "place": int(key)}
    if what == "family" and key.isdigit():
        return {"about": "family", "pupil": int(key), "~family": _ticked(chat, int(key))}
    if what in ("amount", "paper", "until") and _entitlement(chat, key) is not None:
        return {"about": what, "code": key}
    return start(chat)


def start(chat: Chat) -> Outgoing:
    """The pages there are for this person."""
    people.require(chat.work, "support.manage")
    options = [
        (chat.to("support_settings", "villages.0"), chat.say("Hard and far villages")),
        (chat.to("support_settings", "papers"), chat.say("Rights by law")),
        (chat.to("support"), chat.say("Support (list)")),
    ]
    if people.may(chat.work, "support.school"):
        options.insert(0, (chat.to("support_settings", "offers"), chat.say("What the school has")))
    lines = [chat.say("What can be given, and what gives a right to it:")]
    for school in _schools(chat):
        held = entitlements.offers(chat.work, school.id)
        has = words.offers(chat, held) or chat.say("nothing set yet")
        lines.append(chat.say("• %(school)s has: %(what)s", school=school.name, what=has))
    lines.append(chat.say("Only what a school has set is named to visitors; everything else says: ask the school."))
    return chat.menu_of("\n".join(lines), *options)


def _schools(chat: Chat) -> list[places.Place]:
    return entitlements.schools(chat.work) if people.may(chat.work, "support.school") else []


# What the school has


def _offers_of(chat: Chat, key: str) -> Draft | Reply:
    known = entitlements.schools(chat.work)
    school = next((one for one in known if str(one.id) == key), known[0] if known and not key else None)
    if school is None:
        raise Refused("outside_scope")
    held = entitlements.offers(chat.work, school.id) if chat.profile.buttons else []
    return {"about": "offers", "school": school.id, "~offers": [list(Offer).index(one) for one in held]}


def offers(chat: Chat) -> Tick:
    """All that a school may have, ticked where it does."""
    school = places.get(chat.session, int(chat.draft["school"]))
    text = chat.say(
        "What does %(school)s have for pupils now? Tick it, then press Done. Visitors may name only this.",
        school=school.name if school is not None else "",
    )
    return _ticks(chat, "offers", text, [chat.say(label) for label in words.OFFERS.values()])


def _ticks(chat: Chat, name: str, text: str, labels: list[str]) -> Tick:
    entries = [Named(place, label, (label,)) for place, label in enumerate(labels)]
    return Tick(
        name,
        text,
        entries,
        done=lambda n: chat.say_n("Done: %(n)d thing", "Done: %(n)d things", n),
        plain=chat.say("%(text)s\nType the numbers, for example: 1 3. For none of them, type: nothing", text=text),
        none=chat.say("Nothing (of the list)"),
    )


# The family


def _ticked(chat: Chat, pupil_id: int) -> list[int]:
    held = entitlements.family(chat.work, pupil_id)
    if not chat.profile.buttons:
        return []  # where ticks cannot be seen, the numbers that are typed are all that holds
    return [place for place, code in enumerate(_family_codes()) if code in held]


def _family_codes() -> list[str]:
    return [*Circumstance, *(f"{GETS}{code}" for code in entitlements.CODES)]


def family(chat: Chat) -> Tick:
    """What the school knows of a family, and what the pupil receives already."""
    text = chat.say(
        "%(pupil)s: what holds? Only the school sees this.", pupil=words.full(chat, int(chat.draft["pupil"]))
    )
    labels = [chat.say(label) for label in words.CIRCUMSTANCES.values()]
    for code in entitlements.CODES:
        labels.append(chat.say("Receives: %(what)s", what=words.small(chat.say(words.ENTITLEMENTS[code]))))
    return _ticks(chat, "family", text[:1].upper() + text[1:], labels)


# Villages


def villages(chat: Chat, key: str) -> Outgoing:
    """Each village with what is noted of it."""
    found = entitlements.villages(chat.work)
    at = int(key) if key.isdigit() and int(key) < len(found) else 0
    shown = found[at : at + SHOWN - 1]
    lines = [chat.say("• %(village)s: %(standing)s", village=v.name, standing=_standing(chat, row)) for v, row in shown]
    options = [(chat.to("support_settings", f"village.{v.id}"), v.name) for v, _ in shown]
    if len(found) > SHOWN - 1:
        on = at + SHOWN - 1 if at + SHOWN - 1 < len(found) else 0
        options.append((chat.to("support_settings", f"villages.{on}"), chat.say("Further villages")))
    options.append((chat.to("support_settings"), chat.say("Go back")))
    return chat.menu_of("\n".join([chat.say("Which village is to be changed?"), *lines]), *options)


def _standing(chat: Chat, row: VillageStanding | None) -> str:
    if row is None:
        return chat.say("nothing noted yet")
    parts = []
    if entitlements.is_difficult(row, chat.work.today):
        until = row.until_on
        parts.append(
            chat.say("on the list of special difficulty until %(date)s", date=_written(until))
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


def _written(on: date) -> str:
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
    return Ask(chat.say("By which paper? (2/5) For example: Quyết định 861/QĐ-TTg"), _words, skip=True, back=True)


def _words(chat: Chat, text: str) -> str:
    typed = clean_line(text)
    if len(fold(typed)) < 3:
        raise Misread(chat.say("Please type the number and name of the paper."))
    return typed


def until_of(chat: Chat) -> Ask:
    """The last day of the list's period (3/5)."""
    return Ask(
        chat.say("Until which day does that list hold? (3/5) For example: 31/12/2030"), _day, skip=True, back=True
    )


def _day(chat: Chat, text: str) -> str:
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
    facts = _facts(chat)
    shown = VillageStanding(
        is_difficult=facts.is_difficult, until_on=facts.until_on, km=facts.km, is_cut_off=facts.is_cut_off
    )
    lines = [
        chat.say("Please look it over:"),
        chat.say("• %(village)s: %(standing)s", village=place.name if place else "", standing=_standing(chat, shown)),
    ]
    if facts.paper:
        lines.append(chat.say("• Paper: %(paper)s", paper=facts.paper))
    changes = [("difficult", chat.say("The list")), ("km", chat.say("Kilometres")), ("cut", chat.say("Cut off"))]
    return Confirm("\n".join(lines), changes)


def _facts(chat: Chat) -> VillageFacts:
    is_difficult = chat.answer("difficult") == YES
    until = chat.answer("until") if is_difficult else None
    return VillageFacts(
        is_difficult=is_difficult,
        paper=(chat.answer("list") or "") if is_difficult else "",
        until_on=date.fromisoformat(until) if until else None,
        km=chat.answer("km"),
        is_cut_off=chat.answer("cut") == YES,
    )


# Papers


def papers(chat: Chat, _: str) -> Outgoing:
    """The entitlements that are kept, with what the commune has put in place of the shipped words."""
    people.require(chat.work, "support.manage")
    found = entitlements.all_of(chat.work, people.commune_of(chat.work).id)
    options = [(chat.to("support_settings", f"paper_of.{one.code}"), _label(chat, one)) for one in found]
    text = chat.say(
        "What the law gives, as far as Ra Lớp knows. It is promised to nobody: visitors are told to ask the school."
    )
    return chat.menu_of(text, *options, (chat.to("support_settings"), chat.say("Go back")))


def _label(chat: Chat, one: Entitlement) -> str:
    label = chat.say(words.ENTITLEMENTS[one.code])
    return label if one.holds(chat.work.today) else chat.say("%(what)s (no longer in force)", what=label)


def one_paper(chat: Chat, key: str) -> Outgoing:
    """One entitlement: paper, amount, period, where that was read."""
    people.require(chat.work, "support.manage")
    one = _entitlement(chat, key)
    if one is None:
        return papers(chat, "")
    lines = [
        _label(chat, one),
        chat.say("• Paper: %(paper)s", paper=one.paper),
        chat.say("• Amount: %(amount)s", amount=one.amount),
    ]
    if one.valid_from is not None:
        lines.append(chat.say("• In force from: %(date)s", date=_written(one.valid_from)))
    if one.valid_until is not None:
        lines.append(chat.say("• Until: %(date)s", date=_written(one.valid_until)))
    lines.append(
        chat.say("• Read in: %(source)s", source=one.source) if one.source else chat.say("• As the commune has set it")
    )
    return chat.menu_of(
        "\n".join(lines),
        (chat.to("support_settings", f"amount.{one.code}"), chat.say("Change the amount")),
        (chat.to("support_settings", f"paper.{one.code}"), chat.say("Change the paper")),
        (chat.to("support_settings", f"until.{one.code}"), chat.say("Change the last day")),
        (chat.to("support_settings", "papers"), chat.say("Go back")),
    )


def _entitlement(chat: Chat, code: str) -> Entitlement | None:
    found = entitlements.all_of(chat.work, people.commune_of(chat.work).id)
    return next((one for one in found if one.code == code), None)


def amount(chat: Chat) -> Ask:
    return Ask(chat.say("What is the amount now? Please type it as the paper says it."), _words, back=True)


def paper(chat: Chat) -> Ask:
    return Ask(chat.say("Which paper is in force now? For example: Nghị định 66/2025/NĐ-CP"), _words, back=True)


def last_day(chat: Chat) -> Ask:
    return Ask(chat.say("Until which day is it in force? For example: 31/12/2030"), _day, back=True)


PAGES: dict[str, Callable[[Chat, str], Reply]] = {"villages": villages, "papers": papers, "paper_of": one_paper}


# Recording


def settle(chat: Chat) -> Reply:
    """Does what was answered, and shows how things stand."""
    return SETTLES[str(chat.draft["about"])](chat)


def _set_offers(chat: Chat) -> Outgoing:
    held = [list(Offer)[place] for place in chat.answer("offers")]
    entitlements.set_offers(chat.work, int(chat.draft["school"]), held)
    what = words.offers(chat, held) or chat.say("nothing")
    text = chat.say("✅ Noted. Visitors may name from now on: %(what)s.", what=what)
    return _with_way_back(chat, text)


def _set_family(chat: Chat) -> Outgoing:
    pupil_id = int(chat.draft["pupil"])
    codes = [_family_codes()[place] for place in chat.answer("family")]
    entitlements.set_family(chat.work, pupil_id, codes)
    lines = [
        chat.say("✅ Noted for %(pupil)s. Only the school sees it.", pupil=words.short(chat, pupil_id)),
        *words.hints(chat, pupil_id),
    ]
    message = chat.menu_of(
        "\n".join(lines),
        (chat.to("pupils", f"see.{pupil_id}"), chat.say("See this pupil")),
        (chat.to("menu"), chat.say("Menu")),
    )
    return replace(message, is_private=True)


def _set_village(chat: Chat) -> Outgoing:
    row = entitlements.set_village(chat.work, int(chat.draft["place"]), _facts(chat))
    place = places.get(chat.session, row.village_id)
    values = {"village": place.name if place is not None else "", "standing": _standing(chat, row)}
    return _with_way_back(chat, chat.say("✅ Noted. %(village)s: %(standing)s.", **values))


def _set_entitlement(chat: Chat) -> Outgoing:
    about, code = str(chat.draft["about"]), str(chat.draft["code"])
    answer = str(chat.answer(about))
    entitlements.change(
        chat.work,
        code,
        amount=answer if about == "amount" else None,
        paper=answer if about == "paper" else None,
        until=date.fromisoformat(answer) if about == "until" else None,
    )
    return one_paper(chat, code)


SETTLES: dict[str, Callable[[Chat], Outgoing]] = {
    "offers": _set_offers,
    "family": _set_family,
    "village": _set_village,
    "amount": _set_entitlement,
    "paper": _set_entitlement,
    "until": _set_entitlement,
}


def _with_way_back(chat: Chat, text: str) -> Outgoing:
    return chat.menu_of(
        text,
        (chat.to("support_settings"), chat.say("What there is, who has a right to it")),
        (chat.to("menu"), chat.say("Menu")),
    )


def about(topic: str) -> Callable[[Chat], bool]:
    """Whether the draft is about one of the topics."""
    return lambda chat: chat.draft.get("about") == topic


def on_the_list(chat: Chat) -> bool:
    """Whether a village was said to stand on a list."""
    return about("village")(chat) and chat.answer("difficult") == YES


SUPPORT_SETTINGS = Conversation(
    name="support_settings",
    title=lambda chat: chat.say("The settings of support"),
    may="support.manage",
    opens=opening,
    steps=(
        Step("offers", offers, when=about("offers")),
        Step("family", family, when=about("family")),
        Step("difficult", difficult, when=about("village")),
        Step("list", paper_of, when=on_the_list),
        Step("until", until_of, when=on_the_list),
        Step("km", km, when=about("village")),
        Step("cut", cut_off, when=about("village")),
        Step("check", summary, when=about("village")),
        Step("amount", amount, when=about("amount")),
        Step("paper", paper, when=about("paper")),
        Step("until", last_day, when=about("until")),
    ),
    finish=settle,
)
