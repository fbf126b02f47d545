"""Findings of more endpoints: time to progression, duration of response, complete response and others.

SQLite cannot change a check in place, and a copied table would lose its triggers, its counter of ids and,
while foreign keys are on, what points at it. So the stored text of the table is changed, as
https://www.sqlite.org/lang_altertable.html (section 7) allows for what alters no row.

Revision ID: 0004
Revises: 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CORE, _CORE_RESPONSES = ("PFS", "OS", "ORR"), ("ORR",)
_ALL = (*_CORE, "TTP", "DFS", "EFS", "DOR", "CR", "CBR", "DCR")
_ALL_RESPONSES = ("ORR", "CR", "CBR", "DCR")


def upgrade() -> None:
    _change(
        {
            "endpoint_known": ("endpoint_known", _known(_CORE), _known(_ALL)),
            "orr_rate": (
                "response_rate",
                "endpoint IS NULL OR (endpoint = 'ORR') = (statistic = 'response_rate')",
                _rate(_ALL_RESPONSES),
            ),
        }
    )


def downgrade() -> None:
    _change(
        {
            "endpoint_known": ("endpoint_known", _known(_ALL), _known(_CORE)),
            "response_rate": (
                "orr_rate",
                _rate(_ALL_RESPONSES),
                "endpoint IS NULL OR (endpoint = 'ORR') = (statistic = 'response_rate')",
            ),
        }
    )


def _change(checks: dict[str, tuple[str, str, str]]) -> None:
    """Put each check, by its old name, under its new name and condition."""
    db = op.get_bind()
    for table in ("findings", "finding_decisions"):
        for old_name, (new_name, old, new) in checks.items():
            before, after = f"ck_{table}_{old_name}", f"ck_{table}_{new_name}"
            if db.dialect.name == "sqlite":
                _rewrite(db, table, f"{before} CHECK ({old})", f"{after} CHECK ({new})")
            else:
                op.drop_constraint(op.f(before), table, type_="check")
                op.create_check_constraint(op.f(after), table, new)


def _rewrite(db: sa.Connection, table: str, old: str, new: str) -> None:
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    text = db.execute(query, {"table": table}).scalar_one()
    if text.count(old) != 1:
        raise RuntimeError(f"{table}: the check to be changed is not there: {old}")
    db.exec_driver_sql("PRAGMA writable_schema = ON")
    db.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :table"),
        {"sql": text.replace(old, new), "table": table},
    )
    version = db.exec_driver_sql("PRAGMA schema_version").scalar_one()
    db.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")  # other connections read it anew
    db.exec_driver_sql("PRAGMA writable_schema = RESET")  # and so does this one


def _known(words: Sequence[str]) -> str:
    return f"endpoint IN ({_listed(words)})"


def _rate(responses: Sequence[str]) -> str:
    return f"endpoint IS NULL OR (endpoint IN ({_listed(responses)})) = (statistic = 'response_rate')"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
