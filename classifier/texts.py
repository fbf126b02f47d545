"""A JSON Lines file of texts to the outcome mentions in them, one line each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from classifier.extraction import facts_row, load_extractor, mention_row
from data.errors import ReadError
from data.files import writing
from data.records import CORE_ENDPOINTS, Endpoint


def extract_file(
    source: Path,
    target: Path,
    *,
    endpoints: Iterable[Endpoint] = CORE_ENDPOINTS,
    force: bool = False,
    on_text: Callable[[int], None] = lambda n_done: None,
) -> tuple[int, int]:
    """Extract from each `{"record_id", "text"}` line; returns (texts read, mentions written).

    For each text its mentions and then one `"type": "record"` line, in the order of the file.

    Raises
    ------
    ReadError
        A line is not such an object; names file and line, and nothing is left at `target`.
    """
    extractor = load_extractor(endpoints=endpoints)
    n_texts = n_mentions = 0
    with writing(target, force=force) as out:
        for record_id, text in read_texts(source):
            extraction = extractor.extract(text)
            rows = [mention_row(record_id, text, finding) for finding in extraction.findings]
            for row in (*rows, facts_row(record_id, extraction.facts)):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
            n_texts, n_mentions = n_texts + 1, n_mentions + len(rows)
            on_text(n_texts)
    return n_texts, n_mentions


def read_texts(path: Path) -> Iterator[tuple[str, str]]:
    """The (record_id, text) pairs of a JSON Lines file."""
    n_texts = 0
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                n_texts += 1
                yield _pair(line, f"{path}:{number}")
    except OSError as err:
        raise ReadError(f"{path}: cannot be read ({err.strerror})") from err
    except UnicodeDecodeError as err:
        raise ReadError(f"{path}: is not UTF-8 text; save it as UTF-8") from err
    if not n_texts:
        raise ReadError(f'{path}: holds no text; each line is {{"record_id": ..., "text": ...}}')


def _pair(line: str, where: str) -> tuple[str, str]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as err:
        raise ReadError(f"{where}: not valid JSON: {err.msg}") from err
    except RecursionError as err:
        raise ReadError(f"{where}: is nested too deeply for a text and its id") from err
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "record_id" not in row:
        raise ReadError(f'{where}: expected an object {{"record_id": ..., "text": "..."}}')
    if not isinstance(row["record_id"], str | int) or any("\ud800" <= c <= "\udfff" for c in row["text"]):
        raise ReadError(f"{where}: record_id is neither text nor number, or the text holds half a character")
    return str(row["record_id"]), row["text"]
