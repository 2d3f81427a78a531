"""Rows into files: csv, json, xlsx. No cell becomes a formula, times are ISO 8601 with the commune's offset (T16)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import BinaryIO, Protocol
from zoneinfo import ZoneInfo

import xlsxwriter

from bot.reports.exports import Cell, Row

BOM = "\N{BYTE ORDER MARK}"
# What a spreadsheet takes for the beginning of a formula, in full width too (ASVS 1.2.10).
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
XLSX_ROWS = 1_048_575
WIDEST = 60


class Writer(Protocol):
    """Takes rows one after another; nothing is whole before `end`."""

    def row(self, row: Row) -> None: ...

    def end(self) -> None: ...


class TooLong(Exception):
    """More rows than a sheet can hold."""


def plain(cell: Cell, zone: ZoneInfo) -> str | int | bool | list[str] | dict[str, object] | None:
    """A cell as JSON knows it."""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, tuple):
        return list(cell)
    return cell


def as_text(cell: Cell, zone: ZoneInfo) -> str:
    """A cell as one text: lists joined with "; ", yes and no as `true` and `false`."""
    value = plain(cell, zone)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def guarded(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula; also behind spaces."""
    return (
        f"'{text}"
        if text.lstrip(" \N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}\N{ZERO WIDTH NO-BREAK SPACE}").startswith(
            FORMULA_SIGNS
        )
        else text
    )


class Csv:
    """UTF-8 with BOM, commas, RFC 4180. An empty export has its header."""

    def __init__(self, out: BinaryIO, header: Sequence[str], zone: ZoneInfo) -> None:
        self._text = io.TextIOWrapper(out, "utf-8", newline="", write_through=False)
        self._text.write(BOM)
        self._csv, self._zone = csv.writer(self._text), zone
        self._csv.writerow(header)

    def row(self, row: Row) -> None:
        self._csv.writerow([cell if type(cell) is int else guarded(as_text(cell, self._zone)) for cell in row])

    def end(self) -> None:
        self._text.flush()
        self._text.detach()


class Json:
    """One array of objects, a record a line."""

    def __init__(self, out: BinaryIO, header: Sequence[str], zone: ZoneInfo) -> None:
        self._out, self._header, self._zone = out, header, zone
        self._before = "[\n"

    def row(self, row: Row) -> None:
        record = {name: plain(cell, self._zone) for name, cell in zip(self._header, row, strict=True)}
        self._out.write((self._before + json.dumps(record, ensure_ascii=False)).encode("utf-8"))
        self._before = ",\n"

    def end(self) -> None:
        self._out.write(b"[]\n" if self._before == "[\n" else b"\n]\n")
        self._out.flush()


class Xlsx:
    """One sheet with a frozen header; text is text whatever it begins with. Raises TooLong over a million rows."""

    def __init__(self, out: BinaryIO, header: Sequence[str], zone: ZoneInfo) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book, self._zone = xlsxwriter.Workbook(out, {**options, "in_memory": False}), zone
        self._sheet = self._book.add_worksheet("ralop")
        self._sheet.freeze_panes(1, 0)
        bold = self._book.add_format({"bold": True})
        for column, name in enumerate(header):
            self._sheet.set_column(column, column, min(WIDEST, max(10, len(name) + 4)))
            self._sheet.write_string(0, column, name, bold)
        self._next = 1

    def row(self, row: Row) -> None:
        if self._next > XLSX_ROWS:
            raise TooLong
        for column, cell in enumerate(row):
            if isinstance(cell, bool):
                self._sheet.write_boolean(self._next, column, cell)
            elif isinstance(cell, int):
                self._sheet.write_number(self._next, column, cell)
            elif text := as_text(cell, self._zone):
                self._sheet.write_string(self._next, column, text)
        self._next += 1

    def end(self) -> None:
        self._book.close()


FORMATS: dict[str, Callable[[BinaryIO, Sequence[str], ZoneInfo], Writer]] = {"csv": Csv, "json": Json, "xlsx": Xlsx}
