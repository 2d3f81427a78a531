"""Two entries that may be one child: seen side by side, made one or told apart, and taken back for a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_
from bot.messages import Outgoing
from bot.parsing import given_name
from bot.rules import mergers, people
from bot.rules.mergers import Side
from bot.rules.tasks import Task
from bot.rules.work import Refused
from storage import pupils
from storage.pupils import Pupil, PupilStatus, Relation

SHOWN = 6
PARENTS = {
    Relation.MOTHER: N_("mother %(parent)s"),
    Relation.FATHER: N_("father %(parent)s"),
    Relation.GUARDIAN: N_("guardian %(parent)s"),
}
AWAY = {
    PupilStatus.MOVED: N_("has moved"),
    PupilStatus.DROPPED_OUT: N_("no longer comes"),
    PupilStatus.FINISHED: N_("has finished school"),
}


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The pairs to look at; `of.12` those of one pupil, `pair.12.15`, `one.12.15`, `merge.12.15`, `apart.12.15`,
    `undo.3`."""
    act, *rest = argument.split(".")
    if act not in ACTS or not all(part.isdigit() for part in rest) or len(rest) != TAKES[act]:
        raise Refused("outside_scope")
    return ACTS[act](chat, *map(int, rest))


def waiting(chat: Chat) -> Outgoing:
    """The pairs that nobody has said anything about; a single one is shown at once."""
    people.require(chat.work, "pupils.merge")
    found = mergers.waiting(chat.work)
    if not found:
        return chat.menu_of(chat.say("No pupils are alike who have not been looked at."), _tasks(chat), _menu(chat))
    if len(found) == 1:
        return pair(chat, found[0][0].id, found[0][1].id)
    text = chat.say("%(n)d pairs of pupils are alike. Which one does %(you)s look at?", n=len(found))
    return chat.menu_of(text, *(_entry(chat, one, two) for one, two in found[:SHOWN]), _tasks(chat))


def _entry(chat: Chat, one: Pupil, two: Pupil) -> tuple[str, str]:
    """`Đinh Thị Nhi, 6A và 6B`."""
    names = [_class_name(chat, pupil) for pupil in (one, two)]
    label = chat.say("%(pupil)s, %(first)s and %(second)s", pupil=one.name, first=names[0], second=names[1])
    return chat.to("merging", f"pair.{one.id}.{two.id}"), label


def _class_name(chat: Chat, pupil: Pupil) -> str:
    school_class = pupils.class_of(chat.session, pupil.id)
    return school_class.name if school_class is not None else chat.say("no class")


def of_pupil(chat: Chat, pupil_id: int) -> Outgoing:
    """From the pupil's card: whoever is like this one; else the merger that can still be undone."""
    found = mergers.alike(chat.work, pupil_id)
    if found:
        return pair(chat, pupil_id, found[0])
    merger = mergers.undoable(chat.work, pupil_id)
    if merger is None:
        return waiting(chat)
    one = _listed_name(chat, pupil_id)
    text = chat.say("Two entries of %(pupil)s became one. This can be taken back for 24 hours.", pupil=one)
    return chat.menu_of(text, (chat.to("merging", f"undo.{merger.id}"), chat.say("Make them two again")), _tasks(chat))


def _listed_name(chat: Chat, pupil_id: int) -> str:
    pupil = pupils.get(chat.scope, chat.session, pupil_id)
    return given_name(pupil.name) if pupil is not None else ""


def pair(chat: Chat, first_id: int, second_id: int) -> Outgoing:
    """Both side by side: class, village, parents, absences, open file."""
    first, second = mergers.look(chat.work, first_id, second_id)
    lines = [
        chat.say("Is this one child, %(you)s? %(pupil)s stands on the list twice:", pupil=first.listed.pupil.name),
        _side(chat, first),
        _side(chat, second),
    ]
    options = [
        *(_keep(chat, one, two) for one, two in ((first, second), (second, first))),
        (chat.to("merging", f"apart.{first_id}.{second_id}"), chat.say("Two different children")),
        _tasks(chat),
    ]
    return replace(chat.menu_of("\n".join(lines), *options), is_private=True)


def _keep(chat: Chat, kept: Side, other: Side) -> tuple[str, str]:
    """`Một em, học lớp 6A`; where the class is the same, by the village or the birth date."""
    value = chat.to("merging", f"one.{kept.listed.pupil.id}.{other.listed.pupil.id}")
    if kept.listed.class_name != other.listed.class_name:
        return value, chat.say("One child, in class %(class_name)s", class_name=kept.listed.class_name)
    if kept.listed.village != other.listed.village:
        return value, chat.say("One child, of %(village)s", village=kept.listed.village)
    born = _born(chat, kept.listed.pupil.birth_date)
    return value, chat.say("One child, keep the entry %(born)s", born=born or chat.say("without a birth date"))


def _side(chat: Chat, side: Side) -> str:
    """`• Lớp 6A, thôn Cà Xen, sinh 3/2/2012, mẹ Đinh Thị Nương: vắng 3 buổi, có hồ sơ`."""
    listed = side.listed
    parts = [
        chat.say("class %(class_name)s", class_name=listed.class_name) if listed.class_name else chat.say("no class"),
        listed.village,
        _born(chat, listed.pupil.birth_date),
        *(chat.say(PARENTS[Relation(one.relation)], parent=one.name) for one in side.guardians),
        chat.say(AWAY[PupilStatus(listed.pupil.status)]) if listed.pupil.status in AWAY else "",
    ]
    facts = [chat.say_n("%(n)d session missed", "%(n)d sessions missed", side.missed)]
    if side.case is not None:
        facts.append(chat.say("a file is open"))
    who = wording.all_of([part for part in parts if part])
    return chat.say("• %(entry)s: %(facts)s", entry=who[:1].upper() + who[1:], facts=wording.all_of(facts))


def _born(chat: Chat, birth_date: str) -> str:
    if len(birth_date) == 4:
        return chat.say("born in %(year)s", year=birth_date)
    if not birth_date:
        return ""
    day = date.fromisoformat(birth_date)
    return chat.say("born %(date)s", date=f"{day.day}/{day.month}/{day.year}")


def sure(chat: Chat, kept_id: int, other_id: int) -> Outgoing:
    """What will be, before it is."""
    kept, other = mergers.look(chat.work, kept_id, other_id)
    lines = [
        chat.say(
            "%(pupil)s becomes one child, in class %(class_name)s. Is that right?",
            pupil=kept.listed.pupil.name,
            class_name=kept.listed.class_name,
        ),
        chat.say("• Absences, visits, promises and needs of both come together"),
    ]
    if kept.listed.class_name != other.listed.class_name:
        lines.append(
            chat.say("• On days of both classes, class %(class_name)s is right", class_name=kept.listed.class_name)
        )
    if kept.case is not None and other.case is not None:
        lines.append(chat.say("• Two open files become one, the older goes on"))
    lines.append(chat.say("It can be taken back for 24 hours."))
    return chat.menu_of(
        "\n".join(lines),
        (chat.to("merging", f"merge.{kept_id}.{other_id}"), chat.say("Make them one")),
        (chat.to("merging", f"pair.{kept_id}.{other_id}"), chat.say("Look at both again")),
    )


def merge(chat: Chat, kept_id: int, other_id: int) -> Reply:
    """One child from now on; `↩️` for a day."""
    row = mergers.merge(chat.work, kept_id, other_id)
    pupil = chat.session.get_one(Pupil, kept_id)
    text = chat.say(
        "✅ Recorded at %(time)s: %(pupil)s is one child now, in class %(class_name)s. "
        "This can be undone for 24 hours.",
        time=chat.reader.clock(chat.now),
        pupil=pupil.name,
        class_name=_class_name(chat, pupil),
    )
    value = chat.to("merging", f"undo.{row.id}")
    back = wording.take_back(chat, value, chat.say("Make them two again"))
    shown = chat.menu_of(text, (chat.to("pupils", f"see.{kept_id}"), chat.say("See the pupil")), _tasks(chat))
    return replace(shown, choices=(*shown.choices, back), is_private=True)


def apart(chat: Chat, first_id: int, second_id: int) -> Reply:
    """Nobody asks about these two again."""
    mergers.tell_apart(chat.work, first_id, second_id)
    text = chat.say("✅ Recorded: two different children. Ra Lớp does not ask about them again.")
    return chat.menu_of(text, _tasks(chat), _menu(chat))


def undo(chat: Chat, merger_id: int) -> Reply:
    row = mergers.undo(chat.work, merger_id)
    text = chat.say(
        "✅ Taken back at %(time)s: there are two pupils again, as they were before.",
        time=chat.reader.clock(chat.now),
    )
    return chat.menu_of(
        text,
        (chat.to("merging", f"pair.{row.kept_id}.{row.other_id}"), chat.say("Look at both again")),
        _tasks(chat),
    )


def _tasks(chat: Chat) -> tuple[str, str]:
    return chat.to("tasks"), chat.say("My tasks")


def _menu(chat: Chat) -> tuple[str, str]:
    return chat.to("menu"), chat.say("Menu")


def task_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Xem 2 cặp học sinh gần giống nhau`: one line, however many."""
    found = mergers.waiting(chat.work)
    if not found:
        return None
    label = chat.say_n("Look at %(n)d pair of pupils who are alike", "Look at %(n)d pairs of pupils who are alike",
                       len(found))  # fmt: skip
    return chat.to("merging"), label


ACTS: dict[str, Callable[..., Draft | Reply]] = {
    "": waiting,
    "of": of_pupil,
    "pair": pair,
    "one": sure,
    "merge": merge,
    "apart": apart,
    "undo": undo,
}
TAKES = {"": 0, "of": 1, "pair": 2, "one": 2, "merge": 2, "apart": 2, "undo": 1}

MERGING = Conversation(
    name="merging",
    title=lambda chat: chat.say("Pupils who are alike"),
    may="pupils.merge",
    opens=opening,
    is_lookup=True,
)
