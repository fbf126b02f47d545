"""The pages in a real browser: a review by keyboard alone, findings, lost connections, hostile records.

Screenshots of every page are left in `test-output/`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, sync_playwright

from data.project import Project, open_project
from data.records import Record
from data.store import findings
from data.store.decisions import Decision, Verdict, decide
from data.store.findings import FindingDecision, FindingVerdict
from data.store.marks import Mark, MarkKind, keep_mark
from data.store.people import add_person
from review.reextraction import drawn_records
from tests.review.desk import ABSTRACT, queued_project, serving, serving_here, some_records

SHOTS = Path(__file__).resolve().parents[2] / "test-output"
AXE = Path(__file__).with_name("vendor") / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
HOSTILE = Record(
    title="<script>window.hacked = 1</script><img src=x onerror=window.hacked=2> "
    + "Isatuximab in myeloma " * 200,
    abstract="\u202eمتلازمة القلب 😀👩‍⚕️ </div><style>*{display:none}</style> Median "
     "PFS was 4.6 months. " + "myeloma " * 25_000,
    authors=("<b>Writer</b>, A.", '"><script>window.hacked=3</script>'),
    journal="javascript:alert(1)",
    url="javascript:alert(1)",
    year=2020,
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    SHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


def open_page(browser: Browser, address: str, **options: Any) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}, **options).new_page()
    page.set_default_timeout(60_000)
    problems: list[str] = []
    page.on("pageerror", lambda err: problems.append(str(err)))
    page.on("console", lambda m: problems.append(m.text) if "Content Security Policy" in m.text else None)
    page.problems = problems  # type: ignore[attr-defined]
    page.goto(address)
    return page


def problems_of(page: Page) -> list[str]:
    found: list[str] = page.problems  # type: ignore[attr-defined]
    return found


def shown(page: Page) -> str:
    return str(page.evaluate("document.documentElement.dataset.shown ?? ''"))


def wait_for_record(page: Page, *, other_than: str = "") -> str:
    page.wait_for_function(
        "before => { const s = document.documentElement.dataset.shown; return s && s !== before }",
        arg=other_than,
    )
    return shown(page)


def all_sent(page: Page) -> None:
    page.wait_for_function("() => document.documentElement.dataset.unsent === '0'")


def verdicts(project: Project) -> dict[int, tuple[str, str | None, str]]:
    query = sa.text("SELECT group_id, verdict, reason FROM standing_screening")
    notes = sa.text("SELECT record_id, note FROM screening_decisions ORDER BY id")
    with project.store.read() as db:
        note = {row.record_id: row.note for row in db.execute(notes)}
        return {g: (v, r, note[g]) for g, v, r in db.execute(query)}


def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    if not AXE.exists():
        pytest.skip("axe-core is not there (tests/review/vendor/axe-core)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    with (SHOTS / "axe.jsonl").open("a", encoding="utf-8") as out:
        told = [{"id": v["id"], "impact": v["impact"], "n": len(v["nodes"])} for v in found["violations"]]
        out.write(json.dumps({"page": page.url.split("/", 3)[3], "violations": told}) + "\n")
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:200]} {v['nodes'][0]['failureSummary'][:300]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def test_a_whole_review_by_keyboard_alone(browser, tmp_path) -> None:
    """Every verdict, a reason, a note, undo, skip, discuss, search and jump; then the findings."""
    with queued_project(tmp_path) as project, serving(tmp_path / "project") as server:
        page = open_page(browser, server.address)
        first = wait_for_record(page)
        page.screenshot(path=SHOTS / "screening.png")
        assert serious(page) == []
        press = page.keyboard.press
        press("n")
        page.keyboard.type("worth a second look")
        press("Escape")
        press("i")
        second = shown(page)
        assert second != first, "the next record is there at once, without waiting"
        press("e")
        page.screenshot(path=SHOTS / "reasons.png")
        press("1")
        third = shown(page)
        press("m")
        fourth = shown(page)
        press("s")
        fifth = shown(page)
        press("d")
        sixth = shown(page)
        press("i")
        press("u")
        wait_for_record(page, other_than=shown(page))
        page.wait_for_function("id => document.documentElement.dataset.shown === id", arg=sixth)
        press("e")
        press("e")
        press("g")
        page.wait_for_selector("#suggestion:not([hidden])")
        press("h")
        page.wait_for_selector("#history-list li")
        press("?")
        page.wait_for_selector("dialog[open]")
        page.screenshot(path=SHOTS / "keys.png")
        assert serious(page) == []
        press("Escape")
        press("/")
        page.keyboard.type(f"R{fifth}")
        page.wait_for_selector("#found li[role=option]")
        press("Enter")
        page.wait_for_function("id => document.documentElement.dataset.shown === id", arg=fifth)
        press("i")
        for _ in range(40):
            if shown(page) == "end":
                break
            before = shown(page)
            press("i" if "Isatuximab" in page.inner_text("#record-title") else "e")
            if not page.is_hidden("#reasons"):
                press("e")
            if before == shown(page) or shown(page) == "":
                page.wait_for_timeout(100)
        page.wait_for_function("() => document.documentElement.dataset.shown === 'end'")
        all_sent(page)
        decided = verdicts(project)
        assert set(decided) == set(range(1, 13)), "skipped records came back"
        assert decided[int(first)] == ("include", None, "worth a second look")
        assert decided[int(second)] == ("exclude", "population", "")
        assert decided[int(third)] == ("maybe", None, "")
        assert decided[int(fifth)][0] == "include"
        assert decided[int(sixth)] == ("exclude", None, "")
        assert fourth in map(str, decided)
        assert "12 of 12 read" in page.inner_text("#progress")
        page.screenshot(path=SHOTS / "finished.png")
        assert problems_of(page) == []
        page.context.close()


def include(address: str, page: Page, record_id: int) -> None:
    page.goto(f"{address}/screen?record={record_id}")
    page.wait_for_function("id => document.documentElement.dataset.shown === id", arg=str(record_id))
    page.keyboard.press("i")
    all_sent(page)


def test_findings_are_confirmed_corrected_rejected_added_and_undone_by_keyboard(browser, tmp_path) -> None:
    with queued_project(
        tmp_path, [Record(title="Isatuximab 😀 in myeloma", abstract=ABSTRACT, year=2021)]
    ) as project:
        with serving_here(project) as address:
            page = open_page(browser, address)
            wait_for_record(page)
            include(address, page, 1)
            page.goto(f"{address}/findings")
            page.wait_for_selector("#list a")
            page.screenshot(path=SHOTS / "findings-list.png")
            assert serious(page) == []
            page.keyboard.press("j")
            page.keyboard.press("Enter")
            page.wait_for_selector(".card.at")
            page.screenshot(path=SHOTS / "findings.png")
            assert serious(page) == []
            assert page.locator(".card").count() == 2, "the PFS stated twice is one card"
            assert page.locator(".card.accepted, .card.rejected").count() == 0, (
                "nothing is confirmed by default"
            )
            page.keyboard.press("c")
            page.wait_for_selector(".card.accepted")
            page.keyboard.press("e")
            page.keyboard.type("16.9")
            page.screenshot(path=SHOTS / "correct.png")
            assert serious(page) == []
            page.keyboard.press("Enter")
            page.wait_for_selector("text=OS median 16.9 months")
            page.keyboard.press("u")
            page.wait_for_selector("text=OS median 15.9 months")
            page.keyboard.press("j")
            page.keyboard.press("r")
            page.wait_for_selector(".card.rejected")
            select_words(page, "15.9 months")
            page.keyboard.press("a")
            page.wait_for_selector("#add-place form")
            assert page.input_value("[name=value_text]") == "15.9 months"
            page.keyboard.type("OS")
            page.keyboard.press("Enter")
            page.wait_for_selector("text=added by a person")
            page.keyboard.press("f")
            page.wait_for_selector("#complete[aria-pressed=true]")
            all_sent(page)
            assert problems_of(page) == []
            page.context.close()
        with project.store.read() as db:
            rows = db.execute(
                sa.text('SELECT endpoint, value, "start", verdict FROM dataset_findings ORDER BY finding_id')
            ).all()
            text = f"Isatuximab 😀 in myeloma {ABSTRACT}"
        first, last, overall = (
            text.index("4.6 months"), text.rindex("4.6 months"), text.index("15.9 months")
        )  # fmt: skip
        assert [tuple(r) for r in rows] == [
            ("PFS", 4.6, first, "confirm"),
            ("PFS", 4.6, last, "confirm"),
            ("OS", 15.9, overall, "add"),
        ]


def test_a_finding_of_an_endpoint_that_the_protocol_asks_for_is_added_by_keyboard(browser, tmp_path) -> None:
    abstract = "A cohort with myeloma. The CR rate was 12%; duration of response 9.1 months."
    record = Record(title="Isatuximab in myeloma", abstract=abstract, year=2021)
    with queued_project(tmp_path, [record], endpoints=["OS", "DOR", "CR"]) as project:
        with serving_here(project) as address:
            page = open_page(browser, address)
            wait_for_record(page)
            include(address, page, 1)
            page.goto(f"{address}/findings/1")
            page.wait_for_selector("#record-abstract span, #record-abstract mark")
            for words, endpoint, says in (
                ("12%", "CR", "CR response rate 12%"),
                ("9.1 months", "DOR", "DOR median"),
            ):
                select_words(page, words)
                page.keyboard.press("a")
                page.wait_for_selector("#add-place form")
                offered = page.locator("[name=endpoint] option").all_inner_texts()
                assert offered == ["OS", "DOR", "CR"]
                page.keyboard.type(endpoint)
                page.screenshot(path=SHOTS / f"add-{endpoint}.png")
                page.keyboard.press("Enter")
                page.wait_for_selector(f"text={says}")
            all_sent(page)
            assert problems_of(page) == []
            page.context.close()
        with project.store.read() as db:
            query = sa.text("SELECT endpoint, statistic, value FROM dataset_findings ORDER BY finding_id")
            rows = [tuple(row) for row in db.execute(query)]
        assert rows == [("CR", "response_rate", 12.0), ("DOR", "median", 9.1)]


def select_words(page: Page, words: str) -> None:
    page.evaluate(
        """words => {
            for (const part of document.querySelectorAll("#record-abstract [data-at]")) {
                const at = part.textContent.indexOf(words);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(part.firstChild, at);
                range.setEnd(part.firstChild, at + words.length);
                getSelection().removeAllRanges();
                getSelection().addRange(range);
                return;
            }
            throw new Error("no such words");
        }""",
        words,
    )


def test_no_decision_is_lost_or_doubled_when_server_and_worker_are_killed(browser, tmp_path) -> None:
    with queued_project(tmp_path) as project, contextlib.ExitStack() as stack:
        server = stack.enter_context(serving(tmp_path / "project"))
        page = open_page(browser, server.address)
        wait_for_record(page)
        page.wait_for_function(
            "() => performance.getEntriesByType('resource').some(e => e.name.includes('/api/leases'))"
        )
        read = [shown(page)]
        page.keyboard.press("i")
        all_sent(page)
        read.append(shown(page))
        server.stop(kill=True)
        page.keyboard.press("i")  # nobody answers: kept in the browser
        read.append(shown(page))
        page.keyboard.press("i")
        page.wait_for_selector("#connection:not([hidden])")
        page.screenshot(path=SHOTS / "no-connection.png")
        assert len(verdicts(project)) == 1
        server.start()  # with another token: the page asks for it by itself
        all_sent(page)
        assert sorted(verdicts(project)) == sorted(map(int, read))
        page.wait_for_function("() => document.documentElement.dataset.shown")
        workers = subprocess.run(
            ["pgrep", "-P", str(server.process.pid if server.process else 0)], capture_output=True, text=True
        )
        for pid in workers.stdout.split():
            os.kill(int(pid), signal.SIGKILL)
        before = shown(page)
        page.keyboard.press("i")
        wait_for_record(page, other_than=before)
        page.reload()
        wait_for_record(page)
        all_sent(page)
        with project.store.read() as db:
            n_rows = db.execute(sa.text("SELECT COUNT(*) FROM screening_decisions")).scalar_one()
        assert n_rows == len(verdicts(project)) == 4
        page.context.close()


def test_a_hostile_record_is_text_and_nothing_else(browser, tmp_path) -> None:
    with queued_project(tmp_path, [HOSTILE]) as project, serving_here(project) as address:
        page = open_page(browser, address)
        wait_for_record(page)
        assert page.inner_text("#record-title").startswith("<script>window.hacked = 1</script><img src=x")
        assert page.evaluate("window.hacked") is None
        assert page.locator("#record script, #record img, #record style, #record b").count() == 0
        assert page.locator("#record-title mark.intervention").count() > 100, (
            "marks are set in the text's order"
        )
        assert page.is_visible(".verdict.include")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.text_content("#record-abstract") == HOSTILE.abstract
        page.screenshot(path=SHOTS / "hostile.png")
        page.keyboard.press("i")
        all_sent(page)
        page.goto(f"{address}/findings/1")
        page.wait_for_selector("#record[aria-busy=false]")
        assert page.evaluate("window.hacked") is None
        assert problems_of(page) == []
        page.context.close()


def test_two_windows_read_different_records_and_lose_nothing(browser, tmp_path) -> None:
    """Side by side, without a server for a while, one of them closed before it comes back."""
    with queued_project(tmp_path, some_records(40)) as project, serving(tmp_path / "project") as server:
        one = open_page(browser, server.address)
        wait_for_record(one)
        other = one.context.new_page()
        other.goto(server.address)
        first, second = shown(one), wait_for_record(other)
        assert second != first
        other.wait_for_selector("text=also open in another window, with other records")
        read = [first, second]
        for page in (one, other, one, other, one, other):
            page.keyboard.press("i")
            read.append(wait_for_record(page, other_than=read[-2]))
            assert len(set(read)) == len(read)
        all_sent(one)
        all_sent(other)
        server.stop(kill=True)
        for page in (one, other):
            page.keyboard.press("i")
            page.keyboard.press("i")
            page.wait_for_selector("#connection:not([hidden])")
        assert len(verdicts(project)) == 6
        third = shown(one)
        other.close()
        server.start()
        all_sent(one)
        one.reload()  # a page that begins sends what closed ones left behind
        assert wait_for_record(one) == third, "and goes on where it was"
        one.wait_for_function("() => document.documentElement.dataset.unsent === '0'")
        with project.store.read() as db:
            n_rows = db.execute(sa.text("SELECT COUNT(*) FROM screening_decisions")).scalar_one()
        assert n_rows == len(verdicts(project)) == 10
        assert set(map(int, read)) <= set(verdicts(project))
        one.context.close()


def test_a_page_that_shows_what_was_decided_elsewhere_does_not_write_over_it(browser, tmp_path) -> None:
    with queued_project(tmp_path) as project, serving_here(project) as address:
        stale = open_page(browser, address)
        record_id = wait_for_record(stale)
        fresh = stale.context.new_page()
        fresh.goto(f"{address}/screen?record={record_id}")
        fresh.wait_for_function("id => document.documentElement.dataset.shown === id", arg=record_id)
        fresh.keyboard.press("i")
        all_sent(fresh)
        stale.keyboard.press("m")
        stale.wait_for_selector(f"text=R{record_id}: you decided on it meanwhile (include)")
        stale.screenshot(path=SHOTS / "decided-meanwhile.png")
        assert verdicts(project) == {int(record_id): ("include", None, "")}
        # Opened again, it can be changed: the page shows what stands.
        stale.keyboard.press("/")
        stale.keyboard.type(f"R{record_id}")
        stale.wait_for_selector("#found li[role=option]")
        stale.keyboard.press("Enter")
        stale.wait_for_selector(".tag.include")
        stale.keyboard.press("m")
        all_sent(stale)
        assert verdicts(project) == {int(record_id): ("maybe", None, "")}
        stale.context.close()


def test_full_texts_are_read_by_keyboard_and_each_exclusion_takes_a_reason(browser, tmp_path) -> None:
    records = [
        Record(
            title=f"Isatuximab in myeloma {i}", abstract=ABSTRACT, doi=f"10.5555/{i}", pmid=str(i), year=2021
        )
        for i in range(1, 4)
    ]
    with queued_project(tmp_path, records, show_suggestions=True) as project:
        with serving_here(project) as address:
            page = open_page(browser, f"{address}/full-text")
            page.wait_for_selector("text=No full text to read yet.")
            assert serious(page) == []
            page.screenshot(path=SHOTS / "full-text-none.png")
            page.click("text=Go on screening")
            wait_for_record(page)
            page.wait_for_selector("#suggestion:not([hidden])")  # the protocol shows it unasked
            assert page.inner_text("[data-judged=population]") == "✓ met"
            assert page.inner_text("[data-judged=comparator]") == "? unclear"
            page.screenshot(path=SHOTS / "suggestion.png")
            assert serious(page) == []
            for _ in range(2):  # each is decided once its suggestion stands there
                at = shown(page)
                page.keyboard.press("i")
                wait_for_record(page, other_than=at)
                page.wait_for_selector("#suggestion:not([hidden])")
            page.keyboard.press("i")
            page.wait_for_selector("text=Everything is read.")
            all_sent(page)
            page.screenshot(path=SHOTS / "finished-screening.png")
            page.click("text=Read the full texts")
            first = wait_for_record(page)
            assert page.is_hidden("#suggestion")
            assert page.get_attribute("#record-links a", "href") == f"https://doi.org/10.5555/{first}"
            assert serious(page) == []
            page.keyboard.press("e")
            page.screenshot(path=SHOTS / "full-text.png")
            page.keyboard.press("e")
            page.wait_for_selector("text=every exclusion takes a reason")
            page.keyboard.press("0")
            second = wait_for_record(page, other_than=first)
            page.keyboard.press("m")
            assert shown(page) == second, "there is no maybe at full text"
            page.keyboard.press("i")
            third = wait_for_record(page, other_than=second)
            page.keyboard.press("u")
            page.wait_for_function("id => document.documentElement.dataset.shown === id", arg=second)
            page.keyboard.press("i")
            wait_for_record(page, other_than=second)
            page.keyboard.press("h")
            page.wait_for_selector("#history-list >> text=include")
            page.keyboard.press("i")
            page.wait_for_selector("text=Every full text is read.")
            all_sent(page)
            page.goto(f"{address}/findings")
            page.wait_for_selector("#list a")
            assert page.locator("#list a").count() == 2
            assert problems_of(page) == []
            page.context.close()
        query = sa.text(
            "SELECT group_id, verdict, reason FROM standing_screening WHERE stage = 'full_text'"
            " ORDER BY entry_id"
        )
        shown_to_them = sa.text(
            "SELECT DISTINCT suggestion_visible FROM screening_decisions WHERE stage = 'title_abstract'"
        )
        with project.store.read() as db:
            decided = [(str(g), v, r) for g, v, r in db.execute(query)]
            assert list(db.execute(shown_to_them).scalars()) == [True]
        assert decided == [
            (first, "exclude", "no_extractable_outcome"),
            (second, "include", None),
            (third, "include", None),
        ]


def all_complete(project: Project) -> int:
    """Include every record, confirm its findings, mark it complete; returns the one that is drawn."""
    with project.store.write() as db:
        person_id = add_person(db, "Ada")
        for (record_id,) in db.execute(sa.text("SELECT id FROM records ORDER BY id")).all():
            decision = Decision(person="Ada", record_id=record_id, verdict=Verdict.INCLUDE)
            decide(db, decision, protocol=project.protocol)
            for stored in findings.record_findings(db, [record_id]):
                verdict = FindingDecision(
                    person="Ada", finding_id=stored.finding_id, verdict=FindingVerdict.CONFIRM
                )
                findings.decide_finding(db, verdict)
            complete = MarkKind.FINDINGS_COMPLETE
            keep_mark(db, Mark(record_id=record_id, person_id=person_id, kind=complete, stage="findings"))
        (drawn,) = drawn_records(db)
    return drawn


def test_a_drawn_record_is_read_again_blind_and_the_differences_are_reported(browser, tmp_path) -> None:
    records = [
        Record(title=f"Isatuximab in myeloma, report {i}", abstract=ABSTRACT, year=2021) for i in range(10)
    ]
    with queued_project(tmp_path, records) as project, serving_here(project) as address:
        drawn = all_complete(project)
        page = open_page(browser, f"{address}/findings")
        page.wait_for_selector("text=1 due, none read yet.")
        page.screenshot(path=SHOTS / "findings-complete.png")
        assert page.locator("#list .blind").count() == 1
        page.click("#list li:has(.blind) a")
        page.wait_for_selector("#record[aria-busy=false]")
        assert page.url.endswith(f"/blind/{drawn}")
        assert page.locator("mark.value, mark.evidence, .card").count() == 0, "nothing is suggested"
        assert serious(page) == []
        for words, value in (("4.6 months", None), ("15.9 months", "16.9")):
            select_words(page, words)
            page.keyboard.press("a")
            page.wait_for_selector("#add-place form")
            if value:
                page.keyboard.type("OS")
                page.fill("[name=value]", value)
            page.keyboard.press("Enter")
            page.wait_for_selector("#add-place form", state="detached")
        page.keyboard.press("a")
        page.keyboard.type("ORR")
        page.fill("[name=value]", "31")
        page.fill("[name=locator]", "p. 7, table 2")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=ORR response rate 31%")
        page.screenshot(path=SHOTS / "blind.png")
        assert page.locator(".card").count() == 3
        page.locator(".card").first.focus()
        page.keyboard.press("f")
        page.wait_for_url("**/findings")
        page.wait_for_selector("#report-table:not([hidden])")
        page.screenshot(path=SHOTS / "blind-report.png", full_page=True)
        assert serious(page) == []
        rows = [row.inner_text().split("\t") for row in page.locator("#report-rows tr").all()]
        assert rows == [
            [f"R{drawn}", "another value", "PFS median 4.6 months (95% CI 3.5-6.2)", "PFS median 4.6 months"],
            [f"R{drawn}", "another value", "OS median 15.9 months", "OS median 16.9 months"],
            [f"R{drawn}", "missed by the first reading", "—", "ORR response rate 31%"],
        ]
        assert problems_of(page) == []
        page.context.close()


def test_earlier_decisions_are_undone_and_changed_after_the_page_was_closed(browser, tmp_path) -> None:
    with queued_project(tmp_path) as project, serving_here(project) as address:
        page = open_page(browser, address)
        read = [wait_for_record(page)]
        for key in ("i", "m", "n"):
            page.keyboard.press(key)
            read.append(shown(page))
        page.keyboard.type("ask the authors")
        page.keyboard.press("Escape")
        page.keyboard.press("d")
        all_sent(page)
        page.close()
        page = open_page(browser, address)
        wait_for_record(page)
        page.keyboard.press("u")  # the last decision of the visit before; then the one before that
        page.wait_for_function("id => document.documentElement.dataset.shown === id", arg=read[1])
        page.keyboard.press("u")
        page.wait_for_function("id => document.documentElement.dataset.shown === id", arg=read[0])
        all_sent(page)
        assert verdicts(project) == {}
        page.keyboard.press("e")
        page.keyboard.press("2")
        all_sent(page)
        # A record from the list of those put up for discussion comes back with its note.
        page.select_option("#among", "discuss")
        page.wait_for_selector("#found li[role=option]")
        page.focus("#search")
        page.keyboard.press("Enter")
        page.wait_for_function("id => document.documentElement.dataset.shown === id", arg=read[2])
        assert page.input_value("#note") == "ask the authors"
        page.keyboard.press("i")
        all_sent(page)
        assert verdicts(project) == {
            int(read[0]): ("exclude", "intervention", ""),
            int(read[2]): ("include", None, "ask the authors"),
        }
        page.keyboard.press("/")
        page.keyboard.type(f"R{read[0]}")
        page.wait_for_selector("#found li[role=option]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".tag.exclude")
        page.keyboard.press("h")
        page.wait_for_selector("#history-list li")
        told = [li.inner_text().split(" · ")[2] for li in page.locator("#history-list li").all()]
        assert told == ["include", "undo", "exclude (intervention)"]
        page.keyboard.press("m")
        all_sent(page)
        assert verdicts(project)[int(read[0])][0] == "maybe"
        assert problems_of(page) == []
        page.context.close()


def test_a_screen_reader_hears_what_was_decided_and_what_comes_next(browser, tmp_path) -> None:
    with queued_project(tmp_path) as project, serving_here(project) as address:
        page = open_page(browser, address)
        wait_for_record(page)
        focused = "document.activeElement.id"
        assert page.evaluate(focused) == "record-title"
        page.keyboard.press("i")
        title = page.inner_text("#record-title")
        assert page.inner_text("#live") == f"Included. Next: {title}"
        assert page.evaluate(focused) == "record-title", "reading goes on at the next title"
        page.keyboard.press("e")
        assert page.get_attribute("#exclude", "aria-expanded") == "true"
        page.keyboard.press("Escape")
        assert page.get_attribute("#exclude", "aria-expanded") == "false"
        named = page.evaluate(
            """() => [...document.querySelectorAll("button, input, select, textarea, a")]
                .filter(e => e.checkVisibility())
                .filter(e => !(e.labels?.length || e.textContent.trim() || e.ariaLabel))
                .map(e => e.outerHTML)"""
        )
        assert named == []
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
        page.uncheck("#keys-on")
        page.keyboard.press("Escape")
        before = shown(page)
        page.keyboard.press("i")
        assert shown(page) == before, "single keys are off for those whose reading aid uses them"
        page.locator(".verdict.include").focus()
        page.keyboard.press("Enter")
        assert shown(page) != before, "every button can be reached and pressed without them"
        all_sent(page)
        assert len(verdicts(project)) == 2
        page.goto(f"{address}/nowhere")
        page.wait_for_selector("text=There is no such page.")
        page.screenshot(path=SHOTS / "error.png")
        assert serious(page) == []
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_telephone_and_reads_in_the_dark(browser, tmp_path, scheme) -> None:
    with queued_project(tmp_path) as project, serving_here(project) as address:
        page = open_page(browser, address, color_scheme=scheme)
        wait_for_record(page)
        page.screenshot(path=SHOTS / f"screening-{scheme}.png")
        assert serious(page) == []
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.screenshot(path=SHOTS / f"narrow-{scheme}.png")
        include_here(page)
        page.goto(f"{address}/findings")
        page.click("#list a")
        page.wait_for_selector(".card")
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.screenshot(path=SHOTS / f"narrow-findings-{scheme}.png")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.screenshot(path=SHOTS / f"findings-{scheme}.png")
        assert serious(page) == []
        page.context.close()


def include_here(page: Page) -> None:
    """Include the record on screen by its button, as a thumb does."""
    page.click(".verdict.include")
    all_sent(page)


def test_the_project_can_be_opened_again_after_the_browser(tmp_path) -> None:
    """A served project is left as any other: openable, its log whole."""
    queued_project(tmp_path).store.close()
    with serving(tmp_path / "project"):
        pass
    with open_project(tmp_path / "project") as project:
        assert verdicts(project) == {}
