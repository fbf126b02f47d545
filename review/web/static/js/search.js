// Search and jump: a combobox over the records of the review.

import { $, get } from "/static/js/page.js";

export function useSearch({ jump, stage }) {
  const input = $("search");
  const among = $("among");
  const box = $("found");
  let found = [];
  let at = -1;
  let asked = 0;

  const close = () => {
    box.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    at = -1;
  };
  const choose = (i) => {
    const one = found[i];
    if (!one) return;
    close();
    input.value = "";
    input.blur();
    jump(one.record_id);
  };
  const point = (i) => {
    at = Math.max(0, Math.min(found.length - 1, i));
    [...box.children].forEach((li, n) => li.setAttribute("aria-selected", String(n === at)));
    input.setAttribute("aria-activedescendant", `found-${at}`);
    box.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const look = async () => {
    const words = input.value.trim();
    if (!words && among.value === "all") return close();
    const list = /^R\d+$/i.test(words) ? "all" : among.value; // an id means that record, whatever list is chosen
    const mine = ++asked;
    let answer;
    try {
      answer = await get(`/api/search?q=${encodeURIComponent(words)}&among=${list}&stage=${stage}`);
    } catch (problem) {
      answer = { found: [], told: problem.message };
    }
    if (mine !== asked) return;
    found = answer.found;
    box.replaceChildren(
      ...found.map((one, i) => {
        const li = document.createElement("li");
        li.id = `found-${i}`;
        li.setAttribute("role", "option");
        li.setAttribute("aria-selected", "false");
        const title = document.createElement("span");
        title.dir = "auto";
        title.textContent = one.title || "(no title)";
        const told = document.createElement("small");
        told.textContent = [`R${one.record_id}`, one.year, one.verdict].filter(Boolean).join(" · ");
        li.append(title, told);
        li.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(i);
        });
        return li;
      }),
    );
    if (!found.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.textContent = answer.told ?? (list === "all" ? "No record has these words." : words ? "No record of this list has these words." : "This list is empty.");
      box.append(none);
    }
    box.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (found.length) point(0);
  };
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, 120);
  };
  input.addEventListener("input", soon);
  among.addEventListener("change", () => {
    look();
    input.focus();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") point(at + 1);
    else if (event.key === "ArrowUp") point(at - 1);
    else if (event.key === "Enter") choose(at);
    else if (event.key === "Escape") {
      close();
      input.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("blur", close);
  $("search-form").addEventListener("submit", (event) => event.preventDefault());
  return {
    open(list) {
      if (list) {
        among.value = list;
        look();
      }
      input.select();
      input.focus();
    },
  };
}
