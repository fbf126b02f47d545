"""The first schema.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("searched_on", sa.Text(), nullable=True),
        sa.Column("query_text", sa.Text(), server_default="", nullable=False),
        sa.Column("n_seen", sa.Integer(), nullable=False),
        sa.Column("n_imported", sa.Integer(), nullable=False),
        sa.Column("n_already", sa.Integer(), nullable=False),
        sa.Column("n_rejected", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "route IN ('database', 'register', 'website', 'citation', 'other')",
            name=op.f("ck_import_batches_route_known"),
        ),
        sa.CheckConstraint(
            "n_seen = n_imported + n_already + n_rejected", name=op.f("ck_import_batches_counts_reconcile")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batches")),
        sa.UniqueConstraint("file_sha256", name=op.f("uq_import_batches_file_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "models",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=True),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("labels_fingerprint", sa.Text(), nullable=False),
        sa.Column("metrics", sa.Text(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.CheckConstraint("trim(name) <> ''", name=op.f("ck_people_name_given")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("name_key", name=op.f("uq_people_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "protocol_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source_text", sa.Text(), nullable=False),
        sa.Column("rationale", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_versions")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_rejects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_import_rejects_batch_id_import_batches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rejects")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("import_rejects", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_rejects_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "model_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("happened_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "event IN ('registered', 'promoted', 'rolled_back')", name=op.f("ck_model_events_event_known")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_model_events_model_id_models")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_events")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("abstract", sa.Text(), server_default="", nullable=False),
        sa.Column("authors", sa.Text(), server_default="[]", nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("journal", sa.Text(), server_default="", nullable=False),
        sa.Column("volume", sa.Text(), server_default="", nullable=False),
        sa.Column("issue", sa.Text(), server_default="", nullable=False),
        sa.Column("pages", sa.Text(), server_default="", nullable=False),
        sa.Column("doi", sa.Text(), server_default="", nullable=False),
        sa.Column("pmid", sa.Text(), server_default="", nullable=False),
        sa.Column("accession", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("publication_types", sa.Text(), server_default="[]", nullable=False),
        sa.Column("keywords", sa.Text(), server_default="[]", nullable=False),
        sa.Column("conference", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("raw", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_records_batch_id_import_batches")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["records.id"], name=op.f("fk_records_group_id_records")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_records_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_content_sha256"), ["content_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_external_id"), ["external_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_group_id"), ["group_id"], unique=False)

    op.create_table(
        "stage_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("includes_needed", sa.Integer(), nullable=False),
        sa.Column("excludes_needed", sa.Integer(), nullable=False),
        sa.Column("include_wins", sa.Boolean(), nullable=False),
        sa.Column("from_decision_id", sa.Integer(), nullable=False),
        sa.Column("protocol_version_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('title_abstract', 'full_text', 'findings')", name=op.f("ck_stage_rules_stage_known")
        ),
        sa.CheckConstraint(
            "includes_needed >= 1 AND excludes_needed >= 1", name=op.f("ck_stage_rules_someone_decides")
        ),
        sa.ForeignKeyConstraint(
            ["protocol_version_id"],
            ["protocol_versions.id"],
            name=op.f("fk_stage_rules_protocol_version_id_protocol_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_rules")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("extractor", sa.Text(), nullable=True),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("statistic", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("value_max", sa.Float(), nullable=True),
        sa.Column("not_reached", sa.Boolean(), nullable=False),
        sa.Column("ci_lower", sa.Float(), nullable=True),
        sa.Column("ci_upper", sa.Float(), nullable=True),
        sa.Column("ci_level", sa.Float(), nullable=True),
        sa.Column("timepoint_months", sa.Float(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("arm", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_study", sa.Text(), nullable=True),
        sa.Column("assessor", sa.Text(), nullable=True),
        sa.Column("analysis_set", sa.Text(), nullable=True),
        sa.Column("analysis", sa.Text(), nullable=True),
        sa.Column("time_origin", sa.Text(), nullable=True),
        sa.Column("criteria", sa.Text(), nullable=True),
        sa.Column("treatment", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("adjusted", sa.Boolean(), nullable=True),
        sa.Column("contrast", sa.Text(), nullable=True),
        sa.Column("locator", sa.Text(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("evidence_start", sa.Integer(), nullable=True),
        sa.Column("evidence_end", sa.Integer(), nullable=True),
        sa.Column("value_text", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("proposed_at", sa.Text(), nullable=False),
        sa.CheckConstraint("endpoint IN ('PFS', 'OS', 'ORR')", name=op.f("ck_findings_endpoint_known")),
        sa.CheckConstraint(
            "endpoint IS NULL OR (endpoint = 'ORR') = (statistic = 'response_rate')",
            name=op.f("ck_findings_orr_rate"),
        ),
        sa.CheckConstraint(
            "source IN ('own', 'summarised', 'other_study')", name=op.f("ck_findings_source_known")
        ),
        sa.CheckConstraint(
            "source IS NULL OR (source = 'other_study') = (source_study IS NOT NULL AND source_study <> '')",
            name=op.f("ck_findings_other_study_named"),
        ),
        sa.CheckConstraint(
            "statistic IN ('median', 'mean', 'landmark_rate', 'hazard_ratio', 'response_rate')",
            name=op.f("ck_findings_statistic_known"),
        ),
        sa.CheckConstraint("unit IN ('months', 'percent', 'ratio')", name=op.f("ck_findings_unit_known")),
        sa.CheckConstraint(
            "ci_lower IS NULL OR ci_upper IS NULL OR ci_lower <= ci_upper",
            name=op.f("ck_findings_ci_ordered"),
        ),
        sa.CheckConstraint(
            'endpoint IS NULL OR ("start" IS NOT NULL AND "end" IS NOT NULL AND evidence_start IS NOT NULL AND evidence_end IS NOT NULL AND 0 <= evidence_start AND evidence_start <= "start" AND "start" < "end" AND "end" <= evidence_end) OR ("start" IS NULL AND "end" IS NULL AND locator IS NOT NULL AND trim(locator) <> \'\')',
            name=op.f("ck_findings_has_a_place"),
        ),
        sa.CheckConstraint(
            "endpoint IS NULL OR (not_reached AND value IS NULL) OR (NOT not_reached AND value IS NOT NULL)",
            name=op.f("ck_findings_value_or_not_reached"),
        ),
        sa.CheckConstraint("value_max IS NULL OR value_max >= value", name=op.f("ck_findings_range_ordered")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_findings_record_id_records")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_findings_record_id"), ["record_id"], unique=False)

    op.create_table(
        "leases",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.CheckConstraint("stage IN ('title_abstract', 'full_text')", name=op.f("ck_leases_stage_known")),
        sa.ForeignKeyConstraint(["group_id"], ["records.id"], name=op.f("fk_leases_group_id_records")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_leases_person_id_people")),
        sa.PrimaryKeyConstraint("group_id", "stage", "person_id", name=op.f("pk_leases")),
    )
    op.create_table(
        "predictions",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("predicted_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_predictions_model_id_models")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_predictions_record_id_records")),
        sa.PrimaryKeyConstraint("record_id", "model_id", name=op.f("pk_predictions")),
    )
    op.create_table(
        "screening_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("protocol_version_id", sa.Integer(), nullable=False),
        sa.Column("shown_model_id", sa.Text(), nullable=True),
        sa.Column("shown_rank", sa.Integer(), nullable=True),
        sa.Column("suggestion_visible", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'undo') = (undoes_id IS NOT NULL)", name=op.f("ck_screening_decisions_undo_names_one")
        ),
        sa.CheckConstraint(
            "NOT (verdict = 'exclude' AND stage = 'full_text' AND reason IS NULL)",
            name=op.f("ck_screening_decisions_full_text_reason"),
        ),
        sa.CheckConstraint(
            "reason IS NULL OR verdict = 'exclude'", name=op.f("ck_screening_decisions_reason_for_exclude")
        ),
        sa.CheckConstraint(
            "role IN ('reviewer', 'adjudicator')", name=op.f("ck_screening_decisions_role_known")
        ),
        sa.CheckConstraint(
            "stage IN ('title_abstract', 'full_text')", name=op.f("ck_screening_decisions_stage_known")
        ),
        sa.CheckConstraint("trim(idempotency_key) <> ''", name=op.f("ck_screening_decisions_key_given")),
        sa.CheckConstraint(
            "verdict IN ('include', 'exclude', 'maybe', 'undo')",
            name=op.f("ck_screening_decisions_verdict_known"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_screening_decisions_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["protocol_version_id"],
            ["protocol_versions.id"],
            name=op.f("fk_screening_decisions_protocol_version_id_protocol_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_screening_decisions_record_id_records")
        ),
        sa.ForeignKeyConstraint(
            ["shown_model_id"], ["models.id"], name=op.f("fk_screening_decisions_shown_model_id_models")
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id", "record_id", "person_id", "stage"],
            [
                "screening_decisions.id",
                "screening_decisions.record_id",
                "screening_decisions.person_id",
                "screening_decisions.stage",
            ],
            name=op.f("fk_screening_decisions_undoes_id_record_id_person_id_stage_screening_decisions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_decisions")),
        sa.UniqueConstraint(
            "id",
            "record_id",
            "person_id",
            "stage",
            name=op.f("uq_screening_decisions_id_record_id_person_id_stage"),
        ),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_screening_decisions_idempotency_key")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_screening_decisions_previous_hash")),
        sa.UniqueConstraint("row_hash", name=op.f("uq_screening_decisions_row_hash")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_screening_decisions_undoes_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("screening_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_screening_decisions_record_id"), ["record_id"], unique=False)

    op.create_table(
        "finding_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("protocol_version_id", sa.Integer(), nullable=False),
        sa.Column("suggestion_visible", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=True),
        sa.Column("statistic", sa.Text(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("value_max", sa.Float(), nullable=True),
        sa.Column("not_reached", sa.Boolean(), nullable=True),
        sa.Column("ci_lower", sa.Float(), nullable=True),
        sa.Column("ci_upper", sa.Float(), nullable=True),
        sa.Column("ci_level", sa.Float(), nullable=True),
        sa.Column("timepoint_months", sa.Float(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("arm", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_study", sa.Text(), nullable=True),
        sa.Column("assessor", sa.Text(), nullable=True),
        sa.Column("analysis_set", sa.Text(), nullable=True),
        sa.Column("analysis", sa.Text(), nullable=True),
        sa.Column("time_origin", sa.Text(), nullable=True),
        sa.Column("criteria", sa.Text(), nullable=True),
        sa.Column("treatment", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("adjusted", sa.Boolean(), nullable=True),
        sa.Column("contrast", sa.Text(), nullable=True),
        sa.Column("locator", sa.Text(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("evidence_start", sa.Integer(), nullable=True),
        sa.Column("evidence_end", sa.Integer(), nullable=True),
        sa.Column("value_text", sa.Text(), nullable=True),
        sa.Column("content_sha256", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'undo') = (undoes_id IS NOT NULL)", name=op.f("ck_finding_decisions_undo_names_one")
        ),
        sa.CheckConstraint(
            "(verdict IN ('confirm', 'correct', 'add')) = (endpoint IS NOT NULL AND statistic IS NOT NULL AND unit IS NOT NULL AND not_reached IS NOT NULL AND source IS NOT NULL AND content_sha256 IS NOT NULL)",
            name=op.f("ck_finding_decisions_content_when_positive"),
        ),
        sa.CheckConstraint(
            "endpoint IN ('PFS', 'OS', 'ORR')", name=op.f("ck_finding_decisions_endpoint_known")
        ),
        sa.CheckConstraint(
            "endpoint IS NULL OR (endpoint = 'ORR') = (statistic = 'response_rate')",
            name=op.f("ck_finding_decisions_orr_rate"),
        ),
        sa.CheckConstraint(
            "role IN ('reviewer', 'adjudicator')", name=op.f("ck_finding_decisions_role_known")
        ),
        sa.CheckConstraint(
            "source IN ('own', 'summarised', 'other_study')", name=op.f("ck_finding_decisions_source_known")
        ),
        sa.CheckConstraint(
            "source IS NULL OR (source = 'other_study') = (source_study IS NOT NULL AND source_study <> '')",
            name=op.f("ck_finding_decisions_other_study_named"),
        ),
        sa.CheckConstraint(
            "statistic IN ('median', 'mean', 'landmark_rate', 'hazard_ratio', 'response_rate')",
            name=op.f("ck_finding_decisions_statistic_known"),
        ),
        sa.CheckConstraint("trim(idempotency_key) <> ''", name=op.f("ck_finding_decisions_key_given")),
        sa.CheckConstraint(
            "unit IN ('months', 'percent', 'ratio')", name=op.f("ck_finding_decisions_unit_known")
        ),
        sa.CheckConstraint(
            "verdict IN ('confirm', 'correct', 'reject', 'add', 'undo')",
            name=op.f("ck_finding_decisions_verdict_known"),
        ),
        sa.CheckConstraint(
            "ci_lower IS NULL OR ci_upper IS NULL OR ci_lower <= ci_upper",
            name=op.f("ck_finding_decisions_ci_ordered"),
        ),
        sa.CheckConstraint(
            'endpoint IS NULL OR ("start" IS NOT NULL AND "end" IS NOT NULL AND evidence_start IS NOT NULL AND evidence_end IS NOT NULL AND 0 <= evidence_start AND evidence_start <= "start" AND "start" < "end" AND "end" <= evidence_end) OR ("start" IS NULL AND "end" IS NULL AND locator IS NOT NULL AND trim(locator) <> \'\')',
            name=op.f("ck_finding_decisions_has_a_place"),
        ),
        sa.CheckConstraint(
            "endpoint IS NULL OR (not_reached AND value IS NULL) OR (NOT not_reached AND value IS NOT NULL)",
            name=op.f("ck_finding_decisions_value_or_not_reached"),
        ),
        sa.CheckConstraint(
            "value_max IS NULL OR value_max >= value", name=op.f("ck_finding_decisions_range_ordered")
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_finding_decisions_finding_id_findings")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_finding_decisions_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["protocol_version_id"],
            ["protocol_versions.id"],
            name=op.f("fk_finding_decisions_protocol_version_id_protocol_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id", "finding_id", "person_id"],
            ["finding_decisions.id", "finding_decisions.finding_id", "finding_decisions.person_id"],
            name=op.f("fk_finding_decisions_undoes_id_finding_id_person_id_finding_decisions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_decisions")),
        sa.UniqueConstraint(
            "id", "finding_id", "person_id", name=op.f("uq_finding_decisions_id_finding_id_person_id")
        ),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_finding_decisions_idempotency_key")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_finding_decisions_previous_hash")),
        sa.UniqueConstraint("row_hash", name=op.f("uq_finding_decisions_row_hash")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_finding_decisions_undoes_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("finding_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_decisions_finding_id"), ["finding_id"], unique=False)
    op.create_table(
        "duplicate_links",
        sa.Column("record_a", sa.Integer(), nullable=False),
        sa.Column("record_b", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.Text(), nullable=False),
        sa.CheckConstraint("record_a < record_b", name=op.f("ck_duplicate_links_ordered")),
        sa.ForeignKeyConstraint(
            ["record_a"], ["records.id"], name=op.f("fk_duplicate_links_record_a_records")
        ),
        sa.ForeignKeyConstraint(
            ["record_b"], ["records.id"], name=op.f("fk_duplicate_links_record_b_records")
        ),
        sa.PrimaryKeyConstraint("record_a", "record_b", name=op.f("pk_duplicate_links")),
    )
    op.create_index(op.f("ix_duplicate_links_record_b"), "duplicate_links", ["record_b"], unique=False)
    op.create_table(
        "link_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_a", sa.Integer(), nullable=False),
        sa.Column("record_b", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'undo') = (undoes_id IS NOT NULL)", name=op.f("ck_link_decisions_undo_names_one")
        ),
        sa.CheckConstraint("kind IN ('duplicate', 'study')", name=op.f("ck_link_decisions_kind_known")),
        sa.CheckConstraint("trim(idempotency_key) <> ''", name=op.f("ck_link_decisions_key_given")),
        sa.CheckConstraint(
            "verdict IN ('same', 'different', 'undo')", name=op.f("ck_link_decisions_verdict_known")
        ),
        sa.CheckConstraint("record_a < record_b", name=op.f("ck_link_decisions_ordered")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_link_decisions_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["record_a"], ["records.id"], name=op.f("fk_link_decisions_record_a_records")
        ),
        sa.ForeignKeyConstraint(
            ["record_b"], ["records.id"], name=op.f("fk_link_decisions_record_b_records")
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["link_decisions.id"], name=op.f("fk_link_decisions_undoes_id_link_decisions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_decisions")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_link_decisions_idempotency_key")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_link_decisions_previous_hash")),
        sa.UniqueConstraint("row_hash", name=op.f("uq_link_decisions_row_hash")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_link_decisions_undoes_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_link_decisions_record_a"), "link_decisions", ["record_a"], unique=False)
    op.create_index(op.f("ix_link_decisions_record_b"), "link_decisions", ["record_b"], unique=False)
    op.create_table(
        "link_proposals",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_a", sa.Integer(), nullable=False),
        sa.Column("record_b", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('duplicate', 'study')", name=op.f("ck_link_proposals_kind_known")),
        sa.CheckConstraint("record_a < record_b", name=op.f("ck_link_proposals_ordered")),
        sa.ForeignKeyConstraint(
            ["record_a"], ["records.id"], name=op.f("fk_link_proposals_record_a_records")
        ),
        sa.ForeignKeyConstraint(
            ["record_b"], ["records.id"], name=op.f("fk_link_proposals_record_b_records")
        ),
        sa.PrimaryKeyConstraint("kind", "record_a", "record_b", name=op.f("pk_link_proposals")),
    )
