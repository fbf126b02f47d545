"""What of a record is compared, folded once: titles, people, places in print, numbers."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from data.readers.values import meeting_type
from data.records import Record

MAX_ABSTRACT_LETTERS = 1500  # two abstracts that agree so far agree

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "κ": "kappa", "λ": "lambda",
    "μ": "mu", "µ": "mu", "π": "pi", "σ": "sigma", "τ": "tau", "χ": "chi", "ω": "omega", "ς": "sigma",
}  # fmt: skip
_GREEK_LETTERS = str.maketrans({letter: f" {name} " for letter, name in _GREEK.items()})
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,40}>")
_COMBINING = re.compile("[\u0300-\u036f]")
_NOT_WORD = re.compile(r"[\W_]+")
# "Title. [Russian]", "[Title] [Article in Chinese]"
_LANGUAGE_NOTE = re.compile(r"[.\s\]]*\[(?:article in )?[A-Z][a-z]+\]\s*\.?$")
# "Blood. Conference: 55th Annual Meeting ...", as Ovid writes it; "Lancet (London, England)"
_JOURNAL_NOTE = re.compile(r"\(.*?\)|\.?\s*Conference\b.*$", re.DOTALL)
_MEETING_NOTE = re.compile(r"\bConference\b|Meeting ?Abstract", re.IGNORECASE)
# What stands for the name of a meeting where the source gave none.
_TYPE_ONLY = re.compile(
    r"(?:conference|meeting|congress)s?(?:[ -](?:abstract|paper|poster|proceeding|review|object|item)s?)?",
    re.I,
)
_SUPPLEMENT = re.compile(r"suppl|\bS\d", re.IGNORECASE)
_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b", re.IGNORECASE)  # by Excel
_CENTRAL = "10.1002/central/"  # the Cochrane register numbers its own entries so; no DOI of the paper
_PREFACE = re.compile(
    r"^\s*(?:abstract|poster|presentation)\s*(?:no\.?|#)?\s*[A-Z]{0,4}-?\d+[A-Z]?\s*[:.-]\s*", re.I
)
_NUMBER_WORDS = {
    word: str(n)
    for n, words in enumerate(
        ["", "one first i", "two second ii", "three third iii", "four fourth iv", "five fifth v",
         "six sixth vi", "seven seventh vii", "eight eighth viii", "nine ninth ix", "ten tenth x",
         "eleven eleventh", "twelve twelfth"]
    )
    for word in words.split()
}  # fmt: skip
_AMBIGUOUS_NUMERALS = frozenset({"i", "v", "x"})
_COUNTED = frozenset(
    {"part", "phase", "type", "study", "stage", "class", "grade", "paper", "report", "trial"}
)
_NOTICE = re.compile(
    r"\b(errat\w+|corrigend\w+|correction|retract(?:ion|ed)|expression of concern|withdrawn|addendum"
    r"|(?:author\w*|in) (?:s )?(?:reply|response)|reply|response to|comment(?:s|ary)? (?:on|to)|commentary"
    r"|letter to the editor|editorial)\b|^(?:re|comment|correction|response) |\(vol \d+"
)
# Words that tell one report of a study from the next.
_REPORT = re.compile(
    r"\b(interim|final|preliminary|updated?|long term|extended|extension|post hoc|sub ?group|sub ?analys[ei]s"
    r"|follow up|prespecified|pooled|secondary|exploratory|rationale|protocol|design|quality of life"
    r"|patient reported|cost effectiveness|real world|japanese|chinese|asian|elderly)\b"
)
_TRIAL = re.compile(
    r"\bNCT ?0?\d{7,8}\b|\b(?:EudraCT|EUCTR)[ :#-]*(?:No\.?|number)?[ :]*\d{4}-?\d{6}-?\d{2}\b"
    r"|\b20\d\d-\d{6}-\d{2}\b"
    r"|\bISRCTN ?\d{6,8}\b|\bChiCTR[\w-]{5,20}\b|\bUMIN ?\d{9}\b|\bJapicCTI-?\d{6}\b|\bACTRN ?\d{14}\b"
    r"|\bCTRI/\d{4}/\d+/\d+\b|\bDRKS ?\d{8}\b|\bjRCT[s\d]\d{6,10}\b",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"\d{6}|CTRI")  # in every registry number; a quick look before the slow one


@dataclass(frozen=True, slots=True)
class Key:
    """A record as it is compared; every text is folded by `letters`, "" where the record has none.

    Attributes
    ----------
    numbers : frozenset of str
        Numbers in the title, in digits whether written so, as words or as Roman numerals.
    notice : str
        "erratum", "reply", ... where the title says that it is about another paper.
    report : frozenset of str
        "interim", "final", "subgroup", ...: which report of a study the title says it is.
    people : frozenset of str
        Words of the authors' names, initials left out; `first` those of the first author.
    meeting : bool
        Whether it is a congress abstract, as far as the record says.
    """

    title: str
    numbers: frozenset[str]
    notice: str
    report: frozenset[str]
    people: frozenset[str]
    first: frozenset[str]
    year: int | None
    journal: str
    volume: str
    issue: frozenset[str]
    first_page: str
    doi: str
    pmid: str
    accession: str
    meeting: bool
    meeting_name: str
    abstract: str

    @property
    def has_text(self) -> bool:
        """Whether there is something to compare by."""
        return bool(self.title or self.abstract)


def letters(text: str) -> str:
    """Letters and digits in lower case, words one space apart, accents and markup gone.

    Examples
    --------
    >>> letters("The <i>β2</i>-Agonist: Müller's trial.")
    'the beta 2 agonist muller s trial'
    """
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _MARKUP.sub("", text)
    if text.isascii():
        text = text.lower()
    else:
        text = _COMBINING.sub("", unicodedata.normalize("NFKD", text.casefold()).translate(_GREEK_LETTERS))
    return _NOT_WORD.sub(" ", text).strip()


def plain_doi(doi: str) -> str:
    """A DOI for comparing: lower case, without resolver, label and closing punctuation.

    Examples
    --------
    >>> plain_doi("https://doi.org/10.1000/ABC.")
    '10.1000/abc'
    """
    found = re.search(r"10\.\d{4,9}/\S+", doi.casefold())
    if found and found[0].startswith(_CENTRAL):
        return ""
    return found[0].rstrip(".,;)]") if found else ""


def trial_numbers(text: str) -> frozenset[str]:
    """Registry numbers in a text, in one spelling.

    Examples
    --------
    >>> sorted(trial_numbers("NCT 01234567; EudraCT 2010-123456-12"))
    ['201012345612', 'NCT01234567']
    """
    found: set[str] = set()
    if not _LONG_NUMBER.search(text):
        return frozenset()
    for match in _TRIAL.finditer(text):
        number = re.sub(r"(?i)^(eudract|euctr)[ :#-]*(no\.?|number)?[ :]*", "", match[0])
        number = re.sub(r"[\s-]", "", number).upper()
        found.add(number)
    return frozenset(found)


def key_of(record: Record) -> Key:
    """What of a record is compared."""
    bare = _PREFACE.sub("", _LANGUAGE_NOTE.sub("", record.title.strip()))
    title = letters(bare)
    people = [_people(author) for author in record.authors[:40]]
    pmid = record.pmid.strip().lstrip("0")
    return Key(
        title=title,
        numbers=_numbers(title),
        notice=_notice(title, record.title),
        report=frozenset(_REPORT.findall(title)),
        people=frozenset(word for names in people for word in names),
        first=frozenset(people[0]) if people else frozenset(),
        year=record.year,
        journal=letters(_JOURNAL_NOTE.sub(" ", record.journal)),
        volume=_volume(record.volume),
        issue=frozenset(n.lstrip("0") for n in re.findall(r"\d+", record.issue)),
        first_page=_first_page(record.pages),
        doi=plain_doi(record.doi),
        pmid=pmid if pmid.isdecimal() else "",
        accession=record.accession.strip().upper(),
        meeting=_is_meeting(record),
        meeting_name=_meeting_name(record),
        abstract=letters(record.abstract[: MAX_ABSTRACT_LETTERS + 300])[:MAX_ABSTRACT_LETTERS],
    )


def digits_of(word: str) -> str:
    """A number word as digits ("three", "third", "iii"), any other word as it is."""
    return _NUMBER_WORDS.get(word, word) if word not in _AMBIGUOUS_NUMERALS else word


def _people(author: str) -> list[str]:
    """Words of a name, initials left out: "Adams, B. C." and "Adams BC" are both ["adams"]."""
    if author.casefold() in ("anonymous", "anon", "et al", "et al.", "[anonymous]"):
        return []
    shouted = author.isupper()
    words = []
    for word in re.findall(r"[^\W\d_]+", author):
        initials = len(word) == 1 or (len(word) <= 3 and word.isupper() and not shouted)
        if not initials:
            words.append(letters(word))
    return [word for word in words if len(word) > 1]


def _numbers(title: str) -> frozenset[str]:
    found, before = set(), ""
    for word in title.split():
        if word in _NUMBER_WORDS and (word not in _AMBIGUOUS_NUMERALS or before in _COUNTED):
            found.add(_NUMBER_WORDS[word])
        elif before == "part" and word in ("a", "b", "c", "d"):
            found.add(word)
        else:
            found.update(n.lstrip("0") or "0" for n in re.findall(r"\d+", word))
        before = word
    return frozenset(found)


def _notice(title: str, as_written: str) -> str:
    found = _NOTICE.search(title) or re.search(r"\(vol \d+", as_written, re.IGNORECASE)
    if not found:
        return ""
    word = found[0].strip("( ")
    return "correction" if re.match(r"errat|corrig|correct|vol", word) else word.split()[0]


def _volume(volume: str) -> str:
    """The number of a volume; "1)" is what is left of "(SUPPL. 1)" and says nothing."""
    found = re.search(r"\d+", volume)
    return found[0].lstrip("0") if found and (")" not in volume or "(" in volume) else ""


def _first_page(pages: str) -> str:
    """The first page or abstract number: "S12-S19" is "s12", "0129" is "129"."""
    found = re.search(r"[A-Za-z]{0,8}[-. ]?\d+", pages)
    if not found or _MONTH.search(pages):
        return ""
    prefix, digits = re.match(r"([a-z]*)[-. ]*0*(\d+)", found[0].lower()).groups()  # type: ignore[union-attr]
    return digits if prefix in ("p", "pp", "page", "pages") else prefix + digits


def _is_meeting(record: Record) -> bool:
    if record.conference or meeting_type(record.publication_types):
        return True
    if _MEETING_NOTE.search(f"{record.journal} {record.issue} {record.volume}"):
        return True
    # One page of a supplement: an abstract, as far as one can see.
    return bool(_SUPPLEMENT.search(f"{record.issue} {record.volume}")) and _is_one_page(record.pages)


def _meeting_name(record: Record) -> str:
    """The name of the meeting: its own field, or "Diabetes. Conference: 70th Scientific Sessions"."""
    if record.conference and not _TYPE_ONLY.fullmatch(record.conference.strip()):
        return letters(record.conference)
    noted = re.search(r"\bConference:\s*(.{8,})", record.journal)
    return letters(noted[1]) if noted else ""


def _is_one_page(pages: str) -> bool:
    ends = re.findall(r"[A-Za-z]*\d+", pages)
    return len(set(ends)) < 2
