"""What the words around a term do to it: deny it, set it aside as an exclusion, or leave it standing."""

from __future__ import annotations

import re
from enum import StrEnum

from models.terms import Hit


class Context(StrEnum):
    """How a term stands in its sentence."""

    STATED = "stated"
    DENIED = "denied"  # "daratumumab-naive", "no prior daratumumab", "without amyloidosis"
    EXCLUDED = "excluded"  # "excluding patients with amyloidosis", "amyloidosis was an exclusion criterion"
    EARLIER = "earlier"  # "refractory to daratumumab", "after isatuximab": what was given before the study


_REACH_BEFORE = 60  # characters looked at on either side; a clause of a title is seldom longer
_REACH_AFTER = 48
_BREAK = re.compile(r"[.;:!?](?=\s)|\b(?:but|however|although|whereas|while|who had|and had|among)\b", re.I)
_DENIED_AFTER = re.compile(
    r"^[-‐‑ ]?(?:na[iï]ve|untreated|unexposed|free(?= (?:of|from|patients|survival))|negative)\b", re.I
)
_DENIED_BEFORE = re.compile(
    r"(?<!with or )(?<!with/)(?<!with and )"  # "with or without daratumumab" compares
    r"(?:\b(?:no|not|without|never|neither|lacking|absence of|free of|na[iï]ve to|unexposed to|instead of|"
    r"ineligible for|other than|rather than|no (?:prior|previous|earlier)|"
    r"not (?:previously|yet) (?:treated with|exposed to|received)|never (?:received|had)|"
    r"had not (?:received|had)))"
    r"(?:[ -](?:any|a|an|the|prior|previous|earlier|previously|exposure to|treatment with|history of|"
    r"evidence of|received|treated with|exposed to|given|been|had|other|patients? with)){0,4}[ -]?$",
    re.I,
)
_EXCLUDED_BEFORE = re.compile(
    r"\b(?:exclud(?:ed|ing|es?)|exclusion of|exclusion criteria (?:were|included)|except(?:ing)?|"
    r"ineligible (?:if|were))\b[^.;]*$",
    re.I,
)
_EXCLUDED_AFTER = re.compile(
    r"^[^.;,]{0,30}\b(?:(?:was|were|being) (?:excluded|not (?:eligible|included|enrolled|allowed))|"
    r"(?:was|were) (?:an )?exclusion)",
    re.I,
)


_EARLIER_BEFORE = re.compile(
    r"\b(?:refractory to|resistant to|exposed to|exposure to|pre-?treated with|previously (?:treated with|"
    r"received|given)|prior|previous|earlier|failure (?:of|on|after)|failed|progress(?:ed|ion|ing) "
    r"(?:on|after|during)|relaps(?:ed|e|ing) (?:on|after|from)|after|following|beyond|stopped|discontinued|"
    r"intolerant (?:of|to)|had received|having received|history of)"
    r"(?:[ -](?:any|a|an|the|prior|previous|treatment with|therapy with|lines? of|exposure to|at least one|"
    r"both|either|to|and|or)){0,4}[ -]?$",
    re.I,
)
_EARLIER_AFTER = re.compile(
    r"^[-‐‑ ]?(?:refractory|exposed|exposure|pre-?treated|resistant|failure|experienced)\b", re.I
)


def context_of(text: str, hit: Hit) -> Context:
    """How the words of a hit stand in the text around them.

    Examples
    --------
    >>> from data.protocol import Criterion
    >>> from models.terms import Terms
    >>> terms = Terms([Criterion(name="population", wanted=("daratumumab",), synonyms={})])
    >>> for text in ("daratumumab-naive patients", "excluding those given daratumumab", "on daratumumab"):
    ...     print(context_of(text, terms.find(text)[0]))
    denied
    excluded
    stated
    """
    before = text[max(0, hit.start - _REACH_BEFORE) : hit.start]
    after = text[hit.end : hit.end + _REACH_AFTER]
    breaks = list(_BREAK.finditer(before))
    if breaks:
        before = before[breaks[-1].end() :]
    # most terms just stand there: the long patterns are tried only where a word of theirs is near
    near = before.casefold()
    if _DENIED_AFTER.match(after) or (_holds(near, _DENYING) and _DENIED_BEFORE.search(before)):
        return Context.DENIED
    if (_holds(near, _EXCLUDING) and _EXCLUDED_BEFORE.search(before)) or _EXCLUDED_AFTER.match(after):
        return Context.EXCLUDED
    if _EARLIER_AFTER.match(after) or (_holds(near, _PRECEDING) and _EARLIER_BEFORE.search(before)):
        return Context.EARLIER
    return Context.STATED


# What a text must hold for a long pattern to match; each covers the alternatives that it begins with.
_DENYING: tuple[str, ...] = (
    *("no ", "no-", "not", "without", "never", "neither", "lacking", "absence", "free of", "naïve", "naive"),
    *("unexposed", "instead", "ineligible", "other than", "rather"),
)
_EXCLUDING = ("exclu", "except", "ineligible")
_PRECEDING: tuple[str, ...] = (
    *("refractory", "resistant", "expos", "treated", "previous", "prior", "earlier", "fail", "progress"),
    *(
        "relaps",
        "after",
        "following",
        "beyond",
        "stopped",
        "discontinued",
        "intolerant",
        "received",
        "history",
    ),
)


def _holds(text: str, words: tuple[str, ...]) -> bool:
    return any(w in text for w in words)
