"""Words about school days: which place, which days, why; also for the command and the notices."""

from __future__ import annotations

from datetime import timedelta

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.i18n import N_, Reader
from bot.rules.work import Refused, Work
from storage import places
from storage.attendance import Half
from storage.calendar import Closure

CLOSED_SESSIONS = {
    Half.MORNING: N_("the morning of %(day)s"),
    Half.AFTERNOON: N_("the afternoon of %(day)s"),
    Half.EVENING: N_("the evening of %(day)s"),
}
TODAY = {Half.MORNING: N_("this morning"), Half.AFTERNOON: N_("this afternoon"), Half.EVENING: N_("this evening")}


def place_name(work: Work, decision: Closure) -> str:
    """The name of the place that a decision concerns."""
    if decision.class_id is not None:
        found = places.school_class(work.session, decision.class_id)
        return found.name if found is not None else ""
    place_id = decision.village_id or decision.site_id or decision.school_id or decision.commune_id
    place = places.get(work.session, place_id)
    return place.name if place is not None else ""


def where(chat: Chat, decision: Closure) -> str:
    """`Lớp 6A`, `Các em thôn Cà Xen`, `Cả trường`: the beginning of a sentence."""
    name = place_name(chat.work, decision)
    if decision.class_id is not None:
        return chat.say("Class %(class_name)s (day off)", class_name=name)
    if decision.village_id is not None:
        return chat.say("The pupils of %(village)s village", village=name)
    if decision.site_id is not None:
        return chat.say("The site %(site)s", site=name)
    if decision.school_id is not None:
        return chat.say("The whole school")
    return chat.say("All schools of the commune")


def when(chat: Chat, decision: Closure) -> str:
    """`sáng nay, thứ 4, 20/3`, `ngày mai, thứ 5, 21/3`, `từ thứ 4, 20/3 đến thứ 6, 22/3`."""
    first, last = chat.reader.day(decision.from_on), chat.reader.day(decision.until_on)
    if decision.from_on != decision.until_on:
        sentence = N_("from %(first)s to %(last)s (days off)")
        return chat.say(sentence, first=first, last=last)
    today = chat.now.astimezone(chat.work.zone).date()
    if decision.half and decision.from_on == today:
        return chat.say("%(part)s, %(day)s", part=chat.say(TODAY[Half(decision.half)]), day=first)
    if decision.half:
        return chat.say(CLOSED_SESSIONS[Half(decision.half)], day=first)
    if decision.from_on == today:
        return chat.say("today, %(day)s", day=first)
    if decision.from_on == today + timedelta(days=1):
        return chat.say("tomorrow, %(day)s", day=first)
    return first


def why(chat: Chat, decision: Closure) -> str:
    return wording.closed_for(chat, decision.why, decision.words)


def refusal(reader: Reader, refused: Refused) -> str:
    """The one line of a command."""
    return reader.say(REFUSALS.get(refused.code, N_("That cannot be done just now.")), **refused.details)


REFUSALS = {
    "outside_scope": N_("That place is not known here"),
    "days_turned_round": N_("The last day lies before the first"),
    "too_many_days": N_("More than %(n)d days at once are not closed; please look at the year"),
    "nothing_changes": N_("That is decided already"),
    "nothing_waits": N_("That was taken back already"),
    "impossible_hour": N_("No session begins at %(time)s"),
    "impossible_year": N_("A school year lies between 1 August and 31 July, its first day before its last"),
}
