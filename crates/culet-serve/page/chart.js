// A line chart of few series. The numbers stand in a table beside it, so the drawing is for the eye alone.

import { h, shape, number } from "./dom.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [460, 220, 58, 12, 14, 30];

// Series are a name and points `[x, y]`; `best` marks an x.
export function chart(title, series, best) {
  const drawn = series.filter(([, points]) => points.length);
  const all = drawn.flatMap(([, points]) => points);
  const [x, xs] = axis(all.map((point) => point[0]), LEFT, WIDTH - RIGHT, true);
  const [y, ys] = axis(all.map((point) => point[1]), HEIGHT - BOTTOM, TOP, false);
  const parts = [
    ys.map((value) => [
      shape("line", { class: "rule", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }),
      shape("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end", text: number(value) }),
    ]),
    xs.map((value) => shape("text", { x: x(value), y: HEIGHT - 8, "text-anchor": "middle", text: number(value) })),
    drawn.map(([, points], index) => [
      shape("polyline", { class: `curve curve-${index + 1}`, points: points.map((point) => `${x(point[0]).toFixed(1)},${y(point[1]).toFixed(1)}`).join(" ") }),
      points.length < 40 && points.map((point) => shape("circle", { class: `curve-${index + 1}`, cx: x(point[0]), cy: y(point[1]), r: 3 })),
    ]),
    mark(drawn, best, x, y),
  ].flat(4).filter(Boolean);
  return h("figure", { class: "chart" },
    h("figcaption", {}, title, best !== undefined && h("span", { class: "quiet", text: `kept: epoch ${best}` }), drawn.length > 1 && h("span", { class: "legend" }, drawn.map(([name], index) =>
      h("span", { class: `key key-${index + 1}`, text: name })))),
    shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}; the table below tells the numbers` }, parts));
}

function mark(drawn, best, x, y) {
  const point = best !== undefined && drawn[0]?.[1].find(([at]) => at === best);
  if (!point) return null;
  return shape("circle", { class: "best", cx: x(point[0]), cy: y(point[1]), r: 6 });
}

// From values to places, and about four round values to write beside the axis.
function axis(values, from, to, whole) {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) [low, high] = [low - (whole ? 1 : Math.abs(low) * 0.1 || 1), high + (whole ? 1 : Math.abs(high) * 0.1 || 1)];
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = whole && rough < 1 ? 1 : [1, 2, 2.5, 5, 10].map((times) => times * power).find((size) => size >= rough && (!whole || size % 1 === 0)) || 10 * power;
  const ticks = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-6; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return [(value) => from + ((value - low) / (high - low)) * (to - from), ticks];
}
