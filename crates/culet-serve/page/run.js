// How the model came about: metrics, the course of training, settings.

import { h, choice, inWords, number, plural } from "./dom.js";
import { get } from "./api.js";
import { load } from "./problem.js";
import { chart } from "./chart.js";

export function run({ model, signal }) {
  const place = h("div", { class: "run-of" });
  load(place, signal, async () => report(await get(["models", model.name], {}, signal)));
  return { heading: "The run", below: [place] };
}

function report(told) {
  return [
    h("p", { class: "lead", text: `${told.name}: ${told.title || told.model} on ${told.data}, version ${told.version}` }),
    h("section", {}, h("h2", { text: "Metrics" }), metrics(told.metrics || {})),
    h("section", {}, h("h2", { text: "Training" }), training(told.history || [])),
    told.faithfulness && h("section", {}, h("h2", { text: "Faithfulness of the reasons" }), values(told.faithfulness)),
    h("section", {}, h("h2", { text: "Settings" }), values(told.config || {})),
    ...["protocol", "selection", "seconds"].filter((name) => told[name] && Object.keys(told[name]).length)
      .map((name) => h("section", {}, h("h2", { text: TITLES[name] }), values(told[name]))),
  ];
}

const TITLES = { protocol: "Protocol", selection: "Selection", seconds: "Seconds" };
const PARTS = { test: "test part", valid: "validation part" };

// Metrics at several lengths of list as a table each part; others in one table.
function metrics(told) {
  const parts = ["test", "valid"].filter((part) => Object.keys(told[part] || {}).length);
  if (!parts.length) return h("p", { class: "quiet", text: "none were measured" });
  return h("div", { class: "halves" }, parts.map((part) => {
    const all = Object.entries(told[part]).map(([key, value]) => [...key.split("@"), value]);
    const plain = all.filter((one) => one.length === 2);
    const at = all.filter((one) => one.length === 3);
    return h("div", {}, plain.length > 0 && table(PARTS[part], ["metric", "value"], plain.map(([name, value]) => [inWords(name), value]), "narrow"),
      at.length > 0 && atLengths(PARTS[part], at));
  }));
}

function atLengths(title, metrics) {
  const lengths = [...new Set(metrics.map(([, k]) => Number(k)))].sort((a, b) => a - b);
  const names = [...new Set(metrics.map(([name]) => name))];
  const first = ["recall", "ndcg", "precision"].filter((name) => names.includes(name));
  const ordered = [...first, ...names.filter((name) => !first.includes(name))];
  const value = (name, k) => metrics.find((one) => one[0] === name && Number(one[1]) === k)?.[2];
  return table(title, ["metric", ...lengths.map((k) => `@${k}`)], ordered.map((name) => [inWords(name), ...lengths.map((k) => value(name, k)?.toFixed(4))]), "figures");
}

function table(title, head, rows, className) {
  const cell = (value) => h("td", { text: value === undefined || value === null ? "" : typeof value === "number" ? number(value) : value });
  return h("div", { class: "scrolled", tabindex: "0", role: "region", "aria-label": title }, h("table", { class: className },
    h("caption", { text: title }), h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col", text })))),
    h("tbody", {}, rows.map(([name, ...cells]) => h("tr", {}, h("th", { scope: "row", text: name }), cells.map(cell))))));
}

// The loss and a metric of the validation part, by epoch.
function training(history) {
  const epochs = history.filter((event) => typeof event.epoch === "number" && typeof event.loss === "number");
  if (!epochs.length) return h("p", { class: "quiet", text: "this model is solved for, or its course was not kept" });
  const series = (events, value) => events.map((event) => [event.epoch, value(event)]).filter(([, one]) => typeof one === "number");
  const phases = [...new Set(epochs.map((event) => event.phase || "train"))];
  const loss = chart("loss by epoch", phases.map((phase) =>
    [phase === "train" ? "training" : phase, series(epochs.filter((event) => (event.phase || "train") === phase), (event) => event.loss)]));
  const judged = epochs.filter((event) => event.valid);
  const best = judged.filter((event) => event.best).at(-1)?.epoch;
  const names = judged.length ? Object.keys(judged[0].valid) : [];
  const chosen = ["recall@20", "auc"].find((name) => names.includes(name)) || names[0];
  const place = h("div", {});
  const show = (name) => place.replaceChildren(chart(`${inWords(name)} of the validation part`,
    [[inWords(name), series(judged, (event) => event.valid[name])]], best));
  if (chosen) show(chosen);
  return [
    h("div", { class: "halves" }, h("div", {}, loss),
      chosen && h("div", {}, place, names.length > 1 && choice("metric", names.map((name) => [name, inWords(name)]), chosen, show))),
    asTable(epochs, chosen),
  ];
}

function asTable(epochs, metric) {
  const rows = epochs.map((event) => [String(event.epoch), event.phase, event.loss, event.valid?.[metric], event.best ? "best so far" : ""]);
  return h("details", {}, h("summary", { text: `the ${plural(rows.length, "epoch")} as a table` }),
    table("epochs", ["epoch", "phase", "loss", metric ? inWords(metric) : "", ""], rows));
}

// A document of names and values, group by group.
function values(told) {
  const entries = Object.entries(told);
  const nested = entries.filter(([, value]) => value !== null && typeof value === "object" && !Array.isArray(value));
  const flat = entries.filter(([, value]) => !(value !== null && typeof value === "object" && !Array.isArray(value)));
  return [
    flat.length > 0 && h("dl", { class: "values" }, flat.map(([name, value]) => h("div", {}, h("dt", { text: inWords(name) }), h("dd", { text: plain(value) })))),
    ...nested.map(([name, value]) => [h("h3", { text: inWords(name) }), values(value)]),
  ].flat(3).filter(Boolean);
}

function plain(value) {
  if (Array.isArray(value)) return value.map(plain).join(", ") || "none";
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === null || value === "" ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);
}
