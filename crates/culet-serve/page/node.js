// A node of a network: its aspects, what is like it, its likeliest new links.

import { h, bar, called, choice, idBeside, percent } from "./dom.js";
import { get } from "./api.js";
import { load } from "./problem.js";
import { link, note } from "./route.js";
import { ranking } from "./ranking.js";

const opens = (node) => link("node", { id: node.id });

export function node({ model, parameters, signal }) {
  const id = parameters.get("id") || "";
  const who = h("span", { text: id });
  const [aspects, alike, links] = ["aspects", "list", "list"].map((name) => h("div", { class: name }));
  const named = (told) => who.replaceChildren(called(told.node), " ", idBeside(told.node) || "");
  const chooser = h("div", { class: "settings" });
  const likest = (aspect) => load(alike, signal, async () => {
    const told = await get(["similar", id], { model: model.name, k: 10, aspect: aspect || undefined }, signal);
    named(told);
    return ranking(told.similar.map((one) => ({ node: one, href: opens(one), score: one.score })), told.score);
  });
  const chosen = parameters.get("aspect") || "";
  if (model.has_facets) {
    load(aspects, signal, async () => {
      const { facets } = await get(["facets", id], { model: model.name }, signal);
      const options = [["", "all in all"], ...facets.map(({ aspect }) => aspect).sort((a, b) => a - b).map((a) => [a, `in aspect ${a}`])];
      chooser.replaceChildren(choice("alike", options, chosen, (aspect) => {
        note("aspect", aspect);
        likest(aspect);
      }));
      return facets.map(facet);
    });
  }
  likest(chosen);
  load(links, signal, async () => {
    const told = await get(["links", id], { model: model.name, k: 10 }, signal);
    return ranking(told.links.map((one) => likely(id, one)), told.score);
  });
  return {
    heading: who,
    below: [
      model.has_facets && h("section", {}, h("h2", { text: "Aspects" }), aspects),
      h("div", { class: "halves" },
        h("section", {}, h("h2", { text: "Most alike" }), chooser, alike),
        h("section", {}, h("h2", { text: "Likely links" }), links)),
    ].filter(Boolean),
  };
}

function likely(id, { source, target, score }) {
  const other = source.id === id ? target : source;
  const why = link("explain", { source: source.id, target: target.id });
  return {
    node: other, href: opens(other), score,
    beside: h("a", { class: "why", href: why, "aria-label": `why ${called(other)}`, text: "why?" }),
  };
}

function facet({ aspect, share, typical, common }) {
  return h("article", { class: "card facet" },
    h("h3", {}, h("span", { class: `dot facet-${((aspect - 1) % 8) + 1}`, "aria-hidden": "true" }), `aspect ${aspect}`),
    h("p", { class: "score" }, bar(share, `facet-${((aspect - 1) % 8) + 1}`), h("span", { text: percent(share) })),
    members(typical), traits(common));
}

// Typical nodes, as links.
export function members(nodes) {
  return h("ul", { class: "chips" }, nodes.map((one) => h("li", {}, h("a", { href: opens(one), text: called(one) }))));
}

// What nodes have in common, beside how common that is in all.
export function traits(common) {
  if (!common?.length) return h("p", { class: "quiet", text: "nothing stands out that they have in common" });
  return h("ul", { class: "traits" }, common.map((trait) => h("li", {},
    h("b", { text: trait.name }), ` ${percent(trait.share)} `,
    h("span", { class: "quiet", text: `of all nodes ${percent(trait.overall)}` }))));
}
