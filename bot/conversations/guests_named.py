"""The families that are guests of a meeting: named in a push, told apart on buttons, and read when they are typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.conversations import wording
from bot.conversations.attendance_line import fits
from bot.dialogue.conversation import Chat
from bot.dialogue.questions import Answer, Misread, Named
from bot.parsing import given_name
from bot.rules import guests as rules
from bot.rules.guests import Guest
from storage.meetings import Meeting

BETWEEN = re.compile(r"[,;\n]+|\bvà\b|\bva\b")
SHOWN = 60
NAMED_AT_MOST = 3  # in a push; the others after a press
INVITED_BEFORE = timedelta(hours=2)  # when the reminder asks to invite the families


def named(chat: Chat, guests: Sequence[Guest]) -> list[Named]:
    """`Đinh Thị Bé, 8B`; with village and year of birth where that is not enough."""
    found = [one.listed for one in guests]
    labels = [chat.say("%(name)s, %(class_name)s", name=one.pupil.name, class_name=one.class_name) for one in found]
    return [
        Named(
            one.pupil.id,
            label if labels.count(label) == 1 else wording.all_of([label, one.village, one.pupil.birth_date[:4]]),
            (one.pupil.name,),
        )
        for one, label in zip(found, labels, strict=True)
    ]


def read_names(chat: Chat, text: str, guests: Sequence[Guest]) -> Answer:
    """`Bé, Ngọc và Hạnh`. Raises Misread for a name of nobody, or of several."""
    roll = [one.listed.pupil for one in guests]
    keys = []
    for part in (part.strip() for part in BETWEEN.split(text) if part.strip()):
        found = fits(part, roll)
        if len(found) > 1:
            raise Misread(
                chat.say(
                    "Several in this list are called %(text)s. Please type the numbers, for example: 1 3",
                    text=part[:SHOWN],
                )
            )
        if not found:
            raise Misread(
                chat.say(
                    "Nobody in this list is called %(text)s. Please type the numbers, for example: 1 3",
                    text=part[:SHOWN],
                )
            )
        keys.append(found[0].id)
    return Answer([pupil.id for pupil in roll if pupil.id in keys])


def asked_to_invite(chat: Chat, meeting: Meeting) -> list[Guest]:
    """The families that this person is to invite by mouth."""
    villages = rules.villages_to_invite(chat.work, meeting, chat.me)
    return rules.expected(chat.work, meeting, villages=villages)


def line(chat: Chat, meeting: Meeting) -> tuple[str, int]:
    """`Nhờ bác mời thêm gia đình em Chi và em Bé.`, and how many it does not name; empty when there is none."""
    found = asked_to_invite(chat, meeting)
    names = [chat.say("%(given)s (pupil)", given=given_name(one.listed.pupil.name)) for one in found[:NAMED_AT_MOST]]
    more = len(found) - len(names)
    if not found:
        return "", 0
    if more > 0:
        text = chat.say(
            "Please also invite the families of %(names)s and %(n)d others.", names=wording.all_of(names), n=more
        )
        return text, more
    return chat.say("Please also invite the families of %(names)s.", names=chat.reader.join(names)), 0


def line_of_change(chat: Chat, meeting: Meeting, was: datetime) -> list[str]:
    """`Nhờ bác báo giúp gia đình em Chi và em Bé.`: once the families may have been invited by mouth."""
    found = asked_to_invite(chat, meeting) if was - chat.now <= INVITED_BEFORE else []
    if not found:
        return []
    names = [chat.say("%(given)s (pupil)", given=given_name(one.listed.pupil.name)) for one in found[:NAMED_AT_MOST]]
    more = len(found) - len(names)
    if more > 0:
        listed = wording.all_of(names)
        return [chat.say("Please tell the families of %(names)s and %(n)d others, too.", names=listed, n=more)]
    return [chat.say("Please tell the families of %(names)s, too.", names=chat.reader.join(names))]
