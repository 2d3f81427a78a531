"""Papers as PDF by typst: the layout stands in a `.typ` file, what it says goes in as data, and a name stays a name."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent
FONTS = FOLDER / "fonts"


def printed(layout: str, data: dict[str, Any], form: Literal["pdf", "png"] = "pdf", *, is_tagged: bool = True) -> bytes:
    """A paper of this folder's layout (`invite_card.typ`) with its data; some 0.1 s, so never in the event loop.

    Tags let a screen reader walk through a PDF; for tables of thousands of rows they cost half the memory.

    Only our own fonts are used, and the one that drawings bring along: those of the machine may bear the same name and
    lack Vietnamese letters.
    """
    import typst  # 46 MB of memory, for those who print

    return typst.compile(
        str(FOLDER / layout),
        root=str(FOLDER),
        font_paths=[str(FONTS), *_fonts_of_drawings()],
        ignore_system_fonts=True,
        format=form,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        ppi=100.0,
        pdf_tags=is_tagged,
    )


def _fonts_of_drawings() -> list[str]:
    """The folder of DejaVu Sans, which the words of a picture are set in (bot.reports.drawing)."""
    found = find_spec("matplotlib")  # looked for, not imported: it costs a second
    folders = (
        [Path(place) / "mpl-data" / "fonts" / "ttf" for place in (found.submodule_search_locations or ())]
        if found
        else []
    )
    return [str(folder) for folder in folders if folder.is_dir()]
