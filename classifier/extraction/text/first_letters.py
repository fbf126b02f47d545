"""Which letters a pattern may begin with: it is not tried where it cannot match."""

from __future__ import annotations

import re

_LOOK = re.compile(r"\(\?<?[=!]")
_GROUP = re.compile(r"\((?:\?(?:-?i)?:|\?P<\w+>|\?\(\w+\))?")
_STARTS = "abcdefghijklmnopqrstuvwxyz0123456789.\u00b7(\u2265"
_REPEATED = re.compile(r"[*+]|\{\d*,?\d*\}")


def alternatives(pattern: str) -> list[str]:
    """The alternatives of a pattern, cut where no bracket is open.

    Examples
    --------
    >>> alternatives("a|(?:b|c)d|[|]")
    ['a', '(?:b|c)d', '[|]']
    """
    found, begin, at = [], 0, 0
    while at < len(pattern):
        if pattern[at] == "|":
            found.append(pattern[begin:at])
            begin = at = at + 1
        else:
            at = _end_of_item(pattern, at)
    return [*found, pattern[begin:]]


def first_letters(pattern: str) -> frozenset[str]:
    """The small letters, digits and signs that one alternative may begin with; only "" where it may be empty.

    Examples
    --------
    >>> sorted(first_letters("(?:s|t)?umour")), sorted(first_letters("[a-e]+x"))
    (['s', 't', 'u'], ['a', 'b', 'c', 'd', 'e'])
    """
    letters: set[str] = set()
    at = 0
    while at < len(pattern):
        end = _end_of_item(pattern, at)
        item = pattern[at:end]
        repeat = _REPEATED.match(pattern, end)
        may_lack = pattern[end : end + 1] == "?" or (
            (repeat is not None and repeat[0] in "*") or _is_from_zero(repeat)
        )
        if not _LOOK.match(item):
            letters |= _of_item(item)
            if not may_lack:
                return frozenset(letters)
        at = end + (len(repeat[0]) if repeat is not None else may_lack)
    return frozenset({""})  # it may be empty


def _is_from_zero(repeat: re.Match[str] | None) -> bool:
    return repeat is not None and repeat[0].startswith(("*", "{0", "{,"))


def _of_item(item: str) -> frozenset[str]:
    if item.startswith("("):
        group = _GROUP.match(item)
        inner = item[group.end() if group is not None else 1 : -1]
        return frozenset().union(*map(first_letters, alternatives(inner)))
    return frozenset(c for c in _STARTS if re.fullmatch(item, c, re.IGNORECASE))


def _end_of_item(pattern: str, at: int) -> int:
    """The end of the character, class or group that begins at `at`, without what repeats it."""
    if pattern[at] == "\\":
        return at + (6 if pattern[at + 1] == "u" else 2)
    if pattern[at] == "[":
        at += 2 if pattern[at + 1] == "^" else 1
        at += 2 if pattern[at] == "\\" else 1
        while pattern[at] != "]":
            at += 2 if pattern[at] == "\\" else 1
        return at + 1
    if pattern[at] != "(":
        return at + 1
    at += 1
    while pattern[at] != ")":
        at = _end_of_item(pattern, at)
    return at + 1
