"""The keys outside the database, 32 random bytes in a file each: of invite codes (T3), and of web push."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from bot.i18n import N_
from bot.settings import Stop

NAME = "ralop.key"
PUSH = "ralop-push.key"
LENGTH = 32
DAMAGED = N_("%(file)s is damaged. Put the former file back, or delete it and invite again.")


def path_in(folder: Path, name: str = NAME) -> Path:
    """Where a key lies: beside the SQLite file, else in `data/`."""
    return folder / name


def load_or_make(folder: Path, name: str = NAME) -> bytes:
    """A key; made, readable by its owner only, where there is none.

    A restored database on a new machine gets a new key: codes that nobody has typed yet are unknown there, links work.
    Raises Stop for a file that is no key: a shorter one would make codes guessable.
    """
    path = path_in(folder, name)
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != LENGTH:
        raise Stop(DAMAGED, file=path)
    return key


def _make(path: Path) -> None:
    """Writes beside and links into place: two processes end up with one key, and never with half of one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    opened = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(opened, secrets.token_bytes(LENGTH))
        os.fsync(opened)
    finally:
        os.close(opened)
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
