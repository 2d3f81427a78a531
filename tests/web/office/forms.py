"""What a browser without a script sends: the fields of a form as they stand on a page, and the button pressed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form: its address ("" is the page's own), its fields, and what can be pressed."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(found.get("action", ""))
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "button":
            self._form.buttons.append(found.get("value", ""))
        elif tag == "input" and found.get("type") != "file":
            self._form.fields[found["name"]] = found.get("value", "")
        elif tag == "select":
            self._select = found["name"]
        elif tag == "option" and (self._select not in self._form.fields or "selected" in found):
            self._form.fields[self._select] = found["value"]
        elif tag == "textarea":
            self._area = found["name"]
            self._form.fields[self._area] = ""

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form.fields[self._area] += data.lstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


def pressing(page: str, act: str, **typed: str) -> dict[str, str]:
    """The fields of the form with this button, some of them typed anew, and the button pressed."""
    reading = _Reading()
    reading.feed(page)
    found = next(one for one in reading.forms if act in one.buttons)
    return {**found.fields, **typed, "act": act}
