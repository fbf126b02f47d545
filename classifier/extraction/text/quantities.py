"""One walk over a text that finds every quantity in it, in order, none overlapping another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.extraction.text.numbers import Quantity
from classifier.extraction.text.quantity_pattern import AT_DIGIT, AT_LETTER
from classifier.extraction.text.quantity_readers import READERS, both_ends, nothing, tells_a_change


def find_quantities(text: str, start: int = 0, end: int | None = None) -> Iterator[Quantity]:
    """Yield every quantity between `start` and `end`, left to right.

    Examples
    --------
    >>> [q.kind.value for q in find_quantities("12-month PFS was 54% (95% CI 36-69; p=0.02)")]
    ['timepoint', 'percent', 'interval', 'none']
    """
    stop = len(text) if end is None else end
    taken = start
    for begin in _BEGIN.finditer(text, start, stop):
        at = begin.start()
        if at < taken or (begin[0][0].isalpha() and begin[0].casefold() not in _WORDS_BEFORE):
            continue
        match = (AT_LETTER if begin[0][0].isalpha() else AT_DIGIT).match(text, at, stop)
        if match is None:
            continue
        if match.lastgroup == "v" and _SPREAD_SIGN.search(text, max(0, at - 5), at):
            taken = match.end()  # "(\u00b19%)"
            yield nothing("a standard deviation", match)
            continue
        taken = match.end()
        if match.lastgroup == "r" and match["ru"] and tells_a_change(text, at):
            yield from both_ends(match)
            continue
        found = READERS[str(match.lastgroup)](match)
        if found is not None:
            yield found


_SPREAD_SIGN = re.compile(r"(?:\u00b1|\+\s?/\s?[-\u2010-\u2014\u2212])\s*\Z")
# Where a quantity may begin: at a digit, or at one of these words. The pattern is tried only there.
_BEGIN = re.compile(r"(?<![\w.\u00b7])(?:[A-Za-z]+|[\d.\u00b7])")
_WORDS_BEFORE = frozenset(
    "p pvalue pvalues log logrank c ci cis cl cr cri crs confidence credible credibility conf"
    " interquartile inter iqr min range ranges"
    " ranging total sd sem se standard n i ic nobody lower upper no grade grades stage stages phase"
    " day days week month year cycle cycles"
    " level levels cohort"
    " cohorts group groups arm arms score scores type types codon codons exon exons study part version"
    " stratum strata quartile quartiles quintile quintiles tertile tertiles class tier tiers cluster clusters"
    " ecog ps kps"
    " bmi number nct"
    " at after by within over none neither all both each not reached attained nr ne unreached undefined"
    " zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety".split()
)
