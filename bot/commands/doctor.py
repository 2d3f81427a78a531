"""`ralop doctor`: one line a check, and what to do about each; exit code 1 if any fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict

import click

from bot.commands import common, examinations
from bot.commands.examine_hooks import hooks
from bot.commands.examining import Finding, Level, Patient
from bot.commands.zalo_examination import zalo_bots
from bot.i18n import N_, Reader
from bot.settings import Stop
from storage.database import DatabaseError

WORDS = {Level.OK: N_("fine"), Level.WARN: N_("look"), Level.FAIL: N_("wrong")}


@click.command("doctor")
@click.option("--quick", is_flag=True, help="Only whether the service runs and its database answers.")
@click.option("--json", "as_json", is_flag=True, help="Print one object for scripts.")
def command(quick: bool, as_json: bool) -> None:
    """Check configuration, database, clock, channels, sends, disk and backups, and say what to do.

    Exit code 1 if anything is wrong; what only wants a look does not count.
    """
    settings, reader, clock = common.ready()
    patient = Patient(settings, reader, clock)
    try:
        with common.database_errors(reader):
            patient.open()
        stop: Stop | None = None
    except Stop as error:
        stop = error
    try:
        checks = examinations.QUICK if quick else (*examinations.ALL, zalo_bots, hooks)
        findings = list(_examined(patient, checks, stop))
    finally:
        patient.close()
    _show(reader, findings, as_json=as_json)
    wrong = [finding.name for finding in findings if finding.level is Level.FAIL]
    if stop is not None:
        raise stop
    if wrong:
        raise Stop(
            reader.say_n(
                "%(n)s check failed: %(names)s", "%(n)s checks failed: %(names)s", len(wrong), names=", ".join(wrong)
            )
        )


def _examined(
    patient: Patient, checks: Iterable[Callable[[Patient], Iterable[Finding]]], stop: Stop | None
) -> Iterable[Finding]:
    """Every finding; without a database only what can be looked at without one."""
    if stop is not None:
        yield Finding("database", Level.FAIL, str(stop))
    for check in checks:
        if stop is not None and (check in examinations.NEED_DATABASE or check is hooks):
            continue
        try:
            with common.database_errors(patient.reader):
                yield from check(patient)
        except (Stop, DatabaseError) as error:
            yield Finding(check.__name__, Level.FAIL, str(error))


def _show(reader: Reader, findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        is_well = all(finding.level is not Level.FAIL for finding in findings)
        common.print_json({"ok": is_well, "checks": [asdict(finding) for finding in findings]})
        return
    for finding in findings:
        line = reader.say("%(level)s: %(what)s", level=reader.say(WORDS[finding.level]), what=finding.text)
        click.echo(f"{line} → {finding.to_do}" if finding.to_do else line)
