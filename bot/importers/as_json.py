"""What an importer read, as JSON and back: frozen dataclasses of texts, numbers, days, hours, tuples and mappings."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
DAY = "~day"  # a day where its type does not say that it is one


def dumped(value: Any) -> Any:
    """A value that survives JSON; a field that holds its default is left out, so that a large roster stays small."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            one.name: dumped(found)
            for one in fields(value)
            if (found := getattr(value, one.name)) != one.default or one.default is MISSING
        }
    if isinstance(value, date):
        return {DAY: value.isoformat()}
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): dumped(one) for key, one in value.items()}
    return [dumped(one) for one in value] if isinstance(value, tuple | list) else value


def loaded(kind: type[T], data: Any) -> T:
    """The inverse. Raises KeyError, TypeError or ValueError for what an older or a newer version wrote otherwise."""
    return cast(T, _loaded(kind, data))


def _loaded(kind: Any, data: Any) -> Any:
    if data is None:
        return None
    if isinstance(data, dict) and DAY in data:
        return date.fromisoformat(data[DAY])
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _loaded(hints[name], one) for name, one in data.items() if name in hints})
    if kind is time:
        return time.fromisoformat(data)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(data)
    return _container(kind, data)


def _container(kind: Any, data: Any) -> Any:
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        others = [one for one in inside if one is not type(None)]
        return _loaded(others[0], data) if len(others) == 1 else data
    if origin is tuple:
        return tuple(_loaded(inside[0], one) for one in data)
    if isinstance(data, dict):
        return {key: _loaded(Any, one) for key, one in data.items()}
    return data


@lru_cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
