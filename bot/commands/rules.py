"""`ralop rules`: the numbers in force, what others would have raised on past registers, and setting them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import click

from bot.commands import common
from bot.conversations import rules_words as words
from bot.i18n import Reader
from bot.rules import early_warning, people, rehearsal, thresholds
from bot.rules.findings import OPENS_CASE
from bot.rules.rehearsal import Rehearsal
from bot.rules.thresholds import NUMBERS, Thresholds
from bot.rules.work import Refused, Work
from bot.settings import Stop

EXAMPLE = "ralop rules --rehearse 2024-03-01 2024-03-20 --set R2.days=4"


@click.command("rules")
@click.option("--rehearse", nargs=2, metavar="FROM TO", help="Play the rules on the registers of these days.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Set a number, as R2.days=4; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print one object for scripts.")
def command(rehearse: tuple[str, str] | None, changes: Sequence[str], as_json: bool) -> None:
    """Show the numbers of the rules with what each means; set them; or rehearse them on past registers.

    --rehearse says how many cases there would have been, by week and village, and writes nothing. With --set it plays
    those numbers without setting them. Numbers that make no sense are refused, all together.
    """
    with common.machine() as machine:
        reader = machine.reader
        wanted = _read(reader, changes)
        days = _days(reader, *rehearse) if rehearse is not None else None
        with machine.work() as work:
            commune = people.commune_of(work)
            numbers = _checked(reader, work, commune.id, wanted)
            if days is None and wanted:
                thresholds.put(work, commune.id, wanted)
                early_warning.recompute_commune(work, commune.id)
        found = _played(machine, commune.id, days, numbers) if days is not None else None
        with machine.work() as work:
            names = rehearsal.village_names(work, {one.village_id for one in found.raisings} if found else ())
        if as_json:
            common.print_json(_as_json(numbers, found, names))
            return
        if found is not None:
            click.echo("\n".join(_rehearsed(reader, found, names, wanted)))
        else:
            click.echo("\n".join(_in_force(reader, commune.name, numbers, wanted)))


# What was typed


def _read(reader: Reader, changes: Sequence[str]) -> Thresholds:
    found: Thresholds = {}
    for change in changes:
        key, _, value = (part.strip() for part in change.partition("="))
        if key not in NUMBERS:
            raise Stop(reader.say("No number is called %(key)s; an example: %(example)s", key=key, example=EXAMPLE), 2)
        if not value.isascii() or not value.isdigit() or len(value) > 6:
            line = reader.say(
                "%(key)s needs a whole number; an example: --set %(key)s=%(value)s",
                key=key,
                value=NUMBERS[key].default,
            )
            raise Stop(line, 2)
        found[key] = int(value)
    return found


def _days(reader: Reader, since: str, until: str) -> tuple[date, date]:
    try:
        days = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError:
        line = reader.say("--rehearse needs two days; an example: %(example)s", example=EXAMPLE)
        raise Stop(line, 2) from None
    if days[1] < days[0]:
        raise Stop(reader.say("The last day lies before the first"), 2)
    return days


def _checked(reader: Reader, work: Work, commune_id: int, wanted: Thresholds) -> Thresholds:
    """The numbers in force with the wanted ones. Raises Stop with the reason when they make no sense."""
    try:
        return rehearsal.with_changes(work, commune_id, wanted)
    except Refused as refused:
        raise Stop(words.why_not(reader, refused.code, refused.details)) from None


def _played(machine: common.Machine, commune_id: int, days: tuple[date, date], numbers: Thresholds) -> Rehearsal:
    @contextmanager
    def watch(classes: Sequence[object]) -> Iterator[Callable[[int], None]]:
        with common.progress(len(classes), machine.reader.say("Rehearsing")) as bar:
            yield bar.update

    return rehearsal.rehearse(machine.work, commune_id, *days, numbers, watch=watch)[0]


# What is shown


def _in_force(reader: Reader, commune: str, numbers: Thresholds, changed: Thresholds) -> list[str]:
    lines = [reader.say("The numbers of the rules in %(commune)s:", commune=commune)]
    group = ""
    for key in words.GROUP_OF:
        if words.GROUP_OF[key] != group:
            group = words.GROUP_OF[key]
            lines += ["", reader.say(words.GROUPS[group])]
        lines.append(f"  {_line(reader, key, numbers[key])}")
    if changed:
        lines += ["", reader.say_n("%(n)s number was set.", "%(n)s numbers were set.", len(changed))]
    return lines


def _line(reader: Reader, key: str, value: int) -> str:
    """`R2.days = 3: …`, with the usual number where it is another."""
    usual = NUMBERS[key].default
    values = {"key": key, "value": value, "meaning": words.meaning(reader, key, value), "usual": usual}
    if value == usual:
        return reader.say("%(key)s = %(value)s: %(meaning)s", **values)
    return reader.say("%(key)s = %(value)s (usually %(usual)s): %(meaning)s", **values)


def _rehearsed(reader: Reader, found: Rehearsal, names: dict[int | None, str], changed: Thresholds) -> list[str]:
    values = {"since": _day(found.since), "until": _day(found.until), "pupils": found.pupils}
    lines = [
        reader.say("Rehearsal on the registers from %(since)s to %(until)s, %(pupils)s pupils:", **values),
        *(f"  {_line(reader, key, value)}" for key, value in changed.items()),
        reader.say_n("There would have been %(n)s case:", "There would have been %(n)s cases:", found.cases),
        *(_counted(reader, rule, found.total(rule, opens=True)) for rule in found.openers()),
        reader.say("Besides cases:"),
        *(
            _counted(reader, rule, found.total(rule))
            for rule in words.RULES
            if rule not in OPENS_CASE and found.total(rule)
        ),
        reader.say("Cases by week:"),
        *(
            reader.say("  week of %(day)s: %(cases)s", day=_day(monday), cases=_counts(reader, counted))
            for monday, counted in found.by_week().items()
        ),
        reader.say("Cases by village:"),
    ]
    for village, counted in found.by_village().items():
        name = names[village] or reader.say("no village")
        lines.append(reader.say("  %(village)s: %(cases)s", village=name, cases=_counts(reader, counted)))
    return [*lines, *_warnings(reader, found, names)]


def _counted(reader: Reader, rule: str, n: int) -> str:
    return reader.say("  %(rule)s, %(what)s: %(n)s", rule=rule, what=reader.say(words.RULES[rule]), n=n)


def _counts(reader: Reader, counted: Counter[str]) -> str:
    """`5 (R2 3, R3 2)`."""
    if not counted:
        return "0"
    return f"{counted.total()} ({', '.join(f'{rule} {n}' for rule, n in sorted(counted.items()))})"


def _warnings(reader: Reader, found: Rehearsal, names: dict[int | None, str]) -> list[str]:
    """One line a rule and village that would have asked for more than anybody can do in a day."""
    told: set[tuple[str, int | None]] = set()
    lines = []
    for one in found.crowded():
        if (one.rule, one.village_id) in told:
            continue
        told.add((one.rule, one.village_id))
        lines.append(
            reader.say(
                "⚠️ %(rule)s would have raised %(n)s cases in one day (%(day)s) in %(village)s. "
                "More than %(most)s a day cannot be visited; please take a greater number.",
                rule=one.rule,
                n=one.n,
                day=_day(one.on),
                village=names[one.village_id] or reader.say("no village"),
                most=rehearsal.TOO_MANY,
            )
        )
    return lines


def _day(on: date) -> str:
    return f"{on.day}/{on.month}/{on.year}"


def _as_json(numbers: Thresholds, found: Rehearsal | None, names: dict[int | None, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "thresholds": {
            key: {
                "value": numbers[key],
                "default": number.default,
                "least": number.least,
                "greatest": number.greatest,
                "unit": number.unit,
            }
            for key, number in NUMBERS.items()
        }
    }
    if found is not None:
        told["rehearsal"] = {
            "from": found.since.isoformat(),
            "to": found.until.isoformat(),
            "pupils": found.pupils,
            "cases": found.cases,
            "raised": {rule: found.total(rule) for rule in words.RULES if rule != "R0"},
            "by_week": [
                {"week": monday.isoformat(), "cases": dict(counted)} for monday, counted in found.by_week().items()
            ],
            "by_village": [
                {"village": names[village], "cases": dict(counted)} for village, counted in found.by_village().items()
            ],
            "warnings": [
                {"rule": one.rule, "date": one.on.isoformat(), "village": names[one.village_id], "cases": one.n}
                for one in found.crowded()
            ],
        }
    return told
