// A field that finds nodes as one types: the combobox pattern, with the list's option told by `aria-activedescendant`.

import { h, called, idBeside } from "./dom.js";
import { get } from "./api.js";
import { problem } from "./problem.js";

const PAUSE_MS = 120;
let made = 0;

// `options`: `label`, `placeholder`, `model` (a function), `kinds`, `chosen(node)`, and `anyway(text)`, which offers to
// go on with what was typed.
export function search(options) {
  const id = `search-${++made}`;
  const state = { found: [], active: -1, asked: null, timer: 0, enter: false };
  const input = h("input", {
    type: "search", id, role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: options.placeholder,
    "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list",
  });
  const list = h("ul", { id: `${id}-list`, role: "listbox", "aria-label": options.label, hidden: true });
  const told = h("span", { class: "unseen", role: "status" });
  const wrong = h("div", { class: "below", hidden: true });

  const close = () => {
    list.hidden = wrong.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const forget = () => {
    clearTimeout(state.timer);
    state.asked?.abort();
    state.found = [];
    state.enter = false;
  };
  const mark = (index) => {
    list.children[state.active]?.setAttribute("aria-selected", "false");
    state.active = index;
    const option = list.children[index];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };
  const choose = (index) => {
    const node = state.found[index];
    if (!node) return;
    forget();
    input.value = "";
    close();
    told.textContent = "";
    if (node.anyway) options.anyway(node.anyway);
    else options.chosen(node);
  };
  const show = (query, results) => {
    const exact = results.some((node) => node.match === "exact");
    state.found = options.anyway && !exact ? [...results, { anyway: query }] : results;
    const rows = state.found.map((node, index) => h("li", {
      id: `${id}-${index}`, role: "option", "aria-selected": "false",
      on: { pointerdown: (event) => event.preventDefault(), click: () => choose(index) },
    }, node.anyway ? h("span", { class: "quiet", text: `ask for the user “${node.anyway}” anyway` }) : row(node, query)));
    if (!rows.length) rows.push(h("li", { class: "none", text: "nothing is called so" }));
    list.replaceChildren(...rows);
    list.hidden = false;
    wrong.hidden = true;
    state.active = -1;
    input.setAttribute("aria-expanded", "true");
    told.textContent = results.length ? `${results.length} found` : "nothing is called so";
    if (state.enter) choose(0);
  };
  const ask = async () => {
    const query = input.value.trim();
    forgetAnswer();
    if (!query) return close();
    state.asked = new AbortController();
    try {
      const kind = options.kinds?.();
      const answer = await get(["search"], { model: options.model(), q: query, kind, limit: 8 }, state.asked.signal);
      show(query, answer.results);
    } catch (error) {
      if (error.name === "AbortError") return;
      wrong.replaceChildren(problem(error, ask));
      list.hidden = true;
      wrong.hidden = false;
    }
  };
  const forgetAnswer = () => {
    state.asked?.abort();
    state.found = [];
  };

  input.addEventListener("input", () => {
    forget();
    mark(-1);
    state.timer = setTimeout(ask, PAUSE_MS);
  });
  input.addEventListener("focus", () => {
    if (input.value.trim() && list.hidden) ask();
  });
  input.addEventListener("blur", () => {
    if (wrong.hidden) close();
  });
  input.addEventListener("keydown", (event) => {
    const n = state.found.length;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && n) mark((state.active + 1) % n);
    else if (event.key === "ArrowUp" && n) mark((Math.max(state.active, 0) + n - 1) % n);
    else if (event.key === "Enter") {
      if (n) choose(Math.max(state.active, 0));
      else if (input.value.trim()) state.enter = true; // The answer is on its way.
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      forget();
      close();
    } else return;
    event.preventDefault();
  });
  return h("div", { class: "search" },
    h("label", { for: id, class: options.shown ? null : "unseen", text: options.label }),
    h("div", { class: "field" }, input, list, wrong), told);
}

function row(node, query) {
  return [
    h("span", { class: `kind ${node.kind}`, text: node.type || node.kind }),
    h("span", { class: "name" }, marked(called(node), query)), idBeside(node),
    h("span", { class: "match", text: node.match }),
  ];
}

// The name with what was typed set off.
function marked(name, query) {
  const start = name.toLowerCase().indexOf(query.toLowerCase());
  if (start < 0) return name;
  const end = start + query.length;
  return [name.slice(0, start), h("mark", { text: name.slice(start, end) }), name.slice(end)];
}
