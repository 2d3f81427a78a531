"""`make wires`: every transcript on every wire, from outside, with WEB_PUBLIC_URL and without; 1 when anything differs.

`--wire telegram` (again for more), `--only v03`, `--verbose`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from storage.database import migrate, open_database
from tests.conftest import build
from tests.wires.performances import WIRES, Outcome, everything, perform_all


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wire", action="append", choices=list(WIRES), default=[])
    parser.add_argument("--only", default="", help="a part of the play's name")
    parser.add_argument("--public", choices=("yes", "no"), help="with WEB_PUBLIC_URL only, or without only")
    options = parser.parse_args()
    parts = [part for part in everything(options.wire, options.only) if options.public in (None, _yes(part.is_public))]
    with tempfile.TemporaryDirectory(prefix="ralop-") as folder:
        outcomes = perform_all(parts, template(Path(folder)), told)
    print()
    table(outcomes)
    failed = [one for one in outcomes if one.wrong]
    print(
        f"\n{len(outcomes)} performances, {sum(one.messages for one in outcomes)} messages seen, {len(failed)} failed"
    )
    return 1 if failed else 0


def template(folder: Path) -> Path:
    """A database of the transcripts' commune."""
    path = folder / "long_mon.sqlite3"
    database = open_database(f"sqlite:///{path}", create=True)
    migrate(database)
    database.close()
    build(f"sqlite:///{path}")
    return path


def told(outcome: Outcome) -> None:
    """One performance as it ends, and what was wrong with it."""
    print(f"{'FAILED' if outcome.wrong else 'passed'}  {outcome.part.name}", flush=True)
    for line in outcome.wrong:
        print("    " + line.replace("\n", "\n    "))


def table(outcomes: list[Outcome]) -> None:
    """Transcript by wire, without a public address / with one."""
    marks = {(one.part.path.stem, one.part.wire, one.part.is_public): _mark(one) for one in outcomes}
    wires = [name for name in WIRES if any(wire == name for _, wire, _ in marks)]
    print(f"{'':<32}" + "".join(f"{name:>12}{'+url':>8}" for name in wires))
    for play in sorted({one.part.path.stem for one in outcomes}):
        cells = [f"{marks.get((play, name, False), ''):>12}{marks.get((play, name, True), ''):>8}" for name in wires]
        print(f"{play:<32}" + "".join(cells))


def _mark(outcome: Outcome) -> str:
    return "FAILED" if outcome.wrong else "passed"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


if __name__ == "__main__":
    sys.exit(main())
