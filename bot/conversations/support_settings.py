"""What a school has, which villages are hard and far, what a family is, and the papers that give a right to support."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot.conversations import support_villages as villages
from bot.conversations import support_words as words
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Ask, Named, Tick
from bot.messages import Outgoing
from bot.rules import entitlements, people
from bot.rules.entitlements import GETS, Entitlement
from bot.rules.work import Refused
from storage import places
from storage.support import Circumstance, Offer

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
        lines.append(chat.say("• In force from: %(date)s", date=villages.written(one.valid_from)))
    if one.valid_until is not None:
        lines.append(chat.say("• Until: %(date)s", date=villages.written(one.valid_until)))
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
    return Ask(
        chat.say("What is the amount now? Please type it as the paper says it."), villages.typed_words, back=True
    )


def paper(chat: Chat) -> Ask:
    return Ask(
        chat.say("Which paper is in force now? For example: Nghị định 66/2025/NĐ-CP"), villages.typed_words, back=True
    )


def last_day(chat: Chat) -> Ask:
    return Ask(chat.say("Until which day is it in force? For example: 31/12/2030"), villages.typed_day, back=True)


PAGES: dict[str, Callable[[Chat, str], Reply]] = {"villages": villages.listed, "papers": papers, "paper_of": one_paper}


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
    row = entitlements.set_village(chat.work, int(chat.draft["place"]), villages.facts_of(chat))
    place = places.get(chat.session, row.village_id)
    values = {"village": place.name if place is not None else "", "standing": villages.standing(chat, row)}
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
    return about("village")(chat) and chat.answer("difficult") == villages.YES


SUPPORT_SETTINGS = Conversation(
    name="support_settings",
    title=lambda chat: chat.say("The settings of support"),
    may="support.manage",
    opens=opening,
    steps=(
        Step("offers", offers, when=about("offers")),
        Step("family", family, when=about("family")),
        Step("difficult", villages.difficult, when=about("village")),
        Step("list", villages.paper_of, when=on_the_list),
        Step("until", villages.until_of, when=on_the_list),
        Step("km", villages.km, when=about("village")),
        Step("cut", villages.cut_off, when=about("village")),
        Step("check", villages.summary, when=about("village")),
        Step("amount", amount, when=about("amount")),
        Step("paper", paper, when=about("paper")),
        Step("until", last_day, when=about("until")),
    ),
    finish=settle,
)
