"""Sentences of an abstract, by their full stops, with the section each stands in."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

_STOP = re.compile(r"[.!?]['\")\]]?(?=[\s\u00a0\u2009]+[\"'(\[]?[A-Z0-9\u2265\u2264<>\u2013m])|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:vs|v|i\.e|e\.g|approx|al|no|nos|dr|fig|resp|st|ca|cf|incl|ref|inc|i\.v|p\.o|s\.c|i|p)"
    r"|\b[A-Z]\. ?[A-Z])\.$",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"\[?(?P<name>"
    r"background|introduction|context|rationale|importance|purpose|aims?|objectives?|trial design"
    r"|study design|design"
    r"|(?:patients?|materials?|subjects)(?: and| &) methods|methods?(?: and materials)?|methods/design"
    r"|experimental design|interventions?|setting|participants"
    r"|results?|findings|main results|outcomes?|conclusions?|interpretation|discussion|significance|summary)"
    r"(?P<more>(?:,| and| &|/)[\w ,&/-]{1,50}?(?=[:\]]))?(?:\s*[:.\]]|(?=\s+(?-i:[A-Z0-9])))",
    re.IGNORECASE,
)

MAX_TITLE = 500  # code points
_HEADING_INSIDE = re.compile(
    r"(?<=[a-z0-9)] )\[?(?:(?:Background|Introduction|Context|Rationale|Importance|Purpose|Aims?"
    r"|Objectives?)\b"
    r"(?:(?:,| and| &|/)[\w ,&/-]{1,30}?)?(?=[:\]]|\.?\s(?=[A-Z][a-z]))|(?:BACKGROUND|INTRODUCTION|CONTEXT"
    r"|RATIONALE|IMPORTANCE|PURPOSE"
    r"|AIMS?|OBJECTIVES?)\b(?=[:.\]]?\s+[A-Z0-9]))"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of the text (code points, end exclusive) and its section ("" where none is named)."""

    start: int
    end: int
    section: str


def split_sentences(text: str) -> list[Sentence]:
    """Cut a text into sentences.

    Examples
    --------
    >>> [s.section for s in split_sentences("Background: why. Results: PFS was 3 v. 4 months. It ended.")]
    ['background', 'results', 'results']
    """
    cuts = [0]
    for match in _STOP.finditer(text):
        if match[0][0] == "\n" or not _ABBREVIATION.search(
            text, max(0, match.start() - 8), match.start() + 1
        ):
            cuts.append(match.end())
    # The title often has no full stop: "... a phase II trial Background: ..."
    inside = [m.start() for m in _HEADING_INSIDE.finditer(text, 0, min(len(text), MAX_TITLE))]
    cuts = sorted({*cuts, *inside, len(text)})
    found, section = [], ""
    for start, end in itertools.pairwise(cuts):
        while start < end and text[start].isspace():
            start += 1
        if start == end:
            continue
        heading = _HEADING.match(text, start, min(end, start + 60))
        if heading and (heading[0][-1] in ":.]" or heading["name"][0].isupper()):
            section = _section(heading["name"], heading["more"] or "")
        found.append(Sentence(start, end, section))
    return found


def _section(name: str, more: str = "") -> str:
    name = name.casefold()
    if re.search(r"findings|results", more, re.IGNORECASE):
        return "results"  # "Methods and findings:"
    if name.startswith(("interpret", "signif", "summ", "concl", "discuss")):
        return "conclusion"
    if name.startswith(
        (
            "interv",
            "particip",
            "setting",
            "design",
            "trial",
            "study",
            "experiment",
            "subjects",
            "material",
            "patient",
            "method",
        )
    ):
        return "methods"
    if name.startswith(("aim", "object", "purpose", "import", "rational", "context", "backgr", "introd")):
        return "background"
    return "results"
