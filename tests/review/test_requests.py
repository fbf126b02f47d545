"""What the server refuses: with the right status, a clear message, and nothing written."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from classifier.eligibility import Eligibility
from data.store.imports import load_record
from review.web.serve import ServeError, listen
from tests.review.desk import HERE, Reader, log_rows, new_project, refit

KEY = "a-key-of-this-test"


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with new_project(tmp_path) as project:
        refit(project)
        yield Reader(project)


def test_a_decision_is_kept_once_with_what_the_reader_was_shown(reader) -> None:
    (record,) = reader.lease()
    first = reader.decide(record["id"], "exclude", reason="population", note="wrong disease")
    again = reader.decide(record["id"], "exclude", reason="population", note="wrong disease")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["progress"]["n_excluded"] == again.json()["progress"]["n_excluded"] == 1
    assert first.json()["progress"]["n_left"] == 11
    query = (
        "SELECT verdict, reason, note, shown_rank, suggestion_visible, shown_model_id"
        " FROM screening_decisions"
    )
    with reader.project.store.read() as db:
        ((verdict, reason, note, rank, visible, model_id),) = db.execute(sa.text(query)).all()
    assert (verdict, reason, note, rank, bool(visible)) == (
        "exclude",
        "population",
        "wrong disease",
        1,
        False,
    )
    assert model_id.startswith("queue-relevance-")


def test_a_decision_brings_the_next_records_along_in_the_order_of_the_queue(reader) -> None:
    first, second, third = reader.lease(3)
    wanted = {"held": [first["id"], second["id"]], "spare": [third["id"]], "apart": [], "n": 2}
    answer = reader.decide(first["id"], next=wanted).json()
    assert answer["order"][0] == third["id"]
    assert [r["id"] for r in answer["records"]] == answer["order"][1:], "what the page has is not sent again"
    assert not {first["id"], second["id"]} & set(answer["order"])
    assert answer["progress"]["n_read"] == 1
    again = reader.decide(first["id"], next=wanted)
    assert (again.status_code, again.json()["order"]) == (200, answer["order"]), "sent twice"
    assert len(log_rows(reader.project)) == 1


def test_entries_sent_together_are_each_kept_or_refused_for_themselves(reader) -> None:
    one, other, third = (r["id"] for r in reader.lease(3))
    reader.web.post(f"/api/records/{one}/lease", json={})

    def decision(key: str, record_id: int, verdict: str = "include", **more: object) -> dict[str, object]:
        return {"decision": {"key": f"{KEY}-{key}", "record_id": record_id, "verdict": verdict} | more}

    skip = {"mark": {"key": f"{KEY}-m", "record_id": third, "kind": "skip"}}
    entries = [
        decision("a", one), decision("b", 999), decision("c", one, "exclude"),
        decision("d", other, reason="population"), decision("e", other, "exclude", reason="population"), skip,
    ]  # fmt: skip
    wanted = {"held": [], "n": 1}
    for _ in range(2):
        answer = reader.web.post("/api/entries", json={"entries": entries, "next": wanted})
        assert answer.status_code == 200
        told = [r.get("error") or r["outcome"] for r in answer.json()["results"]]
        assert told[0] == "include"
        assert told[1] == "not_found"
        assert told[2] in ("lease_expired", "decided_meanwhile")
        assert told[3] in ("invalid", "lease_expired")
        assert told[4:] == ["exclude", None]
        assert len(answer.json()["order"]) == 1
    query = sa.text("SELECT record_id, verdict FROM screening_decisions ORDER BY id")
    with reader.project.store.read() as db:
        assert [tuple(r) for r in db.execute(query)] == [(one, "include"), (other, "exclude")]


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([], id="none"),
        pytest.param([{}], id="neither decision nor mark"),
        pytest.param(
            [{"decision": {"key": KEY, "record_id": 1, "verdict": "include"}, "mark": {"key": KEY}}],
            id="both",
        ),
        pytest.param(
            [{"decision": {"key": f"{KEY}-{i}", "record_id": 1, "verdict": "include"}} for i in range(21)],
            id="more than go together",
        ),
    ],
)
def test_a_bad_list_of_entries_is_refused_whole(untouched, entries) -> None:
    answer = untouched.web.post("/api/entries", json={"entries": entries})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid")
    assert log_rows(untouched.project) == []


def test_a_page_that_did_not_show_ones_own_decision_cannot_write_over_it(reader) -> None:
    (record,) = reader.lease()
    reader.decide(record["id"], key=KEY)
    before = log_rows(reader.project)
    stale = reader.web.post(f"/api/records/{record['id']}/lease", json={}).json()
    refused = reader.decide(record["id"], "exclude", key=KEY + "-2")
    assert (refused.status_code, refused.json()["error"]) == (409, "decided_meanwhile")
    assert (
        f"you decided on it meanwhile (include), perhaps in another window; open R{record['id']}"
        in (refused.json()["message"])
    )
    assert log_rows(reader.project) == before
    assert stale["decided"]["verdict"] == "include"
    changed = reader.decide(record["id"], "exclude", key=KEY + "-3", replaces=stale["decided"]["id"])
    assert changed.status_code == 200
    assert (changed.json()["outcome"], changed.json()["progress"]["n_read"]) == ("exclude", 1)


def test_a_note_comes_back_with_the_record_whatever_became_of_it(reader) -> None:
    one, other = reader.lease(2)
    reader.decide(one["id"], note="dose is odd")
    body = {"key": KEY, "record_id": other["id"], "kind": "discuss", "note": "ask about the arm"}
    assert reader.web.post("/api/marks", json=body).status_code == 200
    opened = [reader.web.post(f"/api/records/{r['id']}/lease", json={}).json() for r in (one, other)]
    assert [(r["note"], r["marks"]) for r in opened] == [
        ("dose is odd", []),
        ("ask about the arm", ["discuss"]),
    ]


def test_full_text_takes_what_was_included_and_a_reason_for_each_exclusion(reader) -> None:
    at = "?stage=full_text"
    one, other, third = (r["id"] for r in reader.lease(3))
    reader.decide(one)
    reader.decide(other, "exclude")
    reader.decide(third, "maybe")
    refit(reader.project)
    lent = reader.web.post(f"/api/leases{at}", json={"n": 5}).json()
    assert lent["order"] == sorted([one, third])
    assert (lent["progress"]["n_references"], lent["progress"]["n_left"]) == (2, 2)
    assert not any(r["can_suggest"] or r["decided"] for r in lent["records"])
    body = {"key": KEY, "record_id": one, "verdict": "exclude"}
    refused = reader.web.post(f"/api/decisions{at}", json=body)
    assert refused.status_code == 422
    assert "an exclusion at full text takes a reason" in refused.json()["message"]
    for i, verdict in enumerate(("include", "exclude")):
        opened = reader.web.post(f"/api/records/{other}/lease{at}", json={}).json()
        assert (opened["leased"], "not been included" in opened["why_not"]) == (False, True)
        refused = reader.web.post(
            f"/api/decisions{at}", json={"key": f"{KEY}{i}", "record_id": other, "verdict": verdict}
        )
        assert refused.status_code in (409, 422)
    taken = reader.web.post(f"/api/decisions{at}", json=body | {"reason": "no_extractable_outcome"})
    assert (taken.status_code, taken.json()["outcome"]) == (200, "exclude")
    assert taken.json()["progress"]["n_left"] == 1
    same_key = reader.web.post(
        "/api/decisions", json=body | {"reason": "no_extractable_outcome", "record_id": one}
    )
    assert (same_key.status_code, same_key.json()["error"]) == (409, "key_used"), "of another stage"
    undone = reader.web.post(f"/api/undo{at}", json={"key": KEY + "-u", "record_id": one})
    assert undone.json()["progress"]["n_left"] == 2
    assert reader.web.post("/api/leases?stage=abstract", json={"n": 1}).status_code == 422
    with reader.project.store.read() as db:
        query = sa.text("SELECT stage, verdict, reason FROM screening_decisions WHERE stage = 'full_text'")
        assert [tuple(r) for r in db.execute(query)] == [
            ("full_text", "exclude", "no_extractable_outcome"),
            ("full_text", "undo", None),
        ]


def test_a_wrong_address_is_a_page_for_people_and_json_for_scripts(reader) -> None:
    page = {"accept": "text/html,application/xhtml+xml"}
    for path in ("/nowhere", "/findings/abc", "/blind/1x"):
        answer = reader.web.get(path, headers=page)
        assert answer.status_code == 404
        assert "There is no such page." in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert reader.web.get("/nowhere").json()["error"] == "http"
    assert reader.web.get("/api/nowhere", headers=page).json()["error"] == "http"


def test_a_suggestion_is_not_sent_with_the_record_and_asking_for_it_is_kept(reader) -> None:
    (record,) = reader.lease()
    assert not {"score", "suggestion", "probability", "reasons", "kind", "rank"} & set(record)
    told = reader.web.post(f"/api/records/{record['id']}/suggestion", json={}).json()
    assert (told["rank"], bool(told["reasons"])) == (1, True)
    with reader.project.store.read() as db:
        (judged,) = Eligibility(reader.project.protocol).judge([load_record(db, record["id"]).record])
    assert (told["suggestion"], told["reason"]) == (judged.suggested, judged.reason)
    assert [(c["criterion"], c["verdict"]) for c in told["criteria"]] == [
        (c.criterion, str(c.verdict)) for c in judged.criteria
    ]
    assert told["criteria"][0] == {
        "criterion": "population", "verdict": "met", "for": ["myeloma"], "against": []
    }  # fmt: skip
    reader.decide(record["id"])
    query = (
        "SELECT d.suggestion_visible, r.suggestion"
        " FROM screening_decisions d JOIN readings r USING (record_id)"
    )
    with reader.project.store.read() as db:
        assert tuple(db.execute(sa.text(query)).one()) == (True, told["suggestion"])


def test_a_record_against_a_criterion_is_told_with_the_words_that_say_so(reader) -> None:
    reader.web.post("/api/records/2/lease", json={})
    told = reader.web.post("/api/records/2/suggestion", json={}).json()
    assert (told["suggestion"], told["reason"]) == ("exclude", "population")
    assert told["criteria"][0] == {
        "criterion": "population",
        "verdict": "not_met",
        "for": [],
        "against": ["lymphoma"],
    }


def test_a_second_reader_gets_no_suggestion_and_no_history(tmp_path) -> None:
    with new_project(tmp_path, mode="dual") as project:
        refit(project)
        ada, ben = Reader(project), Reader(project, person="Ben")
        (record,) = ada.lease()
        ada.decide(record["id"])
        refit(project)
        (second,) = ben.lease()
        assert (second["id"], second["can_suggest"], second["decided"]) == (record["id"], False, None)
        refused = ben.web.post(f"/api/records/{record['id']}/suggestion", json={})
        assert (refused.status_code, refused.json()["error"]) == (409, "no_suggestion")
        assert ben.web.get(f"/api/records/{record['id']}/history").json() == {"entries": []}
        assert len(ada.web.get(f"/api/records/{record['id']}/history").json()["entries"]) == 1


FOREIGN = [
    pytest.param({"host": "evil.example"}, 421, "host", id="DNS rebinding: another host's name"),
    pytest.param({"host": "127.0.0.1:9999"}, 421, "host", id="another port"),
    pytest.param({"origin": "http://evil.example"}, 403, "origin", id="another web page"),
    pytest.param({"origin": "http://127.0.0.1:9999"}, 403, "origin", id="another local server"),
    pytest.param({"origin": "null"}, 403, "origin", id="a sandboxed page"),
    pytest.param({"origin": "https://127.0.0.1:8000"}, 403, "origin", id="another scheme"),
    pytest.param({"sec-fetch-site": "cross-site"}, 403, "origin", id="what the browser calls cross-site"),
    pytest.param({"x-picosieve-token": "f" * 32}, 403, "stale", id="the token of an earlier server"),
    pytest.param({"x-picosieve-token": ""}, 403, "stale", id="no token"),
    pytest.param({"content-type": "text/plain"}, 415, "type", id="what a foreign form can send"),
]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """One review for every request that must change nothing."""
    with new_project(tmp_path_factory.mktemp("untouched")) as project:
        refit(project)
        yield Reader(project)


@pytest.mark.parametrize(("headers", "status", "code"), FOREIGN)
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/decisions", {"key": KEY, "record_id": 1, "verdict": "include"}),
        ("/api/undo", {"key": KEY, "record_id": 1}),
        ("/api/marks", {"key": KEY, "record_id": 1, "kind": "skip"}),
        ("/api/entries", {"entries": [{"mark": {"key": KEY, "record_id": 1, "kind": "skip"}}]}),
        ("/api/leases", {"n": 1}),
        ("/api/findings/decisions", {"key": KEY, "finding_ids": [1], "verdict": "confirm"}),
    ],
)
def test_a_foreign_request_changes_nothing(untouched, headers, status, code, path, body) -> None:
    answer = untouched.web.post(path, json=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert log_rows(untouched.project) == []


def test_a_request_without_an_origin_is_refused(reader) -> None:
    del reader.web.headers["origin"]
    assert reader.web.post("/api/leases", json={"n": 1}).status_code == 403


def test_every_page_forbids_inline_scripts_and_foreign_addresses(reader) -> None:
    for path in ("/screen", "/full-text", "/findings", "/findings/1", "/static/js/screen.js", "/nowhere"):
        headers = reader.web.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers
    page = reader.web.get("/screen").text
    assert "<script>" not in page
    assert " onclick=" not in page
    assert "style=" not in page
    assert "https://" not in page


DECISION = {"key": KEY, "record_id": 1, "verdict": "include"}
BAD = [
    pytest.param("{", 400, "json", "not valid JSON", id="invalid JSON"),
    pytest.param("[]", 422, "invalid", "valid dictionary", id="not an object"),
    pytest.param(DECISION | {"record_id": 999}, 404, "not_found", "R999: there is none", id="unknown record"),
    pytest.param(DECISION | {"record_id": 10**30}, 422, "invalid", "record_id", id="an absurd id"),
    pytest.param(DECISION | {"verdict": "perhaps"}, 422, "invalid", "verdict", id="unknown verdict"),
    pytest.param(DECISION | {"reason": "population"}, 422, "invalid", "goes with", id="reason, include"),
    pytest.param(
        DECISION | {"verdict": "exclude", "reason": "boredom"}, 422, "invalid", "none of", id="unknown reason"
    ),
    pytest.param(DECISION | {"note": "x" * 4001}, 422, "invalid", "note", id="oversized note"),
    pytest.param(DECISION | {"note": "x" * 70_000}, 413, "too_large", "64 kB", id="oversized body"),
    pytest.param(DECISION | {"key": ""}, 422, "invalid", "key", id="no key"),
    pytest.param(DECISION | {"next": {"n": 99}}, 422, "invalid", "next.n", id="too many"),
    pytest.param(DECISION | {"next": {"held": list(range(1, 102))}}, 422, "invalid", "held", id="held"),
    pytest.param(DECISION | {"replaces": "it"}, 422, "invalid", "replaces", id="replaces no decision"),
    pytest.param(DECISION | {"person": "Somebody"}, 422, "invalid", "person", id="somebody else's name"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "code", "told"), BAD)
def test_a_bad_decision_is_refused_with_a_reason(untouched, body, status, code, told) -> None:
    untouched.web.post("/api/records/1/lease", json={})
    content = body if isinstance(body, str) else None
    answer = untouched.web.post(
        "/api/decisions",
        json=None if content else body,
        content=content,
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert told in answer.json()["message"]
    assert log_rows(untouched.project) == []


def test_a_decision_without_a_lease_or_on_anothers_is_refused(reader) -> None:
    refused = reader.decide(1)
    assert (refused.status_code, refused.json()["error"]) == (409, "lease_expired")
    ben = Reader(reader.project, person="Ben")
    (record,) = ben.lease()
    refused = reader.decide(record["id"])
    assert (refused.status_code, refused.json()["error"]) == (409, "not_yours")
    assert "is being read by another person" in refused.json()["message"]
    opened = reader.web.post(f"/api/records/{record['id']}/lease", json={}).json()
    assert opened["leased"] is False
    assert "another person" in opened["why_not"]
    assert log_rows(reader.project) == []


def test_an_expired_lease_is_refused_and_the_same_decision_taken_once_it_is_renewed(reader) -> None:
    (record,) = reader.lease()
    with reader.project.store.write() as db:
        db.execute(sa.text("UPDATE leases SET expires_at = '2020-01-01'"))
    refused = reader.decide(record["id"])
    assert (refused.status_code, refused.json()["error"]) == (409, "lease_expired")
    assert "open it again" in refused.json()["message"]
    assert log_rows(reader.project) == []
    reader.web.post(f"/api/records/{record['id']}/lease", json={})
    assert reader.decide(record["id"]).status_code == 200


def test_a_key_used_for_another_decision_is_refused(reader) -> None:
    one, other = reader.lease(2)
    reader.decide(one["id"], key=KEY)
    before = log_rows(reader.project)
    refused = reader.decide(other["id"], key=KEY)
    assert (refused.status_code, refused.json()["error"]) == (409, "key_used")
    refused = reader.decide(one["id"], "exclude", key=KEY)
    assert (refused.status_code, refused.json()["error"]) == (409, "key_used")
    assert log_rows(reader.project) == before


def test_undo_needs_a_decision_and_is_written_once(reader) -> None:
    (record,) = reader.lease()
    body = {"key": "undo-of-this-test", "record_id": record["id"]}
    refused = reader.web.post("/api/undo", json=body)
    assert (refused.status_code, refused.json()["error"]) == (409, "no_decision")
    assert log_rows(reader.project) == []
    reader.decide(record["id"])
    answers = [reader.web.post("/api/undo", json=body) for _ in range(2)]
    assert [a.json()["progress"]["n_read"] for a in answers] == [0, 0]
    assert len(log_rows(reader.project)) == 2


def test_records_are_searched_by_words_ids_and_lists(reader) -> None:
    def found(q: str, among: str = "all") -> list[int]:
        rows = reader.web.get("/api/search", params={"q": q, "among": among}).json()["found"]
        return [row["record_id"] for row in rows]

    assert found("isatuximab REPORT 10") == [11]
    assert found("R7") == [7]
    assert found("100%") == found("_") == found("nothing of the kind") == []
    (record,) = reader.lease()
    reader.decide(record["id"])
    assert found("", "include") == [record["id"]]
    reader.web.post("/api/marks", json={"key": KEY, "record_id": 2, "kind": "discuss"})
    assert found("", "discuss") == [2]
    assert reader.web.get("/api/search", params={"among": "everything"}).status_code == 404
    assert reader.web.get("/api/search", params={"q": "x" * 301}).status_code == 422


# --- findings -----------------------------------------------------------------------------------


@pytest.fixture
def confirming(reader: Reader) -> Reader:
    """Ada with record 1 included: three findings, of which two state one fact."""
    reader.web.post("/api/records/1/lease", json={})
    assert reader.decide(1).status_code == 200
    return reader


@pytest.fixture(scope="module")
def one_included(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The same, one review for every request that must change nothing."""
    with new_project(tmp_path_factory.mktemp("included")) as project:
        reader = Reader(project)
        reader.web.post("/api/records/1/lease", json={})
        reader.decide(1)
        yield reader


def of_record(reader: Reader) -> dict[str, Any]:
    answer = reader.web.get("/api/findings/1").json()
    return {card["says"]: card for card in answer["cards"]}


def versions(reader: Reader, finding_ids: Sequence[int], record_id: int = 1) -> list[str]:
    """What the page shows of some findings, as it is sent back with a verdict."""
    answer = reader.web.get(f"/api/findings/{record_id}").json()
    shown = {p["finding_id"]: p["version"] for card in answer["cards"] for p in card["places"]}
    return [shown.get(i, "0" * 64) for i in finding_ids]


def outcomes(reader: Reader) -> list[str]:
    query = sa.text("SELECT verdict FROM finding_decisions WHERE finding_id IN (1, 2, 3, 4) ORDER BY id")
    with reader.project.store.read() as db:
        return list(db.execute(query).scalars())


def test_a_fact_stated_twice_is_one_card_and_one_verdict_decides_both(confirming) -> None:
    cards = of_record(confirming)
    assert list(cards) == ["PFS median 4.6 months (95% CI 3.5-6.2)", "OS median 15.9 months"]
    pfs = cards["PFS median 4.6 months (95% CI 3.5-6.2)"]
    assert (pfs["finding_ids"], pfs["state"], pfs["mine"]) == ([1, 3], "proposed", None)
    assert [p["quote"] for p in pfs["places"]] == [
        "Median PFS was 4.6 months (95% CI 3.5-6.2).",
        "In short, median PFS was 4.6 months.",
    ]
    body = {"key": KEY, "versions": versions(confirming, [1, 3])} | confirmed(1, 3)
    for _ in range(2):
        assert confirming.web.post("/api/findings/decisions", json=body).status_code == 200
    assert outcomes(confirming) == ["confirm", "confirm"]
    assert (
        confirming.web.post("/api/findings/undo", json={"key": KEY + "-u", "finding_ids": [1, 3]}).status_code
        == 200
    )
    assert of_record(confirming)["PFS median 4.6 months (95% CI 3.5-6.2)"]["state"] == "proposed"


def test_a_correction_is_checked_and_kept(confirming) -> None:
    body = {
        "key": KEY,
        "finding_ids": [2],
        "versions": versions(confirming, [2]),
        "verdict": "correct",
        "changes": {"value": "16.9", "ci_lower": "20", "ci_upper": "10"},
    }
    refused = confirming.web.post("/api/findings/decisions", json=body)
    assert refused.status_code == 422
    assert "ci_lower is above ci_upper" in refused.json()["message"]
    assert outcomes(confirming) == []
    body["changes"] = {"value": "16.9", "arm": "refractory"}
    for _ in range(2):  # sent again it is known, though what the page shows has changed by itself
        assert confirming.web.post("/api/findings/decisions", json=body).status_code == 200
    assert outcomes(confirming) == ["correct"]
    assert "OS median 16.9 months, refractory" in of_record(confirming)


VERDICT, ADD = "/api/findings/decisions", "/api/findings/1/add"
PFS = {"endpoint": "PFS", "statistic": "median", "value": 4}


def changed(**changes: object) -> dict[str, object]:
    return {"finding_ids": [1], "verdict": "correct", "changes": changes}


def confirmed(*finding_ids: int, **more: object) -> dict[str, object]:
    return {"finding_ids": finding_ids, "verdict": "confirm"} | more


def added(**more: object) -> dict[str, object]:
    return {"fields": PFS | more}


BAD_FINDINGS = [
    pytest.param(VERDICT, confirmed(999), 404, "F999: there is none", id="unknown finding"),
    pytest.param(VERDICT, confirmed(), 422, "finding_ids", id="no finding"),
    pytest.param(VERDICT, confirmed(1, versions=["0" * 64]), 409, "changed it", id="another was shown"),
    pytest.param(VERDICT, confirmed(1, versions=["0" * 64] * 2), 422, "one for each", id="versions too many"),
    pytest.param(VERDICT, confirmed(1, versions=[]), 422, "versions", id="no version"),
    pytest.param(VERDICT, confirmed(4), 409, "is not included", id="finding of a record not included"),
    pytest.param(VERDICT, confirmed(1, 4), 409, "several records", id="two records"),
    pytest.param(VERDICT, confirmed(1, changes={"value": 5}), 422, "go with correct", id="confirm, changes"),
    pytest.param(VERDICT, changed(colour="red"), 422, "no field 'colour'", id="unknown field"),
    pytest.param(VERDICT, changed(value="a lot"), 422, "expected a number", id="no number"),
    pytest.param("/api/findings/undo", {"finding_ids": [1]}, 409, "no decision on it", id="nothing to undo"),
    pytest.param(ADD, added(start=10**6, end=10**6 + 4), 422, "not within its text", id="offsets too far"),
    pytest.param(ADD, added(start=9, end=3), 422, "not within its text", id="offsets backwards"),
    pytest.param(ADD, added(), 422, "say where it stands", id="no place"),
    pytest.param(ADD, added(value_text="4.6 months"), 422, "more than once", id="words that stand twice"),
    pytest.param(ADD, added(value=-4, locator="p. 3"), 422, "negative", id="impossible value"),
    pytest.param("/api/findings/2/add", added(locator="p. 3"), 409, "is not included", id="not included"),
    pytest.param("/api/findings/999/add", {"fields": {}}, 404, "R999: there is none", id="unknown record"),
    pytest.param("/api/findings/1/complete", {}, 409, "2 of its cards wait", id="complete with open cards"),
    pytest.param("/api/findings/1/blind", {"fields": {}}, 409, "was not drawn", id="blind, not drawn"),
]


@pytest.mark.parametrize(("path", "body", "status", "told"), BAD_FINDINGS)
def test_a_bad_verdict_on_a_finding_is_refused_with_a_reason(one_included, path, body, status, told) -> None:
    before = log_rows(one_included.project)
    if path == VERDICT:
        body = {"versions": versions(one_included, body["finding_ids"])} | body
    answer = one_included.web.post(path, json={"key": KEY} | body)
    assert answer.status_code == status, answer.text
    assert told in answer.json()["message"]
    assert log_rows(one_included.project) == before


def test_nobody_confirms_what_their_page_did_not_show(confirming) -> None:
    bob = Reader(confirming.project, person="Bob")
    shown = versions(bob, [2])
    corrected = {"finding_ids": [2], "verdict": "correct", "changes": {"value": 159}, "key": KEY}
    ada = confirming.web.post(VERDICT, json=corrected | {"versions": versions(confirming, [2])})
    assert ada.status_code == 200
    stale = bob.web.post(VERDICT, json={"key": KEY + "-b", "versions": shown} | confirmed(2))
    assert (stale.status_code, stale.json()["error"]) == (409, "changed_meanwhile")
    assert "'OS median 159 months'" in stale.json()["message"]
    assert outcomes(confirming) == ["correct"]
    assert "OS median 159 months" in of_record(bob), (
        "what a second person confirms is the first one's version"
    )
    fresh = {"key": KEY + "-c", "versions": versions(bob, [2])} | confirmed(2)
    assert bob.web.post(VERDICT, json=fresh).status_code == 200


def test_a_finding_is_added_by_selection_by_words_or_by_locator(confirming) -> None:
    text = "Isatuximab in myeloma, report 0 " + "We followed a cohort with myeloma."
    start = text.index("cohort")
    places: list[dict[str, object]] = [
        {"start": start, "end": start + 6},
        {"value_text": "3.5-6.2"},
        {"locator": "p. 7, table 2"},
    ]
    for i, place in enumerate(places):
        fields = PFS | {"value": 7 + i} | place
        answer = confirming.web.post("/api/findings/1/add", json={"key": f"{KEY}-{i}", "fields": fields})
        assert answer.status_code == 200, answer.text
    cards = of_record(confirming)
    quotes = {says: card["places"][0]["quote"] for says, card in cards.items() if card["added"]}
    assert quotes == {
        "PFS median 7 months": "Isatuximab in myeloma, report 0 We followed a cohort with myeloma.",
        "PFS median 8 months": "3.5-6.2",
        "PFS median 9 months": "p. 7, table 2",
    }
    assert {cards[says]["state"] for says in quotes} == {"accepted"}


# --- the port -----------------------------------------------------------------------------------


def test_a_port_that_is_taken_and_a_host_that_is_not_this_machine_are_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=rf"port {port} of 127.0.0.1 cannot be had .*try --port"):
            listen("127.0.0.1", port)
    for host in ("0.0.0.0", "192.0.2.7", "example.org", "::"):
        with pytest.raises(ServeError, match=r"give 127\.0\.0\.1"):
            listen(host, 0)
    assert HERE.endswith(":8000")
