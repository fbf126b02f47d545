"""The versions of the protocol, and the rule by which each stage reaches a consensus."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from data.protocol import FindingMode, Mode, Protocol, Stage, parse_protocol
from data.store.connection import now
from data.store.schema import finding_decisions, protocol_versions, screening_decisions, stage_rules


@dataclass(frozen=True, slots=True)
class Rule:
    """How many people a stage takes.

    `include_wins`: an include settles it even against an exclude (liberal screening).
    """

    mode: str
    includes_needed: int
    excludes_needed: int
    include_wins: bool = False


_SCREENING = {
    Mode.SINGLE: Rule("single", 1, 1),
    Mode.DUAL: Rule("dual", 2, 2),
    Mode.LIBERAL: Rule("liberal", 1, 2, include_wins=True),
    Mode.DUAL_THEN_SINGLE: Rule("dual", 2, 2),
}
_FINDINGS = {
    FindingMode.SINGLE: Rule("single", 1, 1),
    FindingMode.VERIFY: Rule("verify", 2, 2),
    FindingMode.DUAL: Rule("dual", 2, 2),
}


def keep_protocol(db: sa.Connection, protocol: Protocol, *, rationale: str = "") -> tuple[int, bool]:
    """Store a protocol as the newest version, with its rules; returns (id, whether it is new).

    A rule that changes holds for references whose first decision comes later: nobody's settled
    record is unsettled by an edit of the file.
    """
    newest_id = db.execute(sa.select(sa.func.max(protocol_versions.c.id))).scalar()
    if newest_id is not None and is_newest(db, protocol):
        return int(newest_id), False
    row = {
        "sha256": protocol.sha256,
        "source_text": protocol.source_text,
        "rationale": rationale,
        "created_at": now(),
    }
    result = db.execute(protocol_versions.insert().values(row))
    version_id = int(result.inserted_primary_key[0])  # type: ignore[index]
    # Only a changed mode makes a new rule: a dual_then_single review that has turned single stays so.
    before = _modes_of_version(db, int(newest_id)) if newest_id is not None else {}
    for stage in Stage:
        if before.get(stage) != _mode_words(protocol)[stage]:
            set_rule(db, stage, _SCREENING[protocol.modes[stage]], version_id)
    if before.get("findings") != _mode_words(protocol)["findings"]:
        set_rule(db, "findings", _FINDINGS[protocol.finding_mode], version_id)
    return version_id, True


def keep_rationale(db: sa.Connection, rationale: str) -> bool:
    """Say afterwards why the version in force came to be; False where that is said already.

    Versions are never changed: the same protocol is kept once more, with the reason. As its content is
    the same, no rule changes and no exclusion is put up for another look.
    """
    newest = db.execute(sa.select(protocol_versions).order_by(protocol_versions.c.id.desc()).limit(1)).one()
    if newest.rationale.strip() or not rationale.strip():
        return False
    row = {
        "sha256": newest.sha256,
        "source_text": newest.source_text,
        "rationale": rationale,
        "created_at": now(),
    }
    db.execute(protocol_versions.insert().values(row))
    return True


def is_newest(db: sa.Connection, protocol: Protocol) -> bool:
    """Whether the protocol is the version in force."""
    query = sa.select(protocol_versions.c.sha256).order_by(protocol_versions.c.id.desc()).limit(1)
    return db.execute(query).scalar() == protocol.sha256


def set_rule(db: sa.Connection, stage: str, rule: Rule, version_id: int) -> None:
    """Let a rule hold for every reference or finding of the stage that is first decided from now on."""
    table = finding_decisions if stage == "findings" else screening_decisions
    last = db.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0
    row = {
        "stage": stage,
        "mode": rule.mode,
        "includes_needed": rule.includes_needed,
        "excludes_needed": rule.excludes_needed,
        "include_wins": rule.include_wins,
        "from_decision_id": last + 1,
        "protocol_version_id": version_id,
        "created_at": now(),
    }
    db.execute(stage_rules.insert().values(row))


def current_rule(db: sa.Connection, stage: str) -> Rule:
    """The rule for what is decided next."""
    row = db.execute(
        sa.select(stage_rules).where(stage_rules.c.stage == stage).order_by(stage_rules.c.id.desc()).limit(1)
    ).one()
    return Rule(row.mode, row.includes_needed, row.excludes_needed, row.include_wins)


def versions(db: sa.Connection) -> list[tuple[int, str, str, str]]:
    """(id, when, why, title) of every version, oldest first."""
    rows = db.execute(sa.select(protocol_versions).order_by(protocol_versions.c.id))
    return [
        (
            row.id,
            row.created_at,
            row.rationale,
            parse_protocol(row.source_text, name=f"version {row.id}").title,
        )
        for row in rows
    ]


def newest_version(db: sa.Connection) -> int:
    """The id of the protocol in force."""
    return int(db.execute(sa.select(sa.func.max(protocol_versions.c.id))).scalar_one())


def _mode_words(protocol: Protocol) -> dict[str, str]:
    modes = {str(stage): f"{mode} {protocol.dual_records or ''}" for stage, mode in protocol.modes.items()}
    return modes | {"findings": str(protocol.finding_mode)}


def _modes_of_version(db: sa.Connection, version_id: int) -> dict[str, str]:
    query = sa.select(protocol_versions.c.source_text).where(protocol_versions.c.id == version_id)
    return _mode_words(parse_protocol(db.execute(query).scalar_one(), name=f"protocol version {version_id}"))
