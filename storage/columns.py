"""Column types that SQLite's STRICT tables accept and PostgreSQL stores alike: text, integers, nothing else.

SQLAlchemy's own String, Boolean, DateTime, Date and JSON are refused by STRICT ("unknown datatype"), and it is worth
having: a value of the wrong type is refused by the database, not found a year later.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import Boolean, Dialect, Integer, LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

INSTANT_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


class Instant(TypeDecorator[datetime]):
    """A moment in UTC as ISO text of one length, so that its order as text is its order in time."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC).strftime(INSTANT_FORM)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.strptime(value, INSTANT_FORM).replace(tzinfo=UTC)


class Day(TypeDecorator[date]):
    """A calendar day of the commune, as ISO text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        if isinstance(value, datetime):
            raise TypeError("a moment is not a day: ask the clock for the commune's day")
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class JsonText(TypeDecorator[Any]):
    """A JSON value as text; written with sorted keys, so equal values are equal texts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Flag(TypeDecorator[bool]):
    """Yes or no: 1 or 0 on SQLite, whose STRICT tables know no boolean; a boolean on PostgreSQL."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | bool | None:
        return int(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class Base(DeclarativeBase):
    """Every table; all are STRICT on SQLite."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        int: Integer,
        bytes: LargeBinary,
        bool: Flag,
        datetime: Instant,
        date: Day,
        dict[str, Any]: JsonText,
        list[Any]: JsonText,
        list[str]: JsonText,
        list[int]: JsonText,
    }
    __table_args__: Any = ({"sqlite_strict": True},)


def table_args(*items: Any) -> tuple[Any, ...]:
    """Constraints and indexes of a table that is STRICT like all others."""
    return (*items, {"sqlite_strict": True})
