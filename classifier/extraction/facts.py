"""Facts of a record: how many patients, how long followed, what design."""

from __future__ import annotations

import re
from dataclasses import dataclass

from classifier.extraction.designs import study_design
from classifier.extraction.numbers import (
    NUMBER,
    TIME_UNIT,
    WORD_NUMBER,
    parse_number,
    to_months,
)
from classifier.extraction.patients import patient_total
from classifier.extraction.sentences import Sentence


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What holds for the whole record.

    Attributes
    ----------
    n_total : int or None
        Patients enrolled, randomised or included.
    follow_up_months : float or None
        Median follow-up.
    design : str
        rct, nonrandomised_trial, observational, review or other (the annotation guide's words).
    """

    n_total: int | None
    follow_up_months: float | None
    design: str


def record_facts(text: str, sentences: list[Sentence]) -> RecordFacts:
    """Read the facts of one text."""
    design = study_design(text, sentences)
    return RecordFacts(patient_total(text, sentences), median_follow_up(text), design)


_D = r"[-\u2010\u2011\u2012\u2013\s]*"
_TIME = (
    rf"(?P<v>{NUMBER}|{WORD_NUMBER})(?:\s*(?:\u00b1"
    rf"|\+/?-)\s*{NUMBER})?[\s\u00a0-]*(?:\((?:inter\w*\s+)?(?:range"
    rf"|IQR)?[^()]{{0,30}}\)\s*)?(?P<u>{TIME_UNIT})"
)
_FOLLOW = (
    re.compile(
        rf"(?:median|medium)\s+(?:\w+\s+){{0,2}}?(?:duration\s+(?:of\s+)?|time\s+(?:of\s+)?"
        rf"|length\s+of\s+)?(?:\w+\s+)?(?:follow{_D}up|f/u)(?:s)?\b(?P<mid>[^.;]{{0,90}}?)\b{_TIME}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:followed|(?:follow{_D}up|f/u)|observed|observation)\b[^.;\d]{{0,50}}?\bmedian\s+(?:of\s+"
        rf"|time\s+of\s+|was\s+|duration\s+(?:of\s+)?)?(?P<mid>){_TIME}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:median\s+of\s+)(?P<mid>){_TIME}(?:'s?|\u2019)?\s+(?:of\s+)?(?:\w+\s+)?(?:(?:follow{_D}up|f/u)"
        rf"|observation)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![\w.\u00b7]){_TIME}\s+(?:of\s+)?(?P<mid>)(?:the\s+)?median\s+(?:\w+\s+)?(?:follow{_D}up|f/u)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:mean|average|minimum)\s+(?:\w+\s+)?(?:follow{_D}up|f/u)\b(?P<mid>[^.;\d]{{0,40}}?)\b{_TIME}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:follow{_D}up|f/u)\s+(?:time\s+|period\s+)?(?:was|of|:|=)\s+(?P<mid>){_TIME}", re.IGNORECASE
    ),
    re.compile(
        rf"(?:after|with|at)\s+(?P<mid>){_TIME}(?:'s?|\u2019)?\s+(?:of\s+)?(?:follow{_D}up"
        rf"|f/u)",
        re.IGNORECASE,
    ),
    re.compile(rf"(?:follow{_D}up|f/u)[^.;]{{0,120}}?\(median[,:]?\s+(?P<mid>){_TIME}", re.IGNORECASE),
)


_SPOKEN_OF = re.compile(r"ollow|OLLOW|bserv|[Ff]/[Uu]")


def _windows(text: str) -> list[tuple[int, int]]:
    """Stretches of the text around the words for follow-up, merged where they meet."""
    found: list[tuple[int, int]] = []
    for match in _SPOKEN_OF.finditer(text):
        start, end = max(0, match.start() - 130), min(len(text), match.end() + 170)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def median_follow_up(text: str) -> float | None:
    """Median follow-up in months; None where none is stated, or only a range over studies.

    Examples
    --------
    >>> median_follow_up("The median follow-up was 5.03 years (range 1-9).")
    60.36
    >>> median_follow_up("Median follow-up ranged from 1.9-43.0 months across trials.")
    """
    windows = _windows(text)
    for pattern in _FOLLOW:
        for match in (m for start, end in windows for m in pattern.finditer(text, start, end)):
            if re.search(
                r"rang(?:ed|ing)\s+(?:from|between)|progression|survival|PFS|\bOS\b|response", match["mid"]
            ):
                continue
            if re.match(r"\s*(?:-|\u2013|to)\s*\d", text[match.end("v") : match.end("v") + 6]):
                continue
            return to_months(parse_number(match["v"]), match["u"])
    return None
