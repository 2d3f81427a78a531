"""One pupil's card: what may be known here, the absences, and behind a press of its own the telephone numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.conversations import advice_words, files, support_words, wording
from bot.dialogue.conversation import Chat, Reply
from bot.dialogue.questions import MORE_NUMBER
from bot.i18n import N_
from bot.messages import Choice, Kind, Outgoing
from bot.parsing import given_name
from bot.rules import mergers, people, pupils, support
from bot.rules.pupils import Away, Card
from bot.rules.work import Refused
from storage import cases
from storage import pupils as stored
from storage.attendance import Half
from storage.pupils import Listed, Relation
from storage.support import NeedStatus

ABSENCES_SHOWN = 8
FURTHER_AT_MOST = 6  # beside the two ways back
SEXES = {"male": N_("male"), "female": N_("female")}
PARENTS = {
    Relation.MOTHER: N_("Mother: %(name)s"),
    Relation.FATHER: N_("Father: %(name)s"),
    Relation.GUARDIAN: N_("Guardian: %(name)s"),
}


def card(chat: Chat, key: Sequence[int]) -> Reply:
    """All that may be known of a pupil here, except telephone numbers, which want a press of their own."""
    one = pupils.card(chat.work, _only(key))
    listed = one.listed
    options = [(chat.to("pupils", f"absences.{listed.pupil.id}"), chat.say("Absences"))] if one.last else []
    if people.may(chat.work, "visits.report"):
        options.insert(0, (chat.to("visits", f"pupil.{listed.pupil.id}"), chat.say("Report a home visit")))
    if any(guardian.phone for guardian in one.guardians):
        options.append((chat.to("pupils", f"phones.{listed.pupil.id}"), chat.say("Telephone numbers")))
    options.append((chat.to("pupils", "find"), chat.say("Find another pupil")))
    message = replace(chat.menu_of("\n".join(_card_lines(chat, one)), *options), is_private=True)
    return message.with_choices((*message.choices, *_beside(chat, listed.pupil.id)))


def _beside(chat: Chat, pupil_id: int) -> list[Choice]:
    """What stands beside the numbered options: the rest of the card."""
    more = Choice(chat.to("pupils", f"more.{pupil_id}"), chat.say("More"), number=MORE_NUMBER, is_bare=True)
    may = any(people.may(chat.work, right) for right in ("support.note", "cases.manage"))
    found = [advice_words.beside(chat, f"pupil.{pupil_id}")] if people.may(chat.work, "visits.report") else []
    return [*found, more] if may else found


def more(chat: Chat, key: Sequence[int]) -> Reply:
    """What else can be seen and noted of a pupil: the open needs first."""
    pupil_id = _only(key)
    listed = pupils.require_pupil(chat.work, pupil_id)
    needs = support.of_pupil(chat.work, pupil_id)
    lines = [support_words.big(wording.full(chat, listed))]
    lines += [
        chat.say(
            "• Needs: %(thing)s, %(state)s",
            thing=support_words.thing(chat, one),
            state=chat.say(STATES[NeedStatus(one.status)]),
        )
        for one in needs
    ]
    lines += support_words.hints(chat, pupil_id)
    options = _about_case(chat, pupil_id)
    options.append((chat.to("support_note", f"pupil.{pupil_id}"), chat.say("Note what the pupil needs")))
    if stored.guardians(chat.scope, chat.session, pupil_id):
        options.append((chat.to("member", str(pupil_id)), chat.say("The family's organisation")))
    if mergers.alike(chat.work, pupil_id) or mergers.undoable(chat.work, pupil_id) is not None:
        options.append((chat.to("merging", f"of.{pupil_id}"), chat.say("Listed twice?")))
    if people.may(chat.work, "support.school"):
        options.append((chat.to("support_settings", f"family.{pupil_id}"), chat.say("The family, for the school only")))
    return _beside_the_card(chat, listed, lines, *[*options, *_papers(chat, pupil_id)][:FURTHER_AT_MOST])


def _papers(chat: Chat, pupil_id: int) -> list[tuple[str, str]]:
    """What can be printed and looked at, where a file can go."""
    found = []
    if people.may(chat.work, "visits.report") and files.can_send(chat, Kind.FILE):
        found.append((chat.to("papers", f"visit_sheet.{pupil_id}"), chat.say("Visit sheet, Word file")))
    if files.can_send(chat, Kind.PHOTO):
        found.append((chat.to("papers", f"picture.pupil.{pupil_id}"), chat.say("Picture of the school year")))
    return found


def _about_case(chat: Chat, pupil_id: int) -> list[tuple[str, str]]:
    """The pupil's file, or the way to have somebody look after the pupil."""
    case = cases.open_of(chat.scope, chat.session, pupil_id)
    if case is not None and people.may(chat.work, "cases.see"):
        return [(chat.to("cases", f"see.{case.id}"), chat.say("The file of the pupil"))]
    if case is None and people.may(chat.work, "cases.manage"):
        return [(chat.to("cases", f"open.{pupil_id}"), chat.say("Ask somebody to look after the pupil"))]
    return []


STATES = {NeedStatus.NEEDED: N_("without a giver yet"), NeedStatus.PLEDGED: N_("somebody will give it")}


def _card_lines(chat: Chat, one: Card) -> list[str]:
    pupil = one.listed.pupil
    sex = chat.say(SEXES[pupil.sex]) if pupil.sex in SEXES else ""
    first = wording.all_of([part for part in (pupil.name, sex, _born(chat, pupil.birth_date)) if part])
    parents = [
        chat.say(PARENTS[Relation(guardian.relation)], name=guardian.name)
        for guardian in one.guardians
        if guardian.relation in PARENTS
    ]
    lines = [first, _place(chat, one.listed), *parents, _absences(chat, one), *_meter(chat, one)]
    if one.promised_on is not None:
        lines.append(chat.say("Persuading: promised back on %(day)s", day=chat.reader.day(one.promised_on)))
    return lines


def _meter(chat: Chat, one: Card) -> list[str]:
    """`Cả năm nghỉ 4 buổi, còn 41/45 buổi`: what counts towards the limit of a year."""
    if not one.missed:
        return []
    left = max(0, one.limit - one.missed)
    return [chat.say("This year %(n)d missed, %(left)d left of %(limit)d", n=one.missed, left=left, limit=one.limit)]


def _born(chat: Chat, birth_date: str) -> str:
    if len(birth_date) == 4:
        return chat.say("born in %(year)s", year=birth_date)
    if not birth_date:
        return ""
    day = date.fromisoformat(birth_date)
    return chat.say("born %(date)s", date=f"{day.day}/{day.month}/{day.year}")


def _place(chat: Chat, listed: Listed) -> str:
    """`Lớp 8B (thầy Minh), thôn Cà Xen`."""
    teacher = wording.teacher_of(chat, listed.class_id)
    parts = []
    if listed.class_name and teacher:
        parts.append(chat.say("Class %(class_name)s (%(teacher)s)", class_name=listed.class_name, teacher=teacher))
    elif listed.class_name:
        parts.append(chat.say("Class %(class_name)s", class_name=listed.class_name))
    if listed.village:
        parts.append(chat.say("village %(village)s", village=listed.village))
    return wording.all_of(parts)


def _absences(chat: Chat, one: Card) -> str:
    if one.last is None:
        return chat.say("No absence this school year")
    values = {"day": chat.reader.day(one.last.day), "reason": wording.reason(chat, one.last.reason)}
    if not one.this_month:
        return chat.say("No absence this month, the last on %(day)s: %(reason)s", **values)
    return chat.say_n(
        "%(n)d absence this month, the last on %(day)s: %(reason)s",
        "%(n)d absences this month, the last on %(day)s: %(reason)s",
        one.this_month,
        **values,
    )


def absences(chat: Chat, key: Sequence[int]) -> Reply:
    """The last absences of a pupil, one a line."""
    listed, missed = pupils.absences(chat.work, _only(key))
    values = {"name": listed.pupil.name, "class_name": listed.class_name}
    if not missed:
        text = [chat.say("%(name)s, class %(class_name)s: no absence this school year", **values)]
    else:
        text = [
            chat.say_n(
                "%(name)s, class %(class_name)s: %(n)d absence this school year",
                "%(name)s, class %(class_name)s: %(n)d absences this school year",
                len(missed),
                **values,
            ),
            *(_absence_line(chat, away) for away in missed[:ABSENCES_SHOWN]),
        ]
    if len(missed) > ABSENCES_SHOWN:
        text.append(chat.say("… and %(n)d before these", n=len(missed) - ABSENCES_SHOWN))
    return _beside_the_card(chat, listed, text)


def _absence_line(chat: Chat, away: Away) -> str:
    return chat.say(
        "• %(half)s of %(day)s: %(reason)s%(mark)s",
        half=chat.say(wording.HALVES[Half(away.half)]),
        day=chat.reader.day(away.day),
        reason=wording.reason(chat, away.reason),
        mark=wording.mark(chat, away.mark),
    )


def phones(chat: Chat, key: Sequence[int]) -> Reply:
    """The guardians' telephone numbers."""
    listed, known = pupils.phones(chat.work, _only(key))
    lines = [wording.phone_line(chat, guardian) for guardian in known]
    values = {"name": listed.pupil.name, "class_name": listed.class_name}
    first = (
        chat.say("Whom to telephone about %(name)s, class %(class_name)s:", **values)
        if lines
        else chat.say("The school has no telephone number for %(name)s, class %(class_name)s.", **values)
    )
    return _beside_the_card(chat, listed, [first, *lines])


def _beside_the_card(chat: Chat, listed: Listed, text: Sequence[str], *further: tuple[str, str]) -> Outgoing:
    message = chat.menu_of(
        "\n".join(text),
        *further,
        (
            chat.to("pupils", f"see.{listed.pupil.id}"),
            chat.say("Back to %(given)s (pupil)", given=given_name(listed.pupil.name)),
        ),
        (chat.to("pupils", "find"), chat.say("Find another pupil")),
    )
    return replace(message, is_private=True)


def _only(key: Sequence[int]) -> int:
    if len(key) != 1:
        raise Refused("outside_scope")
    return key[0]
