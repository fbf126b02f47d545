"""The pattern of everything that is read as a quantity.

Its alternatives stand in order of strength: a p-value, a confidence interval, a range and a dose take
their numbers before "a number with a unit" can.
"""

from __future__ import annotations

import re

from classifier.extraction.text.first_letters import alternatives, first_letters
from classifier.extraction.text.numbers import (
    DASH,
    LONG_NUMBER,
    NOT_REACHED,
    NOT_REACHED_SHORT,
    NUMBER,
    PERCENT,
    TIME_UNIT,
    WORD_NUMBER,
)

S = r"[\s\u00a0\u2009\u202f]*"
S1 = r"[\s\u00a0\u2009\u202f]+"
ANY = rf"(?:{NUMBER}|{WORD_NUMBER})"
LEVEL = r"\d{2}(?:[.\u00b7]\d)?"
CI_WORD = (
    rf"(?:[Cc]\.?[IiLl]\.?s?(?![A-Za-z])|IC(?={S}9\d{S}%)|Cr[Ii]s?(?![A-Za-z])|(?:confidence|credib"
    rf"(?:le|ility)"
    rf"|conf\.?){S}[-]?{S}(?:intervals?|limits?|int\.?)"
    rf"(?:{S}[\[(]{S}(?:{LEVEL}{S}%?{S})?(?:C\.?I\.?|CrI)s?{S}[\])])?)"
)
BOUND = (
    rf"(?:[<>\u2264\u2265~]?{S}(?:{DASH}{S})?{NUMBER}(?:{S}{PERCENT}|{S}{DASH}?{TIME_UNIT})?\+?"
    rf"|{NOT_REACHED_SHORT}(?![A-Za-z])|N[AC](?![A-Za-z])|N/A|(?:(?:could|can){S1})?{NOT_REACHED}"
    rf"|not{S1}(?:available|applicable"
    rf"|reported|determined)"
    rf"|\u221e|infinity|upper{S1}limit{S1}not{S1}reached)"
)
TO = rf"{S}(?:{DASH}|to|through|\u2192|[~\u223c\uff5e])+{S}"
TO_OR_COMMA = rf"{S}(?:{DASH}{{1,2}}|to|through|[;,/~\u223c\uff5e]|and){S}"
SIGN = r"[<>\u2264\u2265~\u2248]?"
LIST = rf"{ANY}(?:{S}{DASH}?{S}(?:,{S}(?:and|or){S1}|,|and|or|/|&){S}{ANY}){{0,7}}"
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

AFTER_VERB = (  # "produced no responses"; a look-behind has one width
    "(?:"
    + "|".join(
        f"(?<={word} )"
        for word in "produced yielded gave elicited induced saw showed had with observed recorded".split()
    )
    + "|(?<=[:.] ))"
)

_ALTERNATIVES = (
    # p = 0.03
    rf"(?P<p>(?:log-?rank{S})?[pP][-\s]?(?:values?)?{S}(?:for{S1}\w+{S1}\w*{S})?(?:=|<|>|\u2264|\u2265"
    rf"|of{S1}|was{S1}|(?=0?[.\u00b7]\d))+{S}[<>]?{S}{NUMBER}(?:{S}[x\u00d7]{S}10\S*)?)"
    # 95% CI 1.2-3.4; CI95%: [1.2, 3.4]; 95% confidence interval [CI], 7.5 to not estimable
    rf"|(?P<ci>(?:(?P<lv1>{LEVEL}){S}(?:{PERCENT})?{S}-?{S})?{CI_WORD}(?:{S}(?P<lv2>80|9[0-9](?:\.\d)?)"
    rf"(?:{S}%"
    rf"|(?=[\s\u00a0:,;]+[\[(]?[\d<]))(?!{S}(?:{DASH}|to)))?"
    rf"{S}(?:[:=,;]|of|was|were|is|from|ranging from|vs\.?{S1}\w+"
    rf"|for{S1}\w+)*{S}(?P<cio>[\[({{])?{S}(?P<clo>{BOUND}){TO_OR_COMMA}(?P<chi>{BOUND})"
    rf"(?![\d.]*{S}{DASH}{S}\d)(?(cio){S}[\])}}]?))"
    rf"|(?P<cil>(?:(?P<lvl1>{LEVEL}){S}{PERCENT}{S})?(?:(?:[Cc]onfidence|CI|[Cc]redible){S}-?{S})?"
    rf"(?P<side>[Ll]ower|[Uu]pper){S1}(?:(?P<lvl2>{LEVEL}){S}{PERCENT}{S})?"
    rf"(?:(?:confidence|CI|credible){S}-?{S}(?:interval{S1})?)?(?:limit|bound(?:ary)?)"
    rf"(?:{S1}of{S1}the{S1}\S+{S1}(?:CI|confidence{S1}interval))?"
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
    rf"|had{S1}an?{S1}(?:\w+{S1})?response"
    rf"|(?:had|achieved|attained|obtained|reached|showed){S1}an?{S1}(?:(?:objective|confirmed|partial"
    rf"|tumou?r){S1}"
    rf"response|(?:CR,?{S}(?:CRi,?{S})?(?:or{S1}|/){S})?PR\b)))|(?:[Nn]o"
    rf"|[Nn]one{S1}of{S1}the){S1}(?:[a-z]+{S1})?"
    rf"(?:patients?|pts)(?={S1}(?:responded"
    rf"|had{S1}an?{S1}(?:objective{S1})?response"
    rf"|achieved{S1}an?{S1}(?:objective{S1})?response))"
    rf"|[Nn]o(?:{S1}(?:objective|confirmed|overall|clinical|tumou?r|complete{S1}or{S1}partial"
    rf"|partial{S1}or{S1}complete)){{0,2}}{S1}responses?(?={S1}(?:was|were|had{S1}been|have{S1}been|occurred"
    rf"|among|seen|observed|(?:in|at)(?!{S1}(?:\d|{WORD_NUMBER})))\b)"
    rf"|{AFTER_VERB}[Nn]o(?:{S1}(?:objective|confirmed|overall|clinical|tumou?r)){{0,2}}{S1}"
    rf"(?:responses?|responders?)"
    rf"(?={S}(?:[.,;)]|at{S1}all|and\b|but\b|\Z)))"
    # day-100 survival, month-6 PFS
    rf"|(?P<adr>(?P<adru>[Dd]ay|[Ww]eek|[Mm]onth|[Yy]ear)(?:{DASH}|{S1})(?P<adrn>\d{{1,4}})(?={S1}(?:overall"
    rf"|progression|event|survival|rw?OS|m?OS|r?w?PFS|EFS)))"
    # grade 3/4, phase 2, day 1, cohort 2, cycle 1-6, score of 0-1
    rf"|(?P<label>(?:[Gg]rades?|[Ss]tages?|[Pp]hase|[Dd]ays?|[Cc]ycles?|[Ll]evels?|[Cc]ohorts?|[Gg]roups?"
    rf"|[Aa]rms?|[Ss]tudy|[Pp]art|[Ss]trat(?:um|a)|[Qq]u(?:arti|inti)les?|[Tt]ertiles?|[Cc]lass"
    rf"|[Tt]iers?|[Cc]lusters?|[Ss]cores?|[Tt]ypes?|codons?|exons?|[Vv]ersion|ECOG|PS|KPS|BMI"
    rf"|[Nn]umber|No\.?"
    rf"|NCT){S}(?:of{S1}|>{S}or{S}=){{0,1}}{SIGN}{S}(?:\d{{1,4}}(?![.,\u00b7]?\d|{S1}"
    rf"(?:out{S1})?of{S1}\d))(?:(?:{DASH}|/|to|or|and|,"
    rf"|{S1})+\d{{1,3}}(?!{S}{PERCENT}|[.\u00b7]?\d|/\d|{S1}(?:out{S1})?of{S1}\d)|\+)*(?!{S}{PERCENT}"
    rf"|{S}months|{TO}\d))"
    # at 24 months, after five years, at 1, 3 and 5 years, at month 18
    rf"|(?P<at>(?:[Aa]t|[Aa]fter|[Bb]y|[Ww]ithin|[Oo]ver)(?:{S1}the)?{S1}(?:(?:month|week|year"
    rf"|day)s?{S1}(?P<atn>{LIST})(?![.\u00b7]?\d|{S}(?:{PERCENT}|{TIME_UNIT}))|"
    rf"(?P<atl>{LIST}){S}{DASH}?{S}(?P<atu>{TIME_UNIT})))"
    # 12- and 24-month, 5-year, two-year
    rf"|(?P<adj>(?P<adjl>{ANY}(?:{S}{DASH}?{S}(?:,{S}(?:and|or){S1}|,|and|or|/"
    rf"|&){S}{ANY}){{0,7}}){S}{DASH}{S}(?P<adju>(?:years?|yrs?|months?|mos?|mths?|weeks?|wks?|days?|y|mo|d"
    rf"|m)(?![A-Za-z])))"
    # 3y-PFS, 5yr OS
    rf"|(?P<ady>(?P<adyl>\d{{1,2}}){S}(?P<adyu>y|yrs?)(?={S}{DASH}?{S}(?:OS|PFS|EFS|DFS|RFS)(?![A-Za-z])))"
    # 116 (74%) of 156 patients
    rf"|(?P<cp>(?P<cpn>{LONG_NUMBER}"
    rf"|\d{{1,5}})(?:{S1}{PEOPLE})?{S}[\[(]{S}(?P<cpv>(?P<cpp>{NUMBER}){S}{PERCENT}){S}[\])]{S}(?:/|of"
    rf"|out{S1}of){S}(?:the{S1}|all{S1}|these{S1})?(?P<cpt>\d{{1,5}}"
    rf"|{WORD_NUMBER})(?![\d.]*{S}{PERCENT})(?:{S1}{PEOPLE})*)"
    # all six patients responded
    rf"|(?P<every>(?:[Aa]ll|[Bb]oth|[Ee]ach{S1}of)(?:{S1}of)?(?:{S1}(?:the|these|our))?{S1}"
    rf"(?P<everyt>\d{{1,4}}|{WORD_NUMBER}){S1}(?:[\w-]+{S1}){{0,2}}?{PEOPLE}"
    rf"(?=(?:{S1}(?:with|without|on|in|given|treated|at|who|whose){S1}[^,.;:()]{{2,80}}?)?{S1}(?:responded"
    rf"|(?:had|achieved|showed|attained|obtained){S1}an?{S1}(?:(?:objective|confirmed|overall|clinical"
    rf"|tumou?r|radiological){S1})?response)))"
    # 16 responses among 60 patients
    rf"|(?P<rc>(?P<rcn>\d{{1,4}}|{LONG_NUMBER}|[Nn]o)(?:{S1}(?:objective|confirmed|overall|clinical"
    rf"|tumou?r|radiological)){{0,2}}{S1}(?:responses?|responders)(?:{S1}(?:was|were|had{S1}been"
    rf"|occurred|seen|observed|recorded|noted|documented)){{0,2}}"
    rf"{S1}(?:in|among|of|from|out{S1}of){S1}(?:the{S1}|a{S1}total{S1}of{S1}|all{S1}|these{S1}"
    rf"|our{S1})?(?P<rct>\d{{1,5}}|{LONG_NUMBER})"
    rf"(?!\d|[\w]*[.\u00b7]\d|{S}(?:{PERCENT}|{TIME_UNIT}|[-/]|or{S1}\d)))"
    # 12/40, 12 of 40, four of the six patients, none of five
    rf"|(?P<c>(?P<cn>\d{{1,5}}|{LONG_NUMBER}|[Nn]one|[Nn]either"
    rf"|[Nn]o{S1}(?:objective{S1})?responses?(?={S1}in)|[Aa]ll"
    rf"|[Bb]oth)(?:{S1}{PEOPLE})?{S}(?:/|{S1}(?:out{S1}of|of|in|from){S1})(?:the{S1}|all{S1}|these{S1}"
    rf"|those{S1}|our{S1})?(?P<ct>\d{{1,5}}|{LONG_NUMBER})(?!\d|[\w]*[.\u00b7]\d|{S}{PERCENT}|/|{DASH}\w"
    rf"|{S}(?:{TIME_UNIT}|mg|Gy)))"
    # [0.67, 0.98]
    rf"|(?P<br>(?<=[\[(])(?P<brlo>{NUMBER}){S}[,;]{S}(?P<brhi>{NUMBER}|{NOT_REACHED_SHORT}"
    rf"|{NOT_REACHED})(?={S}[\])]|{S}[,;]{S}[pP]{S}[=<>\u2264]))"
    # 18.6 +/- 2.1 months is read by the value below; 1.0-2.8 months, 9.1% to 47.0%
    rf"|(?P<r>(?P<rlo>{NUMBER})(?P<rlou>{S}(?:{PERCENT}|{TIME_UNIT}))?(?P<rsep>{TO})(?P<rhi>{NUMBER}"
    rf"|(?:{NOT_REACHED_SHORT}|NA|NC)(?![A-Za-z])|{NOT_REACHED}|not{S1}available)(?P<ru>{S}(?:{PERCENT}"
    rf"|{TIME_UNIT}))?)"
    rf"|(?P<bt>(?<=[Bb]etween )(?P<blo>{NUMBER})(?:{S}"
    rf"{PERCENT})?{S1}and{S1}(?P<bhi>{NUMBER})(?P<bu>{S}(?:{PERCENT}|{TIME_UNIT}))?)"
    rf"|(?P<v>(?P<vn>{NUMBER}(?![\d.]*{DASH}(?:[a-z]{{3}}|FU|FC|HT|ALA))|{LONG_NUMBER}(?!{DASH}[a-z]))"
    rf"(?P<pm>(?P<pmu>{S}(?:{PERCENT}|{TIME_UNIT}))?{S}(?:\u00b1"
    rf"|\+{S}/{S}{DASH}){S}{NUMBER})?(?:(?P<none>{S}{DASH}?{S}{DOSE})|(?P<pct>{S}{PERCENT})"
    rf"|(?P<tu>{S}{TIME_UNIT}))?)"
    rf"|(?P<nei>reached|attained)"
    rf"|(?P<nr>{NOT_REACHED})|(?P<nrs>{NOT_REACHED_SHORT}(?![A-Za-z+]))"
)


def _compiled(ruled_out: str) -> re.Pattern[str]:
    """The pattern without what cannot begin where it is tried: `ruled_out` holds first letters, small."""
    kept = []
    for words in alternatives(_ALTERNATIVES):
        letters = first_letters(words)
        if "" in letters or any(letter not in ruled_out for letter in letters):
            kept.append(words)
    start = r"(?<![\w.\u00b7])(?<![A-Za-z][-\u2010\u2011])(?:"
    return re.compile(start + "|".join(kept) + r")(?![A-Za-z\u00b5])")


_DIGITS = "0123456789."
AT_DIGIT = _compiled("abcdefghijklmnopqrstuvwxyz")
AT_LETTER = _compiled(_DIGITS + "\u00b7")
