"""Invite codes that were shown in a chat, blanked once nobody can use them: their message was kept in clear (T26)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage import calendar_tokens, files
from storage.chat import Inbox, Outbox
from storage.people import Address, Invite

CODE = re.compile(r"\b[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}\b")
TOKEN = re.compile(r"(?<![\w-])[\w-]{22}(?![\w-])")
BLANK = "••••"


def forget(session: Session, now: datetime, kept: timedelta) -> int:
    """Blanks what was shown of invites that are used or expired, what their newcomers typed to join, and the addresses
    of calendars, which live on in the phone that read them.

    Looks back as far as sent texts are `kept`; returns how many messages were changed.
    """
    shown = [(one.person_id, one.made_at, one.token_hash) for one in calendar_tokens.made_since(session, now - kept)]
    return sum(_forget(session, invite) for invite in _over(session, now, now - kept)) + sum(
        _blank(session, *one) for one in shown
    )


def _over(session: Session, now: datetime, since: datetime) -> Sequence[Invite]:
    return session.scalars(
        select(Invite).where(Invite.created_at > since, or_(Invite.used_at.is_not(None), Invite.expires_at <= now))
    ).all()


def _blank(session: Session, person_id: int | None, at: datetime, token_hash: str) -> int:
    """What somebody was sent at the moment (UTC) at which a token was made, without it."""
    shown = select(Outbox).where(Outbox.person_id == person_id, Outbox.queued_at == at)
    changed = 0
    for row in session.scalars(shown.where(Outbox.payload.is_not(None))):
        payload = _blanked(row.payload, token_hash)
        if payload != row.payload:
            row.payload = payload
            changed += 1
    return changed


def _forget(session: Session, invite: Invite) -> int:
    changed = _blank(session, invite.created_by, invite.created_at, invite.token_hash)
    card = files.forget_ours(session, f"invite-{invite.id}", f"card-{invite.id}")
    return changed + card + _typed(session, invite)


def _blanked(value: Any, token_hash: str) -> Any:
    """The same with code and link token taken out of every text in it."""
    if isinstance(value, str):
        return TOKEN.sub(lambda found: _token(found[0], token_hash), CODE.sub(f"{BLANK}-{BLANK}", value))
    if isinstance(value, dict):
        return {name: _blanked(one, token_hash) for name, one in value.items()}
    return [_blanked(one, token_hash) for one in value] if isinstance(value, list) else value


def _token(text: str, token_hash: str) -> str:
    return BLANK if sha256(text.encode()).hexdigest() == token_hash else text


def _typed(session: Session, invite: Invite) -> int:
    """What came from the newcomer's chat up to the joining: the code among it, and nothing that was reported."""
    if invite.used_at is None:
        return 0
    changed = 0
    for address in session.scalars(select(Address).where(Address.person_id == invite.person_id)):
        typed = update(Inbox).where(
            Inbox.channel == address.channel, Inbox.bot == address.bot, Inbox.address == address.address
        )
        typed = typed.where(Inbox.received_at <= invite.used_at, Inbox.person_id.is_(None), Inbox.raw.is_not(None))
        changed += int(session.execute(typed.values(raw=None)).rowcount)  # type: ignore[attr-defined]
    return changed
