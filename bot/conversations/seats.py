"""Where a new code can be typed on a channel whose bots take few people each; for the chat and for `ralop invite`."""

from __future__ import annotations

from bot.conversations.wording import channel
from bot.i18n import Reader
from bot.rules import budget
from bot.rules.budget import Seat
from bot.rules.work import Work


def lines(reader: Reader, work: Work) -> list[str]:
    """A line for each such channel: which bot has room for the newest code, or that nobody more can join there."""
    return [_line(reader, seat) for seat in budget.seats(work)]


def _line(reader: Reader, seat: Seat) -> str:
    name = channel(seat.channel)
    if not seat.bot:
        return reader.say_n(
            "The %(channel)s bot has its %(people)d people: invite over the web page or Telegram, or add a bot.",
            "%(n)d %(channel)s bots have their %(people)d people: invite over the web page or Telegram, or add one.",
            seat.of,
            channel=name,
            people=budget.INVITES_END_AT,
        )
    if seat.of == 1:
        return reader.say("%(channel)s: open the commune's bot and type the code.", channel=name)
    return reader.say(
        "%(channel)s: open the commune's bot number %(number)d and type the code.", channel=name, number=seat.number
    )
