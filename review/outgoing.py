"""The records of a project out again, with what people decided of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from data.errors import ScreeningError
from data.export import Exported, write_csv, write_ris, write_xlsx
from data.project import Project
from data.store import references
from data.store.dataset import ConfirmedRecord, confirmed_records
from data.store.imports import all_records

_WRITERS = {".csv": write_csv, ".xlsx": write_xlsx, ".ris": write_ris}


def export_records(project: Project, path: Path, *, force: bool = False) -> int:
    """Write every record, duplicates too, with its standing decision; returns their number.

    The ending of the name says the format: .ris, .csv or .xlsx.

    Raises
    ------
    ScreeningError
        An unknown ending, or a file that is there already (unless `force`).
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ScreeningError(f"{path}: name it OUT.ris, OUT.csv or OUT.xlsx, as the ending says the format")
    if not force and path.exists() and path.stat().st_size:
        raise ScreeningError(f"{path}: is there already; give another name, or --force to replace it")
    return write(path, _rows(project))


def _rows(project: Project) -> Iterator[Exported]:
    with project.store.read() as db:
        decided: dict[int, ConfirmedRecord] = {c.group_id: c for c in confirmed_records(db)}
        studies = references.studies(db)
        for stored in all_records(db):
            found = decided.get(stored.group_id)
            yield Exported(
                record=stored.record,
                picosieve_id=f"R{stored.record_id}",
                decision=found.label if found else "",
                reason="; ".join(found.reasons) if found else "",
                decided_by="; ".join(found.people) if found else "",
                stage=found.stage if found else "",
                reference_group=f"R{stored.group_id}",
                study=f"S{studies[stored.group_id]}" if stored.group_id in studies else "",
            )
