"""The study-design criterion: which designs a protocol wants, and how sure a record is none of them."""

from __future__ import annotations

from collections.abc import Sequence

from classifier.eligibility_terms import TermEvidence
from data.protocol import Criterion
from data.records import Design
from models.design import DESIGNS
from models.terms import Terms

# Words of protocols for designs, for those that list words only. "Controlled trial" leaves open whether
# it is randomised.
_WORDS: dict[Design, tuple[str, ...]] = {
    Design.RCT: (
        "randomised", "randomised controlled trial", "RCT", "double-blind", "placebo-controlled",
        "controlled trial", "clinical trial", "head-to-head", "phase 3", "phase III", "empirical study",
        "field experiment", "crossover", "phase 2", "phase II",
    ),
    Design.NONRANDOMISED_TRIAL: (
        "controlled trial", "clinical trial", "single-arm", "open-label", "phase 1", "phase 2", "phase I",
        "phase II", "quasi-experiment*", "nonrandomised", "before-after", "interrupted time series",
        "empirical study", "field experiment",
    ),
    Design.OBSERVATIONAL: (
        "observational", "cohort", "retrospective", "prospective", "registry", "chart review", "real-world",
        "claims", "case-control", "cross-sectional", "survey", "empirical study", "database study",
    ),
    Design.SYSTEMATIC_REVIEW: ("systematic review", "systematic literature review", "scoping review"),
    Design.META_ANALYSIS: ("meta-analysis", "systematic review"),
    Design.NARRATIVE_REVIEW: ("narrative review", "literature review", "review article"),
    Design.PROTOCOL: ("study protocol", "trial protocol", "protocol"),
    Design.CASE_REPORT: ("case report", "case series", "case study"),
    Design.PRECLINICAL: ("preclinical", "animal", "in vitro", "mouse", "rat", "xenograft"),
    Design.OPINION: ("editorial", "opinion", "commentary", "guideline", "consensus", "letter"),
}  # fmt: skip
# Never primary evidence on patients: what a protocol that names no designs can do without. Systematic
# reviews and protocols are not among them: teams keep them for their references.
_NEVER = (Design.NARRATIVE_REVIEW, Design.CASE_REPORT, Design.PRECLINICAL, Design.OPINION)
_LIKELY = 0.6  # probability of a wanted design from which the criterion is met
_LIKELY_WITH_WORDS = 0.35  # the same where the text also uses the protocol's own words for a design


def wanted_designs(criterion: Criterion) -> frozenset[Design]:
    """The designs that a protocol names, or that its words stand for; empty when it does not say.

    Examples
    --------
    >>> c = Criterion(name="study_design", wanted=("randomised trial", "cohort study"), synonyms={})
    >>> sorted(wanted_designs(c))
    [<Design.OBSERVATIONAL: 'observational'>, <Design.RCT: 'rct'>]
    """
    if criterion.designs:
        return frozenset(criterion.designs)
    return _designs_in(criterion.terms)


def _designs_in(phrases: Sequence[str]) -> frozenset[Design]:
    found = set()
    for design, words in _WORDS.items():
        terms = Terms([Criterion(name="study_design", wanted=words, synonyms={})])
        if any(terms.find(phrase) for phrase in phrases):
            found.add(design)
    return frozenset(found)


class DesignRule:
    """Judges the study-design criterion from the design model and the protocol's own words.

    Parameters
    ----------
    criterion : Criterion
        `study_design` of the protocol.
    sure : float, default=0.85
        Probability of an unwanted design from which the criterion is not met.
    """

    def __init__(self, criterion: Criterion, *, sure: float = 0.85) -> None:
        self.sure = sure
        self.wanted = wanted_designs(criterion)
        named = bool(criterion.designs)
        never = set(_NEVER) if criterion.terms else set()
        against = set(DESIGNS) - self.wanted if named else never - self.wanted
        against |= _designs_in(criterion.unwanted) - self.wanted
        # "other" is what the model says when it knows none: half of it may be anything
        self._for = [float(d in self.wanted) for d in DESIGNS]
        self._against = [(0.5 if d is Design.OTHER else 1.0) if d in against else 0.0 for d in DESIGNS]

    def shares(self, designs: Sequence[float]) -> tuple[float, float]:
        """Probability of a wanted design, and of a surely unwanted one."""
        wanted = sum(p * w for p, w in zip(designs, self._for, strict=True))
        unwanted = sum(p * w for p, w in zip(designs, self._against, strict=True))
        return wanted, unwanted

    def judge(self, evidence: TermEvidence, designs: Sequence[float], *, full: bool) -> tuple[str, float]:
        """Verdict and probability that the design is a wanted one.

        Parameters
        ----------
        evidence : TermEvidence
            Mentions of the criterion's own terms.
        designs : sequence of float
            Probabilities in the order of `DESIGNS`.
        full : bool
            Whether there is a full abstract; a title alone must say it itself.
        """
        if not self.wanted and not any(self._against):
            return "unclear", 0.5
        wanted, unwanted = self.shares(designs)
        probability = min(max(wanted + 0.5 * (1.0 - wanted - unwanted), 0.01), 0.99)
        if evidence.title_against and not evidence.title_for and wanted < 0.5:
            return "not_met", min(probability, 0.15)
        if unwanted >= self.sure and (full or evidence.title_against):
            return "not_met", probability
        if wanted >= _LIKELY or (wanted >= _LIKELY_WITH_WORDS and evidence.n_own):
            return "met", probability
        return "unclear", probability
