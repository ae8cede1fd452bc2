// Draws a small layered graph: in columns where there is room, as a branching list on a phone.

import { h, shape, signed } from "./dom.js";

const NARROW = 720;
const ROW = 58;

export function drawn(graph) {
  const place = h("figure", { class: "graph" });
  let width = 0;
  const draw = () => {
    const now = Math.floor(place.clientWidth);
    if (!now || now === width) return;
    width = now;
    place.replaceChildren(now < NARROW ? branching(graph, now) : columns(graph, now));
  };
  new ResizeObserver(draw).observe(place);
  return place;
}

const stroke = (graph) => {
  const most = Math.max(...graph.edges.map((edge) => Math.abs(edge.weight)), 1e-12);
  return (edge) => 1.2 + 6.8 * Math.sqrt(Math.abs(edge.weight) / most);
};

function picture(graph, width, height, parts) {
  const words = `a drawing of ${graph.nodes.length} nodes and ${graph.edges.length} edges; the list below tells the same`;
  return shape("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": words }, parts);
}

function line(edge, d, thickness) {
  const kind = `edge${edge.loose ? " loose" : ""}${edge.weight < 0 ? " minus" : ""}`;
  const width = edge.loose ? Math.min(thickness, 3) : thickness;
  return shape("path", { class: kind, d, "stroke-width": width.toFixed(1) }, shape("title", { text: `${edge.label} ${signed(edge.weight)}`.trim() }));
}

// Layers from left to right.
function columns(graph, width) {
  const layers = [];
  graph.nodes.forEach((node) => (layers[node.layer] ||= []).push(node));
  const tall = Math.max(...layers.map((layer) => layer.length));
  const beneath = graph.edges.some((edge) => passes(graph, edge)) ? 40 : 0;
  const height = Math.max(130, tall * ROW);
  const box = Math.min(166, (width / layers.length) * 0.62);
  const gap = (width - box * layers.length) / (layers.length - 1);
  const at = new Map();
  layers.forEach((layer, index) => inOrder(graph, layer, index, at).forEach((node, row) => {
    at.set(node.key, { left: index * (box + gap), right: index * (box + gap) + box, y: (height * (row + 0.5)) / layer.length });
  }));
  const thickness = stroke(graph);
  const lines = graph.edges.map((edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)];
    const deep = height + beneath * 1.25;
    const middle = (from.right + to.left) / 2;
    const d = passes(graph, edge)
      ? `M${from.left + box / 2} ${from.y + 20}C${from.left + box / 2} ${deep} ${from.right} ${deep - 16} ${from.right + gap} ${deep - 16}H${to.left - gap}C${to.left} ${deep - 16} ${to.right - box / 2} ${deep} ${to.right - box / 2} ${to.y + 20}`
      : `M${from.right} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.left} ${to.y}`;
    return line(edge, d, thickness(edge));
  });
  const own = graph.edges.filter((edge) => passes(graph, edge)).map((edge) => shape("text", {
    class: "label", x: width / 2, y: height + beneath * 0.6, "text-anchor": "middle", text: `${edge.label} ${signed(edge.weight)}`,
  }));
  const boxes = graph.nodes.map((node) => boxed(node, at.get(node.key), box));
  return picture(graph, width, height + beneath, [...lines, ...labels(graph, at, gap), ...own, ...boxes]);
}

// Whether an edge leads past a layer, beneath what stands there.
const passes = (graph, edge) => {
  const layer = (key) => graph.nodes.find((node) => node.key === key).layer;
  return edge.loose && layer(edge.to) - layer(edge.from) > 1 && layer(edge.from) === 0;
};

// From the third layer on, by the mean place of what leads to a node, so that few edges cross.
function inOrder(graph, layer, index, at) {
  if (index < 2) return layer;
  const mean = (node) => {
    if (node.kind === "rest") return Infinity;
    const from = graph.edges.filter((edge) => edge.to === node.key && at.has(edge.from)).map((edge) => at.get(edge.from).y);
    return from.reduce((sum, y) => sum + y, 0) / (from.length || 1);
  };
  return [...layer].sort((one, other) => (mean(one) > mean(other) ? 1 : mean(one) < mean(other) ? -1 : 0));
}

// Once at each end of an entity: before it, what leads to it; behind it, what leads on to the goal.
function labels(graph, at, gap) {
  const kind = (key) => graph.nodes.find((node) => node.key === key).kind;
  const seen = new Map();
  for (const edge of graph.edges) {
    if (!edge.label || edge.loose) continue;
    const ends = kind(edge.to) === "goal";
    const key = ends ? `${edge.from} out` : `${edge.to} in`;
    const known = seen.get(key) || seen.set(key, { ends, node: ends ? edge.from : edge.to, words: new Set() }).get(key);
    known.words.add(edge.label);
  }
  return [...seen.values()].map(({ ends, node, words }) => {
    const { left, right, y } = at.get(node);
    const text = shortened([...words].join(", "), Math.floor((gap - 12) / 6.1));
    return shape("text", { class: "label", x: ends ? right + 7 : left - 7, y: y - 8, "text-anchor": ends ? "start" : "end", text });
  });
}

function boxed(node, { left, y }, box) {
  const words = wrapped(node.name, Math.floor(box / 7.3) - 1);
  const texts = words.map((text, row) => shape("text", {
    x: left + box / 2, y: y + 4.5 + (row - (words.length - 1) / 2) * 15, "text-anchor": "middle", text,
  }));
  return linked(node, [shape("rect", { x: left + 1, y: y - 20, width: box - 2, height: 40, rx: 9 }), ...texts]);
}

// A node a line, indented by its layer, with the relations that lead to it above its name; edges run along the left.
function branching(graph, width) {
  const goal = graph.nodes.find((node) => node.kind === "goal");
  const order = [];
  const visit = (node) => {
    if (node === goal || order.includes(node)) return;
    order.push(node);
    const next = graph.edges.filter((edge) => edge.from === node.key).sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
    next.forEach((edge) => visit(graph.nodes.find((other) => other.key === edge.to)));
  };
  graph.nodes.filter((node) => node.layer === 0).forEach(visit);
  order.push(goal);
  const layers = Math.max(...graph.nodes.map((node) => node.layer));
  const step = Math.min(30, 110 / Math.max(1, layers));
  const row = 46;
  const at = new Map(order.map((node, index) => [node.key, { x: 14 + node.layer * step, y: 26 + index * row }]));
  const right = 14 + layers * step;
  at.get(goal.key).x = right;
  const thickness = stroke(graph);
  const lines = graph.edges.map((edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)];
    const d = `M${from.x} ${from.y}C${from.x} ${to.y} ${from.x} ${to.y} ${to.x} ${to.y}`;
    const down = `M${from.x} ${from.y}C${to.x} ${from.y} ${to.x} ${from.y + 20} ${to.x} ${to.y}`;
    return line(edge, edge.to === goal.key ? down : d, thickness(edge) * 0.7);
  });
  const left = right + 16;
  const texts = order.map((node) => {
    const { x, y } = at.get(node.key);
    const told = node === goal ? "" : besides(graph, node, goal);
    return linked(node, [
      shape("path", { class: "lead-line", d: `M${x} ${y}H${left - 6}` }),
      shape("circle", { cx: x, cy: y, r: 6 }),
      told && shape("text", { class: "label", x: left, y: y - 9, text: shortened(told, Math.floor((width - left) / 6.2)) }),
      shape("text", { x: left, y: y + 6, text: shortened(node.name, Math.floor((width - left) / 7.2)) }),
    ].filter(Boolean));
  });
  return picture(graph, width, 26 + order.length * row, [...lines, ...texts]);
}

// The relations beside a node: one word if the same fact is told of both ends.
function besides(graph, node, goal) {
  const words = (edges) => [...new Set(edges.filter((edge) => edge.label && !edge.loose).map((edge) => edge.label))];
  const into = words(graph.edges.filter((edge) => edge.to === node.key));
  const out = words(graph.edges.filter((edge) => edge.from === node.key && edge.to === goal.key));
  const bare = (label) => label.replace(/^← | →$/g, "");
  if (into.length === 1 && out.length === 1 && bare(into[0]) === bare(out[0])) return `both: ${bare(into[0])}`;
  return [...into, ...out].join(", ");
}

function linked(node, parts) {
  const group = shape("g", { class: `node ${node.kind}` }, parts, shape("title", { text: node.name }));
  return node.href ? shape("a", { href: node.href, "aria-label": node.name }, group) : group;
}

const shortened = (text, room) => (text.length > room ? `${text.slice(0, Math.max(1, room - 1))}…` : text);

// At most two lines.
function wrapped(text, room) {
  if (text.length <= room) return [text];
  const cut = text.lastIndexOf(" ", room);
  const end = cut > room / 3 ? cut : room;
  return [text.slice(0, end), shortened(text.slice(end).trim(), room)];
}
