"""What people say of two records: one reference, one study, or neither."""

from __future__ import annotations

from collections.abc import Sequence

from data.project import Project
from data.store import references
from data.store.imports import find_record
from data.store.references import LinkKind, LinkVerdict


def say_of(project: Project, names: Sequence[str], word: str, *, person: str, note: str = "") -> str:
    """Put one word on two records (or `separate` on one) into the log; returns what it led to.

    `word` is same_reference, same_study, different, separate or undo. *Different* answers both
    questions, and undo takes back the person's last word on either.
    """
    with project.store.write() as db:
        ids = [find_record(db, name) for name in names]
        if word == "separate":
            n_others = references.separate(db, ids[0], person=person)
            return f"R{ids[0]}: stands alone again ({n_others} merged records taken apart)"
        pair = (ids[0], ids[1])
        shown = f"R{ids[0]} R{ids[1]}"
        if word == "undo":
            references.undo_link(db, person=person, records_=pair)
            return f"{shown}: the last word was taken back"
        said = {
            "same_reference": ((LinkKind.DUPLICATE, LinkVerdict.SAME),),
            "same_study": ((LinkKind.STUDY, LinkVerdict.SAME),),
            "different": tuple((kind, LinkVerdict.DIFFERENT) for kind in LinkKind),
        }[word]
        for kind, verdict in said:
            references.decide_link(db, person=person, kind=kind, records_=pair, verdict=verdict, note=note)
        return f"{shown}: {word.replace('_', ' ')}"
