"""Why a file could not be read, in one sentence with a way on; for the commands and for files sent in the chat."""

from __future__ import annotations

from bot.i18n import N_, Reader
from bot.importers.files import Reason, Unreadable

SENTENCES = {
    Reason.TOO_LARGE: N_("The file is larger than 5 MB. Please send only the sheet with the pupils."),
    Reason.EMPTY: N_("The file is empty. Please choose another one."),
    Reason.UNSUPPORTED: N_(
        "This kind of file cannot be read. A roster is .xlsx, .xls or .csv, a plan .docx, .txt or .md."
    ),
    Reason.NOT_WHAT_IT_SAYS: N_(
        "The file is not what its name says. Please open it in Word or Excel and save it anew."
    ),
    Reason.OLD_WORD_FORMAT: N_("This is an old .doc file. Please open it in Word and save it as .docx."),
    Reason.PASSWORD: N_("The file is locked with a password. Please save it without one."),
    Reason.DAMAGED: N_("The file is damaged. Please open it in Word or Excel and save it anew."),
    Reason.NOT_UNICODE: N_("The file is not in Unicode. Please save it as “CSV UTF-8”."),
    Reason.OLD_FONT: N_(
        "The file uses an old font (.VnTime or VNI). Please convert it to Unicode in Word or Excel first."
    ),
    Reason.TOO_MANY_ENTRIES: N_("The file holds too many parts to be a roster or a plan."),
    Reason.ZIP_BOMB: N_(
        "The file unpacks to something far too large. Please save the table anew in a file of its own."
    ),
    Reason.TOO_MANY_CELLS: N_("The sheet holds too many cells. Please keep only the table of pupils."),
    Reason.TOO_MANY_ROWS: N_("The file holds more than 20,000 rows. Please split it by school."),
    Reason.TOO_MANY_COLUMNS: N_("The sheet holds more than 100 columns. Please keep only the table of pupils."),
    Reason.DTD: N_("The file holds instructions that do not belong into a document. Please save it anew."),
    Reason.TOOK_TOO_LONG: N_("The file takes too long to read. Please keep only the table in it."),
    Reason.TOO_MUCH_MEMORY: N_("The file needs too much memory to read. Please keep only the table in it."),
    Reason.NO_HEADER: N_("No table of pupils was found: a row with “Họ và tên” must stand above the names."),
}


def sentence(reader: Reader, error: Unreadable) -> str:
    """One sentence: what is wrong with the file, and what to do."""
    return reader.say(SENTENCES[error.reason])
