"""Names of groups as abstracts write them: cut out of a sentence, cleaned, and the arms of a study."""

from __future__ import annotations

import re
from functools import lru_cache

_STOP_WORDS = frozenset(
    "was were is are had have has having versus vs vs. v v. compared than but while whereas which that"
    " whose respectively "
    "at during achieved reached showed experienced responded did median overall progression-free hazard"
    " hr p survival as "
    "favoring favouring resulted demonstrated showing giving hence i.e. when if over alive against did."
    " improved respectively. "
    "it they orr pfs os mpfs mos hrs rates could remained remain there it this they we being amounted".split()
)
_NOT_GROUP = re.compile(
    r"\A(?:(?-i:a |an )|about |approximately |more |less |only |over |under |up |least "
    r"|\d+(?:\.\d+)?\s*(?:months|years|weeks|%)"
    r"|(?:the )?(?:(?:same|present|follow|time|end|use|addition|favou?r|terms|order|total|lay|where|start"
    r"|either|whom|which|each|this|that|these|their|its|our|data|average|improve\w*|increase\w*|independent\w*"
    r"|January|February|March|April|May|June|July|August|September|October|November|December"
    r"|evaluable|whole|entire|all patients|IRC|ITT|PFS|OS|ORR|HR|CR|PR|VGPR|median|months)\b"
    r"|(?:study|trial)(?! (?:group|arm|drug|treatment|regimen)s?\b)|follow-?up|disease progression"
    r"|intent(?:ion)?\b"
    r"|(?:first|last)\b(?![- ](?:line|relapse|remission|study|trial|cohort|group|arm|part|phase|quartile"
    r"|tertile"
    r"|half|generation|period|stage|step))|risk\b(?!-)|(?:response|progression)\b(?!-)|overall|survival"
    r"|no (?:material|significant|difference)|\d+ in|(?:two|three|four|five|six"
    r"|seven|eight|nine|ten|\d+|all)(?: of)?(?: the)?(?: (?:studies|cohorts|trials|series|groups|arms|pts"
    r"|patients))?\Z|respect|hazard"
    r"|(?:patients?|pts|all|women|cases|them|studies|trials|infusion|those|baseline|diagnosis)\Z"
    r"|all randomi|randomi[sz]ation|per[- ]protocol|safety|efficacy|full analysis|enrol|analysis"
    r"|(?:longer|shorter|better|worse)(?:\Z| (?:PFS|OS|survival|progression|median|time|duration|follow"
    r"|response))"
    r"|(?:investigator|local|central)(?:s|ly|\Z|(?:-| )(?:assess|review|read|determin|radiolog|laborator"
    r"|evaluat))"
    r"|best\b(?! (?:supportive|available|alternative))|diagnosis (?:was|to|and)))",
    re.IGNORECASE,
)
_DETERMINER = re.compile(
    r"\A(?:the|those|all|both(?= of)|these|our|an?)\s+(?!arms?\b|groups?\b)", re.IGNORECASE
)
_HAS_VALUE = re.compile(
    r"\d\s*(?:%|percent)|\b\d+ of \d+|(?<!than \d )(?<!than \d\d )\bmonths\b(?! \w)|\b(?:was|were)\b"
    r"|\bCI\b|\d (?:VGPR|PR|CR)\b|\b(?:PR|CR) in \d|CI95|\A(?!.*(?:before|since|after|until|from|later"
    r"|onwards|\d{4}\s?[-\u2013])).*\b(?:19|20)\d\d\b|\d+mo\b"
    r"|\A(?:the )?(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|evaluable|assessable"
    r"|enrolled|remaining|\d+) (?:patients|pts|women|men|cases)\Z"
)
_PEOPLE = re.compile(
    r"\A(?:(?:the\s+)?\d+(?:/\d+|\s+of\s+\d+)?\s+)?(?:(?:patients|pts|women|men|participants|those"
    r"|subjects)\s+)?(?:who\s+)?(?:were\s+)?(?:randomly\s+)?"
    r"(?:(?:assigned|allocated|randomi[sz]ed(?! (?:controlled|trials|studies)\b)|treated|receiving"
    r"|received|given)\s+)(?:to\s+|with\s+"
    r"|by\s+)?(?:receive\s+|the\s+)*(?=\w)"
    r"|\A(?:the\s+)?\d+\s+(?:(?:eligible|evaluable|assessable)\s+)?(?:patients|pts|women|men"
    r"|participants)\s+(?:with\s+|in\s+|on\s+)?(?:the\s+)?(?=\w)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[\s,]+|\A)(?:and|or|vs?\.?|versus|than|with|in|for|respectively|compared|as|but|while|whereas|to"
    r"|had|the|of|,|;|:|(?-i:an?)|also|only|is|(?-i:p)|was|were|median|on|among|from|after|by|at|against|plus"
    r"|who|were|rates?|months|it|they|where)\Z",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s()\[\];]+(?:\([^()\s]{1,14}\)[^\s()\[\];]*)?")  # "del(17p)", "t(11;14)"


@lru_cache(maxsize=8192)
def clean(phrase: str) -> str | None:
    """A group's name without the small words around it; None where it names no group."""
    phrase = phrase.strip(" ,;:.\u00a0\n")
    words = phrase.split()
    if not words or len(phrase) > 120:
        return None
    if words[-1].casefold() in _TAIL_WORDS and not (len(words[-1]) > 1 and words[-1].isupper()):
        phrase = _without_tail(phrase)
    first = words[0].casefold()
    if first in _HEAD_WORDS or first[0].isdigit():
        phrase = _HEAD.sub("", phrase)
        phrase = _DETERMINER.sub("", phrase)
        phrase = _without_people(_PEOPLE.sub("", phrase), phrase)
        phrase = _DETERMINER.sub("", phrase)
    if len(phrase) < 60 and (_OF_AGE.search(phrase) or _SPAN.fullmatch(phrase)):
        return phrase
    if not phrase or len(phrase) > 90 or _NOT_GROUP.match(phrase) or _HAS_VALUE.search(phrase):
        return None
    return phrase if _LETTER.search(phrase) else None


def _without_people(rest: str, phrase: str) -> str:
    """The words behind "patients treated with"; all of them where the rest is a bound ("over 70 years")."""
    return phrase if not rest or _BOUND.match(rest) else rest


_SPAN = re.compile(r"(?:19|20)\d\d\s?[-\u2013]\s?(?:(?:19|20)\d\d|\d\d)|[1-9]\d?\s?[-\u2013]\s?[1-9]\d")
_OF_AGE = re.compile(
    r"(?:[<>\u2264\u2265]|\b(?:over|under|above|below|than|aged?)) ?\d+(?:\.\d+)?(?:%| years| y)?(?: of"
    r" age| old)?\Z"
)
_BOUND = re.compile(r"(?:over|under|more|less|up)\b", re.IGNORECASE)
_HEAD = re.compile(r"\A(?:(?:or|and|either|receive|to|but|only)\s+)+")
_HEAD_WORDS = frozenset(
    "or and either receive to but only the those all both these our a an patients pts women men participants"
    " subjects who were randomly assigned allocated randomized randomised treated receiving received"
    " given".split()
)
_TAIL_WORDS = frozenset(
    "and or v v. vs vs. versus than with in for respectively compared as but while whereas to had the of an a"
    " also only is p was were median on among from after by at against plus who rate rates months it they"
    " where , ; :".split()
)
_LETTER = re.compile("[A-Za-z]")


def _without_tail(phrase: str) -> str:
    while True:
        shorter = _TAIL.sub("", phrase).strip(" ,;:.")
        if shorter == phrase:
            return phrase
        phrase = shorter


def name_after(text: str, start: int, end: int) -> str:
    """The noun phrase that begins at `start`: up to a verb, a comma, a bracket or a conjunction with a"
    " value."""
    stop = start
    for match in _WORD.finditer(text, start, end):
        word = match[0]
        if re.search(r"[(\[;)\]]", text[stop : match.start()]):
            break
        bare = word.rstrip(",.:").casefold()
        if (
            stop > start
            and bare.isdigit()
            and re.match(r"\s+(?:CR|PR)\b", text[match.end() : match.end() + 10])
        ):
            break
        if bare == "but" and text.startswith(" not", match.end()):
            continue
        if bare == "over" and re.match(r"\s*\d", text[match.end() : match.end() + 4]):
            continue
        if bare in _STOP_WORDS and not (
            bare == "than"
            and re.search(
                r"\b(?:more|less|longer|shorter|greater|fewer|older|younger)\s*\Z", text[start:stop]
            )
        ):
            break
        if (
            bare in ("and", "or", "with", "in", "for")
            and re.match(
                r"\s*(?:(?:the|a|an|in|with|for|of|median|it|after|among|to|at|from)\s"
                r"|[<>~\u2248\u2265\u2264]?\s*\d+(?:[.\u00b7]\d+)?\s*(?:%|percent|months|\(|mo)|\d"
                r"|(?:PFS|OS|ORR|HR|mPFS|mOS)\b|not |NR\b|\w+ (?:\d|survival|was|were|had))",
                text[match.end() : match.end() + 40],
            )
            and bare in ("and", "or")
        ):
            break
        stop = match.end()
        if word[-1] in ",:" or (word[-1] == "." and match.end() >= end - 1):
            break
    return text[start:stop]


_SIZED = re.compile(
    r"(?:\bto|\bor|\band|\bversus|\bvs\.?|,|\bwith|\breceiv\w+|:|\beither"
    r"|;)\s+(?P<name>[A-Za-z][^(),;:.]{0,60}?)\s*[(\[]\s*(?:(?P<arm>[Aa]rm\s+\w+)[,;:]?\s*)?[nN]\s*=\s*\d+"
)
_ASSIGNED = re.compile(
    r"(?:assigned|randomi[sz]ed|allocated|randomi[sz]ation"
    r"|compar\w+)\b(?:\s*\(\d:\d\))?[^.;()]{0,40}?(?:\bto|\bbetween|\breceive|\breceived"
    r"|compar\w+)\s+(?:receive\s+)?(?:treatment with\s+)?(?:either\s+)?"
    r"(?P<a>(?!with or without)[^.;()]{2,80}?)(?:\s*[(\[][^()]*[)\]])*,?\s+(?:or|versus|vs\.?|and"
    r"|with)\s+(?P<b>[^.;(),]{2,60})"
)


_COUNTED = (
    re.compile(
        r"\((?P<a>[A-Za-z][^();,\d]{1,40}?)[,:]?\s+\d[\d,]*[;,]\s*(?P<b>[A-Za-z][^();,\d]{1,40}?)[,:]?\s+\d[\d,]*(?:[;,]\s*(?P<c>[A-Za-z][^();,\d]{1,40}?)[,:]?\s+\d[\d,]*)?\)"
    ),
    re.compile(r"\(\d+,?\s+(?P<a>[A-Za-z][^();,]{1,40}?)[;,]\s*\d+,?\s+(?P<b>[A-Za-z][^();,]{1,40}?)\)"),
    re.compile(
        r"\b\d+\s+(?:patients\s+)?(?:were\s+)?(?:assigned\s+)?to\s+(?P<a>[^,;.()]{2,50}?)(?:\s\([^)]*\))?,?\s+and\s+\d+\s+(?:were\s+)?(?:assigned\s+)?to\s+(?P<b>[^,;.()]{2,50})"
    ),
    re.compile(
        r"(?:^|[.:] )(?P<a>[A-Z][^,;.:()]{2,40}?)\s+(?:was|were)\s+(?:given|used|administered"
        r"|assigned)\s+(?:to|in)\s+\d+(?:\s+patients)?,\s+(?P<b>[^,;.()]{2,40}?)\s+(?:to"
        r"|in)\s+\d+,?\s+and\s+(?P<c>[^,;.()]{2,40}?)\s+(?:to|in)\s+\d+"
    ),
    re.compile(
        r"\b\d+\s+(?:patients\s+)?received\s+(?P<a>[^,;.()]{2,40}?)\s+and\s+\d+\s+(?:patients\s+)?(?:received\s+)?(?P<b>[^,;.()\d]{2,40})"
    ),
)


_TOLD_OFF = re.compile(
    r"randomi[sz]|assign|enrol|recruit|received|allocated|included|given|treated with", re.I
)


def study_arms(text: str) -> list[str]:
    """The two or more arms to which patients were assigned, as far as the text names them plainly."""
    for match in re.finditer(r"randomi[sz]|assigned|allocated", text):
        end = text.find(". ", match.end())
        found = _sized(text, match.start(), end if end > 0 else len(text))
        if len(found) >= 2:
            return found
    for pattern in _COUNTED:
        counted = pattern.search(text)
        if counted and _TOLD_OFF.search(text, max(0, counted.start() - 200), counted.end() + 80):
            names = [clean(n) for n in counted.groups() if n]
            if all(names) and len(set(names)) == len(names):
                return [n for n in names if n]
    for match in _ASSIGNED.finditer(text):
        if "with or without" in match[0]:
            continue
        pair = [clean(match["a"]), clean(name_after(match["b"], 0, len(match["b"])))]
        if all(pair):
            return [p for p in pair if p]
    for match in re.finditer(r"compar\w+|\barms?\b|\bgroups?\b", text):
        start, end = text.rfind(". ", 0, match.start()) + 1, text.find(". ", match.end())
        found = _sized(text, start, end if end > 0 else len(text))
        if len(found) >= 2:
            return found
    return []


def _sized(text: str, start: int, end: int) -> list[str]:
    names = [clean(m["arm"] or m["name"].split(" to ")[-1]) for m in _SIZED.finditer(text, start, end)]
    found = [n for n in dict.fromkeys(names) if n]
    return found[:4] if len(found) >= 2 else []
