// The included records, and what is left to confirm in each.

import { $, get, toast, useKeys } from "/static/js/page.js";

const KINDS = { missed: "missed by the first reading", not_found_again: "not found again", changed: "another value" };
let at = -1;

function point(by) {
  const links = [...document.querySelectorAll("#list a")];
  if (!links.length) return;
  at = Math.max(0, Math.min(links.length - 1, at + by));
  links[at].focus();
}

function row(record) {
  const li = document.createElement("li");
  const link = document.createElement("a");
  link.href = record.blind === "due" ? `/blind/${record.id}` : `/findings/${record.id}`;
  link.dir = "auto";
  link.textContent = record.title || "(no title)";
  const state = document.createElement("span");
  state.className = "state";
  if (record.blind === "due") {
    state.classList.add("blind");
    state.textContent = "read once more, blind";
  } else if (record.complete) {
    state.classList.add("complete");
    state.textContent = `complete, ${record.n_accepted} confirmed`;
  } else {
    state.textContent = [record.n_open ? `${record.n_open} open` : "nothing open", record.n_accepted ? `${record.n_accepted} confirmed` : ""].filter(Boolean).join(" · ");
  }
  const name = document.createElement("small");
  name.className = "name";
  name.textContent = [`R${record.id}`, record.year].filter(Boolean).join(" · ");
  const told = document.createElement("div");
  told.append(link, name);
  li.append(told, state);
  return li;
}

function showReport(report) {
  if (!report.n_due && !report.n_read) return;
  $("report").hidden = false;
  $("report-told").textContent = report.n_read
    ? `${report.n_read} read, ${report.n_due} due. ${report.n_same} values the same, ${report.n_changed} changed, ${report.n_missed} missed by the first reading, ${report.n_not_found_again} not found again.`
    : `${report.n_due} due, none read yet.`;
  $("report-table").hidden = !report.differences.length;
  $("report-rows").replaceChildren(
    ...report.differences.map((d) => {
      const tr = document.createElement("tr");
      for (const text of [`R${d.record_id}`, KINDS[d.kind], d.confirmed || "—", d.blind || "—"]) {
        const td = document.createElement("td");
        td.textContent = text;
        tr.append(td);
      }
      return tr;
    }),
  );
}

async function begin() {
  try {
    const { records, report } = await get("/api/findings");
    $("list").replaceChildren(...records.map(row));
    $("none").hidden = records.length > 0;
    const n = records.filter((r) => r.complete).length;
    $("told").textContent = records.length ? `${n} of ${records.length} complete` : "";
    showReport(report);
    document.documentElement.dataset.shown = "list";
  } catch (problem) {
    toast(problem.message, { lasting: true });
  }
}

useKeys([
  ["j", "Next record", () => point(1)],
  ["k", "Record before", () => point(-1)],
  ["Enter", "Open it"],
  ["?", "This list"],
]);
begin();
