// The place in the page's address: `#/view?model=..&user=..`. All that a view shows is told by it.

export function here() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { view: path || "start", parameters: new URLSearchParams(query) };
}

let model = "";

// Links lead on within the model that is looked at.
export function stayIn(name) {
  model = name;
}

export function link(view, parameters = {}) {
  const query = new URLSearchParams();
  if (model) query.set("model", model);
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) if (one !== undefined && one !== null && one !== "") query.append(name, one);
  }
  const text = query.toString();
  return `#/${view}${text && `?${text}`}`;
}

export function go(view, parameters) {
  location.hash = link(view, parameters);
}

// Notes a setting of the view in the address, without opening the view anew.
export function note(name, value) {
  const { view, parameters } = here();
  parameters.set(name, value);
  history.replaceState(null, "", `#/${view}?${parameters}`);
}

// The view that a node opens.
export function linkTo(node) {
  if (node.kind === "node") return link("node", { id: node.id });
  if (node.kind === "user") return link("recommend", { user: node.id });
  return link("similar", { id: node.id, kind: node.kind });
}
