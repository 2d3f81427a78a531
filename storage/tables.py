"""Every table in one import: what the migrations are compared with."""

from storage import (
    alerts,
    attendance,
    audit,
    cases,
    chat,
    meetings,
    people,
    places,
    promises,
    pupils,
    reminders,
    thresholds,
    visits,
)
from storage.columns import Base

__all__ = [
    "Base",
    "alerts",
    "attendance",
    "audit",
    "cases",
    "chat",
    "meetings",
    "people",
    "places",
    "promises",
    "pupils",
    "reminders",
    "thresholds",
    "visits",
]
