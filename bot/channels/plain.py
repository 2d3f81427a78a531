"""Plain JSON of platforms, however odd: read without surprises, and clean enough for every database."""

from __future__ import annotations

import json
import math
from typing import Any

_MAX_DEPTH = 40  # real updates stay below 15; json.dumps gives up near 1,000


def read_json(payload: bytes) -> Any:
    """The JSON value, or None where it is none.

    NaN, infinities and numbers of 40 digits become None: PostgreSQL's JSON and Python's own limit (4,300
    digits) refuse them later, when nobody can skip them any more.
    """
    try:
        return json.loads(
            payload.decode("utf-8", "replace"),
            parse_int=lambda digits: int(digits) if len(digits) < 40 else None,
            parse_float=_finite,
            parse_constant=lambda _: None,
        )
    except (ValueError, RecursionError):  # nesting of a thousand levels is a RecursionError
        return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def clean(value: Any, depth: int = 0) -> Any:
    """JSON that every database takes: no lone surrogates, no NUL, no bottomless nesting.

    A row that the inbox cannot write would come again for ever, and hold up everybody behind it.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if depth > _MAX_DEPTH and isinstance(value, dict | list):
        return None
    if isinstance(value, dict):
        return {clean(str(key)): clean(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item, depth + 1) for item in value]
    return value
