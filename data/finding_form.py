"""A finding as a person types it: names and values in, a valid `Finding` out."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from data.errors import StoreError
from data.records import FINDING_FIELDS, UNIT_OF, Endpoint, Finding, Source, Statistic, Unit

FLOATS = ("value", "value_max", "ci_lower", "ci_upper", "ci_level", "timepoint_months")
FLAGS = ("not_reached", "adjusted")
_INTEGERS = ("count", "total", "start", "end", "evidence_start", "evidence_end")
_WORDS: dict[str, type[StrEnum]] = {
    "endpoint": Endpoint,
    "statistic": Statistic,
    "unit": Unit,
    "source": Source,
}
# The extractor's own remarks are not a person's to set.
FORM_FIELDS = tuple(name for name in FINDING_FIELDS if name not in ("confidence", "rule"))


def parse_changes(changes: Mapping[str, object], *, where: str) -> dict[str, object]:
    """Field values as typed by a person (text or JSON values) in the types of `Finding`.

    Raises
    ------
    StoreError
        An unknown field, or a text that is not what the field holds; names `where`.
    """
    kinds: dict[str, type] = {
        **dict.fromkeys(FLOATS, float),
        **dict.fromkeys(_INTEGERS, int),
        **_WORDS,
    }
    parsed: dict[str, object] = {}
    for name, given in changes.items():
        if name not in FORM_FIELDS:
            raise StoreError(f"{where}: a finding has no field {name!r}; it has {', '.join(FORM_FIELDS)}")
        if given is None or (isinstance(given, str) and given.strip().lower() in ("", "null", "none")):
            parsed[name] = None
        elif name in FLAGS:
            parsed[name] = _flag(given, f"{where}: {name}")
        elif name in kinds:
            try:
                parsed[name] = (
                    _number(given, kinds[name]) if name in FLOATS + _INTEGERS else kinds[name](given)
                )
            except (TypeError, ValueError, OverflowError) as err:
                kind = kinds[name]
                wanted = (
                    "one of " + ", ".join(kind)
                    if issubclass(kind, StrEnum)
                    else "a number"
                    if kind is float
                    else "a whole number"
                )
                raise StoreError(f"{where}: {name} is {given!r}, expected {wanted}") from err
        else:
            parsed[name] = str(given)
    if parsed.get("value_text", "") is None:
        parsed["value_text"] = ""
    return parsed


def _number(given: object, kind: type) -> float | int:
    """A number out of text or JSON; a flag is none, and a whole number is whole."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise TypeError("not a number")
    value = float(given)
    if abs(value) >= 2**31 or (kind is int and not value.is_integer()):
        raise ValueError("too large, or not whole")
    return int(value) if kind is int else value


def make_finding(values: Mapping[str, object], *, where: str) -> Finding:
    """A valid finding from parsed values; StoreError names `where` and the problem."""
    missing = [name for name in ("endpoint", "statistic") if values.get(name) is None]
    if missing:
        raise StoreError(f"{where}: {' and '.join(missing)} must be given")
    filled = dict(values)
    filled.setdefault("value", None)
    try:
        for name, kind in _WORDS.items():  # kept values come back from JSON as plain words
            if filled.get(name) is not None:
                filled[name] = kind(str(filled[name]))
        if filled.get("unit") is None:
            filled["unit"] = UNIT_OF[Statistic(str(filled["statistic"]))]
        return Finding(**filled)  # type: ignore[arg-type]
    except ValueError as err:
        raise StoreError(f"{where}: {err}") from err


def _flag(given: object, where: str) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower()
    if word not in ("true", "false", "yes", "no", "1", "0"):
        raise StoreError(f"{where} is {given!r}, expected true or false")
    return word in ("true", "yes", "1")
