// Draws a small layered graph: in columns where there is room, as a branching list on a phone.

import { h, shape, signed } from "./dom.js";

const NARROW = 620;
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
  return shape("path", { class: kind, d, "stroke-width": thickness.toFixed(1) }, shape("title", { text: `${edge.label} ${signed(edge.weight)}`.trim() }));
}

// Layers from left to right. Within a layer nodes stand in the order of the mean of what leads to them.
function columns(graph, width) {
  const layers = [];
  graph.nodes.forEach((node) => (layers[node.layer] ||= []).push(node));
  const tall = Math.max(...layers.map((layer) => layer.length));
  const height = Math.max(150, tall * ROW + 24);
  const box = Math.min(176, (width - 40) / layers.length - 62);
  const at = new Map();
  layers.forEach((layer, index) => {
    const before = (node) => {
      const from = graph.edges.filter((edge) => edge.to === node.key && at.has(edge.from)).map((edge) => at.get(edge.from).y);
      return from.length ? from.reduce((a, b) => a + b) / from.length : 0;
    };
    const ordered = index > 1 ? [...layer].sort((a, b) => before(a) - before(b)) : layer;
    ordered.forEach((node, row) => at.set(node.key, {
      x: index === 0 ? 0 : (index * (width - box)) / (layers.length - 1),
      y: (height * (row + 0.5)) / layer.length,
    }));
  });
  const thickness = stroke(graph);
  const lines = graph.edges.map((edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)];
    const [x1, x2] = [from.x + box, to.x];
    // What has no fact behind it passes beneath the others.
    const sag = edge.loose ? Math.min(height - 8, Math.max(from.y, to.y) + ROW * 0.7) : null;
    const middle = (x1 + x2) / 2;
    const d = sag ? `M${x1} ${from.y}C${x1 + 50} ${sag} ${x2 - 50} ${sag} ${x2} ${to.y}`
      : `M${x1} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${x2} ${to.y}`;
    return line(edge, d, thickness(edge));
  });
  const labels = graph.edges.filter((edge) => edge.label && !edge.loose).map((edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)];
    // Nearer to the side where edges lie apart.
    const near = graph.edges.filter((other) => other.to === edge.to).length > graph.edges.filter((other) => other.from === edge.from).length ? 0.32 : 0.62;
    const [x1, x2] = [from.x + box, to.x];
    const [x, y] = cubic(near, x1, from.y, x2, to.y);
    return shape("text", { class: "label", x, y: y - 5, "text-anchor": "middle", text: edge.label });
  });
  const boxes = graph.nodes.map((node) => {
    const { x, y } = at.get(node.key);
    const lineHeight = 15;
    const words = wrapped(node.name, Math.floor(box / 7.2) - 2);
    const texts = words.map((text, row) => shape("text", {
      x: x + box / 2, y: y + 5 + (row - (words.length - 1) / 2) * lineHeight, "text-anchor": "middle", text,
    }));
    return linked(node, [shape("rect", { x: x + 1, y: y - 20, width: box - 2, height: 40, rx: 9 }), ...texts]);
  });
  return picture(graph, width, height, [...lines, ...labels, ...boxes]);
}

function cubic(t, x1, y1, x2, y2) {
  const u = 1 - t;
  const middle = (x1 + x2) / 2;
  const x = u ** 3 * x1 + 3 * u * u * t * middle + 3 * u * t * t * middle + t ** 3 * x2;
  return [x, u * u * (u + 3 * t) * y1 + t * t * (t + 3 * u) * y2];
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
  const texts = order.map((node) => {
    const { x, y } = at.get(node.key);
    const into = [...new Set(graph.edges.filter((edge) => edge.to === node.key && edge.label && !edge.loose).map((edge) => edge.label))];
    const room = Math.floor((width - right - 22) / 7.2);
    const above = node === goal ? "" : into.slice(0, 2).join(", ");
    const out = node === goal ? "" : [...new Set(graph.edges.filter((edge) => edge.from === node.key && edge.to === goal.key && edge.label && !edge.loose).map((edge) => edge.label))].join(", ");
    const told = [above, out].filter(Boolean).join("   ");
    const left = right + 16;
    return linked(node, [
      shape("path", { class: "lead-line", d: `M${x} ${y}H${left - 6}` }),
      shape("circle", { cx: x, cy: y, r: 6 }),
      told && shape("text", { class: "label", x: left, y: y - 9, text: shortened(told, Math.floor((width - left) / 6.2)) }),
      shape("text", { x: left, y: y + 6, text: shortened(node.name, room) }),
    ].filter(Boolean));
  });
  return picture(graph, width, 26 + order.length * row, [...lines, ...texts]);
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
