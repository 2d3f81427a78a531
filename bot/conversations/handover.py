"""Handing a pupil's file to another school or commune: offered here, answered there, confirmed by a person."""

from __future__ import annotations

from collections.abc import Callable

from bot.conversations import handover_words as words
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Ask, Choose, Confirm, Misread, Option
from bot.i18n import N_
from bot.messages import Outgoing
from bot.parsing import clean_line, fold, given_name
from bot.rules import cases, handover, leaving, people
from bot.rules.work import Refused
from storage import places, pupils
from storage.cases import Case
from storage.pupils import Pupil

SCHOOLS_SHOWN = 6
PAGE = 7
TYPED = "typed:"  # before the words of a school that is not in this database
WHY_NOT = (
    N_("The class is full"),
    N_("The pupil has not come to us"),
    N_("The family lives elsewhere"),
)


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """`12`: the case to hand over. `see.5`, `take.5.7`, `classes.5.0`, `refuse.5`, `confirm.5`, `back.5`: an offer.
    `left.12`, `gone.12`, `wait.12`, `here.12`: a case whose pupil the list calls moved."""
    act, *rest = argument.split(".")
    if act.isdigit():
        act, rest = "case", [act]
    if act not in ACTS or not rest or not all(part.isdigit() for part in rest):
        raise Refused("outside_scope")
    return ACTS[act](chat, *(int(part) for part in rest[:2]))


# Offering


def begin(chat: Chat, case_id: int, _: int = 0) -> Draft | Reply:
    """Whom to offer it to; an offer that waits is shown instead."""
    people.require(chat.work, "cases.manage")
    case = cases.require(chat.work, case_id)
    waiting = handover.waiting_of(chat.work, case.id)
    return words.card(chat, waiting.id) if waiting is not None else {"case": case.id}


def case_of(chat: Chat) -> Case:
    """The case in hand."""
    return cases.require(chat.work, int(chat.draft["case"]))


def about(chat: Chat, case: Case) -> dict[str, str]:
    """Given name and class."""
    pupil, school_class = chat.session.get_one(Pupil, case.pupil_id), pupils.class_of(chat.session, case.pupil_id)
    return {"pupil": given_name(pupil.name), "class_name": school_class.name if school_class is not None else ""}


def where(chat: Chat) -> Choose:
    """A school of this database, or another one by its name."""
    known = handover.schools(chat.work, case_of(chat))[:SCHOOLS_SHOWN]
    example = chat.say("Trường TH Ba Điền, xã Ba Vinh")
    text = (
        chat.say("To which school does %(pupil)s, class %(class_name)s, go? Choose, or type school and commune.",
                 **about(chat, case_of(chat)))
        if known
        else chat.say("To which school does %(pupil)s, class %(class_name)s, go? Please type school and commune.",
                      **about(chat, case_of(chat)))
    )  # fmt: skip
    return Choose(
        text,
        [Option(str(one.id), one.name) for one in known],
        hint=chat.say("Please type school and commune. For example: %(example)s", example=example),
        free=_typed_school,
        valid=lambda _, answer: str(answer).startswith(TYPED) or places.get(chat.session, _number(answer)) is not None,
        back=True,
        required=True,
    )


def _number(answer: object) -> int | None:
    return int(str(answer)) if str(answer).isdigit() else None


def _typed_school(chat: Chat, text: str) -> str:
    name = clean_line(text)
    is_word = len(fold(name)) >= 4 and not fold(name).isdigit()
    found = [one for one in handover.schools(chat.work, case_of(chat)) if is_word and fold(name) in fold(one.name)]
    if len(found) == 1:
        return str(found[0].id)
    if not is_word:
        example = chat.say("Trường TH Ba Điền, xã Ba Vinh")
        raise Misread(chat.say("Please type school and commune. For example: %(example)s", example=example))
    return f"{TYPED}{name}"


def where_to(chat: Chat) -> tuple[int | None, str]:
    """(the school's id, or None and its words)."""
    answer = str(chat.answer("where"))
    return (None, answer.removeprefix(TYPED)) if answer.startswith(TYPED) else (int(answer), "")


def summary(chat: Chat) -> Confirm:
    """What they will see before they say yes, and that the file stays until then."""
    to_id, typed = where_to(chat)
    place = places.get(chat.session, to_id)
    lines = [
        chat.say("Please look at it once more, %(you)s:"),
        chat.say("• Pupil: %(pupil)s, class %(class_name)s", **about(chat, case_of(chat))),
        chat.say("• To: %(school)s", school=place.name if place is not None else typed),
    ]
    if handover.heads(chat.work, to_id):
        lines.append(chat.say("• They see name, class, reason, promises and who knows the family"))
    else:
        lines.append(chat.say("• Ra Lớp does not reach that school; please telephone it"))
    lines.append(chat.say("The file stays here until they say yes."))
    return Confirm("\n".join(lines), [("where", chat.say("The school"))])


def has_case(chat: Chat) -> bool:
    return "case" in chat.draft


# Answering


def take(chat: Chat, offer_id: int, class_id: int = 0) -> Reply:
    """`Nhận em, lớp 6A`."""
    row = handover.accept(chat.work, offer_id, class_id)
    school_class = places.school_class(chat.session, class_id)
    values = words.pupil_values(chat, row) | {"class_name": school_class.name if school_class is not None else ""}
    text = chat.say(
        "✅ Recorded: %(pupil)s is in class %(class_name)s now, and the file goes on here. Thank you, %(you)s.",
        **values,
    )
    return chat.menu_of(text, (chat.to("cases", f"see.{row.case_id}"), chat.say("See the file")), _tasks(chat))


def classes(chat: Chat, offer_id: int, page: int = 0) -> Reply:
    """All classes of the school, by the page."""
    found = handover.look(chat.work, offer_id)
    if not handover.is_asked(chat.work, found.offer):
        raise Refused("handover_answered")
    known = handover.classes(chat.work, found.offer)
    shown = known[page * PAGE : (page + 1) * PAGE]
    options = [(chat.to("handover", f"take.{offer_id}.{one.id}"), _class(chat, one.name)) for one in shown]
    if len(known) > PAGE:
        following = page + 1 if (page + 1) * PAGE < len(known) else 0
        options.append((chat.to("handover", f"classes.{offer_id}.{following}"), chat.say("More classes")))
    text = chat.say("Which class does %(pupil)s come into?", **words.pupil_values(chat, found.offer))
    return chat.menu_of(text, *options)


def _class(chat: Chat, name: str) -> str:
    return chat.say("Class %(class_name)s", class_name=name)


def refusing(chat: Chat, offer_id: int, _: int = 0) -> Draft | Reply:
    """Asks why, so that the sender knows what to do."""
    found = handover.look(chat.work, offer_id)
    if not handover.is_asked(chat.work, found.offer):
        raise Refused("handover_answered")
    return {"offer": offer_id}


def why(chat: Chat) -> Choose:
    """Why the school cannot."""
    found = handover.look(chat.work, int(chat.draft["offer"]))
    return Choose(
        chat.say("Why can %(pupil)s not be taken in yet? Choose, or type a few words.",
                 **words.pupil_values(chat, found.offer)),
        [Option(chat.say(reason), chat.say(reason)) for reason in WHY_NOT],
        hint=chat.say("Please choose a number, or type a few words. For example: the class is full"),
        free=_few_words,
        back=True,
        required=True,
    )  # fmt: skip


def _few_words(chat: Chat, text: str) -> str:
    said = clean_line(text)
    if len(fold(said)) < 3 or fold(said).isdigit():
        raise Misread(chat.say("Please choose a number, or type a few words. For example: the class is full"))
    return said[: handover.WORDS_AT_MOST]


def has_offer(chat: Chat) -> bool:
    return "offer" in chat.draft


# Confirming


def confirming(chat: Chat, offer_id: int, _: int = 0) -> Draft | Reply:
    """Somebody there said yes, outside of Ra Lớp."""
    found = handover.look(chat.work, offer_id)
    if not handover.is_confirmed_here(chat.work, found.offer):
        raise Refused("the_school_answers")
    return {"confirms": offer_id}


def gone(chat: Chat, case_id: int, _: int = 0) -> Draft | Reply:
    """The list says moved, and the new school has confirmed."""
    return {"left": leaving.left(chat.work, case_id).id}


def who(chat: Chat) -> Ask:
    """Who confirmed: a name is what makes it more than a tap."""
    return Ask(
        chat.say("Who confirmed it, and where? For example: cô Lan, Trường TH Ba Điền"),
        _a_name,
        hint=chat.say("Please type who confirmed it. For example: cô Lan, Trường TH Ba Điền"),
        back=True,
    )


def _a_name(chat: Chat, text: str) -> str:
    said = clean_line(text)
    if len(fold(said)) < 3 or fold(said).isdigit():
        raise Misread(chat.say("Please type who confirmed it. For example: cô Lan, Trường TH Ba Điền"))
    return said[: handover.WORDS_AT_MOST]


def is_confirming(chat: Chat) -> bool:
    return "confirms" in chat.draft or "left" in chat.draft


def take_back(chat: Chat, offer_id: int, _: int = 0) -> Reply:
    row = handover.take_back(chat.work, offer_id)
    text = chat.say("✅ The file of %(pupil)s, class %(class_name)s, stays here.", **words.pupil_values(chat, row))
    return chat.menu_of(text, (chat.to("cases", f"see.{row.case_id}"), chat.say("See the file")), _tasks(chat))


def asked(chat: Chat, case_id: int, _: int = 0) -> Reply:
    return words.left_question(chat, leaving.left(chat.work, case_id))


def wait(chat: Chat, case_id: int, _: int = 0) -> Reply:
    """Not confirmed: nothing is dropped."""
    case = leaving.left(chat.work, case_id)
    text = chat.say(
        "The file of %(pupil)s, class %(class_name)s, stays open until the new school confirms.", **about(chat, case)
    )
    return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("See the file")), _tasks(chat))


def here(chat: Chat, case_id: int, _: int = 0) -> Reply:
    case = leaving.still_here(chat.work, case_id)
    text = chat.say(
        "✅ Recorded: %(pupil)s still learns in class %(class_name)s. The file goes on.", **about(chat, case)
    )
    return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("See the file")), _tasks(chat))


# The end of each


def record(chat: Chat) -> Reply:
    """Calls the one rule that the answers are for."""
    if has_case(chat):
        return _offered(chat)
    if has_offer(chat):
        row = handover.refuse(chat.work, int(chat.draft["offer"]), str(chat.answer("why")))
        text = chat.say(
            "✅ Recorded. The other school hears why; the file of %(pupil)s stays with them.",
            **words.pupil_values(chat, row),
        )
        return chat.menu_of(text, _tasks(chat), _menu(chat))
    if "confirms" in chat.draft:
        row = handover.confirm(chat.work, int(chat.draft["confirms"]), str(chat.answer("who")))
        return _closed(chat, words.pupil_values(chat, row))
    case = leaving.confirm_left(chat.work, int(chat.draft["left"]), str(chat.answer("who")))
    return _closed(chat, about(chat, case))


def _offered(chat: Chat) -> Outgoing:
    to_id, typed = where_to(chat)
    row = handover.offer(chat.work, case_of(chat).id, to_id=to_id, to_words=typed)
    values = {"school": words.school_name(chat, row), **words.pupil_values(chat, row)}
    reached = bool(handover.heads(chat.work, to_id))
    text = (
        chat.say("✅ Offered: %(school)s hears of %(pupil)s, class %(class_name)s, in 2 minutes. "
                 "The file stays here until they say yes.", **values)
        if reached
        else chat.say("✅ Recorded. Please telephone %(school)s about %(pupil)s, class %(class_name)s. "
                      "The file stays here until they say yes.", **values)
    )  # fmt: skip
    return chat.menu_of(text, (chat.to("handover", f"see.{row.id}"), chat.say("See the hand-over")), _tasks(chat))


def _closed(chat: Chat, values: dict[str, str]) -> Outgoing:
    text = chat.say(
        "✅ Recorded: %(pupil)s, class %(class_name)s, is looked after there now. The file here is closed.", **values
    )
    return chat.menu_of(text, _tasks(chat), _menu(chat))


def _tasks(chat: Chat) -> tuple[str, str]:
    return chat.to("tasks"), chat.say("My tasks")


def _menu(chat: Chat) -> tuple[str, str]:
    return chat.to("menu"), chat.say("Menu")


def see(chat: Chat, offer_id: int, _: int = 0) -> Reply:
    return words.card(chat, offer_id)


ACTS: dict[str, Callable[..., Draft | Reply]] = {
    "case": begin,
    "see": see,
    "take": take,
    "classes": classes,
    "refuse": refusing,
    "confirm": confirming,
    "back": take_back,
    "left": asked,
    "gone": gone,
    "wait": wait,
    "here": here,
}

HANDOVER = Conversation(
    name="handover",
    title=lambda chat: chat.say("The hand-over of a file"),
    opens=opening,
    steps=(
        Step("where", where, when=has_case),
        Step("check", summary, when=has_case),
        Step("why", why, when=has_offer),
        Step("who", who, when=is_confirming),
    ),
    finish=record,
)
NOTICES = words.NOTICES
REMINDERS = words.REMINDERS
