"""Does a text look as if it held a patient's data? Warn rather than miss, but let coding talk pass.

The kinds are those of the HIPAA Safe Harbor list (45 CFR 164.514(b)(2)) that appear in study cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST = 5  # findings that are told; one is enough to stop and look


class Kind(StrEnum):
    """What a finding looks like."""

    NAME = "name"
    BIRTH = "birth"
    RECORD = "record"
    SSN = "ssn"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    INSURANCE = "insurance"


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in a text that looks like a patient's data; `words` are as they were written."""

    kind: Kind
    words: str


_WORD = r"[A-ZÄÖÜÀ-Þ][a-zäöüßà-ÿ'’]+"
_NAME = rf"(?P<name>{_WORD}(?:[- ]{_WORD})?)"
_MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}"
    rf"|\d{{1,2}}\.? ?{_MONTH},? \d{{4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
)
_LONG_AGO = r"(?:\d{1,2}[./-]\d{1,2}[./-](?:19\d\d|200\d)|(?:19\d\d|200\d)-\d{2}-\d{2})"
_BIRTH = r"(?i:\bDOB\b|\bd\.o\.b\.?|\bdate of birth\b|\bbirth ?date\b|\bbirthday\b)"
_NUMBER = r"(?i:number|num\b|no\b\.?|nr\b\.?|#|id\b)"
_BEFORE_CODE = r"[ :#=]{0,3}(?i:is )?(?=[A-Z0-9-]*\d)"  # what follows holds a digit
_STREET = r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Way|Terrace|Circle)"
_INSURER = r"(?i:\b(?:insurance|policy|member|subscriber|beneficiary|medicare|medicaid|payer|plan|group))"
_RECORD = (
    r"(?i:\bMRN\b|\bmed(?:ical|\.)? rec(?:ord\b|\b\.?)"
    rf"|\b(?:patient|chart|record|account|acct\.?|encounter|visit|case)(?= ?{_NUMBER}))"
)
_MBI = (
    r"\b[1-9][A-HJ-KM-NP-RT-Y][0-9A-HJ-KM-NP-RT-Y]\d-[A-HJ-KM-NP-RT-Y][0-9A-Z]\d-[A-Z]{2}\d{2}\b"  # cms.gov, MBI format
)
_TITLE = r"\b(?:Mr|Mrs|Ms|Miss|Herr|Frau|Señora?|Mme|Monsieur|Madame)\.?"
_AGE = r"\d{1,3}[ -](?:year|yr|y)s?[ -/]?(?:old|o)\b"
_PATIENT = r"\b(?:patient|pt)(?:['’]s)?"

_PATTERNS: tuple[tuple[Kind, str], ...] = (
    (Kind.EMAIL, r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"),
    (Kind.SSN, r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"),
    (Kind.SSN, r"(?i:\bSSN\b|\bsocial security (?:number|no\.?|#))[^\d\n]{0,15}\d[\d -]{3,}"),
    (Kind.BIRTH, rf"{_BIRTH}[ :]{{0,2}}(?i:is |was )?{_DATE}"),
    (Kind.BIRTH, rf"{_BIRTH}[^\d\n]{{0,8}}\d[\d./-]*"),
    (Kind.BIRTH, rf"(?i:\bborn\b|\bb\.)(?: on)?[ :]{{1,2}}{_DATE}"),
    # A full date of long ago in figures: codes, guidelines and their years are younger, or written as words.
    (Kind.BIRTH, rf"(?<![\d./-]){_LONG_AGO}(?![\d./-]*\d)"),
    (Kind.INSURANCE, rf"{_INSURER} ?(?i:card )?{_NUMBER}{_BEFORE_CODE}[A-Z0-9][A-Z0-9-]{{4,}}"),
    (Kind.INSURANCE, _MBI),
    (Kind.RECORD, rf"{_RECORD}(?: ?{_NUMBER})?{_BEFORE_CODE}[A-Z0-9][A-Z0-9-]{{3,}}"),
    (Kind.PHONE, r"(?<![\w.-])(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])"),
    (Kind.PHONE, r"(?<![\w.])\+\d{1,3}[ -]?\(?\d[\d ()/-]{6,}\d"),
    (Kind.PHONE, r"(?i:\b(?:phone|tel|telephone|cell|mobile|fax))[ .:#]{1,3}\d[\d /-]{5,}\d"),
    (Kind.ADDRESS, rf"\b\d{{1,5}}[a-z]? (?:[NSEW]\.? )?(?:{_WORD} |\d{{1,3}}(?:st|nd|rd|th) ){{1,3}}{_STREET}\b"),
    (Kind.ADDRESS, r", ?[A-Z]{2} \d{5}(?:-\d{4})?(?!\d)"),
    (Kind.ADDRESS, r"\b[A-ZÄÖÜ][a-zäöüß]+(?:straße|strasse|str\.|weg|gasse|platz) \d{1,4}\b"),
    (Kind.NAME, rf"{_TITLE} {_NAME}"),
    (Kind.NAME, rf"(?i:{_PATIENT}(?: ?name)? ?(?:is|was|named|called)[ :]{{1,2}}){_NAME}"),
    (Kind.NAME, rf"(?i:{_PATIENT}\.?(?: name)?(?: ?[:=] ?| )){_NAME}"),
    (Kind.NAME, rf"(?i:\b(?:full |first |last |sur)?name ?[:=] ?){_NAME}"),
    (Kind.NAME, rf"\b(?P<name>{_WORD},? {_WORD}),? (?:is |was )?(?:an? )?{_AGE}"),
)  # fmt: skip
_RULES = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)

# Words that begin with a capital in headings and sentences about patients, and are nobody's name.
_NOT_NAMES = frozenset(
    re.findall(
        r"\w+",
        """
        a about account act admission admitted advocate after age all also am american an anatomy and anesthesia any
        april are arrived as assessment at august based be bill billing body but by came can cardiology care case
        cases centered chapter chart code coded codes coding comes complains complaint consent cost counseling current
        data date days december demographics denies dermatology diabetes diagnosis did discharge discharged
        disposition does during education eight encounter encounters english established evaluation exam examination
        experience family february female first five follow for four friday from gender given goes got group
        guidelines had has have he health her his history home hospital how id identification if in index information
        initial inpatient instructions insurance intake is it january july june left legal level lives male management
        march may medicaid medical medicare medication met modifier modifiers monday name named needs neoplasm new
        nine no none not notes november now number october of office on one only or outcomes outpatient part pathology
        payer physician population portal position post pre pregnancy presented presenting presents prior problem
        procedure procedures protection provider question questions radiology readmission received record records
        referral referred relationship reports responsibility responsible returned returns review rights safety
        saturday saw says scenario section seen self sepsis september services seven sex she should sign six smoker
        social soon status still study summary sunday surgery survey table ten tests that the their then there they
        this three thursday to today transfer transferred transport treatment tuesday two type under underwent until
        value visit visits wants was we wednesday went were what when where which while who why will with without
        woman would x y year you your z
        """,
    )
)


def look(texts: Iterable[str]) -> tuple[Finding, ...]:
    """What in the texts looks like a patient's data, in the order of the texts; at most MOST findings."""
    found: list[Finding] = []
    for text in texts:
        taken: list[tuple[int, int]] = []
        here: list[tuple[int, Finding]] = []
        for kind, rule in _RULES:
            for match in rule.finditer(text):
                first, last = match.span()
                if any(first < end and begin < last for begin, end in taken):
                    continue
                if kind is Kind.NAME and not _is_name(match["name"]):
                    continue
                taken.append((first, last))
                here.append((first, Finding(kind, " ".join(match[0].split()))))
        found += [finding for _, finding in sorted(here, key=lambda one: one[0])]
    return tuple(dict.fromkeys(found))[:MOST]


def _is_name(words: str) -> bool:
    """Whether capitalised words are a name, and not a heading's or a sentence's."""
    return not any(part.lower() in _NOT_NAMES for part in re.findall(_WORD, words))
