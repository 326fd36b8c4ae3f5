"""What must not be shared is refused; the titles of ordinary events are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sharing import Shared, looks_shared

INDEX = (
    "Index number 12345ABC",
    "index # 987651",
    "AAPC webinar, index no. AB1234567",
    "CEU index: 45678XYZ",
    "ABC12345X",
    "Coding webinar (ABC12345X)",
    "Local chapter meeting 64210FTA",
    "the number is 1234567",
    "AAPC-123451-X for the March webinar",
    "webinar 50318abc",
    "ask me for the index numbers",
    "Index code below",
    "index 773310",
    "AB12C3456",
    "\uff21\uff22\uff23\uff11\uff12\uff13\uff14\uff15\uff38",
    "A\u200bBC12\u200b345X",
    "Approval #998127QX",
    "CEU: 881231-A",
    "event id: 203412-WEB",
    "certificate no: 4455667",
    "N0001234567",
    "in-dex INDEX#551230",
    "index nr 5512",
)
ANSWERS = (
    "answers: true false true",
    "True, True, False and True",
    "Quiz key: 1.B 2.C 3.A",
    "quiz answers",
    "answers BCADB",
    "Answers: B, C, A, D, B",
    "answer key for the March quiz",
    "1B 2C 3A 4D",
    "1) b, 2) c, 3) a",
    "1-B; 2-A; 3-D; 4-D",
    "Q1: A Q2: C Q3: D",
    "1.T 2.F 3.T 4.T",
    "1 true, 2 false, 3 true",
    "BCADBECA",
    "B C A D B",
    "b,c,a,d,b,e",
    "TFTTF",
    "Post-test answers from Healthy Coding",
    "the answers to the magazine quiz",
    "Key: b-c-a-d",
    "A1 C2 B3 D4",
    "solutions to the post-test",
    "10.A 11.C 12.B",
    "answers: cab",
    "Exam key inside",
    "\uff11\uff0e\uff22 \uff12\uff0e\uff23 \uff13\uff0e\uff21",
    "answers to the test",
)
TITLES = (
    "AAPC webinar on 2026 guideline changes, 2 units",
    "ICD-10-CM 2027 updates",
    "ICD10CM and ICD10PCS for beginners",
    "HEALTHCON 2026, day 1",
    "HEALTHCON2026",
    "HCPCS2026 update",
    "E/M coding in 2025: what changed",
    "Medicare Parts A, B, C and D",
    "Alphabetic Index and Tabular List, in depth",
    "Using the Index to find neoplasms",
    "Questions and answers with an auditor",
    "Answers to common questions on modifiers",
    "Modifiers 25, 59 and 91",
    "COVID-19 coding, 1.5 hours",
    "CMS-1500 and UB-04 claim forms",
    "42 CFR 411 and the Stark law",
    "HIPAA 45 CFR 164.312 for coders",
    "Vitamin B1, B6 and B12 injections",
    "Hepatitis A, B and C",
    "A decade of outpatient coding",
    "Local chapter meeting 2026-03-14",
    "Chapter meeting 03/14/2026",
    "Coding fractures: S72.001A explained",
    "Diabetes E11.9 with complications",
    "ABCDE of trauma coding",
    "Test taking strategies",
    "Quiz night of the local chapter",
    "The key to clean claims",
    "Key changes to E/M in Q1 2026",
    "Section 1557 nondiscrimination",
    "Phase 1a, 1b and 2a trials for coders",
    "Three keys to compliance",
    "Index of suspicion: auditing outliers",
    "AAPC National Conference, sessions 1-4",
    "Grades 1, 2 and 3 of prematurity",
    "3D imaging and 2D echo",
    "Practice exam review, chapter 5",
    "Body mass index 2026 rules",
    "Anatomy 101",
    "Type A and type B aortic dissection",
    "Answers faced by coders",
    "Webinar 7: A to Z of auditing",
    "FY2026 IPPS final rule",
    "Coding for 24/7 clinics",
    "Index to external causes",
    "How we aced our audit",
    "Vaccines: Tdap, DTaP, MMR",
    "T cells, B cells and a CD4 count",
    "Drug testing G0480 to G0483",
    "Modifiers LT, RT, E1, E2, E3, E4, FA, F1, F2",
    "Coronary arteries LD, LC, RC",
    "Levels C1 C2 C3 of the spine",
    "Vertebrae T1, T2, T3",
    "CEUs: 2 hours with Dr. Beede",
    "CEU 2026: planning your cycle",
    "Test and exam anxiety",
)


@pytest.mark.parametrize("text", INDEX)
def test_what_looks_like_an_index_number_is_seen(text: str) -> None:
    """By its name or by its looks, also in full-width letters or with invisible ones between."""
    assert looks_shared(text) is Shared.INDEX


@pytest.mark.parametrize("text", ANSWERS)
def test_what_looks_like_a_quizs_answers_is_seen(text: str) -> None:
    """By the words for it, by numbers that count up beside letters, or by rows of letters."""
    assert looks_shared(text) is Shared.ANSWERS


@pytest.mark.parametrize("text", TITLES)
def test_an_ordinary_title_passes(text: str) -> None:
    """Code sets, laws, forms, dates, modifiers, vertebrae and lists of parts are no secrets."""
    assert looks_shared(text) is None


@given(st.text(max_size=100) | st.text("ABCDEFT1234567890 .,:-#", max_size=100))
def test_any_text_is_judged(text: str) -> None:
    """Whatever somebody types, and however often it is asked: one answer."""
    assert looks_shared(text) is looks_shared(text)
