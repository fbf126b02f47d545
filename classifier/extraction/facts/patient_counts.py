"""Numbers that may count the patients of a study, and what the words around each say of it.

Every whole number of a text becomes a candidate with named features ("then done": what follows is
"enrolled", "randomised"), and so do sums of neighbouring numbers. `patients.py` weighs them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from classifier.extraction.facts.patient_sums import Count, Number, compare, pair, sums, understand
from classifier.extraction.facts.patient_words import (
    DATED,
    LINKS,
    MONTH_NAMES,
    NUMBERING,
    SPELT,
    THINGS,
)
from classifier.extraction.facts.words import Words

_GROUPED = re.compile(r"\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3})+")
_OVER = re.compile(r"\d{1,5}/(\d{1,5})")
_SMALLEST = 3  # a smaller number is a part of the study, or a case report
_MEASURED_AFTER = frozenset("< > \u2264 \u2265 \u00b1 $ \u20ac \u00a3 + \u00d7 # ~ \u2212 - \u2013".split())
_MEASURED_BEFORE = frozenset("% \u00b0 \u00b1 = \u00d7 < > -".split())
_JOINS = frozenset("and or to vs v versus".split())
_ENDS = frozenset(".;:?!")
_ARMS = frozenset("arm arms group groups".split())
_FILLING = frozenset("the a an only about approximately nearly some over".split())
_NEAR = tuple("planned screened control done treated people more studies early arm each".split())
_VERBS = frozenset("done included found seen treated able screened planned became control".split())


def counts(sentences: Sequence[Words]) -> list[Count]:
    """Every candidate of a text, with its features."""
    found: list[Count] = []
    told: Counter[int] = Counter()
    denominators: set[int] = set()
    two_arms = False
    for order, words in enumerate(sentences):
        wholes: list[int] = []
        numbers = list(_numbers(words, told, wholes))
        if numbers:
            found += _read(words, numbers, order)
            wholes += [x.n for x in numbers if "denominator" in x.features]
        if len(wholes) == 2 and not two_arms:
            two_arms = True
            features = ["sum", "over two"] + ([] if _ARMS.isdisjoint(words.low) else ["over two arms"])
            found.append(Count(sum(wholes), features))
        denominators.update(wholes)
    compare(found, told, denominators)
    return found


def _read(words: Words, numbers: list[Number], order: int) -> list[Count]:
    """The candidates of one sentence."""
    about = _about(words, order)
    for number in numbers:
        number.features += about
        _look_before(words, number)
        _look_behind(words, number)
    understand(numbers)
    pair(words, numbers)
    added = list(sums(numbers, about))
    return [*(Count(x.n, x.features) for x in numbers), *added]


def _numbers(words: Words, told: Counter[int], wholes: list[int]) -> Iterator[Number]:
    """The whole numbers of a sentence that may count people; `wholes` takes up the denominators."""
    low, stop = words.low, 0
    for at in [k for k, word in enumerate(low) if word[0] in "0123456789" or word in SPELT]:
        word = low[at]
        if at < stop:
            continue  # inside "one hundred and four"
        if word in SPELT:
            n, stop = _spelt(low, at)
        else:
            n, stop = _value(word), at + 1
            if not n and (over := _OVER.fullmatch(word)):
                told[int(over[1])] += 1
                wholes.append(int(over[1]))
        if n >= _SMALLEST and not _counts_something_else(words, n, at, stop):
            told[n] += 1
            yield Number(at, stop, n)


def _value(word: str) -> int:
    """The whole number that a word is; 0 where it is none."""
    if word.isdecimal():
        return int(word) if len(word) < 7 else 0
    if _GROUPED.fullmatch(word):
        return int(re.sub(r"\D", "", word))
    return 0


def _spelt(low: list[str], at: int) -> tuple[int, int]:
    """A number in words, and the word behind it: "one hundred and ninety-four"."""
    total, room = 0, 100  # what the next word may add is less than `room`
    for stop in range(at, len(low)):
        word = low[stop]
        worth = SPELT.get(word, 0)
        if word == "hundred" and 0 < total < 100:
            total, room = total * 100, 100
        elif worth and worth < room:
            total += worth
            room = 10 if worth >= 20 and worth % 10 == 0 else 0
        elif not (
            word == "and"
            and total
            and total % 100 == 0
            and low[stop + 1 : stop + 2]
            and low[stop + 1] in SPELT
        ):
            return total, max(stop, at + 1)
    return total, len(low)


def _counts_something_else(words: Words, n: int, at: int, stop: int) -> bool:
    before, behind = words.at(at - 1), words.at(stop)
    if behind in THINGS or behind in _MEASURED_BEFORE or before in _MEASURED_AFTER or behind in MONTH_NAMES:
        return True
    if (
        behind in _JOINS
        and words.at(stop + 1)[:1].isdigit()
        and (words.at(stop + 2) in THINGS or words.at(stop + 2) == "%")
    ):
        return True  # "55 or 57 years"
    if before == "of" and words.at(at - 2) in NUMBERING:
        return True
    if before in NUMBERING or (before == "=" and words.at(at - 2) != "n"):
        return True
    near = words.kinds[stop : stop + 5]
    if 1900 <= n <= 2035 and words.low[at].isdecimal():
        return before in DATED or not ("people" in near or "cases" in near or before == "=")
    return n > 9999 and not ("people" in near or "cases" in near or before == "=")


def _about(words: Words, order: int) -> list[str]:
    """What holds for every number of a sentence."""
    found = ["title" if order == 0 else f"in {words.section or 'text'}"]
    if any(w[0] in "12" and w[:2] in ("19", "20") and w[:4].isdecimal() and len(w) >= 4 for w in words.low):
        found.append("dated")
    if any(w.startswith(("random", "assign", "allocat")) for w in words.low):
        found.append("assigned")
    if "studies" in words.kinds:
        found.append("studies")
    if "mice" in words.kinds:
        found.append("mice")
    if order == 1:
        found.append("second")
    return found


def _look_before(words: Words, number: Number) -> None:
    """What stands in front of a number."""
    if _depth(words.low, number.at) > 0:
        number.features.append("in brackets")
        number.inside = True
    near = words.kinds[max(0, number.at - 7) : number.at]
    number.features += [f"{kind} before" for kind in _NEAR if kind in near]
    i = number.at - 1
    while words.at(i) in _FILLING:
        i -= 1
    if words.at(i) == "=":
        _look_before_equals(words, number, i - 1)
    elif words.at(i) == "of":
        number.features.append(_of_what(words, number, words.at(i - 1), words.kind(i - 1)))
    elif words.at(i) == ":":
        number.features.append(f"{words.kind(i - 1)}:")
        number.named = words.kind(i - 1) == "people"
    elif words.at(i) == "" or words.at(i) in LINKS:
        number.features.append(f"after {words.at(i)}" if words.at(i) else "first word")
    elif kind := words.kind(i):
        if kind in ("done", "included") and "planned" in near:
            kind = "planned"  # "we planned to enrol 40"
        number.features.append(f"after {kind}")
        if kind in _VERBS:
            number.verb = kind


def _look_before_equals(words: Words, number: Number, i: int) -> None:
    """ "n = 40", and who is counted: "patients (n = 40)"."""
    number.features.append("stated")
    if words.at(i) == "n":
        i -= 1
    kind = words.kind(i - 1)
    if words.at(i) != "(":
        if words.kind(i):
            number.features.append(f"after {words.kind(i)}")
    elif kind in ("people", "cases", "studies", "arm"):
        number.features.append(f"{kind} stated")
        number.named = kind == "people"


def _of_what(words: Words, number: Number, earlier: str, kind: str) -> str:
    """What a number behind "of" is: "Of 40 patients", "12 of 40", "a total of 40"."""
    if earlier in ("", ":", ".", ",", ";"):
        return "base"
    if earlier[0].isdigit() or earlier in (")", "%", "out") or earlier in SPELT:
        number.part = True
        return "denominator"
    return f"of {kind or 'x'}"


def _depth(low: list[str], at: int) -> int:
    depth = 0
    for word in low[:at]:
        if word in "([":
            depth += 1
        elif word in ")]":
            depth = max(0, depth - 1)
    return depth


def _look_behind(words: Words, number: Number) -> None:
    """What stands behind a number: people or not, and what was done to them."""
    add, at = number.features.append, number.stop
    if words.at(at) == "(":
        close = _closing(words.low, at)
        if "%" in words.low[at:close]:
            add("percent")
        at = close
    if words.at(at) in ("of", "out", "from", "/"):
        other = next((k for k in range(at + 1, min(at + 6, len(words.low))) if _value(words.low[k])), 0)
        if other:
            add("of another")
            number.part = True
            at = other + 1
    head = _people(words, at, number)
    add(f"{words.kind(head)} next" if head else "people next" if number.named else "bare")
    if head and head - at > 2:
        add("long name")
    _look_for_verbs(words, number, head + 1 if head else at, head > 0)


def _closing(low: list[str], at: int) -> int:
    """The word behind the bracket that opens at `at`."""
    depth = 0
    for k in range(at, len(low)):
        depth += (low[k] in "([") - (low[k] in ")]")
        if depth == 0:
            return k + 1
    return len(low)


def _people(words: Words, at: int, number: Number) -> int:
    """Where the name of people stands that begins at `at`; 0 where none does."""
    for k in range(at, min(at + 10, len(words.low))):
        kind = words.kinds[k]
        if kind in ("people", "cases"):
            return k
        word = words.low[k]
        if word in THINGS and k > at:
            number.features.append("things")
            number.part = True
        if kind in ("joint", "be") or word in THINGS or word in _ENDS or word in "()[]" or word[0].isdigit():
            return 0
        if word == "," and (k == at or words.at(k + 1)[:1].isdigit()):
            return 0
        if kind in _VERBS:
            number.features.append(f"name {kind}")
            number.name = kind
    return 0


def _look_for_verbs(words: Words, number: Number, at: int, people: bool) -> None:
    add, k, stop = number.features.append, at, min(at + 16, len(words.low))
    low, kinds, seen = words.low, words.kinds, set[str]()
    if words.at(at) in LINKS:
        add(f"then {words.at(at)}")
    while k < stop:
        word, kind = low[k], kinds[k]
        if word in "([":
            k = _closing(low, k)
            continue
        if word in _ENDS:
            break
        behind = words.at(k + 1)
        if word in (",", "and", "but") and (
            behind[:1].isdigit() or behind in SPELT or words.kind(k + 1) == "more"
        ):
            break
        if kind in _VERBS and (behind[:1].isdigit() or behind in SPELT):
            break  # "evaluated 180 and included 164": the verb of what comes next
        if kind in _VERBS or kind in ("each", "studies", "arm"):
            if not seen & _VERBS and kind in _VERBS:
                if kind == "found" and behind == "for" and words.at(k + 2).startswith("eligib"):
                    kind = "screened"
                number.verb = number.verb or kind
                add(f"then {kind}" if people else f"bare then {kind}")
            elif kind not in seen:
                add(f"later {kind}")
                if kind == "included":
                    number.verb = kind
            seen.add(kind)
        k += 1
