// From an explanation to a small graph: nodes in layers, edges with what they carry, and its lines in words.

import { h, called, inWords, signed } from "./dom.js";
import { linkTo } from "./route.js";

const ITEMS = 4;
const WAYS = 9;

// Nodes: `key`, `name`, `kind`, `layer`, `href`. Edges: `from`, `to`, `label`, `weight`, `loose` if no fact is behind it.
// Lines: the ways in words, strongest first.
function graph() {
  const made = { nodes: new Map(), edges: new Map(), lines: [], left: 0 };
  const node = (key, name, kind, layer, href) => {
    const known = made.nodes.get(key);
    if (known) known.layer = Math.max(known.layer, layer);
    else made.nodes.set(key, { key, name, kind, layer, href });
    return key;
  };
  const edge = (from, to, label, weight, loose = false) => {
    const key = JSON.stringify([from, to, label]);
    const known = made.edges.get(key);
    if (known) known.weight += weight;
    else made.edges.set(key, { from, to, label, weight, loose });
  };
  const done = () => ({ ...made, nodes: [...made.nodes.values()], edges: [...made.edges.values()] });
  return { made, node, edge, done };
}

// User -> items of the history -> entities -> the item, for the strongest ways.
export function ofCatalogue(told, whom) {
  const { made, node, edge, done } = graph();
  const strongest = [...told.from_history].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, ITEMS);
  const all = strongest.flatMap((item) => (item.paths || []).map((path) => ({ item, path })));
  const ways = all.sort((a, b) => Math.abs(b.path.contribution) - Math.abs(a.path.contribution)).slice(0, WAYS);
  // Without facts an item speaks for the other at once; else what no fact tells is a node of its own.
  const depth = ways.length ? Math.max(2, ...ways.map(({ path }) => path.steps.length)) : 1;
  const start = node("user", whom, "user", 0);
  const end = node("goal", called(told.item), "goal", depth + 1, linkTo({ ...told.item, kind: "item" }));
  for (const item of strongest) {
    const from = node(`item ${item.id}`, called(item), "item", 1, linkTo({ ...item, kind: "item" }));
    edge(start, from, "", item.contribution);
    if (depth === 1) edge(from, end, (item.shared || []).slice(0, 2).join(", "), item.contribution);
  }
  for (const { item, path } of ways) {
    let from = `item ${item.id}`;
    path.steps.forEach((step, index) => {
      const last = index === path.steps.length - 1;
      const { entity } = step;
      const to = last ? end : node(`${entity.kind} ${entity.id}`, called(entity), entity.kind, index + 2, entityLink(entity));
      edge(from, to, label(step), path.contribution);
      from = to;
    });
    made.lines.push(line(called(item), path));
  }
  for (const item of depth > 1 ? strongest : []) {
    const rest = item.rest ?? item.contribution - (item.paths || []).reduce((sum, path) => sum + path.contribution, 0);
    if (Math.abs(rest) < 0.02 * Math.abs(told.score)) continue;
    edge(`item ${item.id}`, node("rest", "not told by facts", "rest", 2), "", rest, true);
    edge("rest", end, "", rest, true);
  }
  if (Math.abs(told.own) > 0.02 * Math.abs(told.score)) edge(start, end, "own part,", told.own, true);
  made.left = told.from_history.reduce((sum, item) => sum + (item.paths?.length || 0), 0) - ways.length;
  for (const item of strongest.filter((one) => !one.paths?.length)) {
    const shared = item.shared?.length ? h("span", { class: "quiet", text: ` (both: ${item.shared.join(", ")})` }) : "";
    made.lines.push([called(item), shared, ` ${signed(item.contribution)}`]);
  }
  return done();
}

const entityLink = (entity) => (entity.kind === "user" ? null : linkTo(entity));

const label = (step) => (step.forward ? `${inWords(step.relation)} →` : `← ${inWords(step.relation)}`);

function line(first, path) {
  const steps = path.steps.flatMap((step) => [
    h("span", { class: "quiet", text: step.forward ? ` — ${inWords(step.relation)} → ` : ` ← ${inWords(step.relation)} — ` }),
    called(step.entity),
  ]);
  return [first, ...steps, ` ${signed(path.contribution)}`];
}

// One node -> neighbours in common -> the other.
export function ofNetwork(told) {
  const { made, node, edge, done } = graph();
  const opens = (one) => linkTo({ ...one, kind: "node" });
  const start = node("source", called(told.source), "user", 0, opens(told.source));
  const end = node("target", called(told.target), "goal", 2, opens(told.target));
  for (const one of told.common_neighbours.slice(0, WAYS)) {
    const middle = node(`node ${one.id}`, called(one), "entity", 1, opens(one));
    edge(start, middle, "", one.weight);
    edge(middle, end, "", one.weight);
    made.lines.push([`${called(told.source)} — ${called(one)} — ${called(told.target)}, weight ${signed(one.weight)}`]);
  }
  made.left = told.n_common - Math.min(WAYS, told.common_neighbours.length);
  return done();
}

export function inLines({ lines }) {
  return h("ol", { class: "lines" }, lines.map((parts) => h("li", {}, parts)));
}
