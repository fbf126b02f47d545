"""Each PICOS criterion of a protocol judged on a record: met, unclear or not met, with the words that say so.

*Not met* is said only where the text says so: unwanted terms without wanted ones, wanted terms that
are denied ("daratumumab-naive"), a design that is surely none of the wanted, or a full abstract that
holds nothing of a list of names. What a short text does not mention is *unclear*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifier.eligibility_context import Context, context_of
from classifier.eligibility_design import DesignRule
from classifier.eligibility_limits import limit_broken
from classifier.eligibility_terms import (
    Absence,
    Mention,
    TermEvidence,
    WordForms,
    weigh_mentions,
    words_of,
)
from classifier.judgement import CriterionJudgement, Judgement, Span, Suggestion, Verdict
from data.protocol import CRITERIA, Criterion, Protocol
from data.records import Design, Record
from models.background import load_background
from models.criteria import CriteriaModel
from models.design import DESIGNS, DesignModel, load_design_model
from models.terms import Hit, Terms

FULL_ABSTRACT = 400  # characters; shorter ones often leave out what a study was about
_BATCH = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From where on a full abstract says that a criterion is not met.

    Chosen on seven of eight finished drug and behaviour reviews, the eighth left out in turn, and then on
    all of them (`benchmarks/eligibility.py --tune`); the same values came out nearly every time.

    Attributes
    ----------
    closed : float
        Rarity of a criterion's terms from which its list counts as one of names (see `Absence`).
    partial : float
        Share of the best phrase of the intervention below which it is absent.
    partial_alone : float
        The same where the population is not mentioned either.
    population_closed, population_partial, population_intervention : float
        The population is absent where its terms are this rare, this little of them is there, and less
        than this of the intervention.
    name : float
        Rarity from which the telling word of an intervention's term, in the title of a record, is enough
        for neither to be absent.
    design : float
        Probability of an unwanted design from which the study design is not met.
    """

    closed: float = 6.0
    partial: float = 0.3
    partial_alone: float = 0.6
    population_closed: float = 5.0
    population_partial: float = 0.6
    population_intervention: float = 0.7
    name: float = 5.5
    design: float = 0.85


class Eligibility:
    """A protocol, prepared to judge any number of records.

    Parameters
    ----------
    protocol : Protocol
    design_model : DesignModel or None
        None: the one that ships.
    criteria_model : CriteriaModel or None
        A model per criterion, learned from decisions with reasons (`learn_criteria`); None: the terms
        and the design model alone judge.
    thresholds : Thresholds or None
        None: the ones chosen on finished reviews.
    """

    def __init__(
        self,
        protocol: Protocol,
        *,
        design_model: DesignModel | None = None,
        criteria_model: CriteriaModel | None = None,
        thresholds: Thresholds | None = None,
    ) -> None:
        self.protocol = protocol
        self.criteria_model = criteria_model
        self.thresholds = thresholds or Thresholds()
        self.design_model = design_model or load_design_model()
        self._terms = Terms.of(protocol)
        self._forms = WordForms()
        background = load_background()
        topic = [protocol.title, protocol.question]
        self._absence = {
            c.name: Absence(c, background, also=topic if c.name == "intervention" else ())
            for c in protocol.criteria
        }
        self._roots = {c.name: _roots(c) for c in self._terms.criteria}
        self._design_rule = DesignRule(protocol.criterion("study_design"), sure=self.thresholds.design)

    def judge(self, records: Sequence[Record]) -> list[Judgement]:
        """Judge each record, in the order given; a judgement depends on its own record only."""
        judged: list[Judgement] = []
        for start in range(0, len(records), _BATCH):
            batch = records[start : start + _BATCH]
            designs = self.design_model.probabilities(batch).tolist()
            verdicts = [self._judge(r, p) for r, p in zip(batch, designs, strict=True)]
            if self.criteria_model is not None:
                verdicts = _learned(self.criteria_model, batch, verdicts)
            judged += [self._conclude(r, v, p) for r, v, p in zip(batch, verdicts, designs, strict=True)]
        return judged

    def by_terms(self) -> Eligibility:
        """The same protocol without what was learned from decisions."""
        if self.criteria_model is None:
            return self
        return Eligibility(self.protocol, design_model=self.design_model, thresholds=self.thresholds)

    def _judge(self, record: Record, designs: list[float]) -> tuple[CriterionJudgement, ...]:
        text, n_title = record.text, len(record.title)
        mentions: dict[str, list[Mention]] = {name: [] for name in CRITERIA}
        for hit in self._terms.find(text):
            if mention := _mention(text, hit, n_title):
                mentions[hit.criterion].append(mention)
        absent = self._absent(record, mentions)
        criteria = []
        for criterion in self.protocol.criteria:
            name = criterion.name
            evidence = weigh_mentions(mentions[name], self._roots[name])
            if name == "study_design":
                word, probability = self._design_rule.judge(
                    evidence, designs, full=len(record.abstract) >= FULL_ABSTRACT
                )
                verdict = Verdict(word)
            else:
                verdict, probability = _judge_terms(criterion, evidence, absent=name in absent)
            spans = tuple(Span(m.hit.start, m.hit.end, m.hit.term, m.speaks_for) for m in mentions[name])
            criteria.append(CriterionJudgement(name, verdict, probability, spans))
        return tuple(criteria)

    def _absent(self, record: Record, mentions: Mapping[str, Sequence[Mention]]) -> frozenset[str]:
        """The criteria of which a full abstract holds too little to be about them."""
        if len(record.abstract) < FULL_ABSTRACT:
            return frozenset()
        missing = {
            name
            for name in ("population", "intervention")
            if self.protocol.criterion(name).terms and not any(m.hit.wanted for m in mentions[name])
        }
        if "intervention" not in missing:
            return frozenset()
        words = words_of(record.text, self._forms)
        population, intervention = self._absence["population"], self._absence["intervention"]
        limit = self.thresholds
        if intervention.names(words_of(record.title, self._forms), rarity=limit.name):
            return frozenset()
        held = intervention.coverage(words)
        absent = set()
        least = limit.partial_alone if "population" in missing else limit.partial
        if intervention.rarity >= limit.closed and held < least:
            absent.add("intervention")
        if (
            "population" in missing
            and population.rarity >= limit.population_closed
            and population.coverage(words) < limit.population_partial
            and held < limit.population_intervention
        ):
            absent.add("population")
        return frozenset(absent)

    def _conclude(
        self, record: Record, criteria: tuple[CriterionJudgement, ...], designs: Sequence[float]
    ) -> Judgement:
        best = max(range(len(DESIGNS)), key=designs.__getitem__)
        reason = next((c.criterion for c in criteria if c.verdict is Verdict.NOT_MET), None)
        reason = reason or limit_broken(self.protocol, record)
        suggested = None
        if reason is not None:
            suggested = Suggestion.EXCLUDE
        elif all(c.verdict is Verdict.MET for c in criteria if self._speaks(c.criterion)):
            suggested = Suggestion.INCLUDE if any(self._speaks(c.criterion) for c in criteria) else None
        return Judgement(
            criteria=criteria,
            design=DESIGNS[best] if record.has_text or record.publication_types else Design.OTHER,
            design_probability=designs[best],
            suggested=suggested,
            reason=reason,
        )

    def _speaks(self, name: str) -> bool:
        """Whether a criterion says anything that a record could meet; comparators are often "any or none"."""
        criterion = self.protocol.criterion(name)
        return name != "comparator" and bool(criterion.terms or criterion.designs)


_LEARNED_MET = 0.8  # an unclear criterion that decisions say is met this surely is met
_LEARNED_DOUBT = 0.4  # a met criterion that decisions doubt this much is unclear
_DENIABLE = ("population", "intervention", "study_design")
_ANY = re.compile(
    r"\bany\b|\bnone\b|\bnot (?:needed|required)\b", re.I
)  # a comparator that rules nothing out


def _mention(text: str, hit: Hit, n_title: int) -> Mention | None:
    """The hit as a mention; None for an unwanted term that is itself denied or set aside.

    Only a population, an intervention and a design can be denied: "no difference in overall survival"
    reports overall survival.
    """
    deniable = hit.criterion in _DENIABLE
    context = context_of(text, hit) if deniable or not hit.wanted else Context.STATED
    turned = context in (Context.DENIED, Context.EXCLUDED)
    if turned and not hit.wanted:
        return None
    speaks_for = hit.wanted and not turned
    return Mention(hit, context, speaks_for, hit.start < n_title)


def _judge_terms(criterion: Criterion, found: TermEvidence, *, absent: bool) -> tuple[Verdict, float]:
    """Verdict and probability of a criterion that is judged by its terms.

    The probabilities are judgements, ordered as the evidence is; `models.criteria` learns better ones.
    """
    if criterion.name == "comparator" and _ANY.search(criterion.description) and not found.n_against:
        return Verdict.MET, 0.95
    if not criterion.terms and not criterion.unwanted:
        return Verdict.UNCLEAR, 0.5
    if found.n_against:
        if found.title_against and not found.title_own:
            return Verdict.NOT_MET, 0.1
        if not found.n_own and (found.n_against > 1 or (found.n_unwanted and not found.n_for)):
            return Verdict.NOT_MET, 0.15
        if found.title_against or found.n_against > found.n_own:
            return Verdict.UNCLEAR, 0.4
    if any(found.said.isdisjoint(group) for group in criterion.together) and found.n_for:
        return Verdict.UNCLEAR, 0.4
    if found.n_own:
        return Verdict.MET, 0.95 if found.title_own else 0.85 if found.n_own > 1 else 0.75
    if found.n_for:
        return Verdict.UNCLEAR, 0.5
    if absent:
        return Verdict.NOT_MET, 0.05
    return Verdict.UNCLEAR, 0.35 if criterion.terms else 0.5


def _learned(
    model: CriteriaModel, records: Sequence[Record], verdicts: Sequence[tuple[CriterionJudgement, ...]]
) -> list[tuple[CriterionJudgement, ...]]:
    """The verdicts with what was learned: it settles what is unclear, and may doubt what looked met."""
    terms = np.array([[c.probability for c in v] for v in verdicts])
    probabilities = model.probabilities([r.text for r in records], terms).tolist()
    below = dict(zip(CRITERIA, model.not_met_below.tolist(), strict=True))
    learned = set(model.learned)
    return [
        tuple(
            _settled(c, p, below[c.criterion], full=len(r.abstract) >= FULL_ABSTRACT)
            if c.criterion in learned
            else c
            for c, p in zip(v, row, strict=True)
        )
        for r, v, row in zip(records, verdicts, probabilities, strict=True)
    ]


def _settled(
    judged: CriterionJudgement, probability: float, not_met_below: float, *, full: bool
) -> CriterionJudgement:
    verdict = judged.verdict
    if probability < not_met_below and full:
        verdict = Verdict.NOT_MET
    elif verdict is Verdict.UNCLEAR and probability >= _LEARNED_MET:
        verdict = Verdict.MET
    elif (verdict is Verdict.MET and probability < _LEARNED_DOUBT) or (
        verdict is Verdict.NOT_MET and probability >= _LEARNED_MET
    ):
        verdict = Verdict.UNCLEAR
    return CriterionJudgement(judged.criterion, verdict, probability, judged.spans)


def _roots(criterion: Criterion) -> dict[str, str]:
    """The wanted term that each synonym stands for."""
    roots = {term: term for term in criterion.wanted}
    for term, others in criterion.synonyms.items():
        roots.update(dict.fromkeys(others, term))
    return roots
