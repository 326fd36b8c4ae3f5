"""What looks like a patient's data, and what is only talk about codes."""

from __future__ import annotations

import pytest

from bot.domain.preflight import MOST, Kind, look

WARNED: list[tuple[str, Kind, str]] = [
    ("Mrs. Okafor came back for her foot.", Kind.NAME, "Mrs. Okafor"),
    ("I saw Mr Lindqvist on Monday", Kind.NAME, "Mr Lindqvist"),
    ("for Ms. Anna-Lena the modifier is", Kind.NAME, "Ms. Anna-Lena"),
    ("Frau Müller hat Diabetes", Kind.NAME, "Frau Müller"),
    ("patient Delgado was seen twice", Kind.NAME, "patient Delgado"),
    ("The patient is Maria Delgado, who fell", Kind.NAME, "patient is Maria Delgado"),
    ("Patient: John Harker, fracture of the wrist", Kind.NAME, "Patient: John Harker"),
    ("Patient name: Harker", Kind.NAME, "Patient name: Harker"),
    ("Pt. Harker had a biopsy", Kind.NAME, "Pt. Harker"),
    ("a patient named Mina", Kind.NAME, "patient named Mina"),
    ("Name: Mina Harker", Kind.NAME, "Name: Mina Harker"),
    ("Mina Harker, 67-year-old, with pain", Kind.NAME, "Mina Harker, 67-year-old"),
    ("Mina Harker is a 67 year old woman", Kind.NAME, "Mina Harker is a 67 year old"),
    ("DOB 4/12/1957", Kind.BIRTH, "DOB 4/12/1957"),
    ("dob: 1957-04-12, female", Kind.BIRTH, "dob: 1957-04-12"),
    ("Date of birth: 12 April 1957", Kind.BIRTH, "Date of birth: 12 April 1957"),
    ("Date of birth April 12, 1957", Kind.BIRTH, "Date of birth April 12, 1957"),
    ("D.O.B. 12.04.57", Kind.BIRTH, "D.O.B. 12.04.57"),
    ("born 12/04/1957 in Leeds", Kind.BIRTH, "born 12/04/1957"),
    ("she was born on April 12, 1957", Kind.BIRTH, "born on April 12, 1957"),
    ("67 F, 04/12/1957, seen for cough", Kind.BIRTH, "04/12/1957"),
    ("MRN 00482137", Kind.RECORD, "MRN 00482137"),
    ("mrn: A-482137", Kind.RECORD, "mrn: A-482137"),
    ("Medical record number 482137", Kind.RECORD, "Medical record number 482137"),
    ("med rec # 482137", Kind.RECORD, "med rec # 482137"),
    ("Chart #482137 says", Kind.RECORD, "Chart #482137"),
    ("account no. 7741-22", Kind.RECORD, "account no. 7741-22"),
    ("patient ID 99812", Kind.RECORD, "patient ID 99812"),
    ("encounter number: E2231907", Kind.RECORD, "encounter number: E2231907"),
    ("123-45-6789", Kind.SSN, "123-45-6789"),
    ("SSN ending in 6789", Kind.SSN, "SSN ending in 6789"),
    ("her social security number is 123 45 6789", Kind.SSN, "social security number is 123 45 6789"),
    ("call (555) 010-4477", Kind.PHONE, "(555) 010-4477"),
    ("555-010-4477", Kind.PHONE, "555-010-4477"),
    ("+1 555 010 4477", Kind.PHONE, "+1 555 010 4477"),
    ("+49 30 901820", Kind.PHONE, "+49 30 901820"),
    ("Phone: 010-4477", Kind.PHONE, "Phone: 010-4477"),
    ("write to mina.harker@example.org please", Kind.EMAIL, "mina.harker@example.org"),
    ("lives at 12 Elm Street", Kind.ADDRESS, "12 Elm Street"),
    ("4410 N. Old Mill Rd", Kind.ADDRESS, "4410 N. Old Mill Rd"),
    ("221b Baker St, second floor", Kind.ADDRESS, "221b Baker St"),
    (f"Springfield, IL {9:05}", Kind.ADDRESS, f", IL {9:05}"),
    ("Hauptstraße 14 in Ulm", Kind.ADDRESS, "Hauptstraße 14"),
    ("Member ID XJH449201", Kind.INSURANCE, "Member ID XJH449201"),
    ("policy number: 881-2077", Kind.INSURANCE, "policy number: 881-2077"),
    ("Medicare # 1EG4-TE5-MK73", Kind.INSURANCE, "Medicare # 1EG4-TE5-MK73"),
    ("her card says 1EG4-TE5-MK73", Kind.INSURANCE, "1EG4-TE5-MK73"),
    ("subscriber no. 4471209", Kind.INSURANCE, "subscriber no. 4471209"),
]

QUIET = [
    "E11.9 or E11.65 for a patient with hyperglycemia?",
    "A level 4 visit needs moderate decision making.",
    "Guideline I.C.4.a says that E11 is assumed.",
    "Section I.C.9.a.2 and I.B.14, FY 2026",
    "The 2025 and 2026 guidelines differ.",
    "Effective 10/01/2025, the new codes apply.",
    "Date of service 03/02/2026",
    "HIPAA was enacted on August 21, 1996.",
    "Patient presents with chest pain for 3 days.",
    "Patient Presents With Chest Pain",
    "Patient: 67-year-old female with type 2 diabetes",
    "The patient is a 45-year-old man.",
    "The Patient History section is missing.",
    "Patient Safety and Quality Improvement",
    "PATIENT IS STABLE",
    "Is the patient established or new? New Patient Visits need three years.",
    "Established patient, Medicare Part B",
    "A 67-year-old patient with MS (multiple sclerosis)",
    "MS-DRG 470 without MCC",
    "Modifier 25 with modifier 59, or XU?",
    "J0585 with 100 units, 12 mg",
    "1.5 cm plus 2.3 cm lesions, 3 x 4 cm",
    "I scored 72 % in 240 minutes with 100 questions.",
    "Z79.4, Z79.84 and I10, I12.9, N18.31",
    "Two lesions on 3 different days; see table 2-1.",
    "Case number 2 in the workbook",
    "Chart review, record keeping, account management",
    "Member of the group? Group number one is mine.",
    "Dr. Seuss says that Part B pays, and Medicare too.",
    "Question 12 on Street coding slang",
    "Version 2.3.1 of 2024-10-01",
    "My plan: 3 hours a day, 5 days a week, 6 weeks",
    "The name: what does it stand for?",
    "birthday cake codes, born alive status, Z38.00",
    "the ratio 3-2-1 and 12-34",
]


@pytest.mark.parametrize(("text", "kind", "words"), WARNED, ids=[one[0][:40] for one in WARNED])
def test_a_patients_data_is_seen(text: str, kind: Kind, words: str) -> None:
    """Names, births, record numbers, addresses and the like are told with the words that look like them."""
    assert [(one.kind, one.words) for one in look([text])] == [(kind, words)]


@pytest.mark.parametrize("text", QUIET, ids=[one[:40] for one in QUIET])
def test_coding_talk_raises_no_alarm(text: str) -> None:
    """Codes, guidelines, years, levels and headings are nobody's data."""
    assert look([text]) == ()


def test_all_texts_are_looked_at_and_not_too_much_is_told() -> None:
    """Findings come in the order of the texts, each once, and at most so many."""
    found = look(["nothing", "Mr Lindqvist, DOB 4/12/1957", "Mr Lindqvist"])
    assert [one.kind for one in found] == [Kind.NAME, Kind.BIRTH]
    assert len(look([f"MRN 4821{n:03}" for n in range(20)])) == MOST
