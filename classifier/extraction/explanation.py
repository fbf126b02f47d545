"""Why each number of a text was, or was not, taken (`extract --explain`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from classifier.extraction.candidates import Candidate
from classifier.extraction.features import candidate_features
from classifier.extraction.findings import make_finding
from classifier.extraction.pipeline import MAX_TEXT, Extractor
from classifier.extraction.text.endpoints import mentions_endpoint
from classifier.extraction.text.reading import read_sentence
from classifier.extraction.text.sentences import split_sentences
from classifier.extraction.text_walk import MAX_SENTENCE

_HOW = {
    "focus": "the endpoint named before it",
    "focus, shared": "one of several endpoints named before it",
    "inherited": "the endpoint of the sentence before",
    "hazard ratio": "a hazard ratio of the endpoint named before it",
    "hazard ratio inherited": "a hazard ratio of the endpoint of the sentence before",
    "said of all": "said of each endpoint named",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a number was, or was not, taken.

    `start` and `end` are code points into the text.
    """

    start: int
    end: int
    text: str
    taken: bool
    reason: str
    endpoint: str = ""


def explain(extractor: Extractor, text: str) -> list[Trace]:
    """Each number near an endpoint, and why it was or was not taken."""
    traces = list(_no_values(extractor, text))
    for candidate in extractor.candidates(text):
        token = candidate.link.token
        taken = candidate.accepted and make_finding(text, candidate) is not None
        reason = _reason(extractor, text, candidate, taken)
        words = text[token.start : token.end]
        traces.append(Trace(token.start, token.end, words, taken, reason, candidate.link.key))
    return sorted(traces, key=_place)


def _reason(extractor: Extractor, text: str, candidate: Candidate, taken: bool) -> str:
    how = candidate.link.how
    reason = candidate.refusal or _HOW.get(how, how)
    if taken and candidate.arm:
        reason += f"; said of {candidate.arm!r}"
    if extractor.model is not None and candidate.confidence is not None:
        told = extractor.model.reasons(candidate_features(text, candidate))
        reason += f"; confidence {candidate.confidence:.2f}"
        reason += " (" + ", ".join(f"{name} {weight:+.1f}" for name, weight in told) + ")"
    return reason


def _no_values(extractor: Extractor, text: str) -> Iterator[Trace]:
    """Numbers beside an endpoint that can be no result, by what they are instead."""
    for sentence in split_sentences(text[:MAX_TEXT]):
        if sentence.end - sentence.start > MAX_SENTENCE:
            continue
        if not mentions_endpoint(text, sentence.start, sentence.end, wanted=extractor.wanted):
            continue
        for token in read_sentence(text, sentence):
            q = token.quantity
            if q is None or token.kind not in ("none", "timepoint", "interval") or token.start == token.end:
                continue
            why = {"timepoint": "a time point", "interval": "an interval"}.get(token.kind, q.why)
            if token.kind == "interval" and q.why.startswith("pair") and not token.notes:
                continue  # a range over studies is a candidate itself
            yield Trace(token.start, token.end, text[token.start : token.end], False, why)


def _place(trace: Trace) -> tuple[int, int]:
    return (trace.start, trace.end)
