// Someone new: a history put together from items that are searched, and what follows from it.

import { h, called, idBeside } from "./dom.js";
import { get, post } from "./api.js";
import { load } from "./problem.js";
import { link } from "./route.js";
import { search } from "./search.js";
import { lengths, listed } from "./recommend.js";

export function someone({ model, parameters, signal }) {
  const chosen = new Map(parameters.getAll("h").map((id) => [id, { id }]));
  const chips = h("ul", { class: "chips history", "aria-label": "history" });
  const list = h("div", { class: "list" });
  const user = h("input", { id: "new-id", autocomplete: "off", spellcheck: "false", value: parameters.get("as") || "" });
  let k = parameters.get("k") || 10;

  const changed = () => {
    const query = new URLSearchParams([["model", model.name], ...[...chosen.keys()].map((id) => ["h", id]), ["k", k]]);
    if (user.value.trim()) query.set("as", user.value.trim());
    history.replaceState(null, "", `#/someone?${query}`);
    listChips();
    show();
  };
  const chip = (item) => h("li", {}, called(item), idBeside(item), h("button", {
    type: "button", "aria-label": `take ${called(item)} out`, text: "×",
    on: { click: () => { chosen.delete(item.id); changed(); field.querySelector("input").focus(); } },
  }));
  const add = (item) => {
    chosen.set(item.id, item);
    changed();
  };
  let under = signal;
  let last = null;
  const show = () => {
    last?.abort();
    last = new AbortController();
    under = AbortSignal.any([signal, last.signal]);
    load(list, under, () => recommended());
  };
  const recommended = async () => {
    if (!chosen.size) return h("p", { class: "quiet empty", text: "Add an item or two: the recommendations follow at once." });
    const ids = [...chosen.keys()];
    const told = await post(["recommend"], { model: model.name }, { history: ids, k: Number(k), explain: model.explains }, under);
    const why = (item) => link("explain", { h: ids, item: item.id });
    const more = (item) => h("button", {
      type: "button", "aria-label": `add ${called(item)} to the history`, text: "add to the history", on: { click: () => add(item) },
    });
    return listed(told, { user: user.value.trim(), why: model.explains ? why : null, more });
  };

  const field = search({
    label: "add an item to the history", placeholder: "search an item", shown: true,
    model: () => model.name, kinds: () => "item", chosen: add,
  });
  user.addEventListener("change", changed);
  const listChips = () => chips.replaceChildren(...[...chosen.values()].map(chip));
  listChips();
  if (chosen.size) chips.setAttribute("aria-busy", "true");
  name(chosen, model, signal).then(() => {
    chips.removeAttribute("aria-busy");
    listChips();
  });
  show();
  const settings = lengths(parameters, (length) => { k = length; show(); });
  settings.append(h("label", { class: "choice", for: "new-id" }, h("span", { text: "keep feedback as" }), user));
  return {
    heading: "Someone new",
    below: [
      h("p", { class: "lead", text: "What would be recommended to a person with this history? Nobody needs to be trained for it." }),
      h("div", { class: "composer" }, field, chips), settings,
      h("p", { class: "quiet", text: "“Took it” and “not for me” need an id to be kept under; without one nothing is stored." }), list,
    ],
  };
}

// Looks up what the items of an address are called.
async function name(chosen, model, signal) {
  for (const id of chosen.keys()) {
    try {
      const { results } = await get(["search"], { model: model.name, q: id, kind: "item", limit: 5 }, signal);
      const found = results.find((node) => node.id === id);
      if (found && chosen.has(id)) chosen.set(id, found);
    } catch {
      return; // The ids are shown instead; the recommendations tell what is wrong.
    }
  }
}
