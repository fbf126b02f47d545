"""The extractor: text in, findings and record facts out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from classifier.extraction.arms import ArmMemory, SentenceArms, study_arms
from classifier.extraction.context import is_planned
from classifier.extraction.endpoints import EXTRACTED, KIND, find_endpoints, mentions_endpoint
from classifier.extraction.facts import RecordFacts, record_facts
from classifier.extraction.linking import Focus, Link, is_duration, link_sentence
from classifier.extraction.numbers import WORD_NUMBER, Kind, Quantity, parse_number, to_months
from classifier.extraction.sentences import Sentence, split_sentences
from classifier.extraction.tokens import Token, join_runs, read_rows, read_tokens, spread_units
from data.records import Endpoint, Finding, Statistic, Unit

MAX_SENTENCE = 6000


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one text states: its findings in order, and the facts of the record."""

    findings: tuple[Finding, ...]
    facts: RecordFacts


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a number was, or was not, taken (`extract --explain`).

    `start` and `end` are code points into the text.
    """

    start: int
    end: int
    text: str
    taken: bool
    reason: str
    endpoint: str = ""


class Extractor:
    """Finds PFS, OS and ORR results in titles and abstracts; made by `load_extractor`."""

    def extract(self, text: str) -> Extraction:
        """Every stated result of one text."""
        sentences = split_sentences(text)
        findings = tuple(c for c in (self._finding(text, k) for k in self._candidates(text, sentences)) if c)
        return Extraction(findings, record_facts(text, sentences))

    def pipe(self, texts: Iterable[str]) -> Iterator[Extraction]:
        """`extract` over a stream, in constant memory."""
        for text in texts:
            yield self.extract(text)

    def explain(self, text: str) -> list[Trace]:
        """Each number near an endpoint, and why it was or was not taken."""
        traces = []
        for candidate in self._candidates(text, split_sentences(text)):
            token = candidate.link.token
            finding = self._finding(text, candidate)
            traces.append(
                Trace(
                    token.start,
                    token.end,
                    text[token.start : token.end],
                    finding is not None,
                    candidate.refusal or candidate.link.how,
                    candidate.link.key,
                )
            )
        return traces

    def _candidates(self, text: str, sentences: list[Sentence]) -> Iterator[Candidate]:
        focus: Focus | None = None
        memory: ArmMemory | None = None
        primary = primary_endpoint(text)
        since = 9
        for sentence in sentences:
            if sentence.end - sentence.start > MAX_SENTENCE:
                focus = None
                continue
            if mentions_endpoint(text, sentence.start, sentence.end):
                since = 0
            elif primary is None or not _MEDIAN_WAS.search(text, sentence.start, sentence.end):
                since += 1
                if since > 2 or focus is None:
                    continue
            tokens = read_sentence(text, sentence)
            if (
                primary is not None
                and (focus is None or not focus.valued or not set(focus.keys) & EXTRACTED)
                and _speaks_of_medians(text, sentence, tokens)
            ):
                focus = primary
            links, focus = link_sentence(text, tokens, focus)
            planned = is_planned(text, sentence)
            candidates = [judge(text, sentence, tokens, link, planned) for link in links]
            kept = [c.link for c in candidates if not c.refusal or _of_another_endpoint(c)]
            if kept:
                memory = memory or ArmMemory(study_arms(text))
                namer = SentenceArms(text, sentence.start, sentence.end, tokens, memory)
                arms = namer.assign(kept)
                for candidate in candidates:
                    candidate.arm = arms.get(candidate.link.token.start)
                candidates = [twin for c in candidates for twin in _for_either_arm(text, c, memory)]
            yield from candidates

    def _finding(self, text: str, candidate: Candidate) -> Finding | None:
        if candidate.refusal:
            return None
        return make_finding(text, candidate)


@dataclass(slots=True)
class Candidate:
    """A linked value and what speaks against it ("" when nothing does)."""

    sentence: Sentence
    link: Link
    refusal: str
    arm: str | None = None


_PRIMARY = re.compile(
    r"(?:primary|main)\s+(?:efficacy\s+|study\s+)?(?:end\s?-?points?|outcomes?"
    r"|interest)[^.;]{0,30}?\b(?:was|is|were|:)\s+(?:the\s+)?",
    re.IGNORECASE,
)


_MEDIAN_WAS = re.compile(r"\b(?:[Tt]he median|[Mm]edians) (?:was|were)\b")


def primary_endpoint(text: str) -> Focus | None:
    """The survival endpoint that the text calls its primary one."""
    match = _PRIMARY.search(text)
    if match is None:
        return None
    for mention in find_endpoints(text, match.end(), min(len(text), match.end() + 60)):
        if KIND[mention.key] != "other":
            return Focus([mention.key], mention.start, mention.end) if mention.key in EXTRACTED else None
    return None


def _speaks_of_medians(text: str, sentence: Sentence, tokens: list[Token]) -> bool:
    """ "For all patients the median was 5.1 months": a result with no endpoint named."""
    named = any(t.kind == "endpoint" and KIND[t.key] != "other" for t in tokens)
    return not named and _MEDIAN_WAS.search(text, sentence.start, sentence.end) is not None


def read_sentence(text: str, sentence: Sentence) -> list[Token]:
    """The tokens of a sentence with units spread, runs joined and intervals attached."""
    tokens = read_tokens(text, sentence.start, sentence.end)
    _responders_of(text, sentence, tokens)
    read_rows(text, tokens)
    spread_units(text, tokens)
    _times_before_endpoints(text, tokens)
    _thresholds_after_endpoints(text, tokens)
    tokens = _merge_counts(text, tokens)
    join_runs(text, tokens)
    _attach_intervals(text, tokens)
    return tokens


def _of_another_endpoint(candidate: Candidate) -> bool:
    """A result of an endpoint that is not extracted: it may still be the one to name the arms."""
    return candidate.refusal.startswith("belongs to") and KIND[candidate.link.key] != "other"


def _for_either_arm(text: str, candidate: Candidate, memory: ArmMemory) -> list[Candidate]:
    """ "not reached in either group" says it once for each of the two."""
    pair = memory.last if len(memory.last) == 2 else memory.study
    if len(pair) == 2 and _EITHER.match(text, candidate.link.token.end):
        return [Candidate(candidate.sentence, candidate.link, candidate.refusal, name) for name in pair]
    return [candidate]


_EITHER = re.compile(r"\s+(?:in|for|with)\s+either\s+(?:the\s+)?(?:group|arm|treatment|cohort|of)")


def _times_before_endpoints(text: str, tokens: list[Token]) -> None:
    """ "6mo and 12mo PFS 45% and 24%": times right before a survival endpoint are its time points."""
    for i, token in enumerate(tokens[:-1]):
        q, after = token.quantity, tokens[i + 1]
        if q is None or token.kind != "value" or q.kind is not Kind.TIME or q.value is None:
            continue
        words = text[token.end : after.start]
        if after.kind != "endpoint" or KIND[after.key] != "time" or not _ADJACENT.fullmatch(words):
            continue
        if not any(
            t.kind == "value" and t.quantity and t.quantity.kind in (Kind.PERCENT, Kind.PLAIN)
            for t in tokens[i + 1 : i + 8]
        ):
            continue
        times, first = [q.value], i
        while (
            first
            and tokens[first - 1].kind == "value"
            and _LISTED.fullmatch(text[tokens[first - 1].end : tokens[first].start])
        ):
            first -= 1
            earlier = tokens[first].quantity
            if earlier is None or earlier.kind is not Kind.TIME or earlier.value is None:
                break
            times.insert(0, earlier.value)
            tokens[first].kind = "merged"
        token.kind = "timepoint"
        token.quantity = Quantity(Kind.TIMEPOINT, q.start, q.end, times=tuple(times), why="adjective")


_OF_N = re.compile(
    rf"\b[Oo]f\s+(?:the\s+|these\s+|those\s+)?(?P<t>\d{{1,4}}"
    rf"|{WORD_NUMBER})\b[^;.]{{0,90}}?,\s+(?P<c>\d{{1,4}}|{WORD_NUMBER}|none|all)\s+(?:responded|did\b"
    rf"|had an? (?:objective |partial |overall )*response)"
)


def _responders_of(text: str, sentence: Sentence, tokens: list[Token]) -> None:
    """ "Of the 11 pretreated patients, 9 responded": the 9 is a count of 11."""
    for match in _OF_N.finditer(text, sentence.start, sentence.end):
        total, count = parse_number(match["t"]), parse_number(match["c"])
        if not 0 <= count <= total or total == 0:
            continue
        start, end = match.span("c")
        share = Quantity(
            Kind.COUNT,
            start,
            end,
            round(100 * count / total, 1),
            count=int(count),
            total=int(total),
            why="of those",
        )
        for i, token in enumerate(tokens):
            if token.start == start or (token.kind == "endpoint" and token.start <= start < token.end):
                tokens[i] = Token(
                    "value", start, end, token.depth, quantity=share, count=int(count), total=int(total)
                )
                break


def _thresholds_after_endpoints(text: str, tokens: list[Token]) -> None:
    """ "PFS of at least 6 months was seen in 28%": the threshold is the time point."""
    for before, token in itertools.pairwise(tokens):
        q = token.quantity
        if q is None or token.kind != "value" or q.kind is not Kind.TIME or q.value is None:
            continue
        if before.kind not in ("endpoint", "close") or not _THRESHOLD.fullmatch(
            text[before.end : token.start]
        ):
            continue
        token.kind = "timepoint"
        token.quantity = Quantity(Kind.TIMEPOINT, q.start, q.end, times=(q.value,), why="adjective")


_THRESHOLD = re.compile(
    r"\s*(?:of\s+|for\s+|lasting\s+|exceeding\s+)?(?:[>\u2265]|at least|longer than|more than|beyond"
    r"|> or =|>=)\s*(?:or\s*=\s*)?"
)
_ADJACENT = re.compile(r"\s+(?:estimated |actuarial |cumulative |rates? of )?")
_LISTED = re.compile(r"\s*(?:,|and|or|/|,\s*and)\s*")


def _merge_counts(text: str, tokens: list[Token]) -> list[Token]:
    """Join "33/97" to the percentage it states; the percentage stands for both."""
    dropped: set[int] = set()
    values = [i for i, t in enumerate(tokens) if t.kind == "value" and t.quantity is not None]
    for n, i in enumerate(values):
        if n + 1 < len(values) and i not in dropped and values[n + 1] not in dropped:
            j = values[n + 1]
            if _same_share(text, tokens[i], tokens[j]):
                share, count = (i, j) if _is(tokens[i], Kind.PERCENT) else (j, i)
                _give_count(tokens[share], tokens[count])
                dropped.add(count)
                _lift_out_of_brackets(text, tokens, share)
    for i in values:  # "58%, 49% and 21% (51/88, 30/61 and 7/34)": counts listed apart
        if i in dropped or not _is(tokens[i], Kind.COUNT):
            continue
        for j in values:
            if j not in dropped and tokens[j].count is None and _same_count(tokens[j], tokens[i]):
                _give_count(tokens[j], tokens[i])
                dropped.add(i)
                break
    return [t for k, t in enumerate(tokens) if k not in dropped and t.kind != "merged"]


def _lift_out_of_brackets(text: str, tokens: list[Token], i: int) -> None:
    """ "2/48 (4%) deaths": the percentage stands where its count does, not inside a bracket."""
    if 0 < i < len(tokens) - 1 and tokens[i - 1].kind == "open" and tokens[i + 1].kind == "close":
        if tokens[i - 1].end == tokens[i].start and tokens[i + 1].start == tokens[i].end:
            tokens[i].depth = tokens[i - 1].depth
            tokens[i].after = tokens[i + 1].end
            tokens[i - 1].kind = tokens[i + 1].kind = "merged"


def _is(token: Token, kind: Kind) -> bool:
    return token.quantity is not None and token.quantity.kind is kind


def _give_count(share: Token, count: Token) -> None:
    share.count, share.total = count.count, count.total


def _same_count(share: Token, count: Token) -> bool:
    a, b = share.quantity, count.quantity
    if a is None or b is None or a.kind is not Kind.PERCENT or a.value is None or b.value is None:
        return False
    return abs(a.value - b.value) <= 0.51


def _same_share(text: str, a: Token, b: Token) -> bool:
    """Whether one is a count and the other the percentage that it makes, close by."""
    qa, qb = a.quantity, b.quantity
    if qa is None or qb is None or b.start - a.end > 80:
        return False
    kinds = {qa.kind, qb.kind}
    if kinds == {Kind.PERCENT, Kind.COUNT} and qa.value is not None and qb.value is not None:
        return abs(qa.value - qb.value) <= 1.01
    if qa.kind is Kind.PLAIN and qb.kind is Kind.PERCENT:  # "33 (28%)"
        between = text[a.end : b.start]
        if re.fullmatch(
            r"(?:\s+(?:of\s+\w+\s+)?(?:patients?|pts|women|men))?\s*[\[(]\s*", between
        ) and qa.value == int(qa.value or 0.5):
            a.count = int(qa.value or 0)
            return True
    return False


def _attach_intervals(text: str, tokens: list[Token]) -> None:
    values: list[Token] = []
    for token in tokens:
        if token.kind == "value":
            values.append(token)
        elif token.kind == "interval" and token.quantity is not None and values:
            q, value = token.quantity, values[-1]
            if q.why == "ci":
                owners = [v for v in values[:-6:-1] if _holds(q, v) and v.interval is None]
                owners = [v for v in owners if not _counts_things(text, v)] or owners
                value = owners[0] if owners else value
                if value.interval is None and token.start - value.end < 120:
                    value.interval = q
                token.notes.append("an interval")
            elif q.why.startswith("pair") and value.interval is None and _holds(q, value):
                if _NEXT_TO.fullmatch(text[value.end : token.start]):
                    value.interval = q
                    token.notes.append("an interval")


_NEXT_TO = re.compile(r"\s*[,;]?\s*[\[(]?\s*(?:\d+/\d+\s*[;,]\s*)?(?:95\s?%\s*[,:]?\s*)?")


def _counts_things(text: str, token: Token) -> bool:
    """ "nine PR": a whole number with a noun behind it, which has no interval of its own."""
    q = token.quantity
    return (
        q is not None
        and q.kind is Kind.PLAIN
        and re.match(r"\s+[A-Za-z]", text[token.end : token.end + 3]) is not None
    )


def _holds(q: Quantity, token: Token) -> bool:
    """Whether the value lies within the interval, as far as both are known."""
    if token.quantity is None:
        return False
    value = token.quantity.value
    if value is None:
        return True
    if token.quantity.unit and q.value is not None and not (q.value_max or 1e9) >= value >= q.value:
        # the bounds may be in the value's own unit, written once
        value = float(re.sub(r"[^\d.]", "", str(value)))
        scale = to_months(1000.0, token.quantity.unit) / 1000.0
        value = value / scale if scale else value
    return (q.value is None or q.value <= value + 0.51) and (
        q.value_max is None or value <= q.value_max + 0.51
    )


def judge(text: str, sentence: Sentence, tokens: list[Token], link: Link, planned: bool) -> Candidate:
    """Say what speaks against a linked value."""
    return Candidate(sentence, link, _refusal(text, tokens, link, planned))


_RATIO_CUE = re.compile(
    r"(?:\bthe (?:\w+ ){0,2}(?:HRs?|hazard ratios?) |HRs? (?:was|were|became|for)|\b[Cc]orresponding"
    r"|\b(?:it|they) (?:was|were)|(?:\A|[.;] )(?:HR|Hazard ratio)|hazard ratio for (?:death|progression)"
    r"|median|weighted HR|death|rates? (?:was|were)|[Bb]enefit|[Ee]ffect|advantage|favou?r\w*"
    r"|respectively)[^.]*\Z"
)
_THRESHOLD_WORDS = re.compile(
    r"(?:[<>\u2265\u2264]|\b(?:cut-?off|threshold|above|below|less than|fewer than|lower than"
    r"|per)(?: (?:of|at|value|level))*)\s*\Z"
)
_DIFFERENCE_BEFORE = re.compile(
    r"(?:\b(?:differences?|benefits?|improvements?|gains?|advantages?|increases?|decreases?"
    r"|prolongations?|reductions?"
    r"|delays?)(?:\s+\w+){0,3}\s+of(?:\s+(?:about|approximately|only|nearly|at least|more than))?"
    r"|(?<!ed )(?<!shown )(?<!seen )\bby(?:\s+(?:about|approximately|a median of|only|nearly|at least"
    r"|more than))?)\s*[~\u2248\u223c]?\s*\Z"
)
_DIFFERENCE_AFTER = re.compile(
    r"\A\s*(?:absolute\s+|relative\s+|risk\s+|overall\s+)?(?:reduction|increase|improvement|decrease"
    r"|lower|higher|longer|shorter|greater"
    r"|risk reduction|difference|power|improved|better|worse)\b"
)


def _refusal(text: str, tokens: list[Token], link: Link, planned: bool) -> str:
    q = link.token.quantity
    if q is None or not link.key:
        return "no endpoint in reach"
    if link.key not in EXTRACTED:
        return f"belongs to {link.key}"
    if link.how == "inherited without a cue":
        return "no endpoint in the sentence"
    if link.how == "hazard ratio inherited" and not _RATIO_CUE.search(
        text, link.token.start - 200 if link.token.start > 200 else 0, link.token.start
    ):
        return "a hazard ratio with no endpoint in the sentence"
    if planned:
        return "planned or hypothesised"
    if link.statistic == "plain":
        return "a number without a unit"
    if link.statistic in ("median", "mean") and link.key == "ORR":
        return "a time with a response endpoint"
    if link.statistic == "rate" and link.key != "ORR" and q.kind is Kind.COUNT:
        return "a count with a survival endpoint"
    if q.kind is Kind.TIME and is_duration(text, link.token):
        return "a duration or threshold"
    start, end = link.token.start, link.token.end
    if q.kind is Kind.PERCENT and _THRESHOLD_WORDS.search(text, max(0, start - 24), start):
        return "a threshold"
    if q.kind in (Kind.PERCENT, Kind.TIME) and (
        _DIFFERENCE_BEFORE.search(text, max(0, start - 70), start)
        or _DIFFERENCE_AFTER.match(text[end : end + 40])
    ):
        return "a difference"
    if link.statistic == "rate" and link.key == "OS" and link.timepoint is None:
        named = text[link.focus.start : link.focus.end] if link.focus is not None else ""
        if "people" in link.how or named.casefold() in ("alive", "survived", "surviving"):
            return "alive at no stated time"
    return ""


_WRITTEN_UNIT = re.compile(r"\b(?:months?|mos?|weeks?|wks?|days?|years?|yrs?)\b")


def make_finding(text: str, candidate: Candidate) -> Finding | None:
    """The finding of an accepted candidate; None where no valid finding can be made of it."""
    link, token, q = candidate.link, candidate.link.token, candidate.link.token.quantity
    if q is None:
        return None
    endpoint = Endpoint(link.key)
    statistic = _statistic(link)
    unit = {"median": Unit.MONTHS, "mean": Unit.MONTHS, "hazard_ratio": Unit.RATIO}.get(
        statistic, Unit.PERCENT
    )
    ci = token.interval
    low, high = (ci.value, ci.value_max) if ci is not None else (None, None)
    if ci is not None and unit is Unit.MONTHS and q.unit and not _WRITTEN_UNIT.search(text, ci.start, ci.end):
        low = to_months(low, q.unit) if low is not None else None
        high = to_months(high, q.unit) if high is not None else None
    try:
        return Finding(
            endpoint=endpoint,
            statistic=Statistic(statistic),
            value=None if q.kind is Kind.NOT_REACHED else q.value,
            value_max=q.value_max if q.kind is Kind.INTERVAL else None,
            not_reached=q.kind is Kind.NOT_REACHED,
            unit=unit,
            ci_lower=low,
            ci_upper=high,
            ci_level=(ci.level or 95.0) if ci is not None else None,
            timepoint_months=link.timepoint if statistic == "landmark_rate" else None,
            count=token.count,
            total=token.total if token.count is not None else None,
            arm=candidate.arm,
            start=token.start,
            end=token.end,
            evidence_start=candidate.sentence.start,
            evidence_end=max(candidate.sentence.end, token.end),
            value_text=text[token.start : token.end],
            confidence=0.5,
            rule=link.how,
        )
    except ValueError:
        return None


def _statistic(link: Link) -> str:
    if link.statistic == "rate":
        return "response_rate" if link.key == "ORR" else "landmark_rate"
    return link.statistic


def load_extractor(bundle: Path | None = None) -> Extractor:
    """The extractor with the shipped model, or with the one in `bundle`."""
    return Extractor()


def mention_row(record_id: str, text: str, finding: Finding) -> dict[str, object]:
    """One JSONL row: the annotation guide's fields, places, confidence and rule."""
    return {
        "record_id": record_id,
        "endpoint": str(finding.endpoint),
        "statistic": str(finding.statistic),
        "value": finding.value,
        "value_max": finding.value_max,
        "not_reached": finding.not_reached,
        "unit": str(finding.unit),
        "ci_lower": finding.ci_lower,
        "ci_upper": finding.ci_upper,
        "ci_level": finding.ci_level,
        "timepoint_months": finding.timepoint_months,
        "count": finding.count,
        "total": finding.total,
        "arm": finding.arm,
        "value_text": finding.value_text,
        "quote": text[finding.evidence_start : finding.evidence_end],
        "source": str(finding.source),
        "source_study": finding.source_study,
        "assessor": finding.assessor,
        "analysis_set": finding.analysis_set,
        "analysis": finding.analysis,
        "time_origin": finding.time_origin,
        "criteria": finding.criteria,
        "treatment": finding.treatment,
        "reference": finding.reference,
        "adjusted": finding.adjusted,
        "contrast": finding.contrast,
        "start": finding.start,
        "end": finding.end,
        "evidence_start": finding.evidence_start,
        "evidence_end": finding.evidence_end,
        "confidence": finding.confidence,
        "rule": finding.rule,
    }


def facts_row(record_id: str, facts: RecordFacts) -> dict[str, object]:
    """The record line: `{"record_id", "type": "record", "n_total", "follow_up_months", "design"}`."""
    return {
        "record_id": record_id,
        "type": "record",
        "n_total": facts.n_total,
        "follow_up_months": facts.follow_up_months,
        "design": facts.design,
    }
