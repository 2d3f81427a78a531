"""Posting to an address that somebody else named: no redirect is followed, and nothing inside a network is reached.

A name is looked up, every address behind it is judged, and the connection goes to the one that was judged: a name that
leads elsewhere a moment later (DNS rebinding) gains nothing. On this machine only an address that says so itself.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

import httpx

from bot.rules.hooks_out import LOCAL

WAIT_S = 10.0
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]
# IPv6 ranges behind which a gateway reaches IPv4 addresses, private ones among them.
TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class Unsent(Exception):
    """The other side does not have it, or did not say so; `reason` is a short code without data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def resolve(host: str, port: int) -> list[str]:
    """The addresses behind a name. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(ip: Ip) -> bool:
    """Whether an address lies on the open internet: neither private, nor local, nor a way round to such a one."""
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    if mapped is not None:
        return is_public(mapped)
    if any(ip in network for network in TRANSLATED if network.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast


async def judged(url: str, look_up: Resolve = resolve) -> str:
    """The one address that a URL may be posted to. Raises Unsent: "no such host", "private address"."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        async with asyncio.timeout(WAIT_S):
            found = [ipaddress.ip_address(one.partition("%")[0]) for one in await look_up(host, parts.port or 443)]
    except (OSError, UnicodeError, TimeoutError, ValueError):
        raise Unsent("no such host") from None
    is_ours = host in LOCAL
    if not found or not all(ip.is_loopback if is_ours else is_public(ip) for ip in found):
        raise Unsent("private address" if found else "no such host")
    return str(found[0])


async def post(url: str, body: bytes, headers: Mapping[str, str], *, look_up: Resolve = resolve) -> None:
    """Posts JSON; returns when the other side has said 2xx, and raises Unsent for everything else."""
    address = await judged(url, look_up)
    parts = urlsplit(url)
    there = httpx.URL(url).copy_with(host=address)
    sent = {**headers, "Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "ralop"}
    extensions = {"sni_hostname": parts.hostname or ""} if parts.scheme == "https" else {}
    try:
        async with asyncio.timeout(WAIT_S), httpx.AsyncClient(trust_env=False, timeout=WAIT_S) as client:
            request = client.build_request("POST", there, content=body, headers=sent, extensions=extensions)
            answer = await client.send(request, stream=True, follow_redirects=False)  # what it says is not read
            await answer.aclose()
    except (TimeoutError, httpx.TimeoutException):
        raise Unsent("timeout") from None
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError):
        raise Unsent("no connection") from None
    if not answer.is_success:
        raise Unsent(f"http {answer.status_code}")
