"""How needs, givers and what a school has are named aloud."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.i18n import N_
from bot.parsing import given_name
from bot.rules import entitlements, people, support
from storage import pupils
from storage import support as stored
from storage.pupils import Listed
from storage.support import Circumstance, Donor, Need, NeedKind, Offer

KINDS = {
    NeedKind.RICE: N_("Rice"),
    NeedKind.CLOTHES: N_("Clothes"),
    NeedKind.BOOKS: N_("Books"),
    NeedKind.BICYCLE: N_("A bicycle"),
    NeedKind.PAPERS: N_("Papers"),
    NeedKind.OTHER: N_("Another thing"),
}
OFFERS = {
    Offer.RICE: N_("Rice"),
    Offer.MEALS: N_("Meals at school"),
    Offer.BOARDING: N_("A bed at school"),
    Offer.CLOTHES: N_("Clothes"),
    Offer.BOOKS: N_("Books"),
    Offer.BICYCLE: N_("A bicycle to lend or give"),
    Offer.EXTRA_LESSONS: N_("Extra lessons"),
}
CIRCUMSTANCES = {
    Circumstance.POOR: N_("Poor household"),
    Circumstance.NEAR_POOR: N_("Nearly poor household"),
    Circumstance.ORPHAN: N_("Orphan"),
    Circumstance.DISABLED: N_("Disabled"),
}
ENTITLEMENTS = {
    "boarding": N_("Rice and meals for semi-boarders"),
    "learning_cost": N_("Learning-cost support"),
    "kindergarten_lunch": N_("Lunch at the kindergarten"),
}


def small(label: str) -> str:
    """A label inside a line."""
    return label[:1].lower() + label[1:]


def big(text: str) -> str:
    """At the beginning of a message."""
    return text[:1].upper() + text[1:]


def thing(chat: Chat, need: Need) -> str:
    """`xe đạp`; of another thing its own words."""
    return need.words or small(chat.say(KINDS[NeedKind(need.what)]))


def offers(chat: Chat, held: Sequence[Offer]) -> str:
    """`gạo, ăn trưa ở trường`."""
    return wording.all_of([small(chat.say(OFFERS[one])) for one in held])


def pupil(chat: Chat, pupil_id: int) -> Listed | None:
    """A pupil of the scope with class and village; read once a turn."""

    def read() -> Listed | None:
        found = pupils.listed(chat.scope, chat.session, pupil_ids=[pupil_id], studying_only=False)
        return found[0] if found else None

    return chat.once(("listed", pupil_id), read)


def short(chat: Chat, pupil_id: int) -> str:
    """`em Chi, lớp 6A`: enough for a push."""
    one = pupil(chat, pupil_id)
    if one is None:
        return ""
    return chat.say("%(name)s, class %(class_name)s", name=given_name(one.pupil.name), class_name=one.class_name)


def full(chat: Chat, pupil_id: int) -> str:
    """`em Đinh Thị Chi, lớp 6A`."""
    one = pupil(chat, pupil_id)
    return wording.full(chat, one) if one is not None else ""


def in_list(chat: Chat, need: Need) -> str:
    """`Đinh Thị Chi, 6A: xe đạp (34 ngày)`."""
    one = pupil(chat, need.pupil_id)
    days = support.waited_days(chat.work, need.waits_since)
    values = {
        "name": one.pupil.name if one is not None else "",
        "class_name": one.class_name if one is not None else "",
        "thing": thing(chat, need),
    }
    if days < 1:
        return chat.say("%(name)s, %(class_name)s: %(thing)s (today)", **values)
    return chat.say_n(
        "%(name)s, %(class_name)s: %(thing)s (%(n)d day)",
        "%(name)s, %(class_name)s: %(thing)s (%(n)d days)",
        days,
        **values,
    )


def counted(chat: Chat, counts: dict[str, int]) -> str:
    """`áo quần 3, xe đạp 2`, the most first."""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return wording.all_of([f"{small(chat.say(KINDS[NeedKind(what)]))} {n}" for what, n in ranked])


def donor(chat: Chat, need: Need) -> Donor | None:
    """Who gives it; givers are shown to those who manage support only."""
    if need.donor_id is None or not people.may(chat.work, "support.manage"):
        return None
    return stored.donor(chat.session, people.commune_of(chat.work).id, need.donor_id)


def hints(chat: Chat, pupil_id: int) -> list[str]:
    """`• Có thể em được hưởng gạo và tiền ăn bán trú: hỏi trường`, one a line, never more than that."""
    return hinted(chat, entitlements.hints(chat.work, pupil_id))


def hinted(chat: Chat, codes: Sequence[str]) -> list[str]:
    """The same of codes that were read already."""
    return [
        chat.say("• Perhaps the pupil has a right to this: %(what)s. Ask the school.", what=small(chat.say(label)))
        for label in (ENTITLEMENTS[code] for code in codes)
    ]
