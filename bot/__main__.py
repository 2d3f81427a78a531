"""`ralop …` and `python -m bot …`: exit code 0 done, 1 refused or incomplete, 2 wrong usage or a wrong setting.

This page imports click and nothing else, so that `ralop --help` is quick.
"""

from __future__ import annotations

import os
import sys

import click

from bot.commands import Lazy


@click.command(cls=Lazy, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", "shows_version", is_flag=True, help="Show the version and exit.")
@click.pass_context
def ralop(context: click.Context, shows_version: bool) -> None:
    """Ra Lớp keeps a commune's children in class: rosters, meetings, absences, home visits."""
    if shows_version:
        click.echo(f"ralop {installed_version()}")
        context.exit()
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: list[str] | None = None) -> None:
    """Runs one command; every error is one line on stderr, without a traceback."""
    try:
        code = ralop.main(arguments, prog_name="ralop", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _end("stopped", 1)
    except click.ClickException as error:
        _end(error.format_message(), 2)
    except BrokenPipeError:
        # Whoever read our output (`head`) has seen enough; Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        _end(*_explained(error))
    sys.exit(code if isinstance(code, int) else 0)


def _explained(error: Exception) -> tuple[str, int]:
    """What a command ended with, in one line; a bug is named by its type and place, never by what it says."""
    if type(error).__name__ == "Stop":
        from bot.commands.common import said

        return said(error), error.code  # type: ignore[arg-type, attr-defined]
    if isinstance(error, OSError) and error.strerror:
        return ": ".join(str(part) for part in (error.filename, error.strerror) if part), 1
    from bot import logs

    return f"a bug: {logs.place(error)}", 1


def _end(line: str, code: int) -> None:
    print(f"ralop: {' '.join(line.split())}", file=sys.stderr)
    sys.exit(code)


def installed_version() -> str:
    """The version of the installed distribution; of a checkout that is not installed, `dev`."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("ralop")
    except PackageNotFoundError:
        return "dev"


if __name__ == "__main__":
    main()
