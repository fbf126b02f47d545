"""What the words of a name say by themselves: whether they can name a group, and which name the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_PEOPLE = frozenset(
    "patient patients pts women men those subjects adults recipients participants people children".split()
)
_GROUP = frozenset("arm arms group groups cohort cohorts regimen treatment".split())
_DRUG = re.compile(
    r"(?:mab|nib|platin|taxel|zomib|domide|rubicin|citabine|fen|stat|ciclib|sone|solone|parib|trexed|limus"
    r"|zole|relin|tecan|fosfamide|poside|bine|melphalan|placebo|chemotherapy|therapy|observation|control"
    r"|leucel|tamab|vedotin|alone)\Z"
)
_NO_GROUP = frozenset(
    "study studies trial trials analysis analyses data followup follow-up time month months year years weeks"
    " days p ci rate rates survival response progression death difference benefit advantage improvement"
    " outcome outcomes endpoint endpoints end-point end-points risk median population assessment review"
    " committee criteria cutoff cut-off model result results event events dose toxicity efficacy safety"
    " baseline confidence interval range value cycle cycles multivariate multivariable favor favour terms"
    " addition contrast conclusion total date use number evaluable assessable significance significant"
    " randomization randomisation randomized randomised end point points off comparison comparisons countries"
    " hypothesis estimate estimates set database figures antibody".split()
)
_WHOLE = frozenset(
    "all whole entire overall intent intention intent-to-treat itt total evaluable both".split()
)
_NAMELESS = frozenset(
    "result results method methods conclusion conclusions interpretation findings group groups arm arms"
    " cohort cohorts treatment treatments off given adjusted none suit noted rate rates identical"
    " efficacy combined available reference patients disease number hr ci log-rank logrank month months"
    " regimen regimens events"
    " randomized randomised assigned enrolled treated received evaluable primary secondary main part parts"
    " trial treat short long poor modest limited good induction baseline randomization randomisation"
    " ours altogether immature standing class schedule crossed never well endpoint stratified unstratified"
    " weighted unweighted pooled crude unadjusted summary them countries comparison"
    " comparisons hypothesis estimate estimates stratum strata calculated neither nothing n thus cases"
    " diagnosis rr ttp dfs efs dor dcr cbr significant significance significantly".split()
)
_NAMELESS_PHRASE = re.compile(
    r".*\bof (?:them|these|those|whom|which)|cut-?off date|randomly assigned|assigned to receive|dose"
    r" level|both arms|differ\w* .*|identical .*"
    r"|without difference|varied .*|primary end ?-?points?|reverse .*|(?!.*[<>\u2264\u2265]\s?[\d.]+%).*%.*"
    r"|(?:day|week|month|cycle)s? \d[\d/ -]*|\d[\d.,]* ?(?:patients|pts|events|deaths).*",
    re.IGNORECASE,
)
_ASSESSOR = re.compile(
    r"(?:the )?(?:INV|IRC|BICR|IRRC|ICR|investigators?|independent review|central review|blinded \w+|IRAC"
    r"|RECIST.*|local assessment|IMWG.*)",
    re.IGNORECASE,
)
_ANALYSIS = re.compile(
    r"analys[ie]s\b|assessments?\Z|(?:evaluable|analysis) set\Z|weighted (?:population|cohort)|null"
    r" hypothesis|variable|variate"
    r"|scenario|\bmodels?\b|follow-?up|cut-?off|Kaplan|sensitivity",
    re.I,
)
_COUNTED = re.compile(
    r"(?:\d[\d,]*|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|one|two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|twelve|\w+teen) (?=[a-z])",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\s*[(\[]\s*([A-Z][\w+/ -]{0,14}?)\s*(?=[;,)\]:])")
_FILLER = frozenset(
    "a an and arm arms cohort for group groups in of patients plus regimen the to treated treatment with"
    " women".split()
)
_TOKEN = re.compile(r"[a-z0-9<>=+]+")


@lru_cache(maxsize=8192)
def telling(name: str) -> frozenset[str]:
    """The telling words of a name; all of them where only filler is left ("arm A" tells "a")."""
    found = _TOKEN.findall(name.lower())
    return frozenset((set(found) - _FILLER) | {w for w in found if len(w) == 1} or found)


def alike(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two sets of telling words share half of what they hold together."""
    return bool(a) and len(a & b) * 2 >= len(a | b)


def same_group(a: str | None, b: str | None, others: Sequence[str | None]) -> bool:
    """Whether `b` names the group `a`: alike by half of their telling words, and more than any other.

    Examples
    --------
    >>> same_group("marimastat", "oral marimastat", ["placebo"]), same_group("arm A", "arm B", [])
    (True, False)
    """
    left, right = telling(a or ""), telling(b or "")
    if not left or not right:
        return left == right
    here = len(left & right) / len(left | right)
    rivals = (telling(o) for o in others if o)
    return here >= 0.5 and all(len(r & right) / len(r | right) < here for r in rivals if r != left)


_PLURAL = re.compile(r"\A(?:arms|groups|cohorts|stages|levels)\s+(?=[A-Z0-9]{1,3}\Z)")


def singled(name: str | None) -> str | None:
    """The name of one group of several that were named together: "A" of "arms A, B and C".

    Examples
    --------
    >>> singled("arms A"), singled("arm A"), singled("cohorts of women")
    ('A', 'arm A', 'cohorts of women')
    """
    return _PLURAL.sub("", name) if name else name


def is_nameless(name: str) -> bool:
    """Whether the words cannot name one group: "results", "groups", "dose level", "12%"."""
    return name.casefold().rstrip(".:") in _NAMELESS or _NAMELESS_PHRASE.fullmatch(name) is not None


def means_everybody(name: str) -> bool:
    """Whether the words stand for an assessor or an analysis: the value is then the whole population's."""
    return _ASSESSOR.fullmatch(name) is not None or _ANALYSIS.search(name) is not None


def says_all(words: str) -> bool:
    """Whether the words name everybody: "all patients", "the whole cohort"."""
    return not _WHOLE.isdisjoint(words.casefold().split())


@lru_cache(maxsize=8192)
def about(name: str) -> tuple[str, ...]:
    """What a name is like, whatever its text: features of the learned choice."""
    words = name.split()
    folded = [w.casefold().strip(".,") for w in words]
    found = [f"words={min(len(words), 5)}", f"last={folded[-1]}"]
    if not _PEOPLE.isdisjoint(folded):
        found.append("people")
    if not _GROUP.isdisjoint(folded):
        found.append("group")
    if any(_DRUG.search(w) for w in folded):
        found.append("drug")
    if not _NO_GROUP.isdisjoint(folded):
        found.append("no group")
    if not _WHOLE.isdisjoint(folded):
        found.append("all")
    if any(len(w) > 1 and w.isupper() for w in words):
        found.append("capitals")
    if name[0].islower():
        found.append("lower")
    if any(c.isdigit() for c in name):
        found.append("digit")
    if len(name) == 1:
        found.append("letter")
    if "evaluable" in name or "assessable" in name:
        found.append("evaluable")
    if _COUNTED.match(name):
        found.append("counted people" if folded[-1] in _PEOPLE else "counted")
    if folded[0] in ("eligible", "treated", "enrolled", "included", "analysed", "analyzed", "registered"):
        found.append("entered")
    return tuple(found)


_DOSE = re.compile(
    r",?\s\d[\d.,]*\s?(?:mg|g|\u00b5g|mcg|ug|Gy|IU|MU|AUC|ml)\b.*|,?\s(?:once|twice|daily|weekly|every)\b.*"
)


def without_dose(name: str) -> str:
    """The name of a treatment without its dose and schedule.

    Examples
    --------
    >>> without_dose("letrozole 2.5 mg daily"), without_dose("weekly arm")
    ('letrozole', 'weekly arm')
    """
    return _DOSE.sub("", name) or name


def abbreviated(text: str, names: list[str]) -> list[str]:
    """The names by the short form that stands in brackets behind them, where the text goes on with it."""
    found = []
    for name in names:
        match = None
        at = text.find(name)
        while at >= 0 and match is None:
            if not at or not (text[at - 1].isalnum() or text[at - 1] == "-"):
                match = _SHORT.match(text, at + len(name))
            at = text.find(name, at + 1)
        found.append(match[1].strip() if match and text.count(match[1].strip()) > 1 else name)
    return found
