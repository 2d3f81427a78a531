"""What a failed call means for the message: try later, refused for good, address closed, or nobody knows.

The texts are the Bot API server's (`Client.cpp: fail_query_with_error, check_chat_access`). Class *and* text
decide: BadRequest and TimedOut are subclasses of NetworkError, and proxies say Forbidden, too.
"""

from __future__ import annotations

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

from bot.channels.channel import Gone, Later, Rejected, SendError, Unknown
from bot.channels.discreet import TOKEN
from bot.channels.telegram_wire import Flood, NoAnswer

CLOSED = {
    "bot was blocked by the user": "blocked",
    "user is deactivated": "deactivated",
    "bot was kicked from": "kicked",
    "bot is not a member of": "not a member",
    "the group chat was deleted": "chat deleted",
}
NEVER_STARTED = "bot can't initiate conversation with a user"
# Said of a person who never opened the chat, and by a Bot API server that lost its data: not dead for that.
NOT_FOUND = ("chat not found", "peer_id_invalid")

UNREACHABLE_SECONDS = 5.0
POOL_SECONDS = 2.0
TOKEN_SECONDS = 15.0  # one wrong 401 must not silence the bot for a minute (E3)
UNCLEAR_SECONDS = 300.0

# The request never left: a second try cannot make a second copy.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


def meaning(error: Exception, *, is_repeatable: bool) -> SendError:
    """The SendError that tells what to do next.

    `is_repeatable`: twice does no harm (an edit, a deletion), so that a lost answer is simply tried again.
    """
    if isinstance(error, Flood):
        return Later("too many messages", error.seconds)
    if isinstance(error, NoAnswer):
        return _of_no_answer(error, is_repeatable)
    if isinstance(error, InvalidToken):
        return Later("the token was refused", TOKEN_SECONDS, whole_bot=True)
    if isinstance(error, Forbidden):
        return _of_forbidden(error)
    if isinstance(error, ChatMigrated):
        return Gone("migrated")
    if isinstance(error, BadRequest):
        return _of_bad_request(error)
    if isinstance(error, NetworkError):
        return _of_network(error, is_repeatable)
    return _lost(type(error).__name__, is_repeatable)


def says(error: Exception, *texts: str) -> bool:
    """Whether Telegram refused with one of these words (PTB changes the first letter's case)."""
    return isinstance(error, TelegramError) and any(text in error.message.lower() for text in texts)


def is_line_trouble(error: Exception) -> bool:
    """Whether the line itself is in doubt, so that a harmless call should work before a message is risked."""
    is_refusal = isinstance(error, BadRequest | Flood | Forbidden | ChatMigrated)
    return not is_refusal and not isinstance(error.__cause__, httpx.PoolTimeout)


def _of_no_answer(error: NoAnswer, is_repeatable: bool) -> SendError:
    """A page that is no 5xx comes from something on the way (an ISP, a proxy): the message never reached
    Telegram.

    A 5xx or half an answer may come after the message was delivered (F10, `5xx_after`): only the rule for
    unknown outcomes keeps the copies at two.
    """
    if 300 <= error.status < 500 or (error.status < 300 and error.is_page):
        return Later(f"a page in the way ({error.status})", UNREACHABLE_SECONDS, whole_bot=True)
    return _lost(f"no answer ({error.status})", is_repeatable)


def _of_forbidden(error: Forbidden) -> SendError:
    text = error.message.lower()
    for words, reason in CLOSED.items():
        if words in text:
            return Gone(reason)
    if NEVER_STARTED in text:
        return Gone("never started", never_started=True)
    # Never dead on a text that nobody knows: one bot lost 3 % of its users that way.
    return Later(f"forbidden: {_short(error)}", UNCLEAR_SECONDS)


def _of_bad_request(error: BadRequest) -> SendError:
    if says(error, *NOT_FOUND):
        return Gone("chat not found", never_started=True)
    return Rejected(_short(error))


def _of_network(error: NetworkError, is_repeatable: bool) -> SendError:
    cause = error.__cause__
    if isinstance(cause, httpx.PoolTimeout):
        return Later("all connections are busy", POOL_SECONDS)
    if isinstance(cause, _NOT_SENT):
        return Later(f"not reached ({type(cause).__name__})", UNREACHABLE_SECONDS, whole_bot=True)
    if cause is None and says(error, "request entity too large"):
        return Rejected("too large")
    return _lost(type(cause or error).__name__, is_repeatable)


def _lost(what: str, is_repeatable: bool) -> SendError:
    reason = f"answer lost ({what})"
    return Later(reason, UNREACHABLE_SECONDS) if is_repeatable else Unknown(reason)


def _short(error: TelegramError) -> str:
    """Telegram's own words without whatever a parser added."""
    return TOKEN.sub("<token>", error.message.split(". Parsing")[0])[:120]
