"""`nlp.add_pipe("picosieve_outcomes")`: the extractor as a component of any spaCy pipeline.

Entry point: `spacy_factories: picosieve_outcomes = "classifier.extraction.component:make_outcomes"`.
"""

from __future__ import annotations

from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc, Span

from classifier.extraction.pipeline import Extractor, load_extractor
from data.records import CORE_ENDPOINTS, Endpoint, Finding

SPANS_KEY = "picosieve_outcomes"
_DEFAULTS = {"rules_only": False, "endpoints": [str(e) for e in CORE_ENDPOINTS]}


@Language.factory("picosieve_outcomes", assigns=["doc.spans"], default_config=_DEFAULTS)
def make_outcomes(nlp: Language, name: str, rules_only: bool, endpoints: Sequence[str]) -> OutcomesComponent:
    """Make the component; `rules_only` leaves the learned model out, `endpoints` are what it extracts."""
    return OutcomesComponent(load_extractor(rules_only=rules_only, endpoints=map(Endpoint, endpoints)))


class OutcomesComponent:
    """Writes each finding as a span of `doc.spans["picosieve_outcomes"]`, labelled by its endpoint.

    The finding itself is `span._.finding`, the facts of the record are `doc._.record_facts`.
    Spans are widened to whole tokens; the finding keeps its exact characters.
    """

    def __init__(self, extractor: Extractor) -> None:
        self.extractor = extractor
        if not Span.has_extension("finding"):
            Span.set_extension("finding", default=None)
        if not Doc.has_extension("record_facts"):
            Doc.set_extension("record_facts", default=None)

    def __call__(self, doc: Doc) -> Doc:
        """Find the outcomes of a document and write them to it."""
        extraction = self.extractor.extract(doc.text)
        doc.spans[SPANS_KEY] = [s for s in (_span(doc, f) for f in extraction.findings) if s is not None]
        doc._.record_facts = extraction.facts
        return doc


def _span(doc: Doc, finding: Finding) -> Span | None:
    if finding.start is None or finding.end is None:
        return None
    span = doc.char_span(finding.start, finding.end, label=str(finding.endpoint), alignment_mode="expand")
    if span is not None:
        span._.finding = finding
    return span
