"""The limits of a protocol, language and date, held against what a record states."""

from __future__ import annotations

from data.protocol import Protocol
from data.records import Record


def limit_broken(protocol: Protocol, record: Record) -> str | None:
    """The limit of the protocol that a record breaks; what a record does not state breaks none."""
    language = record.language.casefold().strip()
    if protocol.languages and language and not any(_same_language(language, w) for w in protocol.languages):
        return "language"
    if record.year is not None:
        too_early = protocol.published_from and record.year < protocol.published_from.year
        too_late = protocol.published_to and record.year > protocol.published_to.year
        if too_early or too_late:
            return "date"
    return None


def _same_language(given: str, wanted: str) -> bool:
    """Whether any of the given languages is the wanted one ("eng; fre", "English")."""
    return any(
        g and (g.startswith(wanted[:3]) and wanted.startswith(g[:3]))
        for g in given.replace(",", ";").replace(";", " ").split()
    )
