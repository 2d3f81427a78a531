"""The API on a real port: every path for every role, and what comes is what that person's own export would be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bot.reports import exports, figures
from bot.reports.exports import Window
from bot.reports.tables import TABLES
from bot.reports.writers import plain
from bot.rules import api_tokens, people
from bot.rules.work import Work
from bot.web import api, open_figures, openapi
from storage.audit import Audit
from storage.database import Database
from storage.people import Person, Role, scope_of
from tests.open_data import NOW, PEOPLE, PRIVATE, Furnished, foreign_names, furnish, named
from tests.web.stage import House, open_house
from tests.world import World

V1 = "/api/v1"
TABLE_PATHS = [f"{V1}/{name}" for name in TABLES]
FIGURES = f"{V1}/figures?from=2024-03-18&to=2024-03-22"
PATHS = [*TABLE_PATHS, FIGURES]
OPERATORS = {f"{V1}/{name}" for name in openapi.OPERATORS}


@pytest.fixture(scope="module")
def furnished(long_mon_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return furnish(long_mon_template, tmp_path_factory.mktemp("open"))


@pytest.fixture
async def house(furnished: Furnished, tmp_path: Path) -> Any:
    async with open_house(furnished.copy(tmp_path), at=NOW) as opened:
        yield opened


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def reader(house: House, token: str) -> httpx.AsyncClient:
    return house.browser(**bearer(token)).client


async def everything(client: httpx.AsyncClient, path: str, **query: str) -> list[dict[str, Any]]:
    """All pages of a table."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await client.get(path, params=query)
        assert answer.status_code == 200, (path, answer.text)
        page = answer.json()
        found += page["rows"]
        assert ("Link" in answer.headers) == (page["next"] is not None)
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def cells(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from cells(one)


def own_export(database: Database, name: str, what: str) -> list[dict[str, Any]]:
    """What `exports` gives within this person's scope, as JSON."""

    @contextmanager
    def transaction() -> Iterator[Work]:
        with database.transaction() as session:
            person = named(session, name)
            work = Work(session=session, now=NOW, today=NOW.date(), person=person)
            work.scope = scope_of(session, person, work.today)
            yield work

    table = TABLES[what]
    rows = [row for part in exports.rows(transaction, table, Window()) for row in part]
    return [
        {n: plain(c, Window().zone) for n, c in zip(table.columns, row, strict=True)} for row in rows
    ]  # fmt: skip


@pytest.mark.parametrize("role", PEOPLE)
async def test_each_role_reads_its_own_export_and_nobody_elses_names(
    house: House, furnished: Furnished, role: str
) -> None:
    client = reader(house, furnished.tokens[role])
    foreign = await house.run(lambda session: foreign_names(session, role))
    for what in TABLES:
        if f"{V1}/{what}" in OPERATORS:
            assert (await client.get(f"{V1}/{what}")).status_code == 403
            continue
        seen = await everything(client, f"{V1}/{what}", limit="7")
        assert seen == own_export(house.database, PEOPLE[role], what)
        assert not foreign & set(cells(seen)), what
        assert PRIVATE not in set(cells(seen))
        assert all(row[column] is None for row in seen for column in TABLES[what].hidden)


async def test_an_official_reads_something_in_every_table(house: House, furnished: Furnished) -> None:
    """And what the others must not see is there to be seen."""
    client = reader(house, furnished.tokens["official"])
    pages = {path: await everything(client, path) for path in TABLE_PATHS if path not in OPERATORS}
    assert [path for path, rows in pages.items() if not rows] == []
    for role in ("teacher", "village_head", "organisation", "parents"):
        foreign = await house.run(lambda session, role=role: foreign_names(session, role))  # type: ignore[misc]
        assert foreign <= set(cells(list(pages.values())))
        assert len(foreign) >= 10


async def test_a_teacher_reads_the_class_and_a_village_head_the_village(house: House, furnished: Furnished) -> None:
    for role, n in (("teacher", 31), ("village_head", 18)):
        client = reader(house, furnished.tokens[role])
        assert len(await everything(client, f"{V1}/pupils")) == n
        assert len(await everything(client, f"{V1}/cases")) == (2 if role == "teacher" else 1)


async def test_an_invitee_reads_the_own_answer_only(house: House, furnished: Furnished) -> None:
    seen = {
        role: await everything(reader(house, furnished.tokens[role]), f"{V1}/invitations")
        for role in ("village_head", "official")
    }
    assert {row["person"] for row in seen["village_head"]} == {PEOPLE["village_head"]}
    assert len({row["person"] for row in seen["official"]}) > 1


async def test_figures_are_for_who_is_reported_to(house: House, furnished: Furnished) -> None:
    may = {role: (await reader(house, token).get(FIGURES)).status_code for role, token in furnished.tokens.items()}
    assert {role for role, status in may.items() if status == 200} == {"official", "school"}
    assert {status for role, status in may.items() if role not in ("official", "school")} == {403}


# Doors that stay shut


async def test_whoever_is_a_stranger_gone_or_over_reads_nothing_on_any_path(house: House, furnished: Furnished) -> None:
    def end(session: Any) -> dict[str, str]:
        work = house.work(session)
        made = {
            name: api_tokens.make(work, named(session, PEOPLE["official"]), name, days=1)
            for name in ("revoked", "over", "of who leaves")
        }
        api_tokens.revoke(work, made["revoked"].row.id)
        made["over"].row.expires_at = work.now
        leaver = World(session, NOW).official("Đinh Thị Xa")
        made["of who leaves"] = api_tokens.make(work, leaver, "of who leaves")
        work.person, work.scope = leaver, scope_of(session, leaver, work.today)
        people.leave(work)
        return {name: one.token for name, one in made.items()}

    tokens = await house.run(end)
    tokens |= {"guessed": f"ralop_{'A' * 32}", "malformed": "x", "longer": furnished.tokens["official"] + "A"}
    for name, token in tokens.items():
        client = reader(house, token)
        for path in PATHS:
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (401, api.PROBLEM), (name, path)
            assert "invalid_token" in answer.headers["www-authenticate"]
            assert set(answer.json()) == {"type", "title", "status", "detail"}
    assert (await reader(house, furnished.tokens["official"]).get(FIGURES)).status_code == 200


async def test_no_cookie_no_query_and_no_other_scheme_opens_it(house: House, furnished: Furnished) -> None:
    seated = await house.sits_down(PEOPLE["official"])
    token = furnished.tokens["official"]
    for path in PATHS:
        answer = await seated.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"] == 'Bearer realm="ralop"'
        joined = f"{path}{'&' if '?' in path else '?'}token={token}"
        assert (await house.browser().client.get(joined)).status_code == 401
        assert (await house.browser(Authorization=f"Basic {token}").client.get(path)).status_code == 401


async def test_no_page_of_others_and_nothing_but_reading(house: House, furnished: Furnished) -> None:
    client = reader(house, furnished.tokens["official"])
    foreign = await client.get(PATHS[0], headers={"Origin": "https://elsewhere.example"})
    assert foreign.status_code == 403
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = await client.request(method, PATHS[0], headers={"Origin": house.origin})
        assert answer.status_code == 405
    answer = await client.get(PATHS[0], headers={"Origin": house.origin})
    assert [name for name in answer.headers if name.startswith("access-control")] == []
    assert answer.headers["cache-control"] == "no-store"


async def test_a_role_that_ends_closes_the_door_at_the_next_request(house: House, furnished: Furnished) -> None:
    client = reader(house, furnished.tokens["teacher"])
    assert (await client.get(f"{V1}/pupils")).status_code == 200

    def end(session: Any) -> None:
        from storage.people import grants

        for one in grants(session, named(session, PEOPLE["teacher"]).id, NOW.date()):
            one.until_on = NOW.date()

    await house.run(end)
    assert [(await client.get(path)).status_code for path in PATHS] == [403] * len(PATHS)


async def test_who_comes_back_does_not_bring_the_old_tokens_back(house: House, furnished: Furnished) -> None:
    def leave_and_return(session: Any) -> None:
        head, work = named(session, PEOPLE["village_head"]), house.work(session)
        work.person = head
        people.leave(work)
        head.status = "active"
        people.grant(work, head, Role.VILLAGE_HEAD, place_id=World(session).village("Cà Xen").id)

    await house.run(leave_and_return)
    assert (await reader(house, furnished.tokens["village_head"]).get(f"{V1}/pupils")).status_code == 401


async def test_somebody_who_has_not_joined_reads_nothing(house: House) -> None:
    def made(session: Any) -> str:
        world = World(session, NOW)
        waiting = world.official("Đinh Thị Chờ", joined=False)
        return api_tokens.make(world.work, waiting, "too early").token

    client = reader(house, await house.run(made))
    assert [(await client.get(path)).status_code for path in PATHS] == [403] * len(PATHS)


# What is asked wrongly


WRONG = [
    (f"{V1}/visits?from=2024-13-01", "from không phải là ngày; ví dụ: 2024-03-20"),
    (f"{V1}/visits?from=20240301", "from không phải là ngày; ví dụ: 2024-03-20"),
    (f"{V1}/registers?from=0001-01-01", "from không phải là ngày; ví dụ: 2024-03-20"),
    (f"{V1}/registers?to=9999-12-31", "to không phải là ngày; ví dụ: 2024-03-20"),
    (f"{V1}/visits?from=2024-03-02&to=2024-03-01", "to đứng trước from."),
    (f"{V1}/pupils?from=2024-03-02", "pupils không có ngày để chọn; xin bỏ from và to."),
    (f"{V1}/pupils?limit=501", "limit là số từ 1 đến 500."),
    (f"{V1}/pupils?limit=0", "limit là số từ 1 đến 500."),
    (f"{V1}/pupils?limit=²", "limit là số từ 1 đến 500."),
    (f"{V1}/pupils?cursor=1;drop", "cursor không phải của trang trước đưa ra."),
    (f"{V1}/pupils?sensitive=1", "Ở đây không có sensitive."),
    (f"{V1}/pupils?limit=1&limit=2", "limit đứng hai lần."),
    (f"{V1}/figures", "Xin cho from và to; ví dụ: ?from=2024-03-01&to=2024-03-31"),
    (f"{V1}/figures?from=2024-04-01&to=2024-04-30", "Khoảng thời gian bắt đầu sau hôm nay."),
    (f"{V1}/figures?from=2022-01-01&to=2024-03-01", "Một khoảng dài nhất 366 ngày."),
    (f"{V1}/figures?from=2024-03-20&to=2024-03-01", "to đứng trước from."),
]


async def test_what_is_asked_wrongly_gets_one_sentence(house: House, furnished: Furnished) -> None:
    client = reader(house, furnished.tokens["official"])
    for path, detail in WRONG:
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (422, api.PROBLEM), path
        told = {"type": "about:blank", "title": "Unprocessable Entity", "status": 422, "detail": detail}
        assert answer.json() == told
    assert (await client.get(FIGURES)).status_code == 200


async def test_what_is_not_there_says_what_there_is(house: House, furnished: Furnished) -> None:
    client = reader(house, furnished.tokens["official"])
    for path in ("/api", "/api/", "/api/v1", "/api/v2/pupils", f"{V1}/nothing", f"{V1}/pupils/1"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")
        assert answer.json()["detail"].endswith(f"{V1}/openapi.json")


async def test_a_cursor_beyond_the_end_finds_nothing_and_ends(house: House, furnished: Furnished) -> None:
    client = reader(house, furnished.tokens["official"])
    for what in ("pupils", "registers"):
        for cursor in ("0.999999999999999999.0", "9.0.0", "0.1.999999"):
            page = (await client.get(f"{V1}/{what}", params={"cursor": cursor})).json()
            assert page["next"] is None or page["rows"]


async def test_registers_come_day_by_day_whatever_the_page_holds(house: House, furnished: Furnished) -> None:
    client = reader(house, furnished.tokens["official"])
    whole = await everything(client, f"{V1}/registers", limit="500")
    assert len(whole) >= 10
    for limit in ("1", "2", "3"):
        assert await everything(client, f"{V1}/registers", limit=limit) == whole
    week = await everything(client, f"{V1}/registers", **{"from": "2024-03-19", "to": "2024-03-20"})
    assert week == [row for row in whole if row["date"] in ("2024-03-19", "2024-03-20")]


# Pace and audit


async def test_a_token_that_asks_too_often_waits_and_no_other_does(
    house: House, furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setattr(api, "A_MINUTE", 20)
    monkeypatch.setattr(the_api(house).pace, "steady", lambda: seconds[0])
    busy, other = (reader(house, furnished.tokens[role]) for role in ("village_head", "teacher"))
    answers = [(await busy.get(f"{V1}/support")).status_code for _ in range(api.A_MINUTE + 1)]
    assert answers == [200] * api.A_MINUTE + [429]
    refused = await busy.get(f"{V1}/support")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3")
    assert (await other.get(f"{V1}/support")).status_code == 200
    seconds[0] += int(refused.headers["retry-after"])
    assert (await busy.get(f"{V1}/support")).status_code == 200


async def test_whoever_guesses_slows_down_nobody_who_was_good_before(
    house: House, furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "A_MINUTE", 20)
    monkeypatch.setattr(the_api(house).pace, "steady", lambda: 0.0)
    known = reader(house, furnished.tokens["official"])
    assert (await known.get(f"{V1}/support")).status_code == 200
    guesser = house.browser().client
    statuses = [
        (await guesser.get(f"{V1}/support", headers=bearer(f"ralop_{n:032}"))).status_code
        for n in range(api.A_MINUTE + 5)
    ]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert (await known.get(f"{V1}/support")).status_code == 200


def the_api(house: House) -> api.Api:
    """The API behind a house's doors."""
    found: api.Api = house.app.state.api
    return found


async def test_every_look_is_in_the_audit_with_who_looked_and_no_refusal_is(house: House, furnished: Furnished) -> None:
    client = reader(house, furnished.tokens["teacher"])
    before = await house.count(Audit)
    for path in (f"{V1}/pupils?limit=3", f"{V1}/audit", FIGURES, f"{V1}/pupils?limit=x"):
        await client.get(path)

    def looks(session: Any) -> list[Audit]:
        return list(session.scalars(select(Audit).where(Audit.id > before).order_by(Audit.id)))

    (look,) = await house.run(looks)
    hoa = await house.run(lambda session: named(session, PEOPLE["teacher"]).id)
    assert (look.actor_id, look.action, look.subject_type) == (hoa, "data.read", "pupils")
    assert (look.details["via"], look.details["rows"], look.details["page"]) == ("api", 3, "0.0.0")
    await reader(house, furnished.tokens["official"]).get(FIGURES)
    assert [one.action for one in await house.run(looks)][1:] == ["figures.read"]


async def test_the_token_stands_in_the_database_as_a_hash_only(house: House, furnished: Furnished) -> None:
    await reader(house, furnished.tokens["official"]).get(f"{V1}/pupils")
    content = furnished.file.read_bytes()
    for token in furnished.tokens.values():
        assert token.encode() not in content


# Figures and the description


async def test_the_figures_are_those_of_the_reports(house: House, furnished: Furnished) -> None:
    told = (await reader(house, furnished.tokens["official"]).get(FIGURES)).json()

    @contextmanager
    def transaction() -> Iterator[Work]:
        with house.database.transaction() as session:
            thu = session.scalars(select(Person).where(Person.name == PEOPLE["official"])).one()
            work = Work(session=session, now=NOW, today=NOW.date(), person=thu)
            work.scope = scope_of(session, thu, work.today)
            yield work

    counted = figures.period(transaction, date(2024, 3, 18), date(2024, 3, 22))
    assert told["total"]["enrolled"] == counted.total.attendance.enrolled > 0
    assert told["total"]["due"] - told["total"]["reported"] == counted.total.missing == 2
    assert told == open_figures.as_json(counted, {one["school_id"]: one["school"] for one in told["classes"]}
                                        | {one["village_id"]: one["village"] for one in told["villages"]})  # fmt: skip
    assert all(one["village"] for one in told["villages"])
    for name in ("enrolled", "absent", "roll", "at_risk", "visits", "new_cases"):
        for part in ("classes", "levels", "villages"):
            assert sum(one[name] for one in told[part]) == told["total"][name], (part, name)
    assert sum(one["absent"] for one in told["days"]) == told["total"]["absent"]


async def test_a_period_that_ends_in_the_future_ends_today(house: House, furnished: Furnished) -> None:
    client = reader(house, furnished.tokens["official"])
    told = (await client.get(f"{V1}/figures?from=2024-03-18&to=2024-12-31")).json()
    assert told["to"] == NOW.date().isoformat()


def fits(schema: dict[str, Any], value: Any, schemas: dict[str, Any]) -> bool:
    """Whether a value is what a schema of ours says: the few words that it uses."""
    if "$ref" in schema:
        return fits(schemas[schema["$ref"].rpartition("/")[2]], value, schemas)
    wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = {type(None): "null", bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}
    if kind[type(value)] not in wanted or ("enum" in schema and value not in schema["enum"]):
        return False
    if isinstance(value, list):
        return all(fits(schema["items"], one, schemas) for one in value)
    if isinstance(value, dict):
        inner, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        if not set(schema.get("required", ())) <= set(value) or (more is False and not set(value) <= set(inner)):
            return False
        others = more if isinstance(more, dict) else None
        return all(
            fits(inner[name], one, schemas) if name in inner else others is None or fits(others, one, schemas)
            for name, one in value.items()
        )
    return True


async def test_every_path_and_column_is_described_and_what_comes_is_what_was_said(
    house: House, furnished: Furnished
) -> None:
    told = (await house.browser().client.get(f"{V1}/openapi.json")).json()
    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": house.origin}]
    own = [route.path for route in the_api(house).routes() if "{" not in route.path and route.path != "/api"]  # type: ignore[attr-defined]
    assert list(told["paths"]) == own
    schemas = told["components"]["schemas"]
    client = reader(house, furnished.tokens["official"])
    for name, table in TABLES.items():
        described = schemas[name]["properties"]
        assert tuple(described) == table.columns
        assert all(column["description"] for column in described.values())
        if f"{V1}/{name}" not in OPERATORS:
            page = (await client.get(f"{V1}/{name}")).json()
            schema = told["paths"][f"{V1}/{name}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            assert page["rows"]
            assert fits(schema, page, schemas), name
    assert fits(schemas["figures"], (await client.get(FIGURES)).json(), schemas)
    assert not fits(schemas["pupils"], {"id": "1"}, schemas)
    for path, what in told["paths"].items():
        parameters = {one["name"]: one for one in what["get"].get("parameters", ())}
        assert all(one["description"] for one in parameters.values()), path
        for status in what["get"]["responses"]:
            assert status == "200" or status in told["components"]["responses"]


async def test_pages_of_a_roster_read_while_somebody_is_added_hold_each_pupil_once(
    house: House, furnished: Furnished
) -> None:
    client = reader(house, furnished.tokens["official"])
    first = (await client.get(f"{V1}/pupils?limit=20")).json()
    await house.run(lambda session: World(session, NOW).pupil("Đinh Thị Mới", of="6A").id)
    rest = await everything(client, f"{V1}/pupils", cursor=first["next"])
    ids = [row["id"] for row in [*first["rows"], *rest]]
    assert len(ids) == len(set(ids)) == 42
    assert rest[-1]["name"] == "Đinh Thị Mới"


async def test_a_look_is_noted_on_the_token_once_a_minute(house: House, furnished: Furnished) -> None:
    from storage.api_tokens import ApiToken

    client = reader(house, furnished.tokens["school"])

    def used(session: Any) -> Any:
        return session.scalar(select(func.max(ApiToken.used_at)))

    await client.get(f"{V1}/people")
    assert await house.run(used) == NOW
    house.clock.move_to(NOW + timedelta(minutes=2))
    await client.get(f"{V1}/people")
    assert await house.run(used) == NOW + timedelta(minutes=2)


@pytest.mark.postgres
async def test_on_postgresql_it_is_the_same(postgres_url: str) -> None:
    async with open_house(postgres_url, at=NOW) as house:

        def made(session: Any) -> dict[str, str]:
            work = house.work(session)
            asked = {role: named(session, PEOPLE[role]) for role in ("official", "village_head")}
            return {role: api_tokens.make(work, one, role).token for role, one in asked.items()}

        tokens = await house.run(made)
        official, head = (reader(house, tokens[role]) for role in ("official", "village_head"))
        assert len(await everything(official, f"{V1}/pupils", limit="10")) == 31
        assert {row["village"] for row in await everything(head, f"{V1}/pupils")} == {"Cà Xen"}
        for path in TABLE_PATHS:
            assert (await official.get(path)).status_code == (403 if path in OPERATORS else 200), path
        assert (await official.get(FIGURES)).json()["total"]["roll"] == 31
        assert (await official.get(f"{V1}/pupils?cursor=0.999999999999999999.0")).json() == {"rows": [], "next": None}
