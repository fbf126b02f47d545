"""A focus and a link: what the walk of `walk.py` keeps, and how values are dealt out over endpoints."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from classifier.extraction.text.endpoints import KIND
from classifier.extraction.text.numbers import Kind
from classifier.extraction.text.tokens import Token

_DURATION = re.compile(
    r"(?:(?<!lived )(?<!survived )\b(?:[Aa]fter|[Aa]t|within|[Oo]ver|for) an? median (?:\w+ )?of"
    r"|\b(?:every|each|for|per|least|most|(?<!no longer )(?<!no more )(?<!no better )than|above|below"
    r"|beyond|under"
    r"|first|last|within|up to|until|over|about every|during|next"
    r"|previous|prior|minimum of|maximum of|approximately every|aged?|more|less|after|interval of"
    r"|course of|followed for|once|q|duration of|stable disease)|[<>]\s?=|[<>\u2265\u2264]|\u2265"
    r"|(?<!, )or)\s*\Z"
)


@dataclass(frozen=True, slots=True)
class Series:
    """One of the things that a sentence reported: endpoint, statistic and time in months."""

    key: str
    statistic: str
    timepoint: float | None = None


@dataclass(slots=True)
class Focus:
    """The endpoints that the next value belongs to.

    `times` are months; `inherited` counts the sentences since the focus was named (0: this one).
    """

    keys: list[str]
    start: int
    end: int
    times: tuple[float, ...] = ()
    inherited: int = 0
    values: list[Token] = field(default_factory=list)
    topic: Focus | None = None  # the extracted endpoint spoken of last, where this is another
    series: tuple[Series, ...] = ()  # what the sentence before reported
    slots: list[Series] = field(default_factory=list)  # each time an endpoint is named, and as what
    valued: bool = False  # a value was linked to it when it was named
    listing: bool = False  # groups are listed with their values, a sentence each


@dataclass(slots=True)
class Link:
    """A value with the endpoint it is linked to, and how.

    `key` is "" where nothing claims the value; `how` names the rule; `statistic` is the annotation
    guide's word.
    """

    token: Token
    key: str
    statistic: str
    how: str
    focus: Focus | None = None
    timepoint: float | None = None
    cue: Token | None = None
    others: tuple[str, ...] = ()
    times: tuple[float, ...] = ()  # said after the first value of its focus


def deal(links: list[Link], text: str) -> list[Link]:
    """Deal the values of each focus out over its endpoints and time points; links that this adds."""
    by_focus: dict[int, list[Link]] = {}
    for link in links:
        if link.focus is not None:
            by_focus.setdefault(id(link.focus), []).append(link)
    added: list[Link] = []
    for of_focus in by_focus.values():
        focus = of_focus[0].focus
        if focus is None:
            continue
        if _dealt_by_slots(focus, of_focus):
            continue
        for statistic in ("median", "mean", "rate", "hazard_ratio", "plain"):
            of_one_kind = [k for k in of_focus if k.statistic == statistic]
            _deal_out(focus, of_one_kind, text)
            added += _said_of_all(of_one_kind)
    return added


def _dealt_by_slots(focus: Focus, links: list[Link]) -> bool:
    """ "Five-year PFS, five-year OS and median PFS were 25%, 61% and 31 months": one value each, in order."""
    slots = focus.slots
    if len({slot.statistic for slot in slots}) < 2:
        return False
    units = [u for u in _units(links) if u[0].statistic in ("median", "mean", "rate")]
    if not units or len(units) % len(slots):
        return False
    pairs = [(unit, slots[n % len(slots)]) for n, unit in enumerate(units)]
    if any(slot.statistic not in ("", link.statistic) for unit, slot in pairs for link in unit):
        return False
    for unit, slot in pairs:
        for link in unit:
            link.key = slot.key
            if slot.timepoint is not None and link.statistic == "rate":
                link.timepoint = slot.timepoint
    for link in links:
        if not link.key:
            link.key = focus.keys[0]
    return True


def _units(links: list[Link]) -> list[list[Link]]:
    """Links by value of a list: one in brackets or joined by "versus" goes with the one before."""
    depth = min(link.token.depth for link in links)
    units: list[list[Link]] = []
    for link in links:
        if units and (link.token.depth > depth or link.token.versus):
            units[-1].append(link)
        else:
            units.append([link])
    return units


def _deal_out(focus: Focus, links: list[Link], text: str) -> None:
    if not links:
        return
    wanted = {"median": "time", "mean": "time", "hazard_ratio": "time"}.get(links[0].statistic)
    keys = [k for k in focus.keys if wanted is None or KIND[k] == wanted] or focus.keys
    times = focus.times if links[0].statistic == "rate" else ()
    units = _units(links)
    if len(times) > 1 and len(keys) == 1 and len(units) % len(times) and len(links) % len(times) == 0:
        units = [
            [link] for link in links
        ]  # "70%, 50% and 30% versus 60%, 40% and 20%": a list against another
    for n, unit in enumerate(units):
        for link in unit:
            if len(keys) == 1:
                link.key = keys[0]
            elif len(units) % len(keys) == 0:
                link.key = keys[n % len(keys)]
                link.others = tuple(k for k in keys if k != link.key)
            else:
                link.key = keys[0]
                link.others = tuple(keys[1:])
                link.how += ", shared"
            if len(link.times) > 1:
                behind = [u for u in units if u[0].times == link.times]
                link.timepoint = link.times[behind.index(unit) % len(link.times)]
            elif len(times) > 1 and not link.times:
                link.timepoint = times[(n // (len(keys) if len(keys) > 1 else 1)) % len(times)]


def _said_of_all(links: list[Link]) -> list[Link]:
    """ "Median PFS and OS were not reached": one statement of several endpoints."""
    if len(links) != 1 or not links[0].others or links[0].token.quantity is None:
        return []
    link, q = links[0], links[0].token.quantity
    if q is None or q.kind is not Kind.NOT_REACHED:
        return []
    rest = [k for k in link.others if KIND[k] == "time"]
    return [Link(link.token, k, link.statistic, "said of all", link.focus, None, link.cue) for k in rest]


def is_duration(text: str, token: Token) -> bool:
    """Whether the words before a time make it a schedule or a threshold, not a result."""
    return _DURATION.search(text, max(0, token.start - 24), token.start) is not None


_NEITHER = re.compile(r"\b[Nn]either\b")


def widen_neither(text: str, links: list[Link]) -> None:
    """ "neither PFS nor OS was reached" is one statement from its first word on."""
    for link in links:
        q = link.token.quantity
        if q is None or q.why != "neither" or text[link.token.start] in "nN":
            continue
        starts = [
            m.start() for m in _NEITHER.finditer(text, max(0, link.token.start - 140), link.token.start)
        ]
        if starts:
            link.token.start = starts[-1]
            link.token.quantity = replace(q, start=starts[-1])


def dealt_time(times: tuple[float, ...], links: list[Link], n: int) -> float:
    """The time of the `n`th of joined rates: "83% and 48% versus 84% and 19% at 3 and 12 months"."""
    each, left = divmod(len(links), len(times))
    if left or not each:
        return times[0]
    in_pairs = len(links) > 1 and links[1].token.versus
    return times[n // each] if in_pairs else times[n % len(times)]
