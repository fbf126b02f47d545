"""Reports of one study: encores at other congresses, interim and final results, parts I and II.

They are different references and are never merged; they are proposed to a person as one study, with
what speaks for it. The weights are guesses, set so that one strong sign (a registry number) or two
weaker ones (people and title) suffice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from data.duplicate_keys import Key, key_of, trial_numbers
from data.duplicates import MAX_BLOCK, NEIGHBOURS, Groups, Pair
from data.likeness import same_people
from data.records import Record

PROPOSE_FROM = 2.75
MAX_TRIALS = 3  # who names more registry numbers writes about other people's trials
MAX_NAME_RECORDS = 60  # an acronym in more records of a library is a word, not a trial
MIN_PATIENTS = 10
# A trial's name where titles put it, "ORION-2: ...", "... (ORION-2)", or with its number anywhere.
_NAME = re.compile(
    r"^([A-Z][A-Za-z]*[A-Z][A-Za-z]*(?:[- ]?\d{1,4})?)\s*:"
    r"|\(([A-Z][A-Za-z]*[A-Z][A-Za-z]*(?:[- ]?\d{1,4})?)\)"
    r"|\b([A-Z]{4,}[- ]\d{1,4})\b"
)
_NAMED = re.compile(
    r"\b([A-Z][A-Za-z0-9]*[A-Z0-9][A-Za-z0-9]*(?:[- ]\d{1,4})?)"
    r"(?: \S+)? (?:trial|study|studies|extension|cohort|registry)\b"
)
_SAMPLE = re.compile(
    r"\b[nN]\s*=\s*(\d[\d,]{1,7})"
    r"|\b(\d[\d,]{1,7})\s+(?:[\w-]+\s+){0,4}?(?:patients|pts|participants|subjects|adults|women|men|children)\b"
)
_DRUG = re.compile(
    r"\b\w{2,}(?:mab|nib|zomib|domide|lidomide|ciclib|parib|platin|taxel|rubicin|gliptin|flozin|glutide|natide"
    r"|sartan|statin|prazole|cept|leucel|autoleucel|tuzumab|vedotin|mafodotin|clax|stat|quine|setron|triptan"
    r"|dronate|dronic|mycin|floxacin|cillin|vir|oxetine|azole|semide|olol|dipine|pril|gatran|xaban|phylline"
    r"|terol|asone|solone|sone|trexate|citabine|fosfamide|mustine|poside|tecan|bine)\b"
)
_REVIEW = re.compile(r"\b(review|meta analys[ie]s|metaanalys[ie]s|guideline|guidelines|consensus|overview)\b")


@dataclass(frozen=True, slots=True)
class _Report:
    """What of a record tells its study."""

    key: Key
    trials: frozenset[str]  # registry numbers (NCT, EudraCT, ...) in title, abstract and keywords
    names: frozenset[str]
    samples: frozenset[int]
    drugs: frozenset[str]
    review: bool


def study_links(records: Sequence[Record], *, groups: Sequence[Sequence[int]] = ()) -> list[Pair]:
    """Pairs of references that seem to report one study, for a person to confirm.

    Parameters
    ----------
    records : sequence of Record
    groups : sequence of sequence of int, optional
        Clusters of duplicates (positions): no link is proposed within one, and only one between two.

    Returns
    -------
    list of Pair
        Best first; `score` is from 0 to 1, `evidence` says what speaks for the link.
    """
    reports = [_report(record) for record in records]
    joined = Groups(len(records))
    for group in groups:
        for position in group[1:]:
            joined.join(group[0], position)
    best: dict[tuple[int, int], Pair] = {}
    for a, b in _candidates(reports):
        heads = sorted((joined.head(a), joined.head(b)))
        if heads[0] == heads[1]:
            continue
        points, evidence = _weigh(reports[a], reports[b])
        if points >= PROPOSE_FROM:
            pair = Pair(a, b, round(min(1.0, points / 6), 4), tuple(evidence))
            known = best.get((heads[0], heads[1]))
            if known is None or known.score < pair.score:
                best[heads[0], heads[1]] = pair
    return sorted(best.values(), key=lambda p: (-p.score, p.a, p.b))


def _report(record: Record) -> _Report:
    key = key_of(record)
    text = f"{record.title} {record.abstract}"
    names = {m[1] or m[2] or m[3] for m in _NAME.finditer(record.title)}
    names |= {m[1] for m in _NAMED.finditer(text)} if not record.title.isupper() else set()
    samples = {int(digits.replace(",", "")) for m in _SAMPLE.finditer(text) if (digits := m[1] or m[2])}
    return _Report(
        key=key,
        trials=trial_numbers(" ".join((record.title, record.abstract, *record.keywords))),
        names=frozenset(re.sub(r"[- ]", "", name).upper() for name in names if len(name) > 2),
        samples=frozenset(n for n in samples if n >= MIN_PATIENTS),
        drugs=frozenset(_DRUG.findall(f"{key.title} {key.abstract[:600]}")),
        review=bool(_REVIEW.search(key.title)),
    )


def _candidates(reports: Sequence[_Report]) -> Iterator[tuple[int, int]]:
    """Pairs that share a registry number, a rare name, a person with a drug, or the start of a title."""
    n_records_of = Counter(name for report in reports for name in report.names)
    blocks: dict[tuple[str, ...], list[int]] = {}
    for position, report in enumerate(reports):
        if report.key.has_text and not report.key.notice:
            for value in _values(report, n_records_of):
                blocks.setdefault(value, []).append(position)
    seen: set[int] = set()
    for members in blocks.values():
        ordered = sorted(dict.fromkeys(members), key=lambda p: (reports[p].key.title, p))
        reach = len(ordered) if len(ordered) <= MAX_BLOCK else NEIGHBOURS
        for at, a in enumerate(ordered):
            for b in ordered[at + 1 : at + 1 + reach]:
                code = min(a, b) * len(reports) + max(a, b)
                if code not in seen:
                    seen.add(code)
                    yield min(a, b), max(a, b)


def _values(report: _Report, n_records_of: Counter[str]) -> Iterator[tuple[str, ...]]:
    key = report.key
    if len(report.trials) <= MAX_TRIALS:
        yield from (("trial", number) for number in report.trials)
    yield from (("name", name) for name in report.names if 1 < n_records_of[name] <= MAX_NAME_RECORDS)
    words = [word for word in key.title.split() if len(word) > 3]
    if key.first:
        person = max(key.first, key=len)
        subjects = report.drugs or {max(words, key=len, default="")}
        yield from (("person", person, subject) for subject in sorted(subjects)[:6])
    if len(words) > 3:
        yield ("start", *words[:3])


def _weigh(a: _Report, b: _Report) -> tuple[float, list[str]]:
    """Points for two records being reports of one study, and the words for them."""
    if a.key.notice or b.key.notice or a.review != b.review:
        return 0.0, []
    points, evidence = 0.0, []
    few = max(len(a.trials), len(b.trials)) <= MAX_TRIALS
    if shared := a.trials & b.trials:
        points += 3.0 if few else 0.5
        evidence.append(f"same trial number {', '.join(sorted(shared))}")
    elif a.trials and b.trials and few:
        return 0.0, []
    if names := a.names & b.names:
        points += 1.25
        evidence.append(f"same name {', '.join(sorted(names)[:3])}")
    people, said = _people(a.key, b.key)
    points += people
    evidence += said
    likeness = fuzz.token_set_ratio(a.key.title, b.key.title)
    if likeness >= 70:
        points += 1.5 if likeness >= 85 else 0.75
        evidence.append(f"titles {likeness:.0f}% alike")
    if samples := a.samples & b.samples:
        points += 1.0 if max(samples) == max(a.samples) == max(b.samples) else 0.5
        evidence.append(f"same number of patients: {max(samples)}")
    if drugs := a.drugs & b.drugs:
        points += 0.5
        evidence.append(f"same drug: {', '.join(sorted(drugs)[:3])}")
    if a.key.meeting or b.key.meeting:
        points += 0.25
        evidence.append("a congress abstract")
    # Without people in common, or a registry number, it is another group's work on the same question.
    unknown = not a.key.people or not b.key.people
    return (points if people or shared or unknown else 0.0), evidence


def _people(a: Key, b: Key) -> tuple[float, list[str]]:
    if not a.people or not b.people:
        return 0.0, []
    shared = len(a.people & b.people)
    share = shared / min(len(a.people), len(b.people))
    if share >= 0.5 and (shared >= 2 or same_people(a, b)):
        return 1.5, [f"{shared} authors in common"]
    if share >= 0.25 or a.first & b.first:
        return 0.75, [f"{shared} authors in common"]
    return 0.0, []
