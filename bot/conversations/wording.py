"""Words that several conversations need: how pupils, people, roles, reasons and places are named aloud."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.dialogue.conversation import Chat
from bot.i18n import N_, Reader
from bot.messages import Choice, Outgoing
from bot.parsing import given_name, phone_shown
from bot.reports.code_words import REASONS_SHORT
from bot.rules import holidays, people
from bot.rules.school_days import Verdict
from bot.rules.work import Refused
from storage import places
from storage.attendance import Half, Mark, Reason
from storage.calendar import Why
from storage.people import Organisation, Person, Role
from storage.pupils import Guardian, Listed, Pupil, Relation

ROLES = {
    Role.ADMIN: N_("administrator"),
    Role.OFFICIAL: N_("commune official"),
    Role.FRONT: N_("Fatherland Front of the commune"),
    Role.ORGANISATION: N_("political and social organisation"),
    Role.POLICE: N_("commune police"),
    Role.SCHOOL: N_("school head"),
    Role.TEACHER: N_("homeroom teacher"),
    Role.VILLAGE_HEAD: N_("village head"),
    Role.VILLAGE_FRONT: N_("head of the Front committee of the village"),
    Role.PARENTS: N_("parents' association"),
}
POSITIONS = {
    Role.ADMIN: N_("administrator"),
    Role.OFFICIAL: N_("official of %(place)s commune"),
    Role.FRONT: N_("Fatherland Front of %(place)s commune"),
    Role.ORGANISATION: N_("social organisation of %(place)s commune"),
    Role.POLICE: N_("police of %(place)s commune"),
    Role.SCHOOL: N_("head of %(place)s"),
    Role.TEACHER: N_("homeroom teacher of class %(place)s"),
    Role.VILLAGE_HEAD: N_("village head of %(place)s"),
    Role.VILLAGE_FRONT: N_("head of the Front committee of %(place)s"),
    Role.PARENTS: N_("parents' association of %(place)s"),
}
ORGANISATIONS = {
    Organisation.YOUTH: N_("the Youth Union"),
    Organisation.WOMEN: N_("the Women's Union"),
    Organisation.FARMERS: N_("the Farmers' Association"),
    Organisation.VETERANS: N_("the Veterans' Association"),
}
RELATIONS = {Relation.MOTHER: N_("mother"), Relation.FATHER: N_("father"), Relation.GUARDIAN: N_("guardian")}
MARKS = {Mark.EXCUSED: N_("P"), Mark.UNEXCUSED: N_("K")}
CLOSED_FOR = {
    Why.HOLIDAY: N_("holiday (day off)"),
    Why.TET: N_("Tết break"),
    Why.FLOOD: N_("rain, flood (day off)"),
    Why.STORM: N_("storm (day off)"),
    Why.FEAST: N_("feast of the village (day off)"),
    Why.OTHER: N_("something else (day off)"),
}
CHANNELS = {"telegram": "Telegram", "zalo": "Zalo", "web": "Web"}  # proper names, the same in every language
HALVES = {Half.MORNING: N_("morning"), Half.AFTERNOON: N_("afternoon"), Half.EVENING: N_("evening")}


def short(chat: Chat, pupil: Pupil) -> str:
    """`em Chi`."""
    return chat.say("%(given)s (pupil)", given=given_name(pupil.name))


def full(chat: Chat, listed: Listed) -> str:
    """`em Đinh Thị Chi, lớp 6A`, as a pupil is first mentioned."""
    return chat.say("%(name)s, class %(class_name)s", name=listed.pupil.name, class_name=listed.class_name)


def person(reader: Reader, who: Person) -> str:
    """`bác Rớt`; by the full name whoever has not said how to be addressed."""
    if not who.form or reader.locale == "en":
        return who.name
    return f"{who.form} {given_name(who.name)}"


def position(chat: Chat, who: Person) -> str:
    """`trưởng thôn Cà Xen`; a title of one's own comes first (`Phó Chủ tịch xã`)."""
    if who.title:
        return who.title
    held = people.positions(chat.work, who)
    if not held:
        return ""
    first = held[0]
    if first.organisation:
        return organisation(chat.reader, first.organisation, first.place, is_village=first.is_village)
    return chat.say(POSITIONS[first.role], place=first.class_name or first.place)


def organisation(reader: Reader, code: str, place: str, *, is_village: bool) -> str:
    """`Hội Phụ nữ xã Long Môn`, `Hội Phụ nữ thôn Cà Xen`."""
    name = reader.say(ORGANISATIONS[Organisation(code)])
    if is_village:
        return reader.say("%(organisation)s of the village of %(place)s", organisation=name, place=place)
    return reader.say("%(organisation)s of the commune of %(place)s", organisation=name, place=place)


def reason(chat: Chat, code: str) -> str:
    return chat.say(REASONS_SHORT[Reason(code)])


def mark(chat: Chat, code: str) -> str:
    """` (P)` or ` (K)`; nothing while it is not known."""
    sign = MARKS.get(Mark(code))
    return f" ({chat.say(sign)})" if sign else ""


def teacher_of(chat: Chat, class_id: int | None) -> str:
    """`cô Hoa`: the homeroom teacher, or empty when none has joined."""
    if class_id is None:
        return ""
    teachers = people.homeroom_teachers(chat.work, class_id)
    return person(chat.reader, teachers[0]) if teachers else ""


def helper(chat: Chat) -> str:
    """Whom to telephone at an impasse: the contact of the deployment, else of the commune."""
    if chat.surroundings.contact:
        return chat.surroundings.contact
    commune = places.commune(chat.session)
    return (commune.contact if commune is not None else "") or chat.say("the commune office")


def with_phone(chat: Chat, who: Person) -> str:
    """`bác Rin 0900 000 001`."""
    name = person(chat.reader, who)
    return f"{name} {phone_shown(who.phone)}" if who.phone else name


def refusal(chat: Chat, refused: Refused) -> Outgoing:
    """A polite sentence for a refusal, and a way on."""
    sentence = REFUSALS.get(refused.code, N_("That cannot be done just now."))
    text = chat.say(sentence, **{"helper": helper(chat), **refused.details})
    if chat.person is None:
        return Outgoing(text)
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


REFUSALS = {
    "not_allowed": N_("That is not among the things you can do here. If you need it, call %(helper)s."),
    "outside_scope": N_("That lies outside what you look after. If you need it, call %(helper)s."),
    "day_to_come": N_("That day has not come yet."),
    "not_on_the_roll": N_("The class list has changed meanwhile. Please start again."),
    "reported_meanwhile": N_("Somebody has just recorded this class. Please look at what stands there and change it."),
    "too_many_codes": N_("Please try again in 15 minutes, or call %(helper)s."),
    "not_your_visit": N_("Only whoever made the visit can correct it."),
    "visit_is_old": N_("A visit can be corrected for 24 hours. For later changes call %(helper)s."),
    "visit_changed_meanwhile": N_("This visit has just been corrected. Please look at it once more."),
    "promise_in_the_past": N_("The day promised lies before the visit. Please enter the visit again."),
    "not_your_case": N_("Somebody else has been asked about this by now. Thank you, %(you)s."),
    "not_your_promise": N_("The family promised this to somebody else, and Ra Lớp asks them."),
    "not_on_the_ladder": N_("Nobody reaches that person just now. Please choose somebody else."),
    "unknown_person": N_("That person is not on the commune's list. Please choose somebody else."),
    "no_reason": N_("Please say in a few words why, so that the other school knows."),
    "case_is_open": N_("Somebody looks after this pupil already."),
    "case_is_closed": N_("This case is closed already."),
    "handover_waits": N_("Another school has been asked about this file already. It can be taken back first."),
    "handover_answered": N_("That has been answered already."),
    "no_such_school": N_("Please name another school than the pupil's own. For more call %(helper)s."),
    "class_of_another_school": N_("That class is not of this school. Please choose again."),
    "the_school_answers": N_("The head of that school answers here; nobody needs to confirm it for them."),
    "has_not_left": N_("The pupil stands on the list of the class. Nothing needs to be confirmed."),
    "two_codes": N_("The ministry's codes say that these are two children. For more call %(helper)s."),
    "merger_undone": N_("They are two pupils again already."),
    "merger_is_old": N_("This could be taken back for 24 hours. For more call %(helper)s."),
    "not_invited": N_("%(You)s is not invited to this meeting. If that is wrong, call %(helper)s."),
    "meeting_cancelled": N_("This meeting has been called off."),
    "meeting_begun": N_("This meeting has begun already. If something changes, call %(helper)s."),
    "meeting_to_come": N_("This meeting is still to come."),
    "minutes_written": N_("Somebody has just written these minutes. They can be read in /hop."),
    "minutes_are_old": N_("Minutes can be corrected for 24 hours. For later changes call %(helper)s."),
    "minutes_changed_meanwhile": N_("These minutes have just been corrected. Please look at them once more."),
    "already_invited": N_("The invitations have left already. The meeting can be moved or called off in /hop."),
    "meeting_is_planned": N_("The invitations of this meeting are on their way already."),
    "past_time": N_("That time is over. Please start again with a coming one."),
    "nothing_changes": N_("That is what stands there already, so nothing was changed."),
    "days_turned_round": N_("The last day lies before the first. Please start again."),
    "impossible_hour": N_("No session begins at %(time)s. Please look at the hour."),
    "no_class_yet": N_("No class is known yet. The roster of the school comes first."),
    "no_village_yet": N_("No village is known yet. The roster of the school comes first."),
    "no_school_yet": N_("No school is known yet. The roster of the school comes first."),
    "no_such_language": N_("Ra Lớp does not speak that language yet."),
    "no_such_form": N_("Please type a number, or how you are addressed. For example: bác"),
    "nothing_waits": N_("That has been settled already."),
    "no_school_today": N_("There is no school on that day, so no note is needed. For anything else call %(helper)s."),
    "role_is_over": N_("This role has ended already. If you still need it, call %(helper)s."),
    "no_name": N_("Please type family name and given name. For example: Đinh Văn Rin"),
    "nobody_to_call": N_("Nobody who could call back has joined yet. Please call %(helper)s."),
    "report_is_closed": N_("This week's report cannot be changed any more. If you need it, call %(helper)s."),
    "report_changed_meanwhile": N_("Somebody has just sent this report. Please look at it once more."),
    "no_copy": N_("That plan was not given to you. If you need it, call %(helper)s."),
    "no_guardian": N_("The school has noted no parents of this pupil yet. Please ask the school."),
    "no_words": N_("Please type what it is, in a few words."),
    "no_donor": N_("Please type the giver's name. For example: anh Tuấn, Quảng Ngãi"),
    "need_changed": N_("Somebody has changed this need meanwhile. Please look at the list once more."),
    "file_is_gone": N_("That file is no longer here. Please send it once more."),
    "too_many_rows": N_("The file holds more than %(limit)d pupils. For so many please call %(helper)s."),
    "other_schools": N_("The file is of other schools, and %(school)s is not among them. For more call %(helper)s."),
    "no_such_device": N_("That device no longer opens your page."),
    "no_such_channel": N_("Ra Lớp does not reach you over that channel. Please choose again."),
    "used_link_code": N_("This code has been used. For another one type settings where Ra Lớp writes to you already."),
    "expired_link_code": N_(
        "This code held for 15 minutes and is over. For another one type settings where Ra Lớp writes to you already."
    ),
    "chat_is_taken": N_("That chat has become somebody else's meanwhile. If that is wrong, call %(helper)s."),
    "bot_full": N_(
        "%(n)d people use this chat already, and it takes no more. Please call %(helper)s for another way in. "
        "The code stays good."
    ),
    "no_place_name": N_("Please type the new name."),
    "too_long": N_("One of the lines is too long, or there are too many. Please shorten them."),
    "name_too_long": N_("A name may have %(n)d letters."),
    "name_is_taken": N_("Another place bears the name %(name)s already. Two villages that become one are merged."),
    "day_too_early": N_("The place bears its present name since a later day. Please choose a day after it."),
    "same_village": N_("These are not two villages. Please choose another one."),
    "last_admin": N_("You are the only administrator. Please name another one first."),
}


def why_closed(chat: Chat, verdict: Verdict, day: date) -> str:
    """`mưa lũ`, `nghỉ Tết`; a public holiday by its name, another reason in the words that were typed."""
    if verdict.why == "holiday" and verdict.closure is None:
        return holidays.name(day, chat.reader.locale) or chat.say(CLOSED_FOR[Why.HOLIDAY])
    return closed_for(chat, verdict.why, verdict.closure.words if verdict.closure is not None else "")


def closed_for(chat: Chat, why: str, words: str = "") -> str:
    return words or chat.say(CLOSED_FOR[Why(why)])


def channel(name: str) -> str:
    """`Zalo`: a channel as people call it."""
    return CHANNELS.get(name, name)


def all_of(words: Sequence[str]) -> str:
    """`A, B, C`: a list inside a line."""
    return ", ".join(words)


def change(chat: Chat, to: str, label: str = "") -> Choice:
    """`↩️ Sửa`: corrects what was just recorded."""
    return Choice(to, label or chat.say("Change"), mark="↩️", typed=chat.say("To correct it, type: change"))


def take_back(chat: Chat, to: str, label: str = "") -> Choice:
    """`↩️ Rút lại`: takes back what was just sent or noted."""
    return Choice(to, label or chat.say("Take it back"), mark="↩️", typed=chat.say("To take it back, type: change"))


def phone_line(chat: Chat, guardian: Guardian) -> str:
    """`• Đinh Thị Nương (mẹ): 0900 000 009`."""
    return chat.say(
        "• %(name)s (%(relation)s): %(phone)s",
        name=guardian.name,
        relation=chat.say(RELATIONS[Relation(guardian.relation)]),
        phone=phone_shown(guardian.phone),
    )


def school_head(chat: Chat, who: Person) -> str:
    """`Thầy hiệu trưởng`, `Cô hiệu trưởng`, at the beginning of a sentence."""
    if chat.reader.locale == "en" or who.form not in ("thầy", "cô"):
        return chat.say("The school head")
    return chat.say("The school head (%(form)s)", form=who.form.capitalize())
