"""Templates: Jinja2 with the catalogues of the house. Names are escaped at this one place (T15, T23)."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse

from bot.i18n import N_, Reader, catalogue
from bot.web.static import Static

HERE = Path(__file__).parent
# A telephone number, or an invite code.
WHOLE = re.compile(r"((?<![\w.])(?:\+84|0)[ .]?\d(?:[ .]?\d){7,9}(?!\w)|\b[0-9A-Z]{4}-[0-9A-Z]{4}\b)")
TOO_LARGE = N_("That is too large: a file may have 5 MB.")
ODD_PHOTO = N_("This photo cannot be read. Please choose another one.")
# What the scripts say that are loaded when they are first used: no page carries it before.
WORDS = {
    "signs": N_("Tell me when something comes"),
    "signed": N_("Ra Lớp will tell on this device."),
    "unsign": N_("Tell me no more on this device"),
    "unsigned": N_("Ra Lớp will be silent on this device."),
    "forbidden": N_("This device does not let Ra Lớp tell. It can be allowed in the browser’s settings."),
    "aloud": N_("Read aloud"),
    "hush": N_("Stop reading"),
    "record": N_("Record a voice note"),
    "stop": N_("Send the voice note"),
    "drop": N_("Drop it"),
    "voice": N_("Voice note"),
    "deaf": N_("The microphone cannot be used. Please allow it, or type."),
    "large": TOO_LARGE,
    "odd": ODD_PHOTO,
}
LATER = {"media": "media.js", "more": "more.js", "style": "later.css"}  # where they are to be had


def fresh_id() -> str:
    """An id for a post that a page without JavaScript makes: sent twice, it counts once."""
    return secrets.token_hex(5)


def whole(said: str) -> Markup:
    """A sentence in which a telephone number is called by a tap, and neither it nor a code is broken over two lines."""
    plain = said.unescape() if isinstance(said, Markup) else said
    return Markup("").join(_unbroken(piece) if place % 2 else piece for place, piece in enumerate(WHOLE.split(plain)))


def _unbroken(piece: str) -> Markup:
    if "-" in piece:
        return Markup('<span class="whole">{}</span>').format(piece)
    return Markup('<a class="call" href="tel:{}">{}</a>').format(re.sub(r"[ .]", "", piece), piece)


class Pages:
    """One environment a language, made when it is first needed."""

    def __init__(self, static: Static | None = None) -> None:
        self.static = static or Static()
        self._environments: dict[str, Environment] = {}

    def _environment(self, locale: str) -> Environment:
        if locale not in self._environments:
            made = Environment(
                loader=FileSystemLoader(HERE / "templates"),
                autoescape=select_autoescape(default=True),
                extensions=["jinja2.ext.i18n"],
                trim_blocks=True,
                lstrip_blocks=True,
            )
            made.install_gettext_translations(catalogue(locale), newstyle=True)  # type: ignore[attr-defined]
            made.globals["fresh_id"], made.filters["whole"] = fresh_id, whole
            words = {name: catalogue(locale).gettext(sentence) for name, sentence in WORDS.items()}
            words |= {name: self.static.urls[file] for name, file in LATER.items()}
            script = f"export default {json.dumps(words, ensure_ascii=False)};".encode()
            made.globals["static"] = {**self.static.urls, "words.js": self.static.add(f"words-{locale}.js", script)}
            self._environments[locale] = made
        return self._environments[locale]

    def show(self, template: str, reader: Reader, status: int = 200, **values: Any) -> HTMLResponse:
        """A page in the reader's language."""
        found = self._environment(reader.locale).get_template(template)
        return HTMLResponse(found.render(reader=reader, lang=reader.locale, **values), status)
