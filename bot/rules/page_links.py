"""One-time links to a page of ours, for what a chat cannot carry: a table, a file, a login (interface.md, Settings)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import update

from bot.rules.people import token_hash
from bot.rules.work import Refused, Work
from storage import page_links
from storage.page_links import PageLink

LASTS = timedelta(minutes=30)
PAGE_LASTS = timedelta(hours=1)  # how long the page that it opened can be looked at


def make(work: Work, destination: str, *, is_login: bool = False, lasts: timedelta = LASTS) -> str:
    """A new link of the acting person to a page (`/`, `/tep/12`); returns its token, which is shown once.

    Raises Refused("not_joined").
    """
    if work.person is None:
        raise Refused("not_joined")
    token = secrets.token_urlsafe(16)
    row = PageLink(
        person_id=work.person.id,
        token_hash=token_hash(token),
        destination=destination,
        is_login=is_login,
        created_at=work.now,
        expires_at=work.now + lasts,
    )
    work.session.add(row)
    work.session.flush()
    work.audit("page_link.made", "page_link", row.id, destination=destination)
    return token


def url(work: Work, public_url: str, destination: str, *, is_login: bool = False) -> str:
    """The whole address of a new link, or an empty text where no page of ours can be reached."""
    return f"{public_url}/di/{make(work, destination, is_login=is_login)}" if public_url else ""


def use(work: Work, token: str) -> PageLink:
    """Uses a link up: one conditional update decides between two who pressed at once (T4).

    Raises Refused: `unknown_link`, `used_link`, `expired_link`.
    """
    found = page_links.by_hash(work.session, token_hash(token))
    if found is None:
        raise Refused("unknown_link")
    if found.used_at is not None:
        raise Refused("used_link")
    if found.expires_at <= work.now:
        raise Refused("expired_link")
    claimed = work.session.scalar(
        update(PageLink)
        .where(PageLink.id == found.id, PageLink.used_at.is_(None))
        .values(used_at=work.now)
        .returning(PageLink.id)
    )
    if claimed is None:
        raise Refused("used_link")
    work.audit("page_link.used", "page_link", found.id)
    return found
