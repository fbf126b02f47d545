"""The words that name the group a value belongs to: an arm, a subgroup, a cohort.

Values that are joined as a list ("12.1 v 10.9 months") look for a list of as many names, first behind
them ("in the X and Y arms, respectively"), then in front ("rates for X and Y were"), then in
what was said before. A value alone looks behind it ("9 months in the 45 Gy group"), at the name
whose bracket it stands in ("letrozole (38%)"), at a label ("CT: 63%"), and at last at the words that
open its clause ("In the WBRT arm, ..."). A hazard ratio has a group only where a subgroup is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from classifier.extraction.linking import Link
from classifier.extraction.tokens import Token

Names = list[str | None]  # names of groups, in the order of the values

_PREPOSITION = r"(?:in|with|for|among|on|of|from|after|under|by|to|following|within|without|between|across)"
_GIVEN = (
    r"(?:(?:patients|pts|women)\s+)?(?:(?:who\s+)?(?:were\s+)?(?:assigned|allocated|randomi[sz]ed"
    r"|given|receiving|received|treated)(?:\s+(?:to|with|by))?)"
)
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
    r"\A(?:a |an |about |approximately |more |less |only |over |under |up |least "
    r"|\d+(?:\.\d+)?\s*(?:months|years|weeks|%)|(?:the )?(?:same|present|study(?! (?:group|arm))"
    r"|trial(?! (?:group|arm))|follow|time|end|first|last|use|rest|risk|addition|favou?r|terms|order"
    r"|total|disease progression"
    r"|no (?:material|significant|difference)|where|lay|\d+ in|CR\b|VGPR|PR\b|(?:two|three|four|five|six"
    r"|seven|eight|nine|ten|\d+|all)(?: of)?(?: the)?(?: (?:studies|cohorts|trials|series|groups|arms|pts"
    r"|patients))?\Z|response|overall|progression|survival|median|months|respect|PFS|OS|ORR|HR|hazard"
    r"|either|whom|which|each|patients?\Z|pts\Z|all\Z|women\Z|cases\Z|them\Z|evaluable|all patients"
    r"|all randomi|whole|entire|intent|randomi[sz]ation|baseline|ITT\b|evaluable|per[- ]protocol|safety"
    r"|efficacy|full analysis|studies\Z|trials\Z|enrol|study|analysis"
    r"|infusion\Z|start"
    r"|diagnosis"
    r"|longer|shorter|improve|better|worse|increase|independent|investigator|central|IRC|best|those\Z"
    r"|this|that|these|their|its|our|data|local|average|January|February|March|April|May|June|July|August"
    r"|September|October|November|December))",
    re.IGNORECASE,
)
_DETERMINER = re.compile(
    r"\A(?:the|those|all|both(?= of)|these|our|an?)\s+(?!arms?\b|groups?\b)", re.IGNORECASE
)
_HAS_VALUE = re.compile(
    r"\d\s*(?:%|percent)|\b\d+ of \d+|(?<!than \d )(?<!than \d\d )\bmonths\b(?! \w)|\b(?:was|were)\b"
    r"|\bCI\b|\d (?:VGPR|PR|CR)\b|\b(?:PR|CR) in \d|CI95|\b(?:19|20)\d\d\b|\d+mo\b"
    r"|\A(?:the )?(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|evaluable|assessable"
    r"|eligible|treated|enrolled|remaining|\d+) (?:patients|pts|women|men|cases)\Z"
)
_PEOPLE = re.compile(
    r"\A(?:(?:the\s+)?\d+\s+)?(?:(?:patients|pts|women|men|participants|those"
    r"|subjects)\s+)?(?:who\s+)?(?:were\s+)?(?:randomly\s+)?"
    r"(?:(?:assigned|allocated|randomi[sz]ed|treated|receiving|received|given)\s+)(?:to\s+|with\s+"
    r"|by\s+)?(?:receive\s+|the\s+)*(?=\w)"
    r"|\A(?:the\s+)?\d+\s+(?:(?:eligible|evaluable|assessable)\s+)?(?:patients|pts|women|men"
    r"|participants)\s+(?:with\s+|in\s+|on\s+)?(?:the\s+)?(?=\w)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[\s,]+|\A)(?:and|or|vs?\.?|versus|than|with|in|for|respectively|compared|as|but|while|whereas|to"
    r"|had|the|of|,|;|:|(?-i:an?)|also|only|is|p|was|were|median|on|among|from|after|by|at|against|plus"
    r"|who|were|rates?|months|it|they|where)\Z",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:,\s*(?:and|or)\s+|,\s+|;\s+|\s+(?:and|or|vs?\.?|versus)\s+|\s+(?:as\s+)?(?:compared"
    r"|than)\s+(?:(?:with|to|in|for)\s+)?)(?:(?:in|with|for|the|those|on)\s+)*"
)
_VERSUS = re.compile(
    r"\s+(?:vs?\.?|versus|(?:as\s+)?compared (?:with|to)|than(?: with| in| for)?|against)\s+(?:the\s+)?"
)
_WORD = re.compile(r"[^\s()\[\];]+(?:\([^()\s]{1,14}\)[^\s()\[\];]*)?")  # "del(17p)", "t(11;14)"


@dataclass(slots=True)
class ArmMemory:
    """What was said before in this text: the arms of the study, and those named last together."""

    study: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    scope: str | None = None


def clean(phrase: str) -> str | None:
    """A group's name without the small words around it; None where it names no group."""
    phrase = phrase.strip(" ,;:.\u00a0\n")
    while True:
        shorter = _TAIL.sub("", phrase).strip(" ,;:.")
        if shorter == phrase:
            break
        phrase = shorter
    phrase = re.sub(r"\A(?:(?:or|and|either|receive|to|but|only)\s+)+", "", phrase)
    phrase = _DETERMINER.sub("", phrase)
    phrase = _PEOPLE.sub("", phrase) or phrase
    phrase = _DETERMINER.sub("", phrase)
    if (
        not phrase
        or len(phrase) > 90
        or _NOT_GROUP.match(phrase)
        or _HAS_VALUE.search(phrase)
        or not re.search(r"[A-Za-z]", phrase)
    ):
        return None
    return phrase


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


def split_names(phrase: str, n: int) -> Names | None:
    """`n` names out of a list of names, or None where it does not hold just that many."""
    phrase = re.sub(r",?\s*respectively.*\Z", "", phrase, flags=re.DOTALL | re.IGNORECASE)
    phrase = re.sub(r"\A\s*(?:both|either|the)\s+", "", phrase)
    for pattern in (_VERSUS, _SPLIT):
        parts = [p for p in pattern.split(phrase) if p.strip()]
        if len(parts) == n:
            names = [clean(p) for p in parts]
            return [m for m in names if m] if all(names) else None
    if n == 2:
        parts = re.split(r"\s+(?:and|or)\s+", phrase)
        if len(parts) % 2 == 0 and len(parts) > 2:
            half = len(parts) // 2
            names = [clean(" and ".join(parts[:half])), clean(" and ".join(parts[half:]))]
            return [m for m in names if m] if all(names) else None
    return None


_BETTER = (
    r"(?:longer|higher|better|shorter|lower|greater|worse|superior|inferior|improved|increased|prolonged)"
)
_RECEIVING = (
    r"(?:(?:patients|women|those)\s+)?(?:(?:receiving|treated with|given|assigned(?: to)?)\s+)?(?:the\s+)?"
)
_COMPARED = (
    re.compile(
        rf"[Cc]ompared (?:with|to) {_RECEIVING}(?P<b>[^,;()]{{2,70}}),\s+(?P<a>[^,;()]{{2,60}}?)\s+(?:did"
        rf"|was|were|had|significantly|improved|prolonged|resulted|showed|led)\b"
    ),
    re.compile(
        rf"\b(?:with|in|for)\s+{_RECEIVING}(?P<a>[^,;()]{{2,70}}?)\s+(?:was"
        rf"|were)\s+(?:\w+ly\s+)?{_BETTER}\s+(?:than|compared with)\s+(?:with\s+|in\s+"
        rf"|for\s+)?{_RECEIVING}(?P<b>[^,;()]{{2,70}}?)\s*[(\[]"
    ),
    re.compile(
        rf"{_BETTER}\s+(?:\w+\s+)?(?:with|in|for)\s+{_RECEIVING}(?P<a>[^,;()]{{2,70}}?)\s+(?:than"
        rf"|compared with|versus|vs\.?)\s+(?:with\s+|in\s+"
        rf"|for\s+)?{_RECEIVING}(?P<b>[^,;()]{{2,70}}?)\s*(?:treatment\s*)?[(\[]"
    ),
    re.compile(
        r"(?:favou?red|in favou?r of|favou?ring)\s+(?P<a>[^,;()]{2,40}?)\s+(?:over|versus"
        r"|vs\.?)\s+(?P<b>[^,;()]{2,40}?)\s*[(\[]"
    ),
    re.compile(
        r"(?:^|[.:;,] )(?P<a>[A-Z][^,;()]{2,50}?)\s+(?:significantly\s+)?(?:improved|prolonged|increased"
        r"|was superior|extended)\b[^;()]{0,50}?\s+(?:over|compared with|versus|vs\.?"
        r"|to)\s+(?P<b>[^,;()]{2,50}?)\s*[(\[]"
    ),
    re.compile(
        r"(?:^|[.:;,] )(?P<a>[A-Z][^,;()]{2,50}?)\s+(?:had|showed|achieved"
        r"|experienced)\b[^;()]{0,50}?\bthan\s+(?:those\s+|patients\s+)?(?:with\s+"
        r"|in\s+)?(?P<b>[^,;()]{2,50}?)\s*[(\[]"
    ),
)


def _compared(head: str) -> Names | None:
    """ "longer with A than with B (", "Compared with B, A did" -> A, B."""
    best: tuple[int, Names] | None = None
    for pattern in _COMPARED:
        for match in pattern.finditer(head):
            pair = [clean(match["a"]), clean(match["b"])]
            if all(pair) and (best is None or match.start() > best[0]):
                best = (match.start(), [p for p in pair if p])
    return best[1] if best else None


def _words(name: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", name.casefold())) - {"arm", "group", "the", "of", "and", "plus"}


def skip_brackets(text: str, at: int, end: int) -> int:
    """The position behind the brackets that follow at once."""
    while True:
        match = re.compile(r"\s*[(\[]").match(text, at, end)
        if not match:
            return at
        depth, i = 0, match.end() - 1
        while i < end:
            if text[i] in "([":
                depth += 1
            elif text[i] in ")]":
                depth -= 1
                if depth == 0:
                    break
            i += 1
        if i >= end:
            return at
        at = i + 1


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


def study_arms(text: str) -> list[str]:
    """The two or more arms to which patients were assigned, as far as the text names them plainly."""
    for match in re.finditer(r"randomi[sz]|assigned|allocated", text):
        end = text.find(". ", match.end())
        found = _sized(text, match.start(), end if end > 0 else len(text))
        if len(found) >= 2:
            return found
    for pattern in _COUNTED:
        counted = pattern.search(text)
        if counted:
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


_NAME_IN_BRACKETS = re.compile(r"\s*[(\[]\s*([A-Za-z][^()\[\]=;%]{0,50})[)\]]")
_NOT_NAME = re.compile(
    r"\b(?:was|were|is|are|had|of|PFS|OS|ORR|mPFS|mOS|HR|survival|rates?|respons\w+|median|overall|at|to"
    r"|by|than|months?|years?|only|about|CI|range|mean|from|and|it|had|in|with|for|the)\b|\d\s*%",
    re.IGNORECASE,
)
_GROUP_WORD = re.compile(
    r"\b(?:patients|pts|cohort|arm|group|studies|trials|those|dose|refractory)\b", re.IGNORECASE
)
_NO_NAME = re.compile(
    r"\b(?:not reached|reached|estimable|CI\d*|range|IQR|p|n|months|SD|PFS|OS|ORR|CR|PR|RR|HR)\b|\bvs?\b"
    r"|versus"
)


_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_CLASSES = re.compile(
    r"\b(?:class(?:ed|es|ified)?|groups?|grouped|categor\w+|cohorts?|arms?|sequences?|strata"
    r"|divided)\b[^.:;]{0,60}?(?:\bas|\binto|:|\bwere|\bnamely|\bof)\s+(?P<l>[^.;:]{5,200}?)(?=[.;]"
    r"|\s+were\b|\Z)"
)


class SentenceArms:
    """Names of groups for the values of one sentence."""

    def __init__(self, text: str, start: int, end: int, tokens: list[Token], memory: ArmMemory) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.tokens = tokens
        self.memory = memory
        self.values = [t for t in tokens if t.kind == "value" or (t.kind == "interval" and t.run >= 0)]
        self.used: set[int] = set()  # ends of names that stand behind a value

    def assign(self, links: list[Link]) -> dict[int, str | None]:
        """The group of each linked value, by the value's start."""
        found: dict[int, str | None] = {}
        runs: dict[tuple[int, str, str], list[Link]] = {}
        for link in links:
            if link.statistic != "hazard_ratio":
                run = link.token.run if link.token.run >= 0 else -link.token.start - 1
                runs.setdefault((run, link.key, link.statistic), []).append(link)
        lists: list[list[str]] = []
        for group in runs.values():
            names: Names | None
            times = {k.timepoint for k in group}
            if len(group) > 1 and len(times) == len(group):  # one group at several times
                names = [self._single(group[-1])] * len(group)
            else:
                names = self._list(group) if len(group) > 1 else [self._single(group[0])]
            if names is None and len(group) > 1 and not any(k.token.versus for k in group):
                same = self._topic_phrase(self._clause(group[0].token))
                names = [same] * len(group) if same else None
            if names is None and len(group) == 2:
                same = self._subgroup_of_bracket(group[0].token)
                names = [same] * 2 if same else None
            if names is None:
                n = len(group)
                names = self._from_memory(n)
                if names is None and n > 2:
                    names = list(self._enumerated(n) or []) or None
                names = names or [self._scope(k) for k in group]
            for link, name in zip(group, names, strict=False):
                found[link.token.start] = name
            told = [n for n in names if n]
            if len(set(told)) >= 2:
                lists.append(told)
                self.memory.last = told
        singles = [found[k.token.start] for k in links if k.token.start in found]
        if not lists and len({s for s in singles if s}) >= 2:
            lists.append(list(dict.fromkeys(s for s in singles if s)))
        for link in links:
            if link.statistic == "hazard_ratio":
                found[link.token.start] = self._subgroup(link)
        if lists:
            self.memory.last = lists[-1]
        return found

    # -- several values joined

    def _list(self, group: list[Link]) -> Names | None:
        n = len(group)
        last = group[-1].token
        own = [self._own_bracket(k.token) for k in group]
        if all(own):
            return own
        behind = self._behind_list(last, n)
        if behind is None:
            behind = self._before_list(group[0].token, n)
        if behind is not None:
            return list(behind)
        if n == 2 and last.versus:  # "Among X the ORR was 29% against 67% in Y"
            second = self._after(last)
            first = self._subject(group[0].token) or self._opening(self._clause(group[0].token))
            if second and first and first != second:
                return [first, second]
        return None

    def _subgroup_of_bracket(self, token: Token) -> str | None:
        """ "in patients with EGFR mutation (13.5 v 10.2 months": both are of that subgroup."""
        opening = max(self.text.rfind(b, self.start, token.start) for b in "([")
        if not token.depth or opening < 0:
            return None
        head = self.text[self.start : opening].rstrip()
        match = re.search(
            r"\b(?:patients|those|women)\s+with\s+(?P<l>(?:(?!with\b)[^,;()]){2,60}?)(?:\s+(?:displayed"
            r"|had|showed|experienced)\b(?:(?!\bwith\b|\bin\b|\bfor\b)[^,;()])*)?\Z",
            head,
        )
        return clean(match["l"]) if match and not re.search(r"\b(?:treated|was|were)\b", match["l"]) else None

    def _clause(self, token: Token) -> str:
        head = self.text[self.start : token.start]
        return head[max(head.rfind("; "), 0) :]

    def _subject(self, token: Token) -> str | None:
        """ "The lower dose gave 7 months", "Patients refractory to X had an ORR of"."""
        match = re.match(
            r"[;\s]*(?P<l>[A-Z][^,;:()]{2,80}?)\s+(?:had|gave|showed|achieved|experienced|demonstrated"
            r"|reached|yielded|reported)\b",
            self._clause(token),
        )
        return (
            clean(re.sub(r"\A(?:[Pp]atients|Those|Women|Pts)\s+(?:with\s+|who\s+were\s+)?", "", match["l"]))
            if match
            else None
        )

    def _own_bracket(self, token: Token) -> str | None:
        match = _NAME_IN_BRACKETS.match(self.text, token.end, self.end)
        if match and not _NO_NAME.search(match[1]):
            return clean(match[1])
        return None

    def _behind(self, token: Token) -> int:
        """Where the words behind a value begin: after its own brackets and those it stands in."""
        at = skip_brackets(self.text, token.after, self.end)
        depth = token.depth
        for other in self.tokens:
            if other.start < at or depth == 0:
                continue
            if other.kind == "close" and other.depth < depth:
                at, depth = skip_brackets(self.text, other.end, self.end), other.depth
            elif other.kind in ("value", "endpoint") and other.depth <= depth:
                break
        return at

    def _run_end(self, token: Token) -> Token:
        """The last value joined to this one, as in "2.8 and 13.2 months in X"."""
        last = token
        for other in self.values:
            if other.run == token.run and other.run >= 0 and other.start > last.start:
                last = other
        return last

    def _behind_list(self, last: Token, n: int) -> Names | None:
        at = last.end
        match = re.compile(r"\s*\(([^()]*\b(?:vs?\.?|versus|and|,)\b[^()]*)\)").match(self.text, at, self.end)
        if match and not re.search(r"\d\s*%|CI|p\s*[=<]", match[1]):
            names = split_names(match[1], n)
            if names:
                return names
        at = self._behind(last)
        limit = self._limit(last)
        chunk = re.split(r"[;()]|\.\s|, (?:while|whereas|but|with)\b", self.text[at:limit])[0]
        match2 = re.compile(
            rf"[\s,]*(?:rates?\s+|months\s+|times?\s+)?{_PREPOSITION}\s+(?:the\s+)?(?P<l>.+)",
            re.DOTALL,
        ).match(chunk)
        if match2:
            names = split_names(match2["l"], n)
            if names:
                return names
        # "... versus 19% , respectively" with the names still further on
        match3 = "respectively" in self.text[at : self.end] and re.search(
            rf"\b{_PREPOSITION}\s+(?:the\s+)?(?P<l>[^;.()]+?(?:\s+(?:and|or|vs?\.?"
            rf"|versus)\s+)[^;.()]+?)(?:,?\s+respectively|[;.]|\s*\Z)",
            self.text[at : self.end],
        )
        if match3:
            return split_names(match3["l"], n)
        return None

    def _before_list(self, first: Token, n: int) -> Names | None:
        head = self.text[self.start : first.start]
        label = re.search(r"[(\[]\s*([^()\[\]:]{3,80}):\s*\Z", head)
        if label:
            names = split_names(label[1], n)
            if names:
                return names
        best: Names | None = _compared(head) if n == 2 else None
        if best is None and n == 2:
            best = self._favoured(head)
        if best is not None:
            return best
        for match in re.finditer(r"\(([^()]*,[^()]*)\)(?=[^()]*\Z)", head):
            names = split_names(match[1], n) if not re.search(r"CI|\bp\s*[=<]|\d\s*%", match[1]) else None
            if names:
                return names
        had = re.match(r"(?:The\s+)?(?P<l>[^;():,]{3,90}?)\s+(?:had|achieved|showed|experienced)\b", head)
        subjects = split_names(had["l"], n) if had else None
        if subjects is not None:
            return subjects
        listed = self._named_before_verb(head, n) if n > 2 else None
        if listed is not None:
            return listed
        for match in re.finditer(
            rf"(?:\b{_PREPOSITION}|\A(?:In|For|With|Among|Between)"
            rf"|\()(?=\s*(?:the\s+)?(?P<l>[^;()]+?)(?=\s+(?:was|were|is|are|of|had|mPFS|mOS|ORR)\b"
            rf"|\s*[:(),]|,|\s*\Z))",
            head,
        ):
            names = split_names(match["l"], n)
            if names and len(names) == n:
                best = names
        if best is None and n == 2:
            for match in re.finditer(
                r"(?P<a>[\w/+-]+(?:\s+(?:plus|and|alone|arm|group)\s*[\w/+-]*)?)\s+(?:versus|vs\.?"
                r"|than (?:with |in |for )?|compared with)\s+(?P<b>[\w/+-]+(?:\s+(?:plus|alone|arm"
                r"|group)\s*[\w/+-]*)?)\s*(?:was|were|\(|:)?",
                head,
            ):
                pair = [clean(match["a"]), clean(match["b"])]
                if all(pair) and not re.search(r"\d", match["a"]):
                    best = [p for p in pair if p]
        return best

    def _named_before_verb(self, head: str, n: int) -> Names | None:
        """ "The ORR for X, Y and Z was": the whole list up to the verb."""
        best: Names | None = None
        for match in re.finditer(
            rf"\b{_PREPOSITION}(?=\s+(?:the\s+)?(?P<l>[^;()]{{3,120}}?)\s+(?:was|were|is|are|had)\b)", head
        ):
            best = split_names(match["l"], n) or best
        return best

    def _enumerated(self, n: int) -> Names | None:
        """Classes told before: "classed as A, B, C or D", "Cohort A B C D"."""
        row = re.search(
            rf"\b(?:[Cc]ohorts?|[Aa]rms?|[Gg]roups?)\s+((?:[A-Z0-9]\s+){{{n - 1}}}[A-Z0-9])\s",
            self.text[self.start : self.end],
        )
        if row:
            return [str(part) for part in row[1].split()]
        for match in _CLASSES.finditer(self.text, 0, self.start):
            parts = [p.strip(" .") for p in _SPLIT.split(_PARENTHESES.sub("", match["l"])) if p.strip(" .")]
            if len(parts) == n and all(len(p) < 50 for p in parts):
                return [clean(p) or p for p in parts]
        return None

    def _favoured(self, head: str) -> Names | None:
        """ "in favour of arm B (8.0 vs 5.3)": the favoured arm stands first."""
        match = re.search(
            r"(?:in favou?r of|(?:higher|longer|better|greater|superior|improved|lower|shorter"
            r"|worse) in)\s+(?:the )?(?P<a>[^,;:()]{2,50}?)\s*[(\[:]\s*(?:median:?\s*)?\Z",
            head,
        )
        name = clean(match["a"]) if match else None
        if not name:
            return None
        for pair in (self.memory.last, self.memory.study):
            if len(pair) == 2:
                alike = [len(_words(name) & _words(p)) / max(len(_words(p)), 1) for p in pair]
                if max(alike) > 0:
                    return [name, pair[0] if alike[1] > alike[0] else pair[1]]
        return None if self.memory.last else [name, None]

    def _from_memory(self, n: int) -> Names | None:
        for names in (self.memory.last, self.memory.study):
            if len(names) == n:
                return list(names)
        return None

    # -- one value

    def _limit(self, token: Token) -> int:
        for other in self.tokens:
            if (
                other.kind in ("value", "interval")
                and other.start > token.end
                and other.depth <= token.depth
                and other.quantity is not None
                and (str(other.quantity.kind) != "plain" or other.interval is not None or other.joined)
            ):
                return other.start
        return self.end

    def _single(self, link: Link) -> str | None:
        token = link.token
        if token.quantity is not None and token.quantity.why == "of those":
            match = re.search(
                r"[Oo]f (?:the |these |those )?[\w-]+ (?:(?:pts|patients|women|those) )?(?:with "
                r"|who (?:had |were )?|given )?(?P<l>[^,;]{2,80}?),\s*\Z",
                self.text[self.start : token.start],
            )
            return clean(match["l"]) if match else None
        return (
            self._after(token)
            or self._label(token)
            or self._bracketed(token)
            or self._directly_before(token)
            or self._scope(link)
        )

    def _directly_before(self, token: Token) -> str | None:
        """ "..., in those without 48%"; "TFH 191 days and non-TFH 63 days"."""
        head = self.text[max(self.start, token.start - 70) : token.start]
        match = re.search(
            r"[,;]\s+(?:and\s+|but\s+)?(?:in|with|for|among|at)\s+(?:the\s+"
            r"|an?\s+)?(?P<l>[^,;:()]{2,60}?)\s+\Z",
            head,
        )
        if match is None:
            match = re.search(
                r"\b(?:those|patients)\s+(?:receiving|given|on|treated with)\s+(?:the\s+)?"
                r"(?P<l>[^,;:()]{2,40}?)\s+\Z",
                head,
            )
        if match is None:
            match = re.search(
                r"\b(?:in|after|among|with)\s+(?:the\s+)?(?P<l>[^,;:()]{2,60}?),\s+(?:where|of whom"
                r"|in whom)\s+\Z",
                head,
            )
        if match is None:
            match = re.search(
                r"(?:[;,]|\band|\bvs\.?|\bv)\s+(?P<l>[A-Z\u2265\u2264<>a-z][\w/+-]*(?:\s[\w/+-]+)?)\s+\Z",
                head,
            )
        if match and not _NOT_NAME.search(match["l"]):
            return clean(match["l"])
        return None

    def _after(self, token: Token) -> str | None:
        own = self._own_bracket(token)
        if own:
            return own
        last = self._run_end(token)
        if last is not token and any(
            k in self.text[token.end : last.start] for k in (" v ", " vs", "versus")
        ):
            last = token
        at = self._behind(last)
        limit = max(self._limit(last), at)
        match = re.compile(rf"\s*(?:rates?\s+)?(?:{_PREPOSITION}|{_GIVEN})\s+", re.IGNORECASE).match(
            self.text, at, limit
        )
        if match:
            phrase = name_after(self.text, match.end(), limit)
            name = clean(phrase)
            if name and match[0].strip() == "without":
                name = f"without {name}"
            if name:
                self.used.add(match.end() + len(phrase.rstrip(" ,;:.")))
                return name
        return None

    def _label(self, token: Token) -> str | None:
        head = self.text[max(self.start, token.start - 70) : token.start]
        match = re.search(
            r"(?:\A|[(\[;,]|\band\b"
            r"|\bvs\.?)\s*(?P<l>[A-Za-z\u2265\u2264<>][\w\s/+.\u2265\u2264<>-]{0,40}?)(?::"
            r"|,)\s+(?:HR\s*[,=:]?\s*|median\s+(?:OS|PFS)?,?\s*)?\Z",
            head,
        )
        if match and not token.depth and match[0].rstrip().endswith(","):
            return None
        if match and not re.search(
            r"\b(?:was|were|months|CI|survival|m?PFS|m?OS|ORR|rates?|respons\w+)\b|\d\s*%", match["l"]
        ):
            return clean(match["l"])
        return None

    def _bracketed(self, token: Token) -> str | None:
        if not token.depth:
            return None
        opening = self.text.rfind("(", self.start, token.start)
        square = self.text.rfind("[", self.start, token.start)
        opening = max(opening, square)
        if opening < 0 or re.search(r"[;]", self.text[opening : token.start]):
            return None
        head = self.text[self.start : opening].rstrip()
        match = None
        if head.endswith((" than without", " and without", " vs without")):
            return "without"
        for match in re.finditer(
            r"\b(?:in|with|for|among|on|from|receiving)\s+(?=(?P<l>[^,;()]{2,80})\Z)", head, re.IGNORECASE
        ):
            if re.search(r"\b(?:in|with|for|among|on)\b", match["l"], re.IGNORECASE) and not re.match(
                r"(?:patients|pts|women|those)\b", match["l"]
            ):
                continue
            name = clean(match["l"])
            if name and not re.search(
                r"\b(?:was|were|survival|rate|months|higher|longer|brings?|had|showed|respond\w*|reached"
                r"|achieved)\b",
                name,
            ):
                return name
        return None

    def _scope(self, link: Link) -> str | None:
        token = link.token
        head = self.text[self.start : token.start]
        cut = max(head.rfind("; "), 0)
        clause = head[cut:]
        name = self._topic_phrase(clause) or self._opening(clause)
        if name:
            if re.search(r"\b(?:arm|group|cohort)\b", name, re.IGNORECASE):
                self.memory.scope = name
            return name
        subject = self._subject(token)
        if subject and re.search(_GROUP_WORD, clause[:90]):
            return subject
        if cut:
            name = self._opening(head)
            if name and re.search(r"\b(?:arm|group|cohort)\b", name, re.IGNORECASE):
                return name
        return self.memory.scope

    def _opening(self, clause: str) -> str | None:
        """ "In the WBRT arm, ...", "Cohort A: ...", "; in refractory patients it was"."""
        match = re.match(
            r"[;\s]*(?:(?:Results|Findings|RESULTS|FINDINGS|Conclusions?)\s*:?\s+)?(?P<l>(?:[Cc]ohort"
            r"|[Aa]rm|[Gg]roup)\s+\w+)\s*(?:\([^()]*\)\s*)?:",
            clause,
        )
        if match:
            return match["l"]
        match = re.match(
            r"[;,\s]*(?:and\s+|while\s+|whereas\s+|but\s+)?(?:(?:Results|Findings|RESULTS|FINDINGS"
            r"|Conclusions?)\s*:?\s+)?(?:[Ii]n|[Ff]or|[Aa]mong|[Ww]ith|[Oo]n|[Ww]ithin)\s+(?P<l>.{2,90})",
            clause,
            re.DOTALL,
        )
        if match:
            name = clean(name_after(match["l"], 0, len(match["l"])))
            if name and not re.search(
                r"\b(?:follow-?up|analysis|multivaria\w+|univariate|model|study|data)\b", name
            ):
                return name
        return None

    def _topic_phrase(self, clause: str) -> str | None:
        """ "Median OS in the X arm was 3 months": the phrase between the endpoint and its verb."""
        found = None
        for match in re.finditer(
            r"\b(?:in|with|for|among|of|on)\s+(?P<l>[^,;:()]{2,80}?)\s+(?:was|were|is|had|of|reached"
            r"|amounted|spread|ranged|varied|extended|lay)\b",
            clause,
        ):
            name = clean(match["l"].split(" in ")[-1] if " in the " in match["l"] else match["l"])
            if name and not re.search(
                r"\b(?:survival|response|rate|months|PFS|OS|ORR|follow-?up|years?|death|progression)\b", name
            ):
                found = name
        return found

    # -- hazard ratios

    def _subgroup(self, link: Link) -> str | None:
        token = link.token
        label = self._label(token)
        head = self.text[self.start : token.start]
        hr = link.cue
        if hr is not None:
            before = self.text[max(self.start, hr.start - 60) : hr.start]
            match = re.search(r"[(\[;]\s*(?P<l>[A-Za-z\u2265\u2264<>][^()\[\];:=]{1,45}):\s*\Z", before)
            if match and not re.search(r"\b(?:PFS|OS|survival|DFS)\b", match["l"]):
                return clean(match["l"])
        if (
            any(
                t.end < token.start
                and t.start > token.start - 140
                and not t.joined
                and t.quantity is not None
                and str(t.quantity.kind) in ("time", "percent", "count", "not_reached")
                for t in self.values
            )
            and not label
        ):
            return self._sentence_opening(head)
        if label and token.depth and not re.search(r"HR|hazard|ratio", label, re.IGNORECASE):
            return label
        opening = max(self.text.rfind(b, self.start, token.start) for b in "([")
        if token.depth and opening > 0 and hr is not None and hr.start > opening:
            words = self.text[max(self.start, opening - 110) : opening].rstrip()
            if self.start + len(self.text[self.start : opening].rstrip()) not in self.used:
                match = None
                for match in re.finditer(
                    r"\b(?:in|among|for|on|than in|than|or in|and in)\s+(?=(?P<l>[^,;()]{2,70})\Z)", words
                ):
                    name = clean(match["l"])
                    if name and not re.search(
                        r"\b(?:than|versus|vs|compared|over|survival|PFS|OS|risk|arms?|was|were)\b", name
                    ):
                        return name
        aside = re.search(r",\s+(?:but\s+|and\s+)?(?:in|with|for)\s+(?P<l>[^,;:()\d]{2,60}?)\s+\Z", head)
        if aside and not _NOT_NAME.search(aside["l"].split(" ", 1)[-1]):
            return clean(aside["l"])
        return self._sentence_opening(head)

    def _sentence_opening(self, head: str) -> str | None:
        for clause in dict.fromkeys((head[max(head.rfind("; "), 0) :], head)):
            name = self._opening(clause)
            if name and not re.search(r"\b(?:arm|group receiving|and)\b", name):
                return name
        return None
