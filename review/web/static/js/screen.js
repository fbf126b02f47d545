// The screening page. The next records are here before they are asked for, so that a key press shows one
// at once; the decision itself travels afterwards, through the outbox.

import { $, Unreachable, announce, get, newKey, post, recall, remember, toast, useKeys } from "/static/js/page.js";
import { Outbox } from "/static/js/outbox.js";
import { byline, fill, item, showMeta } from "/static/js/render.js";
import { useSearch } from "/static/js/search.js";

const AHEAD = 6; // records held beside the one on screen: the ranking lags behind by as many
const PAST = { include: "Included", exclude: "Excluded", maybe: "Maybe", discuss: "Put up for discussion", skip: "Skipped" };

let current = null;
let ahead = [];
let done = []; // what undo goes back to, newest last: {id, kind}
let progress = null;
let shownAt = 0;
let suggested = false;
let hurried = recall("seconds", []); // seconds spent on the latest records
let waiting = 0;

// --- showing -----------------------------------------------------------------------------------

function show(record) {
  current = record;
  suggested = false;
  const article = $("record");
  article.setAttribute("aria-busy", "false");
  if (record.title.length) fill($("record-title"), record.title);
  else $("record-title").textContent = "(no title)";
  fill($("record-abstract"), record.abstract);
  $("no-abstract").hidden = record.abstract.length > 0;
  $("record-byline").textContent = byline(record.meta);
  $("record-eyebrow").replaceChildren(...eyebrow(record));
  showMeta($("record-meta"), record);
  $("record-history").open = false;
  showCriteria(record);
  showValues(record);
  showSuggestion(null);
  $("note").value = record.decided?.note ?? "";
  openReasons(false);
  openNote(false);
  for (const button of document.querySelectorAll(".verdicts button")) button.disabled = false;
  document.body.classList.remove("empty");
  scrollTo(0, 0);
  $("record-title").focus({ preventScroll: true });
  shownAt = performance.now();
  document.documentElement.dataset.shown = record.id;
  if ($("always-suggest").checked) askSuggestion();
}

function eyebrow(record) {
  const parts = [];
  const tag = (text, name) => {
    const span = document.createElement("span");
    span.textContent = text;
    span.className = `tag ${name}`;
    parts.push(span);
  };
  tag(`R${record.id}`, "id");
  if (record.decided) tag(`${PAST[record.decided.verdict]}${record.decided.reason ? `: ${record.decided.reason.replaceAll("_", " ")}` : ""}`, record.decided.verdict);
  for (const mark of record.marks) tag(mark === "skip" ? "skipped" : "to discuss", mark);
  if (!record.leased) tag("for reading only", "locked");
  return parts;
}

function showCriteria(record) {
  for (const line of document.querySelectorAll("[data-terms]")) {
    const found = record.criteria[line.dataset.terms];
    line.replaceChildren();
    for (const [side, name] of [["for", "found"], ["against", "against"]]) {
      for (const term of (found?.[side] ?? []).slice(0, 8)) {
        const span = document.createElement("span");
        span.className = name;
        span.textContent = term;
        if (side === "against") span.title = "speaks against it";
        line.append(span, " ");
      }
    }
    line.closest("li").classList.toggle("silent", !found);
  }
}

function showValues(record) {
  $("values").replaceChildren(...record.findings.slice(0, 12).map((f) => item(f.says)));
  $("values-found").hidden = !record.findings.length;
}

function showEmpty() {
  current = null;
  document.body.classList.add("empty");
  $("record-abstract").replaceChildren();
  $("no-abstract").hidden = true;
  $("record-eyebrow").replaceChildren();
  showSuggestion(null);
  $("values-found").hidden = true;
  openReasons(false);
  openNote(false);
  for (const button of document.querySelectorAll(".verdicts button:not(#undo)")) button.disabled = true;
  const finished = progress && progress.n_left - progress.n_discuss <= 0;
  $("record").setAttribute("aria-busy", String(!finished));
  $("record-title").textContent = finished ? "Everything is read." : "One moment: the queue is being written…";
  $("record-byline").textContent = finished
    ? progress.n_discuss
      ? `${progress.n_discuss} to discuss: search among “to discuss”.`
      : "Go on with the findings of the included records."
    : "";
  document.documentElement.dataset.shown = finished ? "end" : "";
  if (finished) announce("Everything is read.");
}

function showProgress() {
  if (!progress) return;
  const { n_references: all, n_left: left } = progress;
  const read = all - left;
  $("meter-fill").style.setProperty("--part", all ? read / all : 0);
  const words = [
    `${read.toLocaleString("en")} of ${all.toLocaleString("en")} read`,
    `${progress.n_included} included`,
    progress.n_maybe ? `${progress.n_maybe} maybe` : "",
    `${progress.n_excluded} excluded`,
    progress.n_discuss ? `${progress.n_discuss} to discuss` : "",
    progress.n_skipped ? `${progress.n_skipped} skipped` : "",
    `${left.toLocaleString("en")} left`,
    pace(left),
  ];
  $("progress").textContent = words.filter(Boolean).join(" · ");
}

function pace(left) {
  if (hurried.length < 5 || !left) return "";
  const sorted = [...hurried].sort((a, b) => a - b);
  const each = sorted[Math.floor(sorted.length / 2)];
  const minutes = Math.max(1, Math.round((left * each) / 60));
  const rest = minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
  return `${each < 10 ? each.toFixed(1) : Math.round(each)} s each, about ${rest} for all`;
}

function tellState({ waiting: n, online }) {
  waiting = n;
  const box = $("connection");
  box.hidden = online || n === 0;
  if (!box.hidden) {
    box.textContent = `No connection to the server. ${n === 1 ? "One decision is" : `${n} decisions are`} kept in this browser and will be sent by ${n === 1 ? "itself" : "themselves"}.`;
  }
  document.documentElement.dataset.unsent = n;
}

// --- deciding ----------------------------------------------------------------------------------

function decide(verdict, reason = null) {
  if (!current) return;
  if (!current.leased) return toast(current.why_not || "This record is not yours to decide now.");
  const record = current;
  const body = { key: newKey(), record_id: record.id, verdict, reason, note: $("note").value, suggestion_visible: suggested };
  done.push({ id: record.id, kind: "decision" });
  count();
  forward(`${PAST[verdict]}${reason ? `, ${reason.replaceAll("_", " ")}` : ""}.`);
  outbox.put("/api/decisions", body, { record });
}

function setAside(kind) {
  if (!current) return;
  const record = current;
  if (record.decided) return toast("You decided on this record already; undo first.");
  done.push({ id: record.id, kind });
  forward(`${PAST[kind]}.`);
  outbox.put("/api/marks", { key: newKey(), record_id: record.id, kind, is_set: true, note: $("note").value }, { record });
}

function undo() {
  const last = done.pop();
  if (!last) return toast("There is nothing to undo.");
  const back = last.kind === "decision" ? ["/api/undo", {}] : ["/api/marks", { kind: last.kind, is_set: false }];
  outbox.put(back[0], { key: newKey(), record_id: last.id, ...back[1] }, { reopen: last.id });
  announce(`Undone: R${last.id} is open again.`);
}

function count() {
  const seconds = (performance.now() - shownAt) / 1000;
  if (seconds < 600) hurried = [...hurried.slice(-29), seconds];
  remember("seconds", hurried);
}

function forward(told) {
  const next = ahead.shift();
  if (next) show(next);
  else showEmpty();
  announce(`${told} ${next ? `Next: ${$("record-title").textContent}` : ""}`);
}

function openReasons(open) {
  $("reasons").hidden = !open;
  $("exclude").setAttribute("aria-expanded", String(open));
}

function openNote(open) {
  $("note-row").hidden = !open;
  $("note-button").setAttribute("aria-expanded", String(open));
  if (open) $("note").focus();
}

// --- the queue ---------------------------------------------------------------------------------

let refilling = false;
async function refill() {
  if (refilling) return;
  refilling = true;
  try {
    // Decisions under way must arrive first, or their records would be lent out again.
    const held = [...(current ? [current.id] : []), ...ahead.map((r) => r.id)];
    const answer = await post("/api/leases", { held: [...held, ...unsentIds()].slice(0, 20), n: Math.max(0, AHEAD + 1 - held.length) });
    progress = answer.progress;
    const there = new Set([...held, ...unsentIds(), ...(current ? [current.id] : [])]);
    ahead.push(...answer.records.filter((r) => !there.has(r.id)));
    if (!current) {
      if (ahead.length) show(ahead.shift());
      else showEmpty();
    }
    showProgress();
  } catch (problem) {
    if (!(problem instanceof Unreachable)) toast(problem.message);
    else if (!outbox.entries.length) tellOffline();
  } finally {
    refilling = false;
  }
  // Nothing to read: the worker may still be writing, or others may give records back.
  if (!current) setTimeout(refill, 500);
}

function tellOffline() {
  $("connection").hidden = false;
  $("connection").textContent = "No connection to the server; trying again.";
}

const unsentIds = () => outbox.entries.filter((e) => ["/api/decisions", "/api/marks"].includes(e.path) && e.body.is_set !== false).map((e) => e.body.record_id);

async function jump(recordId) {
  try {
    const record = await post(`/api/records/${recordId}/lease`, {});
    if (current && current.id !== record.id && current.leased && !current.decided) ahead.unshift(current);
    ahead = ahead.filter((r) => r.id !== record.id);
    show(record);
    announce(`R${record.id}: ${$("record-title").textContent}`);
  } catch (problem) {
    toast(problem.message);
  }
}

const outbox = new Outbox({
  onState: tellState,
  onSent(entry, answer) {
    if (answer.progress) {
      progress = answer.progress;
      showProgress();
    }
    if (entry.tag.reopen) jump(entry.tag.reopen);
    else if (outbox.entries.length < 2) refill();
  },
  onRefused(entry, refusal) {
    toast(refusal.message, { lasting: true });
    if (entry.path === "/api/decisions") done = done.filter((d) => d.id !== entry.body.record_id);
    refill();
  },
});

// --- suggestion and history --------------------------------------------------------------------

function showSuggestion(told) {
  const box = $("suggestion");
  box.hidden = !told;
  $("show-suggestion").hidden = Boolean(told);
  if (!told) return;
  const lines = [];
  const p = document.createElement("p");
  p.className = "verdict-told";
  p.textContent = told.suggestion ? `The model would ${told.suggestion}.` : "Too few decisions yet for a verdict.";
  const score = document.createElement("p");
  score.className = "small";
  score.textContent = [
    told.probability === null ? "" : `probability ${(100 * told.probability).toFixed(0)} %`,
    `score ${told.score.toFixed(2)}`,
    `rank ${told.rank}`,
  ].filter(Boolean).join(" · ");
  lines.push(p, score);
  if (told.reasons.length) {
    const list = document.createElement("ul");
    list.className = "reasons-told";
    for (const r of told.reasons) list.append(item(`${r.weight > 0 ? "+" : "−"} ${r.term}`, r.weight > 0 ? "up" : "down"));
    lines.push(list);
  }
  $("suggestion-body").replaceChildren(...lines);
}

async function askSuggestion() {
  const record = current;
  if (!record || !record.can_suggest) return record && !$("always-suggest").checked && toast("This record is read without a suggestion.");
  try {
    const told = await post(`/api/records/${record.id}/suggestion`, {});
    if (current !== record) return;
    suggested = true;
    showSuggestion(told);
  } catch (problem) {
    toast(problem.message);
  }
}

async function loadHistory() {
  if (!$("record-history").open || !current) return;
  const record = current;
  try {
    const { entries } = await get(`/api/records/${record.id}/history`);
    if (current !== record) return;
    $("history-list").replaceChildren(
      ...entries.map((e) => item(`${e.decided_at.slice(0, 16).replace("T", " ")} UTC · ${e.person} · ${e.verdict}${e.reason ? ` (${e.reason.replaceAll("_", " ")})` : ""}${e.note ? ` · “${e.note}”` : ""}`)),
    );
    if (!entries.length) $("history-list").replaceChildren(item("Nobody has decided on it yet.", "none"));
  } catch (problem) {
    toast(problem.message);
  }
}

// --- wiring ------------------------------------------------------------------------------------

const search = useSearch({ jump });
const scroll = (by) => scrollBy({ top: by * innerHeight * 0.4, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
const reasonsOpen = () => !$("reasons").hidden;

function chooseReason(event) {
  if (event.key === "Escape") {
    if (reasonsOpen()) openReasons(false);
    else if (!$("note-row").hidden) openNote(false);
    $("record-title").focus({ preventScroll: true });
    return true;
  }
  if (!reasonsOpen()) return false;
  const buttons = [...document.querySelectorAll(".reason")];
  const n = event.key === "0" ? 10 : Number(event.key);
  if (event.key === "e") decide("exclude");
  else if (n >= 1 && buttons[n]) decide("exclude", buttons[n].dataset.reason);
  else return false;
  event.preventDefault();
  return true;
}

useKeys(
  [
    ["i", "Include", () => decide("include")],
    ["e", "Exclude: then 1 to 9 for the reason, or e again for none", () => current && openReasons(true)],
    ["m", "Maybe (goes on to full text)", () => decide("maybe")],
    ["d", "Put up for discussion", () => setAside("discuss")],
    ["s", "Skip for now", () => setAside("skip")],
    ["u", "Undo the last of these", undo],
    ["n", "Write a note", () => openNote(true)],
    ["g", "Show the suggestion", askSuggestion],
    ["h", "History of this record", () => ($("record-history").open = !$("record-history").open)],
    ["/", "Search and jump", () => search.open()],
    ["j", "Read on", () => scroll(1)],
    ["k", "Read back", () => scroll(-1)],
    ["x", "Highlights on or off", () => document.body.classList.toggle("plain")],
    ["Esc", "Close what is open"],
    ["?", "This list"],
  ],
  { intercept: chooseReason },
);

for (const button of document.querySelectorAll("[data-verdict]")) button.addEventListener("click", () => decide(button.dataset.verdict));
for (const button of document.querySelectorAll("[data-mark]")) button.addEventListener("click", () => setAside(button.dataset.mark));
for (const button of document.querySelectorAll(".reason")) button.addEventListener("click", () => decide("exclude", button.dataset.reason || null));
for (const box of document.querySelectorAll("[data-mute]")) box.addEventListener("change", () => document.body.classList.toggle(`mute-${box.dataset.mute}`, !box.checked));
$("exclude").addEventListener("click", () => openReasons(!reasonsOpen()));
$("undo").addEventListener("click", undo);
$("note-button").addEventListener("click", () => openNote($("note-row").hidden));
$("show-suggestion").addEventListener("click", askSuggestion);
$("record-history").addEventListener("toggle", loadHistory);
$("always-suggest").checked = recall("always-suggest", $("always-suggest").dataset.protocol === "true");
$("always-suggest").addEventListener("change", () => {
  remember("always-suggest", $("always-suggest").checked);
  if ($("always-suggest").checked) askSuggestion();
});

async function begin() {
  await outbox.flush(); // what an earlier visit could not send goes first
  get("/api/recent")
    .then((answer) => (done = [...answer.record_ids.reverse().map((id) => ({ id, kind: "decision" })), ...done]))
    .catch(() => {});
  await refill();
  const wanted = Number(new URLSearchParams(location.search).get("record"));
  if (wanted) jump(wanted);
}
begin();
