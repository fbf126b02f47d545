"""Numbers that may count patients, compared with each other, and their sums: two arms make a study."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from classifier.extraction.facts.words import Words

_PEOPLE = frozenset(("people next", "people meant", "cases next"))
_LINKED = frozenset(f"after {word}" for word in ("and", "or", "versus", "vs", "joint"))
_NO_PART = frozenset(("base", "planned before", "later each", "each before", "then screened"))
_WIDER = frozenset(  # said of people of whom some were not in the study
    (
        "planned before",
        "then screened",
        "bare then screened",
        "then planned",
        "name screened",
        "things",
        "early before",
        "found, before fewer included",
        "seen, before fewer included",
        "treated, before fewer included",
        ", before fewer included",
    )
)


@dataclass(slots=True)
class Count:
    """A number that may be the size of the study, and what is said of it."""

    n: int
    features: list[str]


@dataclass(slots=True)
class Number:
    """A whole number in its sentence: its first word, the word behind it, and what is said of it."""

    at: int
    stop: int
    n: int
    features: list[str] = field(default_factory=list)
    verb: str = ""  # kind of the first telling word behind it; "included" wherever it stands
    name: str = ""  # kind of a telling word in the name of the people: "eligible patients"
    part: bool = False  # a numerator or a denominator, or no people
    named: bool = False  # the people are named in front: "Patients: 40"
    inside: bool = False  # in brackets


def understand(numbers: list[Number]) -> None:
    """Let a number without a noun count what the one before does: "64 women were screened, 52 enrolled"."""
    spoken_of = ""
    for number in numbers:
        if number.inside:
            continue
        if "things" in number.features:
            spoken_of = "things meant"
        elif not _PEOPLE.isdisjoint(number.features):
            spoken_of = "people meant"
        elif "bare" in number.features and spoken_of and (number.verb or number.name):
            number.features[number.features.index("bare")] = spoken_of
            number.part = number.part or spoken_of == "things meant"


def pair(words: Words, numbers: list[Number]) -> None:
    """Tell numbers of a clause of each other: "311 were identified, 274 analysed"."""
    for k, b in enumerate(numbers[1:], 1):
        for a in numbers[max(0, k - 3) : k]:
            if a.inside != b.inside or ";" in words.low[a.stop : b.at]:
                continue
            if a.n > b.n:
                verb, other = a.verb or a.name, b.verb or b.name
                a.features += (f"before fewer {other}", f"{verb}, before fewer {other}")
                b.features += (f"after more {verb}", f"{other}, after more {verb}")
            elif a is numbers[k - 1]:
                a.features.append("before more")


def sums(numbers: list[Number], about: list[str]) -> Iterator[Count]:
    """Sums of neighbours, those in brackets apart, and of all that are stated as "n = "."""
    stated = [x for x in numbers if "stated" in x.features]
    if 2 <= len(stated) <= 5:
        yield from _sum(stated, about, ["all stated", f"all {len(stated)} stated"])
    rest = [x for x in numbers if not (x.part or x.verb == "screened" or _NO_PART & set(x.features))]
    for row in ([x for x in rest if x.inside], [x for x in rest if not x.inside]):
        for first in range(len(row) - 1):
            for last in range(first + 1, min(first + 4, len(row))):
                if row[last].at - row[last - 1].stop > 30:
                    break
                parts = row[first : last + 1]
                if any(
                    p.verb in ("done", "treated") or "stated" in p.features or _PEOPLE & set(p.features)
                    for p in parts
                ):
                    yield from _sum(parts, about, ["some"] if len(parts) < len(row) else [])


def _sum(parts: list[Number], about: list[str], more: list[str]) -> Iterator[Count]:
    total = sum(p.n for p in parts)
    if len(parts) > 2 and any(2 * p.n == total for p in parts):
        return  # the whole stands among its parts
    said = [set(p.features) for p in parts]
    names = [*about, *more, *(set.intersection(*said) - set(about)), f"of {len(parts)}"]
    names += [f"first {parts[0].verb}", *(f"last {f}" for f in parts[-1].features if f.startswith("after "))]
    names += [f"one {f}" for f in ("percent", "of another") if any(f in x for x in said)]
    if parts[0].verb in ("done", "treated") and all(
        "bare" in x and not _LINKED.isdisjoint(x) for x in said[1:]
    ):
        names.append("shared verb")  # "61 patients received A and 58 B"
        for part in parts:
            part.features.append("in a shared sum")
    if max(p.n for p in parts) < 2.5 * min(p.n for p in parts) and "some" not in more:
        how = "assigned" if "assigned" in about else parts[0].verb
        names += ("even", f"even {how}")
        for part in parts:
            part.features += ("in an even sum", f"in an even sum {how}")
    yield Count(total, ["sum", *(f"sum {f}" for f in names)])


def compare(found: list[Count], told: Counter[int], denominators: set[int]) -> None:
    """Compare the candidates of a text with each other."""
    singles = [c for c in found if "sum" not in c.features]
    people = [c.n for c in singles if is_of_people(c)]
    most = max(people, default=0) or max((c.n for c in singles if "stated" in c.features), default=0)
    wholes = {c.n for c in found if "sum" in c.features and "over two" not in c.features}
    wholes.update(a + b for a, b in itertools.pairwise(people))
    first, widest = True, max(denominators, default=0)
    for count in found:
        add, a_sum = count.features.append, "sum" in count.features
        if told[count.n] > (not a_sum):
            add("again")
        if count.n in denominators:
            add("over it")
            if count.n == widest:
                add("over it, the largest")
        add(("sum " if a_sum else "") + _relation(count.n, most))
        if count.n < 10:
            add("under ten")
        if not a_sum:
            if count.n in wholes:
                add("parts")
            if first and is_of_people(count):
                add("first people")
                first = False


def is_of_people(count: Count) -> bool:
    """Whether a number counts people who are neither planned nor the wider circle of a smaller number."""
    return not _PEOPLE.isdisjoint(count.features) and _WIDER.isdisjoint(count.features)


def _relation(n: int, most: int) -> str:
    """How a number compares with the largest that counts people."""
    if not most:
        return "alone"
    if n == most:
        return "most"
    if n > most:
        return "far above" if n > 2 * most else "above"
    return "far below" if n < 0.15 * most else "below" if n < 0.5 * most else "somewhat below"
