// Elements and numbers. Text goes in as text only: nothing here, and nothing that uses it, parses HTML.

const SVG = "http://www.w3.org/2000/svg";

// An element with attributes and children. `on` holds listeners, `style` custom properties and widths (set through
// the object model, which the content policy allows), `text` the text. Attributes that are null or false are left out.
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// The same for a shape.
export function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "style") for (const [key, of] of Object.entries(value)) element.style.setProperty(key, of);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// What a node is called: its name, or its id.
export const called = (node) => node.name || node.id;

// The id, where it tells more than the name.
export const idBeside = (node) =>
  node.name && node.name !== node.id ? h("span", { class: "id", text: node.id }) : null;

// `directed_by` in words.
export const inWords = (relation) => String(relation).replaceAll("_", " ");

export const count = (n) => Number(n).toLocaleString("en");

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

export function percent(share) {
  const hundred = share * 100;
  const small = Math.abs(hundred) < 1 && Math.abs(hundred) >= 0.05;
  return `${small ? hundred.toFixed(1) : Math.round(hundred)}\u00a0%`;
}

// Four digits that tell something, and a true minus.
export function number(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return count(value).replace("-", "−");
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4 ? value.toExponential(2)
    : value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 3 : 4);
  return text.replace("-", "−");
}

export const signed = (value) => (value > 0 ? `+${number(value)}` : number(value));

// Tells those who do not see the screen.
export function say(text) {
  document.getElementById("said").textContent = text;
}

// Text of the server: what stands in backticks as code, and no line that begins with a lone `%`.
export function inCode(text) {
  return text.replaceAll(/(\d) %/g, "$1\u00a0%").split("`").map((part, index) => (index % 2 ? h("code", { text: part }) : part));
}

// A select with a label before it.
export function choice(label, options, chosen, changed) {
  const select = h("select", { on: { change: () => changed(select.value) } },
    options.map(([value, text]) => h("option", { value, text, selected: String(value) === String(chosen) })));
  return h("label", { class: "choice" }, h("span", { text: label }), select);
}

// A part of a whole as a bar, beside a number that says the same.
export function bar(share, className = "") {
  const within = Math.min(1, Math.max(0, share));
  return h("span", { class: `meter ${className}`, "aria-hidden": "true" },
    h("span", { style: { width: `${within * 100}%` } }));
}
