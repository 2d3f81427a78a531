"""Every export by its name."""

from __future__ import annotations

from bot.reports.export_attendance import ATTENDANCE, REGISTERS
from bot.reports.export_machine import AUDIT, DELIVERIES
from bot.reports.export_meetings import INVITATIONS, MEETINGS
from bot.reports.export_people import PEOPLE
from bot.reports.export_pupils import PUPILS
from bot.reports.export_support import SUPPORT
from bot.reports.export_visits import CASES, VISITS

TABLES = {
    table.name: table
    for table in (
        PUPILS,
        ATTENDANCE,
        REGISTERS,
        VISITS,
        CASES,
        MEETINGS,
        INVITATIONS,
        PEOPLE,
        SUPPORT,
        DELIVERIES,
        AUDIT,
    )
}
