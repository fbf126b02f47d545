"""The command line: one verb per stage of a review, in the order of the flow.

Each command parses, calls one plain function of a room, and prints: results to stdout, talk to
stderr. Imports stand inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import contextlib
import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from data.errors import ScreeningError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.project import Project
    from data.records import Endpoint

app = typer.Typer(
    name="picosieve",
    help="Screen records for a systematic review, extract PFS, OS and ORR results, and keep only what"
    " people confirmed.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="List, promote or roll back the models of a project.", no_args_is_help=True)
app.add_typer(models_app, name="models")
protocol_app = typer.Typer(help="Check the protocol, see what it lacks, keep a change.", no_args_is_help=True)
app.add_typer(protocol_app, name="protocol")
evaluate_app = typer.Typer(help="Measure on finished reviews how well the parts work.", no_args_is_help=True)
app.add_typer(evaluate_app, name="evaluate")

ProjectOption = Annotated[
    Path, typer.Option("--project", "-p", metavar="DIR", help="The project's folder.", show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of everything that is drawn by lot.")]
HERE = Path()


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"picosieve {version('picosieve')}")
        raise typer.Exit


@app.callback()
def _whole(
    asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Screen records for a systematic review and keep only what people confirmed."""


def main() -> None:
    """Run the command line; what the user can put right is one line and exit code 2."""
    try:
        app()
    except ScreeningError as err:
        typer.echo(f"picosieve: {err}", err=True)
        sys.exit(2)


class UsageError(ScreeningError):
    """Words on the command line that do not go together."""


# --- the project -------------------------------------------------------------------------------


@app.command()
def init(
    project: ProjectOption = HERE,
    protocol: Annotated[
        Path | None,
        typer.Option("--protocol", metavar="P.toml", help="The PICOS protocol. Without: a template."),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="URL",
            help="Keep the review in PostgreSQL: postgresql+psycopg://USER@HOST/NAME",
        ),
    ] = None,
) -> None:
    """Make a project: a protocol file and an empty review."""
    from data.project import init_project

    with init_project(project, protocol=protocol, database=database) as made:
        typer.echo(f"{made.folder}: project made, protocol {made.protocol.title!r}")
        if protocol is not None:
            from classifier.eligibility_check import check_protocol

            n_notes = len(check_protocol(made.protocol))
            if n_notes:
                _say(f"{n_notes} remarks on the protocol: picosieve protocol check --project {project}")
        if protocol is None:
            typer.echo(
                f"Fill in {made.folder / 'protocol.toml'}, then: picosieve import FILE --project {project}"
            )


@protocol_app.command("check")
def protocol_check(
    file: Annotated[Path | None, typer.Argument(metavar="[P.toml]", help="Without: the project's.")] = None,
    project: ProjectOption = HERE,
) -> None:
    """Say what in it will not work as meant.

    Criteria without terms, terms both wanted and unwanted, and the like.
    """
    from classifier.eligibility_check import check_protocol
    from data.project import PROTOCOL
    from data.protocol import read_protocol

    path = file or project / PROTOCOL
    notes = check_protocol(read_protocol(path))
    for note in notes:
        terms = f" ({', '.join(note.terms[:8])})" if note.terms else ""
        typer.echo(f"{path}: {note.criterion}{terms}: {note.message}")
    if not notes:
        typer.echo(f"{path}: nothing to remark")


@protocol_app.command("suggest")
def protocol_suggest(project: ProjectOption = HERE) -> None:
    """List terms that the protocol is missing.

    From confirmed includes and exclusions; you edit the file.
    """
    from training.upkeep import suggest_for

    with _open(project) as opened:
        found = suggest_for(opened)
    for term in found:
        kind = "wanted" if term.wanted else "unwanted"
        typer.echo(
            f"{term.criterion}.{kind}: {term.term!r} in {term.n_included} included and"
            f" {term.n_excluded} excluded records, such as “{term.example}”"
        )
    if not found:
        _say("nothing to suggest; it takes confirmed includes and exclusions with reasons")


@protocol_app.command("update")
def protocol_update(
    rationale: Annotated[str, typer.Option("--rationale", help="Why it was changed; kept with the version.")],
    project: ProjectOption = HERE,
) -> None:
    """Keep the edited protocol as a new version.

    Lists the exclusions to look at again: those that cite a changed criterion. Where another command has
    kept the edit already, the rationale is kept with it.
    """
    from data.project import open_project
    from data.store.protocols import keep_rationale

    with open_project(project, rationale=rationale) as opened:
        if not opened.protocol_changed:
            with opened.store.write() as db:
                kept = keep_rationale(db, rationale)
            if not kept:
                _say(f"{project / 'protocol.toml'}: is the version in force already; nothing was kept")
                return
        how = "kept as a new version" if opened.protocol_changed else "its rationale was kept"
        typer.echo(f"{project / 'protocol.toml'}: {how}")
        _print_rechecks(opened)


@protocol_app.command("recheck")
def protocol_recheck(project: ProjectOption = HERE) -> None:
    """List the exclusions to look at again.

    They cite what the protocol has changed since; deciding again takes them off.
    """
    with _open(project) as opened:
        if not _print_rechecks(opened):
            _say("nothing to look at again")


def _print_rechecks(opened: Any) -> int:
    from data.store.rechecks import exclusions_to_recheck

    with opened.store.read() as db:
        found = exclusions_to_recheck(db)
    for r in found:
        typer.echo(f"look again: R{r.record_id} ({r.reason}, {', '.join(r.people)}) {_short(r.title)}")
    return len(found)


@protocol_app.command("history")
def protocol_history(project: ProjectOption = HERE) -> None:
    """List the versions of the protocol: when, and why."""
    from training.upkeep import protocol_versions

    with _open(project) as opened:
        for version in protocol_versions(opened):
            typer.echo(
                f"{version.version_id}  {version.created_at[:19]}  {version.rationale or '(no rationale)'}"
            )


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Search results.")],
    project: ProjectOption = HERE,
    source: Annotated[str, typer.Option("--source", help='Where they are from, such as "Embase".')] = "",
    route: Annotated[
        str, typer.Option("--route", help="database, register, website, citation or other (PRISMA 2020).")
    ] = "database",
    platform: Annotated[str, typer.Option("--platform", help='Such as "Ovid".')] = "",
    searched: Annotated[
        str | None, typer.Option("--searched", metavar="DATE", help="When, as 2023-12-08.")
    ] = None,
    query_file: Annotated[
        Path | None,
        typer.Option("--query-file", metavar="Q.txt", help="The search strategy, kept with the batch."),
    ] = None,
    labels_by: Annotated[
        str | None,
        typer.Option("--labels-by", metavar="PERSON", help="Take the labels in it as PERSON's decisions."),
    ] = None,
    label_column: Annotated[
        str | None, typer.Option("--label-column", metavar="NAME", help="Where these stand, if in several.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="FIELD=NAME", help="A column under another name: title=Head."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show how the file would be read.")] = False,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", metavar="OUT.csv", help="Write the rejected entries there.")
    ] = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Bring search results in, every entry accounted for.

    An entry is imported, already there, or rejected with its line. Each file goes in whole or not at all;
    of several files the good ones go in.
    """
    from data.files import check_free
    from data.intake import Labels, Search, import_file, preview
    from data.store.imports import rejects as rejects_of

    columns = {name: str(value) for name, value in _pairs(column or []).items()} or None
    if label_column is not None and labels_by is None:
        raise UsageError("--label-column goes with --labels-by PERSON: decisions are somebody's")
    if dry_run:
        for path in files:
            for line in preview(path, columns=columns):
                typer.echo(line)
        return
    if rejects is not None:
        check_free(rejects, force=force)
    search = Search(
        source=source,
        platform=platform,
        route=_known(route, ("database", "register", "website", "citation", "other"), "--route"),
        searched_on=_date(searched, "--searched"),
        query_text=_text_of(query_file),
    )
    rows, rejected, failed = [], [], []
    with _open(project) as opened, _new_people(opened):
        labels = (
            Labels(person=labels_by, column=label_column, protocol=opened.protocol) if labels_by else None
        )
        for path in files:
            try:
                with _progress(f"Reading {path.name}") as advance:
                    done = import_file(
                        opened.store, path, search=search, columns=columns, labels=labels, on_entry=advance
                    )
            except ScreeningError as err:  # of several files the good ones go in
                failed.append(err)
                continue
            with opened.store.read() as db:
                rejected += [(path.name, r.line, r.reason, r.raw) for r in rejects_of(db, done.batch_id)]
            counts = {
                name: getattr(done.counts, name) for name in ("seen", "imported", "already", "rejected")
            }
            rows.append({"file": str(path), **counts})
            taken = f"; {done.n_labels} decisions of {labels_by} taken" if labels_by else ""
            _say(f"{path}: read as {done.format}, {done.encoding or 'its own encoding'}{taken}")
            _say_unread(path, done.unread_labels)
            if not as_json:
                typer.echo(
                    f"{path}: {counts['seen']} seen = {counts['imported']} imported"
                    f" + {counts['already']} already there + {counts['rejected']} rejected"
                )
    if rejects is not None:
        _write_csv(rejects, ("file", "line", "reason", "raw"), rejected, force=force)
    for name, at_line, reason, _ in rejected[:10]:
        _say(f"{name}:{at_line}: rejected: {reason}")
    if len(rejected) > 10 and rejects is None:
        _say(f"... and {len(rejected) - 10} more; --rejects FILE lists them all")
    if as_json and rows:
        _print_json(rows)
    for failure in failed[:-1]:
        _say(f"picosieve: {failure}")
    if failed:
        raise failed[-1]


def _say_unread(path: Path, labels: Sequence[Any]) -> None:
    """Labels of a file that were not taken as anybody's decisions: where they stand, what they say."""
    if not labels:
        return
    told = ", ".join(f"line {label.line} {_short(label.said)!r}" for label in labels[:5])
    more = f" and {len(labels) - 5} more" if len(labels) > 5 else ""
    _say(
        f"{path}: {len(labels)} labels not taken, they say neither include (1, yes, include, relevant)"
        f" nor exclude (0, no, exclude, irrelevant): {told}{more}"
    )


@app.command()
def dedupe(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Any file that import takes; without: the project."),
    ] = None,
    project: ProjectOption = HERE,
    clusters: Annotated[
        Path | None,
        typer.Option("--clusters", metavar="OUT.csv", help="position,cluster of each entry (from 1)."),
    ] = None,
    proposals: Annotated[
        Path | None,
        typer.Option("--proposals", metavar="P.csv", help="position_a,position_b,score: pairs in doubt."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Find duplicates, and reports of one study.

    What is surely one reference is merged; what is in doubt is proposed (`picosieve links`).
    """
    from data.intake import cluster_file, deduplicate

    if file is not None:
        if clusters is None:
            raise UsageError("dedupe FILE takes --clusters OUT.csv, where the result goes")
        found = cluster_file(file)
        _write_csv(clusters, ("position", "cluster"), list(enumerate(found.cluster, 1)), force=force)
        if proposals is not None:
            pairs = [(p.a + 1, p.b + 1, round(p.score, 4)) for p in found.proposals]
            _write_csv(proposals, ("position_a", "position_b", "score"), pairs, force=force)
        _say(
            f"{file}: {len(found.cluster)} entries are {len(set(found.cluster))} references;"
            f" {len(found.proposals)} pairs are in doubt"
        )
        return
    with _open(project) as opened:
        done = deduplicate(opened.store)
    typer.echo(
        f"{done.n_merged} records merged with another: {done.n_references} references;"
        f" {done.n_proposed} pairs in doubt and {done.n_studies_proposed} reports of one study"
        " proposed (`picosieve links`)"
    )


@app.command()
def links(project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """List merged duplicates and proposed pairs.

    The same reference twice, or several reports of one study.
    """
    from data.store import references
    from data.store.references import LinkKind

    with _open(project) as opened, opened.store.read() as db:
        found = {
            "merged": references.merges(db),
            "perhaps one reference": references.open_proposals(db, LinkKind.DUPLICATE),
            "perhaps one study": references.open_proposals(db, LinkKind.STUDY),
        }
        studies = references.studies(db)
    if as_json:
        rows = [
            {
                "what": what,
                "record_a": f"R{x.record_a}",
                "record_b": f"R{x.record_b}",
                "score": round(x.score, 4),
                "evidence": x.evidence,
            }
            for what, several in found.items()
            for x in several
        ]
        _print_json(rows)
        return
    for what, several in found.items():
        typer.echo(f"{what}: {len(several)}")
        for x in several:
            typer.echo(f"  R{x.record_a} R{x.record_b}  {x.score:.2f}  {'; '.join(x.evidence)}")
    typer.echo(f"confirmed as one study: {len(studies)} references, {len(set(studies.values()))} studies")


@app.command()
def link(
    records: Annotated[list[str], typer.Argument(metavar="ID ID", help="Two records; one with --separate.")],
    project: ProjectOption = HERE,
    person: Annotated[str, typer.Option("--person", metavar="NAME", help="Who decides.")] = "",
    same_reference: Annotated[bool, typer.Option("--same-reference", help="Merge them.")] = False,
    same_study: Annotated[bool, typer.Option("--same-study", help="They report one study.")] = False,
    different: Annotated[bool, typer.Option("--different", help="Neither; never merged again.")] = False,
    separate: Annotated[bool, typer.Option("--separate", help="Take a record out of its merge.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back NAME's last word on them.")] = False,
    note: Annotated[str, typer.Option("--note")] = "",
) -> None:
    """Settle a pair: one reference, one study, or neither.

    Always under somebody's name.
    """
    from review.links import say_of

    words = {
        "same_reference": same_reference,
        "same_study": same_study,
        "different": different,
        "separate": separate,
        "undo": undo,
    }
    chosen = [name for name, on in words.items() if on]
    if len(chosen) != 1 or len(records) != (1 if separate else 2):
        raise UsageError(
            "give two records and one of --same-reference, --same-study, --different, --undo;"
            " or one record and --separate"
        )
    with _open(project) as opened, _new_people(opened):
        typer.echo(say_of(opened, records, chosen[0], person=person, note=note))


# --- ranked and read ---------------------------------------------------------------------------


@app.command()
def rank(
    project: ProjectOption = HERE,
    top: Annotated[int | None, typer.Option("--top", min=1, metavar="N", help="Only the first N.")] = None,
    seed: SeedOption = 0,
    as_json: JsonOption = False,
) -> None:
    """List the unread records, best first, and why.

    Each with the words that put it there.
    """
    from classifier.eligibility_text import LETTERS
    from review.judging import judge_all
    from review.queue import rank_project

    with _open(project) as opened:
        queue = rank_project(opened, seed=seed)
        entries = queue.entries[:top]
        explained = [e.record for e in entries if e.ranked.reasons][: None if as_json else top or 20]
        judged = iter(judge_all(opened, explained))
    if as_json:
        _print_json(
            [_queued_row(e, queue.model_id, next(judged) if e.ranked.reasons else None) for e in entries]
        )
        return
    _say(f"{len(queue.entries)} unread records, ranked by {queue.n_labels} decisions ({queue.model_id})")
    for entry in entries if top else entries[:20]:
        because = ", ".join(r.term for r in entry.ranked.reasons[:5] if r.weight > 0)
        typer.echo(
            f"{entry.ranked.position:>5}  R{entry.ranked.record_id:<6} {entry.ranked.score:+.3f}  "
            f"{_short(entry.record.title) or '(no title)'}"
        )
        if entry.ranked.reasons:
            verdicts = [
                f"{LETTERS[c.criterion]} {c.verdict.replace('_', ' ')}"
                for c in next(judged).criteria
                if c.verdict != "unclear"
            ]
            typer.echo(f"{'':14} because: {'; '.join(x for x in (because, ', '.join(verdicts)) if x)}")
    if not top and len(entries) > 20:
        _say(f"... {len(entries) - 20} more; --top N or --json lists them")


def _queued_row(entry: Any, model_id: str, judged: Any) -> dict[str, Any]:
    ranked = entry.ranked
    return {
        "position": ranked.position,
        "record_id": f"R{ranked.record_id}",
        "external_id": entry.record.external_id,
        "title": entry.record.title,
        "score": ranked.score,
        "probability": ranked.probability,
        "reasons": [{"term": r.term, "weight": r.weight, "criterion": r.criterion} for r in ranked.reasons],
        "criteria": {c.criterion: str(c.verdict) for c in judged.criteria} if judged else None,
        "model_id": model_id,
    }


@app.command()
def eligibility(
    project: ProjectOption = HERE,
    record: Annotated[str | None, typer.Option("--record", metavar="ID", help="Only this record.")] = None,
    top: Annotated[int, typer.Option("--top", min=1, metavar="N", help="The first N of the project.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Judge records criterion by criterion.

    With the words that say so; a suggestion, never a decision.
    """
    from classifier.eligibility_text import LEGEND, explain, plain
    from review.judging import judge_records

    with _open(project) as opened:
        suggest = opened.protocol.show_suggestions
        judged = judge_records(opened, record=record, n_records=top)
        _say_if_empty(opened)
    if as_json:
        _print_json(
            [{"record_id": f"R{j.record_id}"} | plain(j.record, j.judgement, suggest=suggest) for j in judged]
        )
        return
    if not judged:
        return
    typer.echo(LEGEND)
    for j in judged:
        typer.echo(f"\nR{j.record_id}\n{explain(j.record, j.judgement, suggest=suggest)}")


@app.command()
def review(
    project: ProjectOption = HERE,
    host: Annotated[str, typer.Option("--host", help="This machine only: 127.0.0.1 or ::1.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any that is free.")] = 8000,
    person: Annotated[
        str | None, typer.Option("--person", metavar="NAME", help="Who reads. Without: your login name.")
    ] = None,
) -> None:
    """Read, decide and confirm in a browser.

    The worker runs beside it.
    """
    import getpass

    from review.web.serve import serve

    with _open(project) as opened, _new_people(opened):
        reader = person or getpass.getuser()
        serve(
            opened,
            person=reader,
            host=host,
            port=port,
            on_ready=lambda address: _say(f"{reader} reads at {address} (Ctrl+C ends it)"),
        )


@app.command()
def work(project: ProjectOption = HERE) -> None:
    """Run the worker alone.

    It refits after decisions and keeps the queue of `review` filled.
    """
    from review.worker import work as work_on

    with contextlib.suppress(KeyboardInterrupt):
        work_on(
            project,
            on_refit=lambda r: _say(
                f"{r.model_id}: {r.n_labels} labels, {r.n_queued} records queued, {r.seconds:.2f} s"
            ),
        )


@app.command()
def decide(
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="[FIELD=VALUE...]", help="With --correct and --add-finding.")
    ] = None,
    project: ProjectOption = HERE,
    person: Annotated[str | None, typer.Option("--person", metavar="NAME", help="Who decides.")] = None,
    record: Annotated[
        str | None, typer.Option("--record", metavar="ID", help="R12, or the source's own id.")
    ] = None,
    finding: Annotated[str | None, typer.Option("--finding", metavar="ID", help="F3.")] = None,
    include: Annotated[bool, typer.Option("--include")] = False,
    exclude: Annotated[bool, typer.Option("--exclude")] = False,
    maybe: Annotated[bool, typer.Option("--maybe", help="Advances the record at title/abstract.")] = False,
    reason: Annotated[
        str, typer.Option("--reason", help="Why excluded: a criterion or another reason.")
    ] = "",
    stage: Annotated[str, typer.Option("--stage", help="title_abstract or full_text.")] = "",
    confirm: Annotated[bool, typer.Option("--confirm")] = False,
    correct: Annotated[bool, typer.Option("--correct", help="Then FIELD=VALUE, such as value=4.6.")] = False,
    reject: Annotated[bool, typer.Option("--reject")] = False,
    add_finding: Annotated[
        bool,
        typer.Option("--add-finding", help="Then FIELD=VALUE: endpoint=PFS statistic=median value=4.6 ..."),
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back NAME's last decision on it.")] = False,
    note: Annotated[str, typer.Option("--note")] = "",
    key: Annotated[
        str | None, typer.Option("--key", help="Idempotency key: sent twice under one key is written once.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="D.csv", help="Decisions as a CSV file, all or nothing.")
    ] = None,
) -> None:
    """Decide on a record or a finding, under a name.

    picosieve decide --person Ada --record R12 --exclude --reason population

    picosieve decide --person Ada --finding F3 --correct value=4.6 ci_upper=6.2
    """
    from data.store.decisions import new_key
    from review.confirm import Order, carry_out, carry_out_file

    given = {
        "include": include, "exclude": exclude, "maybe": maybe, "confirm": confirm, "correct": correct,
        "reject": reject, "add": add_finding, "undo": undo,
    }  # fmt: skip
    verdicts = [name for name, on in given.items() if on]
    if file is not None:
        if verdicts or record or finding or fields:
            raise UsageError("--file holds the decisions; leave the other options out")
        with _open(project) as opened, _new_people(opened):
            done = carry_out_file(opened, file)
        n_new = sum(d.is_new for d in done)
        typer.echo(f"{file}: {n_new} decisions written, {len(done) - n_new} were there before")
        return
    if len(verdicts) != 1:
        raise UsageError(
            "give one of --include, --exclude, --maybe, --confirm, --correct, --reject, --add-finding, --undo"
        )
    if fields and verdicts[0] not in ("correct", "add"):
        raise UsageError(f"{fields[0]!r}: fields go with --correct and --add-finding")
    if person is None:
        raise UsageError("--person is missing: every decision is somebody's")
    order = Order(
        person=person,
        verdict=verdicts[0],
        record=record or "",
        finding=finding or "",
        reason=reason,
        stage=stage,
        note=note,
        fields=_pairs(fields or []),
        key=key or new_key(),
    )
    with _open(project) as opened, _new_people(opened):
        with opened.store.write() as db:
            result = carry_out(db, opened, order)
    typer.echo(f"{result.about}: {result.outcome}" + ("" if result.is_new else " (was written before)"))


@app.command()
def history(
    record: Annotated[str, typer.Argument(metavar="ID", help="R12, or the source's own id.")],
    project: ProjectOption = HERE,
) -> None:
    """Show every decision ever taken on a record.

    And on its findings and links: who, when, what, why.
    """
    from data.store.imports import find_record
    from review.chronicle import log_lines

    with _open(project) as opened, opened.store.read() as db:
        for line in log_lines(db, find_record(db, record)):
            typer.echo(line)


# --- findings ----------------------------------------------------------------------------------


@app.command()
def extract(
    source: Annotated[
        Path | None,
        typer.Argument(metavar="[INPUT.jsonl]", help='Lines of {"record_id", "text"}; without: the project.'),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="OUT.jsonl")] = None,
    project: ProjectOption = HERE,
    explain: Annotated[bool, typer.Option("--explain", help="Say why each number was taken or not.")] = False,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--also",
            metavar="ENDPOINT",
            help="A further endpoint to find in a file: TTP, DFS, EFS, DOR, CR, CBR or DCR; may be repeated."
            " A project's are in its protocol.",
        ),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Find stated PFS, OS and ORR results, and others where asked.

    In a file of texts, or in a project, to be confirmed there. A file without --output is printed as tables.
    """
    from data.records import CORE_ENDPOINTS, Endpoint

    for word in also or ():
        _known(word, tuple(Endpoint), "--also")
    endpoints = (*CORE_ENDPOINTS, *map(Endpoint, also or ()))
    if explain and (source is None or output is not None):
        raise UsageError("--explain prints what it says of a file of texts: extract INPUT.jsonl --explain")
    if source is None:
        if also:
            raise UsageError(
                "--also goes with a file; a project's endpoints are in its protocol ([findings])"
            )
        from review.proposals import propose_findings

        with _open(project) as opened, _progress("Extracting") as advance:
            n_read, n_new = propose_findings(opened, on_record=lambda done, total: advance(done, total))
        typer.echo(f"{n_read} records read, {n_new} findings proposed; `picosieve findings` lists them")
        return
    if explain:
        from classifier.extraction import explanation, load_extractor
        from classifier.texts import read_texts

        extractor = load_extractor(endpoints=endpoints)
        for record_id, text in read_texts(source):
            for t in explanation.explain(extractor, text):
                mark = "taken" if t.taken else "not taken"
                typer.echo(f"{record_id}\t{t.start}-{t.end}\t{t.text}\t{t.endpoint}\t{mark}\t{t.reason}")
        return
    if output is None:
        _print_extractions(source, endpoints)
        return
    from classifier.texts import extract_file

    with _progress("Extracting") as advance:
        n_texts, n_mentions = extract_file(source, output, endpoints=endpoints, force=force, on_text=advance)
    _say(f"{source}: {n_mentions} mentions in {n_texts} texts")


@app.command()
def findings(
    record: Annotated[str | None, typer.Option("--record", metavar="ID", help="Only of this record.")] = None,
    project: ProjectOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """List the findings, each with its sentence.

    What it says, where it is said, and whether people confirmed it.
    """
    from review.evidence import list_findings

    with _open(project) as opened:
        rows = list_findings(opened, record=record)
        if not _say_if_empty(opened) and not rows:
            _say(f"no finding here; `picosieve extract --project {project}` proposes what the texts state")
    if as_json:
        _print_json([row.as_row() for row in rows])
        return
    for row in rows:
        typer.echo(f"F{row.stored.finding_id}  R{row.stored.record_id}  {row.stored.outcome}  {row.says}")
        typer.echo(f"      {row.evidence}")


# --- the dataset and its models ----------------------------------------------------------------


@app.command()
def status(project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """Say where the review stands."""
    import dataclasses

    from review.status import project_status, status_lines

    with _open(project) as opened:
        found = project_status(opened)
    if as_json:
        _print_json(dataclasses.asdict(found))
    else:
        for line in status_lines(found):
            typer.echo(line)
    if found.log_problems:
        raise ScreeningError(f"{project}: the review was changed past the program; go back to a copy")


@app.command()
def export(
    output: Annotated[
        Path | None,
        typer.Argument(metavar="[OUT]", help="Every record with its decision: .ris, .csv or .xlsx."),
    ] = None,
    project: ProjectOption = HERE,
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", metavar="OUT.csv", help="The whole log: screening, findings, links."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write records with decisions, or the log.

    Records with decisions, reasons and studies as RIS, CSV or XLSX; the log of decisions as CSV.
    """
    from review.chronicle import LOG_COLUMNS, log_rows
    from review.outgoing import export_records

    if output is None and decisions is None:
        raise UsageError("say what to write: OUT.ris, OUT.csv or OUT.xlsx, or --decisions OUT.csv")
    with _open(project) as opened:
        if decisions is not None:
            with opened.store.read() as db:
                rows = log_rows(db)
            _write_csv(decisions, LOG_COLUMNS, rows, force=force)
            _say(f"{decisions}: {len(rows)} decisions")
        if output is not None:
            _say(f"{output}: {export_records(opened, output, force=force)} records")


@app.command()
def freeze(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DATASET_DIR")],
    project: ProjectOption = HERE,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write the confirmed dataset, with its card.

    Records and findings that people confirmed, as a Hugging Face dataset with a fingerprint.
    """
    from training.dataset import freeze as freeze_project

    with _open(project) as opened:
        frozen = freeze_project(opened, output, force=force)
    told = {"records": frozen.n_records, "findings": frozen.n_findings, "fingerprint": frozen.fingerprint}
    if as_json:
        _print_json(told)
    else:
        typer.echo(f"{output}: {frozen.n_records} records, {frozen.n_findings} findings confirmed by people")
        typer.echo(f"fingerprint {frozen.fingerprint}")


@app.command()
def retrain(project: ProjectOption = HERE, seed: SeedOption = 0, as_json: JsonOption = False) -> None:
    """Fit a model to the confirmed records.

    It becomes the current one unless it is worse.
    """
    import dataclasses

    from training.retrain import retrain as retrain_project

    with _open(project) as opened:
        done = retrain_project(opened, seed=seed)
    if as_json:
        _print_json(dataclasses.asdict(done))
        return
    typer.echo(
        f"{done.model_id}: fitted to {done.n_included} included and {done.n_excluded} excluded records"
    )
    for name, value in (
        ("its average precision", done.average_precision),
        ("the current model's", done.of_current),
    ):
        if value is not None:
            typer.echo(f"  {name}, out of fold: {value:.3f}")
    typer.echo(f"  {'promoted' if done.promoted else 'not promoted'}: {done.reason}")
    if done.criteria:
        typer.echo(f"  learned from reasons: {', '.join(done.criteria)}")
    if done.extraction is not None:
        x = done.extraction
        typer.echo(f"{x.model_id}: fitted to {x.n_right} confirmed and {x.n_wrong} rejected findings")
        typer.echo(f"  {'promoted' if x.promoted else 'not promoted'}: {x.reason}")


@models_app.command("list")
def models_list(project: ProjectOption = HERE, as_json: JsonOption = False) -> None:
    """List the project's models."""
    import dataclasses

    from data.store.registry import listed

    with _open(project) as opened, opened.store.read() as db:
        found = listed(db)
    if as_json:
        _print_json([dataclasses.asdict(model) for model in found])
        return
    for model in found:
        n_labels, precision = model.metrics.get("n_labels"), model.metrics.get("average_precision")
        measured = f"{precision:.3f}" if precision is not None else "not measured"
        what = "average precision " + measured
        if "log_loss" in model.metrics:
            what = f"log loss {model.metrics['log_loss']:.3f}"
        typer.echo(f"{model.model_id}  {model.status:<9}  {n_labels} labels  {what}")
    if not found:
        _say("no model yet; `picosieve retrain` fits one")


@models_app.command("promote")
def models_promote(model_id: str, project: ProjectOption = HERE) -> None:
    """Make a model the current one."""
    from data.store.registry import promote

    with _open(project) as opened, opened.store.write() as db:
        promote(db, model_id, reason="by hand")
    typer.echo(f"{model_id}: current")


@models_app.command("rollback")
def models_rollback(
    project: ProjectOption = HERE,
    kind: Annotated[str, typer.Option("--kind", help="relevance or outcome_spans.")] = "relevance",
) -> None:
    """Make the model before the current one current again."""
    from data.store.registry import roll_back

    with _open(project) as opened, opened.store.write() as db:
        model_id = roll_back(db, kind=kind, reason="by hand")
    typer.echo(f"{model_id}: current")


@app.command()
def score(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="Any file that import takes.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT_DIR", help="A new folder.")],
    project: Annotated[
        Path | None, typer.Option("--project", "-p", metavar="DIR", help="Use its current model.")
    ] = None,
    model: Annotated[Path | None, typer.Option("--model", metavar="BUNDLE", help="Use this model.")] = None,
    engine: Annotated[str, typer.Option("--engine", help="local: this machine, streamed.")] = "local",
) -> None:
    """Score new records and extract their findings.

    Written to Parquet; nothing of it enters the dataset.
    """
    from classifier.scoring import score_file
    from models.relevance import RelevanceModel

    _known(engine, ("local",), "--engine")
    if (project is None) == (model is None):
        raise UsageError("give --project DIR or --model BUNDLE, whose model scores")
    protocol = criteria = extractor = None
    if project is not None:
        from classifier.extraction.current import project_extractor
        from training.criteria import current_criteria
        from training.retrain import load_current

        with _open(project) as opened:
            fitted, protocol, criteria = load_current(opened), opened.protocol, current_criteria(opened)
            extractor = project_extractor(opened)
    else:
        assert model is not None
        fitted = RelevanceModel.load(model)
    with _progress("Scoring") as advance:
        scored = score_file(
            source,
            output,
            model=fitted,
            protocol=protocol,
            criteria_model=criteria,
            extractor=extractor,
            on_records=advance,
        )
    typer.echo(
        f"{output}: {scored.n_records} records scored, {scored.n_findings} findings in them,"
        f" {scored.n_rejected} entries rejected ({scored.model_id})"
    )


# --- measured ----------------------------------------------------------------------------------


@app.command()
def simulate(
    source: Annotated[Path, typer.Argument(metavar="DATA.csv", help="A finished review with its labels.")],
    trace: Annotated[Path, typer.Option("--trace", metavar="OUT.csv", help="position,record_id,label")],
    priors: Annotated[
        Path | None, typer.Option("--priors", metavar="P.json", help="Records known at the start, by seed.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The entry of the priors file.")] = 0,
    protocol: Annotated[
        Path | None, typer.Option("--protocol", metavar="P", help="TOML, or short JSON.")
    ] = None,
    label: Annotated[str, typer.Option("--label", help="The column to find.")] = "label_included",
    learn_from: Annotated[
        str | None, typer.Option("--learn-from", help="The column to learn from, if another.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Replay a finished review.

    In which order would its records have been read?
    """
    from data.protocol import read_protocol
    from training.simulate import read_labelled, read_priors
    from training.simulate import simulate as replay

    if priors is None and protocol is None:
        _say(
            "neither --priors nor --protocol: nothing is known at the start, the first records are arbitrary"
        )
    rows = read_labelled(source, label=label, learn_from=learn_from)
    known = read_priors(priors, seed=seed) if priors else ()
    read = read_protocol(protocol) if protocol else None
    with _progress("Replaying") as advance:
        shown = replay(rows, priors=known, protocol=read, seed=seed, on_step=advance)
    table = [(s.position, s.record_id, s.label) for s in shown]
    _write_csv(trace, ("position", "record_id", "label"), table, force=force)


@evaluate_app.command("ranking")
def evaluate_ranking(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="NAME.csv, NAME.priors.json, NAME.picos.json or NAME.toml.")
    ],
    seeds: Annotated[
        str, typer.Option("--seeds", help="Entries of the priors files: 0-2, or 0,3,4.")
    ] = "0-2",
    protocols: Annotated[bool, typer.Option("--protocols", help="Use the protocols.")] = False,
    no_priors: Annotated[
        bool, typer.Option("--no-priors", help="Start from the protocol alone, no label.")
    ] = False,
    label: Annotated[str, typer.Option("--label", help="The column to find.")] = "label_included",
    learn_from: Annotated[
        str | None, typer.Option("--learn-from", help="The column to learn from, if another.")
    ] = None,
    traces: Annotated[
        Path | None, typer.Option("--traces", metavar="OUT", help="A folder for a trace of each reading.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the recall: .png, .svg or .pdf.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes.")] = 1,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Replay every finished review of a folder.

    What is learned across reviews leaves the one at hand out. A review without a priors file starts from
    one included and one excluded record, drawn by the seed.
    """
    from dataclasses import asdict

    from training import evaluate
    from training.recall_plot import check_plot, plot_recall

    if plot is not None:
        check_plot(plot, force=force)
    if traces is not None and traces.exists() and not traces.is_dir():
        raise UsageError(f"{traces}: is a file; give --traces a folder")
    with _progress("Replaying") as advance:
        replays = evaluate.evaluate_ranking(
            folder,
            seeds=_numbers(seeds, "--seeds"),
            protocols=protocols,
            priors=not no_priors,
            label=label,
            learn_from=learn_from,
            traces=traces,
            force=force,
            workers=workers,
            on_replay=advance,
        )
    if plot is not None:
        plot_recall(replays, plot, force=force)
    table = evaluate.average(replays)
    if as_json:
        each = [{"review": r.name, "seed": r.seed, **asdict(r.metrics)} for r in replays]
        typer.echo(json.dumps({"replays": each, "mean": table}))
        return
    for line in evaluate.table_lines(table):
        typer.echo(line)


@app.command()
def demo(
    project: Annotated[
        Path, typer.Option("--project", "-p", metavar="DIR", help="Where; replaced if it is a demo.")
    ] = Path("demo"),
) -> None:
    """Run the whole flow on a synthetic sample review.

    The sample ships; each step says what it did.
    """
    from review import rehearsal

    with rehearsal.stage_set(project) as folder:
        _run_demo(folder)


def _run_demo(folder: Path) -> None:
    from importlib.resources import as_file

    from classifier.scoring import score_file
    from data.intake import Search, deduplicate, import_file
    from data.project import init_project
    from review import rehearsal
    from review.evidence import list_findings
    from review.proposals import propose_findings
    from review.queue import rank_project
    from review.status import project_status, status_lines
    from training.criteria import current_criteria
    from training.dataset import freeze as freeze_project
    from training.retrain import load_current
    from training.retrain import retrain as retrain_project

    sample = rehearsal.sample_folder()
    script = rehearsal.read_script(sample)
    with as_file(sample) as there, init_project(folder, protocol=there / "protocol.toml") as project:
        _step(1, "Records in", "three searches of a synthetic sample review")
        for name, source, route in rehearsal.SEARCHES:
            done = import_file(project.store, there / name, search=Search(source=source, route=route))
            c = done.counts
            typer.echo(
                f"  {name}: {c.seen} seen = {c.imported} imported + {c.already} already there"
                f" + {c.rejected} rejected"
            )
        found = deduplicate(project.store)
        typer.echo(
            f"  {found.n_merged} duplicates merged, {found.n_proposed} pairs in doubt,"
            f" {found.n_studies_proposed} reports of one study proposed"
        )
        _step(2, "Ranked", "from the protocol alone, nothing decided yet")
        queue = rank_project(project)
        for entry in queue.entries[:3]:
            because = ", ".join(r.term for r in entry.ranked.reasons[:4] if r.weight > 0)
            typer.echo(f"  {entry.ranked.position}. {entry.record.title}\n     because: {because}")
        before = freeze_project(project, folder / "dataset-before")
        typer.echo(f"  the dataset now: {before.n_records} records, {before.n_findings} findings")
        _step(
            3, "Screened", f"by {rehearsal.PERSON}, re-ranked after every {rehearsal.REFIT_EVERY} decisions"
        )
        read = rehearsal.screen_all(project, script)
        typer.echo(
            f"  {read.n_read} records read, {read.n_included} included; the last include was read as"
            f" number {read.last_include_at}"
        )
        _step(4, "Extracted and confirmed", "each finding by the same person")
        n_read, n_proposed = propose_findings(project)
        typer.echo(f"  {n_proposed} findings proposed in {n_read} records; of the included records'")
        verdicts = rehearsal.settle_findings(project, script)
        typer.echo("  " + ", ".join(f"{n} {rehearsal.PAST[v]}" for v, n in verdicts.items()))
        _step(5, "Dataset", "confirmed by people, nothing else")
        frozen = freeze_project(project, folder / "dataset")
        typer.echo(
            f"  {frozen.n_records} records, {frozen.n_findings} findings,"
            f" fingerprint {frozen.fingerprint[:16]}"
        )
        _step(6, "Retrained", "on the confirmed records")
        trained = retrain_project(project)
        if trained.average_precision is not None:
            typer.echo(f"  {trained.model_id}: average precision {trained.average_precision:.3f} out of fold")
        typer.echo(f"  {'promoted' if trained.promoted else 'not promoted'}: {trained.reason}")
        if trained.criteria:
            typer.echo(f"  learned from the reasons of exclusions: {', '.join(trained.criteria)}")
        _step(7, "Scored", "a later search of 15 records, best three")
        scored = score_file(
            there / rehearsal.LATER,
            folder / "scores",
            model=load_current(project),
            protocol=project.protocol,
            criteria_model=current_criteria(project),
        )
        for line in rehearsal.best_scored(folder / "scores", n_best=3):
            typer.echo(f"  {line}")
        typer.echo(f"  {scored.n_findings} findings proposed in them, for people to confirm")
        _step(8, "Confirmed findings", "each with its sentence")
        title = ""
        for row in list_findings(project, confirmed_only=True):
            if row.title != title:
                title = row.title
                typer.echo(f"  {title}")
            typer.echo(f"    F{row.stored.finding_id}  {row.says}\n        “{row.evidence}”")
        _step(9, "Where it stands", f"in {folder}")
        for line in status_lines(project_status(project)):
            typer.echo(f"  {line}")
    typer.echo(f"\nLook around: picosieve findings --project {folder}; picosieve status --project {folder}")


# --- shared ------------------------------------------------------------------------------------


def _step(number: int, name: str, what: str) -> None:
    typer.echo(f"\n{number}. {name}: {what}")


@contextlib.contextmanager
def _open(folder: Path) -> Iterator[Project]:
    from data.project import open_project

    with open_project(folder) as project:
        if project.protocol_changed:
            _say(f"{folder / 'protocol.toml'}: was edited; kept as a new version")
        yield project


def _say_if_empty(project: Project) -> bool:
    """Say what comes first where no record is in the project; whether that is so."""
    from data.store.imports import batches

    with project.store.read() as db:
        empty = not any(batch["n_imported"] for batch in batches(db))
    if empty:
        _say(f"no record yet; `picosieve import FILE --project {project.folder}` brings them in")
    return empty


@contextlib.contextmanager
def _new_people(project: Project) -> Iterator[None]:
    """Say who was registered as a reviewer by what is done inside."""
    from data.store.people import person_names

    with project.store.read() as db:
        before = set(person_names(db).values())
    yield
    with project.store.read() as db:
        for name in person_names(db).values():
            if name not in before:
                _say(f"{name}: registered as a reviewer of this project")


@contextlib.contextmanager
def _progress(what: str) -> Iterator[Callable[..., None]]:
    """A progress bar on stderr for what takes over two seconds, on a terminal only."""
    import time

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(what, total=None)
    begun, started = time.monotonic(), False

    def advance(done: int, total: int | None = None) -> None:
        nonlocal started
        if not started and time.monotonic() - begun > 2:
            bar.start()
            started = True
        bar.update(task, completed=done, total=total)

    try:
        yield advance
    finally:
        if started:
            bar.stop()


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _short(text: str) -> str:
    """At most 200 characters, in one line, nothing in it that a terminal would obey."""
    line = "".join(c if c.isprintable() else " " for c in text[:1000])
    line = " ".join(line.split())
    return line if len(line) <= 200 else f"{line[:199]}…"


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _write_csv(path: Path, columns: tuple[str, ...], rows: list[Any], *, force: bool = False) -> None:
    from data.files import writing

    with writing(path, force=force) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _pairs(words: list[str]) -> Mapping[str, object]:
    pairs = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"{word!r}: expected FIELD=VALUE, such as value=4.6")
        pairs[name.strip()] = value
    return pairs


def _numbers(text: str, option: str) -> list[int]:
    """Whole numbers told as "0-2" or "0,3,4", each once."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise UsageError(f"{option} {text!r}: expected numbers such as 0-2 or 0,3,4")
        if not 0 <= int(last or first) - int(first) < 1000:
            raise UsageError(f"{option} {text!r}: {part.strip()} is no range of 1 to 1000 numbers, as 0-2 is")
        found += range(int(first), int(last or first) + 1)
    return list(dict.fromkeys(found))


def _print_extractions(source: Path, endpoints: Iterable[Endpoint]) -> None:
    """For a person to read: the findings of each text as a table, then its facts."""
    from rich.console import Console
    from rich.table import Table

    from classifier.extraction import load_extractor
    from classifier.extraction.findings import CELLS, finding_cells
    from classifier.texts import read_texts

    extractor, console = load_extractor(endpoints=endpoints), Console(highlight=False, markup=False)
    for record_id, text in read_texts(source):
        extraction = extractor.extract(text)
        table = Table(*CELLS, box=None, pad_edge=False, header_style="bold")
        for finding in extraction.findings:
            table.add_row(*finding_cells(finding))
        console.print(record_id, style="bold")
        console.print(table if extraction.findings else "no result stated")
        facts = extraction.facts
        followed = "not stated" if facts.follow_up_months is None else f"{facts.follow_up_months:g} months"
        patients = "not stated" if facts.n_total is None else f"{facts.n_total:,}"
        console.print(f"patients: {patients}; median follow-up: {followed}; design: {facts.design}\n")


def _known(word: str, words: tuple[str, ...], option: str) -> str:
    if word not in words:
        raise UsageError(f"{option} {word!r} is none of {', '.join(words)}")
    return word


def _date(text: str | None, option: str) -> str | None:
    import datetime as dt

    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as err:
        raise UsageError(f"{option} {text!r} is not a date such as 2023-12-08") from err


def _text_of(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as err:
        raise UsageError(f"{path}: cannot be read as UTF-8 text") from err


if __name__ == "__main__":
    main()
