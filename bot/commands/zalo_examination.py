"""What `ralop doctor` says of each bot of Zalo: whether Zalo knows it, and how the running service fares with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from bot.channels.zalo_wire import Refused, Wire
from bot.commands.examine_channels import ANSWER_WITHIN_S, trouble_of
from bot.commands.examining import Finding, Level, Patient


def zalo_bots(patient: Patient) -> Iterable[Finding]:
    """One or two lines a token, in the order of ZALO_BOT_TOKEN; none without."""
    tokens = patient.settings.zalo_bot_token
    for token in tokens.get_secret_value().split(",") if tokens is not None else ():
        yield from _bot(patient, token.strip())


def _bot(patient: Patient, token: str) -> Iterable[Finding]:
    bot, say = token.partition(":")[0], patient.say
    name = f"zalo:{bot}"
    me = asyncio.run(_asked(token, patient.settings.zalo_api_base_url))
    if isinstance(me, Refused) and me.code == 401:
        yield Finding(
            name,
            Level.FAIL,
            say("Zalo refuses the token of bot %(bot)s.", bot=bot),
            say("Get the token anew from Zalo Bot Creator and put it into ZALO_BOT_TOKEN."),
        )
        return
    if isinstance(me, Exception):
        yield Finding(
            name,
            Level.FAIL,
            say("Zalo cannot be reached for bot %(bot)s; the service keeps trying.", bot=bot),
            say("Check the line and ZALO_API_BASE_URL."),
        )
        return
    yield Finding(name, Level.OK, say("Zalo knows bot %(bot)s: %(account)s.", bot=bot, account=_account(me)))
    yield from _as_the_service_sees_it(patient, name, bot)


def _as_the_service_sees_it(patient: Patient, name: str, bot: str) -> Iterable[Finding]:
    """What only the running service can know: who receives, and whether Zalo gets through to us."""
    say, trouble = patient.say, trouble_of(patient.settings, name)
    if trouble == "foreign webhook":
        yield Finding(
            name,
            Level.FAIL,
            say("Somebody else receives the messages of bot %(bot)s: its webhook is not ours.", bot=bot),
            say("Reset the token in Zalo Bot Creator, put it into ZALO_BOT_TOKEN and start the service again."),
        )
    elif trouble.startswith("webhook not verified"):
        yield Finding(
            name,
            Level.FAIL,
            say("Zalo does not get through to the webhook of bot %(bot)s (%(trouble)s).", bot=bot, trouble=trouble),
            say("WEB_PUBLIC_URL must be reached from the internet with HTTPS; a firewall must let Zalo's calls pass."),
        )
    elif trouble:
        yield Finding(
            name, Level.WARN, say("The service has trouble with bot %(bot)s: %(trouble)s.", bot=bot, trouble=trouble)
        )


async def _asked(token: str, base_url: str) -> Any:
    """What Zalo says of the bot, or the error."""
    wire = Wire(token, base_url, on_date=lambda _: None)
    try:
        return await wire.call("getMe", read_s=ANSWER_WITHIN_S)
    except Exception as error:  # Refused, NoAnswer, Lost: each is a finding
        return error
    finally:
        await wire.close()


def _account(me: Any) -> str:
    return str(me.get("display_name") or me.get("account_name") or "?")[:60] if isinstance(me, dict) else "?"
