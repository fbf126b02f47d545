// What every page shares: talking to the server, the list of keys, messages.

const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
let token = meta("picosieve-token");
export const deskName = meta("picosieve-desk");
export const $ = (id) => document.getElementById(id);

// The server answered, and refused. `code` is a word to act on.
export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

// No answer: the server is gone or the connection is lost.
export class Unreachable extends Error {}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Unreachable("the server does not answer");
  }
  let body;
  try {
    body = await answer.json();
  } catch {
    throw new Unreachable("the server's answer was cut off");
  }
  if (!answer.ok) throw new Refusal(answer.status, body.error, body.message);
  return body;
}

export const get = (path) => ask(path, {});

export async function post(path, body) {
  const send = () =>
    ask(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-picosieve-token": token },
      body: JSON.stringify(body),
    });
  try {
    return await send();
  } catch (problem) {
    if (!(problem instanceof Refusal && problem.code === "stale")) throw problem;
    // The server was started again since this page was opened. Another project or person: not ours to send.
    const session = await get("/api/session");
    if (session.name !== deskName) throw new Refusal(409, "other_desk", "This page belongs to another review or person; reload it.");
    token = session.token;
    return send();
  }
}

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

// localStorage may be full or forbidden: the page then works, and forgets on reload.
export function recall(name, fallback) {
  try {
    const kept = localStorage.getItem(`picosieve:${deskName}:${name}`);
    return kept === null ? fallback : JSON.parse(kept);
  } catch {
    return fallback;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`picosieve:${deskName}:${name}`, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function forget(name) {
  try {
    localStorage.removeItem(`picosieve:${deskName}:${name}`);
  } catch {
    // nothing was kept either
  }
}

export function recalledNames(beginning) {
  try {
    const prefix = `picosieve:${deskName}:`;
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix + beginning)).map((key) => key.slice(prefix.length));
  } catch {
    return [];
  }
}

export function announce(text) {
  $("live").textContent = text;
}

let toastTimer;
export function toast(text, { lasting = false } = {}) {
  const box = $("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toastTimer);
  if (!lasting) toastTimer = setTimeout(() => (box.hidden = true), 6000);
}

const typing = (target) =>
  target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]") ?? false;

// keys: [[key, what it does, function], ...]; a key of several characters is only listed.
export function useKeys(keys, { intercept = () => false } = {}) {
  const list = $("sheet-keys");
  for (const [key, what] of keys) {
    if (!what) continue;
    const term = document.createElement("dt");
    const kbd = document.createElement("kbd");
    kbd.textContent = key;
    term.append(kbd);
    const told = document.createElement("dd");
    told.textContent = what;
    list.append(term, told);
  }
  const actions = new Map(keys.filter(([, , act]) => act).map(([key, , act]) => [key, act]));
  const sheet = $("sheet");
  const open = () => {
    sheet.showModal();
    $("close-sheet").focus();
  };
  $("open-sheet").addEventListener("click", open);
  $("close-sheet").addEventListener("click", () => sheet.close());
  const switched = $("keys-on");
  switched.checked = recall("keys-on", true);
  switched.addEventListener("change", () => remember("keys-on", switched.checked));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || sheet.open) return;
    if (event.key !== "Escape" && typing(event.target)) return;
    if (!switched.checked && event.key !== "Escape") return;
    if (event.key === "?") {
      event.preventDefault();
      open();
      return;
    }
    if (intercept(event)) return;
    const act = actions.get(event.key);
    if (act && !(event.repeat && event.key.length === 1 && !"jk".includes(event.key))) {
      event.preventDefault();
      act(event);
    }
  });
}
