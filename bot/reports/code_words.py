"""What the codes of registers and cases are called: one set of words for chat, page, picture and paper."""

from __future__ import annotations

from bot.i18n import N_
from bot.rules.reasons import Why
from storage.attendance import Reason

REASONS = {
    Reason.ILL: N_("Ill"),
    Reason.FIELDS: N_("In the fields, helping at home"),
    Reason.DISTANCE: N_("Far, rain or flood"),
    Reason.FAMILY: N_("Family matters"),
    Reason.UNKNOWN: N_("Not known yet"),
    Reason.OTHER: N_("Another reason"),
}
# Within a sentence.
REASONS_SHORT = {
    Reason.ILL: N_("ill"),
    Reason.FIELDS: N_("in the fields"),
    Reason.DISTANCE: N_("far, rain or flood"),
    Reason.FAMILY: N_("family matters"),
    Reason.UNKNOWN: N_("reason not known yet"),
    Reason.OTHER: N_("another reason"),
}
# Why a pupil stays away from school, as somebody heard it at the home (domain §6).
WHY = {
    Why.HOUSEHOLD_WORK: N_("Works at home, minds younger ones"),
    Why.POVERTY: N_("The family is in need"),
    Why.MIGRATION: N_("With the parents, who work far away"),
    Why.OWN_WORK: N_("Earns money"),
    Why.WEAK_LEARNING: N_("Learning is hard, tired of school"),
    Why.DISTANCE: N_("Far, streams, slides"),
    Why.ILLNESS: N_("Illness, disability"),
    Why.EARLY_MARRIAGE: N_("Early marriage"),
    Why.FAMILY: N_("Orphan, separation, drink, violence"),
    Why.GAME_PEER: N_("Games, friends"),
    Why.CUSTOM: N_("Feasts and ceremonies"),
    Why.NOT_USEFUL: N_("Sees no use in school"),
}
