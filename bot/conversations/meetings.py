"""/hop: the meetings to come; an answer is one tap, and can be changed until the meeting starts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.conversations import meetings_words as words
from bot.conversations import minutes_card, wording
from bot.conversations.guests_named import asked_to_invite
from bot.conversations.meetings_words import choice
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Ask, Misread, Option
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from bot.parsing import clean_line
from bot.rules import guests, meeting_chairs, meetings, people
from bot.rules.meeting_times import URGENT
from bot.rules.meetings import NAME_AT_MOST
from bot.rules.work import Refused
from storage import meetings as stored
from storage.meetings import Answer, Invitation, Meeting, MeetingStatus

NOBODY = "none"
A_PAGE = 5
MOST = 8
SOON = timedelta(days=2)


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The list (`list.5` from the sixth on), one meeting (`12`), or an act of a button (`12.1.yes`: of revision 1).

    `silent`: who has not answered the next meetings, with telephone numbers, for whoever runs them.
    """
    first, _, rest = argument.partition(".")
    if first == "silent":
        return who_is_silent(chat)
    if first == "list" and rest.isdigit():
        return listing(chat, int(rest))
    if not first.isdigit():
        return listing(chat, 0)
    meeting = visible(chat, int(first))
    revision, _, act = rest.partition(".")
    if not act:
        return card(chat, meeting)
    if act in ACTS:
        return ACTS[act](chat, meeting)
    if act in set(Answer):
        return answered(chat, meeting, Answer(act), revision)
    return card(chat, meeting)


def visible(chat: Chat, meeting_id: int) -> Meeting:
    """A meeting that this person organises, oversees or is invited to. Raises Refused."""
    found = stored.get(chat.scope, chat.session, meeting_id)
    return found if found is not None else meetings.own_invitation(chat.work, meeting_id)[0]


def invitation_of(chat: Chat, meeting: Meeting) -> Invitation | None:
    return stored.invitation(chat.session, meeting.id, chat.me.id)


def organises(chat: Chat, meeting: Meeting) -> bool:
    """Whether this person may move it or call it off."""
    return people.may(chat.work, "meetings.organise") and meeting.commune_id in chat.scope.communes


# What is coming


def listing(chat: Chat, start: int) -> Outgoing:
    """The meetings to come, the next one first; who may make some hears that a plan can be sent."""
    found = meetings.upcoming(chat.work)
    may_organise = people.may(chat.work, "meetings.organise")
    held = stored.drafts(chat.scope, chat.session, chat.me.id, chat.now) if may_organise and not start else []
    page = found[start : start + A_PAGE]
    options = [(chat.to("meetings", str(one.id)), words.short_label(chat, one)) for one in page]
    if len(found) == 1 and not held:
        options = [(chat.to("meetings", str(found[0].id)), _open_label(chat, found[0]))]
    if len(found) > start + A_PAGE:
        options.append((chat.to("meetings", f"list.{start + A_PAGE}"), chat.say("Later meetings")))
    options += [
        (chat.to("meetings", str(one.id)), chat.say("Not sent yet: %(meeting)s", meeting=words.short_label(chat, one)))
        for one in held[:2]
    ]
    if may_organise and len(options) < MOST:
        options.append((chat.to("organise"), chat.say("Plan a new meeting")))
    if len(options) < MOST and minutes_card.has_past(chat):
        options.append((chat.to("minutes"), chat.say("Meetings that are over")))
    lines = [_coming(chat, found), *([words.by_file(chat)] if may_organise and not start else [])]
    return chat.menu_of("\n".join(lines), *(options or [(chat.to("tasks"), chat.say("My tasks"))]))


def _open_label(chat: Chat, meeting: Meeting) -> str:
    invitation = invitation_of(chat, meeting)
    is_open = invitation is not None and not invitation.answer and meeting.starts_at > chat.now
    return chat.say("Answer the invitation") if is_open else chat.say("See the meeting")


def _coming(chat: Chat, listed: Sequence[Meeting]) -> str:
    if not listed:
        return chat.say("There is no meeting coming up for %(you)s.")
    if len(listed) == 1:
        return chat.say(
            "Coming up for %(you)s is 1 meeting: %(when)s, %(place)s.",
            when=words.hour_and_day(chat, listed[0].starts_at),
            place=words.place(chat, listed[0]),
        )
    return chat.say("Coming up for %(you)s are %(n)d meetings:", n=len(listed))


def card(chat: Chat, meeting: Meeting, above: str = "") -> Outgoing:
    """One meeting, with what this person can do about it."""
    invitation = invitation_of(chat, meeting)
    text, options = words.card_text(chat, words.said(chat, meeting)), []
    if meeting.status == MeetingStatus.CANCELLED:
        text += "\n" + chat.say("This meeting has been called off.")
    elif meeting.status == MeetingStatus.DRAFT:
        text += "\n" + chat.say("Nobody has been invited yet.")
        options.append((chat.to("organise", f"send.{meeting.id}"), chat.say("Invite them")))
    elif meeting.starts_at <= chat.work.at:
        text += "\n" + chat.say("It has begun. For news call %(helper)s.", helper=wording.helper(chat))
        options += _after(chat, meeting)
    elif invitation is not None and invitation.answer:
        text += "\n" + chat.say(words.GIVEN[Answer(invitation.answer)])
        options.append(choice(chat, meeting, "change", chat.say("Change my answer")))
    elif invitation is not None:
        text += "\n" + chat.say("Can %(you)s come?")
        options += words.answers(chat, meeting)
    if meeting.starts_at > chat.work.at and meeting.status != MeetingStatus.CANCELLED:
        options += _managing(chat, meeting) if organises(chat, meeting) else []
        options += _preparing(chat, meeting)
    options = options or [(chat.to("tasks"), chat.say("My tasks"))]
    return chat.menu_of(f"{above}\n{text}" if above else text, *options)


def _managing(chat: Chat, meeting: Meeting) -> list[tuple[str, str]]:
    options = [
        (chat.to("move", str(meeting.id)), chat.say("Move it to another time or place")),
        (chat.to("calloff", str(meeting.id)), chat.say("Call the meeting off")),
    ]
    if meeting.status == MeetingStatus.PLANNED:
        options.append(choice(chat, meeting, "who", chat.say("Who comes")))
    return options


def _preparing(chat: Chat, meeting: Meeting) -> list[tuple[str, str]]:
    """For whoever runs it, or leads one of its villages: the families, and what is said aloud."""
    if meeting.status != MeetingStatus.PLANNED or not guests.may_look(chat.work, meeting):
        return []
    options = [(chat.to("aloud", str(meeting.id)), chat.say("For the loudspeaker, and what to say"))]
    runs = meeting_chairs.runs(chat.work, meeting)
    n = len(guests.expected(chat.work, meeting, villages=None if runs else guests.own_villages(chat.work, meeting)))
    if n and runs:
        options.insert(0, (chat.to("guests", f"{meeting.id}.risk"), chat.say("Pupils at risk (%(n)d)", n=n)))
    elif n:
        options.insert(0, (chat.to("guests", str(meeting.id)), chat.say("Families to invite (%(n)d)", n=n)))
    return options


def _after(chat: Chat, meeting: Meeting) -> list[tuple[str, str]]:
    """Once it has begun: its minutes, and whose families came."""
    options = []
    if meeting_chairs.runs(chat.work, meeting):
        is_written = meeting.status == MeetingStatus.HELD
        label = chat.say("See the minutes") if is_written else chat.say("Write the minutes")
        options.append((chat.to("minutes", str(meeting.id)), label))
    elif guests.own_villages(chat.work, meeting) and guests.expected(
        chat.work, meeting, villages=guests.own_villages(chat.work, meeting)
    ):
        options.append((chat.to("guests", f"{meeting.id}.came"), chat.say("Which families came")))
    return options


# Answering


def answered(chat: Chat, meeting: Meeting, given: Answer, revision: str) -> Draft | Reply:
    """Records an answer; of a refusal the stand-in is asked. An answer to the old hour is asked again."""
    if revision != str(meeting.revision) and meeting.status == MeetingStatus.PLANNED:
        return card(chat, meeting, chat.say("This meeting has been moved since:"))
    try:
        done = meetings.answer(chat.work, meeting.id, given, is_final=given != Answer.NO)
    except Refused as refused:
        if refused.code in ("meeting_begun", "meeting_cancelled"):
            return card(chat, meeting)
        raise
    if given == Answer.NO:
        return {"meeting": meeting.id}
    return receipt(chat, done.meeting, given)


def receipt(chat: Chat, meeting: Meeting, given: Answer) -> Outgoing:
    """`✅ Đã ghi: bác đi họp 18 giờ 30, thứ 5, 21/3. Chiều hôm đó Ra Lớp nhắc lại.`"""
    when = words.hour_and_day(chat, meeting.starts_at)
    if given == Answer.LATE:
        text = chat.say("✅ Noted: %(you)s comes late to the meeting %(when)s.", when=when)
    else:
        text = chat.say("✅ Noted: %(you)s goes to the meeting %(when)s.", when=when)
    again = _reminded_again(chat, meeting)
    text = "\n".join([f"{text} {again}" if again else text, *_same_hour(chat, meeting)])
    return _with_families(chat, meeting, text, is_soon=meeting.starts_at - chat.now <= URGENT)


def _with_families(chat: Chat, meeting: Meeting, text: str, *, is_soon: bool = True) -> Outgoing:
    """A receipt; to whoever invites families by mouth, shortly before, with whom and how."""
    options = _preparing(chat, meeting) if is_soon and asked_to_invite(chat, meeting) else []
    message = chat.menu_of(text, *options)
    return message.with_choices((*message.choices, change_choice(chat, meeting)))


def _same_hour(chat: Chat, meeting: Meeting) -> list[str]:
    """`⚠️ Cùng giờ đó bác còn buổi họp ở Làng Trê.`: said, not refused (domain §9)."""
    return [
        chat.say("⚠️ At the same hour %(you)s has a meeting at %(where)s, too.", where=words.of_where(chat, other))
        for other in meetings.at_the_same_hour(chat.work, meeting)[:2]
    ]


def _reminded_again(chat: Chat, meeting: Meeting) -> str:
    """When Ra Lớp speaks of it next; empty when it does not."""
    zone = chat.work.zone
    left = [one for one in chat.work.reminder_times.moments(meeting.starts_at, zone) if one.at > chat.now]
    if not left:
        return ""
    last, start = left[-1].at.astimezone(zone), meeting.starts_at.astimezone(zone)
    if last.date() != start.date() or words.part_of_day(last.hour) != "afternoon":
        return chat.say("Before it begins Ra Lớp reminds %(you)s.")
    if start.date() == chat.work.today:
        return chat.say("This afternoon Ra Lớp reminds %(you)s.")
    return chat.say("That afternoon Ra Lớp reminds %(you)s.")


def change_choice(chat: Chat, meeting: Meeting) -> Choice:
    """The way to change the answer."""
    value, label = choice(chat, meeting, "change", chat.say("Change the answer"))
    return Choice(value, label, mark="↩️", typed=chat.say("To change it, type: change"))


def change(chat: Chat, meeting: Meeting) -> Reply:
    """The three answers once more, until the meeting starts."""
    if meeting.status != MeetingStatus.PLANNED or meeting.starts_at <= chat.work.at:
        return card(chat, meeting)
    if invitation_of(chat, meeting) is None:
        raise Refused("not_invited")
    text = chat.say(
        "What is the new answer of %(you)s to the meeting %(when)s?", when=words.hour_and_day(chat, meeting.starts_at)
    )
    return chat.menu_of(text, *words.answers(chat, meeting))


def known(chat: Chat, meeting: Meeting) -> Reply:
    """`Tôi nhớ rồi`, `Tôi biết rồi`: whoever has not answered yet is asked, the others are expected."""
    if meeting.status == MeetingStatus.CANCELLED:
        return chat.menu_of(
            chat.say("All right. When there is a new date Ra Lớp tells %(you)s."),
            (chat.to("tasks"), chat.say("My tasks")),
        )
    invitation = invitation_of(chat, meeting)
    if invitation is None or invitation.answer not in (Answer.YES, Answer.LATE) or meeting.starts_at <= chat.work.at:
        return card(chat, meeting)
    hour, when = chat.reader.hour(meeting.starts_at), words.when(chat, meeting.starts_at)
    text = chat.say("✅ Until then: %(hour)s, %(when)s.", hour=hour, when=when)
    return _with_families(chat, meeting, text)


def who_instead(chat: Chat) -> Ask:
    """Who comes in one's stead."""
    return Ask(
        chat.say("All right. Who comes instead of %(you)s? Type the name, or choose:"),
        _name,
        hint=chat.say("Please type the name of who comes instead, for example: chú Nghĩa. Nobody: 1"),
        options=(Option(NOBODY, chat.say("Nobody comes instead"), words=("không", "không ai", "chưa có", "nobody")),),
        skip=False,
    )


def _name(chat: Chat, text: str) -> str:
    name = clean_line(text)
    if len(name) > NAME_AT_MOST or not any(sign.isalpha() for sign in name):
        raise Misread(chat.say("Please type the name of who comes instead, for example: chú Nghĩa. Nobody: 1"))
    return name


def decline(chat: Chat) -> Reply:
    """`✅ Đã báo chị Thu: bác không đi được, chú Nghĩa đi thay.`"""
    name = chat.answer("stand_in", NOBODY)
    stand_in = "" if name == NOBODY else str(name)
    meeting_id = int(chat.draft["meeting"])
    try:
        done = meetings.answer(chat.work, meeting_id, Answer.NO, stand_in=stand_in)
    except Refused as refused:
        if refused.code in ("meeting_begun", "meeting_cancelled"):
            return card(chat, visible(chat, meeting_id))
        raise
    values = {"who": done.invitation.stand_in}
    if done.told is None and stand_in:
        text = chat.say("✅ Noted: %(you)s cannot come, %(who)s comes instead.", **values)
    elif done.told is None:
        text = chat.say("✅ Noted: %(you)s cannot come.")
    elif stand_in:
        name = wording.person(chat.reader, done.told)
        text = chat.say("✅ %(name)s has been told: %(you)s cannot come, %(who)s comes instead.", name=name, **values)
    else:
        text = chat.say("✅ %(name)s has been told: %(you)s cannot come.", name=wording.person(chat.reader, done.told))
    return Outgoing(text, (change_choice(chat, done.meeting),))


# For the organiser


def who_comes(chat: Chat, meeting: Meeting) -> Reply:
    """Everybody with their answer."""
    _require_organiser(chat, meeting)
    found = meetings.standing(chat.work, meeting)
    chat.work.audit("meeting.invitees_seen", "meeting", meeting.id)
    rows = [chat.say("Meeting %(when)s, %(place)s:", when=words.hour_and_day(chat, meeting.starts_at),
                     place=words.place(chat, meeting))]  # fmt: skip
    for sentence, group in (
        (N_("• Coming (%(n)d): %(names)s"), found.coming),
        (N_("• Late (%(n)d): %(names)s"), found.late),
        (N_("• Not coming (%(n)d): %(names)s"), found.declined),
        (N_("• No answer yet (%(n)d): %(names)s"), found.silent),
    ):
        if group:
            names = words.some_names(chat, [one.person for one in group])
            rows.append(chat.say(sentence, n=len(group), names=names))
    rows += [
        chat.say(
            "• In place of %(name)s: %(who)s", name=wording.person(chat.reader, one.person), who=one.invitation.stand_in
        )
        for one in found.declined[:5]
        if one.invitation.stand_in
    ]
    options = _managing(chat, meeting)[:2] if meeting.starts_at > chat.work.at else []
    if found.to_call and options:
        options.insert(0, choice(chat, meeting, "call", chat.say("Whom to telephone (%(n)d)", n=len(found.to_call))))
    return chat.menu_of("\n".join(rows), *(options or [(chat.to("tasks"), chat.say("My tasks"))]))


def whom_to_call(chat: Chat, meeting: Meeting) -> Reply:
    """The telephone list, whenever the organiser wants it."""
    _require_organiser(chat, meeting)
    return words.call_list(chat, meeting)


def who_is_silent(chat: Chat) -> Reply:
    """`Ai chưa trả lời họp`: straight to the telephone list of the next meeting; of several, which one."""
    soon = [one for one in meetings.upcoming(chat.work) if chat.now < one.starts_at <= chat.now + SOON]
    own = [one for one in soon if organises(chat, one) and meetings.standing(chat.work, one).to_call]
    if len(own) == 1:
        return words.call_list(chat, own[0])
    if not own:
        return chat.menu_of(
            chat.say("Everybody has answered the next meetings."), (chat.to("meetings"), chat.say("Coming meetings"))
        )
    options = [choice(chat, one, "call", words.short_label(chat, one)) for one in own[:MOST]]
    return chat.menu_of(chat.say("Some have not answered yet. Which meeting?"), *options)


def all_called(chat: Chat, meeting: Meeting) -> Reply:
    """`Đã gọi hết`."""
    n = meetings.note_called(chat.work, meeting.id)
    return chat.menu_of(
        chat.say_n(
            "✅ Noted: %(you)s has telephoned %(n)d person.", "✅ Noted: %(you)s has telephoned %(n)d people.", n
        ),
        choice(chat, meeting, "who", chat.say("See the whole list")),
        (chat.to("tasks"), chat.say("My tasks")),
    )


def _require_organiser(chat: Chat, meeting: Meeting) -> None:
    meetings.require_organiser(chat.work, meeting.commune_id)


def title(chat: Chat) -> str:
    return chat.say("The answer to a meeting")


ACTS = {
    "change": change,
    "know": known,
    "who": who_comes,
    "call": whom_to_call,
    "called": all_called,
}

MEETINGS = Conversation(
    name="meetings",
    title=title,
    command="hop",
    words=("họp", "lịch họp", "meetings"),
    may="meetings.see",
    opens=opening,
    steps=(Step("stand_in", who_instead),),
    finish=decline,
    help=N_("Meetings: which are coming, and answering them; officials plan and move them"),
)
