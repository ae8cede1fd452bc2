"use strict";
// Shows openapi.json: each address with its parameters and a form to try it out.

const TOKEN = "culet-token";

function element(tag, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children);
  return made;
}

function headers() {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

function resolve(schema, description) {
  const name = schema && schema.$ref && schema.$ref.split("/").pop();
  return name ? description.components.schemas[name] : schema || {};
}

/** What a value may be, in a few words. */
function constraint(schema, description) {
  const found = resolve(schema, description);
  const words = [];
  if (found.enum) words.push(found.enum.join(" | "));
  else if (found.type) words.push([found.type].flat().filter((type) => type !== "null").join(" or "));
  if (found.minimum !== undefined && found.maximum !== undefined) words.push(`${found.minimum} to ${found.maximum}`);
  if (found.items) words.push(`of ${constraint(found.items, description)}`);
  return words.join(" ");
}

/** A body to begin with. */
function example(schema, description) {
  const found = resolve(schema, description);
  if (found.example !== undefined) return found.example;
  if (found.default !== undefined) return found.default;
  if (found.oneOf) return example(found.oneOf[0], description);
  if (found.properties) {
    const needed = found.required || [];
    return Object.fromEntries(needed.map((name) => [name, example(found.properties[name], description)]));
  }
  if (found.type === "array") return [example(found.items, description)];
  return found.type === "string" ? "..." : found.type === "boolean" ? false : 1;
}

function field(parameter, description) {
  const mark = parameter.required ? " (needed)" : "";
  const about = `${constraint(parameter.schema, description)}${mark}. ${parameter.description || ""}`;
  const input = element("input", { name: parameter.name });
  input.dataset.in = parameter.in;
  return element("label", {}, element("code", { textContent: parameter.name }), " ",
    element("span", { className: "about", textContent: about }), input);
}

function addressOf(path, form) {
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("input")) {
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.value !== "") query.append(input.name, input.value);
  }
  // Relative, so that a proxy may put the service below an address of its own.
  path = path.slice(1);
  return query.size ? `${path}?${query}` : path;
}

async function ask(method, path, form, output) {
  const address = addressOf(path, form);
  const body = form.querySelector("textarea");
  const options = { method: method.toUpperCase(), headers: headers() };
  if (body) {
    options.body = body.value;
    options.headers["Content-Type"] = "application/json";
  }
  output.textContent = "...";
  try {
    const answer = await fetch(address, options);
    const text = await answer.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* text it is */ }
    output.textContent = `${options.method} ${address}\n${answer.status} ${answer.statusText}\n\n${shown}`;
  } catch (error) {
    output.textContent = String(error);
  }
}

function operation(method, path, told, description) {
  const form = element("form");
  form.append(...(told.parameters || []).map((parameter) => field(parameter, description)));
  const body = told.requestBody && told.requestBody.content["application/json"];
  if (body) form.append(element("textarea", { value: JSON.stringify(example(body.schema, description), null, 2) }));
  const output = element("pre", { hidden: true });
  form.append(element("button", { textContent: "ask" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    output.hidden = false;
    ask(method, path, form, output);
  });
  const answers = Object.entries(told.responses || {}).map(([status, answer]) =>
    element("li", {}, element("code", { textContent: status }), ` ${answer.description || ""}`));
  const head = element("summary", {}, element("code", { className: "method", textContent: method.toUpperCase() }),
    element("code", { textContent: path }), ` ${told.summary || ""}`);
  return element("details", {}, head, element("p", { textContent: told.description || "" }), form, output,
    element("details", {}, element("summary", { textContent: "answers" }), element("ul", {}, ...answers)));
}

function show(description) {
  const groups = new Map();
  for (const [path, operations] of Object.entries(description.paths)) {
    for (const [method, told] of Object.entries(operations)) {
      const tag = (told.tags || ["other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation(method, path, told, description));
    }
  }
  const shown = [...groups].flatMap(([tag, operations]) => [element("h2", { textContent: tag }), ...operations]);
  document.getElementById("addresses").replaceChildren(...shown);
}

async function start() {
  const place = document.getElementById("addresses");
  const answer = await fetch("openapi.json", { headers: headers() });
  if (answer.ok) show(await answer.json());
  else place.replaceChildren(element("p", { textContent: `the service answers ${answer.status}; does it ask for a token?` }));
}

document.getElementById("access").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, new FormData(event.target).get("token"));
  start();
});
start();
