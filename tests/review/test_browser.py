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
from tests.review.desk import ABSTRACT, Server, new_project, serving

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
    with new_project(tmp_path) as project, serving(tmp_path / "project") as server:
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


def include(project: Project, server: Server, page: Page, record_id: int) -> None:
    page.goto(f"{server.address}/screen?record={record_id}")
    page.wait_for_function("id => document.documentElement.dataset.shown === id", arg=str(record_id))
    page.keyboard.press("i")
    all_sent(page)


def test_findings_are_confirmed_corrected_rejected_added_and_undone_by_keyboard(browser, tmp_path) -> None:
    with new_project(
        tmp_path, [Record(title="Isatuximab 😀 in myeloma", abstract=ABSTRACT, year=2021)]
    ) as project:
        with serving(tmp_path / "project") as server:
            page = open_page(browser, server.address)
            wait_for_record(page)
            include(project, server, page, 1)
            page.goto(f"{server.address}/findings")
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
    with new_project(tmp_path) as project, contextlib.ExitStack() as stack:
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
    with new_project(tmp_path, [HOSTILE]), serving(tmp_path / "project") as server:
        page = open_page(browser, server.address)
        wait_for_record(page)
        assert page.inner_text("#record-title").startswith("<script>window.hacked = 1</script><img src=x")
        assert page.evaluate("window.hacked") is None
        assert page.locator("#record script, #record img, #record style, #record b").count() == 0
        assert page.is_visible(".verdict.include")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.text_content("#record-abstract") == HOSTILE.abstract
        page.screenshot(path=SHOTS / "hostile.png")
        page.keyboard.press("i")
        all_sent(page)
        page.goto(f"{server.address}/findings/1")
        page.wait_for_selector("#record[aria-busy=false]")
        assert page.evaluate("window.hacked") is None
        assert problems_of(page) == []
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_telephone_and_reads_in_the_dark(browser, tmp_path, scheme) -> None:
    with new_project(tmp_path), serving(tmp_path / "project") as server:
        page = open_page(browser, server.address, color_scheme=scheme)
        wait_for_record(page)
        page.screenshot(path=SHOTS / f"screening-{scheme}.png")
        assert serious(page) == []
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.screenshot(path=SHOTS / f"narrow-{scheme}.png")
        include_here(page)
        page.goto(f"{server.address}/findings")
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
    new_project(tmp_path).store.close()
    with serving(tmp_path / "project"):
        pass
    with open_project(tmp_path / "project") as project:
        assert verdicts(project) == {}
