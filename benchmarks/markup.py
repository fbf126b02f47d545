"""Abstracts with their results marked in the text, as the files of `written/*.txt` hold them.

    @@ X101 | n=120 | fu=24.3 | design=rct
    Title. Median PFS was [[9.4 months|PFS; median; 9.4; ci=7.1,10.2; arm=drug A]] and so on.

The head names the record and its facts (empty where the text states none). A mark holds the words of the
value, its endpoint, statistic and value (months, percent or ratio; `NR` not reached; `1.0~2.8` a range),
and where stated `ci=LOW,HIGH`, `t=MONTHS`, `n=COUNT/TOTAL` and `arm=` the text's words for the group. Two
facts told by one place are divided by `||`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HEAD = re.compile(r"@@ (?P<id>\S+) \| n=(?P<n>\d*) \| fu=(?P<fu>[\d.]*) \| design=(?P<design>\w+)\s*")
_MARK = re.compile(r"\[\[(?P<words>[^|\]]+)\|(?P<facts>(?:[^\]]|\](?!\]))*)\]\]")
_UNITS = {"median": "months", "mean": "months", "hazard_ratio": "ratio"}

Row = dict[str, Any]


def read_marked(path: Path) -> Iterator[tuple[str, str, list[Row]]]:
    """The record id, text and gold rows (mentions, then the record's facts) of each abstract of a file.

    Raises
    ------
    ValueError
        A head or a mark that is not of the form above; names the file and the record.
    """
    for block in re.split(r"(?m)^(?=@@ )", path.read_text(encoding="utf-8")):
        if not block.strip():
            continue
        first, _, rest = block.partition("\n")
        head = _HEAD.fullmatch(first)
        if head is None:
            raise ValueError(f"{path}: {first!r} is not a head (@@ ID | n= | fu= | design=)")
        text, mentions = _unmark(" ".join(rest.split()), f"{path}: {head['id']}")
        facts = {
            "type": "record",
            "n_total": int(head["n"]) if head["n"] else None,
            "follow_up_months": float(head["fu"]) if head["fu"] else None,
            "design": head["design"],
        }
        yield head["id"], text, [{"record_id": head["id"], **row} for row in (*mentions, facts)]


def _unmark(marked: str, where: str) -> tuple[str, list[Row]]:
    text, at, mentions = "", 0, []
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        place = {"value_text": match["words"], "start": len(text), "end": len(text) + len(match["words"])}
        mentions += [_fact(fact, where) | place for fact in match["facts"].split("||")]
        text, at = text + match["words"], match.end()
    text += marked[at:]
    if "[[" in text or "]]" in text:
        raise ValueError(f"{where}: a mark that is not closed, or not opened")
    return text, mentions


def _fact(fact: str, where: str) -> Row:
    """One fact of a mark as a row of the annotation guide, what is null left out.

    Examples
    --------
    >>> _fact("OS; median; NR; arm=drug A", "here")
    {'endpoint': 'OS', 'statistic': 'median', 'unit': 'months', 'not_reached': True, 'arm': 'drug A'}
    """
    words = [word.strip() for word in fact.split(";")]
    if len(words) < 3:
        raise ValueError(f"{where}: {fact!r} holds no endpoint, statistic and value")
    endpoint, statistic, value, *rest = words
    row: Row = {"endpoint": endpoint, "statistic": statistic, "unit": _UNITS.get(statistic, "percent")}
    if value == "NR":
        row["not_reached"] = True
    else:
        low, _, high = value.partition("~")
        row |= {"value": float(low)} | ({"value_max": float(high)} if high else {})
    for word in filter(None, rest):
        name, _, told = word.partition("=")
        first, _, second = told.partition("," if name == "ci" else "/")
        match name:
            case "ci":
                row |= {k: float(v) for k, v in (("ci_lower", first), ("ci_upper", second)) if v.strip()}
            case "n":
                row |= {k: int(v) for k, v in (("count", first), ("total", second)) if v}
            case "t":
                row["timepoint_months"] = float(told)
            case "arm":
                row["arm"] = told
            case _:
                raise ValueError(f"{where}: {word!r} is none of ci=, t=, n=, arm=")
    return row
