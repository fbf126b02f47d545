"""One pass over a text, sentence by sentence: its candidates judged, accepted or not, and their groups named.

A sentence is read where it names an endpoint, or follows closely on one that does. What a sentence leaves
behind (the endpoint spoken of, the groups told apart) the next one may go on with.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence

from classifier.extraction.candidates import Candidate, contrast, for_either_arm, judge, may_name_arms
from classifier.extraction.context import Context, end_of_background, is_of_another_disease
from classifier.extraction.groups.arm_choice import Choose, SentenceNames
from classifier.extraction.groups.group_names import study_arms
from classifier.extraction.groups.group_words import singled
from classifier.extraction.groups.told import Told
from classifier.extraction.linking.carrying import carry_times, says_same_times
from classifier.extraction.linking.links import Focus, Link
from classifier.extraction.linking.walk import link_sentence
from classifier.extraction.text.endpoints import (
    EXTRACTED,
    KIND,
    EndpointMention,
    find_endpoints,
    mentions_endpoint,
)
from classifier.extraction.text.numbers import Kind
from classifier.extraction.text.quantities import find_quantities
from classifier.extraction.text.reading import read_sentence
from classifier.extraction.text.sentences import Sentence
from classifier.extraction.text.tokens import Token

MAX_SENTENCE = 3000  # code points; a longer one is a table or no prose, and is left out
MAX_VALUES = 80  # of a sentence; one with more is a table
ACCEPT = 0.5  # a calibrated confidence: more likely right than wrong
_FOLLOWS = 2  # sentences that may go on with an endpoint named before

Confidence = Callable[[Candidate], float]


class TextWalk:
    """The candidates of one text.

    Parameters
    ----------
    text : str
        Already cut to the length that is read.
    sentences : sequence of Sentence
    wanted : frozenset of str
        Endpoints whose results are extracted.
    choose : callable
        Picks the group of a unit of values among its proposals.
    confidence : callable or None
        How likely a candidate is a result; without it what nothing speaks against is accepted.
    """

    def __init__(
        self,
        text: str,
        sentences: Sequence[Sentence],
        *,
        wanted: frozenset[str],
        choose: Choose,
        confidence: Confidence | None,
    ) -> None:
        self.text, self.sentences, self.wanted = text, sentences, wanted
        self.choose, self.confidence = choose, confidence
        self._told: Told | None = None
        self._background: int | None = None  # asked only where there is a number beside an endpoint
        self._only_partial: bool | None = None  # asked only where partial responses are counted
        self._is_elsewhere: bool | None = None  # asked only where there is a response

    def candidates(self) -> Iterator[Candidate]:
        """Every linked value in the order of the text; those taken as results say so (`accepted`)."""
        for sentence, tokens, links in self._linked():
            found = self._judged(sentence, tokens, links)
            self._name_groups(sentence, tokens, found)
            for candidate in found:
                candidate.contrast = contrast(candidate, found)
            for candidate in found:
                yield from for_either_arm(self.text, candidate, self._told) if self._told else (candidate,)

    def _linked(self) -> Iterator[tuple[Sentence, list[Token], list[Link]]]:
        """The sentences with linked values."""
        focus: Focus | None = None
        primary = primary_endpoint(self.text)
        since = _FOLLOWS + 1
        times: tuple[float, ...] = ()
        for sentence in self.sentences:
            if sentence.end - sentence.start > MAX_SENTENCE:
                focus = None
                continue
            if mentions_endpoint(self.text, sentence.start, sentence.end, wanted=self.wanted):
                since = 0
            elif primary is None or not _MEDIAN_WAS.search(self.text, sentence.start, sentence.end):
                since += 1
                if since > _FOLLOWS or focus is None:
                    continue
            tokens = read_sentence(self.text, sentence)
            if sum(t.kind == "value" for t in tokens) > MAX_VALUES:
                focus = None
                continue
            if (
                primary is not None
                and (focus is None or not focus.valued or not set(focus.keys) & EXTRACTED)
                and self._speaks_of_medians(sentence, tokens)
            ):
                focus = primary
            same = (
                self._times_before(sentence)
                if says_same_times(self.text, sentence.start, sentence.end)
                else ()
            )
            links, focus = link_sentence(self.text, tokens, focus, sentence.start, same)
            self._count_partial_alone(links)
            if focus is not None and focus.listing:
                since = 0
            if links:
                times = carry_times(links, times)
                yield sentence, tokens, links

    def _judged(self, sentence: Sentence, tokens: list[Token], links: list[Link]) -> list[Candidate]:
        if self._background is None:
            self._background = end_of_background(self.text, self.sentences)
        context = Context(self.text, sentence, self._background)

        def judged(link: Link) -> Candidate:
            candidate = judge(self.text, sentence, tokens, link, context, wanted=self.wanted)
            if candidate.wanted and KIND[link.key] == "rate" and self._elsewhere():
                candidate.refusal = "another disease's response"
            if candidate.barred:
                return candidate
            if self.confidence is None:
                candidate.accepted = not candidate.refusal
            else:
                candidate.confidence = self.confidence(candidate)
                candidate.accepted = candidate.confidence >= ACCEPT
            return candidate

        return [judged(link) for link in links]

    def _name_groups(self, sentence: Sentence, tokens: list[Token], found: list[Candidate]) -> None:
        """Name the groups of results, and of look-alikes' values, which tell groups apart as well."""
        kept = [c.link for c in found if c.accepted or (not c.wanted and may_name_arms(c))]
        if not kept:
            return
        self._told = self._told or Told(study_arms(self.text))
        self._told.before = [(s.start, s.end) for s in self.sentences if s.start < sentence.start]
        namer = SentenceNames(self.text, sentence.start, sentence.end, tokens, self._told)
        arms = namer.assign(kept, self.choose)
        for candidate in found:
            candidate.arm = singled(arms.get(candidate.link.token.start))

    def _count_partial_alone(self, links: list[Link]) -> None:
        """ "Ten had a PR (24%); no response was complete": the partial ones are all there were."""
        for link in links:
            if link.key == "PR" and link.statistic == "rate":
                if self._only_partial is None:
                    self._only_partial = only_partial(self.text)
                if self._only_partial:
                    link.key, link.how = "ORR", "partial responses alone"

    def _times_before(self, sentence: Sentence) -> tuple[float, ...]:
        """The time points of the sentence before."""
        i = self.sentences.index(sentence)
        if not i:
            return ()
        before = self.sentences[i - 1]
        told = [
            q.times for q in find_quantities(self.text, before.start, before.end) if q.kind is Kind.TIMEPOINT
        ]
        return tuple(dict.fromkeys(itertools.chain.from_iterable(told)))

    def _elsewhere(self) -> bool:
        if self._is_elsewhere is None:
            self._is_elsewhere = is_of_another_disease(self.text)
        return self._is_elsewhere

    def _speaks_of_medians(self, sentence: Sentence, tokens: list[Token]) -> bool:
        """ "For all patients the median was 5.1 months": a result with no endpoint named."""
        named = any(t.kind == "endpoint" and KIND[t.key] != "other" for t in tokens)
        return not named and _MEDIAN_WAS.search(self.text, sentence.start, sentence.end) is not None


_NO_COMPLETE = re.compile(
    r"\b(?:[Nn]o(?:ne)?|[Ww]ithout(?: any)?|[Nn]either|zero|0)\s+(?:(?:patients?|of them|of these|was"
    r"|were|had"
    r"|achieved|a|an|confirmed|clinical|response|responses|remission|been)\s+){0,4}(?:complete|CRs?\b)"
)
_OVERALL = re.compile(
    r"\bORR\b|(?:objective|overall|tumou?r) (?:response|remission)|response rate|CR ?\+ ?PR|responded"
)


def only_partial(text: str) -> bool:
    """Whether a text says that no response was complete, and tells no overall response elsewhere."""
    return _NO_COMPLETE.search(text) is not None and _OVERALL.search(text) is None


_PRIMARY = re.compile(
    r"(?:primary|main)\s+(?:efficacy\s+|study\s+)?(?:end\s?-?points?|outcomes?"
    r"|interest)[^.;]{0,30}?\b(?:was|is|were|:)\s+(?:the\s+)?",
    re.IGNORECASE,
)
_IS_PRIMARY = re.compile(
    r"\b(?:was|is|as|being)\s+(?:the\s+|a\s+|our\s+|its\s+)?(?:co-)?primary\s+(?:efficacy\s+|study\s+)?"
    r"(?:end\s?-?points?|outcomes?|objective)\b",
    re.IGNORECASE,
)
_MEDIAN_WAS = re.compile(
    r"\b(?:[Tt]he (?:(?:\d+|[a-z]+)-(?:month|year|week)\s)?(?:median|rate)|[Mm]edians"
    r"|[Mm]edian values) (?:was|were)\b"
)


def _named_primary(text: str) -> Iterator[EndpointMention]:
    """The endpoint of "PFS was the primary end point"."""
    match = _IS_PRIMARY.search(text)
    if match is None:
        return
    start = max(text.rfind(".", 0, match.start()) + 1, match.start() - 90)
    for mention in find_endpoints(text, start, match.start()):
        if KIND[mention.key] != "other":
            yield mention


def primary_endpoint(text: str) -> Focus | None:
    """The survival endpoint that the text calls its primary one."""
    for mention in _named_primary(text):
        return Focus([mention.key], mention.start, mention.end) if mention.key in EXTRACTED else None
    match = _PRIMARY.search(text)
    if match is None:
        return None
    for mention in find_endpoints(text, match.end(), min(len(text), match.end() + 60)):
        if KIND[mention.key] != "other":
            return Focus([mention.key], mention.start, mention.end) if mention.key in EXTRACTED else None
    return None
