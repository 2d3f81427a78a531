"""What to talk of with a family, by reason: short lines to say at the door, and who should come along (domain §6).

The lines are our own. None threatens, none speaks of fines, none promises what the school has not set.
"""

from __future__ import annotations

from bot.conversations import support_words, wording
from bot.dialogue.conversation import Chat
from bot.i18n import N_
from bot.messages import Choice
from bot.parsing import phone_shown
from bot.reports.code_words import WHY
from bot.rules.advice import HRE, MEMBER, Advice, Companion
from bot.rules.reasons import Why
from storage.people import Organisation

TALK: dict[Why, tuple[str, ...]] = {
    Why.UNKNOWN: (
        N_("Let the family tell first; do not hurry with advice."),
        N_("Ask after health and work, then why the pupil stays at home."),
        N_("Teacher and classmates are waiting for the pupil."),
    ),
    Why.OTHER: (
        N_("Let the family tell to the end, then ask what would help."),
        N_("Say again what was understood, so that nothing is mistaken."),
        N_("Teacher and classmates are waiting for the pupil."),
    ),
    Why.HOUSEHOLD_WORK: (
        N_("School in the morning, a hand at home in the afternoon."),
        N_("Little ones can go to the kindergarten; the school knows how."),
        N_("In the busy season neighbours can lend each other days."),
    ),
    Why.POVERTY: (
        N_("Whatever is lacking may be said; it is noted and somebody is looked for."),
        N_("Fees and costs: ask the school, nobody need be ashamed to ask."),
        N_("What is lacking today should not keep the pupil at home."),
    ),
    Why.MIGRATION: (
        N_("The pupil can stay with the grandparents and go on in the same class."),
        N_("If all move for good, ask for the transfer paper, so that the new school takes the pupil."),
        N_("Ask which day the family leaves and which day it is back."),
    ),
    Why.OWN_WORK: (
        N_("Under fifteen nobody may be hired; the good jobs ask for grade nine."),
        N_("After grade nine there are trades to learn."),
        N_("Ask the pupil which trade it should be."),
    ),
    Why.WEAK_LEARNING: (
        N_("Say where the lessons got lost; the teacher looks for a way."),
        N_("Whoever comes back is not laughed at and not scolded."),
        N_("Praise one thing that the pupil does well."),
    ),
    Why.DISTANCE: (
        N_("When stream or road is dangerous, stay at home and tell the teacher."),
        N_("Find friends on the same way, so that they walk together."),
        N_("A bed at school or a bicycle: ask the school."),
    ),
    Why.ILLNESS: (
        N_("Get well first; the place in class is kept."),
        N_("With the health card the pupil can go to the health station."),
        N_("Missed lessons can be copied from a friend."),
    ),
    Why.EARLY_MARRIAGE: (
        N_("A girl marries from eighteen on, a boy from twenty on."),
        N_("Marrying early harms the health and makes life hard."),
        N_("Whoever is married or expecting still has the place in class."),
    ),
    Why.FAMILY: (
        N_("Listen to the pupil alone, where the pupil feels safe."),
        N_("Ask with whom the pupil lives, where the pupil sleeps, and whether anybody hurts them."),
        N_("Do not promise to keep silent: what is grave is told to those who protect children."),
    ),
    Why.GAME_PEER: (
        N_("Do not scold; ask with whom the pupil goes out and when the pupil sleeps."),
        N_("Coming back is enough, what was is over."),
        N_("Agree with the family on hours for play and hours for school."),
    ),
    Why.CUSTOM: (
        N_("The feast is dear to the village; after it school goes on."),
        N_("Ask: on which morning after the feast does the pupil come?"),
    ),
    Why.NOT_USEFUL: (
        N_("Name somebody of the village who learned and now has work."),
        N_("Ask the pupil what they would like to become."),
        N_("Who reads and reckons well is cheated less."),
    ),
    Why.PRIVATE: (
        N_("Only listen; do not press with questions."),
        N_("What is said here is told to the teacher and to nobody else in the village."),
        N_("Let the pupil choose with whom to speak."),
    ),
}
LABELS = {**WHY, Why.OTHER: N_("Another reason")}


def beside(chat: Chat, argument: str) -> Choice:
    """The choice that stands beside the numbered ones wherever somebody is about to visit."""
    return Choice(
        chat.to("advice", argument),
        chat.say("What to say to the family"),
        typed=chat.say("For what to say to the family, type: what to say"),
    )


def lines(chat: Chat, advice: Advice, *, is_at_the_door: bool = False) -> list[str]:
    """The whole of an advice, at most eleven lines; whoever stands at the door takes nobody along any more."""
    found = [*_total(chat, advice), *(chat.say("• %(line)s", line=chat.say(one)) for one in TALK[advice.reason])]
    along = [] if is_at_the_door else [_companion(chat, one) for one in advice.along]
    if along:
        found.append(chat.say("• To take along: %(who)s", who="; ".join(along)))
    found += _support(chat, advice)
    if advice.asks is not None:
        found.append(_ask(chat, advice))
    if advice.may_be_danger:
        found.append(chat.say("• If a child is in danger: call 111, free of charge, day and night."))
    return found


def _total(chat: Chat, advice: Advice) -> list[str]:
    """`• Em đã nghỉ 9 buổi, cả lớp trung bình 2`: families think that it was half as much (R11)."""
    if not advice.missed:
        return []
    if advice.average is None:
        sentence = (
            N_("• Missed this year: %(n)d sessions") if advice.is_sessions else N_("• Missed this year: %(n)d days")
        )
        return [chat.say(sentence, n=advice.missed)]
    average = round(advice.average)
    sentence = (BESIDE_SESSIONS if advice.is_sessions else BESIDE_DAYS)[bool(average)]
    return [chat.say(sentence, n=advice.missed, average=average)]


# Beside the class's average: less than one, or a number.
BESIDE_SESSIONS = (
    N_("• Missed this year: %(n)d sessions, the class on average less than one"),
    N_("• Missed this year: %(n)d sessions, the class on average %(average)d"),
)
BESIDE_DAYS = (
    N_("• Missed this year: %(n)d days, the class on average less than one"),
    N_("• Missed this year: %(n)d days, the class on average %(average)d"),
)


def _companion(chat: Chat, one: Companion) -> str:
    """`chị Dung, Chủ tịch Hội Phụ nữ xã (gia đình là hội viên)`."""
    if one.person is None:
        if not one.organisation:
            return chat.say("a woman, since it is a girl")
        name = chat.say(wording.ORGANISATIONS[Organisation(one.organisation)])
        return chat.say("%(organisation)s (the family is a member)", organisation=name) if one.why == MEMBER else name
    position = wording.position(chat, one.person)
    who = wording.all_of([part for part in (wording.person(chat.reader, one.person), position) if part])
    if one.why == MEMBER:
        return chat.say("%(who)s (the family is a member)", who=who)
    return chat.say("%(who)s (speaks Hrê)", who=who) if one.why == HRE else who


def _support(chat: Chat, advice: Advice) -> list[str]:
    """Only what the school has set is named as there; everything else is a question to the school."""
    found = []
    if advice.offers:
        held = support_words.offers(chat, advice.offers)
        found.append(chat.say("• The school has: %(what)s. For anything else ask the school.", what=held))
    else:
        found.append(chat.say("• Support: ask the school; nothing is promised beforehand."))
    return [*found, *support_words.hinted(chat, advice.hints)]


def _ask(chat: Chat, advice: Advice) -> str:
    assert advice.asks is not None
    values = {"who": wording.person(chat.reader, advice.asks)}
    if advice.asks.phone:
        return chat.say(
            "• It is a private matter: ask %(who)s before going, %(phone)s.",
            phone=phone_shown(advice.asks.phone),
            **values,
        )
    return chat.say("• It is a private matter: ask %(who)s before going.", **values)
