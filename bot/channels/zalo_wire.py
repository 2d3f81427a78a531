"""The line to the Zalo Bot Platform: one POST with JSON a call, whose answer counts by its `ok` and nothing else.

Errors hold neither the token (it stands in every address) nor anybody's words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from bot.channels.discreet import TOKEN, silence_secrets
from bot.channels.plain import read_json

CONNECT_SECONDS, POOL_SECONDS = 10.0, 8.0
SEND_SECONDS = 30.0
FETCH_SECONDS = 20.0
DESCRIPTION_LIMIT = 200
REDIRECTS = 2
# Where Zalo keeps what people send (reference §5: `*.zdn.vn`), and its other domains, should that move.
FILE_HOSTS = ("zdn.vn", "zadn.vn", "zalo.me", "zaloplatforms.com", "zaloapp.com")

# The request never left: a second try cannot make a second copy.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class Refused(Exception):
    """Zalo said no. `code` is its own, 0 where it gave none; `words` is its description, without tokens."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"refused ({code})")
        self.code, self.words = code, words


class NoAnswer(Exception):
    """Whatever answered, it was not Zalo in good health: a gateway's page, or half an answer."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"no answer of Zalo: status {status}, {len(body)} bytes")
        self.status = status
        self.is_page = body.lstrip()[:1] == b"<"


class Lost(Exception):
    """The line broke. `was_sent`: perhaps after Zalo had read the request. `is_slow`: nobody answered in time."""

    def __init__(self, kind: str, *, was_sent: bool, is_slow: bool) -> None:
        super().__init__(f"line broken ({kind})")
        self.kind, self.was_sent, self.is_slow = kind, was_sent, is_slow


class NotFetched(Exception):
    """A file did not come. `is_final`: it never will."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


class Wire:
    """One bot's line. The token leaves this object in requests only."""

    def __init__(
        self,
        token: str,
        base_url: str,
        *,
        on_date: Callable[[str], None],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`on_date` is told the `Date` of every answer; `transport` takes the network's place in tests."""
        silence_secrets()
        self._address = f"{base_url.rstrip('/')}/bot{token}"
        self._on_date = on_date
        self._is_local = _is_loopback(urlsplit(base_url).hostname)
        self._client = httpx.AsyncClient(
            transport=transport,
            trust_env=not self._is_local,  # the environment's proxies must not catch a fake on this very machine
            follow_redirects=False,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
        )

    def __repr__(self) -> str:
        return "<Wire of a Zalo bot>"

    async def call(self, method: str, parameters: dict[str, Any] | None = None, read_s: float = SEND_SECONDS) -> Any:
        """The `result` of a call, None where the answer has none. Raises Refused, NoAnswer or Lost."""
        limits = httpx.Timeout(read_s, connect=CONNECT_SECONDS, pool=POOL_SECONDS)
        failure: Lost
        try:
            response = await self._client.post(f"{self._address}/{method}", json=parameters or {}, timeout=limits)
        except httpx.HTTPError as error:
            failure = _lost(error)
        else:
            self._on_date(response.headers.get("date", ""))
            return _result(response.status_code, response.content)
        raise failure  # outside, so that the traceback carries neither address nor text along

    async def fetch(self, address: str, limit_bytes: int) -> tuple[bytes, str]:
        """Content and media type of what somebody sent; from Zalo's hosts only, however it is redirected.

        Raises NotFetched.
        """
        failure: NotFetched
        for _ in range(REDIRECTS + 1):
            self._must_be_zalos(address)
            try:
                found = await self._one_file(address, limit_bytes)
            except httpx.InvalidURL:
                failure = NotFetched("no address", is_final=True)
                break
            except httpx.HTTPError as error:
                failure = NotFetched(f"not reached ({type(error).__name__})", is_final=False)
                break
            if not isinstance(found, str):
                return found
            address = found
        else:
            failure = NotFetched("too many redirects", is_final=True)
        raise failure

    async def _one_file(self, address: str, limit_bytes: int) -> tuple[bytes, str] | str:
        """The file, or where else it is."""
        limits = httpx.Timeout(FETCH_SECONDS, connect=CONNECT_SECONDS, pool=POOL_SECONDS)
        async with self._client.stream("GET", address, timeout=limits) as response:
            if response.is_redirect:
                return str(urljoin(address, response.headers.get("location", "")))
            if response.status_code != 200:
                is_final = 400 <= response.status_code < 500 and response.status_code not in (408, 429)
                raise NotFetched(f"status {response.status_code}", is_final=is_final)
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > limit_bytes:
                    raise NotFetched("the file is too large", is_final=True)
            kind: str = response.headers.get("content-type", "")
            return bytes(content), kind.partition(";")[0].strip().lower()

    def _must_be_zalos(self, address: str) -> None:
        """An address that anybody may have written is not called (SSRF). Raises NotFetched.

        This machine itself only where the platform is on it: that is a rehearsal.
        """
        try:
            parts = urlsplit(address)
            host, port, scheme = (parts.hostname or "").rstrip("."), parts.port, parts.scheme
            has_login = parts.username is not None or parts.password is not None
        except ValueError:
            host, port, scheme, has_login = "", None, "", False
        is_zalos = scheme == "https" and port in (None, 443) and _is_under(host, FILE_HOSTS)
        is_rehearsal = self._is_local and scheme in ("http", "https") and _is_loopback(host)
        if has_login or not (is_zalos or is_rehearsal):
            raise NotFetched("the address is not Zalo's", is_final=True)

    async def close(self) -> None:
        """Lets connections go."""
        await self._client.aclose()


def _lost(error: httpx.HTTPError) -> Lost:
    is_slow = isinstance(error, httpx.ReadTimeout)
    return Lost(type(error).__name__, was_sent=not isinstance(error, _NOT_SENT), is_slow=is_slow)


def _result(status: int, body: bytes) -> Any:
    """What an answer says; an error mostly comes with HTTP 200 (reference §2). Raises Refused or NoAnswer."""
    data = read_json(body)
    if isinstance(data, list) or (isinstance(data, dict) and "ok" not in data and "event_name" in data):
        return data  # an update without its envelope
    if not isinstance(data, dict) or not isinstance(data.get("ok"), bool):
        raise NoAnswer(status, body)
    if data["ok"]:
        return data.get("result")
    given = data.get("error_code", data.get("errorCode"))
    code = _whole(given) or (status if status >= 400 else 0)
    words = TOKEN.sub("<token>", str(data.get("description") or ""))[:DESCRIPTION_LIMIT]
    raise Refused(code, words)


def _whole(value: Any) -> int:
    """A code, whose type nobody promises; 0 where it is none."""
    try:
        return 0 if isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def _is_under(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _is_loopback(host: str | None) -> bool:
    return host in ("localhost", "::1") or (host or "").startswith("127.")
