"""Exports are tried out through the command, on the same machine as the other commands."""

from tests.commands.conftest import bare, shell

__all__ = ["bare", "shell"]
