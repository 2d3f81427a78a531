"""What a page posts: plain form fields, with an id made by the page so that a repeated post counts once."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.web.guard import read_body
from bot.web.pages import fresh_id

FIELDS_AT_MOST = 20
CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,40}")
PRESS_BYTES = 64
TEXT_SIGNS = 8000
FORM = "application/x-www-form-urlencoded"


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form; raises HTTPException 400, 413 or 415."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise HTTPException(415)
    try:
        text = (await read_body(request)).decode("utf-8")
        found = parse_qs(text, keep_blank_values=True, max_num_fields=FIELDS_AT_MOST, errors="strict")
    except ValueError:
        raise HTTPException(400) from None
    return {name: values[-1] for name, values in found.items()}


def client_id(form: dict[str, str]) -> str:
    """The id of the post; one without gets an id of its own. Raises HTTPException 400 for what is none."""
    given = form.get("id", "")
    if not given:
        return fresh_id()
    if not CLIENT_ID.fullmatch(given):
        raise HTTPException(400)
    return given


def pressed(form: dict[str, str]) -> tuple[str, str]:
    """(message, value) of a press. Raises HTTPException 400 for what no button of ours can be."""
    message, value = form.get("message", ""), form.get("press", "")
    if not value or len(value.encode()) > PRESS_BYTES or len(message) > PRESS_BYTES:
        raise HTTPException(400)
    return message, value


def typed(form: dict[str, str]) -> str:
    """The text of a message; what is longer is cut, the dispatcher reads less than this anyhow."""
    return form.get("text", "").replace("\r\n", "\n")[:TEXT_SIGNS].strip()


def is_page(request: Request) -> bool:
    """Whether a browser asks for a page, rather than our script for an answer."""
    return "text/html" in request.headers.get("accept", "")


def done(request: Request, back_to: str, said: str = "") -> Response:
    """After a post: the page again, or a word for the script."""
    if is_page(request):
        return RedirectResponse(back_to, 303)
    return JSONResponse({"ok": not said, "said": said})
