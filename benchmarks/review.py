"""How long a reader waits: from a key press to the next record on screen, in a real browser.

    python -m benchmarks.review [--records 20000] [--fast 150] [--steady 400]

A synthetic pool is read by keyboard in headless Chromium while the worker refits after every decision:
with no pause at all, with 0.4 s and with 1.5 s of thinking.
The time is measured in the page, from the key event to the frame after the next title stands there.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page, Request, sync_playwright

from data.project import Project
from data.records import Record
from data.store.queue import queue_written_at
from tests.review.desk import Server, new_project
from tests.review.test_browser import ARGUMENTS

WORDS = (
    "patients median response cohort trial survival progression dose randomised retrospective multicentre"
    " treated with after before regimen bortezomib carfilzomib daratumumab isatuximab myeloma lymphoma"
    " leukaemia marrow transplant relapse refractory outcome adverse events neutropenia grade analysis"
    " months interval confidence"
).split()
MEASURE = """
() => {
  window.waits = [];
  let begun = 0;
  addEventListener("keydown", (event) => { if ("im".includes(event.key)) begun = performance.now(); }, true);
  new MutationObserver(() => {
    if (!begun || !document.documentElement.dataset.shown) return;
    const since = begun;
    begun = 0;
    requestAnimationFrame(() => setTimeout(() => window.waits.push(performance.now() - since)));
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-shown"] });
}
"""


def some_records(n: int, *, seed: int = 0) -> list[Record]:
    """Synthetic records of the length of a real abstract (about 200 words)."""
    rng = random.Random(seed)
    return [
        Record(
            title=f"{' '.join(rng.choices(WORDS, k=12))} {i}",
            abstract=". ".join(" ".join(rng.choices(WORDS, k=20)) for _ in range(10)),
            year=2020,
        )
        for i in range(n)
    ]


def read(page: Page, n: int, *, think_seconds: float) -> list[float]:
    """Press a verdict `n` times; the waits in milliseconds."""
    page.evaluate("() => { window.waits.length = 0 }")
    for i in range(n):
        page.keyboard.press("i" if i % 5 == 0 else "m")
        page.wait_for_function("n => window.waits.length > n", arg=i)
        if think_seconds:
            page.wait_for_timeout(1000 * think_seconds)
    waits: list[float] = page.evaluate("() => window.waits")
    return waits


def told(name: str, waits: list[float]) -> str:
    """Percentiles of some waits in one line."""
    cuts = statistics.quantiles(waits, n=100)
    return (
        f"{name}: {len(waits)} key presses, p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms,"
        f" longest {max(waits):.0f} ms"
    )


def weigh(page: Page, address: str) -> str:
    """Bytes and time of the first visit."""
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(f"{address}/screen")
    page.wait_for_function("() => Number(document.documentElement.dataset.shown) > 0")
    timing: dict[str, Any] = page.evaluate(
        "() => ({paint: performance.getEntriesByType('paint').find(e => e.name === 'first-contentful-paint')"
        ".startTime, record: performance.now()})"
    )
    sizes = [r.sizes()["responseBodySize"] + r.sizes()["responseHeadersSize"] for r in requests]
    return (
        f"first visit: {sum(sizes) / 1024:.0f} kB in {len(sizes)} answers with the first records,"
        f" first content after {timing['paint']:.0f} ms, first record within {timing['record']:.0f} ms"
    )


def whole_pool_ranked(project: Project) -> bool:
    """Whether the queue is no longer the one of a sample that a large review begins with."""
    query = "SELECT COUNT(*) FROM queue_entries WHERE model_id NOT LIKE 'queue-first-%'"
    with project.store.read() as db:
        return bool(db.execute(sa.text(query)).scalar())


def restarted(project: Project, server: Server) -> str:
    """How long a second start takes, the words of every record counted before."""
    with project.store.read() as db:
        before = queue_written_at(db)
    begun = time.monotonic()
    server.start()
    answered = time.monotonic() - begun
    moment = before
    while moment == before and time.monotonic() - begun < 300:
        time.sleep(0.1)
        with project.store.read() as db:
            moment = queue_written_at(db)
    refitted = time.monotonic() - begun
    server.stop()
    return f"second start: pages and queue are there after {answered:.1f} s, refitted after {refitted:.1f} s"


def main() -> None:
    """Run all measures and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--fast", type=int, default=150)
    parser.add_argument("--steady", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        project = new_project(Path(folder), some_records(options.records))
        server = Server(Path(folder) / "project")
        begun = time.monotonic()
        address = server.start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(180_000)
        page.goto(address)
        page.wait_for_function("() => Number(document.documentElement.dataset.shown) > 0")
        print(
            f"{options.records} records: the first on screen {time.monotonic() - begun:.1f} s after the start"
        )
        print(weigh(browser.new_page(), address), flush=True)
        while not whole_pool_ranked(project):
            time.sleep(0.2)
        print(f"all of them ranked {time.monotonic() - begun:.1f} s after the start", flush=True)
        page.evaluate(MEASURE)
        for n, seconds in ((options.fast, 0.0), (options.fast, 0.4), (options.steady, 1.5)):
            if n:
                waits = read(page, n, think_seconds=seconds)
                print(told(f"{seconds} s of thinking", waits), flush=True)
                print(f"  waits over 300 ms: {sum(w > 300 for w in waits)}")
        page.wait_for_function("() => document.documentElement.dataset.unsent === '0'")
        n = 2 * options.fast + options.steady
        query = (
            "SELECT COUNT(*), COUNT(DISTINCT record_id), COUNT(DISTINCT shown_model_id)"
            " FROM screening_decisions"
        )
        with project.store.read() as db:
            n_rows, n_records, n_models = db.execute(sa.text(query)).one()
        print(f"decisions: {n} taken, {n_rows} kept on {n_records} records, lost or doubled {n_rows - n}")
        print(f"refits: the records shown came from {n_models} models")
        browser.close()
        server.stop()
        print(restarted(project, server), flush=True)
        project.store.close()


if __name__ == "__main__":
    main()
