"""Which group a value belongs to: every phrase that may name one is a candidate, a learned choice picks.

A unit is what is named together: one value, or a run of values joined as a list ("12.1 v 10.9 months").
Candidates of one value are the phrases of its sentence, the name chosen before, and none. Candidates of
a run are lists of as many names: phrases in parallel places ("A: 60%, B: 40%"), lists behind or before
the run, pairs of phrases, the names last told apart, the study's arms, one name for all, and none.
The rules here only propose; what speaks for a proposal (`features`) is weighed by
`models.outcome_spans.ArmChoice`, fitted on annotated or confirmed findings.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from classifier.extraction.group_names import clean, name_words
from classifier.extraction.linking import Link
from classifier.extraction.phrases import Item, read_items
from classifier.extraction.tokens import Token
from models.outcome_spans import ArmChoice

Names = tuple[str | None, ...]
Features = dict[str, float]


@dataclass(slots=True)
class Proposal:
    """Names for the values of a unit, and what speaks for them."""

    names: Names
    features: Features
    how: str = ""
    sure: bool = True


@dataclass(slots=True)
class Unit:
    """Values that are named together, in order, with their proposals."""

    links: list[Link]
    proposals: list[Proposal] = field(default_factory=list)


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


@dataclass(slots=True)
class Told:
    """What was chosen before in this text.

    Attributes
    ----------
    study : list of str
        Arms to which patients were assigned, as far as the text names them plainly.
    lists : list of tuple of str
        Names told apart, latest last, each once.
    scope : str or None
        The last name chosen for a value alone, said `age` sentences before.
    enumerate : callable
        Lists of so many names in the sentences before.
    """

    study: list[str] = field(default_factory=list)
    lists: list[tuple[str, ...]] = field(default_factory=list)
    uses: Counter[tuple[str, ...]] = field(default_factory=Counter)
    versus: set[tuple[str, ...]] = field(default_factory=set)
    scope: str | None = None
    age: int = 9
    how: str = ""
    names: set[str] = field(default_factory=set)
    before: list[tuple[int, int]] = field(default_factory=list)


_LABELLED = re.compile(r"(?:CR|VGPR|PR|study \w+|cohort \w+|arm \w+|part \w+)[ .]*\Z")
_COLLECTIVE = re.compile(r"\A(?:order|groups?|cohorts?|classes|sequence|number)\s+(?=\S)")
_VALUE = re.compile(r"[<>~]?(?:\d+[.\u00b7,]\d+|\d{2,})\s*(?:%|mo\w*)?\Z|[\d.]+\s*(?:%|mo\b|of |/).*")
_SHORT = re.compile(r"\s*[(\[]\s*([A-Z][\w+/ -]{0,14}?)\s*(?=[;,)\]:])")
_PEOPLE = re.compile(r"\b(?:patients?|pts|women|men|those|subjects|adults|recipients|participants)\b", re.I)
_GROUP = re.compile(r"\b(?:arms?|groups?|cohorts?|regimen|treatment)\b", re.I)
_DRUG = re.compile(
    r"(?:mab|nib|platin|taxel|zomib|domide|rubicin|citabine|fen|stat|ciclib|sone|solone|parib|trexed|limus"
    r"|zole|relin|tecan|fosfamide|poside|bine|melphalan|placebo|chemotherapy|therapy|observation|control"
    r"|leucel|tamab|vedotin|alone)\b",
    re.I,
)
_NO_GROUP = re.compile(
    r"\b(?:stud(?:y|ies)|trials?|analys[ie]s|data|follow-?up|time|months?|years?|weeks|days|p|CI|rates?"
    r"|survival|response|progression|death|difference|benefit|advantage|improvement|outcomes?|end-?points?"
    r"|risk|median|population|assessment|review|committee|criteria|cut-?off|model|results?|events?|dose"
    r"|toxicity|efficacy|safety|baseline|confidence|interval|range|value|cycles?|multivaria\w+|randomi[sz]\w+"
    r"|significan\w+|favou?r|terms|addition|contrast|conclusion|total|date|use|number|evaluable|assessable)\b",
    re.I,
)
_CLASS = re.compile(
    r"\b(?:order|class\w*|groups?|grouped|categor\w+|cohorts?|arms?|sequences?|strata|stratified|divided"
    r"|given|as|number|levels?|quartiles?|tertiles?|lines?)\b",
    re.I,
)
_NO_NAME = re.compile(
    r"(?:(?:results?|methods?|conclusions?|interpretation|findings|groups?|arms?|cohorts?|treatments?"
    r"|significant\w*|off|given|adjusted|none|suit|noted|rates?|identical|efficacy|combined|available|reference|patients"
    r"|disease|number|hr|ci|log-?rank|months?|cut-?off date|dose level|regimens?|both arms|arms|events"
    r"|randomi[sz]ed|assigned|enrolled|treated|received|evaluable|primary|secondary|main|parts?|trial|arm|treat"
    r"|differ\w* .*|identical .*|without difference|varied .*|primary end ?-?points?|short|long|poor|modest"
    r"|limited|good|reverse .*|induction|baseline|randomi[sz]ation|diagnosis)\W*|.*%.*"
    r"|(?:phase|day|grade|week|month|cycle)s? \d.*|\d[\d.,]* ?(?:mg|patients|pts|events|deaths).*)",
    re.I,
)
_ASSESSOR = re.compile(
    r"(?:the )?(?:INV|IRC|BICR|IRRC|ICR|investigators?|independent review|central review|blinded \w+|IRAC"
    r"|RECIST.*|local assessment|IMWG.*)",
    re.I,
)
_ANALYSIS = re.compile(
    r"analys[ie]s\b|variable|variate|scenario|\bmodels?\b|follow-?up|cut-?off|Kaplan|sensitivity", re.I
)
_ALL = re.compile(r"\b(?:all|whole|entire|overall|intent\w*|ITT|total|evaluable|both)\b", re.I)


class SentenceNames:
    """Proposals for the values of one sentence, and the names that a choice makes of them."""

    def __init__(self, text: str, start: int, end: int, tokens: list[Token], told: Told) -> None:
        self.text, self.start, self.end, self.tokens, self.told = text, start, end, tokens, told
        self._cleaned: dict[tuple[int, int], str | None] = {}
        self._chain: list[str] = []
        self._chained: tuple[str, str, float | None] = ("", "", None)
        self._quality: dict[str, list[str]] = {}
        self._tellings: dict[str, set[str]] = {}

    def assign(
        self,
        links: list[Link],
        choose: Callable[[Unit], Proposal],
    ) -> dict[int, str | None]:
        """The group of each linked value, by the value's start."""
        self.items = read_items(self.text, self.start, self.end, self.tokens, {k.token.start for k in links})
        self.place = {i.start: n for n, i in enumerate(self.items) if i.kind in "VI"}
        self.n_values = len(links)
        self.phrases = list(self._phrases())
        found: dict[int, str | None] = {}
        for unit in _units(links):
            self._propose(unit)
            chosen = choose(unit)
            self._sure = chosen.sure
            names = chosen.names
            if len(names) == 1:
                names = names * len(unit.links)
            for link, name in zip(unit.links, names, strict=True):
                found[link.token.start] = name
            self._remember(unit, names, chosen.how)
        self.told.age += 1
        return found

    def _remember(self, unit: Unit, names: Names, how: str) -> None:
        named = tuple(dict.fromkeys(n for n in names if n))
        self.told.names.update(named)
        if not self._sure:
            return
        if len(named) >= 2:
            if named in self.told.lists:
                self.told.lists.remove(named)
            self.told.lists.append(named)
            self.told.uses[named] += 1
            if unit.links[-1].token.versus:
                self.told.versus.add(named)
        elif unit.links[0].statistic != "hazard_ratio":
            if how != "scope":
                self.told.scope, self.told.age = (named[0] if named else None), 0
                self.told.how = how
            if named:
                self._chain_up(unit.links[0], named[0])

    def _chain_up(self, link: Link, name: str) -> None:
        """Values named one by one tell their groups apart too: "20 with A, 15 with B and 11 with C"."""
        kind = (link.key, link.statistic, link.timepoint)
        if kind != self._chained or name in self._chain:
            self._chain = []
        elif len(self._chain) > 1 and self.told.lists and self.told.lists[-1] == tuple(self._chain):
            self.told.lists.pop()
        self._chained = kind
        self._chain.append(name)
        if len(self._chain) > 1:
            if tuple(self._chain) in self.told.lists:
                self.told.lists.remove(tuple(self._chain))
            self.told.lists.append(tuple(self._chain))

    lenient = False
    _sure = True

    # -- phrases

    def _phrases(self) -> Iterator[tuple[int, int, str]]:
        """First and last item of each phrase, joined phrases too, and the cleaned name."""
        items = self.items
        for i, item in enumerate(items):
            if item.word == "without" and (i + 1 == len(items) or items[i + 1].kind in "(),;VxR"):
                yield i, i, self.text[self._those(item.start) : item.end].strip(" .,:;")
            if item.kind != "A":
                continue
            name = self._clean(item.start, item.end)
            if name and i and items[i - 1].word in ("without", "no", "non"):
                name = self.text[self._those(items[i - 1].start) : item.end].strip(" .,:;")
            if name is None and _ALL.search(self.text, item.start, item.end):
                yield i, i, ""
            elif name and (_ASSESSOR.fullmatch(name) or _ANALYSIS.search(name)):
                yield i, i, ""
            elif name and not _NO_NAME.fullmatch(name):
                yield i, i, name
            j, joined = i, 0
            while joined < 2:
                k = j + 1
                while k < len(items) and k <= j + 2 and items[k].kind in "pj":
                    k += 1
                if k == j + 1 or k >= len(items) or items[k].kind != "A":
                    break
                j, joined = k, joined + 1
                name = self._clean(item.start, items[j].end)
                if name:
                    yield i, j, name

    def _those(self, start: int) -> int:
        return start - 6 if self.text.endswith("those ", self.start, start) else start

    def _words(self, name: str) -> set[str]:
        if name not in self._tellings:
            self._tellings[name] = _telling(name)
        return self._tellings[name]

    def _clean(self, start: int, end: int) -> str | None:
        key = (start, end)
        if key not in self._cleaned and _LABELLED.match(self.text, start, end):
            self._cleaned[key] = self.text[start:end].strip(" .,:;")
        if key not in self._cleaned:
            words = self.text[start:end].strip(" ,;:.")
            if self.lenient:
                words = _COLLECTIVE.sub("", words)
            bare = self.lenient and not any(c.isalpha() for c in words)
            self._cleaned[key] = words if bare else clean(words)
        return self._cleaned[key]

    def _about(self, name: str) -> list[str]:
        """What a name is like, whatever its place."""
        if not name:
            return ["whole"]
        if name not in self._quality:
            words = name.split()
            about = [f"words={min(len(words), 5)}", f"last={words[-1].casefold()}"]
            if _PEOPLE.search(name):
                about.append("people")
            if _GROUP.search(name):
                about.append("group")
            if _DRUG.search(name):
                about.append("drug")
            if _NO_GROUP.search(name):
                about.append("no group")
            if _ALL.search(name):
                about.append("all")
            if any(len(w) > 1 and w.isupper() for w in words):
                about.append("capitals")
            if name[0].islower():
                about.append("lower")
            if any(c.isdigit() for c in name):
                about.append("digit")
            if len(name) == 1:
                about.append("letter")
            telling = name_words(name)
            if any(_alike(telling, s) for s in self.told.study):
                about.append("study arm")
            if any(_alike(telling, s) for s in self.told.names):
                about.append("told")
            n = self.text.count(name)
            about.append(f"said={min(n, 3)}")
            self._quality[name] = about
        return self._quality[name]

    # -- proposals

    def _propose(self, unit: Unit) -> None:
        places = [self.place[k.token.start] for k in unit.links if k.token.start in self.place]
        if len(places) < len(unit.links):
            unit.proposals = [Proposal((None,) * len(unit.links), {"none": 1.0})]
            return
        times = {k.timepoint for k in unit.links}
        ratio = unit.links[0].statistic == "hazard_ratio"
        if len(unit.links) == 1 or (len(times) == len(unit.links) and None not in times):
            unit.proposals = list(self._for_one(unit, places, "h " if ratio else ""))
        else:
            unit.proposals = list(self._for_run(unit, places))

    def _for_one(self, unit: Unit, places: list[int], sort: str) -> Iterator[Proposal]:
        first, last = places[0], places[-1]
        for i, j, name in self.phrases:
            if i > last:
                row = self._behind(last, i, j)
            elif j < first:
                row = self._before(first, i, j)
            else:
                continue
            if row is None:
                continue
            row += self._about(name)
            if i != j:
                row.append("joined=" + self._words_between(i, j))
            features = _pooled(row, sort)
            how = "opens" if any(w.startswith("opens") for w in row) else row[0]
            yield Proposal((name or None,), features, how)
        told = self.told
        if told.scope and told.age < 4:
            row = [f"scope {min(told.age, 3)}", *(f"scope {w}" for w in self._about(told.scope)[2:])]
            row += [f"scope {told.how} {min(told.age, 3)}", f"scope {told.how}"]
            yield Proposal((told.scope,), _pooled(row, sort), "scope")
        yield Proposal((None,), _pooled(self._none(first), sort))

    def _none(self, first: int) -> list[str]:
        told = self.told
        row = ["none", f"none lists={min(len(told.lists), 2)}", f"none study={len(told.study) >= 2}"]
        row.append(f"none values={min(self.n_values, 3)}")
        if told.scope and told.age < 2:
            row.append("none scope")
        link = self.items[first].token
        if link is not None and link.depth:
            row.append("none in brackets")
        return row

    def _behind(self, last: int, i: int, j: int) -> list[str] | None:
        gap = self.items[last + 1 : i]
        told = _template(gap)
        if told.count("V") > 1 or ";" in told or len(told) > 14:
            return None
        row = ["behind", "gap>" + told, "left=" + self._side(i - 1), "right=" + self._kind(j + 1)]
        right2 = self._kind(j + 1) + self._kind(j + 2)
        row.append("right2>" + right2)
        if right2 in ("(V", ":V", "=V", "vV") or right2[0] == "V" or (right2 == ",V" and told != "p"):
            row.append("another's label")
        if told == "p":
            row.append("directly behind")
        if gap and gap[0].kind in "px":
            row.append("word>" + gap[0].word)
        row += self._counts(gap)
        return row

    def _before(self, first: int, i: int, j: int) -> list[str] | None:
        gap = self.items[j + 1 : first]
        told = _template(gap)
        if len(told) > 40:
            return None
        row = ["before", "gap<" + told[-8:], "left=" + self._side(i - 1), "right=" + self._side(j + 1)]
        row.append("next<" + told[:3])
        left2 = self._kind(i - 2) + self._kind(i - 1)
        row.append("left2<" + left2)
        row.append("right2<" + self._kind(j + 1) + self._kind(j + 2))
        if left2 in ("Vp", ")p", "Vx"):
            row.append("behind another")
        if told in ("", "(", ":", "=", "(m", "(mE", ",", "(E"):
            row.append("label" + told[:1])
        elif told[:1] == "v" and "V" not in told:
            row.append("subject " + ("p" if left2[-1] == "p" else "opens" if i == 0 else "else"))
        if i == 0:
            row.append("opens")
        elif self.items[i - 1].kind == "p" and (i == 1 or self.items[i - 2].kind in ";:"):
            row.append("opens with " + self.items[i - 1].word)
            row.append("opens then " + self._kind(j + 1))
            row.append("opening")
        row += self._counts(gap)
        return row

    def _counts(self, gap: Sequence[Item]) -> list[str]:
        kinds = [g.kind for g in gap]
        side = [f"between A={min(kinds.count('A'), 4)}", f"between V={min(kinds.count('V'), 3)}"]
        if ";" in kinds:
            side.append("between ;")
        if "E" in kinds:
            side.append("between E")
        depth = kinds.count("(") - kinds.count(")")
        side.append(f"depth={max(-2, min(depth, 2))}")
        return side

    def _side(self, i: int) -> str:
        if not 0 <= i < len(self.items):
            return "edge"
        item = self.items[i]
        return item.word if item.kind in "pjxvd" else item.kind

    def _kind(self, i: int) -> str:
        return self.items[i].kind if 0 <= i < len(self.items) else "edge"

    def _words_between(self, i: int, j: int) -> str:
        return " ".join(k.word for k in self.items[i + 1 : j] if k.kind in "pj")

    # -- runs

    def _for_run(self, unit: Unit, places: list[int]) -> Iterator[Proposal]:
        n = len(places)
        seen: dict[Names, Proposal] = {}
        for names, row in self._lists(unit, places):
            if names in seen:
                seen[names].features.update({"n " + w: 1.0 for w in row})
                continue
            features = {"n " + w: 1.0 for w in row}
            for name in names:
                for word in self._about(name or ""):
                    key = "n name " + word
                    features[key] = features.get(key, 0.0) + 1.0 / n
            seen[names] = Proposal(names, features)
        yield from seen.values()
        versus = "x" if any(k.token.versus for k in unit.links) else "j"
        same: set[str] = set()
        for i, j, name in self.phrases:
            if i == j and j < places[0]:
                row2 = self._before(places[0], i, j)
            elif i == j and i > places[-1]:
                row2 = self._behind(places[-1], i, j)
            else:
                continue
            if row2 is not None and name not in same:
                same.add(name)
                yield Proposal(
                    (name or None,) * n,
                    _pooled([*row2, *self._about(name), f"same n={min(n, 4)}", f"same {versus}"], "s "),
                )
        yield Proposal((None,) * n, _pooled([*self._none(places[0]), f"none n={min(n, 4)}"], "s "))

    def _lists(self, unit: Unit, places: list[int]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
        n = len(places)
        versus = "x" if unit.links[-1].token.versus else "j"
        respectively = any(i.kind == "R" for i in self.items[places[-1] :])
        yield from self._parallel(places)
        single = [(i, j, name) for i, j, name in self.phrases if name]
        # lists of just so many names
        for first, last, names, shape in self._regions(n):
            if last < places[0]:
                gap = _template(self.items[last + 1 : places[0]])
                row = ["list before", "list gap<" + gap[-6:], f"list V={min(gap.count('V'), 2)}"]
            elif first > places[-1]:
                gap = _template(self.items[places[-1] + 1 : first])
                row = ["list behind", "list gap>" + gap[:6], f"list V={min(gap.count('V'), 2)}"]
            else:
                continue
            row += [f"list {shape}", f"list {versus}{shape[-1:]}", f"list left={self._side(first - 1)}"]
            row.append(f"list right={self._kind(last + 1)}")
            if respectively:
                row.append("list respectively " + row[0])
            yield names, row
        for item in self.items[: places[0]]:
            words = self.text[item.start : item.end].split() if item.kind == "A" else []
            if len(words) == n + 1 and _CLASS.fullmatch(words[0]) and all(len(w) < 3 for w in words[1:]):
                yield tuple(words[1:]), ["enumerated row"]
        # two phrases with anything between
        if n == 2:
            before = [p for p in single if p[1] < places[0]][-8:]
            behind = [p for p in single if p[0] > places[-1]][:4]
            for a in before + behind:
                for b in before + behind:
                    if (a[0] <= b[1] and b[0] <= a[1]) or a[2] == b[2]:
                        continue
                    yield (a[2], b[2]), self._pair(a, b, places, versus)
        told = self.told
        for age, names in enumerate(reversed(told.lists[-4:])):
            if len(names) == n:
                said = self._said(names, places[0])
                row = ["told", f"told age={age}", f"told {versus}", f"told said={said}"]
                if self._fresh(names, places[-1]):
                    row.append("told fresh")
                row.append(f"told uses={min(told.uses[names], 3)}")
                if names in told.versus:
                    row.append(f"told by versus {versus}")
                yield names, row
                if n == 2:
                    yield (
                        names[::-1],
                        ["told reversed", f"told reversed {versus}", f"told reversed said={said}"],
                    )
        short = abbreviated(self.text, told.study) if len(told.study) == n else []
        if short != told.study and short:
            said = self._said(tuple(short), places[0])
            row = ["study", "study short", f"study lists={min(len(told.lists), 1)}", f"study said={said}"]
            yield tuple(short), row
        if len(told.study) == n:
            said = self._said(tuple(told.study), places[0])
            row = ["study", f"study lists={min(len(told.lists), 1)}", f"study said={said}", f"study {versus}"]
            yield tuple(told.study), row
            if n == 2:
                yield tuple(told.study[::-1]), ["study reversed", f"study reversed said={said}"]
        if n > 2 or not told.lists:
            for age, (names, row) in enumerate(self._enumerated(n)):
                yield names, ["enumerated", f"enumerated age={min(age, 3)}", *row]

    def _said(self, names: tuple[str, ...], place: int) -> str:
        """Which of the names are said before the run: "10" the first only; "<", ">" their order."""
        at = [-1, -1]
        for n, name in enumerate(names[:2]):
            telling = _telling(name)
            for i, j, said in self.phrases:
                if (
                    j < place
                    and said
                    and telling & self._words(said)
                    and _alike_words(telling, self._words(said))
                ):
                    at[n] = i
        if min(at) >= 0:
            return "<" if at[0] < at[1] else ">"
        return "".join(str(int(k >= 0)) for k in at)

    def _fresh(self, names: tuple[str, ...], last: int) -> bool:
        """Whether another group is named right behind the run."""
        for i, _, name in self.phrases:
            if i > last and _template(self.items[last + 1 : i]) == "p":
                return bool(name) and not any(_alike_words(self._words(name), self._words(n)) for n in names)
        return False

    def _enumerated(self, n: int) -> Iterator[tuple[tuple[str, ...], list[str]]]:
        """Lists of just `n` names in the sentences before, nearest first."""
        found = 0
        for start, end in reversed(self.told.before):
            row = SentenceNames(self.text, start, end, [], self.told)
            row.items = read_items(self.text, start, end, [], set())
            row.lenient = True
            for first, last, names, shape in row._regions(n):
                if any(_VALUE.match(name) for name in names):
                    continue
                left = row._side(first - 1)
                told = [
                    f"enumerated {shape}",
                    f"enumerated left={left}",
                    f"enumerated right={row._kind(last + 1)}",
                ]
                if _CLASS.search(self.text, max(start, row.items[first].start - 40), row.items[first].end):
                    told.append("enumerated classes")
                yield names, told
                found += 1
            for item in row.items:
                words = self.text[item.start : item.end].split() if item.kind == "A" else []
                if len(words) == n + 1 and _CLASS.fullmatch(words[0]) and all(len(w) < 3 for w in words[1:]):
                    yield tuple(words[1:]), ["enumerated row"]
            if found > 6:
                return

    def _pair(
        self, a: tuple[int, int, str], b: tuple[int, int, str], places: list[int], versus: str
    ) -> list[str]:
        lo, hi = min(a, b)[1], max(a, b)[0]
        order = "forward" if a < b else "backward"
        left, right = min(a, b)[0], max(a, b)[1]
        around = "around" if lo < places[0] < hi else "before" if hi < places[0] else "behind"
        between = _template([i for i in self.items[lo + 1 : hi] if i.kind != "d"])
        words = [i.word for i in self.items[lo + 1 : hi] if i.kind == "x"]
        row = ["pair", f"pair {around} {order}", f"pair {order} {between[:5]}"]
        row.append(f"pair {order} {'x' if words else 'no x'} {versus}")
        if words:
            row.append(f"pair {order} word={words[0]}")
        row.append(f"pair {order} left={self._side(left - 1)}")
        if left >= 2 and self.items[left - 2].kind in "xv":
            row.append(f"pair {order} left2={self.items[left - 2].word}")
        if self._side(left - 1) in ("comparing", "compared") and between == "p":
            row.append("pair comparing " + order)
        if order == "backward" and self._side(left - 1) in ("with", "to") and left >= 2:
            if self.items[left - 2].word == "compared":
                row.append("pair compared with")
        row.append(f"pair right={self._kind(right + 1)}")
        for k in (a, b):
            if k[0] != k[1]:
                row.append("pair joined=" + self._words_between(k[0], k[1]))
        gap = self.items[right + 1 : places[0]] if right < places[0] else self.items[places[-1] + 1 : lo + 1]
        told = _template(gap)
        row.append(f"pair gap {around} " + told[:5])
        row.append(f"pair V={min(told.count('V'), 2)}")
        row.append(f"pair A={min(told.count('A'), 3)}")
        if around == "around":
            row.append("pair gap2 " + _template(self.items[lo + 1 : places[0]])[-4:])
        return row

    def _parallel(self, places: list[int]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
        """Phrases in the same place beside each value: "60% (A) v 40% (B)", "A 60%, B 40%"."""
        single = {i: name for i, j, name in self.phrases if i == j and name}
        for side in (1, -1):
            names, told = [], []
            for at in places:
                for step in range(1, 5):
                    i = at + side * step
                    if i in self.place.values() or not 0 <= i < len(self.items):
                        break
                    if i in single:
                        names.append(single[i])
                        gap = self.items[at + 1 : i] if side > 0 else self.items[i + 1 : at]
                        told.append(_template(gap))
                        break
            if len(names) == len(places) and len(set(names)) > 1:
                alike = "same" if len(set(told)) == 1 else "mixed"
                yield (
                    tuple(names),
                    [
                        f"parallel {side}",
                        f"parallel {side} {alike}",
                        f"parallel {side} {told[-1][:4]} {alike}",
                    ],
                )

    def _regions(self, n: int) -> Iterator[tuple[int, int, tuple[str, ...], str]]:
        """Stretches of just `n` phrases with nothing but joining words between: first, last, names, shape."""
        for first, item in enumerate(self.items):
            if item.kind != "A":
                continue
            joins = self._joins(first)
            members: list[list[int]] = [[first, first]]
            shape = ""
            i = first + 1
            while i < len(self.items):
                k = i
                while k < len(self.items) and self.items[k].kind in "p,jxd|/;":
                    k += 1
                if k == i or k >= len(self.items) or self.items[k].kind != "A":
                    # skip a bracket that follows a member: "X (n = 12) or Y"
                    skipped = _behind_bracket(self.items, i)
                    if skipped > i:
                        i = skipped
                        continue
                    break
                kinds = "".join(x.kind for x in self.items[i:k])
                if kinds in ("p",) or (kinds == "p" and True):
                    members[-1][1] = k
                else:
                    members.append([k, k])
                    shape += "x" if "x" in kinds else kinds[0] if kinds[0] in ",|;" else "j"
                i = k + 1
            for names in _groupings(self, members, n, whole=joins != "list"):
                yield first, members[-1][1], names, shape[-2:]

    def _joins(self, first: int) -> str:
        """Whether the phrase at `first` goes on with a list."""
        k = first - 1
        while k >= 0 and self.items[k].kind in "pd":
            k -= 1
        if k >= 1 and self.items[k].kind in ",jx|" and self.items[k - 1].kind == "A":
            return "list"
        return ""


def _pooled(row: list[str], sort: str) -> Features:
    """Features by name; each counts for every sort of unit, and once more for this sort alone."""
    features = dict.fromkeys(row, 1.0)
    if sort:
        features.update((sort + word, 1.0) for word in row)
        features[sort] = 1.0
    return features


def _groupings(
    row: SentenceNames, members: list[list[int]], n: int, *, whole: bool
) -> Iterator[tuple[str, ...]]:
    """The members as `n` names: as they stand, the last `n`, or joined two and two around a "versus"."""

    def name(first: int, last: int) -> str | None:
        return row._clean(row.items[members[first][0]].start, row.items[members[last][1]].end)

    if not whole:
        return
    if len(members) >= n:
        names = [name(k, k) for k in range(len(members) - n, len(members))]
        if all(names) and len(set(names)) == n:
            yield tuple(str(m) for m in names)
    if len(members) > n:
        names = [name(k, k) for k in range(n)]
        if all(names) and len(set(names)) == n:
            yield tuple(str(m) for m in names)
    if n == 2 and len(members) in (3, 4):
        for cut in range(1, len(members)):
            pair = (name(0, cut - 1), name(cut, len(members) - 1))
            if all(pair) and pair[0] != pair[1]:
                yield (str(pair[0]), str(pair[1]))


def _behind_bracket(items: list[Item], i: int) -> int:
    if i >= len(items) or items[i].kind != "(":
        return i
    depth = 0
    for k in range(i, min(len(items), i + 9)):
        depth += items[k].kind == "("
        depth -= items[k].kind == ")"
        if depth == 0:
            return k + 1
    return i


def _template(items: Sequence[Item]) -> str:
    """What stands between, as a row of letters; brackets that open and close again are left out."""
    out: list[str] = []
    for item in items:
        if item.kind == ")" and "(" in out:
            while out.pop() != "(":
                pass
            continue
        out.append(item.kind)
    return "".join(out)


def _alike_words(a: set[str], b: set[str]) -> bool:
    return len(a & b) * 2 >= len(a | b)


def _alike(telling: set[str], other: str) -> bool:
    words = name_words(other)
    return bool(telling) and len(telling & words) * 2 >= len(telling | words)


def _units(links: list[Link]) -> list[Unit]:
    """Values joined in a run, of one endpoint and statistic; each hazard ratio alone."""
    runs: dict[tuple[int, str, str], list[Link]] = {}
    for link in links:
        alone = link.statistic == "hazard_ratio" or link.token.run < 0
        run = -link.token.start - 1 if alone else link.token.run
        runs.setdefault((run, link.key, link.statistic), []).append(link)
    return [Unit(group) for group in runs.values()]


def best_of(unit: Unit, model: ArmChoice) -> Proposal:
    """The proposal that the model weighs heaviest; it is sure when it outweighs the others together."""
    scores = [model.score(p.features) for p in unit.proposals]
    top = max(scores)
    best = unit.proposals[scores.index(top)]
    best.sure = SURE * sum(math.exp(s - top) for s in scores) < 1.0
    return best


SURE = 0.4  # below this probability a choice is not remembered for what follows (a guess)

_FILLER = frozenset(
    "a an and arm arms cohort for group groups in of patients plus regimen the to treated treatment with"
    " women".split()
)


def _telling(name: str | None) -> set[str]:
    found = re.findall(r"[a-z0-9<>=+]+", (name or "").lower())
    return (set(found) - _FILLER) | {w for w in found if len(w) == 1} or set(found)


def same_group(a: str | None, b: str | None, others: Sequence[str | None]) -> bool:
    """Whether `b` names the group `a`: alike by half of their telling words, and more than any other."""
    left, right = _telling(a), _telling(b)
    if not left or not right:
        return left == right
    here = len(left & right) / len(left | right)
    rivals = (_telling(o) for o in others if o)
    return here >= 0.5 and all(len(r & right) / len(r | right) < here for r in rivals if r != left)


# Hand-set weights, a guess from reading abstracts: what the fit starts from, and all there is without one.
PRIOR: dict[str, float] = {
    "directly behind": 2.5,
    "label": 1.0,
    "label:": 2.0,
    "label(": 2.0,
    "label=": 1.0,
    "opening": 2.0,
    "opens then ,": 0.5,
    "subject p": 2.0,
    "subject opens": 1.0,
    "another's label": -3.0,
    "behind another": -2.0,
    "between V=1": -1.0,
    "between V=2": -1.5,
    "between V=3": -2.0,
    "between A=1": -0.5,
    "between A=2": -1.0,
    "between A=3": -1.5,
    "between A=4": -2.0,
    "between ;": -1.0,
    "people": 0.5,
    "group": 0.7,
    "drug": 0.5,
    "study arm": 0.7,
    "told": 0.7,
    "no group": -2.0,
    "all": -1.5,
    "none": 1.0,
    "h none": 1.5,
    "h opening": 0.7,
    "h directly behind": 0.7,
    "h left=in": 1.0,
    "h left=among": 1.0,
    "h subject opens": 0.5,
    "n told fresh": -1.0,
    "n told by versus x": 0.5,
    "h drug": -1.0,
    "h study arm": -1.5,
    "h left=with": -0.5,
    "scope 0": 1.0,
    "scope opens": 1.0,
    "scope behind": -1.0,
    "s ": -1.0,
    "s same x": -1.0,
    "n parallel 1 same": 2.0,
    "n parallel -1 same": 2.0,
    "n list behind": 2.0,
    "n list before": 1.5,
    "n list V=1": -1.0,
    "n list V=2": -1.5,
    "n list respectively list behind": 1.0,
    "n pair forward x x": 1.0,
    "n pair V=1": -1.0,
    "n pair V=2": -1.5,
    "n pair A=1": -0.5,
    "n pair A=2": -0.7,
    "n pair A=3": -1.0,
    "n pair compared with": 3.0,
    "n pair comparing forward": 3.0,
    "joined=without": 0.7,
    "joined=with": 0.3,
    "n told age=0": 1.5,
    "n told said=<": 0.5,
    "n told said=10": 0.5,
    "n told reversed said=>": 0.5,
    "n study": 1.5,
    "n study reversed": -0.5,
    "n told reversed": -0.5,
    "n name no group": -2.0,
    "n name drug": 0.7,
    "n name group": 0.7,
    "n name study arm": 0.7,
    "n name told": 0.7,
    "n enumerated": 0.5,
}
