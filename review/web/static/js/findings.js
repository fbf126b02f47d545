// The findings of one record: each fact a card beside its words. Nothing is confirmed until somebody says so.

import { $, Unreachable, announce, get, newKey, post, recall, remember, toast, useKeys } from "/static/js/page.js";
import { Outbox } from "/static/js/outbox.js";
import { buildForm, changesOf, focusFirst, guess } from "/static/js/form.js";
import { byline, fill, showMeta } from "/static/js/render.js";

const desk = $("desk");
const recordId = Number(desk.dataset.record);
const blind = desk.dataset.blind === "true";
const STATES = { proposed: "", accepted: "confirmed", rejected: "rejected", waiting: "waits for another person", conflict: "in conflict", blind: "" };
const VERDICTS = { confirm: "Confirmed", correct: "Corrected", reject: "Rejected" };

let record = null;
let cards = [];
let at = 0;
let done = []; // fact ids, for undo
let splits = recall(`splits-${recordId}`, []); // finding ids that are facts of their own
let openForm = null;
let filled = "";

// --- showing -----------------------------------------------------------------------------------

function show(answer, { keep = true } = {}) {
  record = answer;
  const text = JSON.stringify([record.title, record.abstract]);
  if (text !== filled) {
    // Only what changed is drawn anew: a selection in the text outlives the server's answers.
    filled = text;
    if (record.title.length) fill($("record-title"), record.title);
    else $("record-title").textContent = "(no title)";
    fill($("record-abstract"), record.abstract);
  }
  $("record").setAttribute("aria-busy", "false");
  $("no-abstract").hidden = record.abstract.length > 0;
  $("record-byline").textContent = byline(record.meta);
  $("record-eyebrow").textContent = blind ? `R${record.id} · read without suggestions` : `R${record.id}`;
  showMeta($("record-meta"), record);
  cards = record.cards.flatMap(split);
  tellOpen();
  $("complete").setAttribute("aria-pressed", String(record.complete));
  if (!keep) at = 0;
  at = Math.min(at, Math.max(0, cards.length - 1));
  $("cards").replaceChildren(...cards.map(card));
  point(at, { scroll: false });
  document.documentElement.dataset.shown = `${record.id}:${cards.map((c) => c.state).join(",")}:${record.complete}`;
}

function tellOpen() {
  const open = cards.filter((c) => c.state === "proposed").length;
  $("cards-told").textContent = blind
    ? "Add every PFS, OS and ORR result that the text or the full text states: select a value, then a. Nothing is suggested here."
    : cards.length
      ? open ? `${open} of ${cards.length} wait for your verdict.` : "Every card has its verdict."
      : "Nothing was proposed. Add what the text or the full text states.";
}

// A place that was taken out of a card is a card of its own.
function split(fact) {
  const out = fact.places.filter((p) => splits.includes(p.finding_id) && fact.places.length > 1);
  if (!out.length || out.length === fact.places.length) return [fact];
  const rest = fact.places.filter((p) => !out.includes(p));
  const part = (places) => ({
    ...fact, places, finding_ids: places.map((p) => p.finding_id), says: places[0].says, fields: places[0].fields,
  });
  return [part(rest), ...out.map((p) => part([p]))];
}

function button(text, key, act, className = "") {
  const b = document.createElement("button");
  b.type = "button";
  b.className = className;
  b.textContent = text;
  if (key) {
    const kbd = document.createElement("kbd");
    kbd.setAttribute("aria-hidden", "true");
    kbd.textContent = key;
    b.append(" ", kbd);
  }
  b.addEventListener("click", act);
  return b;
}

function card(fact, i) {
  const box = document.createElement("article");
  box.className = `card ${fact.state}`;
  box.tabIndex = -1;
  box.setAttribute("aria-label", `Finding ${i + 1} of ${cards.length}: ${fact.says}. ${STATES[fact.state] || "no verdict yet"}`);
  const says = document.createElement("p");
  says.className = "says";
  says.dir = "auto";
  says.textContent = fact.says;
  box.append(says);
  const details = ["assessor", "analysis_set", "analysis", "criteria", "time_origin", "contrast"].map((n) => fact.fields[n]).filter(Boolean);
  if (fact.fields.source !== "own") details.push(fact.fields.source === "summarised" ? "summarised from other studies" : `of ${fact.fields.source_study}`);
  if (fact.added && !blind) details.push("added by a person");
  if (details.length) {
    const p = document.createElement("p");
    p.className = "details";
    p.textContent = details.join(" · ");
    box.append(p);
  }
  const places = document.createElement("ul");
  places.className = "where";
  for (const place of fact.places) {
    const li = document.createElement("li");
    li.dir = "auto";
    li.textContent = place.start === null ? `Full text: ${place.quote}` : `“${place.quote.length > 320 ? `${place.quote.slice(0, 320)}…` : place.quote}”`;
    if (fact.places.length > 1 && !fact.mine) li.append(" ", button("not the same fact", "", () => takeApart(place.finding_id), "quiet"));
    places.append(li);
  }
  if (fact.places.length) box.append(places);
  const acts = document.createElement("div");
  acts.className = "acts";
  if (blind) acts.append(button("Remove", "", () => drop(fact)));
  else if (fact.mine) acts.append(button("Undo", "u", () => undo(fact)));
  else {
    acts.append(
      button("Confirm", "c", () => judge(fact, "confirm"), "yes"),
      button("Correct", "e", () => edit(i)),
      button("Reject", "r", () => judge(fact, "reject"), "no"),
    );
  }
  const state = document.createElement("span");
  state.className = "state";
  state.textContent = STATES[fact.state];
  acts.append(state);
  box.append(acts);
  box.addEventListener("focusin", () => at !== i && point(i, { focus: false, scroll: false }));
  box.addEventListener("click", () => at !== i && point(i, { focus: false }));
  return box;
}

function point(i, { focus = false, scroll = true } = {}) {
  const boxes = [...$("cards").children];
  if (!boxes.length) return;
  at = Math.max(0, Math.min(boxes.length - 1, i));
  boxes.forEach((box, n) => box.classList.toggle("at", n === at));
  for (const part of document.querySelectorAll(".pick")) part.classList.remove("pick");
  const ids = cards[at].finding_ids.map(String);
  const parts = [...document.querySelectorAll("mark.value")].filter((part) => ids.includes(part.dataset.value));
  for (const part of parts) part.classList.add("pick");
  if (focus) boxes[at].focus({ preventScroll: !scroll });
  if (scroll) {
    boxes[at].scrollIntoView({ block: "nearest" });
    parts[0]?.scrollIntoView({ block: "nearest" });
  }
}

// --- verdicts ----------------------------------------------------------------------------------

const outbox = new Outbox({
  onState({ waiting, online }) {
    $("connection").hidden = online || !waiting;
    $("connection").textContent = "No connection to the server. What you decided is kept in this browser and will be sent.";
    document.documentElement.dataset.unsent = waiting;
  },
  onSent(entry, answer) {
    if (entry.tag.page === location.pathname && answer.cards && !outbox.entries.length && !openForm) show(answer);
  },
  onRefused(entry, refusal) {
    toast(refusal.message, { lasting: true });
    reload();
  },
});
const tag = { page: location.pathname };

// What the page showed of a card: a verdict on words that somebody changed meanwhile is refused.
const shownOf = (fact) => ({
  finding_ids: fact.places.map((p) => p.finding_id),
  versions: fact.places.map((p) => p.version),
});

function judge(fact, verdict) {
  if (blind || !fact) return;
  if (fact.mine) return toast("You gave your verdict; undo it first.");
  done.push(fact.finding_ids);
  outbox.put("/api/findings/decisions", { key: newKey(), ...shownOf(fact), verdict }, tag);
  // Shown at once; the server's answer follows.
  fact.state = verdict === "reject" ? "rejected" : "accepted";
  fact.mine = verdict;
  const box = card(fact, cards.indexOf(fact));
  $("cards").children[cards.indexOf(fact)].replaceWith(box);
  tellOpen();
  const next = cards.findIndex((c, i) => i > at && c.state === "proposed");
  announce(`${VERDICTS[verdict]}: ${fact.says}.`);
  point(next === -1 ? at : next, { focus: true });
}

function undo(fact) {
  const ids = fact ? fact.finding_ids : done.pop();
  if (!ids) return toast("There is nothing to undo here.");
  done = done.filter((other) => other !== ids && String(other) !== String(ids));
  outbox.put("/api/findings/undo", { key: newKey(), finding_ids: ids }, tag);
  announce("Undone.");
}

function takeApart(id) {
  splits.push(id);
  remember(`splits-${recordId}`, splits);
  show(record);
}

async function drop(fact) {
  try {
    show(await post(`/api/findings/${recordId}/blind/${fact.finding_ids[0]}/drop`, {}));
  } catch (problem) {
    toast(problem.message);
  }
}

// --- forms -------------------------------------------------------------------------------------

function closeForm() {
  openForm?.remove();
  openForm = null;
  if ($("cards").children[at]) $("cards").children[at].focus();
  else $("add").focus();
}

// A form is kept open until the server took it: what was typed is never lost.
function edit(i) {
  if (blind) return;
  const fact = cards[i];
  if (!fact) return;
  if (fact.mine) return toast("You gave your verdict; undo it first.");
  closeForm();
  const key = newKey();
  openForm = buildForm({
    fields: fact.fields,
    withPlace: false,
    onCancel: closeForm,
    async onSave(values) {
      const changes = changesOf(fact.fields, values);
      if (!Object.keys(changes).length) throw new Error("Nothing was changed: to agree, confirm it.");
      const answer = await send("/api/findings/decisions", { key, ...shownOf(fact), verdict: "correct", changes });
      done.push(fact.finding_ids);
      openForm = null;
      show(answer);
      announce("Corrected.");
      point(i, { focus: true });
    },
  });
  $("cards").children[i].append(openForm);
  openForm.elements.value.focus();
  openForm.elements.value.select();
}

function add() {
  const place = selection();
  closeForm();
  const key = newKey();
  const form = buildForm({
    fields: place ? guess(place.text) : { source: "own", not_reached: false },
    place,
    withPlace: true,
    onCancel: closeForm,
    async onSave(values) {
      const fields = { ...values };
      const chosen = form.place();
      if (fields.locator) {
        fields.value_text = null;
        fields.quote = null;
      } else if (chosen && chosen.text.trim() === fields.value_text) Object.assign(fields, { start: chosen.start, end: chosen.end, quote: null });
      if (blind) delete fields.quote;
      for (const name of Object.keys(fields)) if (fields[name] === null) delete fields[name];
      const answer = await send(`/api/findings/${recordId}/${blind ? "blind" : "add"}`, { key, fields });
      openForm = null;
      form.remove();
      show(answer);
      announce("Added.");
      point(cards.length - 1, { focus: true });
    },
  });
  openForm = form;
  $("add-place").replaceChildren(form);
  focusFirst(form);
}

async function send(path, body) {
  try {
    return await post(path, body);
  } catch (problem) {
    if (problem instanceof Unreachable) throw new Error("No connection to the server; what you typed stays here. Save it again in a moment.");
    throw problem;
  }
}

// The selected words as code points of the record's text.
function selection() {
  const range = getSelection()?.rangeCount ? getSelection().getRangeAt(0) : null;
  if (!range || range.collapsed) return null;
  const start = offset(range.startContainer, range.startOffset);
  const end = offset(range.endContainer, range.endOffset);
  if (start === null || end === null || end <= start) return null;
  const text = getSelection().toString();
  const ahead = Array.from(text).length - Array.from(text.trimStart()).length;
  const behind = Array.from(text).length - Array.from(text.trimEnd()).length;
  return { start: start + ahead, end: end - behind, text: text.trim() };
}

function offset(node, inside) {
  if (node.nodeType !== Node.TEXT_NODE) {
    const child = node.childNodes[inside];
    if (child?.dataset?.at) return Number(child.dataset.at);
    return null;
  }
  const begin = node.parentElement?.dataset.at;
  return begin === undefined ? null : Number(begin) + Array.from(node.data.slice(0, inside)).length;
}

document.addEventListener("selectionchange", () => {
  if (!openForm?.elements.value_text) return;
  const place = selection();
  if (place) openForm.setPlace(place);
});

// --- the record --------------------------------------------------------------------------------

async function complete() {
  try {
    const is_set = !record.complete;
    const answer = await send(`/api/findings/${recordId}/complete`, { key: newKey(), is_set, kind: blind ? "blind_complete" : "findings_complete" });
    if (blind) return location.assign("/findings");
    show(answer);
    announce(record.complete ? "Findings complete." : "Findings open again.");
  } catch (problem) {
    toast(problem.message);
  }
}

const go = (id) => (id ? location.assign(`/findings/${id}`) : location.assign("/findings"));

async function reload() {
  try {
    show(await get(blind ? `/api/findings/${recordId}/blind` : `/api/findings/${recordId}`));
    return true;
  } catch (problem) {
    if (record || problem instanceof Unreachable) toast(problem.message, { lasting: true });
    if (!record) {
      $("record-title").textContent = problem.message.replace("; nothing was written", "").replace(/^record/, "Record");
      $("record").setAttribute("aria-busy", "false");
      desk.classList.add("missing");
    }
    return false;
  }
}

const keys = [
  ["j", "Next card", () => point(at + 1, { focus: true })],
  ["k", "Card before", () => point(at - 1, { focus: true })],
  ...(blind
    ? []
    : [
        ["c", "Confirm", () => judge(cards[at], "confirm")],
        ["e", "Correct", () => edit(at)],
        ["r", "Reject", () => judge(cards[at], "reject")],
        ["u", "Undo the last verdict", () => undo()],
      ]),
  ["a", "Add a finding (select its value first, or type its words)", add],
  ["f", blind ? "Reading finished" : "Findings complete", complete],
  ...(blind ? [] : [["]", "Next record", () => go(record?.after)], ["[", "Record before", () => go(record?.before)]]),
  ["Esc", "Close the form"],
  ["?", "This list"],
];
useKeys(keys, {
  intercept(event) {
    if (event.key !== "Escape" || !openForm) return false;
    closeForm();
    return true;
  },
});
$("add").addEventListener("mousedown", (event) => event.preventDefault()); // keep the selection
$("add").addEventListener("click", add);
$("complete").addEventListener("click", complete);

async function begin() {
  await outbox.begin();
  if (await reload()) {
    const first = cards.findIndex((c) => c.state === "proposed");
    point(Math.max(0, first), { focus: true, scroll: false });
  }
}
begin();
