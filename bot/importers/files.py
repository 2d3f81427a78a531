"""Foreign files, opened with care: what a file is, whether it may be opened, and the child that reads it.

An importer checks the size with `check_size`, and does everything else in a child process:
`in_child(read_it, data, filename)`, where `read_it` begins with `check(data, filename, accepted)`.
What cannot be read is one `Unreadable` with a reason and its details; the words for it live elsewhere.
The limits are those of reference/reliability-and-security.md, T17 and T18.
"""

import gc
import io
import os
import pickle
import re
import signal
import struct
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable, Collection
from enum import StrEnum
from pathlib import PurePath
from typing import IO, TypeVar, TypeVarTuple, cast

if sys.platform != "win32":
    import resource

MAX_BYTES = 5 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_RATIO = 100
MAX_COLUMNS = 100
MAX_ROWS = 20_000  # rows that hold something, in the whole file
MAX_CELLS = 500_000  # cells that hold something, in one sheet
MAX_AREA = 3_000_000  # rows times columns of one sheet, first to last cell: calamine keeps them densely

# A blank picture of some kilobytes may pack 500:1 and harms nobody: small entries have no ratio.
_RATIO_COUNTS_FROM_BYTES = 256 * 1024


class Reason(StrEnum):
    """Why a file was not read. The details that come with each stand behind it."""

    TOO_LARGE = "too_large"  # bytes, limit
    EMPTY = "empty"  # nothing in it
    UNSUPPORTED = "unsupported"  # extension
    NOT_WHAT_IT_SAYS = "not_what_it_says"  # extension, found (may be "")
    OLD_WORD_FORMAT = "old_word_format"  # .doc
    PASSWORD = "password"  # opens only with a password  # noqa: S105
    DAMAGED = "damaged"  # error: a type's name, where: file and line of ours
    NOT_UNICODE = "not_unicode"  # a text file in some 8-bit code page: ask for "CSV UTF-8"
    OLD_FONT = "old_font"  # TCVN3 or VNI letters; sheet, row, value where known
    TOO_MANY_ENTRIES = "too_many_entries"  # entries, limit
    ZIP_BOMB = "zip_bomb"  # unpacked or ratio, limit
    TOO_MANY_CELLS = "too_many_cells"  # sheet, cells, limit
    TOO_MANY_ROWS = "too_many_rows"  # limit; rows, or sheet and last_row where something stands far below
    TOO_MANY_COLUMNS = "too_many_columns"  # columns, limit
    DTD = "dtd"  # part: an XML part declares entities, perhaps external ones
    TOOK_TOO_LONG = "took_too_long"  # seconds
    TOO_MUCH_MEMORY = "too_much_memory"  # megabytes
    NO_HEADER = "no_header"  # no row that names its columns


class Unreadable(Exception):
    """The file cannot be read."""

    def __init__(self, reason: Reason, **details: str | int) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.details: dict[str, str | int] = details

    def __str__(self) -> str:
        return " ".join([self.reason.value, *(f"{key}={value}" for key, value in self.details.items())])


class Kind(StrEnum):
    """What a file is, by its content."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"
    DOCX = "docx"
    TEXT = "text"


SPREADSHEETS = frozenset({Kind.XLSX, Kind.XLS, Kind.CSV})
PAPERS = frozenset({Kind.DOCX, Kind.TEXT})

_BY_EXTENSION = {
    "xlsx": Kind.XLSX, "xls": Kind.XLS, "csv": Kind.CSV, "docx": Kind.DOCX, "txt": Kind.TEXT, "md": Kind.TEXT,
}  # fmt: skip
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_MAGIC = (
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (_OLE, "ole"), (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG", "png"), (b"GIF8", "gif"), (b"%PDF", "pdf"), (b"{\\rtf", "rtf"), (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"), (b"\x1f\x8b", "gz"), (b"RIFF", "riff"), (b"SQLite format 3", "sqlite"),
    (b"\x7fELF", "program"),
)  # fmt: skip
_MAIN_PART = {"xl/workbook.xml": Kind.XLSX, "word/document.xml": Kind.DOCX}
_DTD = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_HELD_CELL = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>/]*>')


def check_size(data: bytes) -> None:
    """Raises Unreadable for a file of nothing or of more than 5 MB; cheap enough for the service itself."""
    if not data:
        raise Unreadable(Reason.EMPTY)
    if len(data) > MAX_BYTES:
        raise Unreadable(Reason.TOO_LARGE, bytes=len(data), limit=MAX_BYTES)


def check(data: bytes, filename: str, accepted: Collection[Kind]) -> Kind:
    """Says what the file is, and that it may be opened; to be called in the child.

    The content decides between .xlsx and .xls (platforms mix them up); any other difference between name and
    content is refused. Raises Unreadable.
    """
    check_size(data)
    extension = PurePath(filename).suffix.lower().removeprefix(".")
    named = _BY_EXTENSION.get(extension)
    if extension == "doc" and Kind.DOCX in accepted:
        raise Unreadable(Reason.OLD_WORD_FORMAT, extension=extension)
    if named not in accepted:
        raise Unreadable(Reason.UNSUPPORTED, extension=extension)
    found = _kind_of(data, extension)
    if found != named and {found, named} != {Kind.XLSX, Kind.XLS}:
        raise Unreadable(Reason.NOT_WHAT_IT_SAYS, extension=extension, found=found.value)
    return found


def plain_text(data: bytes) -> str:
    """The text of a .csv, .txt or .md file: UTF-8 with or without BOM, or UTF-16 with one.

    Raises Unreadable(NOT_UNICODE) for 8-bit code pages: guessing one would import garbage.
    """
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(Reason.NOT_UNICODE) from error


def _kind_of(data: bytes, extension: str) -> Kind:
    magic = next((name for start, name in _MAGIC if data.startswith(start)), "")
    if magic == "zip":
        return _kind_of_zip(data, extension)
    if magic == "ole":
        return _kind_of_ole(data, extension)
    if magic or extension not in ("csv", "txt", "md"):
        raise Unreadable(Reason.NOT_WHAT_IT_SAYS, extension=extension, found=magic or _text_kind(data))
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(Reason.NOT_WHAT_IT_SAYS, extension=extension, found="")
    return _BY_EXTENSION[extension]


def _text_kind(data: bytes) -> str:
    """Web pages named .xls are common: some platforms export them."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<style")):
        return "html"
    return "xml" if start.startswith(b"<?xml") else ""


def _kind_of_ole(data: bytes, extension: str) -> Kind:
    """Word, Excel and encrypted OOXML share one container; the names of its streams stand in it as UTF-16."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise Unreadable(Reason.PASSWORD)
    if holds("WordDocument"):
        if extension == "docx":
            raise Unreadable(Reason.OLD_WORD_FORMAT, extension=extension)
        raise Unreadable(Reason.NOT_WHAT_IT_SAYS, extension=extension, found="doc")
    if holds("Workbook") or holds("Book"):
        if _is_encrypted_xls(data):
            raise Unreadable(Reason.PASSWORD)
        return Kind.XLS
    if extension == "xls":  # the directory of a file that was cut off
        raise Unreadable(Reason.DAMAGED, error="container")
    raise Unreadable(Reason.NOT_WHAT_IT_SAYS, extension=extension, found="")


def _is_encrypted_xls(data: bytes) -> bool:
    """Whether the first stream of BIFF records, which begins at a sector, has FILEPASS after its BOF.

    calamine only says that it cannot detect the format.
    """
    for start in range(512, len(data) - 8, 512):
        kind, length, _, substream = struct.unpack_from("<HHHH", data, start)
        if (kind, substream) == (0x0809, 0x0005):
            after = start + 4 + length
            record, length = struct.unpack_from("<HH", data.ljust(after + 4, b"\0"), after)
            if record == 0x0086:  # write protection stands between them
                record = int.from_bytes(data[after + 4 + length : after + 6 + length], "little")
            return bool(record == 0x002F)
    return False


def _kind_of_zip(data: bytes, extension: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_directory(archive, len(data))
            names = set(archive.namelist())
            for entry in archive.infolist():
                _check_part(entry.filename, archive.read(entry))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise Unreadable(Reason.DAMAGED, error=type(error).__name__) from error
    except RuntimeError as error:  # zipfile's way of asking for a password
        raise Unreadable(Reason.PASSWORD) from error
    found = [kind for part, kind in _MAIN_PART.items() if part in names]
    if len(found) != 1:
        raise Unreadable(Reason.NOT_WHAT_IT_SAYS, extension=extension, found="zip")
    return found[0]


def _check_directory(archive: zipfile.ZipFile, packed: int) -> None:
    """By the archive's own directory. One that understates a size fails its CRC when the part is read."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Unreadable(Reason.TOO_MANY_ENTRIES, entries=len(entries), limit=MAX_ENTRIES)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        raise Unreadable(Reason.ZIP_BOMB, unpacked=unpacked, limit=MAX_UNPACKED_BYTES)
    sizes = [(entry.file_size, entry.compress_size) for entry in entries]
    for size, compressed in [*sizes, (unpacked, packed)]:
        ratio = size // max(compressed, 1)
        if size > _RATIO_COUNTS_FROM_BYTES and ratio > MAX_RATIO:
            raise Unreadable(Reason.ZIP_BOMB, ratio=ratio, limit=MAX_RATIO)


def _check_part(name: str, part: bytes) -> None:
    # Every part, whatever its name: the content types may call any of them XML. UTF-16 is ASCII with zeros.
    if _DTD.search(part.replace(b"\0", b"") if b"\0" in part[:64] else part):
        raise Unreadable(Reason.DTD, part=name[:100])
    if name.startswith("xl/worksheets/"):
        _check_sheet(name.rpartition("/")[2][:60], part)


def _check_sheet(name: str, part: bytes) -> None:
    """Counts the cells of a sheet that hold something, before anything is built from them."""
    cells = part.count(b"</v>") + part.count(b"</is>")
    if cells > MAX_CELLS:
        raise Unreadable(Reason.TOO_MANY_CELLS, sheet=name, cells=cells, limit=MAX_CELLS)
    held = _HELD_CELL.findall(part)
    last_row = max((int(row) for _, row in held), default=0)
    columns = max((_column_number(letters) for letters in {letters for letters, _ in held}), default=0)
    if last_row * columns > MAX_AREA:  # one forgotten space far below, as a rule
        raise Unreadable(Reason.TOO_MANY_ROWS, sheet=name, last_row=last_row, limit=MAX_ROWS)


def check_extent(*, rows: int, columns: int) -> None:
    """Raises Unreadable when more rows hold something, or a column further right, than a roster may have."""
    if rows > MAX_ROWS:
        raise Unreadable(Reason.TOO_MANY_ROWS, rows=rows, limit=MAX_ROWS)
    if columns > MAX_COLUMNS:
        raise Unreadable(Reason.TOO_MANY_COLUMNS, columns=columns, limit=MAX_COLUMNS)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


# --- the child ---------------------------------------------------------------------------------------------

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_MEGABYTE = 1024 * 1024
_BOOT = (
    "import pickle, sys; stream = sys.stdin.buffer; sys.path[:] = pickle.load(stream); "
    "from bot.importers.files import answer; answer(stream)"
)
# The child gets no tokens and no passwords.
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
# One file at a time: the promise of 200 MB holds for ten people who send a bomb at once.
_one_at_a_time = threading.Lock()


def in_child(function: Callable[[*Ts], T], *args: *Ts, seconds: float = 5.0, megabytes: int = 200) -> T:
    """Calls a module-level function in a child process and returns what it returns (it is pickled).

    The child lives at most `seconds` (wall time) and occupies at most `megabytes` in all. Raises Unreadable:
    the function's own, or TOOK_TOO_LONG, TOO_MUCH_MEMORY, or DAMAGED for whatever else went wrong in there;
    its detail `where` then names the line of ours. May be called from any thread.
    """
    path = [entry or os.getcwd() for entry in sys.path]
    question = pickle.dumps(path) + pickle.dumps((megabytes, seconds)) + pickle.dumps((function, args))
    with _one_at_a_time:
        code, output = _run(question, seconds)
    if code != 0 or not output:
        raise Unreadable(*_died_of(code), megabytes=megabytes)
    outcome, value = pickle.loads(output)  # noqa: S301 - our own child wrote it
    if outcome == "returned":
        return cast(T, value)
    reason, details = value
    if reason is Reason.TOO_MUCH_MEMORY:
        details["megabytes"] = megabytes
    raise Unreadable(reason, **details)


def _run(question: bytes, seconds: float) -> tuple[int, bytes]:
    """The child's exit code and what it wrote."""
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    with subprocess.Popen(  # noqa: S603 - this Python, our own words
        [sys.executable, "-I", "-c", _BOOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as child:
        try:
            output, _ = child.communicate(question, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            child.kill()
            child.communicate()
            raise Unreadable(Reason.TOOK_TOO_LONG, seconds=round(seconds)) from error
        except BaseException:
            child.kill()
            raise
    return child.returncode, output


def _died_of(code: int) -> tuple[Reason]:
    """Rust aborts when it gets no memory, the kernel kills; any other death is the file's doing."""
    if sys.platform != "win32":
        if code == -signal.SIGXCPU:
            return (Reason.TOOK_TOO_LONG,)
        if code in (-signal.SIGABRT, -signal.SIGKILL):
            return (Reason.TOO_MUCH_MEMORY,)
    return (Reason.DAMAGED,)


def answer(stream: IO[bytes]) -> None:
    """The child's side: reads the question, limits itself, calls, writes the outcome to standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the outcome
    megabytes, seconds = pickle.load(stream)  # noqa: S301 - our own parent wrote it
    function, args = pickle.load(stream)  # noqa: S301
    _limit(megabytes, seconds)
    gc.disable()  # a short life: collecting takes a third of the time, and there is the limit
    with out:
        out.write(_outcome(function, args))


def _outcome(function: Callable[..., object], args: tuple[object, ...]) -> bytes:
    try:
        return pickle.dumps(("returned", function(*args)))
    except Unreadable as error:
        return pickle.dumps(("raised", (error.reason, error.details)))
    except MemoryError:
        return pickle.dumps(("raised", (Reason.TOO_MUCH_MEMORY, {})))
    except BaseException as error:  # a panic of calamine's is no Exception; here the process ends anyway
        details = {"error": type(error).__name__, "where": _where(error)}
        return pickle.dumps(("raised", (Reason.DAMAGED, details)))


def _where(error: BaseException) -> str:
    """File and line of the innermost frame that is ours: enough to find a bug, and no pupil's name in it."""
    place, trace = "", error.__traceback__
    while trace is not None:
        file = PurePath(trace.tb_frame.f_code.co_filename)
        if file.parent.name == "importers":
            place = f"{file.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _limit(megabytes: int, seconds: float) -> None:
    """Bounds this process. Address space is what a system can bound: what is there stays, resident memory
    may grow to `megabytes`. On Windows and macOS only the wall time holds."""
    if sys.platform == "win32":
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    cpu = int(seconds) + 1  # for a parent that was killed meanwhile
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    if sys.platform == "linux":
        with open("/proc/self/statm", "rb") as file:
            size, resident = (int(pages) * resource.getpagesize() for pages in file.read().split()[:2])
        most = size - resident + megabytes * _MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
