"""The extractor: text in, findings and record facts out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from classifier.extraction.arm_choice import PRIOR, Choose, SentenceNames, Weigher, features
from classifier.extraction.candidates import Candidate, contrast, for_either_arm, judge, may_name_arms
from classifier.extraction.context import end_of_background, is_of_another_disease, sentence_context
from classifier.extraction.endpoints import EXTRACTED, KIND, find_endpoints, mentions_endpoint
from classifier.extraction.facts import RecordFacts, record_facts
from classifier.extraction.features import candidate_features
from classifier.extraction.findings import make_finding
from classifier.extraction.group_names import study_arms
from classifier.extraction.group_words import same_group
from classifier.extraction.linking import link_sentence
from classifier.extraction.links import Focus, Link
from classifier.extraction.proposals import Proposal, Proposer, Told, Unit
from classifier.extraction.reading import read_sentence
from classifier.extraction.sentences import Sentence, split_sentences
from classifier.extraction.tokens import Token
from data.records import CORE_ENDPOINTS, Endpoint, Finding
from models.outcome_spans import ArmChoice, OutcomeSpans, load_outcome_spans

MAX_TEXT = 20_000  # code points that are read of one text: several times a long abstract
MAX_SENTENCE = 3000  # code points; a longer one is a table or no prose, and is left out
ACCEPT = 0.5  # a calibrated confidence: more likely right than wrong


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
    """Finds PFS, OS and ORR results in titles and abstracts; made by `load_extractor`.

    Parameters
    ----------
    model : OutcomeSpans or None
        Accepts or rejects the candidates and gives each finding its confidence; without one the rules
        alone decide, and findings carry no confidence.
    endpoints : iterable of Endpoint, default=PFS, OS and ORR
        Whose results are extracted. The model was fitted on the default ones; of others it knows what
        these have in common with them.
    """

    def __init__(
        self, model: OutcomeSpans | None = None, *, endpoints: Iterable[Endpoint] = CORE_ENDPOINTS
    ) -> None:
        self.model = model
        self.wanted = frozenset(map(str, endpoints))
        self.weigher = Weigher((model.arms if model is not None else None) or ArmChoice(prior=PRIOR))

    def extract(self, text: str) -> Extraction:
        """Every stated result of one text (its first `MAX_TEXT` code points)."""
        sentences = split_sentences(text[:MAX_TEXT])
        facts = record_facts(text[:MAX_TEXT], sentences)
        found = (self._finding(text, k, facts.design) for k in self._candidates(text, sentences))
        return Extraction(tuple(f for f in found if f is not None), facts)

    def pipe(self, texts: Iterable[str]) -> Iterator[Extraction]:
        """`extract` over a stream, in constant memory."""
        for text in texts:
            yield self.extract(text)

    def explain(self, text: str) -> list[Trace]:
        """Each number near an endpoint, and why it was or was not taken."""
        traces = list(_no_values(text, self.wanted))
        for candidate in self._candidates(text, split_sentences(text[:MAX_TEXT])):
            token = candidate.link.token
            taken = self._finding(text, candidate) is not None
            how = candidate.link.how
            reason = candidate.refusal or _HOW.get(how, how)
            if taken and candidate.arm:
                reason += f"; said of {candidate.arm!r}"
            if self.model is not None and candidate.confidence is not None:
                told = self.model.reasons(candidate_features(text, candidate))
                reason += f"; confidence {candidate.confidence:.2f}"
                reason += " (" + ", ".join(f"{name} {weight:+.1f}" for name, weight in told) + ")"
            traces.append(
                Trace(
                    token.start, token.end, text[token.start : token.end], taken, reason, candidate.link.key
                )
            )
        return sorted(traces, key=_place)

    def examples(
        self, text: str, right: Iterable[Finding], wrong: Iterable[Finding] | None = None
    ) -> tuple[list[dict[str, float]], list[int]]:
        """What the model can learn from one text whose findings people have judged.

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
        for candidate in self._candidates(text, split_sentences(text[:MAX_TEXT])):
            found = None if candidate.barred else make_finding(text, candidate)
            if found is None:
                continue
            is_right = any(same_result(found, other) for other in good)
            if is_right or bad is None or any(same_result(found, other) for other in bad):
                rows.append(candidate_features(text, candidate))
                labels.append(int(is_right))
        return rows, labels

    def arm_examples(
        self,
        text: str,
        right: Iterable[Finding],
    ) -> list[tuple[list[dict[str, float]], list[int]]]:
        """What the choice of groups can learn from one text whose findings people have judged.

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
        found: list[tuple[list[dict[str, float]], list[int]]] = []

        def choose(unit: Unit, proposer: Proposer, *, as_chosen: bool) -> Proposal:
            told = [(n, _at(good, link)) for n, link in enumerate(unit.links)]
            labels = [
                int(all(same_group(f.arm, p.names[min(n, len(p.names) - 1)], arms) for n, f in told if f))
                for p in unit.proposals
            ]
            if not any(f for _, f in told):
                return self.weigher.best(unit, proposer)
            found.append(([features(p, proposer) for p in unit.proposals], labels))
            if as_chosen or not any(labels):
                return self.weigher.best(unit, proposer)
            return unit.proposals[labels.index(1)]

        for as_chosen in (False, True):
            picked = partial(choose, as_chosen=as_chosen)
            list(self._candidates(text, split_sentences(text[:MAX_TEXT]), picked))
        return found

    def _candidates(
        self,
        text: str,
        sentences: list[Sentence],
        choose: Choose | None = None,
    ) -> Iterator[Candidate]:
        focus: Focus | None = None
        told: Told | None = None
        choose = choose or self.weigher.best
        elsewhere: bool | None = None  # asked only where there is a response
        primary = primary_endpoint(text[:MAX_TEXT])
        since, background = 9, -1
        times: tuple[float, ...] = ()
        for sentence in sentences:
            if sentence.end - sentence.start > MAX_SENTENCE:
                focus = None
                continue
            if mentions_endpoint(text, sentence.start, sentence.end, wanted=self.wanted):
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
            links, focus = link_sentence(text, tokens, focus, sentence.start)
            if not links:
                continue
            times = _carry_times(links, times)
            if background < 0:  # asked only where there is a number beside an endpoint
                background = end_of_background(text, sentences)
            context = sentence_context(text, sentence, background)
            candidates = [judge(text, sentence, tokens, k, context, wanted=self.wanted) for k in links]
            for candidate in candidates:
                if not candidate.wanted or KIND[candidate.link.key] != "rate":
                    continue
                if elsewhere is None:
                    elsewhere = is_of_another_disease(text[:MAX_TEXT])
                if elsewhere:
                    candidate.refusal = "another disease's response"
            kept = [c.link for c in candidates if may_name_arms(c)]
            if kept:
                told = told or Told(study_arms(text[:MAX_TEXT]))
                told.before = [(s.start, s.end) for s in sentences if s.start < sentence.start]
                namer = SentenceNames(text, sentence.start, sentence.end, tokens, told)
                arms = namer.assign(kept, choose)
                for candidate in candidates:
                    candidate.arm = arms.get(candidate.link.token.start)
                for candidate in candidates:
                    candidate.contrast = contrast(candidate, candidates)
                candidates = [twin for c in candidates for twin in for_either_arm(text, c, told)]
            yield from candidates

    def _finding(self, text: str, candidate: Candidate, design: str = "") -> Finding | None:
        if candidate.barred:
            return None
        if self.model is None:
            return None if candidate.refusal else make_finding(text, candidate, design=design)
        candidate.confidence = self.model.probability(candidate_features(text, candidate))
        if candidate.confidence < ACCEPT:
            return None
        return make_finding(text, candidate, design=design)


_HOW = {
    "focus": "the endpoint named before it",
    "focus, shared": "one of several endpoints named before it",
    "inherited": "the endpoint of the sentence before",
    "hazard ratio": "a hazard ratio of the endpoint named before it",
    "hazard ratio inherited": "a hazard ratio of the endpoint of the sentence before",
    "said of all": "said of each endpoint named",
}


def _no_values(text: str, wanted: frozenset[str]) -> Iterator[Trace]:
    """Numbers beside an endpoint that can be no result, by what they are instead."""
    for sentence in split_sentences(text[:MAX_TEXT]):
        if sentence.end - sentence.start > MAX_SENTENCE:
            continue
        if not mentions_endpoint(text, sentence.start, sentence.end, wanted=wanted):
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


def _at(findings: Iterable[Finding], link: Link) -> Finding | None:
    """The finding that stands where the link's value does."""
    token = link.token
    for f in findings:
        if f.start is None or f.end is None or str(f.endpoint) != link.key:
            continue
        if 2 * (min(f.end, token.end) - max(f.start, token.start)) >= max(f.end, token.end) - min(
            f.start, token.start
        ):
            return f
    return None


def _carry_times(links: list[Link], times: tuple[float, ...]) -> tuple[float, ...]:
    """Give rates of survival without a time the one that rates were told at before; the last ones told.

    "The 5-year DFS was 70%. OS was 81%" is at five years; where two times were told, neither is taken.
    """
    rates = [k for k in links if k.statistic == "rate" and k.key and KIND[k.key] == "time"]
    told: list[float] = []
    for link in rates:
        if link.timepoint is not None and link.timepoint not in told:
            told.append(link.timepoint)
        elif link.timepoint is None and len(told or times) == 1:
            link.timepoint = (told or list(times))[0]
    return tuple(told) or times


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


def same_result(a: Finding, b: Finding) -> bool:
    """Whether two findings say the same in the same place (half of the span, the value, the endpoint)."""
    if (a.endpoint, a.statistic, a.not_reached) != (b.endpoint, b.statistic, b.not_reached):
        return False
    if a.start is None or a.end is None or b.start is None or b.end is None:
        return False
    shared = min(a.end, b.end) - max(a.start, b.start)
    if 2 * shared < max(a.end, b.end) - min(a.start, b.start):
        return False
    return a.value is None or (b.value is not None and abs(a.value - b.value) <= 0.051)


def load_extractor(
    bundle: Path | None = None,
    *,
    rules_only: bool = False,
    endpoints: Iterable[Endpoint] = CORE_ENDPOINTS,
) -> Extractor:
    """The extractor with the shipped model, or with the one in `bundle`; or with none at all.

    `endpoints` are those whose results are extracted.
    """
    return Extractor(None if rules_only else load_outcome_spans(bundle), endpoints=endpoints)
