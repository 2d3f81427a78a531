"""The description of the API (OpenAPI 3.1), made from the tables themselves: what is not described does not exist."""

from __future__ import annotations

from typing import Any

from bot.reports.exports import Table
from bot.reports.paging import MOST
from bot.reports.tables import TABLES
from bot.web import open_figures
from bot.web.open_columns import row_of

BASE = "/api/v1"
OPERATORS = ("deliveries", "audit")  # of the machine itself: no token sees them
TABLE_WORDS = {
    "pupils": "The roster",
    "attendance": "Who was not simply there, a row a pupil, day and session",
    "registers": "Which registers were kept, are missing, or were not due",
    "visits": "Home visits",
    "cases": "Pupils who are looked after",
    "meetings": "Meetings",
    "invitations": "Who was invited to which meeting, and the answers",
    "people": "Who uses Ra Lớp, in which roles and places",
    "support": "Needs, and what answered them",
    "deliveries": "Messages that were sent or missed (of the operator: 403 for every token)",
    "audit": "Who did or saw what (of the operator: 403 for every token)",
}
REFUSALS = {
    "401": "No token, or one that is wrong, revoked, over, or of somebody who has left",
    "403": "The roles that the token's person holds today do not see this",
    "422": "A day, a cursor or a limit that is none",
    "429": "Too many requests with this token; Retry-After says how many seconds to wait",
}


def description(server: str) -> dict[str, Any]:
    """The whole description; `server` is the address that the API is reached by."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ra Lớp",
            "version": "1",
            "summary": "What is recorded, read-only, as far as the token's person may see it",
        },
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": {
            **{f"{BASE}/{table.name}": {"get": _table(table)} for table in TABLES.values()},
            f"{BASE}/figures": {"get": _figures()},
            f"{BASE}/openapi.json": {"get": _itself()},
        },
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "Made by `ralop token make`"}
            },
            "schemas": {
                "problem": _problem(),
                "figures": open_figures.schema(),
                **{table.name: row_of(table) for table in TABLES.values()},
            },
            "responses": {status: _refusal(what) for status, what in REFUSALS.items()},
        },
    }


def _table(table: Table) -> dict[str, Any]:
    parameters = [
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 100}, "Rows a page at most"),
        _parameter("cursor", {"type": "string"}, "`next` of the page before"),
    ]
    if table.dated:
        parameters += _days(f"by `{table.dated}`", required=False)
    page = {
        "type": "object",
        "properties": {
            "rows": {
                "type": "array",
                "items": {"$ref": f"#/components/schemas/{table.name}"},
                "description": "The latest revision of each record; it may be empty although more pages follow",
            },
            "next": {"type": ["string", "null"], "description": "The cursor of the next page; null at the end"},
        },
        "required": ["rows", "next"],
    }
    return {
        "operationId": table.name,
        "summary": TABLE_WORDS[table.name],
        "parameters": parameters,
        "responses": _responses(page),
    }


def _figures() -> dict[str, Any]:
    return {
        "operationId": "figures",
        "summary": "The figures of a period, as reports and charts have them; for schools, officials and the Front",
        "parameters": _days("of the period; a year at most", required=True),
        "responses": _responses({"$ref": "#/components/schemas/figures"}),
    }


def _itself() -> dict[str, Any]:
    answer = {"description": "This description", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {"operationId": "openapi", "summary": "This description", "security": [], "responses": {"200": answer}}


def _days(of: str, *, required: bool) -> list[dict[str, Any]]:
    schema = {"type": "string", "format": "date"}
    return [
        _parameter("from", schema, f"The first day, included, {of}", required=required),
        _parameter("to", schema, f"The last day, included, {of}", required=required),
    ]


def _parameter(name: str, schema: dict[str, Any], what: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema, "description": what}


def _responses(schema: dict[str, Any]) -> dict[str, Any]:
    answer = {"description": "What the token's person may see", "content": {"application/json": {"schema": schema}}}
    return {"200": answer, **{status: {"$ref": f"#/components/responses/{status}"} for status in REFUSALS}}


def _refusal(what: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/problem"}
    return {"description": what, "content": {"application/problem+json": {"schema": schema}}}


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "type": {"type": "string", "description": "about:blank"},
            "title": {"type": "string", "description": "The status in words"},
            "status": {"type": "integer", "description": "The status"},
            "detail": {"type": "string", "description": "What is wrong, in a sentence of the deployment's language"},
        },
        "required": ["type", "title", "status", "detail"],
    }
