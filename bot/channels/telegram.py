"""Telegram: what goes out to a chat, and the channel as the rest of the house sees it.

python-telegram-bot is the client (requests, types, error classes) and no more; receiving is
`telegram_receive.py`, reading updates `telegram_updates.py`, the meaning of errors `telegram_errors.py`,
the line `telegram_wire.py`.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

import structlog
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, Message
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels import telegram_errors as errors
from bot.channels import telegram_updates as updates
from bot.channels.channel import Receive, Rejected, SendError
from bot.channels.discreet import silence_secrets
from bot.channels.line import Line
from bot.channels.plain import clean
from bot.channels.server_clock import ServerClock
from bot.channels.telegram_receive import READ_SECONDS, Receiver
from bot.channels.telegram_wire import Flood, Request, took_effect
from bot.messages import Act, Attachment, Choice, Incoming, Kind, Outgoing, Profile, Received, clipped, rendered

SEND_SECONDS = 30.0  # PTB's 5 s took delivered messages for lost ones (PTB #1045: three copies)
QUICK_SECONDS = 8.0
CONNECT_SECONDS = 10.0
SENDS_AT_ONCE = 64
TOAST_LIMIT = 200
CAPTION_LIMIT = 1024
FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
SUFFIXES = {Kind.PHOTO: ".jpg", Kind.VOICE: ".ogg"}
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
NO_TEXT = "there is no text in the message to edit"  # it is a photo or voice note

log = structlog.get_logger()


class TelegramChannel:
    """One bot of Telegram, by polling or by webhook. The token leaves this object in requests only."""

    name = "telegram"
    profile = Profile(buttons=True, edits=True, text_limit=4096)

    def __init__(
        self,
        token: str,
        *,
        now: Callable[[], datetime],
        base_url: str = "https://api.telegram.org",
        proxy: str | None = None,
        webhook: bool = False,
        webhook_url: str = "",
        webhook_secret: str = "",
        is_paced: bool = True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`now` is aware and in UTC; `base_url` is what stands before `/bot<token>/`; `webhook_url` is the
        whole public address that Telegram posts to; `is_paced`: 30 messages a second in all and one a second
        a chat, as Telegram counts them. Raises ValueError for a webhook without its address or secret."""
        if webhook and not (webhook_url and webhook_secret):
            raise ValueError("a webhook needs its address and its secret")
        silence_secrets()
        self.bot, self.is_paced = token.partition(":")[0], is_paced
        self._now, self._sleep = now, sleep
        self._server_clock = ServerClock(now)
        base = base_url.rstrip("/")
        line: dict[str, Any] = {
            "on_date": self._server_clock.note,
            "proxy": proxy or None,
            "pool_timeout": QUICK_SECONDS,
        }
        line |= {"connect_timeout": CONNECT_SECONDS, "write_timeout": SEND_SECONDS}
        self._poller = Request(base, connection_pool_size=1, read_timeout=READ_SECONDS, **line)
        self._sender = Request(base, connection_pool_size=SENDS_AT_ONCE, read_timeout=SEND_SECONDS, **line)
        self._api = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._sender,
            get_updates_request=self._poller,
        )
        self._receiver = Receiver(
            self._api,
            self._poller,
            now=now,
            sleep=sleep,
            webhook_url=webhook_url if webhook else "",
            webhook_secret=webhook_secret if webhook else "",
        )
        self._line = Line(self._is_alive)
        self._username: str | None = None

    async def run(self, store: Receive) -> None:
        """Receives until cancelled, see Channel.run; by webhook it only keeps the webhook ours."""
        await self._receiver.run(store)

    def accepts(self, secret_header: str | None) -> bool:
        """Whether a webhook call carries our secret; ask before reading the body."""
        return self._receiver.accepts(secret_header)

    def receive_body(self, body: bytes) -> list[Received]:
        """The update in an accepted webhook call: store it, then answer 200. Raises Unparsable."""
        return self._receiver.receive_body(body)

    def parse(self, received: Received) -> Incoming | None:
        """Understands a stored update; None is one that needs no answer. Raises Unparsable."""
        return updates.parse(received, self.bot, self._now())

    async def send(self, address: str, message: Outgoing) -> str:
        """Does what `message.act` says; returns the id of the message made or edited, else an empty text.

        Raises SendError. A toast never fails: it is a courtesy, and its failure would hold up the next
        message.
        """
        return await self._send(address, message, None)

    async def send_file(self, address: str, message: Outgoing, content: bytes) -> str:
        """Sends an attachment that came over another channel, or that is ours. Raises SendError."""
        return await self._send(address, message, content)

    async def _send(self, address: str, message: Outgoing, content: bytes | None) -> str:
        chat = _whole_number(address, "address")
        try:
            return await self._do(chat, message, content)
        except SendError:
            raise
        except Exception as error:
            failure = self._failed(error, message.act)
        raise failure  # outside, so that the traceback carries no text along

    async def _do(self, chat: int, message: Outgoing, content: bytes | None) -> str:
        if message.act is Act.TOAST:
            return await self._toast(message)
        if message.act is Act.LEAVE:
            return await self._leave(chat)
        if message.act is Act.SEND or (message.act is Act.EDIT and not message.target.isdigit()):
            return await self._say(chat, message, content)
        target = _whole_number(message.target, "target")
        if message.act is Act.EDIT:
            return await self._edit(chat, target, message)
        if message.act is Act.STRIP:
            return await self._strip(chat, target)
        return await self._delete(chat, target)

    async def _say(self, chat: int, message: Outgoing, content: bytes | None = None) -> str:
        call = self._call_of(chat, message, content)
        await self._line.need()
        try:
            sent = await call()
        except Exception as error:
            if took_effect.get():
                return ""  # Telegram said ok, only its description of the message is odd: never again
            failure = self._failed(error, Act.SEND)  # also in place of an edit: a message is not repeatable
        else:
            self._line.is_up = True
            return str(sent.message_id)
        raise failure

    def _call_of(self, chat: int, message: Outgoing, content: bytes | None) -> Callable[[], Awaitable[Message]]:
        """The one request that shows a message: a text, or what is attached with the text as its caption."""
        text, file = self._text(message), message.attachment
        common: dict[str, Any] = {
            "reply_markup": keyboard(message.choices),
            "protect_content": message.is_private or None,
        }
        if file is None:
            return partial(self._api.send_message, chat, text, link_preview_options=NO_PREVIEW, **common)
        given: str | InputFile
        if content is None:
            given = _file_id(file)
        else:
            given = InputFile(content, filename=file.name or f"{file.kind}{SUFFIXES.get(file.kind, '')}")
        return partial(self._sender_of(file), chat, given, caption=clipped(text, CAPTION_LIMIT) or None, **common)

    def _sender_of(self, file: Attachment) -> Callable[..., Awaitable[Message]]:
        if file.kind is Kind.VOICE:
            return self._api.send_voice
        return self._api.send_photo if file.kind is Kind.PHOTO else self._api.send_document

    async def _edit(self, chat: int, target: int, message: Outgoing) -> str:
        if message.attachment is not None:
            return await self._say(chat, message)  # a text does not turn into a voice note
        try:
            await self._api.edit_message_text(
                self._text(message),
                chat_id=chat,
                message_id=target,
                reply_markup=keyboard(message.choices),
                link_preview_options=NO_PREVIEW,
            )
            return str(target)
        except BadRequest as error:
            if errors.says(error, "message is not modified"):
                return str(target)
            if not errors.says(error, "message to edit not found", "message can't be edited", NO_TEXT):
                raise
        return await self._say(chat, message)

    async def _strip(self, chat: int, target: int) -> str:
        """The buttons go; where the message itself is gone or too old, nothing is left to do."""
        try:
            await self._api.edit_message_reply_markup(chat_id=chat, message_id=target)
        except BadRequest as error:
            fine = ("message is not modified", "message to edit not found", "message can't be edited")
            if not errors.says(error, *fine):
                raise
        return ""

    async def _delete(self, chat: int, target: int) -> str:
        """One older than 48 h is Rejected, visibly: what it said about a child stays on that phone."""
        try:
            await self._api.delete_message(chat, target)
        except BadRequest as error:
            if not errors.says(error, "message to delete not found"):
                raise
        return ""

    async def _leave(self, chat: int) -> str:
        """Out of a room; a refusal says that we are out already, or that it is no room."""
        try:
            await self._api.leave_chat(chat)
        except TelegramError as error:
            if errors.is_line_trouble(error) or isinstance(error, Flood):
                raise
        return ""

    async def _toast(self, message: Outgoing) -> str:
        text = clipped(clean(message.text), TOAST_LIMIT) or None
        try:
            await self._api.answer_callback_query(
                message.target, text, read_timeout=QUICK_SECONDS, connect_timeout=QUICK_SECONDS
            )
        except Exception as error:  # too old, mostly
            log.debug("toast not shown", error=type(error).__name__)
        return ""

    def _text(self, message: Outgoing) -> str:
        return rendered(replace(message, text=clean(message.text)), self.profile)

    def _failed(self, error: Exception, act: Act) -> SendError:
        if errors.is_line_trouble(error):
            self._line.is_up = False
        return errors.meaning(error, is_repeatable=act is not Act.SEND)

    async def _is_alive(self) -> bool:
        """Whether the Bot API itself answers; refusing the token, or asking us to wait, is an answer."""
        try:
            me = await self._api.get_me(read_timeout=QUICK_SECONDS, connect_timeout=QUICK_SECONDS)
            self._username = me.username
        except TelegramError as error:
            return isinstance(error, InvalidToken) or not errors.is_line_trouble(error)
        except Exception as error:
            log.debug("odd description of ourselves", error=type(error).__name__)
        return True

    async def name_of_bot(self) -> str | None:
        """The bot's username for t.me links, asked once; None while Telegram cannot be reached."""
        if self._username is None:
            await self._is_alive()
        return self._username

    async def ensure_commands(self, commands: list[tuple[str, str]], language: str = "") -> bool:
        """Publishes (command, description) pairs, trying until it works; False if Telegram refuses them."""
        wanted = [BotCommand(command.lstrip("/"), description) for command, description in commands]
        for tries in count():
            try:
                return await self._api.set_my_commands(wanted, language_code=language or None)
            except BadRequest:
                log.warning("telegram refuses the commands")
                return False
            except Exception as error:
                log.debug("commands not published yet", error=type(error).__name__)
            await self._sleep(min(300.0, 5.0 * 2.0 ** min(tries, 6)))
        raise AssertionError("unreachable")

    async def fetch(self, file_id: str, limit_bytes: int = 5_000_000) -> tuple[bytes, str]:
        """Content and media type of an attachment. Raises Rejected if it is too large or gone, else Later."""
        try:
            file = await self._api.get_file(file_id)
            if (file.file_size or 0) <= limit_bytes:
                content = bytes(await file.download_as_bytearray())
                if len(content) <= limit_bytes:
                    return content, mimetypes.guess_type(file.file_path or "")[0] or ""
            failure: SendError = Rejected("the file is too large")
        except Exception as error:
            failure = errors.meaning(error, is_repeatable=True)
        raise failure

    def health(self) -> dict[str, Any]:
        """`last_good_poll`, `trouble` with `trouble_since`, `last_conflict` (somebody else used the token)
        and `server_ahead_s`: how far Telegram's clock (the `Date` of its last answer) stands before ours now."""
        receiver = self._receiver
        return {
            "last_good_poll": _iso(receiver.last_good),
            "trouble": receiver.trouble,
            "trouble_since": _iso(receiver.trouble_since),
            "last_conflict": _iso(receiver.last_conflict),
            "server_ahead_s": self._server_clock.ahead_s(),
        }

    async def close(self) -> None:
        """Lets connections go."""
        await self._line.close()
        await self._poller.shutdown()
        await self._sender.shutdown()


def keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """One choice a row; two short neighbours share one."""
    rows: list[list[Choice]] = []
    for choice in choices:
        if rows and choice.is_short and len(rows[-1]) == 1 and rows[-1][0].is_short:
            rows[-1].append(choice)
        else:
            rows.append([choice])
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(choice) for choice in row] for row in rows])


def _button(choice: Choice) -> InlineKeyboardButton:
    return InlineKeyboardButton(clean(choice.caption), callback_data=choice.value)


def _whole_number(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        pass
    raise Rejected(f"the {what} is no Telegram number")


def _file_id(file: Attachment) -> str:
    """Only what Telegram's ids look like: the client would open a path of this machine, Telegram would fetch a URL."""
    if FILE_ID.fullmatch(file.file_id):
        return file.file_id
    raise Rejected("the attachment is no Telegram file")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
