"""Every table of a review, as SQLAlchemy sees it. Triggers and views: `guards.py`.

The tables whose name holds `decision` are the log: appended to, never changed, each row chained to
the row before it by a hash. All other facts can be made again, except records and findings, whose
content never changes once a row is there. The dataset is not here: it is a view.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from data.protocol import Stage
from data.records import RESPONSES, Endpoint, Source, Statistic, Unit

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ROUTES = ("database", "register", "website", "citation", "other")
SCREENING_VERDICTS = ("include", "exclude", "maybe", "undo")
FINDING_VERDICTS = ("confirm", "correct", "reject", "add", "undo")
LINK_KINDS = ("duplicate", "study")
LINK_VERDICTS = ("same", "different", "undo")
ROLES = ("reviewer", "adjudicator")
RULED = (*Stage, "findings")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _text(name: str, *, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _moment(name: str) -> sa.Column[str]:
    """UTC, ISO 8601 with microseconds: sorts as text, the same in both databases."""
    return sa.Column(name, sa.Text, nullable=False)


protocol_versions = sa.Table(
    "protocol_versions",
    metadata,
    _id(),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("source_text", sa.Text, nullable=False),
    _text("rationale"),
    _moment("created_at"),
    sqlite_autoincrement=True,
)

people = sa.Table(
    "people",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    # Two spellings that differ in case or spacing only are one person: blinding depends on it.
    sa.Column("name_key", sa.Text, nullable=False, unique=True),
    _moment("created_at"),
    sa.CheckConstraint("trim(name) <> ''", name="name_given"),
    sqlite_autoincrement=True,
)

import_batches = sa.Table(
    "import_batches",
    metadata,
    _id(),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("file_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("encoding", sa.Text, nullable=False),
    _text("source"),
    _text("platform"),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("searched_on", sa.Text),
    _text("query_text"),
    sa.Column("n_seen", sa.Integer, nullable=False),
    sa.Column("n_imported", sa.Integer, nullable=False),
    sa.Column("n_already", sa.Integer, nullable=False),
    sa.Column("n_rejected", sa.Integer, nullable=False),
    _moment("imported_at"),
    sa.CheckConstraint("n_seen = n_imported + n_already + n_rejected", name="counts_reconcile"),
    _one_of("route", ROUTES),
    sqlite_autoincrement=True,
)

import_rejects = sa.Table(
    "import_rejects",
    metadata,
    _id(),
    sa.Column("batch_id", sa.ForeignKey("import_batches.id"), nullable=False, index=True),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    _text("raw"),
    sqlite_autoincrement=True,
)

records = sa.Table(
    "records",
    metadata,
    _id(),
    sa.Column("batch_id", sa.ForeignKey("import_batches.id"), nullable=False, index=True),
    # The reference this record belongs to, named by one of its members; itself until merged.
    sa.Column("group_id", sa.ForeignKey("records.id"), nullable=False, index=True),
    sa.Column("content_sha256", sa.Text, nullable=False, index=True),
    sa.Column("line", sa.Integer, nullable=False),
    _text("external_id"),
    _text("title"),
    _text("abstract"),
    _text("authors", default="[]"),
    sa.Column("year", sa.Integer),
    _text("journal"),
    _text("volume"),
    _text("issue"),
    _text("pages"),
    _text("doi"),
    _text("pmid"),
    _text("accession"),
    _text("language"),
    _text("publication_types", default="[]"),
    _text("keywords", default="[]"),
    _text("conference"),
    _text("url"),
    _text("raw"),
    sa.Index(None, "external_id"),
    sqlite_autoincrement=True,
)

# Pairs that a rule took for one reference, with its evidence; what people say of a pair outweighs it.
duplicate_links = sa.Table(
    "duplicate_links",
    metadata,
    sa.Column("record_a", sa.ForeignKey("records.id"), primary_key=True),
    sa.Column("record_b", sa.ForeignKey("records.id"), primary_key=True, index=True),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    _moment("linked_at"),
    sa.CheckConstraint("record_a < record_b", name="ordered"),
)

# Pairs put before a person: perhaps one reference, perhaps reports of one study.
link_proposals = sa.Table(
    "link_proposals",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("record_a", sa.ForeignKey("records.id"), primary_key=True),
    sa.Column("record_b", sa.ForeignKey("records.id"), primary_key=True),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    _moment("proposed_at"),
    _one_of("kind", LINK_KINDS),
    sa.CheckConstraint("record_a < record_b", name="ordered"),
)

stage_rules = sa.Table(
    "stage_rules",
    metadata,
    _id(),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("includes_needed", sa.Integer, nullable=False),
    sa.Column("excludes_needed", sa.Integer, nullable=False),
    # Liberal screening: an include settles it, whatever the others said.
    sa.Column("include_wins", sa.Boolean, nullable=False),
    # The rule holds for every reference or finding whose first decision has this id or a later one.
    sa.Column("from_decision_id", sa.Integer, nullable=False),
    sa.Column("protocol_version_id", sa.ForeignKey("protocol_versions.id"), nullable=False),
    _moment("created_at"),
    _one_of("stage", tuple(RULED)),
    sa.CheckConstraint("includes_needed >= 1 AND excludes_needed >= 1", name="someone_decides"),
    sqlite_autoincrement=True,
)

models = sa.Table(
    "models",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("bundle", sa.Text),  # folder below models/; none for a refit that its recipe can repeat
    sa.Column("recipe", sa.Text, nullable=False),
    sa.Column("labels_fingerprint", sa.Text, nullable=False),
    _text("metrics", default="{}"),
    _moment("created_at"),
)

model_events = sa.Table(
    "model_events",
    metadata,
    _id(),
    sa.Column("model_id", sa.ForeignKey("models.id"), nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    _text("reason"),
    _moment("happened_at"),
    _one_of("event", ("registered", "promoted", "rolled_back")),
    sqlite_autoincrement=True,
)

predictions = sa.Table(
    "predictions",
    metadata,
    sa.Column("record_id", sa.ForeignKey("records.id"), primary_key=True),
    sa.Column("model_id", sa.ForeignKey("models.id"), primary_key=True),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("probability", sa.Float),
    _moment("predicted_at"),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("group_id", sa.ForeignKey("records.id"), primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("expires_at", sa.Text, nullable=False),
    _one_of("stage", tuple(Stage)),
)


QUEUE_KINDS = ("ranked", "exploration", "control", "second")
MARKS = ("discuss", "skip", "findings_complete", "blind_complete")


def _shown_columns() -> list[sa.Column[Any]]:
    """Why a record stands where it does in the queue; a second reading says nothing of this."""
    return [
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("model_id", sa.ForeignKey("models.id")),
        sa.Column("rank", sa.Integer),
        sa.Column("score", sa.Float),
        sa.Column("probability", sa.Float),
        sa.Column("suggestion", sa.Text),
        _text("reasons", default="[]"),
    ]


# The next few hundred records, written anew by the worker after each refit.
queue_entries = sa.Table(
    "queue_entries",
    metadata,
    sa.Column("record_id", sa.ForeignKey("records.id"), primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    *_shown_columns(),
    _moment("written_at"),
    _one_of("stage", tuple(Stage)),
    _one_of("kind", QUEUE_KINDS),
)

# What each person was handed to read, and why: the queue itself is gone by the time they decide.
readings = sa.Table(
    "readings",
    metadata,
    sa.Column("record_id", sa.ForeignKey("records.id"), primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), primary_key=True),
    *_shown_columns(),
    sa.Column("suggestion_shown_at", sa.Text),
    _moment("leased_at"),
    _one_of("stage", tuple(Stage)),
    _one_of("kind", QUEUE_KINDS),
)

# What a person noted about their reading; the latest row of a kind holds.
marks = sa.Table(
    "marks",
    metadata,
    _id(),
    sa.Column("record_id", sa.ForeignKey("records.id"), nullable=False, index=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("is_set", sa.Boolean, nullable=False),
    _text("note"),
    sa.Column("idempotency_key", sa.Text, nullable=False, unique=True),
    _moment("marked_at"),
    _one_of("stage", tuple(RULED)),
    _one_of("kind", MARKS),
    sqlite_autoincrement=True,
)

# Values read a second time without suggestions, to be compared; they never enter the dataset.
blind_findings = sa.Table(
    "blind_findings",
    metadata,
    _id(),
    sa.Column("record_id", sa.ForeignKey("records.id"), nullable=False, index=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("idempotency_key", sa.Text, nullable=False, unique=True),
    _moment("read_at"),
    sqlite_autoincrement=True,
)


def _log_columns() -> list[sa.Column[str]]:
    return [
        sa.Column("idempotency_key", sa.Text, nullable=False, unique=True),
        _moment("decided_at"),
        sa.Column("previous_hash", sa.Text, nullable=False, unique=True),
        sa.Column("row_hash", sa.Text, nullable=False, unique=True),
    ]


screening_decisions = sa.Table(
    "screening_decisions",
    metadata,
    _id(),
    sa.Column("record_id", sa.ForeignKey("records.id"), nullable=False, index=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    _text("note"),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("undoes_id", sa.Integer, unique=True),
    sa.Column("protocol_version_id", sa.ForeignKey("protocol_versions.id"), nullable=False),
    sa.Column("shown_model_id", sa.ForeignKey("models.id")),
    sa.Column("shown_rank", sa.Integer),
    sa.Column("suggestion_visible", sa.Boolean, nullable=False, server_default=sa.false()),
    *_log_columns(),
    _one_of("stage", tuple(Stage)),
    _one_of("verdict", SCREENING_VERDICTS),
    _one_of("role", ROLES),
    sa.CheckConstraint("reason IS NULL OR verdict = 'exclude'", name="reason_for_exclude"),
    sa.CheckConstraint(
        "NOT (verdict = 'exclude' AND stage = 'full_text' AND reason IS NULL)", name="full_text_reason"
    ),
    sa.CheckConstraint("(verdict = 'undo') = (undoes_id IS NOT NULL)", name="undo_names_one"),
    sa.CheckConstraint("trim(idempotency_key) <> ''", name="key_given"),
    sa.UniqueConstraint("id", "record_id", "person_id", "stage"),
    # An undo takes back a decision of the same person, on the same record, at the same stage.
    sa.ForeignKeyConstraint(
        ["undoes_id", "record_id", "person_id", "stage"],
        [f"screening_decisions.{c}" for c in ("id", "record_id", "person_id", "stage")],
    ),
    sqlite_autoincrement=True,
)


def _content_columns(*, required: bool) -> list[sa.Column[Any]]:
    """What a finding says; a decision that rejects or undoes says nothing."""
    columns: list[tuple[str, sa.types.TypeEngine[Any], bool]] = [
        ("endpoint", sa.Text(), required),
        ("statistic", sa.Text(), required),
        ("value", sa.Float(), False),
        ("unit", sa.Text(), required),
        ("value_max", sa.Float(), False),
        ("not_reached", sa.Boolean(), required),
        ("ci_lower", sa.Float(), False),
        ("ci_upper", sa.Float(), False),
        ("ci_level", sa.Float(), False),
        ("timepoint_months", sa.Float(), False),
        ("count", sa.Integer(), False),
        ("total", sa.Integer(), False),
        ("arm", sa.Text(), False),
        ("source", sa.Text(), required),
        ("source_study", sa.Text(), False),
        ("assessor", sa.Text(), False),
        ("analysis_set", sa.Text(), False),
        ("analysis", sa.Text(), False),
        ("time_origin", sa.Text(), False),
        ("criteria", sa.Text(), False),
        ("treatment", sa.Text(), False),
        ("reference", sa.Text(), False),
        ("adjusted", sa.Boolean(), False),
        ("contrast", sa.Text(), False),
        ("locator", sa.Text(), False),
        ("start", sa.Integer(), False),
        ("end", sa.Integer(), False),
        ("evidence_start", sa.Integer(), False),
        ("evidence_end", sa.Integer(), False),
        ("value_text", sa.Text(), False),
    ]
    return [sa.Column(name, kind, nullable=not needed) for name, kind, needed in columns]


CONTENT_FIELDS = tuple(column.name for column in _content_columns(required=True))


def _content_checks() -> list[sa.CheckConstraint]:
    """The rules of `data.records.Finding`, once more, for whoever writes past the code."""
    responses = ", ".join(f"'{e}'" for e in Endpoint if e in RESPONSES)
    return [
        _one_of("endpoint", tuple(Endpoint)),
        _one_of("statistic", tuple(Statistic)),
        _one_of("unit", tuple(Unit)),
        _one_of("source", tuple(Source)),
        sa.CheckConstraint(
            f"endpoint IS NULL OR (endpoint IN ({responses})) = (statistic = 'response_rate')",
            name="response_rate",
        ),
        sa.CheckConstraint(
            "endpoint IS NULL OR (not_reached AND value IS NULL) OR (NOT not_reached AND value IS NOT NULL)",
            name="value_or_not_reached",
        ),
        sa.CheckConstraint("value_max IS NULL OR value_max >= value", name="range_ordered"),
        sa.CheckConstraint("ci_lower IS NULL OR ci_upper IS NULL OR ci_lower <= ci_upper", name="ci_ordered"),
        sa.CheckConstraint(
            "source IS NULL OR (source = 'other_study') = (source_study IS NOT NULL AND source_study <> '')",
            name="other_study_named",
        ),
        sa.CheckConstraint(
            'endpoint IS NULL OR ("start" IS NOT NULL AND "end" IS NOT NULL AND evidence_start IS NOT NULL'
            ' AND evidence_end IS NOT NULL AND 0 <= evidence_start AND evidence_start <= "start"'
            ' AND "start" < "end" AND "end" <= evidence_end)'
            ' OR ("start" IS NULL AND "end" IS NULL AND locator IS NOT NULL AND trim(locator) <> \'\')',
            name="has_a_place",
        ),
    ]


findings = sa.Table(
    "findings",
    metadata,
    _id(),
    sa.Column("record_id", sa.ForeignKey("records.id"), nullable=False, index=True),
    # Who put it forward: the extractor (its version) or, for a finding that a person added, nobody.
    sa.Column("extractor", sa.Text),
    *_content_columns(required=True),
    sa.Column("confidence", sa.Float),
    _text("rule"),
    _moment("proposed_at"),
    *_content_checks(),
    sqlite_autoincrement=True,
)

finding_decisions = sa.Table(
    "finding_decisions",
    metadata,
    _id(),
    sa.Column("finding_id", sa.ForeignKey("findings.id"), nullable=False, index=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    _text("note"),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("undoes_id", sa.Integer, unique=True),
    sa.Column("protocol_version_id", sa.ForeignKey("protocol_versions.id"), nullable=False),
    sa.Column("suggestion_visible", sa.Boolean, nullable=False, server_default=sa.true()),
    *_content_columns(required=False),
    # Of the content: two people agree when their decisions share it.
    sa.Column("content_sha256", sa.Text),
    *_log_columns(),
    _one_of("verdict", FINDING_VERDICTS),
    _one_of("role", ROLES),
    sa.CheckConstraint("(verdict = 'undo') = (undoes_id IS NOT NULL)", name="undo_names_one"),
    sa.CheckConstraint(
        "(verdict IN ('confirm', 'correct', 'add')) = (endpoint IS NOT NULL AND statistic IS NOT NULL"
        " AND unit IS NOT NULL AND not_reached IS NOT NULL AND source IS NOT NULL"
        " AND content_sha256 IS NOT NULL)",
        name="content_when_positive",
    ),
    sa.CheckConstraint("trim(idempotency_key) <> ''", name="key_given"),
    *_content_checks(),
    sa.UniqueConstraint("id", "finding_id", "person_id"),
    sa.ForeignKeyConstraint(
        ["undoes_id", "finding_id", "person_id"],
        [f"finding_decisions.{c}" for c in ("id", "finding_id", "person_id")],
    ),
    sqlite_autoincrement=True,
)

# What people say of two records: one reference, reports of one study, or neither.
link_decisions = sa.Table(
    "link_decisions",
    metadata,
    _id(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("record_a", sa.ForeignKey("records.id"), nullable=False, index=True),
    sa.Column("record_b", sa.ForeignKey("records.id"), nullable=False, index=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    _text("note"),
    sa.Column("undoes_id", sa.ForeignKey("link_decisions.id"), unique=True),
    *_log_columns(),
    _one_of("kind", LINK_KINDS),
    _one_of("verdict", LINK_VERDICTS),
    sa.CheckConstraint("record_a < record_b", name="ordered"),
    sa.CheckConstraint("(verdict = 'undo') = (undoes_id IS NOT NULL)", name="undo_names_one"),
    sa.CheckConstraint("trim(idempotency_key) <> ''", name="key_given"),
    sqlite_autoincrement=True,
)

DECISION_TABLES = (screening_decisions, finding_decisions, link_decisions)
