// Starts the page: which models are served, which view the address tells, and the frame around it.

import { h, choice } from "./dom.js";
import { get } from "./api.js";
import { load } from "./problem.js";
import { here, go, link, linkTo, stayIn } from "./route.js";
import { search } from "./search.js";
import { start } from "./start.js";
import { recommend } from "./recommend.js";
import { someone } from "./someone.js";
import { similar } from "./similar.js";
import { node } from "./node.js";
import { explain } from "./explain.js";
import { facets } from "./facets.js";
import { map } from "./map.js";
import { run } from "./run.js";

// A view takes a context and gives its heading and what stands below it.
const VIEWS = { start, recommend, someone, similar, node, explain, facets, map, run };

const main = document.getElementById("main");
let models = [];
let current = null;
let shown = null;

// What every view is given: `model`, the `parameters` of the address, and the `signal` that another view opened.
function context() {
  const { view, parameters } = here();
  const wanted = parameters.get("model");
  const model = models.find((one) => one.name === wanted) || (!wanted && (models.find((one) => one.default) || models[0]));
  current = new AbortController();
  return { view, parameters, model, wanted, signal: current.signal };
}

async function open() {
  current?.abort();
  const told = context();
  if (!models.length) {
    await load(main, told.signal, async () => {
      models = (await get(["models"], {}, told.signal)).models;
      return [];
    });
    if (!models.length || told.signal.aborted) return;
    return open();
  }
  const { view, model } = told;
  const made = !model ? noModel(told.wanted) : (VIEWS[view] || noView)(told);
  if (model) frame(view, model);
  const heading = h("h1", { tabindex: "-1" }, made.heading);
  main.replaceChildren(h("div", { class: `view ${view}` }, heading, made.below));
  const title = () => { document.title = `${heading.textContent} · Culet`; };
  title();
  const renamed = new MutationObserver(title); // A view learns what its node is called after it opened.
  renamed.observe(heading, { childList: true, characterData: true, subtree: true });
  told.signal.addEventListener("abort", () => renamed.disconnect());
  if (shown !== null && shown !== location.hash) {
    window.scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }
  shown = location.hash;
}

function noModel(wanted) {
  const known = models.map((one) => h("li", {}, h("a", { href: `#/?model=${encodeURIComponent(one.name)}`, text: one.name })));
  return { heading: `no model is called “${wanted}”`, below: [h("p", { text: "These are served:" }), h("ul", {}, known)] };
}

function noView(told) {
  return { heading: "there is no such view", below: [h("p", {}, h("a", { href: link("start"), text: "to the start" }), ` of ${told.model.name}`)] };
}

// The parts around the view, which change with the model alone.
let framed = null;

function frame(view, model) {
  stayIn(model.name);
  const network = model.kind === "network";
  if (framed !== model.name) {
    framed = model.name;
    document.querySelector(".brand").href = link("start");
    document.getElementById("finder").replaceChildren(finder(model, network));
    document.getElementById("models").replaceChildren(chooser(model));
    document.getElementById("about").replaceChildren(about(model));
  }
  const views = [
    ["start", "Start"], !network && ["someone", "Someone new"],
    model.has_facets && ["facets", network ? "Groups" : "Facets"],
    model.has_map && ["map", "Map"], ["run", "Run"],
  ].filter(Boolean);
  document.getElementById("views").replaceChildren(...views.map(([name, text]) =>
    h("a", { href: link(name), text, "aria-current": name === view ? "page" : null })));
}

function finder(model, network) {
  return search({
    label: network ? "search a node" : "search a user, an item or an entity",
    placeholder: network ? "search a node" : "search a user, an item …",
    model: () => model.name,
    chosen: (found) => {
      location.hash = linkTo(network ? { ...found, kind: "node" } : found);
    },
    anyway: network ? null : (id) => go("recommend", { user: id }),
  });
}

function chooser(model) {
  if (models.length < 2) return h("span", { class: "quiet", text: model.name });
  const options = models.map((one) => [one.name, one.name]);
  return choice("model", options, model.name, (name) => {
    location.hash = `#/?model=${encodeURIComponent(name)}`;
  });
}

function about(model) {
  const parts = [`${model.title || model.model} on ${model.data}`, `version ${model.version}`];
  if (model.generation) parts.push(`generation ${model.generation}`);
  return h("p", {}, `${parts.join(" · ")} · `, h("a", { href: "docs", text: "the HTTP interface" }));
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault(); // The address tells the view, so it cannot tell a place in the page.
  (main.querySelector("h1") || main).focus();
});
window.addEventListener("hashchange", open);
window.addEventListener("culet-token", open);
open();
