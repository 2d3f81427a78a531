"""What only an administrator can mend: told when it begins, and listed while it lasts."""

from __future__ import annotations

from datetime import datetime

from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_, Reader
from bot.messages import Outgoing
from bot.rules import alarms, budget
from bot.rules.people import WRONG_CODES_OF_ALL
from bot.rules.work import Notice, Refused
from storage.alarms import Alarm, AlarmKind

PLATFORMS = {"telegram": "Telegram", "zalo": "Zalo"}  # a proper name is the same in every language
AT_MOST = 7

TITLES = {
    AlarmKind.CODES: N_("Somebody may be guessing invite codes"),
    AlarmKind.CLOCK: N_("The clock of the machine is wrong"),
    AlarmKind.BACKUP: N_("No backup for over %(hours)d hours"),
    AlarmKind.STOLEN: N_("Somebody else receives the bot's messages"),
    AlarmKind.SILENT: N_("%(channel)s does not answer"),
    AlarmKind.OVERDUE: N_("Messages wait on %(channel)s"),
    AlarmKind.BUDGET: N_("%(channel)s has used over %(percent)d%% of the month's messages"),
}
WHAT = {
    AlarmKind.CODES: N_("⚠️ Over %(codes)d wrong invite codes were typed within a day: somebody may be guessing codes."),
    AlarmKind.CLOCK: N_(
        "⚠️ The clock of the machine says %(time)s, %(day)s, and that cannot be right. "
        "Reminders wait; reports are still taken."
    ),
    AlarmKind.BACKUP: N_("⚠️ There has been no backup of Ra Lớp for over %(hours)d hours."),
    AlarmKind.STOLEN: N_("⚠️ Somebody else receives the messages of the Telegram bot. Its token may be stolen."),
    AlarmKind.SILENT: N_(
        "⚠️ %(channel)s has not answered for over %(minutes)d minutes. "
        "Messages wait, and leave by themselves when it does."
    ),
    AlarmKind.OVERDUE: N_("⚠️ Messages on %(channel)s should have left over %(late)d minutes ago and still wait."),
    AlarmKind.BUDGET: N_("⚠️ Over %(percent)d%% of this month's messages on %(channel)s are used."),
}
# What to do about it; `ralop doctor` says the same.
TO_DO = {
    AlarmKind.CODES: N_(
        "Each phone may try only a few times, and whoever joins waits until the inviter has seen that it is the right "
        "person. Invitations that can wait should wait."
    ),
    AlarmKind.CLOCK: N_("Set the clock of the machine. If it is right already, start Ra Lớp again."),
    AlarmKind.BACKUP: N_(
        "Look whether the disk for backups is there and has room, or make one now on the machine: ralop backup FILE"
    ),
    AlarmKind.STOLEN: N_(
        "If another machine runs Ra Lớp with this token, stop it there. If none does, open @BotFather, type /revoke, "
        "choose the bot, put the new token into TELEGRAM_BOT_TOKEN in .env, and start Ra Lớp again."
    ),
    AlarmKind.SILENT: N_("Check the internet of the machine. Whoever must hear something now is best telephoned."),
    AlarmKind.OVERDUE: N_("On the machine these tell more: ralop doctor, ralop export deliveries"),
    AlarmKind.BUDGET: N_(
        "Thanks and news wait for the morning list, and the last tenth is kept for meetings, classes and homes. "
        "Whoever can use the web page or Telegram relieves it."
    ),
}

ON_ZALO = {
    WHAT[AlarmKind.STOLEN]: N_("⚠️ Somebody else receives the messages of the Zalo bot. Its token may be stolen."),
    TO_DO[AlarmKind.STOLEN]: N_(
        "If another machine runs Ra Lớp with this token, stop it there. If none does, open Zalo Bot Creator, reset the "
        "bot's token, put the new one into ZALO_BOT_TOKEN in .env, and start Ra Lớp again."
    ),
}


def sentence(reader: Reader, words: dict[AlarmKind, str], alarm: Alarm, at: datetime) -> str:
    """What one of the tables above says of an alarm, at a moment (UTC) of our own clock."""
    told = words[AlarmKind(alarm.kind)]
    if alarm.channel == "zalo":
        told = ON_ZALO.get(told, told)
    return reader.say(
        told,
        channel=PLATFORMS.get(alarm.channel, alarm.channel),
        codes=WRONG_CODES_OF_ALL,
        hours=round(alarms.BACKUP_IS_OLD.total_seconds() / 3600),
        minutes=round(alarms.SILENT.total_seconds() / 60),
        percent=budget.WARN_PERCENT,
        late=round(alarms.LATE.total_seconds() / 60),
        time=reader.clock(at),
        day=reader.day(at.astimezone(reader.zone).date()),
    )


def tell(chat: Chat, notice: Notice) -> Outgoing | None:
    """To an administrator, when it begins, and once a day while it lasts."""
    alarm = chat.session.get(Alarm, notice.subject_id)
    return None if alarm is None else _whole(chat, alarm, notice.due_at or chat.now)


def _whole(chat: Chat, alarm: Alarm, at: datetime) -> Outgoing:
    text = [sentence(chat.reader, words, alarm, at) for words in (WHAT, TO_DO)]
    return chat.menu_of(
        "\n".join(text),
        (chat.to("alarms"), chat.say("What is wrong now")),
        (chat.to("menu"), chat.say("Menu")),
    )


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """What is wrong now; with an id, one of them in whole."""
    known = alarms.open_ones(chat.work)
    if argument:
        found = next((one for one in known if str(one.id) == argument), None)
        if found is None:
            raise Refused("nothing_waits")
        return _whole(chat, found, chat.now)
    if not known:
        return chat.menu_of(chat.say("Nothing is wrong now."), (chat.to("menu"), chat.say("Menu")))
    text = chat.say_n(
        "%(n)d thing is wrong now. For more choose one.", "%(n)d things are wrong now. For more choose one.", len(known)
    )
    lines = [(chat.to("alarms", str(one.id)), _line(chat, one)) for one in known[:AT_MOST]]
    return chat.menu_of(text, *lines, (chat.to("menu"), chat.say("Menu")))


def _line(chat: Chat, alarm: Alarm) -> str:
    """`Giờ trên máy bị sai, từ 14:02 thứ 4, 20/3`."""
    return chat.say(
        "%(what)s, since %(time)s on %(day)s",
        what=sentence(chat.reader, TITLES, alarm, chat.now),
        time=chat.reader.clock(alarm.raised_at),
        day=chat.reader.day(alarm.raised_at.astimezone(chat.reader.zone).date()),
    )


ALARMS = Conversation(
    name="alarms", title=lambda chat: chat.say("What is wrong now"), may="alarms.see", opens=opening, is_lookup=True
)
NOTICES = {f"alarms.{kind}": tell for kind in AlarmKind}
