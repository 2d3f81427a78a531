"""What people type and write, as values: names, classes, telephone numbers, counts, days and hours.

Pure functions of their text (and of the day they are told is today); nothing here knows the rest of the
product.
"""

from bot.parsing.classes import class_key, class_name, find_class, grade
from bot.parsing.counts import affirmative, negative, number, numbers
from bot.parsing.dates import ImpossibleDate, WeekdayMismatch
from bot.parsing.days import day, weekday
from bot.parsing.hours import time_of_day, time_range
from bot.parsing.moments import When, when
from bot.parsing.names import given_name, same_name_key, sort_key, tidy_name
from bot.parsing.old_fonts import is_old_font
from bot.parsing.papers import document_dates
from bot.parsing.phones import phone, phone_shown
from bot.parsing.rosters import birth_date, school_year, school_year_of
from bot.parsing.text import clean, clean_line, fold

__all__ = [
    "ImpossibleDate",
    "WeekdayMismatch",
    "When",
    "affirmative",
    "birth_date",
    "class_key",
    "class_name",
    "clean",
    "clean_line",
    "day",
    "document_dates",
    "find_class",
    "fold",
    "given_name",
    "grade",
    "is_old_font",
    "negative",
    "number",
    "numbers",
    "phone",
    "phone_shown",
    "same_name_key",
    "school_year",
    "school_year_of",
    "sort_key",
    "tidy_name",
    "time_of_day",
    "time_range",
    "weekday",
    "when",
]
