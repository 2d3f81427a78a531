"""Forms of the office page: what was typed is never lost, and whoever comes second hears what has changed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.conversations import wording
from bot.i18n import N_
from bot.rules.work import Refused
from bot.web.office.desk import Desk

T = TypeVar("T")
WAS = "was"  # the hidden field: what stood there when the page was made
ACT = "act"  # which button was pressed
CONFLICT, UNREADABLE = 409, 422
MEANWHILE = N_("Somebody has changed this meanwhile. Please look it over, and press once more.")


@dataclass(frozen=True)
class Field:
    """One field: `kind` is text, number, date, time, select or textarea; `hint` stands below, `error` beside it."""

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    hint: str = ""
    error: str = ""
    options: Sequence[tuple[str, str]] = ()
    least: str | int | None = None
    greatest: str | int | None = None


@dataclass(frozen=True)
class Group:
    """Fields that belong together, under a legend."""

    legend: str
    fields: Sequence[Field]


@dataclass(frozen=True)
class Button:
    """What can be done: the first one of a form is what Enter presses."""

    act: str
    caption: str
    is_plain: bool = False


@dataclass(frozen=True)
class Form:
    """A form as it is shown. `said` is why nothing was written; `action` where it goes; `hidden` goes along."""

    groups: Sequence[Group]
    buttons: Sequence[Button]
    was: str = ""
    said: str = ""
    action: str = ""
    hidden: Mapping[str, str] | None = None

    def __iter__(self) -> Iterator[Field]:
        return (field for group in self.groups for field in group.fields)

    @property
    def problems(self) -> list[Field]:
        return [field for field in self if field.error]

    def filled(self, values: Mapping[str, str], errors: Mapping[str, str], said: str = "") -> Form:
        """The same form with what was typed, and what is wrong with it beside each field."""
        groups = [
            Group(
                group.legend,
                [
                    replace(one, value=values.get(one.name, one.value), error=errors.get(one.name, ""))
                    for one in group.fields
                ],
            )
            for group in self.groups
        ]
        return replace(self, groups=groups, said=said)


@dataclass(frozen=True)
class Typed:
    """What a form brought: `values` to go on with, and the fields that somebody else has changed in between."""

    values: dict[str, str]
    is_stale: bool
    conflicts: frozenset[str]


def written(now: Mapping[str, str]) -> str:
    """The values of a form as its hidden field carries them."""
    return json.dumps(dict(now), ensure_ascii=False, separators=(",", ":"))


def typed(desk: Desk, now: Mapping[str, str]) -> Typed:
    """What was typed into a form with these fields: a field that was left alone holds what stands there by now."""
    before = was(desk)
    values, conflicts = {}, set()
    for name, value in now.items():
        given = _tidy(desk.asked.form.get(name, value))
        is_mine = given != before.get(name)
        values[name] = given if is_mine else value
        if is_mine and value not in (before.get(name), given):
            conflicts.add(name)
    return Typed(values, any(before.get(name) != value for name, value in now.items()), frozenset(conflicts))


def was(desk: Desk) -> dict[str, str]:
    """What stood there when the page was made, as the page says; nothing where it says it badly."""
    try:
        found = json.loads(desk.asked.form.get(WAS, ""))
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def attempt(desk: Desk, act: Callable[[], T]) -> T | Refused:
    """Does it whole, or not at all: what was refused leaves nothing behind, also nothing to tell."""
    told = len(desk.work.notices)
    savepoint = desk.session.begin_nested()
    try:
        done = act()
        desk.session.flush()
    except Refused as refused:
        savepoint.rollback()
        desk.session.expire_all()
        desk.work.known.clear()
        del desk.work.notices[told:]
        return refused
    savepoint.commit()
    return done


def sentence(desk: Desk, refused: Refused) -> str:
    """Why not, as the chat says it."""
    return wording.refusal(desk.chat, refused).text


def number(desk: Desk, text: str, least: int, greatest: int) -> tuple[int | None, str]:
    """A whole number within its bounds, or what is wrong with it."""
    if text.isdecimal() and len(text) < 6 and least <= int(text) <= greatest:
        return int(text), ""
    return None, desk.say("Please type a whole number from %(least)s to %(greatest)s.", least=least, greatest=greatest)
