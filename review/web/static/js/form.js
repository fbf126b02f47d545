// The form of one finding: for a correction, an addition, or a blind value.

// The endpoints that the protocol asks for; of a response there is a rate, of a time the rest.
const ENDPOINTS = document.getElementById("desk").dataset.endpoints.split(",");
const RESPONSES = ["ORR", "CR", "CBR", "DCR"];
const OF_TIMES = ["median", "landmark_rate", "hazard_ratio", "mean"];
const statisticsOf = (endpoint) => (RESPONSES.includes(endpoint) ? ["response_rate"] : OF_TIMES);
export const UNITS = { median: "months", mean: "months", landmark_rate: "percent", hazard_ratio: "ratio", response_rate: "percent" };
const NUMBERS = ["value", "value_max", "ci_lower", "ci_upper", "ci_level", "timepoint_months", "count", "total"];
const MAIN = [
  ["endpoint", "Endpoint", ENDPOINTS],
  ["statistic", "Statistic", OF_TIMES],
  ["value", "Value"],
  ["not_reached", "Not reached", ["no", "yes"]],
  ["ci_lower", "CI from"],
  ["ci_upper", "CI to"],
  ["timepoint_months", "At (months)"],
  ["count", "n"],
  ["total", "of N"],
  ["arm", "Arm or subgroup, in the text's words", null, "wide"],
];
const MORE = [
  ["source", "Whose result", ["own", "summarised", "other_study"]],
  ["source_study", "Name of the other study"],
  ["value_max", "Range up to"],
  ["ci_level", "CI level (%)"],
  ["assessor", "Assessor"],
  ["analysis_set", "Analysis set"],
  ["analysis", "Analysis"],
  ["time_origin", "Time from"],
  ["criteria", "Response criteria"],
  ["treatment", "HR: treatment"],
  ["reference", "HR: reference"],
  ["adjusted", "HR adjusted", ["", "yes", "no"]],
  ["contrast", "HR: contrast"],
];
let n = 0;

function field([name, told, choices, wide], value) {
  const label = document.createElement("label");
  if (wide) label.className = "wide";
  const id = `field-${name}-${++n}`;
  label.htmlFor = id;
  label.textContent = told;
  let input;
  if (choices) {
    input = document.createElement("select");
    const known = name === "endpoint" && value && !choices.includes(value) ? [...choices, value] : choices;
    for (const choice of known) input.append(new Option(choice.replaceAll("_", " ") || "not said", choice));
  } else {
    input = document.createElement("input");
    input.type = "text";
    if (NUMBERS.includes(name)) input.inputMode = "decimal";
    input.autocomplete = "off";
  }
  input.id = id;
  input.name = name;
  input.value = shown(value, choices);
  label.append(input);
  return label;
}

const shown = (value, choices) => (value === null || value === undefined ? (choices?.[0] ?? "") : value === true ? "yes" : value === false ? "no" : String(value));

// A number as people type it: "4,6", "4·6", "62 %".
function number(text) {
  const cleaned = text.trim().replace(/[·,](?=\d)/, ".").replace(/\s*(%|months?|mo)$/i, "");
  return cleaned;
}

export function buildForm({ fields, place, withPlace, onSave, onCancel }) {
  const form = document.createElement("form");
  form.className = "form";
  form.noValidate = true;
  for (const one of MAIN) form.append(field(one, fields[one[0]]));
  const more = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "More fields";
  const box = document.createElement("div");
  for (const one of MORE) box.append(field(one, fields[one[0]]));
  more.append(summary, box);
  form.append(more);
  if (withPlace) {
    form.append(field(["value_text", "Where: the value's words in the text (select them, or type them)", null, "wide"], place?.text ?? ""));
    form.append(field(["quote", "More words around it, if they stand there twice", null, "wide"], ""));
    form.append(field(["locator", "Or in the full text: page, table, figure", null, "wide"], ""));
  }
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.setAttribute("role", "alert");
  problem.hidden = true;
  const acts = document.createElement("div");
  acts.className = "acts";
  const save = document.createElement("button");
  save.type = "submit";
  save.className = "save";
  save.textContent = "Save";
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.textContent = "Cancel";
  acts.append(save, cancel);
  form.append(problem, acts);

  const endpoint = form.elements.endpoint;
  const statistic = form.elements.statistic;
  const fit = () => {
    const before = statistic.value;
    const possible = statisticsOf(endpoint.value);
    statistic.replaceChildren(...possible.map((s) => new Option(s.replaceAll("_", " "), s)));
    if (possible.includes(before)) statistic.value = before;
  };
  fit();
  if (fields.statistic) statistic.value = fields.statistic;
  endpoint.addEventListener("change", fit);
  cancel.addEventListener("click", onCancel);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onCancel();
    } else if (event.key === "Enter" && event.target.matches("select")) {
      event.preventDefault(); // a select swallows it, unlike every other field
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    save.disabled = true;
    try {
      await onSave(read(form), place);
    } catch (err) {
      problem.textContent = err.message;
      problem.hidden = false;
      save.disabled = false;
    }
  });
  form.tell = (text) => {
    problem.textContent = text;
    problem.hidden = !text;
  };
  form.setPlace = (chosen) => {
    place = chosen;
    if (form.elements.value_text) form.elements.value_text.value = chosen.text;
  };
  form.place = () => place;
  return form;
}

function read(form) {
  const values = {};
  for (const input of form.elements) {
    if (!input.name) continue;
    const text = input.value.trim();
    if (NUMBERS.includes(input.name)) values[input.name] = text === "" ? null : number(text);
    else if (input.name === "not_reached" || input.name === "adjusted") values[input.name] = text === "" ? null : text === "yes";
    else values[input.name] = text === "" ? null : text;
  }
  values.unit = UNITS[values.statistic];
  return values;
}

// Only what differs from what the card shows, numbers compared as numbers.
export function changesOf(fields, values) {
  const changes = {};
  for (const [name, value] of Object.entries(values)) {
    const before = fields[name] ?? null;
    const same = NUMBERS.includes(name) && value !== null && before !== null ? Number(value) === before : String(value) === String(before);
    if (!same) changes[name] = value;
  }
  return changes;
}

// What a selected value suggests: its number, and by its unit the statistic.
export function guess(text) {
  const number = text.match(/\d+(?:[.,·]\d+)?/)?.[0] ?? "";
  const fields = { value: number.replace(/[,·]/, "."), source: "own", not_reached: false };
  const share = /%|percent/i.test(text);
  const likely = share ? ENDPOINTS.find((e) => RESPONSES.includes(e)) : ENDPOINTS.find((e) => !RESPONSES.includes(e));
  const endpoint = likely ?? ENDPOINTS[0];
  Object.assign(fields, { endpoint, statistic: statisticsOf(endpoint).includes("median") ? (share ? "landmark_rate" : "median") : "response_rate" });
  if (/not (yet )?(been )?reached|\bN[RE]\b/i.test(text)) Object.assign(fields, { not_reached: true, value: "" });
  return fields;
}

export const focusFirst = (form) => form.querySelector("select, input")?.focus();
