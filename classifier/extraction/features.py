"""What the learned model is told about a candidate: named features, none of them the record's own words
beyond two on either side of the number.
"""

from __future__ import annotations

import re
from functools import lru_cache

from classifier.extraction.candidates import Candidate
from classifier.extraction.text.numbers import Kind

_WORD = re.compile(r"[A-Za-z]+|[%()=<>:;,\[\]]")


def candidate_features(text: str, candidate: Candidate) -> dict[str, float]:
    """Features of one candidate, by name; most are 0 or 1."""
    link, token = candidate.link, candidate.link.token
    q = token.quantity
    row = {
        f"key={link.key}": 1.0,
        f"statistic={link.statistic}": 1.0,
        f"key={link.key} statistic={link.statistic}": 1.0,
        f"how={link.how}": 1.0,
        f"section={candidate.sentence.section}": 1.0,
        f"against={candidate.refusal or 'nothing'}": 1.0,
        "depth": float(min(token.depth, 2)),
        "joined": float(token.joined),
        "versus": float(token.versus),
        "interval": float(token.interval is not None),
        "count": float(token.count is not None),
        "time point": float(link.timepoint is not None),
        "shared": float(bool(link.others)),
    }
    if q is not None and q.value is not None:
        row["whole number"] = float(q.value == int(q.value))
        row["zero or hundred"] = float(q.value in (0.0, 100.0))
        row["range"] = float(q.kind is Kind.INTERVAL)
    row |= _distance(text, candidate)
    row |= _words(text, candidate)
    row |= _sentence(text, candidate.sentence.start, candidate.sentence.end)
    return row


def _distance(text: str, candidate: Candidate) -> dict[str, float]:
    focus, token = candidate.link.focus, candidate.link.token
    if focus is None:
        return {"no focus": 1.0}
    row = {"inherited": float(min(focus.inherited, 3))}
    gap = text[focus.end : token.start] if focus.end <= token.start else ""
    if not focus.inherited:
        row["words between"] = min(len(gap.split()), 30) / 10
        row["clauses between"] = float(min(gap.count(";") + gap.count(", and "), 3))
        row["verb between"] = float(re.search(r"\b(?:was|were|of|is)\b|[=:]", gap) is not None)
    name = re.sub(r"[^a-z ]", "", text[focus.start : focus.end].casefold())
    row[f"name={' '.join(name.split()[:2])}"] = 1.0
    return row


def _words(text: str, candidate: Candidate) -> dict[str, float]:
    token, sentence = candidate.link.token, candidate.sentence
    before = _WORD.findall(text[max(sentence.start, token.start - 40) : token.start])[-2:]
    after = _WORD.findall(text[token.end : min(sentence.end, token.end + 40)])[:2]
    row = {f"before={word.casefold()}": 1.0 for word in before}
    return row | {f"after={word.casefold()}": 1.0 for word in after}


_CUES = re.compile(
    r"\b(?:(?:earlier|previous\w*|prior|histor\w+|published|publication|literature|elsewhere"
    r"|registration|pivotal"
    r"|landmark|approv\w+|licen[cs]ed|standard|conventional|customary|usual\w*|typical\w*|known|about|around"
    r"|approximately|only|dismal|poor|expect\w+|anticipat\w+|assum\w+|hypothe\w+|null|target\w*|threshold"
    r"|margin|exceed\w*|least|detect|power\w*|alpha|required|planned|primary|has|have|is|are|can|may|would"
    r"|compar\w+|favou?rabl\w+|similar\w*|consistent|controls?|pooled|review\w*|meta-analys\w+|trial|study"
    r"|studies|trials|series|we|our)\b|et al)",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:we|our|this (?:study|trial|analysis)|methods?|were (?:randomi[sz]ed|randomly|enrolled|treated"
    r"|included|reviewed|assigned|identified|analy[sz]ed|eligible)|patients (?:received|were)"
    r"|retrospective\w*|enrolled)\b",
    re.IGNORECASE,
)


_ABSTRACT = 500  # code points; a shorter text is no abstract but a title or a few sentences


@lru_cache(maxsize=8)
def _sentence(text: str, start: int, end: int) -> dict[str, float]:
    """Where a sentence stands, and words in it that tell one's own results from others'.

    Kept for the other candidates of the sentence.
    """
    row = {f"cue={word}": 1.0 for word in {match[0].casefold() for match in _CUES.finditer(text, start, end)}}
    if len(text) >= _ABSTRACT:  # in a fragment the place tells nothing
        row["place"] = start / len(text)
        row["the study is not told yet"] = float(start <= _told_at(text))
        row["first sentences"] = float(start < 0.15 * len(text))
    row["named study"] = float(_NAMED.search(text, start, end) is not None)
    return row


@lru_cache(maxsize=2)
def _told_at(text: str) -> int:
    """Where the text first says what was done in the study; its end where it never does."""
    match = _OWN.search(text)
    return match.start() if match else len(text)


_NAMED = re.compile(
    r"\b[A-Z][A-Za-z]*[A-Z0-9][A-Z0-9-]+ (?:trial|study)|\b(?:trial|study) [A-Z][A-Z0-9-]{3,}"
)
