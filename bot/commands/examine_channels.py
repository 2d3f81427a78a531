"""What `ralop doctor` asks the platforms: whether the token is taken, who else uses it, what a month has left."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable
from typing import Any

import httpx

from bot.commands import examining, one_process
from bot.commands.examining import Finding, Level, Patient
from bot.rules import budget
from bot.rules.budget import Stage
from bot.settings import Settings, is_loopback
from storage.alarms import AlarmKind

ANSWER_WITHIN_S = 10.0


def telegram(patient: Patient) -> Iterable[Finding]:
    """Whether the token is accepted, and whether somebody else uses it (T14)."""
    settings, say = patient.settings, patient.say
    if settings.telegram_bot_token is None:
        yield Finding("telegram", Level.OK, say("Telegram is off: TELEGRAM_BOT_TOKEN is empty."))
        return
    me, status = _asked(settings, "getMe")
    if me is None and status in (401, 404):
        yield Finding(
            "telegram",
            Level.FAIL,
            say("Telegram refuses the token."),
            say("Ask @BotFather for the token (/token) and put it into TELEGRAM_BOT_TOKEN."),
        )
        return
    if me is None:
        yield Finding(
            "telegram",
            Level.FAIL,
            say("Telegram cannot be reached; the service keeps trying."),
            say("Check the line; where Telegram is blocked, set TELEGRAM_PROXY."),
        )
        return
    yield Finding("telegram", Level.OK, say("Telegram knows the bot: @%(bot)s.", bot=me.get("username", "?")))
    yield from _misused(patient)


def _misused(patient: Patient) -> Iterable[Finding]:
    """Signs that somebody else holds the token."""
    settings, say = patient.settings, patient.say
    hook, _ = _asked(settings, "getWebhookInfo")
    url = str((hook or {}).get("url") or "")
    ours = f"{settings.web_public_url}/hooks/telegram" if settings.telegram_mode == "webhook" else ""
    is_running = one_process.is_running(settings)
    if is_running and (url != ours or trouble_of(settings, "telegram") == "conflict"):
        yield Finding(
            "telegram",
            Level.FAIL,
            say("Somebody else receives this bot's messages: a second program with the token, or a stolen token."),
            say(examining.alarm_words().TO_DO[AlarmKind.STOLEN]),
        )


def _asked(settings: Settings, method: str) -> tuple[dict[str, Any] | None, int]:
    """What the Bot API answers, or None with the HTTP status (0: nothing came)."""
    token = settings.telegram_bot_token
    base = settings.telegram_api_base_url
    options: dict[str, Any] = {"timeout": ANSWER_WITHIN_S, "trust_env": not is_loopback(base)}
    try:
        with httpx.Client(proxy=settings.telegram_proxy, **options) as client:
            answer = client.get(f"{base}/bot{token.get_secret_value() if token else ''}/{method}")
        found = answer.json()
    except (httpx.HTTPError, ValueError, ImportError):
        return None, 0
    if not isinstance(found, dict) or "ok" not in found:
        return None, 0  # a proxy's page: not the Bot API, whatever its number
    result = found.get("result")
    return (result, answer.status_code) if found["ok"] and isinstance(result, dict) else (None, answer.status_code)


def trouble_of(settings: Settings, channel: str) -> str:
    """What the running service says of a channel, on the page for watchers."""
    address = f"http://{settings.web_host}:{settings.web_port}/readyz"
    if not is_loopback(address):
        return ""
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=ANSWER_WITHIN_S) as answer:
            told = json.load(answer)
    except (OSError, ValueError):
        return ""
    return str(told.get("channels", {}).get(channel, {}).get("trouble") or "")


def zalo(patient: Patient) -> Iterable[Finding]:
    """One line a bot: what of the month is used, what its plans need, how many people it has, and what to do."""
    if patient.settings.zalo_bot_token is None:
        yield Finding("budgets", Level.OK, patient.say("Zalo is off; Telegram and the web have no monthly budget."))
        return
    with patient.machine.work() as work:
        found = [budget.status(work, channel, bot) for channel, bot, _ in budget.bots(work)]
    for number, one in enumerate(found, start=1):
        yield Finding("budgets", _budget_level(one), _budget(patient, one, number), _budget_to_do(patient, one))


def _budget_level(one: budget.Status) -> Level:
    is_full = one.people >= budget.INVITES_END_AT
    return Level.WARN if is_full or one.stage is not Stage.PLENTY else Level.OK


def _budget(patient: Patient, one: budget.Status, number: int) -> str:
    values = {"number": number, "used": one.usage.total, "people": one.people, "most": budget.PEOPLE_AT_MOST}
    if not one.limit:
        return patient.say(
            "Zalo bot %(number)d: %(used)d messages this month, no limit; %(people)d of %(most)d people.", **values
        )
    return patient.say(
        "Zalo bot %(number)d: %(used)d of %(limit)d messages used, the month will need %(forecast)d; "
        "%(people)d of %(most)d people.",
        limit=one.limit,
        forecast=one.forecast,
        **values,
    )


def _budget_to_do(patient: Patient, one: budget.Status) -> str:
    say = patient.say
    if one.stage in (Stage.RESERVE, Stage.SPENT):
        return say("Only meetings, class questions and homes go over it now; move people to the web page or Telegram.")
    if one.stage is Stage.THRIFTY:
        return say("Thanks, news and digests wait for the morning list; move people to the web page or Telegram.")
    if one.people >= budget.INVITES_END_AT:
        return say(
            "Nobody more is invited to it; add a bot to ZALO_BOT_TOKEN, or invite over the web page or Telegram."
        )
    return ""
