"""What a failed send over Zalo means for the message: try later, refused for good, address closed, or nobody knows.

The codes are those of the reference, §2; what it leaves open is decided here so that nobody is marked gone wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.channels.channel import Gone, Later, Rejected, SendError, Unknown
from bot.channels.zalo_wire import Lost, NoAnswer, Refused

UNREACHABLE_SECONDS = 5.0
PAGE_SECONDS = 30.0  # a gateway's 429: we are too fast for it, Zalo has not seen the message
TOKEN_SECONDS = 60.0
UNCLEAR_SECONDS = 300.0
# 429 of Zalo itself: the month's quota mostly. It comes without a hint when to try again.
QUOTA_SECONDS = (300.0, 1800.0)
# 403 "Internal server error": two quick tries as for a fault that passes, then patience.
SUSPECT_SECONDS = (60.0, 300.0, 3600.0)
SUSPECT_TRIES, SUSPECT_LASTS = 3, timedelta(hours=24)


@dataclass
class Suspect:
    """A chat that Zalo refuses with 403, which may mean a block or a fault of Zalo's."""

    first: datetime
    tries: int = 0


@dataclass
class Suspects:
    """The chats refused with 403 since anything was sent to them or heard of them.

    Kept in memory: after a restart counting begins anew, which can only be too patient.
    """

    chats: dict[str, Suspect] = field(default_factory=dict)
    well_at: datetime | None = None  # when this bot last reached anybody

    def refused(self, chat: str, now: datetime) -> SendError:
        """Closed only after three refusals over a day, while the bot reached somebody else meanwhile."""
        suspect = self.chats.setdefault(chat, Suspect(now))
        suspect.tries += 1
        was_well = self.well_at is not None and self.well_at > suspect.first
        if suspect.tries >= SUSPECT_TRIES and now - suspect.first >= SUSPECT_LASTS and was_well:
            self.clear(chat)
            return Gone("refused for a day")
        return Later("refused (403)", SUSPECT_SECONDS[min(suspect.tries, len(SUSPECT_SECONDS)) - 1])

    def clear(self, chat: str) -> None:
        """This chat is well."""
        self.chats.pop(chat, None)

    def reached(self, chat: str, now: datetime) -> None:
        """A message arrived there."""
        self.clear(chat)
        self.well_at = now


def meaning(error: Exception, refusals: int = 1) -> SendError:
    """The SendError that tells what to do next; 403 is for `Suspects`. `refusals`: how many 429 in a row."""
    if isinstance(error, Lost):
        if error.was_sent:
            return Unknown(f"answer lost ({error.kind})")
        return Later(f"not reached ({error.kind})", UNREACHABLE_SECONDS, whole_bot=True)
    if isinstance(error, NoAnswer):
        return _of_no_answer(error)
    if isinstance(error, Refused):
        return _of_refused(error, refusals)
    return Unknown(f"answer lost ({type(error).__name__})")


def is_line_trouble(error: Exception) -> bool:
    """Whether the line itself is in doubt, so that a harmless call should work before a message is risked."""
    return not isinstance(error, Refused) or error.code == 408 or error.code >= 500


def _of_no_answer(error: NoAnswer) -> SendError:
    """A page that is no 5xx comes from something on the way; a 5xx, or half an answer, after who knows what."""
    if error.status == 429:
        return Later("too many requests", PAGE_SECONDS, whole_bot=True)
    if 300 <= error.status < 500 or (error.status < 300 and error.is_page):
        return Later(f"a page in the way ({error.status})", UNREACHABLE_SECONDS, whole_bot=True)
    return Unknown(f"no answer ({error.status})")


def _of_refused(error: Refused, refusals: int) -> SendError:
    code = error.code
    if code == 401:
        return Later("the token was refused", TOKEN_SECONDS, whole_bot=True)
    if code == 429:
        return Later("quota exceeded", QUOTA_SECONDS[min(refusals, len(QUOTA_SECONDS)) - 1], whole_bot=True)
    if code == 408 or code >= 500:
        return Unknown(f"no answer ({code})")
    if 400 <= code < 500:
        return Rejected(f"{code}: {error.words}"[:120])
    return Later(f"refused ({code})", UNCLEAR_SECONDS)
