"""Two records: the same reference, perhaps the same, or not. Each verdict comes with its evidence.

The rules were found on the tafenoquine and ASySD libraries (`benchmarks/dedup.py` prints how they
do there); the thresholds are guesses between the values seen for true and for false pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from data.duplicate_keys import Key
from data.likeness import (
    MIN_TITLE_WORDS,
    SIMILAR_TITLE,
    Abstracts,
    Titles,
    compare_abstracts,
    compare_titles,
    same,
    same_journal,
    same_meeting,
    same_page,
    same_people,
)

NEAR_TITLE = 90.0
VERY_NEAR_TITLE = 95.0


class Verdict(StrEnum):
    """What is to be done with a pair."""

    MERGE = "merge"
    PROPOSE = "propose"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything two keys say about one another; None where one of them is silent."""

    titles: Titles
    title_score: float
    abstracts: Abstracts
    people: bool | None
    years_apart: int | None
    journal: bool | None
    volume: bool | None
    issue: bool | None
    page: bool | None
    doi: bool | None
    pmid: bool | None
    accession: bool | None
    numbers: bool
    notice: bool
    report: bool
    meetings: int
    other_meeting: bool
    same_meeting: bool
    generic: bool

    @property
    def place(self) -> bool:
        """Whether both stand at the same place in print: volume (where given) and first page."""
        return bool(self.page) and self.volume is not False

    @property
    def reworded(self) -> bool:
        """Whether DOI and abstract agree and the titles nearly do."""
        alike = self.abstracts in (Abstracts.SAME, Abstracts.ALIKE)
        return bool(self.doi) and alike and self.title_score >= NEAR_TITLE and not self.meetings

    @property
    def settled(self) -> bool:
        """Whether DOI and first page agree and the rest nearly does: a slip in a title is a slip."""
        near = self.title_score >= SIMILAR_TITLE and self.abstracts is not Abstracts.OTHER
        return bool(self.doi and self.page) and near and not self.meetings

    @property
    def retitled(self) -> bool:
        """Whether one title goes on with a subtitle, at the same place in print, over the same abstract."""
        return self.titles is Titles.LONGER and self.place and self.abstracts is Abstracts.SAME

    @property
    def reissued(self) -> bool:
        """Whether DOI, title and abstract agree, so that a page or a name is a slip of one database."""
        same_text = self.titles is Titles.SAME and self.abstracts is Abstracts.SAME
        return bool(self.doi) and same_text and not self.meetings

    @property
    def reprinted(self) -> bool:
        """Whether the same abstract stands in the same volume of the same journal."""
        return bool(
            self.journal and self.volume and self.years_apart == 0 and self.abstracts is Abstracts.SAME
        )


def hopeless(a: Key, b: Key) -> bool:
    """Whether a glance shows that a pair will be judged different; most pairs of a block are."""
    if (a.pmid and a.pmid == b.pmid) or (a.doi and a.doi == b.doi):
        return False
    if a.notice != b.notice or not (_nested(a.numbers, b.numbers) and _nested(a.report, b.report)):
        return True
    if a.year is not None and b.year is not None and abs(a.year - b.year) > 1:
        return True
    if a.people and b.people and a.people.isdisjoint(b.people):
        return True
    if a.title == b.title:
        return not a.title
    shorter, longer = sorted((a.title, b.title), key=len)
    if longer.startswith(shorter) or longer.endswith(shorter):
        return not shorter
    return fuzz.ratio(a.title, b.title, score_cutoff=SIMILAR_TITLE) < SIMILAR_TITLE


def compare(a: Key, b: Key) -> Comparison:
    """Compare two keys field by field."""
    titles, title_score = compare_titles(a.title, b.title)
    return Comparison(
        titles=titles,
        title_score=title_score,
        abstracts=compare_abstracts(a.abstract, b.abstract),
        people=same_people(a, b),
        years_apart=None if a.year is None or b.year is None else abs(a.year - b.year),
        journal=same_journal(a.journal, b.journal),
        volume=same(a.volume, b.volume),
        issue=bool(a.issue & b.issue) if a.issue and b.issue else None,
        page=same_page(a.first_page, b.first_page),
        doi=same(a.doi, b.doi),
        pmid=same(a.pmid, b.pmid),
        accession=same(a.accession, b.accession),
        numbers=a.numbers == b.numbers,
        notice=a.notice == b.notice,
        report=a.report == b.report,
        meetings=a.meeting + b.meeting,
        other_meeting=same_meeting(a, b) is False,
        same_meeting=same_meeting(a, b) is True,
        generic=min(len(a.title.split()), len(b.title.split())) < MIN_TITLE_WORDS,
    )


def judge(c: Comparison) -> Verdict:
    """The zone that a compared pair falls into.

    Merged: one identifier, or one title and people with one place in print or one abstract, and nothing
    that speaks against it. Proposed: the same, with something missing or one thing against it.
    """
    if c.pmid:
        return Verdict.MERGE if _pmid_holds(c) else Verdict.PROPOSE
    if (
        not c.notice
        or c.titles is Titles.UNKNOWN
        or (c.titles is Titles.OTHER and not (c.reworded or c.settled))
    ):
        return Verdict.DIFFERENT
    if (c.people is False and not c.reissued) or (c.years_apart or 0) > 1:
        # Congress and final report, or a namesake; an identifier alone does not make up for it.
        return Verdict.PROPOSE if c.doi and c.place and c.titles is Titles.SAME else Verdict.DIFFERENT
    against = objections(c)
    if _is_merge(c) and not against:
        return Verdict.MERGE
    return Verdict.PROPOSE if _is_proposal(c, against) else Verdict.DIFFERENT


def _pmid_holds(c: Comparison) -> bool:
    """PubMed counts each paper once; only a mistyped number joins two titles that have nothing in common."""
    return c.titles in (Titles.SAME, Titles.UNKNOWN) or c.title_score >= SIMILAR_TITLE or bool(c.doi)


def objections(c: Comparison) -> list[str]:
    """What speaks against a pair with like titles and people being one reference."""
    found = []
    if c.pmid is False:
        found.append("different PMID")
    if c.doi is False:
        found.append("different DOI")
    if c.page is False and not c.reissued:
        found.append("different first page or abstract number")
    if c.volume is False and not c.doi and not (c.page and c.abstracts is Abstracts.SAME):
        found.append("different volume")
    if c.issue is False and c.volume is not False and not (c.page or c.doi):
        found.append("different issue")
    if c.journal is False and not c.place and not c.doi:
        found.append("different journal")
    if not c.numbers and not (c.retitled or c.settled or c.reissued):
        found.append("different numbers in the title")
    if not c.report and not (c.retitled or c.settled):
        found.append("different reports of a study by their titles")
    if c.abstracts is Abstracts.OTHER:
        found.append("different abstracts")
    moved = bool(c.years_apart) and not (c.doi and c.page and c.titles is Titles.SAME)
    if c.meetings and (moved or c.other_meeting or (c.issue is False and not c.page)):
        found.append("different meetings")
    if c.meetings == 1 and not (c.place or c.doi or c.reprinted):
        found.append("a congress abstract and perhaps an article")
    return found


def _is_merge(c: Comparison) -> bool:
    if (c.settled and c.people is not False) or (
        c.reworded and c.people and c.title_score >= VERY_NEAR_TITLE
    ):
        return True
    if c.doi or c.accession:
        return c.titles is Titles.SAME or c.place or c.abstracts is Abstracts.SAME
    same_text = c.abstracts is Abstracts.SAME
    same_title = c.titles is Titles.SAME
    if c.place and c.people and (c.journal or same_text or c.volume):
        return same_title or same_text
    if same_title and same_text and c.journal and c.years_apart == 0 and c.people is not False:
        # A congress abstract shown again stands in another journal, or another year.
        return bool(c.volume or c.page or c.same_meeting) or not c.meetings
    if not same_title or c.generic or c.meetings or not c.people:
        return False
    if same_text:
        # The same text a year later may be an update; only a place in print says that it is not.
        return c.journal is not False and not c.years_apart
    return _bare_agreement(c)


def _bare_agreement(c: Comparison) -> bool:
    """Title, people, journal and year agree, and no abstract says otherwise."""
    return bool(c.journal) and c.years_apart == 0 and c.abstracts is Abstracts.UNKNOWN


def _is_proposal(c: Comparison, against: list[str]) -> bool:
    """Worth a look: nothing that tells two references apart for certain."""
    if not c.numbers or not c.report or c.abstracts is Abstracts.OTHER:
        return False
    if c.meetings and (c.years_apart or c.other_meeting or c.page is False or c.journal is False):
        return bool(c.doi) and c.titles is Titles.SAME and c.abstracts is Abstracts.SAME
    if c.pmid is False or len(against) > 1:
        return bool(c.place and c.journal and c.titles is Titles.SAME and len(against) <= 1)
    if c.page is False or c.doi is False:
        return c.titles is Titles.SAME and c.abstracts is Abstracts.SAME and bool(c.journal)
    if c.titles is Titles.LONGER:
        return bool(c.place or c.doi or c.accession or (c.abstracts is Abstracts.SAME and c.people))
    if c.generic:
        return bool(c.people and c.journal and (c.place or c.years_apart == 0))
    return c.people is True or c.abstracts is Abstracts.SAME or c.place


def _nested(a: frozenset[str], b: frozenset[str]) -> bool:
    return a <= b or b <= a


def evidence(c: Comparison) -> tuple[str, ...]:
    """What speaks for a pair and what against it, in words for the people who look at it."""
    said = {
        "same PMID": c.pmid,
        "same DOI": c.doi,
        "same accession number": c.accession,
        "same title": c.titles is Titles.SAME,
        "one title is longer": c.titles is Titles.LONGER,
        "same authors": c.people,
        "same year": c.years_apart == 0,
        "same journal": c.journal,
        "same volume": c.volume,
        "same first page": c.page,
        "same abstract": c.abstracts is Abstracts.SAME,
    }
    return (*(words for words, holds in said.items() if holds), *objections(c))


def score(c: Comparison) -> float:
    """How much alike two records are, 0 to 1, for sorting proposals; no probability."""
    parts = (
        (4.0, c.title_score / 100),
        (2.0, {Abstracts.SAME: 1.0, Abstracts.ALIKE: 0.5, Abstracts.OTHER: 0.0}.get(c.abstracts)),
        (2.0, _share(c.people)),
        (1.0, None if c.years_apart is None else 1.0 / (1 + c.years_apart)),
        (1.0, _share(c.journal)),
        (1.0, _share(c.page)),
        (0.5, _share(c.volume)),
        (2.0, _share(c.doi)),
    )
    known = [(weight, value) for weight, value in parts if value is not None]
    return round(sum(w * v for w, v in known) / sum(w for w, _ in known), 4)


def _share(agrees: bool | None) -> float | None:
    return None if agrees is None else float(agrees)
