// What is served, in a few numbers, and some places to begin.

import { h, called, count, inWords, number } from "./dom.js";
import { get } from "./api.js";
import { load } from "./problem.js";
import { link, linkTo } from "./route.js";

const COUNTS = ["users", "items", "interactions", "entities", "facts", "nodes", "edges"];

export function start({ model, signal }) {
  const network = model.kind === "network";
  const begin = h("div", { class: "begin" });
  load(begin, signal, () => beginnings(model, network, signal));
  const lead = network
    ? "Search a node to see its aspects, the nodes most like it, and its likeliest new links."
    : "Search a user to see what is recommended and why, or put a history together for someone new.";
  return {
    heading: model.name,
    below: [
      h("p", { class: "lead", text: lead }),
      h("dl", { class: "facts" }, facts(model)),
      h("h2", { text: network ? "Some nodes to begin with" : "Some users to begin with" }), begin,
      h("ul", { class: "ways" }, ways(model, network)),
    ],
  };
}

function facts(model) {
  const pairs = [["model", model.title || model.model], ["data", model.data], ["version", model.version]];
  if (model.generation) pairs.push(["generation", count(model.generation)]);
  for (const name of COUNTS.filter((one) => one in (model.counts || {}))) pairs.push([name, count(model.counts[name])]);
  const best = headline(model.metrics);
  if (best) pairs.push(best);
  return pairs.map(([name, value]) => h("div", {}, h("dt", { text: name }), h("dd", { text: value })));
}

// One number of the test part, or of the validation part if there is no other.
function headline(metrics = {}) {
  for (const [part, title] of [["test", "test"], ["valid", "validation"]]) {
    const names = Object.keys(metrics[part] || {});
    const name = names.find((one) => /^(recall@20|auc)$/.test(one)) || names.find((one) => /^(recall|ndcg)/.test(one)) || names[0];
    if (name) return [`${inWords(name)}, ${title}`, number(metrics[part][name])];
  }
  return null;
}

// A few at random, or, of a model that has no map of users, a few whose ids begin alike.
async function beginnings(model, network, signal) {
  let some = [];
  if (model.has_facets || network) some = (await get(["map"], { model: model.name, n: 10 }, signal)).points;
  for (const q of model.has_facets || network ? [] : ["u", "1", "a", "0"]) {
    if (!some.length) some = (await get(["search"], { model: model.name, q, kind: "user", limit: 10 }, signal)).results;
  }
  if (!some.length) return h("p", { class: "quiet", text: "search above" });
  return h("ul", { class: "chips" }, some.map((point) =>
    h("li", {}, h("a", { href: linkTo(network ? { ...point, kind: "node" } : point), text: called(point) }))));
}

function ways(model, network) {
  const all = [
    !network && ["someone", "Someone new", "a history of your choice, and what follows from it"],
    model.has_facets && ["facets", network ? "Groups" : "Facets",
      network ? "who belongs together, and what they have in common" : "the intents of the users, and the relations they follow"],
    model.has_map && ["map", "Map", "everybody in two dimensions"],
    ["run", "Run", "metrics, training, settings"],
  ].filter(Boolean);
  return all.map(([view, name, text]) => h("li", {},
    h("a", { href: link(view) }, h("b", { text: name }), h("span", { class: "quiet", text }))));
}
