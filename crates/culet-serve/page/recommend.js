// What is recommended to a user, and the intents behind it.

import { h, called, choice, idBeside, inCode, inWords, percent, plural } from "./dom.js";
import { get } from "./api.js";
import { load } from "./problem.js";
import { link, note } from "./route.js";
import { cards } from "./cards.js";

export const LENGTHS = [5, 10, 20, 50, 100];

export function recommend({ model, parameters, signal }) {
  const user = parameters.get("user") || "";
  const who = h("span", { text: user });
  const history = h("p", { class: "lead", text: "\u00a0" });
  const shares = h("div", { class: "shares", hidden: !model.has_facets });
  const list = h("div", { class: "list" });
  const show = (k) => load(list, signal, async () => {
    const told = await get(["recommend", user], { model: model.name, k, explain: model.explains }, signal);
    who.replaceChildren(called(told.user || { id: user }), " ", idBeside(told.user || {}) || "");
    history.textContent = told.known ? `by ${plural(told.history, "item")} of the history` : "nobody of this id was trained";
    if (model.has_facets && told.known && !shares.hasChildNodes()) load(shares, signal, () => intents(model, user, signal));
    if (!told.known) shares.hidden = true;
    const why = (item) => link("explain", { user, item: item.id });
    return listed(told, { user, why: model.explains && told.known ? why : null });
  });
  show(parameters.get("k") || 10);
  return { heading: ["For ", who], below: [history, shares, lengths(parameters, show), list] };
}

// How many are shown, kept in the address.
export function lengths(parameters, show) {
  const k = parameters.get("k") || "10";
  const known = LENGTHS.includes(Number(k)) ? LENGTHS : [...LENGTHS, k];
  return h("div", { class: "settings" }, choice("show", known.map((n) => [n, n]), k, (chosen) => {
    note("k", chosen);
    show(chosen);
  }));
}

// The cards, with what the server had to remark.
export function listed(told, options) {
  const skipped = told.skipped?.length ? `not known, left out: ${told.skipped.join(", ")}` : "";
  return [
    told.note && h("p", { class: "note" }, inCode(told.note)),
    skipped && h("p", { class: "note", text: skipped }),
    told.items.length ? cards(told.items, options) : h("p", { class: "quiet", text: "nothing is left to recommend" }),
  ];
}

// The user's shares of the intents as one bar, and in words. A user who was never trained has none.
async function intents(model, user, signal) {
  return strip((await get(["facets", user], { model: model.name }, signal)).intents);
}

export function strip(intents) {
  const part = ({ intent, share }) =>
    h("span", { class: `facet-${((intent - 1) % 8) + 1}`, style: { "flex-grow": String(Math.max(share, 0)) } });
  const word = ({ intent, share, relations }) => h("li", {},
    h("span", { class: `dot facet-${((intent - 1) % 8) + 1}`, "aria-hidden": "true" }),
    h("b", { text: percent(share) }), ` ${relations.slice(0, 2).map(([relation]) => inWords(relation)).join(", ")}`);
  return [
    h("div", { class: "strip", "aria-hidden": "true" }, intents.map(part)),
    h("ul", { class: "legend", "aria-label": "intents" }, intents.map(word)),
  ];
}
