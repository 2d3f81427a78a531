"""What a plan leaves open, as questions; for the command and for plans sent in the chat."""

from __future__ import annotations

from datetime import date

from bot.i18n import N_, WEEKDAYS, Reader
from bot.importers.plan import Doubt, DoubtKind

QUESTIONS = {
    DoubtKind.WEEKDAY_MISMATCH: N_("%(date)s is %(weekday)s, not %(said)s; %(said)s is %(fits)s. Which one?"),
    DoubtKind.IMPOSSIBLE_DATE: N_("there is no day %(day)s/%(month)s. Which day?"),
    DoubtKind.NO_DATE: N_("it is not clear on which day. Which one?"),
    DoubtKind.NO_YEAR: N_("the day has no year, and the paper no date. Which year?"),
    DoubtKind.NO_HOUR: N_("there is no hour. At what time?"),
    DoubtKind.SEVERAL_HOURS: N_("there are several hours (%(hours)s). One meeting, or several?"),
    DoubtKind.NO_PLACE: N_("it is not clear where. In which village?"),
    DoubtKind.DATE_UNLIKELY: N_("%(date)s does not fit a paper of %(issued_on)s. Which day?"),
    DoubtKind.CALLED_OFF: N_("the row itself says that it is off. Does it take place?"),
    DoubtKind.UNCLEAR: N_("it is not clear which time belongs to which place. Which?"),
}


def date_of(day: date) -> str:
    """`21/3/2024`."""
    return f"{day.day}/{day.month}/{day.year}"


def sentence(reader: Reader, doubt: Doubt) -> str:
    """The row that is held back, what must be asked about it, and its words."""
    details = dict(doubt.details)
    said = details.get("said")
    values: dict[str, object] = {
        name: date_of(value) if isinstance(value, date) else value for name, value in details.items()
    }
    if isinstance(said, int):
        values["said"] = reader.say(WEEKDAYS[said])
    if isinstance(details.get("date"), date):
        values["weekday"] = reader.weekday(details["date"])  # type: ignore[arg-type]
    question = reader.say(QUESTIONS[doubt.kind], **values)
    return reader.say(
        "Row %(row)d is held back: %(question)s (%(text)s)", row=doubt.row, question=question, text=details["text"]
    )
