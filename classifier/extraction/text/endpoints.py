"""Endpoints and what looks like them, found by one pass over a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from classifier.extraction.text.endpoint_table import ENTRIES, D
from classifier.extraction.text.first_letters import alternatives, first_letters
from data.records import CORE_ENDPOINTS

KIND = {entry.key: entry.kind for entry in ENTRIES}
EXTRACTED = frozenset(map(str, CORE_ENDPOINTS))


@cache
def _rows() -> tuple[tuple[str, tuple[tuple[str, frozenset[str]], ...]], ...]:
    """Each entry's group name, and its alternatives with the letters that each may begin with."""
    return tuple(
        (f"{e.key}_{n}", tuple((words, first_letters(words)) for words in alternatives(e.words)))
        for n, e in enumerate(ENTRIES)
    )


@cache
def _pattern(letter: str) -> re.Pattern[str]:
    """The pattern of what may begin with a letter (small); most of the table is left out of it."""
    rows = []
    for name, choices in _rows():
        words = [w for w, letters in choices if letter in letters or "" in letters]
        if words:
            rows.append(f"(?P<{name}>{'|'.join(words)})")
    return re.compile("(?:" + "|".join(rows or ["(?!)"]) + r")(?![A-Za-z0-9])", re.IGNORECASE)


# The first letters (up to three) of every word that an entry may begin with: the pattern is tried only
# there, which is most of the speed. `X-free` and `X-specific` begin with any word and are sought apart.
_BEGINNINGS = frozenset(
    "fol sur pot pfs mpf ipf bpf rpf eve pro fre sec ali ttp ttf ttn ttd ttr tim dfs idf ddf drf dmf dis"
    " efs rfs lrf"
    " lrr css dss bcs mfs ffs tfs lfs grf can bre gra cel ani mic mou ren imp loc fai os mos ros mst ove haz"
    " ris dea mor"
    " of pcr tpc ypc bpc pat com nea drr no ver goo min maj mol cyt met imm ser ant bio psa mar ca sym"
    " pai pla dos ear"
    " hae hem dur int cns nod vac vgp ong mr mmr dmr mrd mea res in rad cr scr cri str cbr dcr cli tum sta"
    " sd pd dor mdo"
    " mon tre orr cor ior bes obj tot con par at rr any an a pr prs tox adv neu ana ane thr leu lym nau"
    " vom dia fat muc"
    " sto inf pne hyp ras alo crs ica ae aes sae tra tea mya art ker wit sid rel rec die non qua cro dys"
    " ble car hea"
    " bra ext neu are auc rms his icp fu mfu pro i p het ske net exc spl mar liv ski ery pla hor pet sub"
    " mix sus pmr cmr cns or suc age yea pri pre lin cyc cou bon sen spe wer und was acc odd or cau red"
    " rei sei eff sho the sit les blo t b mrr out glo sys hep cal cea afp hcg chr thy pos neg ppv npv "
    "loc reg rat fai per sha fra".split()
)
_SMALL_WORDS = frozenset("a an any no in of at".split())
_WORD_START = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,3}|[\u2265(](?=\s?(?i:CR|PR)))")
_ANY_FREE = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z/]+{D}(?:free|specific|related)", re.IGNORECASE)

# A text in which none of these occurs holds no finding: nothing else is looked at.
_TRIGGER_OF_MORE = re.compile(
    r"TTP|DFS|EFS|D[Oo]R|CBR|DCR|(?<![A-Za-z])s?CRi?(?![A-Za-z])|(?i:free|benefit|control|remission"
    r"|respon|progression)"
)
_TRIGGER = re.compile(
    r"PFS|(?<![A-Za-z])[a-z]{0,2}OS(?![A-Za-z])|\blived\b|RMST|(?<![A-Za-z])HRs?(?![A-Za-z+-])|ORR|"
    r"(?<![A-Za-z])RR(?![A-Za-z])|surviv|progression|respon[ds]"
    r"|remission|[Hh]azard|alive|PR (?:or|and|in) |CR\s?\+\s?PR|OR rate|\u2265\s?PR|partial r"
    r"|SURVIV|PROGRESSION|RESPON|REMISSION|Surviv|Progression|Respon[ds]|Remission|death|dying|died a|Death"
    r"|Mortality"
    r"|(?:effective|efficacy) rate|least an? PR\b|or PR\b"
)


@dataclass(frozen=True, slots=True)
class EndpointMention:
    """A place in a text that names an endpoint (offsets in code points, end exclusive)."""

    key: str
    start: int
    end: int


def mentions_endpoint(
    text: str, start: int = 0, end: int | None = None, *, wanted: frozenset[str] = EXTRACTED
) -> bool:
    """Whether a word of PFS, OS or ORR, or of what else is wanted, occurs at all (the cheap test)."""
    stop = len(text) if end is None else end
    if _TRIGGER.search(text, start, stop) is not None:
        return True
    return not wanted <= EXTRACTED and _TRIGGER_OF_MORE.search(text, start, stop) is not None


def find_endpoints(text: str, start: int = 0, end: int | None = None) -> Iterator[EndpointMention]:
    """Yield every endpoint and look-alike between `start` and `end`, left to right.

    Examples
    --------
    >>> [(m.key, m.start) for m in find_endpoints("Median PFS and time to progression")]
    [('PFS', 7), ('TTP', 15)]
    """
    stop = len(text) if end is None else end
    taken = start
    for at in _starts(text, start, stop):
        if at < taken:
            continue
        match = _pattern(text[at].lower()).match(text, at, stop)
        if match is not None and match.end() > at:
            taken = match.end()
            yield EndpointMention(str(match.lastgroup).rpartition("_")[0], at, taken)


def _starts(text: str, start: int, stop: int) -> Iterator[int]:
    """Places where an entry may begin, left to right."""
    free = (
        {m.start() for m in _ANY_FREE.finditer(text, start, stop)} if _has_free(text, start, stop) else set()
    )
    for match in _WORD_START.finditer(text, start, stop):
        word = match[0].lower()
        at = match.start()
        if word in _SMALL_WORDS:
            ahead = text[at : at + 32].lower()
            if "respon" in ahead or "death" in ahead or "least" in ahead:
                yield at
        elif (
            word in _BEGINNINGS
            or not word[0].isalpha()
            or at in free
            or (match[0][0].islower() and not match[0].islower())  # "rwPFS"
        ):
            yield at


def _has_free(text: str, start: int, stop: int) -> bool:
    return (
        text.find("free", start, stop) >= 0
        or text.find("specific", start, stop) >= 0
        or text.find("-related", start, stop) >= 0
    )
