"""What is said aloud: the village loudspeaker's text, and the talk points of the evening (plan 30/KH-UBND, II.1)."""

from __future__ import annotations

from bot.conversations import meetings_words as words
from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_
from bot.messages import Outgoing
from bot.rules import guests, invitees
from bot.rules.work import Refused
from storage.meetings import Meeting, MeetingStatus
from storage.people import Role

INVITED = {
    Role.VILLAGE_HEAD: N_("the village head"),
    Role.VILLAGE_FRONT: N_("the Front committee of the village"),
    Role.PARENTS: N_("the parents' association"),
    Role.TEACHER: N_("the teachers"),
    Role.SCHOOL: N_("the head of the school"),
    Role.OFFICIAL: N_("the leaders of the commune"),
    Role.FRONT: N_("the Front of the commune"),
    Role.ORGANISATION: N_("the organisations"),
    Role.POLICE: N_("the commune's police"),
}
# The meaning of learning, regular attendance, everybody's duty, the help there is, and a day. No threats, no promises.
POINTS = (
    N_("• Who learns can read, reckon and find work; the children's life gets easier than ours."),
    N_("• Going every day counts: who misses lessons falls behind and loses heart."),
    N_("• The children's schooling is the business of parents, village, school and commune, not of one alone."),
    N_(
        "• Short of rice, clothes or books, or far from school: say so, and village and school look for a way together."
    ),
    N_("• Before going home, each family names a day on which the child goes to school again."),
)


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """Both for one meeting: the text to be read out, then what to say in the evening."""
    if not argument.isdigit():
        raise Refused("outside_scope")
    meeting = guests.require(chat.work, int(argument))
    if meeting.status == MeetingStatus.CANCELLED:
        raise Refused("meeting_cancelled")
    return [loudspeaker(chat, meeting), talk(chat, meeting)]


def loudspeaker(chat: Chat, meeting: Meeting) -> Outgoing:
    """What, when, where, who is invited; no pupil's name, and a day that stays right whenever it is read."""
    roles = [Role(part.role) for part in invitees.parts_of(chat.work, meeting)]
    invited = wording.all_of([chat.say(INVITED[role]) for role in INVITED if role in roles])
    rows = [
        chat.say("📅 To be read over the loudspeaker:"),
        chat.say(
            "The people of %(where)s are invited to a meeting about %(purpose)s.",
            where=words.of_village(chat, meeting),
            purpose=words.purpose(chat, meeting.purpose),
        ),
        chat.say(
            "When: %(hour)s, %(day)s.",
            hour=chat.reader.hour_in_words(meeting.starts_at),
            day=chat.reader.day(words.local_day(chat.reader, meeting.starts_at)),
        ),
        chat.say("Where: %(place)s.", place=words.place(chat, meeting)),
        chat.say("Invited: all families with children at school, %(who)s.", who=invited)
        if invited
        else chat.say("Invited: all families with children at school."),
        chat.say("Please come on time. Thank you."),
    ]
    return Outgoing("\n".join(rows))


def talk(chat: Chat, meeting: Meeting) -> Outgoing:
    """Five short lines for the evening."""
    rows = [chat.say("To say at the meeting:"), *(chat.say(point) for point in POINTS)]
    return chat.menu_of(
        "\n".join(rows),
        (chat.to("guests", str(meeting.id)), chat.say("Families to invite")),
        (chat.to("meetings", str(meeting.id)), chat.say("See the meeting")),
    )


ALOUD = Conversation(
    name="aloud",
    title=lambda chat: chat.say("What is said aloud"),
    may="meetings.see",
    opens=opening,
)
