"""A file that somebody sends to be read (a roster, a plan): received, fetched, read, and then looked at together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.conversations import unreadable, wording
from bot.dialogue.conversation import Chat, Draft, Reply
from bot.dialogue.questions import Choose, Misread, Outcome, Partial
from bot.importers import kept
from bot.importers.files import MAX_BYTES, Reason, Unreadable
from bot.messages import Attachment, Incoming, Kind, Outgoing
from bot.parsing import clean_line
from bot.rules import page_links
from bot.rules import people as roles
from storage import files, people
from storage.files import FileStatus, KeptFile

NAME_AT_MOST = 40
RIGHTS = {kept.ROSTER: "roster.import", kept.PLAN: "meetings.organise"}
TROUBLE = "~trouble"  # in a draft: what was wrong with the file that came last


@dataclass(frozen=True)
class Paper:
    """What is read, by whom: the kind of `kept.READERS`, the conversation's name, and the page that takes such files.

    `begin` makes the first answers from a file that has been read; it may raise Unreadable, or return a draft with
    TROUBLE, and the file is asked for again.
    """

    reader: str
    conversation: str
    page: str
    begin: Callable[[Chat, KeptFile], Draft | Reply]


# Asking for it


def asked(chat: Chat, paper: Paper, text: str) -> Choose:
    """The question that a file answers; below what was wrong with the last one."""
    trouble = str(chat.draft.get(TROUBLE, ""))

    def typed(chat: Chat, _: str) -> str:
        raise Misread(chat.say("Please send the file itself, by the paper clip. To leave, type: cancel"))

    return Choose(
        f"{trouble.replace(' ạ', '')}\n{text}" if trouble else text,
        [],
        free=typed,
        valid=lambda chat, answer: of_mine(chat, paper, answer) is not None,
        takes=frozenset({Kind.FILE, Kind.PHOTO}),
        take=lambda chat, incoming: _taken(chat, paper, incoming),
        required=True,
        back=True,
    )


def _taken(chat: Chat, paper: Paper, incoming: Incoming) -> Outcome:
    """A file of another kind; one of this kind begins the conversation anew (`received`)."""
    name = incoming.attachment.name if incoming.attachment is not None else ""
    kind = kept.kind_of(name)
    if kind == paper.reader or (kind and roles.may(chat.work, RIGHTS[kind])):
        raise Misread("")
    return Partial({TROUBLE: unreadable.sentence(chat.reader, Unreadable(Reason.UNSUPPORTED))})


def by_page(chat: Chat, paper: Paper, text: str) -> Outgoing | None:
    """Where the chat takes no files: the link to a page that does, or whom to ask; None where it takes them."""
    if chat.profile.files:
        return None
    link = page_links.url(chat.work, chat.surroundings.public_url, paper.page)
    if link:
        line = chat.say("The chat here takes no files. Once, within 30 minutes, they can be given here: %(link)s",
                        link=link)  # fmt: skip
    else:
        line = chat.say(
            "The chat here takes no files. %(You)s can send it over Telegram, or give it to %(helper)s.",
            helper=wording.helper(chat),
        )
    return chat.menu_of(
        f"{text}\n{line}", (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu"))
    )


def is_waiting(chat: Chat, paper: Paper) -> bool:
    """Whether the file is still being fetched or read."""
    held = of_mine(chat, paper, chat.answer("file"))
    return held is not None and held.read_at is None


def waiting(chat: Chat, paper: Paper) -> Choose:
    """Until it is read there is nothing to answer; the answer comes by itself."""
    held = of_mine(chat, paper, chat.answer("file"))

    def typed(chat: Chat, _: str) -> str:
        raise Misread(chat.say("The file is being read. Ra Lớp writes as soon as it is done."))

    return Choose(_received(chat, held.name if held is not None else ""), [], free=typed, required=True, back=True)


def _received(chat: Chat, name: str) -> str:
    return chat.say("The file %(file)s has come. Ra Lớp reads it and writes when it is done.", file=shown(name))


def shown(name: str) -> str:
    """A file's name as it is said: one line, not too long, its end kept."""
    line = clean_line(name)
    return line if len(line) <= NAME_AT_MOST else f"…{line[-NAME_AT_MOST:]}"


# Its coming


def received(chat: Chat, paper: Paper, file: Attachment, is_busy: bool) -> Draft | Reply | None:
    """A file that has just been sent, or that is here and read by now; None for what is of no concern here."""
    if file.channel:
        held = files.find(chat.session, file.channel, file.bot, file.file_id)
        if held is None or held.reader != paper.reader or not _is_mine(chat, held):
            return None
        return _here(chat, paper, held, is_busy)
    if kept.kind_of(file.name) != paper.reader or chat.incoming is None:
        return None
    if file.size_bytes > MAX_BYTES:
        return _again(chat, paper, unreadable.sentence(chat.reader, Unreadable(Reason.TOO_LARGE)), is_busy)
    held = files.want(
        chat.session, channel=chat.incoming.channel, bot=chat.incoming.bot, file_id=file.file_id,
        address=chat.incoming.address, kind=file.kind, name=clean_line(file.name), announces=True, reader=paper.reader,
        at=chat.now,
    )  # fmt: skip
    chat.work.audit("file.sent", "file", held.id, reader=paper.reader)
    return Outgoing(_received(chat, held.name)) if is_busy else {"file": str(held.id)}


def _here(chat: Chat, paper: Paper, held: KeptFile, is_busy: bool) -> Draft | Reply | None:
    if held.status == FileStatus.LOST:
        text = chat.say("Ra Lớp could not fetch the file %(file)s. Please send it once more.", file=shown(held.name))
        return _again(chat, paper, text, is_busy)
    if held.read_at is None or held.status != FileStatus.KEPT:
        return None
    if is_busy:
        text = chat.say("Ra Lớp has read the file %(file)s.", file=shown(held.name))
        return chat.menu_of(text, (chat.to(paper.conversation, f"file.{held.id}"), chat.say("See what was read")))
    return begun(chat, paper, held)


def _again(chat: Chat, paper: Paper, trouble: str, is_busy: bool) -> Draft | Reply:
    if is_busy:
        return chat.menu_of(trouble, (chat.to(paper.conversation), chat.say("Send another file")))
    return {TROUBLE: trouble}


def begun(chat: Chat, paper: Paper, held: KeptFile) -> Draft | Reply:
    """The first answers of the conversation about a file that was read; one that cannot be is asked for again."""
    try:
        return paper.begin(chat, held)
    except Unreadable as error:
        files.forget(held)
        return {TROUBLE: unreadable.sentence(chat.reader, error)}


def of_mine(chat: Chat, paper: Paper, key: object) -> KeptFile | None:
    """A file that this person sent to be read, by its id, while we hold it or wait for it."""
    held = chat.session.get(KeptFile, int(key)) if isinstance(key, str) and key.isdigit() else None
    if held is None or held.reader != paper.reader or not _is_mine(chat, held):
        return None
    return held if held.status in (FileStatus.WANTED, FileStatus.KEPT) else None


def _is_mine(chat: Chat, held: KeptFile) -> bool:
    known = people.at_address(chat.session, held.channel, held.bot, held.address)
    return known is not None and known.person_id == chat.me.id
