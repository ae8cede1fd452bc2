// Asks the server. Every failure becomes a `Problem` with title, detail and hint, which `problem.js` shows.

const TOKEN = "culet-token";

export class Problem extends Error {
  constructor({ title, status = 0, detail = "", hint = "" }) {
    super(title);
    Object.assign(this, { title, status, detail, hint });
  }
}

export const token = {
  get: () => sessionStorage.getItem(TOKEN),
  set: (value) => sessionStorage.setItem(TOKEN, value),
};

// The answer to a path of names with query parameters; those undefined are left out, lists are repeated.
export function get(path, parameters, signal) {
  return ask(address(path, parameters), { signal });
}

export function post(path, parameters, body, signal) {
  const headers = { "Content-Type": "application/json" };
  return ask(address(path, parameters), { method: "POST", headers, body: JSON.stringify(body), signal });
}

function address(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) if (one !== undefined && one !== null && one !== "") query.append(name, one);
  }
  const text = query.toString();
  return path.map(encodeURIComponent).join("/") + (text && `?${text}`);
}

async function ask(url, request) {
  const headers = { Accept: "application/json", ...request.headers };
  if (token.get()) headers.Authorization = `Bearer ${token.get()}`;
  let response;
  try {
    response = await fetch(url, { ...request, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      title: "the server does not answer",
      detail: navigator.onLine ? "The request did not reach it." : "This machine is offline.",
      hint: "see whether `culet serve` still runs, then try again",
    });
  }
  if (!response.ok) throw await problemOf(response);
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ title: "the answer is not JSON", status: response.status, detail: url });
  }
}

async function problemOf(response) {
  let told = {};
  try {
    told = await response.json();
  } catch {
    // Not from Culet, for example from a proxy: the status is all there is.
  }
  return new Problem({ title: `the server answered ${response.status}`, ...told, status: response.status });
}
