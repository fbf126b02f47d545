"""What holds for any text: offsets, validity, no crash; the reasons given; the spaCy component."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

import classifier.extraction.component
from classifier.extraction import Extractor, facts_row, load_extractor, mention_row
from classifier.extraction.explanation import explain
from classifier.extraction.lessons import span_lessons
from classifier.extraction.pipeline import MAX_TEXT

PIECES = st.sampled_from(
    "median|Median|PFS|OS|ORR|overall survival|responded|was|were|12|3.4|15·4|0,6|months|weeks|%|(|)|[|]"
    "|95% CI|1.2-3.4|to"
    "|NR|not reached|HR|hazard ratio|=|;|,|.|and|v|versus|respectively|in arm A|with B|at 2 years|12/40"
    "|of|p = 0.01"
    "|\u2009|–|≥|n = 4|140%|(((|\n|é|𝟙|5-year|none|patients".split("|")
)


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return load_extractor()


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=60))
def test_offsets_always_reproduce_the_quote(pieces: list[str]):
    text = " ".join(pieces)
    for f in Extractor().extract(text).findings:
        assert text[f.start : f.end] == f.value_text
        places = [
            p for p in (0, f.evidence_start, f.start, f.end, f.evidence_end, len(text)) if p is not None
        ]
        assert len(places) == 6
        assert places == sorted(places)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_no_text_crashes_it(text: str):
    extraction = load_extractor(rules_only=True).extract(f"Median PFS was {text}")
    assert all(f.value_text for f in extraction.findings)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("PFS was " + "1" * 100_000, id="digits"),
        pytest.param("PFS" * 50_000, id="no spaces"),
        pytest.param("PFS was " + "(" * 50_000, id="brackets"),
        pytest.param("ORR was 30%. " * 40_000, id="half a megabyte of prose"),
        pytest.param("median follow-up of " * 20_000, id="words that begin a pattern"),
    ],
)
def test_overlong_texts_are_read_up_to_a_limit(extractor: Extractor, text: str):
    assert all((f.end or 0) <= MAX_TEXT for f in extractor.extract(text).findings)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("Median TTP was 3.7 months, PFS is awaited.", "belongs to TTP", id="look-alike"),
        pytest.param("OS was longer, with a benefit of 3 months.", "a difference", id="difference"),
        pytest.param("We assumed a median PFS of 8 months.", "planned or hypothesised", id="planned"),
    ],
)
def test_a_number_that_is_not_taken_says_why(extractor: Extractor, text: str, reason: str):
    (trace,) = explain(extractor, text)
    assert (trace.taken, trace.reason.split(";")[0]) == (False, reason)


def test_a_number_that_is_taken_says_how(extractor: Extractor):
    (trace,) = explain(extractor, "Median PFS was 7 months.")
    assert (trace.taken, trace.text, trace.endpoint, trace.reason.split(";")[0]) == (
        True,
        "7 months",
        "PFS",
        "the endpoint named before it",
    )


def test_numbers_that_can_be_no_result_are_named_for_what_they_are(extractor: Extractor):
    told = explain(extractor, "2-year OS was 61% (95% CI 50-70; P=.02) with A.")
    assert [(t.text, t.taken, t.reason.split("; confidence")[0]) for t in told] == [
        ("2-year", False, "a time point"),
        ("61%", True, "the endpoint named before it; said of 'A'"),
        ("95% CI 50-70", False, "an interval"),
        ("P=.02", False, "a p-value"),
    ]


def test_rows_hold_the_fields_of_the_guide(extractor: Extractor):
    text = "Median PFS was 7 months."
    extraction = extractor.extract(text)
    row = mention_row("r1", text, extraction.findings[0])
    assert {
        k: row[k] for k in ("record_id", "endpoint", "value", "unit", "start", "end", "value_text", "quote")
    } == {
        "record_id": "r1",
        "endpoint": "PFS",
        "value": 7.0,
        "unit": "months",
        "start": 15,
        "end": 23,
        "value_text": "7 months",
        "quote": text,
    }
    assert facts_row("r1", extraction.facts) == {
        "record_id": "r1",
        "type": "record",
        "n_total": None,
        "follow_up_months": None,
        "design": "other",
    }


def test_pipe_reads_a_stream_in_order(extractor: Extractor):
    found = extractor.pipe(iter(["ORR was 30%.", "nothing", "Median OS was 9 months."]))
    assert [[f.value for f in e.findings] for e in found] == [[30.0], [], [9.0]]


def test_people_who_judged_findings_give_examples(extractor: Extractor):
    text = "The ORR was 30%. Median PFS was 7 months."
    orr, pfs = extractor.extract(text).findings
    assert span_lessons(extractor, text, [orr])[1] == [1, 0]
    assert span_lessons(extractor, text, [orr], wrong=[])[1] == [1]
    assert span_lessons(extractor, text, [], wrong=[pfs])[1] == [0]


def test_the_component_writes_spans_to_any_pipeline():
    assert classifier.extraction.component.SPANS_KEY == "picosieve_outcomes"
    nlp = spacy.blank("en")
    nlp.add_pipe("picosieve_outcomes", config={"rules_only": True})
    doc = nlp("Median PFS was 11.7mo in 40 treated patients.")
    (span,) = doc.spans["picosieve_outcomes"]
    assert (span.text, span.label_, span._.finding.value, doc._.record_facts.n_total) == (
        "11.7mo",
        "PFS",
        11.7,
        40,
    )
