// Everybody in two dimensions: a canvas that is pointed at, or walked through with the arrow keys.

import { h, called, choice, percent, plural, say } from "./dom.js";
import { get } from "./api.js";
import { load } from "./problem.js";
import { linkTo, note } from "./route.js";

const SHAPES = 4;
const MARGIN = 18;

export function map({ model, parameters, signal }) {
  const place = h("div", { class: "atlas" });
  const show = (n) => load(place, signal, async () => atlas(await get(["map"], { model: model.name, n }, signal), model, signal));
  const n = parameters.get("n") || "1000";
  show(n);
  const sizes = choice("points, at most", [200, 1000, 5000].map((one) => [one, one.toLocaleString("en")]), n, (chosen) => {
    note("n", chosen);
    show(chosen);
  });
  return { heading: "Map", below: [h("div", { class: "settings" }, sizes), place] };
}

function atlas(told, model, signal) {
  const network = model.kind === "network";
  const points = told.points.map((point) => (network ? { ...point, kind: "node" } : point));
  if (!points.length) return h("p", { class: "quiet", text: "there is nothing to draw" });
  const facets = [...new Set(points.map((point) => point.facet || 0))].sort((a, b) => a - b);
  const state = { hidden: new Set(), at: -1, places: [], scale: 1 };
  const canvas = h("canvas", {
    tabindex: "0", role: "application", "aria-label": `map of ${plural(points.length, "point")}: arrow keys go from point to point, enter opens`,
  });
  const tip = h("p", { class: "tip", hidden: true });
  const frame = h("div", { class: "frame" }, canvas, tip);
  const drawAll = () => draw(canvas, points, facets, state);
  const point = (index, aloud) => {
    state.at = index;
    const told = points[index];
    tip.hidden = !told;
    if (told) {
      const facet = told.facet ? `, ${told.coloured} ${told.facet}` : "";
      tip.textContent = called(told) + facet;
      const [x, y] = state.places[index];
      tip.style.setProperty("left", `${Math.min(x, canvas.clientWidth - 180)}px`);
      tip.style.setProperty("top", `${y + (y > canvas.clientHeight - 60 ? -44 : 14)}px`);
      if (aloud) say(tip.textContent);
    }
    canvas.classList.toggle("over", Boolean(told));
    drawAll();
  };
  points.forEach((one) => { one.coloured = told.coloured_by; });
  const open = () => { if (points[state.at]) location.hash = linkTo(points[state.at]); };
  canvas.addEventListener("pointermove", (event) => {
    const near = nearest(state, points, event.offsetX, event.offsetY);
    if (near !== state.at) point(near, false);
  });
  canvas.addEventListener("pointerleave", () => point(-1, false));
  canvas.addEventListener("click", (event) => {
    point(nearest(state, points, event.offsetX, event.offsetY), false);
    open();
  });
  canvas.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) point(onwards(state, points, way), true);
    else if (event.key === "Enter") open();
    else if (event.key === "Escape") point(-1, false);
    else return;
    event.preventDefault();
  });
  canvas.addEventListener("blur", () => point(-1, false));
  const size = new ResizeObserver(drawAll);
  size.observe(canvas);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", drawAll, { signal });
  signal.addEventListener("abort", () => size.disconnect());
  const shares = `the two axes show ${percent(told.explained)} of the variance`;
  return [
    h("p", { class: "lead", text: `${plural(points.length, told.of.replace(/s$/, ""))} by what was learned; near is alike; ${shares}.` }),
    told.coloured_by !== "none" && legend(facets, points, told.coloured_by, state, drawAll), frame, inWords(facets, points, told),
  ];
}

function legend(facets, points, word, state, redraw) {
  return h("div", { class: "legend pressed", role: "group", "aria-label": `${word}s shown` }, facets.map((facet) => h("button", {
    type: "button", "aria-pressed": "true",
    on: { click: ({ currentTarget }) => {
      const hide = !state.hidden.has(facet);
      if (hide) state.hidden.add(facet); else state.hidden.delete(facet);
      currentTarget.setAttribute("aria-pressed", String(!hide));
      redraw();
    } },
  }, swatch(facet), facet ? `${word} ${facet}` : `no ${word}`, h("span", { class: "quiet", text: ` ${points.filter((one) => (one.facet || 0) === facet).length}` }))));
}

// The mark of a facet as it stands on the map.
function swatch(facet) {
  const canvas = h("canvas", { width: 28, height: 28, class: "swatch", "aria-hidden": "true" });
  const brush = canvas.getContext("2d");
  queueMicrotask(() => requestAnimationFrame(() => {
    brush.fillStyle = colour(canvas, facet);
    mark(brush, 14, 14, 10, facet);
  }));
  return canvas;
}

const colour = (canvas, facet) =>
  getComputedStyle(canvas).getPropertyValue(facet ? `--facet-${((facet - 1) % 8) + 1}` : "--quiet").trim();

// Colour and form both tell the facet.
function mark(brush, x, y, r, facet) {
  brush.beginPath();
  const form = facet ? (facet - 1) % SHAPES : 0;
  if (form === 1) brush.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
  else if (form === 2) polygon(brush, x, y + r * 0.15, r * 1.2, 3, -Math.PI / 2);
  else if (form === 3) polygon(brush, x, y, r * 1.2, 4, 0);
  else brush.arc(x, y, r, 0, 2 * Math.PI);
  brush.fill();
}

function polygon(brush, x, y, r, corners, turn) {
  for (let corner = 0; corner < corners; corner++) {
    const angle = turn + (2 * Math.PI * corner) / corners;
    brush.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  brush.closePath();
}

function draw(canvas, points, facets, state) {
  const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, window.devicePixelRatio || 1];
  if (!width) return;
  if (canvas.width !== Math.round(width * ratio)) [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  state.places = placed(points, width, height);
  const brush = canvas.getContext("2d");
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
  brush.clearRect(0, 0, width, height);
  const r = points.length > 2000 ? 2.2 : points.length > 500 ? 3.2 : 4.4;
  for (const facet of facets) {
    if (state.hidden.has(facet)) continue;
    brush.fillStyle = colour(canvas, facet);
    brush.globalAlpha = 0.8;
    points.forEach((point, index) => {
      if ((point.facet || 0) === facet) mark(brush, ...state.places[index], r, facet);
    });
  }
  brush.globalAlpha = 1;
  const at = state.places[state.at];
  if (!at) return;
  brush.strokeStyle = getComputedStyle(canvas).color;
  brush.lineWidth = 2;
  brush.beginPath();
  brush.arc(...at, r + 5, 0, 2 * Math.PI);
  brush.stroke();
}

// One scale for both axes, so that distances are true.
function placed(points, width, height) {
  const [xs, ys] = [points.map((point) => point.x), points.map((point) => point.y)];
  const range = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  const [[left, right], [low, high]] = [range(xs), range(ys)];
  const scale = Math.min((width - 2 * MARGIN) / (right - left || 1), (height - 2 * MARGIN) / (high - low || 1));
  const [x0, y0] = [(width - scale * (right - left)) / 2, (height - scale * (high - low)) / 2];
  return points.map((point) => [x0 + scale * (point.x - left), y0 + scale * (high - point.y)]);
}

const visible = (state, point) => !state.hidden.has(point.facet || 0);

function nearest(state, points, x, y) {
  let [best, least] = [-1, 18 ** 2];
  state.places.forEach(([px, py], index) => {
    const distance = (px - x) ** 2 + (py - y) ** 2;
    if (distance < least && visible(state, points[index])) [best, least] = [index, distance];
  });
  return best;
}

// The nearest point in a direction; the middle one to begin with.
function onwards(state, points, [dx, dy]) {
  const from = state.places[state.at];
  let [best, least] = [state.at, Infinity];
  const [cx, cy] = from || [0, 1].map((axis) => state.places.reduce((sum, place) => sum + place[axis], 0) / points.length);
  state.places.forEach(([x, y], index) => {
    const [along, across] = [(x - cx) * dx + (y - cy) * dy, Math.abs((x - cx) * dy) + Math.abs((y - cy) * dx)];
    const cost = from ? along + 2 * across : (x - cx) ** 2 + (y - cy) ** 2;
    if ((from ? along > 0.5 : true) && cost < least && index !== state.at && visible(state, points[index])) [best, least] = [index, cost];
  });
  return best;
}

function inWords(facets, points, told) {
  const some = (facet) => points.filter((point) => (point.facet || 0) === facet).slice(0, 12);
  return h("details", {}, h("summary", { text: "some of the points as a list" }), facets.map((facet) => [
    facet > 0 && h("h2", { text: `${told.coloured_by} ${facet}` }),
    h("ul", { class: "chips" }, some(facet).map((point) => h("li", {}, h("a", { href: linkTo(point), text: called(point) })))),
  ]).flat());
}
