"""Where a new code can be typed on a channel whose bots take few people each; for the chat and for `ralop invite`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.conversations.wording import channel
from bot.i18n import Reader
from bot.rules import budget
from bot.rules.budget import Seat
from bot.rules.work import Work

BotLinks = Mapping[tuple[str, str], str]
Links = Sequence[tuple[str, str]]


def lines(reader: Reader, work: Work, bot_links: BotLinks) -> list[str]:
    """A line for each such channel: which bot has room for the newest code, or that nobody more can join there.

    `bot_links`: where a bot is opened, by channel and bot, as far as the operator has told.
    """
    return [_line(reader, seat, bot_links.get((seat.channel, seat.bot), "")) for seat in budget.seats(work)]


def link(work: Work, channel_name: str, bot_links: BotLinks) -> str:
    """What is opened to type the newest code on such a channel; empty where nobody has told, or there is no room."""
    found = (bot_links.get((seat.channel, seat.bot), "") for seat in budget.seats(work) if seat.channel == channel_name)
    return next(found, "")


def on_card(work: Work, links: Links, bot_links: BotLinks) -> list[tuple[str, str]]:
    """The links of a printed card with those of the bots that have room, behind the one that joins by itself.

    A bot's link carries no code, so its address is printed beside the channel's name, and the code is typed there.
    """
    found = [(channel(seat.channel), bot_links.get((seat.channel, seat.bot), "")) for seat in budget.seats(work)]
    own = [(f"{name} {where.removeprefix('https://')}", where) for name, where in found if where]
    return [*links[:1], *own, *links[1:]]


def _line(reader: Reader, seat: Seat, where: str) -> str:
    name = channel(seat.channel)
    if not seat.bot:
        return reader.say_n(
            "The %(channel)s bot has its %(people)d people: invite over the web page or Telegram, or add a bot.",
            "%(n)d %(channel)s bots have their %(people)d people: invite over the web page or Telegram, or add one.",
            seat.of,
            channel=name,
            people=budget.INVITES_END_AT,
        )
    if where:
        return reader.say("%(channel)s: open %(link)s and type the code.", channel=name, link=where)
    if seat.of == 1:
        return reader.say("%(channel)s: open the commune's bot and type the code.", channel=name)
    return reader.say(
        "%(channel)s: open the commune's bot number %(number)d and type the code.", channel=name, number=seat.number
    )
