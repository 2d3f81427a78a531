"""What is forgotten in time (reliability-and-security.md §4, retention): texts go, the fact that they came stays.

Raw messages seven days after they were handled, texts sent after thirty days, drafts that are over after seven; an
invite code that can no longer be used the same night (storage.old_codes), a file that was sent to be read after seven
days, who typed a code of a further channel after thirty. The keys that keep a repeated update from counting twice stay.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from storage import files, hooks_out, old_codes
from storage.chat import ConversationStatus, Inbox, InboxStatus, OpenConversation, Outbox, OutboxStatus
from storage.people import CodeTry
from storage.second_ways import LinkRequest

RAW_KEPT = timedelta(days=7)
SENT_KEPT = timedelta(days=30)
DRAFTS_KEPT = timedelta(days=7)
CODE_TRIES_KEPT = timedelta(days=2)


def forget(session: Session, now: datetime) -> dict[str, int]:
    """Forgets what is due at a moment (UTC); returns how many of each, for the log."""
    handled = (InboxStatus.HANDLED, InboxStatus.REFUSED)
    raw = update(Inbox).where(Inbox.handled_at < now - RAW_KEPT, Inbox.status.in_(handled), Inbox.raw.is_not(None))
    over = (OutboxStatus.SENT, OutboxStatus.FAILED, OutboxStatus.MISSED, OutboxStatus.WITHDRAWN)
    sent = update(Outbox).where(
        Outbox.queued_at < now - SENT_KEPT, Outbox.status.in_(over), Outbox.payload.is_not(None)
    )
    closed = (ConversationStatus.OPEN, ConversationStatus.KEPT)
    drafts = update(OpenConversation).where(
        OpenConversation.touched_at < now - DRAFTS_KEPT,
        OpenConversation.status.notin_(closed),
        OpenConversation.draft != {},
    )
    links = delete(LinkRequest).where(LinkRequest.created_at < now - SENT_KEPT)
    tries = delete(CodeTry).where(CodeTry.at < now - CODE_TRIES_KEPT)
    return {
        "raw": session.execute(raw.values(raw=None)).rowcount,  # type: ignore[attr-defined]
        "sent": session.execute(sent.values(payload=None, joined=None, aside=[])).rowcount,  # type: ignore[attr-defined]
        "drafts": session.execute(drafts.values(draft={})).rowcount,  # type: ignore[attr-defined]
        "files": files.forget_old(session, now),
        "codes": old_codes.forget(session, now, SENT_KEPT),
        "link requests": session.execute(links).rowcount,  # type: ignore[attr-defined]
        "hook deliveries": hooks_out.forget(session, now - SENT_KEPT),
        "code tries": session.execute(tries).rowcount,  # type: ignore[attr-defined]
    }


def expire(session: Session, now: datetime) -> int:
    """Conversations that nobody touched since the day before yesterday are over; their drafts are kept a week."""
    old = (ConversationStatus.OPEN, ConversationStatus.KEPT)
    stale = update(OpenConversation).where(
        OpenConversation.touched_at < now - timedelta(days=2), OpenConversation.status.in_(old)
    )
    return int(session.execute(stale.values(status=ConversationStatus.EXPIRED)).rowcount)  # type: ignore[attr-defined]
