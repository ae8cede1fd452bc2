// Why an item is recommended, or how near two nodes are: the sentence, the parts of the score, the drawn paths.

import { h, called, inCode, number, percent, plural, signed } from "./dom.js";
import { get, post } from "./api.js";
import { load } from "./problem.js";
import { link, linkTo } from "./route.js";
import { strip } from "./recommend.js";
import { drawn } from "./graph.js";
import { ofCatalogue, ofNetwork, inLines } from "./paths.js";

const FIRST = 8;

export function explain({ model, parameters, signal }) {
  const place = h("div", { class: "explanation" });
  const heading = h("span", { text: "Why?" });
  const work = model.kind === "network" ? pair : recommendation;
  load(place, signal, () => work({ model, parameters, signal, heading }));
  return { heading, below: [place] };
}

async function recommendation({ model, parameters, signal, heading }) {
  const [user, item, history] = [parameters.get("user"), parameters.get("item"), parameters.getAll("h")];
  const told = history.length
    ? await post(["explain"], { model: model.name }, { history, item }, signal)
    : await get(["explain"], { model: model.name, user, item }, signal);
  const whom = told.user ? called(told.user) : history.length ? "someone new" : user;
  heading.textContent = `Why ${called(told.item)} for ${whom}`;
  const back = history.length ? link("someone", { h: history }) : link("recommend", { user });
  const parts = told.from_history.map((one) => ({ name: called(one), href: linkTo({ ...one, kind: "item" }), value: one.contribution }));
  parts.push({ name: history.length ? "what does not come from the history" : "the user's own part", value: told.own });
  const rank = told.rank ? `, rank ${told.rank}` : "";
  return [
    h("p", { class: "lead" }, inCode(told.text)),
    h("h2", { text: `What the score is made of` }),
    h("p", { class: "quiet", text: `All parts add up to the score, ${number(told.score)}${rank}.` }),
    contributions(parts, told.score),
    paths(ofCatalogue(told, whom)),
    told.intents?.length && h("section", {}, h("h2", { text: `Intents of ${whom}` }), strip(told.intents)),
    h("p", {}, h("a", { href: back, text: `back to what is recommended to ${whom}` })),
  ];
}

async function pair({ model, parameters, signal, heading }) {
  const query = { model: model.name, source: parameters.get("source"), target: parameters.get("target") };
  const told = await get(["explain"], query, signal);
  const [source, target] = [called(told.source), called(told.target)];
  heading.textContent = `${source} and ${target}`;
  const terms = told.terms?.map((term) => ({ name: `${term.name}, ${number(term.value)}`, value: term.contribution }));
  if (terms && told.base) terms.push({ name: "an average pair", value: told.base });
  const from = (node) => h("a", { href: link("node", { id: node.id }), text: called(node) });
  return [
    h("p", { class: "lead" }, inCode(told.text)),
    h("p", { class: "quiet", text: `${told.linked ? "They are linked" : "They are not linked"}; score ${number(told.score)}.` }),
    terms?.length && [h("h2", { text: "What the score is made of" }), contributions(terms, told.score)],
    told.aspects?.length && [h("h2", { text: "Under which aspects they meet" }), aspects(told)],
    told.common_neighbours?.length
      ? paths(ofNetwork(told), `${plural(told.n_common, "neighbour")} in common`)
      : h("p", { class: "quiet", text: "They have no neighbour in common." }),
    h("p", {}, "on to ", from(told.source), " or ", from(told.target)),
  ].flat();
}

// Parts of a score as bars from a line in the middle, or from the left if none is negative.
function contributions(parts, score) {
  const largest = Math.max(...parts.map((part) => Math.abs(part.value)), 1e-12);
  const against = parts.some((part) => part.value < 0);
  const row = (part) => h("li", { class: part.value < 0 ? "minus" : null },
    h("span", { class: "name" }, part.href ? h("a", { href: part.href, text: part.name }) : part.name),
    h("span", { class: against ? "beam both" : "beam", "aria-hidden": "true" },
      h("span", { style: { "--part": String(Math.abs(part.value) / largest) } })),
    h("span", { class: "figure", text: signed(part.value) }));
  const ordered = [...parts].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const [first, rest] = [ordered.slice(0, FIRST), ordered.slice(FIRST)];
  return h("div", { class: "contributions" },
    h("ul", { class: "beams" }, first.map(row)),
    rest.length > 0 && h("details", {},
      h("summary", { text: `${rest.length} more, together ${signed(rest.reduce((total, part) => total + part.value, 0))}` }),
      h("ul", { class: "beams" }, rest.map(row))),
    h("p", { class: "sum" }, h("span", { text: "score" }), h("b", { class: "figure", text: number(score) })));
}

function aspects(told) {
  return scrolled(h("table", { class: "narrow" },
    h("thead", {}, h("tr", {}, ["aspect", "share", "product"].map((text) => h("th", { scope: "col", text })))),
    h("tbody", {}, told.aspects.map((one) => h("tr", {},
      [one.aspect, percent(one.share), number(one.product)].map((text) => h("td", { text })))))));
}

const scrolled = (table) => h("div", { class: "scrolled", tabindex: "0", role: "region", "aria-label": "aspects" }, table);

function paths(graph, title = "By which ways") {
  if (!graph.edges.length) return null;
  return h("section", {},
    h("h2", { text: title }), drawn(graph),
    graph.left > 0 && h("p", { class: "quiet", text: `The strongest are drawn; ${plural(graph.left, "other way")} not.` }),
    h("details", {}, h("summary", { text: "the same as a list" }), inLines(graph)));
}
