"""Who of a class lodges at the school during the week (bán trú): the Sunday-evening head-count asks about them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Choose, Misread, Named, Option, Tick
from bot.i18n import N_
from bot.messages import Outgoing
from bot.parsing import class_name, fold, given_name
from bot.rules import attendance, calendar
from bot.rules.work import Refused
from storage import places, pupils
from storage.places import SchoolClass
from storage.pupils import Pupil

AT_MOST = 8


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The list of a class, those who lodge ticked."""
    if argument.isdigit():
        return of_class(chat, int(argument))
    own = _own(chat)
    if not own:
        raise Refused("not_allowed", action="attendance.report")
    return of_class(chat, own[0].id) if len(own) == 1 else {}


def of_class(chat: Chat, class_id: int) -> Draft:
    """The class is known; asked is only who."""
    attendance.require_class(chat.work, class_id)
    return {"class": str(class_id)}


def which_class(chat: Chat) -> Choose:
    """A teacher of several classes, or a school; any class can also be typed."""
    own = _own(chat)

    def typed(chat: Chat, text: str) -> str:
        wanted = fold(class_name(text) or text)
        found = next((str(one.id) for one in own if fold(one.name) == wanted), None)
        if found is None:
            raise Misread(chat.say("Which class? For example: 6A"))
        return found

    return Choose(
        chat.say("Which class?"),
        [Option(str(one.id), one.name, is_short=True) for one in own[:AT_MOST]],
        hint=chat.say("Which class? For example: 6A"),
        free=typed,
        required=True,
    )


def who(chat: Chat) -> Tick:
    """Everybody of the class, those ticked who lodge now; typed numbers are the whole list anew."""
    roll, name = _roll(chat), _class(chat).name
    chat.draft.setdefault("~boarders", [pupil.id for pupil in roll if pupil.is_boarder])
    lodging = [given_name(pupil.name) for pupil in roll if pupil.is_boarder]
    return Tick(
        "boarders",
        chat.say("Who of class %(class_name)s lodges at the school? Tap each name and then Done.", class_name=name),
        [Named(pupil.id, pupil.name, (pupil.name, given_name(pupil.name))) for pupil in roll],
        done=lambda n: chat.say_n("Done: %(n)d pupil", "Done: %(n)d pupils", n),
        plain=chat.say(
            "Who of class %(class_name)s lodges at the school? So far: %(names)s.\nType all numbers, for example: 1 3",
            class_name=name,
            names=wording.all_of(lodging) or chat.say("nobody (of the boarders)"),
        ),
    )


def record(chat: Chat) -> Reply:
    """Calls the rule; it can be changed at any time in the same way."""
    n = calendar.set_boarders(chat.work, _class(chat).id, chat.answer("boarders", []))
    text = chat.say_n(
        "✅ Recorded at %(time)s: class %(class_name)s has %(n)d boarder.",
        "✅ Recorded at %(time)s: class %(class_name)s has %(n)d boarders.",
        n,
        time=chat.reader.clock(chat.now),
        class_name=_class(chat).name,
    )
    back = chat.to("boarders", str(_class(chat).id))
    return Outgoing(text, (wording.change(chat, back),))


def _own(chat: Chat) -> list[SchoolClass]:
    ids = chat.once("own classes", lambda: attendance.reportable_classes(chat.work))
    return [one for one in (places.school_class(chat.session, class_id) for class_id in ids) if one is not None]


def _class(chat: Chat) -> SchoolClass:
    found = places.school_class(chat.session, int(chat.draft["class"]))
    if found is None:
        raise Refused("outside_scope")
    return found


def _roll(chat: Chat) -> Sequence[Pupil]:
    class_id = _class(chat).id
    return chat.once(("whole roll", class_id), lambda: pupils.of_class(chat.scope, chat.session, class_id))


BOARDERS = Conversation(
    name="boarders",
    title=lambda chat: chat.say("The list of the boarders"),
    words=("bán trú", "boarders"),
    may="attendance.report",
    opens=opening,
    steps=(Step("class", which_class), Step("boarders", who)),
    finish=record,
    help=N_("Who lodges at the school during the week"),
)
