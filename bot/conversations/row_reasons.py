"""Why a row of a roster was not taken, in words; for the command and for files sent in the chat."""

from __future__ import annotations

from typing import Any

from bot.i18n import N_, Reader
from bot.importers.roster_facts import RejectedRow, RowReason

REASONS = {
    RowReason.NO_NAME: N_("there is no name"),
    RowReason.NO_GIVEN_NAME: N_("the given name is missing"),
    RowReason.NAME_TOO_LONG: N_("the name is longer than %(limit)s letters"),
    RowReason.NO_CLASS: N_("there is no class"),
    RowReason.CLASS_TOO_LONG: N_("the class “%(value)s” is longer than %(limit)s letters"),
    RowReason.IMPOSSIBLE_BIRTH_DATE: N_("there is no such birth date: %(value)s"),
    RowReason.BAD_STATUS: N_("the status “%(value)s” is not understood"),
    RowReason.CONTRADICTS: N_("it contradicts row %(row)s (%(field)s)"),
}
FIELDS = {
    "class_name": N_("class"),
    "birth": N_("birth date"),
    "birth_year": N_("birth date"),
    "name": N_("name"),
    "code": N_("code"),
    "personal_id": N_("personal ID"),
    "village": N_("village"),
    "sex": N_("sex"),
    "father": N_("father"),
    "mother": N_("mother"),
    "guardian": N_("guardian"),
    "ethnicity": N_("ethnicity"),
    "phones": N_("telephone"),
    "policy": N_("support"),
    "status": N_("status"),
}


def sentence(reader: Reader, rejected: RejectedRow) -> str:
    """What is wrong with it, as a part of a sentence."""
    details: dict[str, Any] = dict(rejected.details)
    if "field" in details:
        details["field"] = reader.say(FIELDS.get(str(details["field"]), N_("another value")))
    if rejected.reason is RowReason.CONTRADICTS and details.get("sheet"):
        return reader.say("it contradicts sheet %(sheet)s, row %(row)s (%(field)s)", **details)
    return reader.say(REASONS[rejected.reason], **details)
