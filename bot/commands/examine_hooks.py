"""What `ralop doctor` says of the programs that are told something: who has it, who does not answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select

from bot.commands.examining import Finding, Level, Patient
from storage import hooks_out
from storage.hooks_out import DeliveryStatus, HookDelivery

RECENT = timedelta(days=7)
LATE = timedelta(minutes=10)


def hooks(patient: Patient) -> Iterable[Finding]:
    """A line an address; none where nobody is told anything."""
    with patient.machine.work() as work:
        counts = hooks_out.counts(work.session, work.now - RECENT)
        late = select(HookDelivery.hook_id, func.count()).where(
            HookDelivery.status == DeliveryStatus.QUEUED, HookDelivery.queued_at < work.now - LATE
        )
        waiting = {row[0]: row[1] for row in work.session.execute(late.group_by(HookDelivery.hook_id))}
        listening = [(one.id, urlsplit(one.url).hostname or "") for one in hooks_out.listening(work.session)]
    for hook_id, host in listening:
        lost = counts.get(hook_id, {}).get(DeliveryStatus.GIVEN_UP, 0)
        yield _hook(patient, hook_id, host, lost, waiting.get(hook_id, 0))


def _hook(patient: Patient, hook_id: int, host: str, lost: int, waiting: int) -> Finding:
    to_do = patient.say("Try it: ralop hook test %(id)d; to end it: ralop hook remove %(id)d", id=hook_id)
    if lost:
        text = patient.reader.say_n(
            "Hook %(id)d: %(n)d delivery was given up this week after a day: %(host)s",
            "Hook %(id)d: %(n)d deliveries were given up this week after a day: %(host)s",
            lost,
            id=hook_id,
            host=host,
        )
        return Finding(f"hook:{hook_id}", Level.FAIL, text, to_do)
    if waiting:
        text = patient.reader.say_n(
            "Hook %(id)d: %(n)d delivery waits for an answer of %(host)s",
            "Hook %(id)d: %(n)d deliveries wait for an answer of %(host)s",
            waiting,
            id=hook_id,
            host=host,
        )
        return Finding(f"hook:{hook_id}", Level.WARN, text, to_do)
    return Finding(
        f"hook:{hook_id}", Level.OK, patient.say("Hook %(id)d: all is told to %(host)s", id=hook_id, host=host)
    )
