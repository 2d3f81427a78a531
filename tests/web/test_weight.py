"""How little a phone at the edge of a net must fetch (libraries §2)."""

from __future__ import annotations

from tests.web.stage import House
from tests.web.weight import needed, served, weighed

LIMIT = 6 * 1024  # bytes; about 6,000 are needed: `python -m tests.web.weight`


async def test_the_first_text_and_sending_one_weigh_at_most_six_kilobytes(house: House) -> None:
    found = await weighed(house)
    assert len(found) == 3, found
    assert sum(found.values()) <= LIMIT, found


async def test_files_are_fetched_once_under_a_name_that_changes_with_them(house: House) -> None:
    browser = await house.sits_down("Đinh Thị Hoa")
    page = (await browser.get("/")).text
    for path in needed(page):
        answer = await browser.client.get(path)
        assert "immutable" in answer.headers["cache-control"]
        assert (await browser.client.get(path.replace(".", ".0", 1))).status_code == 404
    worker = await browser.client.get("/sw.js")
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["content-type"].startswith("text/javascript")
    told = (await browser.client.get("/manifest.webmanifest")).json()
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    for icon in told["icons"]:
        assert (await browser.client.get(icon["src"])).content.startswith(b"\x89PNG")


async def test_the_stranger_s_page_is_small_too(house: House) -> None:
    page = (await house.browser().get("/")).text
    sizes = [(await served(house.browser().client, path))[1] for path in ("/", *needed(page))]
    assert sum(sizes) <= LIMIT, sizes
