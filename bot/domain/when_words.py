"""Words for times in one plain form: lower case, digits, short names of days, months and units."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WD = f"(?:{'|'.join(WEEKDAYS)})"
MONTH = f"(?:{'|'.join(MONTHS)})"
UNIT = "(?:sec|minute|hour|day|week|month|year)"


@dataclass(eq=False)
class No(Exception):
    """No reading: why, for `NotUnderstood`."""

    reason: str


def _names() -> dict[str, str]:
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    months = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
              "november", "december")  # fmt: skip
    found = dict(zip(months, MONTHS, strict=True)) | dict(zip(full, WEEKDAYS, strict=True))
    found |= {f"{name}s": f"every {short}" for name, short in zip(full, WEEKDAYS, strict=True)}
    for line in _OTHERS.split("\n"):
        name, _, words = line.partition(": ")
        found |= {word.strip(): name for word in words.split(",") if word.strip()}
    return found


_OTHERS = """
tue: tues, teusday, tuseday, tueday
wed: weds, wednsday, wensday, wendesday, wednesay
thu: thur, thurs, thrusday, thursay, thirsday
fri: firday, friady
sat: saterday, satuday
sun: sundy
jan: janury, januray
feb: febuary, feburary
aug: agust
sep: sept, septmber
oct: ocotber
sec: secs, second(s), seconds
minute: min, mins, minutes, mintue, mintues, minuets
hour: hr, hrs, hours, huors
day: days
week: weeks, wk, wks
month: months, mth, mths, mos, monht
year: years, yr, yrs
today: 2day, todya
tomorrow: tomorow, tommorow, tommorrow, tomorrrow, tomorro, tmrw, tmr, tmrrw, 2moro, 2morrow, tomoz
tonight: tonite, 2night
every: each, evry, evey, evrey, ever
every day: daily, everyday
every weekday: weekdays, workdays
weekday: workday
every weekend: weekends
every week: weekly
every month: monthly
every year: yearly, annually, annual
every hour: hourly
every night: nightly, nights
every morning: mornings
every evening: evenings
every afternoon: afternoons
every 2 week: fortnightly
every 3 month: quarterly
every 2: alternate, alternating
noon: midday, lunchtime
before: b4
exam: exams, examination, test
session: sessions
until: till, til, untill
starting: start, beginning, begining, starts
1: one
2: two
3: three
4: four
5: five
6: six
7: seven
8: eight
9: nine
10: ten
11: eleven
12: twelve
13: thirteen
14: fourteen
15: fifteen
16: sixteen
17: seventeen
18: eighteen
19: nineteen
20: twenty
30: thirty
40: forty, fourty
45: forty-five, fortyfive
50: fifty
60: sixty
90: ninety
1st: first
3rd: third
4th: fourth
5th: fifth
6th: sixth
7th: seventh
8th: eighth
9th: ninth
10th: tenth
15th: fifteenth
20th: twentieth
30th: thirtieth
"""
_NAMES = _names()
_LETTERS = re.compile(r"(?<![a-z0-9/_])[a-z0-9]+(?:-five)?(?![a-z0-9/_])")
_TENS = re.compile(r"(?<![\d:./-])([2-5])0[ -]([1-9])(?![\d:./]|[ap]m)(?= (?:sec|minute|hour|day|week|month|year)\b)")

_NOISE = re.compile(
    r"^(?:(?:hey|hi|ok|okay|so|well|and|just|please|pls|plz|kindly|can you|could you|would you|will you|"
    r"i want you to|i would like you to|"
    r"(?:set|make|create|add)(?: me)? (?:a |an )?(?:reminder|alarm)(?: for)?|a reminder|reminder|remind (?:me|us)|"
    r"remindme|ping (?:me|us)|wake me(?: up)?|tell me|dm me|message me|let me know|schedule(?: it)?(?: for)?|for|"
    r"sometime|exactly|again)\b[ ,:]*)+"
)
_THANKS = re.compile(r"(?:[ ,]*\b(?:please|pls|plz|thanks|thank you|thx|ty|sharp|exactly|again))+$")
_VAGUE = re.compile(
    r"^(?:later|soon|sooner or later|some ?time|someday|some day|eventually|whenever|asap|in a (?:bit|while|moment|sec|"
    r"second|minute or so)|a (?:bit|while) later|when(?:ever)? .*|now|right now|immediately|never|always|"
    r"as soon as possible|(?:in )?(?:a )?few .*|one day|1 day|later .*|in the future)$"
)


def normal(text: str) -> str:
    """Lower case ASCII digits, single spaces, no polite words, and the plain names of days, months and units.

    “Remind me on Mondays at 7 P.M.” becomes “on every mon at 7pm”. Raises No where nothing is left.
    """
    words = _characters(text)
    words = _THANKS.sub("", _NOISE.sub("", words)).strip(" ,")
    if not words:
        raise No("empty")
    if _VAGUE.match(words) and not re.search(r"\b(?:exam|test|session)\b", words):
        raise No("vague")
    words = _times(words)
    words = re.sub(r"\b(?:around|about|approximately|approx|roughly|ca) (?=\d)", "", words)
    words = re.sub(r"\b(?:business|working|work) days?\b", "weekday", words)
    words = re.sub(r"\ba couple(?: of)?\b", "2", words)
    words = re.sub(r"\bfortnights?\b", "2 weeks", re.sub(r"\ba fortnight\b", "2 weeks", words))
    # “second” is a unit after a number and an ordinal elsewhere.
    words = re.sub(r"(?<!\d )(?<!\ba )\bsecond\b", "2nd", words)
    words = _LETTERS.sub(lambda match: _NAMES.get(match[0], match[0]), words)
    words = re.sub(r"(\d) ([ap]m)\b", r"\1\2", words)
    words = re.sub(r"\bevery quarter\b(?! (?:of|past|to|an|a|hour|\d))", "every 3 month", words)
    words = re.sub(r"^(in \d{1,3} hour) (\d{1,2})$", r"\1 \2 minute", words)
    words = re.sub(r"^((?:next|this) month) (?:on )?(?:the )?(\d{1,2}(?:st|nd|rd|th))\b", r"\2 of \1", words)
    words = re.sub(r"\ba (quarter (?:past|to))\b", r"\1", words)
    words = _TENS.sub(r"\1\2", words)
    words = re.sub(r"\bevery other\b", "every 2", words)
    words = re.sub(r"\bonce (?:a|per|every) (day|week|month|year)\b", r"every \1", words)
    words = re.sub(r"\bevery (?:single|1)\b(?! )|\bevery (?:single|1)(?= [a-z])", "every", words)
    words = re.sub(r"\bevery (?=every\b)", "", re.sub(r"\b(every \d+) every\b", r"\1", words))
    words = re.sub(rf"\b(weekday|{WD}) every (morning|afternoon|evening|night)\b", r"every \1 \2", words)
    return " ".join(words.split())


def _characters(text: str) -> str:
    letters = []
    for letter in unicodedata.normalize("NFKC", text).casefold():
        kind = unicodedata.category(letter)
        if kind == "Nd":
            letters.append(str(unicodedata.decimal(letter)))
        elif kind == "Cf" or letter in "’'`´‘":
            continue
        elif kind == "Pd" or letter == "−":
            letters.append("-")
        elif kind[0] in "ZC" or letter in '"“”„()[]{}<>;|*~':
            letters.append(" ")
        else:
            letters.append(letter)
    words = "".join(letters).strip(" .!?…")
    words = re.sub(r"\b([ap])\.? ?m\b\.?", r"\1m", words)
    words = re.sub(r"(?<=[a-z])\.(?= |,|$)", "", words)
    words = re.sub(r"[!?]+(?= |$)", " ", words)
    words = re.sub(r",", " , ", words.replace("@", " at ").replace("&", " and "))
    return " ".join(words.split()).strip(" ,")


_SHORT = {"s": "sec", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}


def _times(words: str) -> str:
    """Times and units that stand without a space, or with a letter for a unit."""
    words = re.sub(r"(\d) ?([ap]m)\b", r"\1\2", words)
    words = re.sub(r"\b(\d{1,2}) ?o ?clock\b", r"\1 oclock", words)
    # “18h30” is a time, “in 2h30” a span.
    spans = re.search(r"\b(?:in|before|after|from now|every)\b", words) is not None
    words = re.sub(
        r"\b(\d{1,2})h(\d{2})(?![\dm])(?! ?m)",
        lambda m: f"{m[1]}h {m[2]} minute" if spans or int(m[1]) < 13 else f"{m[1]}:{m[2]}",
        words,
    )
    words = re.sub(r"\bat (\d{1,2}) ?h\b(?! ?\d)", r"at \1 oclock", words)
    words = re.sub(
        r"(?<![\d:./-])(\d{1,6}(?:\.\d{1,2})?) ?(mo|[smhdwy])(?![a-z])", lambda m: f"{m[1]} {_SHORT[m[2]]} ", words
    )
    return re.sub(r"(?<![\d:./-])(\d{1,6})(?=(?:min|hour|hr|sec|day|week|month|year)(?:s|ute|utes)?\b)", r"\1 ", words)


def trimmed(words: str) -> str:
    """Without commas and small words at both ends."""
    before = ""
    while words != before:
        before = words
        words = re.sub(
            r"^(?:(?:on|at|by|,|of|the)(?: |$))+|(?:(?:^| )(?:on|at|by|,|of|the|and|in))+$", "", words
        ).strip()
    return words
