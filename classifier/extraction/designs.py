"""What kind of study an abstract reports, by what was done to the patients.

What the title says weighs most; a randomisation that the text reports as done comes next, unless the
study looks back on another trial's patients; a randomised trial that is only called for does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from classifier.extraction.design_words import PHRASES
from classifier.extraction.words import Words

_CALLED_FOR = frozenset(
    """planned warranted needed should awaited underway required merit merits lacking lack future
    ongoing enrolling recruiting no justified await awaits would could deserves deserve desirable
    welcome next""".split()
)


_HOPED_FOR = frozenset(("random", "random word", "late", "ratio", "assigned"))
_BY_CHANCE = frozenset(
    "telephone phone computer computer-generated chance lot sealed minimization minimisation drawing".split()
)


def study_design(sentences: Sequence[Words]) -> str:
    """rct, nonrandomised_trial, observational, review or other (the annotation guide's words)."""
    n_title = 2 if sentences and sentences[0].at(len(sentences[0].low) - 1) in ("?", "!") else 1
    title = Counter(cue for words in sentences[:n_title] for cue in _cues(words))
    body = Counter(cue for words in sentences[n_title:] for cue in _cues(words, called_for=True))
    both = title + body
    if found := _by_title(title, both):
        return found
    low = [word for words in sentences for word in words.low]
    n_numbers = sum(word[0].isdigit() for word in low)
    return _by_body(
        title,
        body,
        both,
        people=any("people" in words.kinds for words in sentences),
        tells_nothing=len(low) > 100 and both["past"] <= 2 and n_numbers < 15,
    )


def _cues(words: Words, *, called_for: bool = False) -> Iterator[str]:
    """What the phrases of a sentence speak for; no randomisation where one is called for."""
    low = words.low
    skipped = called_for and not _CALLED_FOR.isdisjoint(low)
    for at in [k for k, word in enumerate(low) if word in PHRASES]:
        for rest, cue in PHRASES[low[at]]:
            if rest and tuple(low[at + 1 : at + 1 + len(rest)]) != rest:
                continue
            if cue == "phase":
                cue = _phase(words.at(at + 1))
            elif cue == "ratio" and ":" not in words.at(at - 1):
                break
            elif cue == "assigned" and _by_rule(words, at + 2):
                break
            if not (skipped and cue in _HOPED_FOR):
                yield cue
            break


def _by_rule(words: Words, at: int) -> bool:
    """Whether people were assigned by what they had: "were assigned by prior exposure to"."""
    return words.at(at) in ("by", "according", "based", "on") and words.at(at + 1) not in _BY_CHANCE


def _phase(word: str) -> str:
    if "3" in word or "iii" in word or word.startswith("4") or word == "iv":
        return "late"
    return "early" if word[:1] in ("1", "2", "i") else "phase"


def _by_title(title: Counter[str], both: Counter[str]) -> str:
    """The design that the title names; "" where it names none."""
    if title["protocol"] and both["will"]:
        return "other"  # a study that is yet to be done
    if title["indirect"] and not title["review"]:
        return "other"
    if title["review"] or (
        both["review"] + both["library"] + min(both["pooled"], 2) >= 3 and not title["random word"]
    ):
        return "review"
    if (title["money"] and both["money"] >= 2) or (title["model"] and not title["random word"]):
        return "other"
    random = title["random"] + title["random word"] + title["blind"] + title["late"]
    if random and not title["retro"] and not title["real"] and both["bench"] < 4:
        return "rct"
    if title["bench"] and both["bench"] >= 2:
        return "other"
    if title["early"] and not both["random"] and not title["real"] and not title["registry"]:
        return "nonrandomised_trial"
    if title["retro"] or title["registry"] or title["real"] or title["cohort"]:
        return "observational"
    if title["guideline"] or title["money"]:
        return "other"
    if both["nonrandom"] or title["single arm"]:
        return "nonrandomised_trial"
    return "observational" if title["cohort word"] else ""


def _by_body(
    title: Counter[str], body: Counter[str], both: Counter[str], *, people: bool, tells_nothing: bool
) -> str:
    trial = both["trial"] + both["early"] + both["single arm"]
    looks_back = both["retro"] + both["registry"] + both["real"] + both["cohort"]
    if not both["early"]:
        looks_back += both["studied"]
    if both["random"] or both["ratio"] or both["assigned"] or both["blind"]:
        return "observational" if both["retro"] and looks_back >= 2 else "rct"
    review = both["library"] + both["review"] + title["narrative"] + max(both["narrative"] - 1, 0)
    if (both["random word"] or both["late"]) and not looks_back and not review and not both["single arm"]:
        return "rct"
    if review:
        return "review"
    if both["bench"] >= 3:
        return "other"
    if looks_back and looks_back >= trial:
        return "observational"
    if trial:
        return "rct" if title["versus"] and not looks_back else "nonrandomised_trial"
    if looks_back:
        return "observational"
    if both["narrative"] or tells_nothing:
        return "review"
    if body["gave"] >= 2:
        return "nonrandomised_trial"
    return "observational" if people else "other"
