"""One walk over a text that finds every quantity in it, in order, none overlapping another.

The pattern's alternatives stand in order of strength: a p-value, a confidence interval, a range and a
dose take their numbers before "a number with a unit" can.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import Match

from classifier.extraction.numbers import (
    DASH,
    LONG_NUMBER,
    NOT_REACHED,
    NOT_REACHED_SHORT,
    NUMBER,
    PERCENT,
    TIME_UNIT,
    WORD_NUMBER,
    Kind,
    Quantity,
    parse_number,
    to_months,
)

S = r"[\s\u00a0\u2009\u202f]*"
S1 = r"[\s\u00a0\u2009\u202f]+"
ANY = rf"(?:{NUMBER}|{WORD_NUMBER})"
LEVEL = r"\d{2}(?:[.\u00b7]\d)?"
CI_WORD = (
    rf"(?:[Cc]\.?[IiLl]\.?s?(?![A-Za-z])|IC(?={S}9\d{S}%)|Cr[Ii]s?(?![A-Za-z])|(?:confidence|credib(?:le|ility)"
    rf"|conf\.?){S}[-]?{S}(?:intervals?|limits?|int\.?)"
    rf"(?:{S}[\[(]{S}(?:{LEVEL}{S}%?{S})?(?:C\.?I\.?|CrI)s?{S}[\])])?)"
)
BOUND = (
    rf"(?:[<>\u2264\u2265~]?{S}(?:{DASH}{S})?{NUMBER}(?:{S}{PERCENT}|{S}{DASH}?{TIME_UNIT})?\+?"
    rf"|{NOT_REACHED_SHORT}(?![A-Za-z])|NA(?![A-Za-z])|N/A|{NOT_REACHED}|not{S1}(?:available|applicable"
    rf"|reported|determined)"
    rf"|\u221e|infinity|upper{S1}limit{S1}not{S1}reached)"
)
TO = rf"{S}(?:{DASH}|to|through|\u2192|[~\u223c\uff5e])+{S}"
TO_OR_COMMA = rf"{S}(?:{DASH}{{1,2}}|to|through|[;,/~\u223c\uff5e]|and){S}"
PAIR = rf"(?:{BOUND}{TO_OR_COMMA}{BOUND})"
SIGN = r"[<>\u2264\u2265~\u2248]?"
LIST = rf"{ANY}(?:{S}{DASH}?{S}(?:,{S}(?:and|or){S1}|,|and|or|/|&){S}{ANY})*"
PEOPLE = (
    r"(?:patients?|pts|women|men|participants?|subjects?|individuals?"
    r"|adults?|children|cases?|evaluable|assessable|people|responders)"
)
DOSE = (
    r"(?:mg|g(?![a-z])|\u00b5g|\u03bcg|mcg|ng|pg|kg|Gy|cGy|mL|ml|dL|L(?![a-z])|M?IU|U(?![a-z])|mm|cm|m2"
    r"|m\u00b2|nM|\u00b5M|mmol|mol|kb|bp|kDa|fractions?|fr(?![a-z])|cycles?|courses?"
    r"|doses?|lines?|sites?|cent(?:er|re)s?|hospitals?|countries|institutions?|units?|studies|trials?"
    r"|articles?|records|publications?|reports?|cohorts|events?|deaths?|relapses?|genes?|samples?|specimens?"
    r"|cells?|fold|times(?!\w)|copies|h(?![a-z])|hours?|hrs?(?![a-z])|min(?:utes)?(?![a-z])|nodes?"
    r"|tumou?rs?|lesions?|mutations?|years?(?:\s+of\s+age|\s+or\s+(?:older|over|younger)|-old|\s+old"
    r"|\s+and\s+(?:older|over))|%?\s*power|\u00b0C|x\s*10|\u00d7\s*10|:\s*1|per\s+100\s+(?:person|patient))"
)

_PATTERN = re.compile(
    r"(?<![\w.\u00b7])(?<![A-Za-z][-\u2010\u2011])(?:"
    # p = 0.03
    rf"(?P<p>(?:log-?rank{S})?[pP][-\s]?(?:values?)?{S}(?:for{S1}\w+{S1}\w*{S})?(?:=|<|>|\u2264|\u2265"
    rf"|of{S1}|was{S1}|(?=0?[.\u00b7]\d))+{S}[<>]?{S}{NUMBER}(?:{S}[x\u00d7]{S}10\S*)?)"
    # 95% CI 1.2-3.4; CI95%: [1.2, 3.4]; 95% confidence interval [CI], 7.5 to not estimable
    rf"|(?P<ci>(?:(?P<lv1>{LEVEL}){S}(?:{PERCENT})?{S}-?{S})?{CI_WORD}(?:{S}(?P<lv2>80|9[0-9](?:\.\d)?)(?:{S}%"
    rf"|(?=[\s\u00a0:,;]+[\[(]?[\d<]))(?!{S}(?:{DASH}|to)))?"
    rf"{S}(?:[:=,;]|of|was|were|is|from|ranging from|vs\.?{S1}\w+"
    rf"|for{S1}\w+)*{S}(?P<cio>[\[({{])?{S}(?P<clo>{BOUND}){TO_OR_COMMA}(?P<chi>{BOUND})"
    rf"(?![\d.]*{S}{DASH}{S}\d)(?(cio){S}[\])}}]?))"
    rf"|(?P<cil>(?:(?P<lvl1>{LEVEL}){S}{PERCENT}{S})?(?:(?:[Cc]onfidence|CI|[Cc]redible){S}-?{S})?"
    rf"(?P<side>[Ll]ower|[Uu]pper){S1}(?:(?P<lvl2>{LEVEL}){S}{PERCENT}{S})?"
    rf"(?:(?:confidence|CI|credible){S}-?{S}(?:interval{S1})?)?(?:limit|bound(?:ary)?)(?:{S1}of{S1}the{S1}\S+{S1}(?:CI|confidence{S1}interval))?"
    rf"{S}(?:of|was|is|at|[:=,])?{S}(?P<one>{NUMBER})(?:{S}{PERCENT}|{S}(?P<oneu>{TIME_UNIT}))?)"
    rf"|(?P<cix>{LEVEL}{S}(?:{PERCENT})?{S}{CI_WORD})"
    # range 2-9; IQR 17.9-27.4; SD 3.1
    rf"|(?P<mm>(?:interquartile{S1}range|inter-quartile{S1}range|IQR|[Mm]in{DASH}max|[Rr]anges?|ranging"
    rf"|total{S1}range)(?:{S}[\[(]\s*(?:IQR|\w{{1,6}})\s*[\])])?{S}(?:of{S1}\w+{S})?[:=,]?{S}(?:was|were"
    rf"|of|from|between)?{S}(?P<mmo>[\[(])?{S}(?P<mlo>{BOUND}){TO_OR_COMMA}(?P<mhi>{BOUND})(?(mmo){S}[\])]?))"
    rf"|(?P<sd>(?:SD|SEM|SE|standard{S1}(?:deviation|error)){S}[:=,]?{S}{NUMBER})"
    rf"|(?P<n>[nN]{S}[=:]{S}{NUMBER})"
    rf"|(?P<i2>I{S}[2\u00b2]{S}[=:,]?{S}(?:of|was)?{S}{NUMBER}{S}%?)"
    # "No responses were seen" states a rate of zero
    rf"|(?P<zero>[Nn]obody(?={S1}responded)|[Nn]one(?={S1}(?:of{S1}(?:whom|them|these){S1})?(?:responded"
    rf"|had{S1}an?{S1}(?:\w+{S1})?response))|(?:[Nn]o|[Nn]one{S1}of{S1}the){S1}(?:[a-z]+{S1})?(?:patients?|pts)(?={S1}(?:responded"
    rf"|had{S1}an?{S1}(?:objective{S1})?response"
    rf"|achieved{S1}an?{S1}(?:objective{S1})?response))"
    rf"|[Nn]o(?:{S1}(?:objective|confirmed|overall|clinical|tumou?r|complete{S1}or{S1}partial"
    rf"|partial{S1}or{S1}complete)){{0,2}}{S1}responses?(?={S1}(?:was|were|had{S1}been|have{S1}been|occurred"
    rf"|among|seen|observed|(?:in|at)(?!{S1}(?:\d|{WORD_NUMBER})))\b))"
    # grade 3/4, phase 2, day 1, cohort 2, cycle 1-6, score of 0-1
    rf"|(?P<label>(?:[Gg]rades?|[Ss]tages?|[Pp]hase|[Dd]ays?|[Cc]ycles?|[Ll]evels?|[Cc]ohorts?|[Gg]roups?"
    rf"|[Aa]rms?|[Ss]tudy|[Pp]art|[Ss]cores?|[Tt]ypes?|codons?|exons?|[Vv]ersion|ECOG|PS|KPS|BMI|[Nn]umber|No\.?"
    rf"|NCT){S}(?:of{S1}|>{S}or{S}=){{0,1}}{SIGN}{S}(?:\d{{1,4}}(?![.,\u00b7]?\d|{S1}(?:out{S1})?of{S1}\d))(?:(?:{DASH}|/|to|or|and|,"
    rf"|{S1})+\d{{1,3}}(?!{S}{PERCENT}|[.\u00b7]?\d|/\d|{S1}(?:out{S1})?of{S1}\d)|\+)*(?!{S}{PERCENT}|{S}months|{TO}\d))"
    # at 24 months, after five years, at 1, 3 and 5 years, at month 18
    rf"|(?P<at>(?:[Aa]t|[Aa]fter|[Bb]y|[Ww]ithin|[Oo]ver)(?:{S1}the)?{S1}(?:(?:month|week|year"
    rf"|day)s?{S1}(?P<atn>{LIST})(?![.\u00b7]?\d|{S}(?:{PERCENT}|{TIME_UNIT}))|(?P<atl>{LIST}){S}{DASH}?{S}(?P<atu>{TIME_UNIT})))"
    # 12- and 24-month, 5-year, two-year
    rf"|(?P<adj>(?P<adjl>{ANY}(?:{S}{DASH}?{S}(?:,{S}(?:and|or){S1}|,|and|or|/"
    rf"|&){S}{ANY})*){S}{DASH}{S}(?P<adju>(?:years?|yrs?|months?|mos?|mths?|weeks?|wks?|days?|y|mo|d"
    rf"|m)(?![A-Za-z])))"
    # 3y-PFS, 5yr OS
    rf"|(?P<ady>(?P<adyl>\d{{1,2}}){S}(?P<adyu>y|yrs?)(?={S}{DASH}?{S}(?:OS|PFS|EFS|DFS|RFS)(?![A-Za-z])))"
    # 116 (74%) of 156 patients
    rf"|(?P<cp>(?P<cpn>{LONG_NUMBER}"
    rf"|\d{{1,5}})(?:{S1}{PEOPLE})?{S}[\[(]{S}(?P<cpv>(?P<cpp>{NUMBER}){S}{PERCENT}){S}[\])]{S}(?:/|of"
    rf"|out{S1}of){S}(?:the{S1}|all{S1}|these{S1})?(?P<cpt>\d{{1,5}}"
    rf"|{WORD_NUMBER})(?![\d.]*{S}{PERCENT})(?:{S1}{PEOPLE})*)"
    # 12/40, 12 of 40, four of the six patients, none of five
    rf"|(?P<c>(?P<cn>\d{{1,5}}|{LONG_NUMBER}|[Nn]one|[Nn]o{S1}(?:objective{S1})?responses?(?={S1}in)|[Aa]ll"
    rf"|[Bb]oth)(?:{S1}{PEOPLE})?{S}(?:/|{S1}(?:out{S1}of|of|in|from){S1})(?:the{S1}|all{S1}|these{S1}"
    rf"|those{S1}|our{S1})?(?P<ct>\d{{1,5}}|{LONG_NUMBER})(?!\d|[\w]*[.\u00b7]\d|{S}{PERCENT}|/|{DASH}\w"
    rf"|{S}(?:{TIME_UNIT}|mg|Gy)))"
    # [0.67, 0.98]
    rf"|(?P<br>(?<=[\[(])(?P<brlo>{NUMBER}){S}[,;]{S}(?P<brhi>{NUMBER}|{NOT_REACHED_SHORT}"
    rf"|{NOT_REACHED})(?={S}[\])]|{S}[,;]{S}[pP]{S}[=<>\u2264]))"
    # 18.6 +/- 2.1 months is read by the value below; 1.0-2.8 months, 9.1% to 47.0%
    rf"|(?P<r>(?P<rlo>{NUMBER})(?P<rlou>{S}(?:{PERCENT}|{TIME_UNIT}))?(?P<rsep>{TO})(?P<rhi>{NUMBER}"
    rf"|{NOT_REACHED_SHORT}(?![A-Za-z])|{NOT_REACHED}|not{S1}available)(?P<ru>{S}(?:{PERCENT}|{TIME_UNIT}))?)"
    rf"|(?P<bt>(?<=[Bb]etween )(?P<blo>{NUMBER})(?:{S}"
    rf"{PERCENT})?{S1}and{S1}(?P<bhi>{NUMBER})(?P<bu>{S}(?:{PERCENT}|{TIME_UNIT}))?)"
    rf"|(?P<v>(?P<vn>{NUMBER}|{LONG_NUMBER}(?!{DASH}[a-z]))(?P<pm>(?P<pmu>{S}(?:{PERCENT}|{TIME_UNIT}))?{S}(?:\u00b1"
    rf"|\+{S}/{S}{DASH}){S}{NUMBER})?(?:(?P<none>{S}{DASH}?{S}{DOSE})|(?P<pct>{S}{PERCENT})"
    rf"|(?P<tu>{S}{TIME_UNIT}))?)"
    rf"|(?P<nr>{NOT_REACHED})|(?P<nrs>{NOT_REACHED_SHORT}(?![A-Za-z+]))"
    r")(?![A-Za-z\u00b5])",
)


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
        match = _PATTERN.match(text, at, stop)
        if match is None:
            continue
        if match.lastgroup == "v" and _SPREAD_SIGN.search(text, max(0, at - 5), at):
            taken = match.end()  # "(\u00b19%)"
            yield _none("a standard deviation", match)
            continue
        taken = match.end()
        if match.lastgroup == "r" and match["ru"] and _tells_a_change(text, at):
            yield from _both_ends(match)
            continue
        found = _READERS[str(match.lastgroup)](match)
        if found is not None:
            yield found


_SPREAD_SIGN = re.compile(r"(?:\u00b1|\+\s?/\s?[-\u2010-\u2014\u2212])\s*\Z")
# Where a quantity may begin: at a digit, or at one of these words. The pattern is tried only there.
_BEGIN = re.compile(r"(?<![\w.\u00b7])(?:[A-Za-z]+|[\d.\u00b7])")
_WORDS_BEFORE = frozenset(
    "p pvalue pvalues log logrank c ci cis cl cr cri crs confidence credible credibility conf"
    " interquartile inter iqr min range ranges"
    " ranging total sd sem se standard n i ic nobody lower upper no grade grades stage stages phase day days cycle cycles"
    " level levels cohort"
    " cohorts group groups arm arms score scores type types codon codons exon exons study part version"
    " ecog ps kps"
    " bmi number nct"
    " at after by within over none all both not nr ne unreached undefined"
    " zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety".split()
)


def _none(why: str, match: Match[str]) -> Quantity:
    return Quantity(Kind.NONE, match.start(), match.end(), why=why)


def _bound(text: str) -> float | None:
    number = re.search(rf"{DASH}?\s*{NUMBER}", text)
    if number is None:
        return None
    unit = re.search(r"(months?|mos?|weeks?|wks?|days?|years?|yrs?|y|d)\b", text[number.end() :])
    negative = bool(re.match(DASH, number[0]))
    value = parse_number(re.sub(rf"^{DASH}\s*", "", number[0]))
    return -value if negative else to_months(value, unit[0] if unit else "")


def _confidence(match: Match[str]) -> Quantity:
    level = match["lv1"] or match["lv2"]
    low, high = match["clo"], match["chi"]
    unit = re.search(r"(weeks?|wks?|days?|years?|yrs?)\b", high)
    low_value = _bound(low)
    if unit and low_value is not None and not re.search(r"[A-Za-z]", low):
        low_value = to_months(low_value, unit[0])
    return Quantity(
        Kind.INTERVAL,
        match.start(),
        match.end(),
        low_value,
        _bound(high),
        why="ci",
        level=parse_number(level) if level else None,
    )


def _one_bound(match: Match[str]) -> Quantity:
    """ "a lower 95% confidence limit of 25.0 months": the other bound is not told."""
    level = match["lvl1"] or match["lvl2"]
    bound = to_months(parse_number(match["one"]), match["oneu"] or "")
    low, high = (bound, None) if match["side"].casefold() == "lower" else (None, bound)
    return Quantity(
        Kind.INTERVAL,
        match.start(),
        match.end(),
        low,
        high,
        why="ci",
        level=parse_number(level) if level else None,
    )


def _minimum_maximum(match: Match[str]) -> Quantity:
    words = match["mm"]
    low, high = _bound(match["mlo"]), _bound(match["mhi"])
    if words.startswith(("range was", "ranges were", "range of")) and low is not None and high is not None:
        percent = re.search(PERCENT, match["mhi"]) is not None
        timed = re.search(rf"{TIME_UNIT}", match["mhi"]) is not None
        kind = "percent" if percent else "time" if timed else "plain"
        start = match.start("mlo")
        return Quantity(Kind.INTERVAL, start, match.end("mhi"), low, high, why=f"pair {kind}")
    return Quantity(
        Kind.INTERVAL, match.start(), match.end(), _bound(match["mlo"]), _bound(match["mhi"]), why="range"
    )


def _numbers_in(text: str) -> list[float]:
    return [parse_number(t) for t in re.findall(rf"{NUMBER}|{WORD_NUMBER}", text)]


def _at(match: Match[str]) -> Quantity:
    if match["atn"]:
        unit = re.search(r"month|week|year|day", match["at"])
        values, word = _numbers_in(match["atn"]), unit[0] if unit else ""
    else:
        values, word = _numbers_in(match["atl"]), match["atu"]
        if word[0] == "y" and min(values) > 40:  # "over 70 years"
            return _none("an age", match)
    return Quantity(
        Kind.TIMEPOINT, match.start(), match.end(), times=tuple(to_months(v, word) for v in values), why="at"
    )


def _adjective(match: Match[str]) -> Quantity:
    times = tuple(to_months(v, match["adju"]) for v in _numbers_in(match["adjl"]))
    return Quantity(Kind.TIMEPOINT, match.start(), match.end(), times=times, why="adjective")


def _short_adjective(match: Match[str]) -> Quantity:
    times = (to_months(parse_number(match["adyl"]), match["adyu"]),)
    return Quantity(Kind.TIMEPOINT, match.start(), match.end(), times=times, why="adjective")


def _count_percent(match: Match[str]) -> Quantity | None:
    count, total = int(parse_number(match["cpn"])), int(parse_number(match["cpt"]))
    value = parse_number(match["cpp"])
    start, end = match.span("cpv")
    if count > total or value > 100:
        return _none("a count above its total", match)
    return Quantity(Kind.PERCENT, start, end, value, count=count, total=total, stop=match.end())


def _count(match: Match[str]) -> Quantity | None:
    total = int(parse_number(match["ct"]))
    word = match["cn"].casefold()
    count = (
        total
        if word in ("all", "both")
        else int(parse_number(re.sub(r"\s.*", "", word) if word.startswith("no") else match["cn"]))
    )
    if count > total or total == 0:
        return _none("a count above its total", match)
    return Quantity(
        Kind.COUNT,
        match.start(),
        match.end(),
        round(100 * count / total, 1),
        count=count,
        total=total,
        why="no response in" if "response" in word else "",
        stop=match.end(),
    )


def _range(match: Match[str]) -> Quantity | None:
    unit = (match["ru"] or match["rlou"] or "").strip()
    low = parse_number(match["rlo"])
    if not match["rhi"][0].isdigit() and match["rhi"][0] not in ".\u00b7":
        return Quantity(Kind.INTERVAL, match.start(), match.end(), low, None, why="pair")
    return _pair(match, low, parse_number(match["rhi"]), unit)


# "survival rose from 3.1 to 3.8 months": two values, not a range
_CHANGED_FROM = re.compile(
    r"\b(?:went|gone up|climb\w+|rose|rise\w*|rais\w+|increas\w+|improv\w+|fell|declin\w+|dropp\w+|chang\w+|decreas\w+|grew|doubl\w+|tripl\w+"
    r"|prolong\w+|extend\w+|shorten\w+|lengthen\w+|reduc\w+)\b[^.;]{0,90}\bfrom\s+\Z"
)


def _tells_a_change(text: str, at: int) -> bool:
    """Whether "from" in front of two values is said of a change in time, not of a range over groups."""
    change = _CHANGED_FROM.search(text, max(0, at - 110), at)
    return change is not None and _OVER_GROUPS.search(text, max(0, at - 110), at) is None


_OVER_GROUPS = re.compile(r"\b(?:[Aa]cross|[Aa]mong|[Bb]etween|depending|according|rang\w+)\b")


def _both_ends(match: Match[str]) -> Iterator[Quantity]:
    """The two values of a change."""
    unit = (match["ru"] or "").strip()
    for name, stop in (
        ("rlo", match.end("rlou") if match["rlou"] else match.end("rlo")),
        ("rhi", match.end()),
    ):
        value, start = parse_number(match[name]), match.start(name)
        if unit and unit[0] in "%p":
            yield Quantity(Kind.PERCENT, start, stop, value)
        else:
            yield Quantity(Kind.TIME, start, stop, to_months(value, unit), unit=unit)


def _between(match: Match[str]) -> Quantity | None:
    return _pair(match, parse_number(match["blo"]), parse_number(match["bhi"]), (match["bu"] or "").strip())


def _pair(match: Match[str], low: float, high: float, unit: str) -> Quantity:
    if unit and unit[0] not in "%p":
        low, high = to_months(low, unit), to_months(high, unit)
    kind = {"": "plain"}.get(unit, "percent" if unit and unit[0] in "%p" else "time")
    return Quantity(Kind.INTERVAL, match.start(), match.end(), low, high, why=f"pair {kind}")


def _value(match: Match[str]) -> Quantity | None:
    if match["none"]:
        return _none("a dose, an age or a number of things", match)
    value = parse_number(match["vn"])
    if match["pm"]:  # "18.6 \u00b1 2.1 months": what follows the sign is no part of the value
        start, end = match.start("vn"), match.end("pmu" if match["pmu"] else "vn")
        unit = (match["pmu"] or match["pct"] or match["tu"] or "").strip()
        if re.fullmatch(PERCENT, unit):
            return Quantity(Kind.PERCENT, start, end, value, stop=match.end())
        if unit:
            return Quantity(Kind.TIME, start, end, to_months(value, unit), unit=unit, stop=match.end())
        return Quantity(Kind.PLAIN, start, end, value, stop=match.end())
    if match["pct"]:
        return Quantity(Kind.PERCENT, match.start(), match.end(), value)
    if match["tu"]:
        return Quantity(
            Kind.TIME, match.start(), match.end(), to_months(value, match["tu"]), unit=match["tu"].strip()
        )
    return Quantity(Kind.PLAIN, match.start(), match.end(), value)


def _not_reached(match: Match[str]) -> Quantity:
    return Quantity(Kind.NOT_REACHED, match.start(), match.end())


def _p_value(match: Match[str]) -> Quantity:
    return _none("a p-value", match)


def _label(match: Match[str]) -> Quantity:
    return _none("a grade, stage, dose level or the like", match)


def _size(match: Match[str]) -> Quantity:
    return _none("a group size", match)


def _spread(match: Match[str]) -> Quantity:
    return _none("a standard deviation", match)


def _bracketed(match: Match[str]) -> Quantity:
    high = match["brhi"]
    return Quantity(
        Kind.INTERVAL,
        match.start(),
        match.end(),
        parse_number(match["brlo"]),
        parse_number(high) if high[0].isdigit() or high[0] in ".\u00b7" else None,
        why="pair plain",
    )


def _zero(match: Match[str]) -> Quantity:
    return Quantity(Kind.PERCENT, match.start(), match.end(), 0.0, why="zero")


def _heterogeneity(match: Match[str]) -> Quantity:
    return _none("a measure of heterogeneity", match)


def _bare_level(match: Match[str]) -> Quantity:
    return _none("a confidence level", match)


_READERS = {
    "cix": _bare_level,
    "br": _bracketed,
    "zero": _zero,
    "i2": _heterogeneity,
    "p": _p_value,
    "ci": _confidence,
    "cil": _one_bound,
    "mm": _minimum_maximum,
    "sd": _spread,
    "n": _size,
    "label": _label,
    "at": _at,
    "adj": _adjective,
    "ady": _short_adjective,
    "cp": _count_percent,
    "c": _count,
    "r": _range,
    "bt": _between,
    "v": _value,
    "nr": _not_reached,
    "nrs": _not_reached,
}
