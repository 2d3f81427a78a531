"""Every table in one import: what the migrations are compared with."""

from storage import attendance, audit, cases, chat, meetings, people, places, pupils, reminders, visits
from storage.columns import Base

__all__ = [
    "Base",
    "attendance",
    "audit",
    "cases",
    "chat",
    "meetings",
    "people",
    "places",
    "pupils",
    "reminders",
    "visits",
]
