"""/hotro: what pupils need, who has promised it, what waits longest, and the text that can be given to a giver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.conversations import files as sending
from bot.conversations import support_words as words
from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.dialogue.questions import MORE_NUMBER
from bot.i18n import N_
from bot.messages import Brief, Choice, Kind, Outgoing
from bot.parsing import phone_shown
from bot.rules import people, support, support_for_donors
from bot.rules.support_for_donors import ForDonors
from bot.rules.tasks import Task
from bot.rules.work import Notice
from storage import people as stored_people
from storage import places
from storage import support as stored
from storage.support import Need, NeedKind, NeedStatus

PAGE = 6
LEVELS = {
    "kindergarten": N_("kindergarten %(n)d"),
    "primary": N_("grades 1 to 5: %(n)d"),
    "secondary": N_("grades 6 to 9: %(n)d"),
}

# Opening


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The overview, or a page: `needed.0`, `pledged.0`, `late.hand_over`, `need.12`, `donors.0`, `donor.3`, `view`."""
    what, _, key = argument.partition(".")
    if what in PAGES:
        return PAGES[what](chat, int(key) if key.isdigit() else 0)
    return overview(chat)


def overview(chat: Chat) -> Outgoing:
    """How much is needed, promised and handed over, what waits longest, and the ways on."""
    now = support.overview(chat.work)
    n = sum(now.needed.values())
    lines = [chat.say("Support for the pupils of %(where)s", where=_where(chat))]
    if n:
        lines.append(chat.say("• Needed: %(n)d (%(what)s)", n=n, what=words.counted(chat, dict(now.needed))))
    else:
        lines.append(chat.say("• Needed: nothing that nobody has taken"))
    lines.append(
        chat.say("• Promised, not handed over: %(n)d · handed over: %(done)d", n=now.pledged, done=now.handed_over)
    )
    if now.longest is not None:
        lines.append(chat.say("• Waiting longest: %(need)s", need=words.in_list(chat, now.longest)))
    return _private(chat.menu_of("\n".join(lines), *_ways_on(chat, n, now.pledged)))


def _ways_on(chat: Chat, n: int, n_pledged: int) -> list[tuple[str, str]]:
    options = []
    if n:
        options.append((chat.to("support", "needed.0"), chat.say("Who needs what (%(n)d)", n=n)))
    if n_pledged:
        options.append((chat.to("support", "pledged.0"), chat.say("Promised, not handed over (%(n)d)", n=n_pledged)))
    options.append((chat.to("support_note"), chat.say("Note what a pupil needs")))
    if n:
        options.append((chat.to("support", "view"), chat.say("A text for givers")))
    return [
        *options,
        (chat.to("support", "donors.0"), chat.say("Givers")),
        (chat.to("support_settings"), chat.say("What there is, who has a right to it")),
        (chat.to("menu"), chat.say("Menu")),
    ]


def _where(chat: Chat) -> str:
    """The commune of an official, the school of its head."""
    schools = sorted(chat.scope.schools)
    if schools and not chat.scope.communes:
        school = places.get(chat.session, schools[0])
        return school.name if school is not None else ""
    return chat.say("%(name)s commune", name=people.commune_of(chat.work).name)


# Lists


def needed(chat: Chat, start: int) -> Outgoing:
    """Who needs what and has no giver, the longest waiting first."""
    return _needs(chat, support.listed(chat.work, NeedStatus.NEEDED), start, "needed")


def pledged(chat: Chat, start: int) -> Outgoing:
    """What is promised and not handed over."""
    return _needs(chat, support.listed(chat.work, NeedStatus.PLEDGED), start, "pledged")


def _needs(chat: Chat, found: Sequence[Need], start: int, to: str) -> Outgoing:
    if not found:
        return _with_way_back(chat, chat.say("Nothing stands in this list now."))
    if to == "needed":
        text = chat.say("Needed, without a giver (%(n)d), the longest waiting first:", n=len(found))
    else:
        text = chat.say("Promised and not handed over (%(n)d), the longest waiting first:", n=len(found))
    options = [(chat.to("support", f"need.{need.id}"), words.in_list(chat, need)) for need in found]
    return _paged(chat, text, options, start, to)


def _paged(chat: Chat, text: str, options: Sequence[tuple[str, str]], start: int, to: str) -> Outgoing:
    start = start if start < len(options) else 0
    message = chat.menu_of(
        text, *options[start : start + PAGE], (chat.to("support"), chat.say("Back to support (list)"))
    )
    if len(options) > PAGE:
        on = start + PAGE if start + PAGE < len(options) else 0
        more = Choice(chat.to("support", f"{to}.{on}"), chat.say("More"), number=MORE_NUMBER, is_bare=True)
        message = message.with_choices((*message.choices, more))
    return _private(message)


def need(chat: Chat, need_id: int) -> Outgoing:
    """One need, and what can be done with it."""
    one = support.look(chat.work, need_id)
    lines = [
        chat.say(
            "%(pupil)s needs: %(thing)s", pupil=words.big(words.full(chat, one.pupil_id)), thing=words.thing(chat, one)
        ),
        chat.say("• Noted: %(day)s, %(who)s", day=_day(chat, one), who=_who(chat, one.noted_by)),
        *_state(chat, one),
    ]
    return _private(chat.menu_of("\n".join(lines), *_acts(chat, one), (chat.to("support"), chat.say("Support (list)"))))


def _state(chat: Chat, one: Need) -> list[str]:
    giver = words.donor(chat, one)
    lines = []
    if giver is not None:
        lines.append(chat.say("• Giver: %(name)s, %(gift)s", name=giver.name, gift=one.gift or words.thing(chat, one)))
    if one.status == NeedStatus.NEEDED:
        days = support.waited_days(chat.work, one.waits_since)
        lines.append(chat.say("• No giver yet, %(n)d days", n=days) if days else chat.say("• No giver yet"))
    elif one.status == NeedStatus.PLEDGED and one.pledged_at is not None:
        day = chat.reader.day(one.pledged_at.astimezone(chat.work.zone).date())
        lines.append(chat.say("• Promised on %(day)s, not handed over yet", day=day))
    elif one.status == NeedStatus.HANDED_OVER and one.handed_over_at is not None:
        day = chat.reader.day(one.handed_over_at.astimezone(chat.work.zone).date())
        photos = len(stored.photos(chat.scope, chat.session, one.id))
        lines.append(chat.say("• Handed over on %(day)s, photos: %(n)d", day=day, n=photos))
    else:
        lines.append(chat.say("• No longer needed"))
    return lines


def _acts(chat: Chat, one: Need) -> list[tuple[str, str]]:
    if not people.may(chat.work, "support.manage"):
        return []
    to_pupil = (chat.to("pupils", f"see.{one.pupil_id}"), chat.say("See this pupil"))
    handed = (chat.to("support_handover", str(one.id)), chat.say("It is handed over"))
    if one.status == NeedStatus.NEEDED:
        return [
            (chat.to("support_give", str(one.id)), chat.say("Somebody gives it")),
            handed,
            (chat.to("support", f"withdraw.{one.id}"), chat.say("No longer needed")),
            to_pupil,
        ]
    if one.status == NeedStatus.PLEDGED:
        back = (chat.to("support", f"unpledge.{one.id}"), chat.say("The giver takes it back"))
        donor = (chat.to("support", f"donor.{one.donor_id}"), chat.say("See the giver"))
        return [handed, back, donor, to_pupil]
    if one.status == NeedStatus.HANDED_OVER and _photos(chat, one):
        return [(chat.to("support", f"photos.{one.id}"), chat.say("See the photos")), to_pupil]
    return [to_pupil]


def _day(chat: Chat, one: Need) -> str:
    return chat.reader.day(one.noted_at.astimezone(chat.work.zone).date())


def _who(chat: Chat, person_id: int | None) -> str:
    person = stored_people.get(chat.session, person_id)
    return wording.person(chat.reader, person) if person is not None else "–"


def _photos(chat: Chat, one: Need) -> list[stored.NeedPhoto]:
    """Those that can be sent to this person."""
    return [p for p in stored.photos(chat.scope, chat.session, one.id) if sending.can_send(chat, Kind(p.kind))]


def photos(chat: Chat, need_id: int) -> Reply:
    """The photos of what was handed over, one message each; the way on below the last."""
    one = support.look(chat.work, need_id)
    found = _photos(chat, one)
    if not found:
        return need(chat, need_id)
    text = chat.say("Photo of the gift: %(thing)s", thing=words.thing(chat, one))
    sent = [sending.handed_on(chat, photo, text) for photo in found]
    way_on = chat.menu_of(sent[-1].text, (chat.to("support"), chat.say("Support (list)")))
    return [*sent[:-1], sent[-1].with_choices(way_on.choices)]


# Acts of one tap


def withdraw(chat: Chat, need_id: int) -> Outgoing:
    """No longer needed."""
    one = support.withdraw(chat.work, need_id)
    text = chat.say("✅ Noted: %(pupil)s no longer needs this: %(thing)s.", **_values(chat, one))
    return _with_way_back(chat, text)


def unpledge(chat: Chat, need_id: int) -> Outgoing:
    """The giver has taken the promise back."""
    one = support.take_pledge_back(chat.work, need_id)
    text = chat.say(
        "✅ Noted: the giver takes it back. %(pupil)s waits for a giver again: %(thing)s.", **_values(chat, one)
    )
    return chat.menu_of(
        text,
        (chat.to("support_give", str(one.id)), chat.say("Somebody else gives it")),
        (chat.to("support"), chat.say("Support (list)")),
    )


def undo(chat: Chat, need_id: int) -> Outgoing:
    """It is not handed over after all."""
    one = support.undo_hand_over(chat.work, need_id)
    text = chat.say("✅ Taken back: not handed over yet to %(pupil)s: %(thing)s.", **_values(chat, one))
    return _with_way_back(chat, text)


def _values(chat: Chat, one: Need) -> dict[str, str]:
    return {"pupil": words.short(chat, one.pupil_id), "thing": words.thing(chat, one)}


def _with_way_back(chat: Chat, text: str) -> Outgoing:
    return chat.menu_of(text, (chat.to("support"), chat.say("Support (list)")), (chat.to("menu"), chat.say("Menu")))


# Givers


def donors(chat: Chat, start: int) -> Outgoing:
    """All givers by name."""
    found = support.donors(chat.work)
    if not found:
        return _with_way_back(chat, chat.say("No giver is noted yet. A giver is noted with the first promise."))
    options = [(chat.to("support", f"donor.{one.id}"), words.big(one.name)) for one in found]
    return _paged(chat, chat.say_n("%(n)d giver:", "%(n)d givers:", len(found)), options, start, "donors")


def donor(chat: Chat, donor_id: int) -> Outgoing:
    """A giver with the telephone number, and the latest gifts."""
    one, gifts = support.donor(chat.work, donor_id)
    lines = [words.big(one.name)]
    if one.phone:
        lines.append(chat.say("• Telephone: %(phone)s", phone=phone_shown(one.phone)))
    for gift in gifts[:PAGE]:
        values = {"thing": gift.gift or words.thing(chat, gift), "pupil": words.short(chat, gift.pupil_id)}
        lines.append(chat.say(GIFTS[NeedStatus(gift.status)], **values))
    if len(gifts) > PAGE:
        lines.append(chat.say("… and %(n)d before these", n=len(gifts) - PAGE))
    waiting = [gift for gift in gifts if gift.status == NeedStatus.PLEDGED][:PAGE]
    options = [(chat.to("support", f"need.{gift.id}"), words.in_list(chat, gift)) for gift in waiting]
    return _private(
        chat.menu_of("\n".join(lines), *options, (chat.to("support", "donors.0"), chat.say("Back to the givers")))
    )


GIFTS = {
    NeedStatus.PLEDGED: N_("• %(thing)s for %(pupil)s: promised"),
    NeedStatus.HANDED_OVER: N_("• %(thing)s for %(pupil)s: handed over"),
    NeedStatus.WITHDRAWN: N_("• %(thing)s for %(pupil)s: taken back"),
    NeedStatus.NEEDED: N_("• %(thing)s for %(pupil)s: needed"),
}


def view(chat: Chat, _: int) -> Reply:
    """The text that is passed on to a giver, in a message of its own: needs, no child."""
    found = support_for_donors.for_donors(chat.work)
    if not found.kinds:
        return _with_way_back(chat, chat.say("Nothing is needed now that somebody has not taken already."))
    hint = chat.say(
        "%(You)s can pass the message above on to a giver. No pupil is named in it, and no village with few pupils."
    )
    return [Outgoing("\n".join(_view_lines(chat, found))), _with_way_back(chat, hint)]


def _view_lines(chat: Chat, found: ForDonors) -> list[str]:
    lines = [chat.say("Pupils of the commune of %(commune)s need:", commune=people.commune_of(chat.work).name)]
    for what in NeedKind:
        levels = found.kinds.get(what)
        if not levels:
            continue
        detail = wording.all_of([chat.say(label, n=levels[level]) for level, label in LEVELS.items() if levels[level]])
        kind = words.small(chat.say(words.KINDS[what]))
        lines.append(
            chat.say_n(
                "• %(kind)s: %(n)d pupil (%(detail)s)",
                "• %(kind)s: %(n)d pupils (%(detail)s)",
                sum(levels.values()),
                kind=kind,
                detail=detail,
            )
        )
    if found.villages:
        named = wording.all_of([chat.say("%(village)s %(n)d pupils", village=v, n=n) for v, n in found.villages])
        lines.append(chat.say("Most of them in: %(villages)s", villages=named))
    lines.append(chat.say("Whoever wants to give may call %(helper)s. The school hands it over.", helper=_call(chat)))
    return lines


def _call(chat: Chat) -> str:
    return wording.helper(chat)


def _private(message: Outgoing) -> Outgoing:
    return replace(message, is_private=True)


# Duties and news


def task_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Hỏi lại quà đã hứa, chưa trao (2)`, `Tìm người giúp cho các em đang cần (3)`."""
    status = next(status for status, kind in support.KINDS.items() if kind == task.kind)
    rows = support.late(chat.work, task.subject_id, chat.me.commune_id)
    n = sum(row[1] == status for row in rows)
    if not n:
        return None
    if status == NeedStatus.PLEDGED:
        return chat.to("support", "pledged.0"), chat.say("Ask about gifts promised and not handed over (%(n)d)", n=n)
    return chat.to("support", "needed.0"), chat.say("Find givers for what pupils need (%(n)d)", n=n)


def arrived(chat: Chat, notice: Notice) -> Outgoing | None:
    """To whoever noted the need: it is done. No thing is named in a push."""
    one = stored.get(chat.scope, chat.session, notice.subject_id)
    if one is None or one.status != NeedStatus.HANDED_OVER:
        return None
    text = chat.say(
        "Good news: what %(you)s noted for %(pupil)s has arrived. Thank you, %(you)s.",
        pupil=words.short(chat, one.pupil_id),
    )
    shown = chat.menu_of(text, (chat.to("support_note", f"see.{one.id}"), chat.say("See it")))
    label = chat.say("See %(pupil)s", pupil=words.short(chat, one.pupil_id))
    return replace(shown, brief=Brief(text, replace(shown.choices[0], label=label)))


PAGES: dict[str, Callable[[Chat, int], Reply]] = {
    "needed": needed,
    "pledged": pledged,
    "need": need,
    "photos": photos,
    "withdraw": withdraw,
    "unpledge": unpledge,
    "undo": undo,
    "donors": donors,
    "donor": donor,
    "view": view,
}

SUPPORT = Conversation(
    name="support",
    title=lambda chat: chat.say("Support (list)"),
    command="hotro",
    words=("hỗ trợ", "support"),
    may="support.manage",
    instead="support_note",
    opens=opening,
    help=N_("What pupils need, who gives it, what was handed over"),
)
NOTICES = {"support.arrived": arrived}
