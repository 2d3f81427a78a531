"""Templates: Jinja2 with the catalogues of the house. Names are escaped at this one place (T15, T23)."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.responses import HTMLResponse

from bot.i18n import N_, Reader, catalogue
from bot.web.static import Static

HERE = Path(__file__).parent
# What the scripts say that are loaded when they are first used: no page carries it before.
WORDS = {
    "signs": N_("Tell me when something comes"),
    "signed": N_("Ra Lớp will tell on this device."),
    "aloud": N_("Read aloud"),
    "record": N_("Record a voice note"),
    "stop": N_("Send the voice note"),
    "drop": N_("Drop it"),
    "voice": N_("Voice note"),
    "deaf": N_("The microphone cannot be used. Please allow it, or type."),
    "large": N_("That is too large: a file may have 5 MB."),
    "odd": N_("This photo cannot be read. Please choose another one."),
}
LATER = {"media": "media.js", "more": "more.js", "style": "later.css"}  # where they are to be had


def fresh_id() -> str:
    """An id for a post that a page without JavaScript makes: sent twice, it counts once."""
    return secrets.token_hex(5)


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
            made.globals["fresh_id"] = fresh_id
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
