"""What the first text and the sending of a text weigh, as served: the page, its style sheet, its script, compressed."""

from __future__ import annotations

import asyncio
import re

import httpx

from tests.web.stage import House, open_house
from tests.web.usual import SAID, WHO, commune


async def usual_thread(house: House) -> httpx.AsyncClient:
    """Somebody's browser with the thread of a usual day."""
    browser = await house.sits_down(WHO)
    for text in SAID:
        before = len(await browser.messages())
        await browser.post("/chat/say", text=text)
        await browser.until(lambda items, n=before: len(items) >= n + 2)
    return browser.client


def needed(page: str) -> list[str]:
    """What a browser asks for at once with a page: style sheets and scripts; pictures and the manifest come later."""
    scripted = re.sub(r"<noscript>.*?</noscript>", "", page)
    return re.findall(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"', scripted)


async def served(client: httpx.AsyncClient, path: str) -> tuple[bytes, int]:
    """A file and its bytes on the wire, counted before anything is unpacked."""
    request = client.build_request("GET", path, headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
    answer = await client.send(request, stream=True)
    raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip", path
    await answer.aclose()
    return raw, len(raw)


async def weighed(house: House) -> dict[str, int]:
    """Bytes of each, by path."""
    client = await usual_thread(house)
    page = (await client.get("/", headers={"Accept": "text/html"})).text
    found = {"/": (await served(client, "/"))[1]}
    for path in needed(page):
        found[path] = (await served(client, path))[1]
    return found


async def main() -> None:
    """`python -m tests.web.weight`."""
    with commune() as (url, _):
        async with open_house(url) as house:
            found = await weighed(house)
    for path, size in found.items():
        print(f"{size:6} {path}")
    print(f"{sum(found.values()):6} bytes in all, compressed, without headers")


if __name__ == "__main__":
    asyncio.run(main())
