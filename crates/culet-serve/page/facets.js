// The intents of a catalogue's users over the relations, as a table of shades; or the groups of a network.

import { h, bar, inWords, number, percent, plural } from "./dom.js";
import { get } from "./api.js";
import { load } from "./problem.js";
import { link } from "./route.js";
import { members, traits } from "./node.js";

const FIRST = 15;

export function facets({ model, signal }) {
  const network = model.kind === "network";
  const place = h("div", { class: "facets-of" });
  load(place, signal, async () => {
    const told = await get(["facets"], { model: model.name }, signal);
    return network ? [h("div", { class: "groups" }, told.groups.map(group)), overlap(told.overlap)] : heat(told.intents);
  });
  const lead = network
    ? "Nodes that are near in their aspects form groups. A node may be in several."
    : "An intent is a mixture of relations. Each column adds up to its whole; the share tells how much of all users' choices it stands for.";
  return {
    heading: network ? "Groups" : "Facets",
    below: [h("p", { class: "lead", text: lead }), place, h("p", {}, h("a", { href: link("map"), text: "the same on the map" }))],
  };
}

function heat(intents) {
  const relations = ordered(intents);
  const weights = intents.map((intent) => new Map(intent.relations));
  const most = Math.max(...intents.flatMap((intent) => intent.relations.map(([, weight]) => weight)), 1e-12);
  const [first, rest] = [relations.slice(0, FIRST), relations.slice(FIRST)];
  const table = h("table", { class: "heat" },
    h("caption", { text: `weights of ${plural(relations.length, "relation")} in ${plural(intents.length, "intent")}` }),
    h("thead", {},
      h("tr", {}, h("th", { scope: "col", text: "relation" }), intents.map(({ intent }) => h("th", { scope: "col" },
        h("span", { class: `dot facet-${((intent - 1) % 8) + 1}`, "aria-hidden": "true" }), `intent ${intent}`))),
      h("tr", { class: "share" }, h("th", { scope: "row", text: "share" }), intents.map(({ intent, share }) =>
        h("td", {}, h("span", { text: percent(share) }), bar(share, `facet-${((intent - 1) % 8) + 1}`))))),
    rows(first, weights, most));
  const more = rest.length > 0 && h("button", {
    type: "button", text: `show ${plural(rest.length, "weaker relation")}`,
    on: { click: (event) => { table.append(rows(rest, weights, most)); event.currentTarget.remove(); } },
  });
  return [h("div", { class: "scrolled", tabindex: "0", role: "region", "aria-label": "intents and relations" }, table), more];
}

function rows(relations, weights, most) {
  return h("tbody", {}, relations.map((relation) => h("tr", {}, h("th", { scope: "row", text: inWords(relation) }),
    weights.map((of) => {
      const weight = of.get(relation) || 0;
      return h("td", { class: "cell", style: { "--weight": String(Math.max(0, weight) / most) }, text: shade(weight) });
    }))));
}

const shade = (weight) => (weight < 0 ? number(weight) : percent(weight));

// Relations by what they weigh in all intents together.
function ordered(intents) {
  const total = new Map();
  for (const { share, relations } of intents) {
    for (const [relation, weight] of relations) total.set(relation, (total.get(relation) || 0) + weight * (share || 1e-6));
  }
  return [...total.entries()].sort((a, b) => b[1] - a[1]).map(([relation]) => relation);
}

function overlap(told) {
  const parts = (told || []).map(({ groups, nodes }) => `${plural(nodes, "node")} in ${plural(groups, "group")}`);
  return parts.length > 0 && h("p", { class: "quiet", text: parts.join(", ") });
}

function group({ group: number, nodes, typical, common }) {
  return h("article", { class: "card facet" },
    h("h2", {}, h("span", { class: `dot facet-${((number - 1) % 8) + 1}`, "aria-hidden": "true" }), `group ${number}`),
    h("p", { class: "quiet", text: plural(nodes, "node") }),
    h("h3", { text: "typical" }), members(typical), h("h3", { text: "in common" }), traits(common));
}
