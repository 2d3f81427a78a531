"""A role that ends soon: still needed, or not; renewed in one tap."""

from __future__ import annotations

from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.messages import Outgoing
from bot.rules import role_ends
from bot.rules.tasks import Moment, Task
from bot.rules.work import Refused
from storage import places
from storage.people import Role, RoleGrant


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """`5` asks about a role, `renew.5` renews it, `end.5` asks once more, `ended.5` ends it today."""
    act, _, number = argument.rpartition(".")
    if not number.isdigit() or act not in ACTS:
        raise Refused("outside_scope")
    return ACTS[act](chat, int(number))


def asked(chat: Chat, grant_id: int) -> Outgoing:
    """The question of the warnings."""
    row = role_ends.of_mine(chat.work, grant_id)
    position, is_teacher = _position(chat, row), row.role == Role.TEACHER
    date = chat.reader.date(row.until_on) if row.until_on is not None else ""
    text = (
        chat.say("%(You)s is %(position)s until %(date)s. Do you still teach this class?", position=position, date=date)
        if is_teacher
        else chat.say(
            "%(You)s is in the %(position)s until %(date)s. Do you still do this?", position=position, date=date
        )
    )
    return chat.menu_of(
        text,
        (chat.to("role_ends", f"renew.{row.id}"), chat.say("Yes, renew it")),
        (
            chat.to("role_ends", f"end.{row.id}"),
            chat.say("No longer teaching it") if is_teacher else chat.say("No longer doing it"),
        ),
    )


def renewed(chat: Chat, grant_id: int) -> Outgoing:
    row = role_ends.renew(chat.work, grant_id)
    until = row.until_on or chat.work.today
    text = chat.say(
        "✅ Renewed: %(you)s is %(position)s until %(date)s/%(year)d.",
        position=_position(chat, row),
        date=chat.reader.date(until),
        year=until.year,
    )
    return _with_way_on(chat, text)


def sure(chat: Chat, grant_id: int) -> Outgoing:
    """Ending cannot be taken back by the person, so it is asked once more."""
    row = role_ends.of_mine(chat.work, grant_id)
    text = chat.say(
        "From now on Ra Lớp will no longer take %(you)s for %(position)s. Is that right?", position=_position(chat, row)
    )
    return chat.menu_of(
        text,
        (chat.to("role_ends", f"ended.{row.id}"), chat.say("Yes, end it today")),
        (chat.to("role_ends", f"renew.{row.id}"), chat.say("No, renew it")),
    )


def ended(chat: Chat, grant_id: int) -> Outgoing:
    row = role_ends.end(chat.work, grant_id)
    text = chat.say(
        "✅ Ended today: %(position)s. Thank you, %(you)s. If that was a mistake, call %(helper)s.",
        position=_position(chat, row),
        helper=wording.helper(chat),
    )
    return _with_way_on(chat, text)


def _with_way_on(chat: Chat, text: str) -> Outgoing:
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


def _position(chat: Chat, row: RoleGrant) -> str:
    """`giáo viên chủ nhiệm lớp 6A`."""
    school_class, place = places.school_class(chat.session, row.class_id), places.get(chat.session, row.place_id)
    name = school_class.name if school_class is not None else place.name if place is not None else ""
    return chat.say(wording.POSITIONS[Role(row.role)], place=name)


def remind(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """`Vai trò giáo viên chủ nhiệm lớp 6A của cô hết hạn ngày 19/9. Cô còn dạy lớp này không ạ?`"""
    return asked(chat, task.subject_id)


ACTS = {"": asked, "renew": renewed, "end": sure, "ended": ended}

ROLE_ENDS = Conversation(name="role_ends", title=lambda chat: chat.say("The end of a role"), opens=opening)
REMINDERS = {role_ends.KIND: remind}
