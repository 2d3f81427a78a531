"""`ralop …` and `python -m bot …`: exit code 0 done, 1 refused or incomplete, 2 wrong usage or a wrong setting."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version

import click

from bot.commands import Lazy


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def ralop() -> None:
    """Ra Lớp keeps a commune's children in class: rosters, meetings, absences, home visits."""


def main(arguments: list[str] | None = None) -> None:
    """Runs one command; every error is one line on stderr, without a traceback."""
    try:
        code = ralop.main(arguments, prog_name="ralop", standalone_mode=False)
    except click.exceptions.Abort:
        _end("stopped", 1)
    except click.ClickException as error:
        _end(error.format_message(), 2)
    except Exception as error:
        if type(error).__name__ != "Stop":
            raise
        _end(str(error), getattr(error, "code", 1))
    sys.exit(code if isinstance(code, int) else 0)


def _end(line: str, code: int) -> None:
    print(f"ralop: {' '.join(line.split())}", file=sys.stderr)
    sys.exit(code)


def installed_version() -> str:
    """The version of the installed distribution; of a checkout that is not installed, `dev`."""
    try:
        return version("ralop")
    except PackageNotFoundError:
        return "dev"


if __name__ == "__main__":
    main()
