"""A plan that was given to somebody (*Nơi nhận*): to be read, what it asks of them; its author sees who has read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversations import plans_words as words
from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.dialogue.questions import MORE_NUMBER
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from bot.rules import plan_copies
from bot.rules.plan_copies import COPY_TASK, Copy
from bot.rules.tasks import Moment, Task
from storage.meetings import Plan

A_LIST = 6
NAMES_AT_MOST = 25
CALLS_AT_MOST = 8


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The plans (or the only one); `5` is one of them, `5.read` an act on it, `5.text.2` a page of it."""
    first, _, rest = argument.partition(".")
    if not first.isdigit():
        return listing(chat)
    act, _, page = rest.partition(".")
    if act in ACTS:
        return ACTS[act](chat, int(first))
    plan = plan_copies.visible(chat.work, int(first))
    if act in PAGED:
        return PAGED[act](chat, plan, int(page) if page.isdigit() else 0)
    return card(chat, plan)


def listing(chat: Chat) -> Reply:
    """The plans that this person was given or oversees, the latest first."""
    found = plan_copies.mine(chat.work)
    if not found:
        return chat.menu_of(
            chat.say("No plan has been given to %(you)s yet."),
            (chat.to("tasks"), chat.say("My tasks")),
            (chat.to("menu"), chat.say("Menu")),
        )
    if len(found) == 1:
        return card(chat, found[0])
    options = [(chat.to("plans", str(plan.id)), words.name(chat, plan)) for plan in found[:A_LIST]]
    return chat.menu_of(chat.say("Which plan does %(you)s want to see?"), *options)


def card(chat: Chat, plan: Plan) -> Outgoing:
    """What it is, what it is for, the meetings it sets; and what can be done with it."""
    copy = plan_copies.copy(chat.work, plan)
    is_mine = plan_copies.is_recipient(chat.work, plan)
    text, options = words.card(chat, plan), []
    if plan_copies.duties(chat.work, plan):
        options.append((chat.to("plans", f"{plan.id}.duties"), chat.say("My part of it")))
    if plan.text:
        options.append((chat.to("plans", f"{plan.id}.text"), chat.say("The whole paper")))
    if is_mine and (copy is None or copy.read_at is None):
        options.append((chat.to("plans", f"{plan.id}.read"), chat.say("I have read it")))
    elif copy is not None and copy.read_at is not None:
        text += "\n" + chat.say("%(You)s has read it.")
    if plan_copies.oversees(chat.work, plan):
        options.append((chat.to("plans", f"{plan.id}.who"), chat.say("Who has read it")))
    return chat.menu_of(text, *(options or [(chat.to("tasks"), chat.say("My tasks"))]))


def duties(chat: Chat, plan: Plan, page: int) -> Reply:
    """What the paper asks of this person's roles, in its own words."""
    found = plan_copies.duties(chat.work, plan)
    if not found:
        return card(chat, plan)
    head = chat.say("What %(plan)s asks of %(you)s:", plan=words.name(chat, plan))
    return _page(chat, plan, "duties", head, words.pages("\n\n".join(found)), page)


def text(chat: Chat, plan: Plan, page: int) -> Reply:
    """The whole paper as it was read."""
    head = chat.say("%(plan)s, in its own words:", plan=words.name(chat, plan))
    return _page(chat, plan, "text", head, words.pages(plan.text), page)


def _page(chat: Chat, plan: Plan, act: str, head: str, pages: Sequence[str], page: int) -> Outgoing:
    page = min(page, len(pages) - 1)
    options = [(chat.to("plans", str(plan.id)), chat.say("See the plan"))]
    copy = plan_copies.copy(chat.work, plan)
    if plan_copies.is_recipient(chat.work, plan) and (copy is None or copy.read_at is None):
        options.insert(0, (chat.to("plans", f"{plan.id}.read"), chat.say("I have read it")))
    message = replace(chat.menu_of(f"{head}\n{pages[page]}" if pages else head, *options), is_private=True)
    if page + 1 >= len(pages):
        return message
    more = Choice(chat.to("plans", f"{plan.id}.{act}.{page + 1}"), chat.say("More"), number=MORE_NUMBER, is_bare=True)
    return replace(message, choices=(*message.choices, more))


def have_read(chat: Chat, plan_id: int) -> Reply:
    """`✅ Đã ghi: bác đã đọc Kế hoạch 30/KH-UBND.`"""
    is_new = plan_copies.read(chat.work, plan_id)
    plan = plan_copies.visible(chat.work, plan_id)
    values = {"plan": words.name(chat, plan)}
    rows = [
        chat.say("✅ Noted: %(you)s has read %(plan)s. Thank you.", **values)
        if is_new
        else chat.say("That stands there already: %(you)s has read %(plan)s.", **values)
    ]
    options = [(chat.to("meetings"), chat.say("Meetings")), (chat.to("tasks"), chat.say("My tasks"))]
    if plan_copies.duties(chat.work, plan):
        options.insert(0, (chat.to("plans", f"{plan.id}.duties"), chat.say("My part of it")))
    return chat.menu_of("\n".join(rows), *options)


# For its author


def who(chat: Chat, plan_id: int) -> Reply:
    """Who has read it, and who has not."""
    found = plan_copies.standing(chat.work, plan_id)
    rows = [
        chat.say(
            "%(plan)s: %(read)d of %(n)d people have read it.",
            plan=words.name(chat, found.plan),
            read=len(found.read),
            n=len(found.read) + len(found.unread),
        )
    ]
    for sentence, group in (
        (N_("• Has read it (%(n)d): %(names)s"), found.read),
        (N_("• Has not read it yet (%(n)d): %(names)s"), found.unread),
    ):
        if group:
            rows.append(chat.say(sentence, n=len(group), names=_names(chat, group)))
    if found.unread and not found.to_call:
        rows.append(chat.say("All of them have been telephoned."))
    options = [(chat.to("plans", str(plan_id)), chat.say("See the plan"))]
    if found.to_call:
        label = chat.say("Whom to telephone (%(n)d)", n=len(found.to_call))
        options.insert(0, (chat.to("plans", f"{plan_id}.call"), label))
    return chat.menu_of("\n".join(rows), *options)


def _names(chat: Chat, group: Sequence[Copy]) -> str:
    found = [wording.person(chat.reader, one.person) for one in group[:NAMES_AT_MOST]]
    more = len(group) - len(found)
    listed = wording.all_of(found)
    return chat.say("%(names)s and %(n)d more", names=listed, n=more) if more > 0 else listed


def call(chat: Chat, plan_id: int) -> Reply:
    """Whom to telephone, with numbers."""
    found = plan_copies.standing(chat.work, plan_id)
    if not found.to_call:
        return who(chat, plan_id)
    chat.work.audit("plan.phones_seen", "plan", plan_id, people=len(found.to_call))
    rows = [chat.say("These have not read %(plan)s. Please telephone:", plan=words.name(chat, found.plan))]
    rows += [chat.say("• %(who)s", who=_with_phone(chat, one)) for one in found.to_call[:CALLS_AT_MOST]]
    more = len(found.to_call) - CALLS_AT_MOST
    if more > 0:
        rows.append(chat.say("• and %(n)d more", n=more))
    return chat.menu_of(
        "\n".join(rows),
        (chat.to("plans", f"{plan_id}.called"), chat.say("I have telephoned all of them")),
        (chat.to("plans", f"{plan_id}.who"), chat.say("See the whole list")),
    )


def _with_phone(chat: Chat, one: Copy) -> str:
    if one.person.phone:
        return wording.with_phone(chat, one.person)
    return chat.say("%(name)s (no number)", name=wording.person(chat.reader, one.person))


def called(chat: Chat, plan_id: int) -> Reply:
    """`Đã gọi hết`."""
    n = plan_copies.note_called(chat.work, plan_id)
    return chat.menu_of(
        chat.say_n(
            "✅ Noted: %(you)s has telephoned %(n)d person.", "✅ Noted: %(you)s has telephoned %(n)d people.", n
        ),
        (chat.to("plans", f"{plan_id}.who"), chat.say("See the whole list")),
        (chat.to("tasks"), chat.say("My tasks")),
    )


def given(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """The plan itself, as it reaches a recipient; nothing to whom it no longer goes."""
    plan = chat.session.get(Plan, task.subject_id)
    if plan is None or not plan_copies.is_recipient(chat.work, plan):
        return None
    return words.push(chat, plan)


ACTS = {"read": have_read, "who": who, "call": call, "called": called}
PAGED = {"duties": duties, "text": text}

PLANS = Conversation(
    name="plans",
    title=lambda chat: chat.say("The plan"),
    words=("kế hoạch", "xem kế hoạch", "plans"),
    may="plans.see",
    opens=opening,
    help=N_("The commune's plans: what they ask of you"),
    is_lookup=True,
)
REMINDERS = {COPY_TASK: given}
