"""What the learned models can learn from a text whose findings people have judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from classifier.extraction.candidates import Candidate
from classifier.extraction.features import candidate_features
from classifier.extraction.findings import make_finding
from classifier.extraction.groups.arm_choice import Choose, features
from classifier.extraction.groups.group_words import same_group
from classifier.extraction.groups.proposals import Proposer
from classifier.extraction.groups.told import Proposal, Unit
from classifier.extraction.linking.links import Link
from classifier.extraction.pipeline import MAX_TEXT, Extractor
from classifier.extraction.text.sentences import split_sentences
from classifier.extraction.text_walk import Confidence, TextWalk
from data.records import Finding

ArmUnit = tuple[list[dict[str, float]], list[int]]


def span_lessons(
    reader: Extractor, text: str, right: Iterable[Finding], wrong: Iterable[Finding] | None = None
) -> tuple[list[dict[str, float]], list[int]]:
    """What the model that accepts or rejects can learn from one text.

    Parameters
    ----------
    right : iterable of Finding
        Confirmed, corrected and added findings, with offsets into `text`.
    wrong : iterable of Finding or None
        Rejected findings; None when every candidate that is not among `right` is wrong.

    Returns
    -------
    list of dict
        Features of each candidate that was judged.
    list of int
        1 right, 0 wrong.
    """
    good = list(right)
    bad = None if wrong is None else list(wrong)
    rows, labels = [], []
    for candidate in _walk(reader, text).candidates():
        found = None if candidate.barred else make_finding(text, candidate)
        if found is None:
            continue
        is_right = any(same_result(found, other) for other in good)
        if is_right or bad is None or any(same_result(found, other) for other in bad):
            rows.append(candidate_features(text, candidate))
            labels.append(int(is_right))
    return rows, labels


def arm_lessons(reader: Extractor, text: str, right: Iterable[Finding]) -> list[ArmUnit]:
    """What the choice of groups can learn from one text.

    Parameters
    ----------
    right : iterable of Finding
        Findings whose `arm` is right, with offsets into `text`.

    Returns
    -------
    list of tuple
        For each unit of values: the features of its proposals, and 1 for each that is right. Every
        unit comes twice: with the names before it as people gave them, and as they are chosen
        without a model, since a mistake is remembered too.
    """
    good = list(right)
    arms = [f.arm for f in good]
    found: list[ArmUnit] = []

    def is_right(candidate: Candidate) -> float:
        return float(_at(good, candidate.link) is not None)  # place alone: the values may not be known

    def choose(unit: Unit, proposer: Proposer, *, as_chosen: bool) -> Proposal:
        told = [(n, _at(good, link)) for n, link in enumerate(unit.links)]
        labels = [
            int(all(same_group(f.arm, p.names[min(n, len(p.names) - 1)], arms) for n, f in told if f))
            for p in unit.proposals
        ]
        if not any(f for _, f in told):
            return reader.weigher.best(unit, proposer)
        found.append(([features(p, proposer) for p in unit.proposals], labels))
        if as_chosen or not any(labels):
            return reader.weigher.best(unit, proposer)
        return unit.proposals[labels.index(1)]

    for as_chosen in (False, True):
        walk = _walk(reader, text, choose=partial(choose, as_chosen=as_chosen), confidence=is_right)
        for _ in walk.candidates():
            pass
    return found


def _walk(
    reader: Extractor, text: str, *, choose: Choose | None = None, confidence: Confidence | None = None
) -> TextWalk:
    text = text[:MAX_TEXT]
    return TextWalk(
        text,
        split_sentences(text),
        wanted=reader.wanted,
        choose=choose or reader.weigher.best,
        confidence=confidence,
    )


def _at(findings: Sequence[Finding], link: Link) -> Finding | None:
    """The finding that stands where the link's value does."""
    token = link.token
    for f in findings:
        if f.start is None or f.end is None or str(f.endpoint) != link.key:
            continue
        if _is_same_place(f.start, f.end, token.start, token.end):
            return f
    return None


def same_result(a: Finding, b: Finding) -> bool:
    """Whether two findings say the same in the same place (half of the span, the value, the endpoint)."""
    if (a.endpoint, a.statistic, a.not_reached) != (b.endpoint, b.statistic, b.not_reached):
        return False
    if a.start is None or a.end is None or b.start is None or b.end is None:
        return False
    if not _is_same_place(a.start, a.end, b.start, b.end):
        return False
    return a.value is None or (b.value is not None and abs(a.value - b.value) <= 0.051)


def _is_same_place(a_start: int, a_end: int, b_start: int, b_end: int) -> bool:
    """Whether two spans share at least half of what they cover together."""
    return 2 * (min(a_end, b_end) - max(a_start, b_start)) >= max(a_end, b_end) - min(a_start, b_start)
