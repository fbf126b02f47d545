// The screening page. The next records are here before they are asked for, so that a key press shows one
// at once; the decision itself travels afterwards, through the outbox.

import { $, Unreachable, announce, deskName, get, newKey, post, recall, remember, toast, useKeys } from "/static/js/page.js";
import { Outbox } from "/static/js/outbox.js";
import { inTurn, inherit, ofOthers, own } from "/static/js/tabs.js";
import { byline, fill, fullText, item, showMeta } from "/static/js/render.js";
import { useSearch } from "/static/js/search.js";

const AHEAD = 16; // records held beside the one on screen, so that nobody waits
const FIXED = 2; // in a quiet moment those behind the next ones are exchanged for what is ranked better by now
const QUIET = 700; // milliseconds after a decision
const STAGE = document.querySelector("[data-stage]").dataset.stage;
const atFullText = STAGE === "full_text";
const PAST = { include: "Included", exclude: "Excluded", maybe: "Maybe", discuss: "Put up for discussion", skip: "Skipped" };
const api = (path) => `/api/${path}?stage=${STAGE}`;
// A page that is loaded again goes on with the record that it showed.
const lastShown = {
  name: `picosieve:${deskName}:shown-${STAGE}`,
  keep(id) {
    try {
      sessionStorage.setItem(this.name, id);
    } catch {
      // not kept: the next best record comes first
    }
  },
  get() {
    try {
      return Number(sessionStorage.getItem(this.name));
    } catch {
      return 0;
    }
  },
};

let current = null;
let ahead = [];
let done = []; // what undo goes back to, newest last: {id, kind}
let progress = null;
let shownAt = 0;
let suggested = false;
let hurried = recall(`seconds-${STAGE}`, []); // seconds spent on the latest records
let windows = 0; // others that are open beside this one

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
  if (atFullText) $("record-links").replaceChildren(...fullText(record.meta));
  $("record-history").open = false;
  showCriteria(record);
  showValues(record);
  showSuggestion(null);
  $("note").value = record.note;
  openReasons(false);
  openNote(false);
  for (const button of document.querySelectorAll(".verdicts button")) button.disabled = false;
  document.body.classList.remove("empty");
  $("next-steps").hidden = true;
  $("next-steps").replaceChildren();
  scrollTo(0, 0);
  $("record-title").focus({ preventScroll: true });
  shownAt = performance.now();
  document.documentElement.dataset.shown = record.id;
  lastShown.keep(record.id);
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
  if (atFullText) $("record-links").replaceChildren();
  showSuggestion(null);
  showCriteria({ criteria: {} });
  $("values-found").hidden = true;
  openReasons(false);
  openNote(false);
  for (const button of document.querySelectorAll(".verdicts button:not(#undo)")) button.disabled = true;
  const finished = nothingIsLeft();
  $("record").setAttribute("aria-busy", String(!finished));
  const [title, told, steps] = finished ? nothingLeft() : ["One moment: the queue is being written…", "", []];
  if ($("record-title").textContent !== title) $("record-title").textContent = title;
  $("record-byline").textContent = told;
  $("next-steps").hidden = !steps.length;
  if (finished && !$("next-steps").children.length) {
    $("next-steps").replaceChildren(
      ...steps.map(([words, act]) => {
        const step = document.createElement(typeof act === "string" ? "a" : "button");
        if (typeof act === "string") step.href = act;
        else {
          step.type = "button";
          step.addEventListener("click", act);
        }
        step.textContent = words;
        return step;
      }),
    );
    announce(title);
  }
  document.documentElement.dataset.shown = finished ? "end" : "";
}

const nothingIsLeft = () => Boolean(progress) && progress.n_left - progress.n_discuss <= 0;

// What to do when nothing waits to be read: the words, and the ways on.
function nothingLeft() {
  const { n_references: all, n_included, n_maybe, n_discuss } = progress;
  const discuss = n_discuss ? [[`${n_discuss} to discuss`, () => search.open("discuss")]] : [];
  if (atFullText) {
    if (!all) return ["No full text to read yet.", "Records come here once they are included, or marked maybe, by title and abstract.", [["Go on screening", "/screen"]]];
    return ["Every full text is read.", "What is included now makes up the review; its results are confirmed among the findings.", [...discuss, ["Confirm the findings", "/findings"]]];
  }
  if (!all) return ["This review has no records yet.", "Import a search first: picosieve import FILE --project FOLDER --source NAME. They appear here by themselves.", []];
  const onwards = n_included + n_maybe ? [["Read the full texts", "/full-text"], ["Confirm the findings", "/findings"]] : [];
  return [n_discuss ? "Everything is read but what you put up for discussion." : "Everything is read.", `${n_included + n_maybe} of ${all} go on to full text.`, [...discuss, ...onwards]];
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
    windows ? `also open in ${windows === 1 ? "another window" : `${windows} other windows`}, with other records` : "",
  ];
  $("progress").textContent = all ? words.filter(Boolean).join(" · ") : "";
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
  const body = {
    key: newKey(),
    record_id: record.id,
    verdict,
    reason,
    note: $("note").value,
    suggestion_visible: suggested,
    replaces: record.decided?.id ?? null,
  };
  done.push({ id: record.id, kind: "decision" });
  count();
  forward(`${PAST[verdict]}${reason ? `, ${reason.replaceAll("_", " ")}` : ""}.`);
  outbox.put(api("decisions"), body);
}

function setAside(kind) {
  if (!current) return;
  const record = current;
  if (record.decided) return toast("You decided on this record already; undo first.");
  const body = { key: newKey(), record_id: record.id, kind, is_set: true, note: $("note").value };
  done.push({ id: record.id, kind });
  forward(`${PAST[kind]}.`);
  outbox.put(api("marks"), body);
}

function undo() {
  const last = done.pop();
  if (!last) return toast("There is nothing to undo.");
  const back = last.kind === "decision" ? [api("undo"), {}] : [api("marks"), { kind: last.kind, is_set: false }];
  outbox.put(back[0], { key: newKey(), record_id: last.id, ...back[1] }, { reopen: last.id });
  announce(`Undone: R${last.id} is open again.`);
}

function count() {
  const seconds = (performance.now() - shownAt) / 1000;
  if (seconds < 600) hurried = [...hurried.slice(-29), seconds];
  remember(`seconds-${STAGE}`, hurried);
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

const unsentIds = () => outbox.entries.filter((e) => !e.tag.reopen).map((e) => e.body.record_id);

// What this window holds and wants. `n_fixed` of the next records stay whatever the ranking says by now.
async function wants(n_fixed) {
  const { n, lists } = await ofOthers(`held-${STAGE}`);
  windows = n;
  const fixed = ahead.slice(0, n_fixed);
  const held = [...(current ? [current.id] : []), ...fixed.map((r) => r.id), ...unsentIds()].slice(0, 100);
  return {
    held,
    spare: ahead.slice(n_fixed).map((r) => r.id),
    apart: lists.flat().slice(0, 400),
    n: Math.max(0, AHEAD - fixed.length) + (current ? 0 : 1),
  };
}

function take(answer, wanted) {
  progress = answer.progress;
  const known = new Map([...ahead, ...answer.records].map((r) => [r.id, r]));
  const gone = [...unsentIds(), current?.id];
  const kept = ahead.filter((r) => wanted.held.includes(r.id) && !gone.includes(r.id));
  const others = answer.order.map((id) => known.get(id)).filter((r) => r && !gone.includes(r.id) && !kept.includes(r));
  ahead = [...kept, ...others];
  if (!current) {
    const last = ahead.findIndex((r) => r.id === lastShown.get());
    if (last > 0) ahead.unshift(...ahead.splice(last, 1));
    if (ahead.length) show(ahead.shift());
    else showEmpty();
  }
  remember(own(`held-${STAGE}`), [...(current ? [current.id] : []), ...ahead.map((r) => r.id)]);
  showProgress();
}

// A decision brings the next records along in its answer.
const send = (path, body, entry) =>
  entry.tag.reopen
    ? post(path, body)
    : inTurn(async () => {
        const wanted = await wants(AHEAD);
        const answer = await post(path, { ...body, next: wanted });
        take(answer, wanted);
        return answer;
      });

// Decisions that came faster than they could be sent, or while nobody answered, go together.
const canJoin = (entry) => !entry.tag.reopen && [api("decisions"), api("marks")].includes(entry.path);
const sendMany = (many) =>
  inTurn(async () => {
    const wanted = await wants(AHEAD);
    const entries = many.map((e) => ({ [e.path === api("decisions") ? "decision" : "mark"]: e.body }));
    const answer = await post(api("entries"), { entries, next: wanted });
    take(answer, wanted);
    return answer.results;
  });

let refilling = false;
let resting;
async function refill() {
  if (refilling) return;
  refilling = true;
  clearTimeout(resting);
  try {
    await inTurn(async () => {
      const wanted = await wants(FIXED);
      take(await post(api("leases"), wanted), wanted);
    });
    if (!outbox.entries.length) $("connection").hidden = true;
  } catch (problem) {
    if (!(problem instanceof Unreachable)) toast(problem.message);
    else if (!outbox.entries.length) tellOffline();
  } finally {
    refilling = false;
  }
  // Nothing to read: the worker may still be writing, or others may give records back.
  if (!current) setTimeout(refill, nothingIsLeft() ? 5000 : 500);
}

function tellOffline() {
  $("connection").hidden = false;
  $("connection").textContent = "No connection to the server; trying again.";
}

async function jump(recordId) {
  try {
    // A decision on it may still be on its way.
    for (let i = 0; i < 40 && unsentIds().includes(recordId); i += 1) await new Promise((resolve) => setTimeout(resolve, 50));
    const record = await post(api(`records/${recordId}/lease`), {});
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
  send,
  sendMany,
  canJoin,
  onSent(entry, answer) {
    if (answer.progress) {
      progress = answer.progress;
      showProgress();
    }
    if (entry.tag.reopen) jump(entry.tag.reopen);
    // By then the queue has learnt from this decision.
    clearTimeout(resting);
    resting = setTimeout(refill, QUIET);
  },
  onRefused(entry, refusal) {
    toast(refusal.message, { lasting: true });
    done = done.filter((d) => d.id !== entry.body.record_id);
    refill();
  },
});

function openFullText() {
  const link = $("record-links").querySelector("a");
  if (link) open(link.href, "_blank", "noopener,noreferrer");
  else toast("This record has neither a DOI nor a PubMed number.");
}

// --- suggestion and history --------------------------------------------------------------------

const JUDGED = { met: "✓ met", unclear: "? unclear", not_met: "✕ not met" };

function showSuggestion(told) {
  const box = $("suggestion");
  box.hidden = !told;
  $("show-suggestion").hidden = Boolean(told);
  for (const place of document.querySelectorAll("[data-judged]")) {
    const judged = told?.criteria.find((c) => c.criterion === place.dataset.judged);
    place.textContent = judged ? JUDGED[judged.verdict] : "";
    place.className = `judged ${judged?.verdict ?? ""}`;
  }
  if (!told) return;
  const line = (text, className) => {
    const p = document.createElement("p");
    p.className = className;
    p.textContent = text;
    return p;
  };
  const verdict = { include: "Include", exclude: "Exclude" }[told.suggestion];
  const lines = [line(verdict ? `${verdict}${told.reason ? `: ${told.reason.replaceAll("_", " ")}` : ""}` : "No verdict: the text leaves it open.", `verdict-told ${told.suggestion ?? ""}`)];
  lines.push(line(verdictTold(told), "small"));
  if (told.reasons.length) {
    lines.push(line(placeTold(told), "small place"));
    const list = document.createElement("ul");
    list.className = "reasons-told";
    const words = told.reasons.filter((r) => !r.term.startsWith("(")).slice(0, 8);
    for (const r of words) list.append(item(`${r.weight > 0 ? "+" : "−"} ${r.term}`, r.weight > 0 ? "up" : "down"));
    lines.push(list);
  }
  $("suggestion-body").replaceChildren(...lines);
}

// Why the criteria add up to this, in one sentence.
function verdictTold(told) {
  const names = (verdict) => told.criteria.filter((c) => c.verdict === verdict).map((c) => c.criterion.replaceAll("_", " "));
  const broken = told.criteria.find((c) => c.criterion === told.reason && c.verdict === "not_met");
  const words = broken?.against.length ? ` (“${broken.against.slice(0, 3).join("”, “")}”)` : "";
  return [["met", "Met"], ["unclear", "unclear"], ["not_met", "not met"]]
    .map(([verdict, said]) => (names(verdict).length ? `${said}: ${names(verdict).join(", ")}${verdict === "not_met" ? words : ""}` : ""))
    .filter(Boolean)
    .join("; ")
    .concat(".");
}

function placeTold(told) {
  const likely = told.probability === null ? "" : `, ${(100 * told.probability).toFixed(0)} % likely by your decisions so far`;
  return `Rank ${told.rank} of those unread${likely}, because of:`;
}

async function askSuggestion() {
  const record = current;
  if (!record || !record.can_suggest) return record && !$("always-suggest").checked && toast("This record is read without a suggestion.");
  try {
    const told = await post(api(`records/${record.id}/suggestion`), {});
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
    const { entries } = await get(api(`records/${record.id}/history`));
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

const search = useSearch({ jump, stage: STAGE });
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
  const buttons = [...document.querySelectorAll(".reason:not([data-reason=''])")];
  const n = event.key === "0" ? 10 : Number(event.key);
  if (event.key === "e" && atFullText) toast("At full text every exclusion takes a reason: choose one.");
  else if (event.key === "e") decide("exclude");
  else if (n >= 1 && buttons[n - 1]) decide("exclude", buttons[n - 1].dataset.reason);
  else return false;
  event.preventDefault();
  return true;
}

useKeys(
  [
    ["i", "Include", () => decide("include")],
    ["e", `Exclude: then 1 to 9 for the reason${atFullText ? "" : ", or e again for none"}`, () => current && openReasons(true)],
    ...(atFullText ? [["o", "Open the full text at its publisher (DOI) or PubMed", openFullText]] : [["m", "Maybe (goes on to full text)", () => decide("maybe")]]),
    ["d", "Put up for discussion", () => setAside("discuss")],
    ["s", "Skip for now", () => setAside("skip")],
    ["u", "Undo the last of these", undo],
    ["n", "Write a note", () => openNote(true)],
    ...(atFullText ? [] : [["g", "Show the suggestion", askSuggestion]]),
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
  await outbox.begin();
  for (const { drop } of await inherit(`held-${STAGE}`)) drop(); // of windows that are closed by now
  get(api("recent"))
    .then((answer) => (done = [...answer.record_ids.reverse().map((id) => ({ id, kind: "decision" })), ...done]))
    .catch(() => {});
  await refill();
  const wanted = Number(new URLSearchParams(location.search).get("record"));
  if (wanted) jump(wanted);
}
begin();
