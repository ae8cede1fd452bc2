// What is served, in a few numbers, and some places to begin.

import { h, called, count, inWords, number } from "./dom.js";
import { get } from "./api.js";
import { load } from "./problem.js";
import { link, linkTo } from "./route.js";

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
  for (const [name, n] of Object.entries(model.counts || {})) pairs.push([inWords(name), count(n)]);
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

async function beginnings(model, network, signal) {
  const { points } = await get(["map"], { model: model.name, n: 10 }, signal);
  const some = points.slice(0, 10);
  if (!some.length) return h("p", { class: "quiet", text: "none; search above" });
  return h("ul", { class: "chips" }, some.map((point) =>
    h("li", {}, h("a", { href: linkTo(network ? { ...point, kind: "node" } : point), text: called(point) }))));
}

function ways(model, network) {
  const all = [
    !network && ["someone", "Someone new", "a history of your choice, and what follows from it"],
    model.has_facets && ["facets", network ? "Groups" : "Facets",
      network ? "who belongs together, and what they have in common" : "the intents of the users, and the relations they follow"],
    ["map", "Map", "everybody in two dimensions"],
    ["run", "Run", "metrics, training, settings"],
  ].filter(Boolean);
  return all.map(([view, name, text]) => h("li", {},
    h("a", { href: link(view) }, h("b", { text: name }), h("span", { class: "quiet", text }))));
}
