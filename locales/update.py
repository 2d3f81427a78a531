"""Brings the catalogues up to the code: `make words`, or `python locales/update.py vi --with words.json`.

Every sentence of `bot` is found (`say`, `say_n`, `N_`); each source file's sentences stand in the catalogue of the same
name (`bot/conversations/visits.py` -> `vi/LC_MESSAGES/visits.po`), so that an editor finds the room by its name. A
sentence that several files say stands in the first of them. Translations are kept; what nobody says any more goes.
`--with` adds translations from a JSON object {sentence: translation}.
"""

from __future__ import annotations

import fcntl
import json
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
KEYWORDS: dict[str, tuple[int, ...] | None] = {"say": None, "N_": None, "say_n": (1, 2), "_": None}
METHODS = [("web/templates/**.html", "jinja2"), ("**.py", "python")]
DULL = (
    "# ",
    "#\n",
    '"POT-',
    '"PO-Rev',
    '"Generated',
    '"Report-',
    '"Last-',
    '"Language-Team',
    '"Project',
    '"MIME',
    '"Content-Transfer',
)

Sentence = str | tuple[str, ...]


def sentences() -> dict[str, dict[Sentence, set[str]]]:
    """Catalogue name -> sentence -> the files that say it."""
    found: dict[str, dict[Sentence, set[str]]] = {}
    home: dict[Sentence, str] = {}
    lines = extract_from_dir(str(ROOT / "bot"), method_map=METHODS, keywords=KEYWORDS, comment_tags=())
    for file, _, message, _, _ in sorted(lines, key=lambda one: (one[0], one[1])):
        key: Sentence = tuple(message) if isinstance(message, tuple | list) else message
        name = home.setdefault(key, Path(file).stem)
        found.setdefault(name, {}).setdefault(key, set()).add(file)
    return found


def known(language: str) -> dict[str, str]:
    """Every translation there is, by its sentence (of a counted one, by the singular)."""
    translations: dict[str, str] = {}
    for path in sorted((ROOT / "locales" / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as opened:
            for message in read_po(opened):
                string = message.string[0] if isinstance(message.string, tuple | list) else message.string
                if message.id and string:
                    translations[single(message.id)] = string
    return translations


def single(key: str | tuple[str, ...] | list[str]) -> str:
    """The sentence that a translation is found by."""
    return key if isinstance(key, str) else key[0]


def update(language: str, more: dict[str, str]) -> list[str]:
    """Rewrites the catalogues of a language; returns the sentences that have no translation."""
    translations, missing = {**known(language), **more}, []
    folder = ROOT / "locales" / language / "LC_MESSAGES"
    written = set()
    for name, messages in sorted(sentences().items()):
        catalogue = Catalog(locale=language if language in ("vi", "en") else None, fuzzy=False)
        for key in sorted(messages, key=str):
            string = translations.get(single(key), "")
            if not string:
                missing.append(f"{name}: {single(key)}")
            files = [(f"bot/{file}", 0) for file in sorted(messages[key])]
            catalogue.add(key, (string,) if isinstance(key, tuple) else string, locations=files)
        written.add(folder / f"{name}.po")
        _write(folder / f"{name}.po", catalogue)
    for path in set(folder.glob("*.po")) - written:
        path.unlink()
    return missing


def _write(path: Path, catalogue: Catalog) -> None:
    """A catalogue changes when its words do, not when the tool ran."""
    new = path.with_suffix(".new")
    with new.open("wb") as opened:
        write_po(opened, catalogue, width=0, include_lineno=False, sort_output=True)
    lines = new.read_text("utf-8").splitlines(keepends=True)
    new.write_text("".join(line for line in lines if not line.startswith(DULL)), "utf-8")
    new.replace(path)


def main(arguments: list[str]) -> int:
    """Prints what has no translation yet; exit code 1 then."""
    more: dict[str, str] = {}
    if "--with" in arguments:
        at = arguments.index("--with")
        more = json.loads(Path(arguments[at + 1]).read_text("utf-8"))
        arguments = arguments[:at] + arguments[at + 2 :]
    with (ROOT / "locales" / "update.py").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanting = [line for language in arguments or ["vi"] for line in update(language, more)]
    print("\n".join(wanting) or "every sentence is there")
    return bool(wanting)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
