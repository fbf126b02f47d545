"""The queue that the worker writes, what was handed out of it, marks, and blind re-extraction.

Revision ID: 0002
Revises: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_STAGES = "stage IN ('title_abstract', 'full_text')"
_KINDS = "kind IN ('ranked', 'exploration', 'control', 'second')"


def _shown() -> list[sa.Column[Any]]:
    return [
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("suggestion", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), server_default="[]", nullable=False),
    ]


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    op.create_table(
        "queue_entries",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *_shown(),
        sa.Column("written_at", sa.Text(), nullable=False),
        sa.CheckConstraint(_STAGES, name=op.f("ck_queue_entries_stage_known")),
        sa.CheckConstraint(_KINDS, name=op.f("ck_queue_entries_kind_known")),
        _to("queue_entries", "record_id", "records"),
        _to("queue_entries", "model_id", "models"),
        sa.PrimaryKeyConstraint("record_id", "stage", name=op.f("pk_queue_entries")),
    )
    op.create_table(
        "readings",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        *_shown(),
        sa.Column("suggestion_shown_at", sa.Text(), nullable=True),
        sa.Column("leased_at", sa.Text(), nullable=False),
        sa.CheckConstraint(_STAGES, name=op.f("ck_readings_stage_known")),
        sa.CheckConstraint(_KINDS, name=op.f("ck_readings_kind_known")),
        _to("readings", "record_id", "records"),
        _to("readings", "person_id", "people"),
        _to("readings", "model_id", "models"),
        sa.PrimaryKeyConstraint("record_id", "stage", "person_id", name=op.f("pk_readings")),
    )
    op.create_table(
        "marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_set", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('title_abstract', 'full_text', 'findings')", name=op.f("ck_marks_stage_known")
        ),
        sa.CheckConstraint(
            "kind IN ('discuss', 'skip', 'findings_complete', 'blind_complete')",
            name=op.f("ck_marks_kind_known"),
        ),
        _to("marks", "record_id", "records"),
        _to("marks", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_marks_idempotency_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_marks_record_id"), "marks", ["record_id"])
    op.create_table(
        "blind_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("read_at", sa.Text(), nullable=False),
        _to("blind_findings", "record_id", "records"),
        _to("blind_findings", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blind_findings")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_blind_findings_idempotency_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_blind_findings_record_id"), "blind_findings", ["record_id"])


def downgrade() -> None:
    for table in ("blind_findings", "marks", "readings", "queue_entries"):
        op.drop_table(table)
