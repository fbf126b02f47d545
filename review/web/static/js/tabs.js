// Windows of one person side by side: each shows other records, and none loses what another has not sent yet.
// A window holds a lock as long as it lives, however it ends; what the others hold stands in localStorage.

import { deskName, forget, newKey, recall, recalledNames } from "/static/js/page.js";

const tab = newKey();
const prefix = `picosieve:${deskName}:`;
const locks = navigator.locks ?? null;

const alive = new Promise((resolve) => {
  if (!locks) return resolve();
  locks.request(`${prefix}tab:${tab}`, () => {
    resolve();
    return new Promise(() => {}); // never let go
  });
});

async function others() {
  await alive;
  if (!locks) return [];
  const { held } = await locks.query();
  return held.map((lock) => lock.name).filter((name) => name.startsWith(`${prefix}tab:`) && !name.endsWith(tab)).map((name) => name.slice(`${prefix}tab:`.length));
}

// Of a list that each window keeps: this window's own, those of the living others, those left by dead ones.
export const own = (what) => `${what}:${tab}`;

export async function ofOthers(what) {
  const living = await others();
  return { n: living.length, lists: living.map((id) => recall(`${what}:${id}`, [])) };
}

export async function inherit(what) {
  const living = await others();
  const left = recalledNames(`${what}:`).filter((name) => name !== own(what) && !living.includes(name.slice(what.length + 1)));
  return left.map((name) => {
    const list = recall(name, []);
    return { list, drop: () => forget(name) };
  });
}

// One window at a time asks for records, or two would be lent the same. One that hangs holds nobody up for long.
export async function inTurn(act) {
  if (!locks) return act();
  let begun = false;
  try {
    return await locks.request(`${prefix}turn`, { signal: AbortSignal.timeout(1000) }, () => {
      begun = true;
      return act();
    });
  } catch (problem) {
    if (begun || !["AbortError", "TimeoutError"].includes(problem.name)) throw problem;
    return act();
  }
}
