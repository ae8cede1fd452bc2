// What is most like an item or an entity of a catalogue.

import { h, called, choice, idBeside } from "./dom.js";
import { get } from "./api.js";
import { load } from "./problem.js";
import { linkTo, note } from "./route.js";
import { ranking } from "./ranking.js";

export function similar({ model, parameters, signal }) {
  const [id, kind] = [parameters.get("id") || "", parameters.get("kind") || "item"];
  const who = h("span", { text: id });
  const list = h("div", { class: "list" });
  const show = (k) => load(list, signal, async () => {
    const told = await get(["similar", id], { model: model.name, k, kind }, signal);
    who.replaceChildren(called(told.node), " ", idBeside(told.node) || "");
    const rows = told.similar.map((node) => ({ node, href: linkTo({ kind, ...node }), score: node.score }));
    return ranking(rows, told.score);
  });
  const k = parameters.get("k") || "10";
  show(k);
  const lengths = choice("show", [5, 10, 20, 50].map((n) => [n, n]), k, (chosen) => {
    note("k", chosen);
    show(chosen);
  });
  return { heading: ["Like ", who], below: [h("div", { class: "settings" }, lengths), list] };
}
