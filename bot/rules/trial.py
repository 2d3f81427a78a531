"""A trial: what an act would lead to, of which nothing stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bot.rules.work import Work

T = TypeVar("T")


def tried(work: Work, act: Callable[[Work], T]) -> T:
    """Calls `act` and takes back everything that it wrote; nobody is told.

    What it returns must be plain values: the rows are gone. What `act` raises, comes out.
    """
    savepoint = work.session.begin_nested()
    try:
        return act(replace(work, notices=[], held={}, known={}))
    finally:
        savepoint.rollback()
        work.session.expire_all()
