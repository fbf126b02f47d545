"""What the database itself refuses, and the views that are the dataset.

Triggers and views are dropped and made again after every migration (`install`), since Alembic's
batch mode rebuilds SQLite tables without their triggers and says nothing.
"""

from __future__ import annotations

import sqlalchemy as sa

from data.store import schema

# Tables whose rows never change and never go, with the columns that are unique beside the id. In
# SQLite, INSERT OR REPLACE deletes the row in its way without a delete trigger unless the connection
# asked for recursive triggers, so an insert that meets an existing key is refused before it happens.
_LOGS = {
    "screening_decisions": ("id", "undoes_id", "idempotency_key", "previous_hash", "row_hash"),
    "finding_decisions": ("id", "undoes_id", "idempotency_key", "previous_hash", "row_hash"),
    "link_decisions": ("id", "undoes_id", "idempotency_key", "previous_hash", "row_hash"),
    "protocol_versions": ("id",),
    "stage_rules": ("id",),
}
_RECORD_TEXT = tuple(c.name for c in schema.records.columns if c.name not in ("id", "group_id"))
# Rows that others point to: kept, though some of their columns may change.
_KEPT = {
    "people": (("id", "name_key"), ("id", "name", "name_key")),
    "records": (("id",), ("id", *_RECORD_TEXT)),
    "findings": (("id",), tuple(c.name for c in schema.findings.columns)),
}
# Foreign keys are off in a plain `sqlite3` shell, so what a decision names is looked up here too.
_NAMED = {
    "screening_decisions": {"person_id": "people", "record_id": "records"},
    "finding_decisions": {"person_id": "people", "finding_id": "findings"},
    "link_decisions": {"person_id": "people", "record_a": "records", "record_b": "records"},
}
# What an undo must share with the decision that it takes back.
_SUBJECT = {
    "screening_decisions": ("person_id", "record_id", "stage"),
    "finding_decisions": ("person_id", "finding_id"),
    "link_decisions": ("person_id", "kind", "record_a", "record_b"),
}
_DECIDED_FINDING = "EXISTS (SELECT 1 FROM finding_decisions d WHERE d.finding_id = OLD.id)"
_GENESIS = "0" * 64
_GREATEST_ID = 2**31 - 1  # a greater one would leave no room for the next


def install(db: sa.Connection) -> None:
    """Make every trigger and view anew."""
    for name in reversed(list(VIEWS)):
        db.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
    statements = _sqlite() if db.dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        db.exec_driver_sql(statement)
    for name, query in VIEWS.items():
        db.exec_driver_sql(f"CREATE VIEW {name} AS {query}")


def trigger_names(db: sa.Connection) -> set[str]:
    """The names of the triggers that stand in the database."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if db.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    return set(db.exec_driver_sql(query).scalars())


def _any(parts: list[str]) -> str:
    return " OR ".join(parts)


def _taken(table: str, keys: tuple[str, ...]) -> str:
    return _any([f"EXISTS (SELECT 1 FROM {table} o WHERE o.{k} = NEW.{k})" for k in keys])


def _unknown(table: str) -> str:
    return _any(
        [f"NOT EXISTS (SELECT 1 FROM {other} o WHERE o.id = NEW.{k})" for k, other in _NAMED[table].items()]
    )


def _quoted(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _changed(columns: tuple[str, ...]) -> str:
    # By value, not by `UPDATE OF`: SQLite knows the id under other names (rowid, oid), too.
    return _any([f'NEW."{c}" IS DISTINCT FROM OLD."{c}"' for c in columns])


def _chain_broken(table: str) -> str:
    last = f"(SELECT l.row_hash FROM {table} l ORDER BY l.id DESC LIMIT 1)"
    return f"NEW.previous_hash <> COALESCE({last}, '{_GENESIS}')"


def _wrong_undo(table: str) -> str:
    alike = " AND ".join(f"o.{c} = NEW.{c}" for c in _SUBJECT[table])
    undone = f"o.id = NEW.undoes_id AND o.verdict <> 'undo' AND {alike}"
    return f"NEW.undoes_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {table} o WHERE {undone})"


def _hindsight() -> str:
    """A rule holds for what is first decided after it was made, never for what is decided already."""
    last = "(SELECT COALESCE(MAX(d.id), 0) FROM {} d)"
    screening, finding = last.format("screening_decisions"), last.format("finding_decisions")
    return (
        f"(NEW.stage <> 'findings' AND NEW.from_decision_id <= {screening})"
        f" OR (NEW.stage = 'findings' AND NEW.from_decision_id <= {finding})"
    )


def _rules() -> list[tuple[str, str, str, str, str]]:
    """(table, suffix, event, condition, message) of every refusal but the reuse of a key."""
    rules = []
    for table in _LOGS:
        rules.append((table, "no_update", "BEFORE UPDATE", "", f"{table} is append-only: no UPDATE"))
        rules.append((table, "no_delete", "BEFORE DELETE", "", f"{table} is append-only: no DELETE"))
        out_of_turn = f"NEW.id <> (SELECT MAX(l.id) FROM {table} l) OR NEW.id >= {_GREATEST_ID}"
        rules.append((table, "in_turn", "AFTER INSERT", out_of_turn, f"{table}: rows follow one another"))
    for table, (_, fixed) in _KEPT.items():
        changed = _changed(fixed)
        rules.append((table, "no_update", "BEFORE UPDATE", changed, f"{table} keep their content"))
        condition = _DECIDED_FINDING if table == "findings" else ""
        rules.append((table, "no_delete", "BEFORE DELETE", condition, f"{table} are kept: no DELETE"))
    for table in _NAMED:
        message = f"{table}: a decision names a known person and what it is about"
        rules.append((table, "named", "BEFORE INSERT", _unknown(table), message))
        message = f"{table}: each row carries the hash of the one before it"
        rules.append((table, "chained", "BEFORE INSERT", _chain_broken(table), message))
        message = f"{table}: an undo takes back a decision of the same person on the same thing"
        rules.append((table, "undo", "BEFORE INSERT", _wrong_undo(table), message))
    message = "stage_rules: no rule in hindsight"
    rules.append(("stage_rules", "foresight", "BEFORE INSERT", _hindsight(), message))
    return rules


def expected_triggers(db: sa.Connection) -> set[str]:
    """The names of the triggers that have to stand in a review's database."""
    if db.dialect.name == "sqlite":
        return {f"{t}_{s}" for t, s, *_ in _rules()} | {f"{t}_no_reuse" for t in (*_LOGS, *_KEPT)}
    return {f"{t}_{s}" for t, s, *_ in _rules()} | {f"{t}_no_truncate" for t in (*_LOGS, *_KEPT)}


def _sqlite() -> list[str]:
    rules = _rules()
    keyed = _LOGS | {table: keys for table, (keys, _) in _KEPT.items()}
    for table, keys in keyed.items():
        message = f"{table}: the key is taken, rows stay"
        rules.append((table, "no_reuse", "BEFORE INSERT", _taken(table, keys), message))
    statements = []
    for table, suffix, event, condition, message in rules:
        name = f"{table}_{suffix}"
        when = f"WHEN {condition} " if condition else ""
        statements.append(f"DROP TRIGGER IF EXISTS {name}")
        statements.append(
            f"CREATE TRIGGER {name} {event} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
    return statements


def _postgresql() -> list[str]:
    rules = _rules()
    for table in (*_LOGS, *_KEPT):
        rules.append((table, "no_truncate", "BEFORE TRUNCATE", "", f"{table} are kept: no TRUNCATE"))
    statements = []
    for table, suffix, event, condition, message in rules:
        name = f"{table}_{suffix}"
        refuse = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
        body = f"IF {condition} THEN {refuse} END IF;" if condition else refuse
        result = "OLD" if event.endswith("DELETE") else "NEW"
        each = "STATEMENT" if event.endswith("TRUNCATE") else "ROW"
        function = f"BEGIN {body} RETURN {result}; END;"
        statements += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ {function} $$ LANGUAGE plpgsql",
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} {event} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()",
        ]
    return statements


# What each person holds now, one row per reference, stage and person: their latest decision that was
# not undone. Decisions follow the reference: those taken on any of its records count.
_STANDING_SCREENING = """
SELECT group_id, stage, person_id, id AS entry_id, record_id, verdict, reason, role, decided_at,
       CASE WHEN verdict = 'include' OR (verdict = 'maybe' AND stage = 'title_abstract') THEN 'include'
            WHEN verdict = 'exclude' THEN 'exclude' ELSE 'open' END AS leaning
FROM (
    SELECT d.*, r.group_id,
           ROW_NUMBER() OVER (PARTITION BY r.group_id, d.stage, d.person_id ORDER BY d.id DESC) AS nth
    FROM screening_decisions d JOIN records r ON r.id = d.record_id
    WHERE d.verdict <> 'undo' AND NOT EXISTS (SELECT 1 FROM screening_decisions u WHERE u.undoes_id = d.id)
) latest WHERE nth = 1
"""

# One row per reference and stage with any standing decision. A reviewer is whoever decided before
# there was a disagreement; an adjudicator counts only while the disagreement stands and only if they
# hold no reviewer's decision on the reference.
_STAGE_TALLIES = """
SELECT s.group_id, s.stage,
       MIN(s.record_id) AS record_id,
       SUM(CASE WHEN s.role = 'reviewer' AND s.leaning = 'include' THEN 1 ELSE 0 END) AS n_includes,
       SUM(CASE WHEN s.role = 'reviewer' AND s.leaning = 'exclude' THEN 1 ELSE 0 END) AS n_excludes,
       SUM(CASE WHEN s.role = 'reviewer' AND s.leaning = 'open' THEN 1 ELSE 0 END) AS n_open,
       SUM(CASE WHEN s.role = 'adjudicator' AND s.leaning = 'include' THEN 1 ELSE 0 END) AS n_settled_in,
       SUM(CASE WHEN s.role = 'adjudicator' AND s.leaning = 'exclude' THEN 1 ELSE 0 END) AS n_settled_out,
       MAX(s.entry_id) AS last_entry_id, MAX(s.decided_at) AS last_decided_at
FROM standing_screening s
WHERE s.role = 'reviewer' OR NOT EXISTS (
    SELECT 1 FROM screening_decisions d JOIN records r ON r.id = d.record_id
    WHERE r.group_id = s.group_id AND d.stage = s.stage AND d.person_id = s.person_id AND d.role = 'reviewer')
GROUP BY s.group_id, s.stage
"""

# Of the decisions that stand, superseded ones too: what was undone fixes no rule.
_FIRST_ENTRY = """(
    SELECT MIN(d.id) FROM screening_decisions d JOIN records r ON r.id = d.record_id
    WHERE r.group_id = t.group_id AND d.stage = t.stage AND d.verdict <> 'undo'
      AND NOT EXISTS (SELECT 1 FROM screening_decisions u WHERE u.undoes_id = d.id))"""

_STAGE_CONSENSUS = f"""
SELECT t.group_id, t.stage, t.record_id, t.n_includes, t.n_excludes, t.n_open, t.last_entry_id,
       t.last_decided_at, u.mode,
       CASE WHEN u.include_wins AND t.n_includes >= u.includes_needed THEN 'include'
            WHEN t.n_open > 0 OR (t.n_includes > 0 AND t.n_excludes > 0) THEN
                CASE WHEN t.n_settled_in > 0 AND t.n_settled_out = 0 THEN 'include'
                     WHEN t.n_settled_out > 0 AND t.n_settled_in = 0 THEN 'exclude' ELSE 'conflict' END
            WHEN t.n_includes >= u.includes_needed THEN 'include'
            WHEN t.n_excludes >= u.excludes_needed THEN 'exclude'
            ELSE 'waiting' END AS outcome
FROM stage_tallies t
JOIN stage_rules u ON u.id = (
    SELECT MAX(x.id) FROM stage_rules x WHERE x.stage = t.stage AND x.from_decision_id <= {_FIRST_ENTRY})
"""

# The dataset's records: full text speaks as long as title and abstract let the reference through.
_DATASET_RECORDS = """
SELECT c.record_id, c.group_id, c.stage, c.outcome AS label, c.mode, c.last_decided_at
FROM stage_consensus c
LEFT JOIN stage_consensus o ON o.group_id = c.group_id AND o.stage <> c.stage
WHERE c.outcome IN ('include', 'exclude')
  AND ((c.stage = 'full_text' AND o.outcome = 'include')
       OR (c.stage = 'title_abstract'
           AND NOT (c.outcome = 'include' AND COALESCE(o.outcome, 'waiting') IN ('include', 'exclude'))))
"""

_STANDING_FINDINGS = """
SELECT * FROM (
    SELECT d.*, ROW_NUMBER() OVER (PARTITION BY d.finding_id, d.person_id ORDER BY d.id DESC) AS nth
    FROM finding_decisions d
    WHERE d.verdict <> 'undo' AND NOT EXISTS (SELECT 1 FROM finding_decisions u WHERE u.undoes_id = d.id)
) latest WHERE nth = 1
"""

_FINDING_TALLIES = """
SELECT s.finding_id,
       SUM(CASE WHEN s.role = 'reviewer' AND s.verdict <> 'reject' THEN 1 ELSE 0 END) AS n_for,
       SUM(CASE WHEN s.role = 'reviewer' AND s.verdict = 'reject' THEN 1 ELSE 0 END) AS n_against,
       COUNT(DISTINCT CASE WHEN s.role = 'reviewer' THEN s.content_sha256 END) AS n_versions,
       COUNT(DISTINCT CASE WHEN s.role = 'adjudicator' THEN s.content_sha256 END) AS n_settled_versions,
       SUM(CASE WHEN s.role = 'adjudicator' AND s.verdict = 'reject' THEN 1 ELSE 0 END) AS n_settled_out,
       MIN(CASE WHEN s.role = 'reviewer' AND s.verdict <> 'reject' THEN s.id END) AS reviewed_entry_id,
       MIN(CASE WHEN s.role = 'adjudicator' AND s.verdict <> 'reject' THEN s.id END) AS settled_entry_id
FROM standing_findings s
WHERE s.role = 'reviewer' OR NOT EXISTS (
    SELECT 1 FROM finding_decisions d
    WHERE d.finding_id = s.finding_id AND d.person_id = s.person_id AND d.role = 'reviewer')
GROUP BY s.finding_id
"""

_FINDING_CONSENSUS = """
SELECT t.finding_id, t.n_for, t.n_against, t.n_versions, u.mode,
       CASE WHEN t.n_versions > 1 OR (t.n_for > 0 AND t.n_against > 0) THEN
                CASE WHEN t.n_settled_versions = 1 AND t.n_settled_out = 0 THEN 'accepted'
                     WHEN t.n_settled_versions = 0 AND t.n_settled_out > 0 THEN 'rejected' ELSE 'conflict' END
            WHEN t.n_for >= u.includes_needed THEN 'accepted'
            WHEN t.n_against >= u.excludes_needed THEN 'rejected'
            ELSE 'waiting' END AS outcome,
       CASE WHEN t.n_versions > 1 OR (t.n_for > 0 AND t.n_against > 0)
            THEN t.settled_entry_id ELSE t.reviewed_entry_id END AS entry_id
FROM finding_tallies t
JOIN stage_rules u ON u.id = (
    SELECT MAX(x.id) FROM stage_rules x WHERE x.stage = 'findings' AND x.from_decision_id <= (
        SELECT MIN(d.id) FROM finding_decisions d WHERE d.finding_id = t.finding_id AND d.verdict <> 'undo'
          AND NOT EXISTS (SELECT 1 FROM finding_decisions v WHERE v.undoes_id = d.id)))
"""

# Where a finding stands, not what it says.
_PLACE = ("locator", "start", "end", "evidence_start", "evidence_end", "value_text")
_SAID = ", ".join(f'e."{name}"' for name in schema.CONTENT_FIELDS if name not in _PLACE)

# Records that were merged into one reference may state one result each: it counts once.
_DATASET_FINDINGS = f"""
SELECT finding_id, record_id, group_id, entry_id, mode, verdict, extractor, decided_at,
       {", ".join(f'"{name}"' for name in schema.CONTENT_FIELDS)}
FROM (
    SELECT c.finding_id, f.record_id, r.group_id, c.entry_id, c.mode, e.verdict, f.extractor, e.decided_at,
           {", ".join(f'e."{name}"' for name in schema.CONTENT_FIELDS)},
           MIN(f.record_id) OVER (PARTITION BY r.group_id, {_SAID}) AS said_first_in
    FROM finding_consensus c
    JOIN finding_decisions e ON e.id = c.entry_id
    JOIN findings f ON f.id = c.finding_id
    JOIN records r ON r.id = f.record_id
    WHERE c.outcome = 'accepted'
) accepted WHERE record_id = said_first_in
"""

VIEWS = {
    "standing_screening": _STANDING_SCREENING,
    "stage_tallies": _STAGE_TALLIES,
    "stage_consensus": _STAGE_CONSENSUS,
    "dataset_records": _DATASET_RECORDS,
    "standing_findings": _STANDING_FINDINGS,
    "finding_tallies": _FINDING_TALLIES,
    "finding_consensus": _FINDING_CONSENSUS,
    "dataset_findings": _DATASET_FINDINGS,
}
