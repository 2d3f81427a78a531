"""Static files: each under a name that holds its hash, so that it is fetched once and never stale."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
FOREVER = "public, max-age=31536000, immutable"
WORKER = "sw.js"  # the one file that keeps its name: a browser asks for it again by itself


class Static:
    """The files of the folder `static`, read once. `urls` tells a file's address by its plain name."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[bytes, str]] = {}
        self.urls: dict[str, str] = {}
        for path in sorted(FOLDER.iterdir()):
            if path.suffix in TYPES and path.name != WORKER:
                self.urls[path.name] = self.add(path.name, squeezed(path))
        self.worker = squeezed(FOLDER / WORKER)

    def add(self, name: str, content: bytes) -> str:
        """Takes a content in under its name, and returns its address."""
        stem, _, suffix = name.rpartition(".")
        hashed = f"{stem}.{sha256(content).hexdigest()[:8]}.{suffix}"
        self._files[hashed] = (content, TYPES[f".{suffix}"])
        return f"/static/{hashed}"

    def get(self, name: str) -> tuple[bytes, str] | None:
        """Content and type of a file by the name that it is served under."""
        return self._files.get(name)


def squeezed(path: Path) -> bytes:
    """A script or a style sheet without its comments and spaces: a phone at the edge of a net pays for each."""
    if path.suffix == ".css":
        return _squeezed_style(path.read_text("utf-8")).encode()
    if path.suffix == ".js":
        lines = (line.strip() for line in path.read_text("utf-8").splitlines())
        return "\n".join(_squeezed_line(line) for line in lines if line and not line.startswith("//")).encode()
    return path.read_bytes()


def _squeezed_style(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" ?([{};,>]) ?", r"\1", text)
    return re.sub(r": (?=[^{}]*[;}])", ":", text).replace(";}", "}")


def _squeezed_line(line: str) -> str:
    """One line of a script: spaces around signs go, except within texts and patterns; names stay apart."""
    pieces = re.split(r"""("[^"]*"|`[^`]*`|/\^[^/]+/\w*|/\[[^/]+/\w*)""", re.sub(r" // .*$", "", line))
    return "".join(
        piece if place % 2 else re.sub(r" ?([^\w\s$\"`]) ?", r"\1", piece) for place, piece in enumerate(pieces)
    )
