"""The PICOS protocol of a review: criteria, limits, exclusion reasons and reviewer modes.

A protocol is a TOML file (see `template.toml` beside this module, which `init` writes). The short
JSON form of finished reviews, lists of terms under `population`, `intervention`, `comparator`,
`outcomes` and `study_design`, is read too.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from data.errors import ProtocolError
from data.records import CORE_ENDPOINTS, Design, Endpoint

CRITERIA = ("population", "intervention", "comparator", "outcomes", "study_design")
E = TypeVar("E", bound=StrEnum)

OTHER_REASONS = (
    "language",
    "date",
    "publication_type",
    "superseded_report",
    "no_extractable_outcome",
)


class Mode(StrEnum):
    """How many people a screening stage takes."""

    SINGLE = "single"
    DUAL = "dual"
    LIBERAL = "liberal"
    DUAL_THEN_SINGLE = "dual_then_single"


class FindingMode(StrEnum):
    """How many people a finding takes."""

    SINGLE = "single"
    VERIFY = "verify"  # one extracts, another verifies
    DUAL = "dual"  # two extract independently


class Stage(StrEnum):
    """The screening stages of a systematic review."""

    TITLE_ABSTRACT = "title_abstract"
    FULL_TEXT = "full_text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One letter of PICOS.

    Attributes
    ----------
    name : str
        One of `CRITERIA`; also the exclusion reason.
    description : str
        A sentence for the people who read.
    wanted : tuple of str
        Terms of which any one speaks for the criterion.
    synonyms : mapping of str to tuple of str
        Other words for a wanted term (brand, code name, abbreviation).
    unwanted : tuple of str
        Terms that speak against it.
    together : tuple of tuple of str
        Groups of wanted terms of each of which one must stand (myeloma, and an earlier antibody); empty
        when any one term will do.
    designs : tuple of Design
        Only for `study_design`: the designs that are eligible; empty when the file does not say.
    """

    name: str
    description: str = ""
    wanted: tuple[str, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]]
    unwanted: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    designs: tuple[Design, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """Every wanted term and synonym, each once, in the order of the file."""
        seen = dict.fromkeys(self.wanted)
        for term, others in self.synonyms.items():
            seen.setdefault(term)
            seen.update(dict.fromkeys(others))
        return tuple(seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """What a review looks for and how its people decide; made by `read_protocol`."""

    title: str
    question: str = ""
    criteria: tuple[Criterion, ...]
    languages: tuple[str, ...] = ()
    published_from: dt.date | None = None
    published_to: dt.date | None = None
    modes: Mapping[Stage, Mode]
    dual_records: int | None = None
    finding_mode: FindingMode = FindingMode.SINGLE
    endpoints: tuple[Endpoint, ...] = CORE_ENDPOINTS
    show_suggestions: bool = False
    extra_reasons: tuple[str, ...] = ()
    source_text: str

    @property
    def reasons(self) -> tuple[str, ...]:
        """Exclusion reasons in the order in which they are tried: PICOS first."""
        return (*CRITERIA, *OTHER_REASONS, *self.extra_reasons)

    @property
    def sha256(self) -> str:
        """Fingerprint of the file's text."""
        return hashlib.sha256(self.source_text.encode()).hexdigest()

    def criterion(self, name: str) -> Criterion:
        """The criterion of that name (one of `CRITERIA`)."""
        return next(c for c in self.criteria if c.name == name)


def template() -> str:
    """The commented protocol that `init` writes."""
    return files("data").joinpath("template.toml").read_text(encoding="utf-8")


def read_protocol(path: Path) -> Protocol:
    """Read a protocol file, TOML or the short JSON form.

    Raises
    ------
    ProtocolError
        The file is missing, is not text, or has an error; the message names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as err:
        raise ProtocolError(f"{path}: no such protocol file; `picosieve init` writes a template") from err
    except (OSError, UnicodeDecodeError) as err:
        raise ProtocolError(f"{path}: cannot be read as UTF-8 text ({err})") from err
    return parse_protocol(text, name=str(path))


def parse_protocol(text: str, *, name: str = "protocol.toml") -> Protocol:
    """Build a protocol from the text of its file; `name` stands in error messages."""
    if text.lstrip().startswith("{"):
        return _from_json(text, name)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        line = re.search(r"at line (\d+)", str(err))
        where = line[1] if line else str(text.count("\n") + 1)
        raise ProtocolError(f"{name}:{where}: not valid TOML: {err}") from err
    return _Reader(text, name).protocol(tables)


def _from_json(text: str, name: str) -> Protocol:
    try:
        tables = json.loads(text)
    except json.JSONDecodeError as err:
        raise ProtocolError(f"{name}:{err.lineno}: not valid JSON: {err.msg}") from err
    reader = _Reader(text, name)
    reader.only(tables, {"title", "question", *CRITERIA}, "")
    return reader.protocol(
        {k: {"wanted": v} if k in CRITERIA and isinstance(v, list) else v for k, v in tables.items()}
    )


class _Reader:
    """Checks each value of a parsed protocol; errors name the line that holds the key."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name

    def protocol(self, tables: dict[str, Any]) -> Protocol:
        self.only(
            tables,
            {
                "title",
                "question",
                "limits",
                "screening",
                "full_text",
                "findings",
                "exclusion_reasons",
                *CRITERIA,
            },
            "",
        )
        limits = self.table(tables, "limits", {"languages", "published_from", "published_to"})
        screening = self.table(tables, "screening", {"mode", "dual_records", "show_suggestions"})
        full_text = self.table(tables, "full_text", {"mode"})
        findings = self.table(tables, "findings", {"mode", "endpoints"})
        mode = self.choice(screening, "screening", "mode", Mode, Mode.SINGLE)
        dual_records = screening.get("dual_records")
        if (mode is Mode.DUAL_THEN_SINGLE) != (dual_records is not None):
            raise self.error("screening", "dual_records", "goes with mode dual_then_single, and only with it")
        if dual_records is not None and (type(dual_records) is not int or dual_records < 1):
            raise self.error(
                "screening", "dual_records", f"must be a whole number from 1, not {dual_records!r}"
            )
        start, end = (self.date(limits, k) for k in ("published_from", "published_to"))
        if start and end and start > end:
            raise self.error("limits", "published_from", "is after published_to")
        show = screening.get("show_suggestions", False)
        if not isinstance(show, bool):
            raise self.error("screening", "show_suggestions", f"must be true or false, not {show!r}")
        reasons = self.words(tables, "", "exclusion_reasons")
        for reason in reasons:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", reason):
                raise self.error("", "exclusion_reasons", f"{reason!r} must be lower_case_words")
            if reason in CRITERIA + OTHER_REASONS:
                raise self.error("", "exclusion_reasons", f"{reason!r} is there already; leave it out")
        title = self.string(tables, "", "title")
        if not title.strip():
            raise self.error("", "title", "is missing: give the review a title")
        return Protocol(
            title=title,
            question=self.string(tables, "", "question"),
            criteria=tuple(self.criterion(tables, c) for c in CRITERIA),
            languages=tuple(w.casefold() for w in self.words(limits, "limits", "languages")),
            published_from=start,
            published_to=end,
            modes={
                Stage.TITLE_ABSTRACT: mode,
                Stage.FULL_TEXT: self.choice(full_text, "full_text", "mode", Mode, Mode.SINGLE),
            },
            dual_records=dual_records,
            finding_mode=self.choice(findings, "findings", "mode", FindingMode, FindingMode.SINGLE),
            endpoints=self.endpoints(findings),
            show_suggestions=show,
            extra_reasons=reasons,
            source_text=self.text,
        )

    def endpoints(self, findings: dict[str, Any]) -> tuple[Endpoint, ...]:
        """The outcomes whose results are extracted, in the order of `Endpoint`."""
        words = self.words(findings, "findings", "endpoints")
        if "endpoints" in findings and not words:
            raise self.error("findings", "endpoints", "is empty; leave it out for PFS, OS and ORR")
        for word in words:
            if word not in list(Endpoint):
                raise self.error("findings", "endpoints", f"{word!r} is none of {', '.join(Endpoint)}")
        return tuple(e for e in Endpoint if e in words) or CORE_ENDPOINTS

    def criterion(self, tables: dict[str, Any], name: str) -> Criterion:
        allowed = {"description", "wanted", "synonyms", "unwanted", "together"}
        table = self.table(tables, name, allowed | ({"designs"} if name == "study_design" else set()))
        synonyms = table.get("synonyms", {})
        if not isinstance(synonyms, dict):
            raise self.error(name, "synonyms", "must be a table: term = [other words]")
        designs = []
        for word in self.words(table, name, "designs"):
            if word not in list(Design):
                raise self.error(name, "designs", f"{word!r} is none of {', '.join(Design)}")
            designs.append(Design(word))
        wanted = self.words(table, name, "wanted")
        return Criterion(
            name=name,
            description=self.string(table, name, "description"),
            wanted=wanted,
            synonyms={term: self.words(synonyms, name, term) for term in synonyms},
            unwanted=self.words(table, name, "unwanted"),
            together=self.groups(table, name, wanted),
            designs=tuple(designs),
        )

    def groups(
        self, table: dict[str, Any], where: str, wanted: tuple[str, ...]
    ) -> tuple[tuple[str, ...], ...]:
        """The lists of `together`: two or more, each of wanted terms."""
        value = table.get("together", [])
        if not isinstance(value, list) or not all(isinstance(group, list) and group for group in value):
            raise self.error(
                where, "together", f'must be lists of wanted terms: [["...", "..."], ["..."]], not {value!r}'
            )
        groups = tuple(self.words({"together": group}, where, "together") for group in value)
        if len(groups) == 1:
            raise self.error(where, "together", "takes two lists or more: one term of each must stand")
        for term in (term for group in groups for term in group):
            if term not in wanted:
                raise self.error(where, "together", f"{term!r} is not in `wanted`; add it there")
        return groups

    def table(self, tables: dict[str, Any], name: str, allowed: set[str]) -> dict[str, Any]:
        table = tables.get(name, {})
        if not isinstance(table, dict):
            raise self.error("", name, f"must be a table: write [{name}]")
        self.only(table, allowed, name)
        return table

    def only(self, table: dict[str, Any], allowed: set[str], where: str) -> None:
        for key in table:
            if key not in allowed:
                raise self.error(
                    where, key, f"is not known here; expected one of {', '.join(sorted(allowed))}"
                )

    def string(self, table: dict[str, Any], where: str, key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self.error(where, key, f"must be text in quotes, not {value!r}")
        return value

    def words(self, table: dict[str, Any], where: str, key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(w, str) for w in value):
            raise self.error(where, key, f'must be a list of texts: ["...", "..."], not {value!r}')
        if any(not w.strip() for w in value):
            raise self.error(where, key, "holds an empty term")
        return tuple(dict.fromkeys(w.strip() for w in value))

    def date(self, table: dict[str, Any], key: str) -> dt.date | None:
        value = table.get(key)
        if value is not None and (not isinstance(value, dt.date) or isinstance(value, dt.datetime)):
            raise self.error("limits", key, f"must be a date without quotes: 2023-12-08, not {value!r}")
        return value

    def choice(self, table: dict[str, Any], where: str, key: str, kind: type[E], default: E) -> E:
        value = table.get(key, default)
        if value not in list(kind):
            raise self.error(where, key, f"{value!r} is none of {', '.join(kind)}")
        return kind(value)

    def error(self, where: str, key: str, problem: str) -> ProtocolError:
        dotted = f"{where}.{key}" if where else key
        return ProtocolError(f"{self.name}:{self.line(where, key)}: {dotted} {problem}")

    def line(self, where: str, key: str) -> int:
        """The line that holds the key (else its table's header, else 1)."""
        inside, header = where == "", 1
        for number, line in enumerate(self.text.splitlines(), 1):
            stripped = line.strip()
            if opened := re.match(r"\[+\s*([^\]]+?)\s*\]", stripped):
                names = opened[1].split(".")
                inside = where in ("", names[0])
                if where and names[0] == where and header == 1:
                    header = number
                if not where and names[0] == key:
                    return number
            if inside and _opens(key, stripped):
                return number
            if where and header == 1 and _opens(where, stripped):  # the short JSON form has no headers
                header = number
        return header


def _opens(key: str, line: str) -> bool:
    return re.match(rf"""["'{{\s]*{re.escape(key)}["']?\s*[=:]""", line) is not None
