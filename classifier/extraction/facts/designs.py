"""What kind of study an abstract reports, by what was done to the patients.

What the title says weighs most; a randomisation that the text reports as done comes next, unless the
study looks back on patients of a registry; a randomised trial that is only called for does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from classifier.extraction.facts.design_words import PHRASES
from classifier.extraction.facts.words import Words

_CALLED_FOR = frozenset(
    """planned warranted needed should awaited underway required merit merits lacking lack future
    ongoing enrolling recruiting justified await awaits would could deserves deserve desirable
    welcome next never""".split()
)
_HOPED_FOR = frozenset(("random", "random word", "late", "ratio", "assigned"))
_DENIED = frozenset("no without never not non only".split())
_BY_CHANCE = frozenset(
    "telephone phone computer computer-generated chance lot sealed minimization minimisation drawing".split()
)
_HEADINGS = frozenset(
    """background introduction purpose aim aims objective objectives importance context rationale methods
    method summary abstract question""".split()
)
_FINITE = frozenset("is are was were has have had been remains remain".split())


def study_design(sentences: Sequence[Words]) -> str:
    """rct, nonrandomised_trial, observational, review or other (the annotation guide's words)."""
    title: Counter[str] = Counter()
    body: Counter[str] = Counter()
    in_title = True
    for order, words in enumerate(sentences):
        stop = 0
        if in_title and order < 2:
            stop = _title_end(words)
            asked = order == 1 and sentences[0].low[-1] in ("?", "!")
            in_title = stop == len(words.low) and (order == 0 or asked or len(words.low) < 15)
            if order == 1 and not in_title and not asked:
                stop = 0  # the title was one sentence
        last = order > 1 and (order == len(sentences) - 1 or words.section == "conclusion")
        for at, cue in _cues(words, stop, last=last):
            (title if at < stop else body)[cue] += 1
    both = title + body
    return _by_title(title, both) or _by_body(title, body, both, sentences)


def _title_end(words: Words) -> int:
    """Where the title ends in a sentence: before a heading, or where something is said of something."""
    for at, word in enumerate(words.low):
        if word in _HEADINGS and words.at(at + 1) in (":", ".") and at > 2:
            return at
        if word in _FINITE and at > 2 and words.low[-1] != "?":
            return at
    return len(words.low)


def _cues(words: Words, title_end: int, *, last: bool = False) -> Iterator[tuple[int, str]]:
    """What the phrases of a sentence speak for; no randomisation where one is called for."""
    low = words.low
    hits = [k for k, word in enumerate(low) if word in PHRASES]
    skipped = not _CALLED_FOR.isdisjoint(low[title_end:] if title_end else low)
    for at in hits:
        for rest, cue in PHRASES[low[at]]:
            if rest and tuple(low[at + 1 : at + 1 + len(rest)]) != rest:
                continue
            if cue == "phase":
                cue = _phase(words, at + 1)
            elif (cue == "ratio" and ":" not in words.at(at - 1)) or (
                cue == "assigned" and _by_rule(words, at + 2)
            ):
                break
            denied = words.at(at - 1) in _DENIED
            if last and cue == "random word":
                break  # what ought to be done comes last
            if cue and not (cue in _HOPED_FOR and ((skipped and at >= title_end) or denied)):
                yield at, cue
            break


def _by_rule(words: Words, at: int) -> bool:
    """Whether people were assigned by what they had: "were assigned by prior exposure to"."""
    if words.at(at) == "to":
        return any(w in ("training", "validation", "derivation") for w in words.low[at + 1 : at + 4])
    return words.at(at) in ("by", "according", "based", "on") and words.at(at + 1) not in _BY_CHANCE


def _phase(words: Words, at: int) -> str:
    """A trial's phase; none where other trials are spoken of: "two phase 2 studies"."""
    word = words.at(at)
    late = "3" in word or "iii" in word or word.startswith("4") or word == "iv"
    if words.at(at + 1) in ("studies", "trials"):
        return "random studies" if late else ""
    if late:
        return "late"
    return "early" if word[:1] in ("1", "2", "i") else ""


def _by_title(title: Counter[str], both: Counter[str]) -> str:
    """The design that the title names; "" where it names none."""
    if title["protocol"] and both["will"]:  # a study that is yet to be done, by what it is to be
        return "rct" if both["random"] + both["random word"] + both["late"] else "other"
    if title["indirect"] and not title["review"]:
        return "other"
    reviewed = both["review"] + both["library"] + min(both["pooled"], 2)
    if title["review"] or (reviewed >= 3 and not title["random word"]):
        return "review"
    if (title["money"] and both["money"] >= 2) or (title["model"] and not title["random word"]):
        return "other"
    if title["random studies"] and reviewed:
        return "review"
    late = title["late"] and not both["single arm"]
    random = title["random"] + title["random word"] + title["random studies"] + title["blind"] + late
    if random and not title["real"] and not title["registry"] and both["bench"] < 4:
        return "rct"
    if title["bench"] and both["bench"] >= 2:
        return "other"
    looks_back = title["retro"] + title["real"]
    if (title["early"] or title["single arm"]) and not (both["random"] or looks_back):
        return "nonrandomised_trial"
    if looks_back or title["registry"] or title["cohort"]:
        return "observational"
    if title["guideline"]:
        return "other"
    return "nonrandomised_trial" if both["nonrandom"] else ""


def _by_body(title: Counter[str], body: Counter[str], both: Counter[str], sentences: Sequence[Words]) -> str:
    """The design by what the text speaks of, and how often."""
    routine = both["registry"] + both["real"] + both["files"]
    looks_back = both["retro"] + routine + (both["cohort"] if body["gave"] < 3 else 0)
    if both["random"] or both["ratio"] or both["assigned"] or both["blind"]:
        return "observational" if routine + title["retro"] >= 2 else "rct"
    review = both["library"] + both["review"] + title["narrative"] + max(both["narrative"] - 1, 0)
    if (both["random word"] or both["late"]) and not (looks_back or review or both["single arm"]):
        return "observational" if both["studied"] > 1 else "rct"
    if review and review >= looks_back:
        return "review"
    if both["bench"] >= 3:
        return "other"
    one_arm = both["early"] + both["single arm"]
    trial = one_arm + both["trial"] + (0 if both["studied"] else both["prospective"])
    compared = title["versus"] or body["versus"] > 3 or (both["arms"] > 1 and both["versus"])
    if compared and (trial or both["trial word"]) and not (looks_back or one_arm):
        return "rct"
    if looks_back and looks_back >= trial:
        return "observational"
    if trial or (title["trial word"] and not both["studied"]):
        return "nonrandomised_trial"
    return "observational" if looks_back else _by_default(body, both, sentences)


def _by_default(body: Counter[str], both: Counter[str], sentences: Sequence[Words]) -> str:
    """The design of a text that has no word for it."""
    low = [word for words in sentences for word in words.low]
    n_numbers = sum(word[0].isdigit() for word in low)
    if both["narrative"] or (len(low) > 100 and both["past"] <= 2 and n_numbers < 15):
        return "review"
    if body["gave"] >= 2 and not both["studied"] and not both["place"]:
        return "nonrandomised_trial"
    return "observational" if any("people" in words.kinds for words in sentences) else "other"
