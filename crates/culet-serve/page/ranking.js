// Nodes in order, each with its score as a bar.

import { h, bar, called, idBeside, number } from "./dom.js";

// Rows of `node`, its `href`, its `score`, and `beside` for a further link.
export function ranking(rows, score) {
  if (!rows.length) return h("p", { class: "quiet", text: "none" });
  const high = Math.max(...rows.map((row) => row.score), 1e-12);
  const low = Math.min(0, ...rows.map((row) => row.score));
  return [
    h("ol", { class: "ranking" }, rows.map((row) => h("li", {},
      h("span", { class: "name" }, h("a", { href: row.href, text: called(row.node) }), " ", idBeside(row.node)),
      bar((row.score - low) / (high - low || 1)), h("span", { class: "figure", text: number(row.score) }), row.beside))),
    score && h("p", { class: "quiet", text: `score: ${score}` }),
  ];
}
