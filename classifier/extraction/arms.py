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

from classifier.extraction.group_names import (
    GIVEN,
    PREPOSITION,
    SPLIT,
    Names,
    clean,
    compared_names,
    name_after,
    name_words,
    skip_brackets,
    split_names,
)
from classifier.extraction.linking import Link
from classifier.extraction.tokens import Token


@dataclass(slots=True)
class ArmMemory:
    """What was said before in this text: the arms of the study, and those named last together."""

    study: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    scope: str | None = None


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
            rf"[\s,]*(?:rates?\s+|months\s+|times?\s+)?{PREPOSITION}\s+(?:the\s+)?(?P<l>.+)",
            re.DOTALL,
        ).match(chunk)
        if match2:
            names = split_names(match2["l"], n)
            if names:
                return names
        # "... versus 19% , respectively" with the names still further on
        match3 = "respectively" in self.text[at : self.end] and re.search(
            rf"\b{PREPOSITION}\s+(?:the\s+)?(?P<l>[^;.()]+?(?:\s+(?:and|or|vs?\.?"
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
        best: Names | None = compared_names(head) if n == 2 else None
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
            rf"(?:\b{PREPOSITION}|\A(?:In|For|With|Among|Between)"
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
            rf"\b{PREPOSITION}(?=\s+(?:the\s+)?(?P<l>[^;()]{{3,120}}?)\s+(?:was|were|is|are|had)\b)", head
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
            parts = [p.strip(" .") for p in SPLIT.split(_PARENTHESES.sub("", match["l"])) if p.strip(" .")]
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
                alike = [len(name_words(name) & name_words(p)) / max(len(name_words(p)), 1) for p in pair]
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
        match = re.compile(rf"\s*(?:rates?\s+)?(?:{PREPOSITION}|{GIVEN})\s+", re.IGNORECASE).match(
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
