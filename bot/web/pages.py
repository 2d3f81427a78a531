"""Templates: Jinja2 with the catalogues of the house. Names are escaped at this one place (T15, T23)."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.responses import HTMLResponse

from bot.i18n import Reader, catalogue

HERE = Path(__file__).parent
STATIC = {
    "style.css": "text/css; charset=utf-8",
    "phones.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def fresh_id() -> str:
    """An id for a post that a page without JavaScript makes: sent twice, it counts once."""
    return secrets.token_hex(8)


class Pages:
    """One environment a language, made when it is first needed."""

    def __init__(self) -> None:
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
            self._environments[locale] = made
        return self._environments[locale]

    def show(self, template: str, reader: Reader, status: int = 200, **values: Any) -> HTMLResponse:
        """A page in the reader's language."""
        found = self._environment(reader.locale).get_template(template)
        return HTMLResponse(found.render(reader=reader, lang=reader.locale, **values), status)


def static_files() -> dict[str, tuple[bytes, str]]:
    """The few files that pages need, each with its type; read once."""
    return {name: ((HERE / "static" / name).read_bytes(), kind) for name, kind in STATIC.items()}
