"""One file a command of `ralop`. Each is imported only when it is called, so that `ralop --help` is quick."""

from __future__ import annotations

from importlib import import_module

import click

# command -> what it does, in a line; its module is bot.commands.<name> (import is a word of Python's, hence import_)
COMMANDS = {
    "demo": "everything on this machine, no account, a clock that can be moved",
    "run": "the real service",
    "init": "make the database and the first administrator's invite",
    "import": "read a roster (.xlsx, .xls, .csv)",
    "plan": "read an official plan with a table of meetings (.docx, .txt, .md)",
    "invite": "make an invite for a person",
    "export": "give data out (csv, json, xlsx)",
    "report": "the official report of a day, a week or a month (docx, pdf, xlsx)",
    "token": "tokens for programs that read the data, with one person's rights",
    "hook": "addresses that are told of new cases, closed days and a day's figures",
    "rules": "the numbers of the rules, and what they would have raised",
    "calendar": "school days and closures, by school, site, class and village",
    "doctor": "check everything, and say what to do",
    "backup": "write a consistent copy while the service runs",
    "restore": "put a backup back",
}


class Lazy(click.Group):
    """A group that loads a command's module when it is asked for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = import_module(f"bot.commands.{name}_" if name == "import" else f"bot.commands.{name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
