"""The extractor: text in, findings and record facts out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from classifier.extraction.candidates import Candidate
from classifier.extraction.facts.record_facts import RecordFacts, record_facts
from classifier.extraction.features import candidate_features
from classifier.extraction.findings import make_finding
from classifier.extraction.groups.arm_choice import PRIOR, Weigher
from classifier.extraction.text.sentences import Sentence, split_sentences
from classifier.extraction.text_walk import TextWalk
from data.records import CORE_ENDPOINTS, Endpoint, Finding
from models.outcome_spans import ArmChoice, OutcomeSpans, load_outcome_spans

MAX_TEXT = 20_000  # code points that are read of one text: several times a long abstract


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one text states: its findings in order, and the facts of the record."""

    findings: tuple[Finding, ...]
    facts: RecordFacts


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
        text = text[:MAX_TEXT]
        sentences = split_sentences(text)
        facts = record_facts(text, sentences)
        accepted = (c for c in self.candidates(text, sentences) if c.accepted)
        found = (make_finding(text, c, design=facts.design) for c in accepted)
        return Extraction(tuple(f for f in found if f is not None), facts)

    def pipe(self, texts: Iterable[str]) -> Iterator[Extraction]:
        """`extract` over a stream, in constant memory."""
        for text in texts:
            yield self.extract(text)

    def candidates(self, text: str, sentences: list[Sentence] | None = None) -> Iterator[Candidate]:
        """Every linked value of a text, accepted as a result or not, with its group."""
        if sentences is None:
            text = text[:MAX_TEXT]
            sentences = split_sentences(text)
        model = self.model

        def confidence(candidate: Candidate) -> float:
            assert model is not None  # called only where there is one
            return model.probability(candidate_features(text, candidate))

        return TextWalk(
            text,
            sentences,
            wanted=self.wanted,
            choose=self.weigher.best,
            confidence=confidence if model is not None else None,
        ).candidates()


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
