"""A picture that is drawn once for chat (PNG), page and paper (SVG), and the sheet it is drawn on.

A sheet is measured in points from its upper left corner and is as wide as a telephone: at 360 pixels its smallest
letters are 9 pixels high. Colours are Okabe and Ito's; none of them says anything alone, so that a black-and-white
print can be read. Drawing takes some tenths of a second, the first one two seconds: never in the event loop.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Literal

from bot.reports import paper

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties
    from PIL.Image import Image

WIDTH = 518.4  # points: 7.2 inches
DPI = 150  # 1,080 pixels wide
COLOURS = 26  # of a PNG: a third of the bytes, and the eye sees no difference
MARGIN = 14.0
INNER = WIDTH - 2 * MARGIN
TITLE, SIZE, SMALL = 20.0, 16.0, 14.0
LEADING = 1.3  # from line to line, by the size of the letters
INK, GREY, PALE, MIST = "#000000", "#595959", "#d0d0d0", "#ebebeb"
BLUE, VERMILION, ORANGE, GREEN = "#0072b2", "#d55e00", "#e69f00", "#009e73"
SKY, PURPLE, YELLOW, WHITE = "#56b4e9", "#cc79a7", "#f0e442", "#ffffff"
FONT = "DejaVu Sans"  # comes with matplotlib and has all Vietnamese letters; hardly any other sans is wider
Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Drawing:
    """A finished picture. `title` is the finding, `alt` says it in words for whoever does not see it.

    `table` holds the same numbers. Where there is nothing to draw, `title` is the sentence that says so and png, svg
    and table are empty.
    """

    title: str
    alt: str
    table: paper.Table
    png: bytes = b""
    svg: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.png

    @property
    def picture(self) -> paper.Picture:
        """As a paper holds it."""
        return paper.Picture(self.png, self.svg, self.alt)


def nothing(sentence: str) -> Drawing:
    """No picture: one clear sentence in its place."""
    return Drawing(sentence, sentence, paper.Table((), ()))


class Sheet:
    """What is drawn goes down the sheet; `y` is how far it has come. Words are data: no markup, no formula in them."""

    def __init__(self) -> None:
        from matplotlib.figure import Figure  # 0.7 s, for those who draw

        self.y = MARGIN
        self.figure = Figure(facecolor=WHITE)
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_axis_off()
        self._colours: dict[str, None] = {WHITE: None, INK: None}

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = SIZE,
        bold: bool = False,
        colour: str = INK,
        align: Align = "left",
    ) -> None:
        """One line of words whose letters stand on `y`."""
        made = self.axes.text(x, y, plain(words), fontproperties=_font(size, bold), parse_math=False)
        made.set(color=colour, ha=align, va="baseline")
        self._paint(colour, made)

    def paragraph(
        self, words: str, *, size: float = SIZE, bold: bool = False, colour: str = INK, x: float = MARGIN
    ) -> None:
        """Words over as many lines as they need, from `x` to the right margin; `y` goes on below them."""
        for line in wrapped(words, WIDTH - MARGIN - x, size, bold):
            self.y += size
            self.text(x, self.y, line, size=size, bold=bold, colour=colour)
            self.y += size * (LEADING - 1)

    def line(
        self,
        points: Sequence[tuple[float, float]],
        colour: str = INK,
        *,
        width: float = 1.0,
        dashes: tuple[float, float] | None = None,
        marker: str = "",
        size: float = 5.0,
    ) -> None:
        """A line through points, each with a marker when one is named; a single point is its marker."""
        style = (0, dashes) if dashes else "-"
        self._paint(colour, *self.axes.plot(
            [x for x, _ in points], [y for _, y in points], color=colour, linewidth=width, linestyle=style,
            marker=marker or "None", markersize=size, clip_on=False,
        ))  # fmt: skip

    def mark(
        self, x: float, y: float, marker: str, colour: str = INK, *, size: float = 9.0, filled: bool = True
    ) -> None:
        """One sign with its middle at a point."""
        self._paint(colour, *self.axes.plot(
            [x], [y], marker=marker, markersize=size, markerfacecolor=colour if filled else WHITE,
            markeredgecolor=colour, markeredgewidth=1.6, linestyle="None", clip_on=False,
        ))  # fmt: skip

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: str,
        *,
        edge: str | None = None,
        hatch: str = "",
    ) -> None:
        """A filled box from its upper left corner."""
        from matplotlib.patches import Rectangle

        line = edge or (INK if hatch else "none")
        made = Rectangle((x, y), width, height, facecolor=colour, edgecolor=line, linewidth=0.8, hatch=hatch or None)
        made.set_clip_on(False)
        self.axes.add_patch(made)
        self._paint(colour, made)
        if line != "none":
            self._colours.setdefault(line)

    def _paint(self, colour: str, *made: Artist) -> None:
        """What is drawn later lies above."""
        self._colours.setdefault(colour)
        for one in made:
            one.set_zorder(len(self.axes.get_children()))

    def key(
        self, entries: Sequence[tuple[Callable[[float, float], None], float, str]], *, high: float = SMALL + 9
    ) -> None:
        """What signs mean: what draws one at a point on the line of its words, how wide it is, and the words.

        `high` is from line to line.
        """
        x, self.y = MARGIN, self.y + high
        for draw, wide, words in entries:
            needed = wide + 6 + width_of(words, SMALL)
            if x > MARGIN and x + needed > WIDTH - MARGIN:
                x, self.y = MARGIN, self.y + high
            draw(x, self.y)
            self.text(x + wide + 6, self.y, shortened(words, WIDTH - MARGIN - x - wide - 6, SMALL), size=SMALL)
            x += needed + 18
        self.y += SMALL * (LEADING - 1) + 4

    def drawing(self, title: str, alt: str, table: paper.Table) -> Drawing:
        """What stands on the sheet, finished."""
        import matplotlib

        title, alt = " ".join(title.split()), " ".join(alt.split())

        height = self.y + MARGIN
        self.figure.set_size_inches(WIDTH / 72, height / 72)
        self.axes.set_xlim(0, WIDTH)
        self.axes.set_ylim(height, 0)
        with matplotlib.rc_context(
            {"svg.fonttype": "none", "svg.hashsalt": "ralop", "hatch.linewidth": 0.8, "path.simplify": False}
        ):
            return Drawing(title, alt, table, self._png(), self._svg(title))

    def _png(self) -> bytes:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from PIL import Image

        self.figure.set_dpi(DPI)
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()  # type: ignore[no-untyped-call]
        pixels = bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        whole = Image.frombytes("RGBA", canvas.get_width_height(), pixels).convert("RGB")
        out = io.BytesIO()
        whole.quantize(palette=self._palette(), dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        return out.getvalue()

    def _palette(self) -> Image:
        """The colours that were used and their shades towards white, so that none is lost among the many of another."""
        from PIL import Image

        shades = max(2, COLOURS // len(self._colours))
        parts: list[int] = []
        for colour in self._colours:
            # what is nearly white has no shades: Pillow's search, which rounds, would find them in place of white
            for n in range(1 if colour in (WHITE, MIST, PALE) else shades):
                parts += [round(255 - (255 - int(colour[at : at + 2], 16)) * (1 - n / shades)) for at in (1, 3, 5)]
        found = Image.new("P", (1, 1))
        found.putpalette(parts)
        return found

    def _svg(self, title: str) -> str:
        """Text stays text. A machine without our font takes its own sans, which is hardly ever wider."""
        out = io.StringIO()
        self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        made = out.getvalue()
        made = re.sub(r' transform="rotate\(-0 [^"]*"', "", made[made.index("<svg") :])
        made = made.replace(">", f' role="img">\n <title>{escape(plain(title))}</title>', 1)
        return made.replace(f"font-family: '{FONT}'", f"font-family: '{FONT}', sans-serif")


def plain(words: str) -> str:
    """Words on one line; a letter that our font lacks (an emoji in a name) is a box."""
    return "".join(letter if _has(letter) else "□" for letter in " ".join(words.split()))


def width_of(words: str, size: float = SIZE, bold: bool = False) -> float:
    """How wide words are, in points."""
    width, _, _ = _measure().get_text_width_height_descent(  # type: ignore[no-untyped-call]
        plain(words), _font(size, bold), False
    )
    return float(width)


def wrapped(words: str, width: float, size: float = SIZE, bold: bool = False) -> list[str]:
    """Words in lines of at most this width; a single word that is too wide is cut."""
    lines: list[str] = []
    for word in plain(words).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold) <= width:
            lines[-1] = longer
        else:
            lines.append(shortened(word, width, size, bold))
    return lines


def shortened(words: str, width: float, size: float = SIZE, bold: bool = False) -> str:
    """Words as far as they go into a width, with a sign when something is left out."""
    if width_of(words, size, bold) <= width:
        return words
    kept = words
    while kept and width_of(f"{kept}…", size, bold) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def fitted(words: str, width: float, lines: int, size: float = SIZE, bold: bool = False) -> list[str]:
    """Words in at most so many lines, the last one shortened."""
    found = wrapped(words, width, size, bold)
    if len(found) <= lines:
        return found
    return [*found[: lines - 1], shortened(" ".join(found[lines - 1 :]), width, size, bold)]


def apart(wanted: Sequence[float], least: float) -> list[float]:
    """Heights at least so far apart, each as near to the wanted one as may be; in the order given."""
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    placed = [wanted[n] for n in order]
    for _ in placed:
        for n in range(1, len(placed)):
            short = least - (placed[n] - placed[n - 1])
            if short > 0:
                placed[n - 1] -= short / 2
                placed[n] += short / 2
    return [placed[order.index(n)] for n in range(len(wanted))]


def floor_of(shares: Iterable[float]) -> tuple[int, int]:
    """Where an axis of shares (0 to 1) up to 100 % begins, and its step, in per cent; 0 where most is needed anyway."""
    lowest = 100 * min(shares)
    for step, least in ((5, 75), (10, 50)):
        if lowest >= least:
            return min(100 - 2 * step, int((lowest - 1) // step * step)), step
    return 0, 25


@lru_cache(maxsize=16)
def _font(size: float, bold: bool) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=[FONT], size=size, weight="bold" if bold else "normal")


@lru_cache(maxsize=512)
def _has(letter: str) -> bool:
    from matplotlib.font_manager import findfont, get_font

    return bool(get_font(findfont(_font(SIZE, False))).get_char_index(ord(letter)))


@lru_cache(maxsize=1)
def _measure() -> RendererAgg:
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(1, 1, 72)  # type: ignore[no-untyped-call]
