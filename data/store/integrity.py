"""Whether a review is what people made it: checked before anything is taken out of it."""

from __future__ import annotations

import sqlalchemy as sa

from data.errors import StoreError
from data.store import guards, log, references


def problems(db: sa.Connection) -> list[str]:
    """Everything that somebody changed past the program, one line each; empty when whole."""
    missing = sorted(guards.expected_triggers(db) - guards.trigger_names(db))
    found = [f"trigger {name}: is gone, so changes were possible" for name in missing]
    found += log.broken_links(db)
    found += [
        f"records {record_id}: stands in reference {there}, by its links it belongs to {due}"
        for record_id, (there, due) in sorted(references.misplaced(db).items())
    ]
    return found


def check(db: sa.Connection) -> None:
    """Refuse to go on with a review that was tampered with.

    Raises
    ------
    StoreError
        It was; names the first problem.
    """
    found = problems(db)
    if found:
        raise StoreError(
            f"the review was changed past the program ({found[0]}{', and more' if found[1:] else ''});"
            " see `picosieve status`, and go back to a copy"
        )
