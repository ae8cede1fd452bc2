// What is shown while something is on its way, and where it failed.

import { h, inCode } from "./dom.js";
import { token } from "./api.js";

// Fills a place with what `work` makes: a note while it is under way, the problem if it fails. Work that was
// abandoned because another view opened leaves the place alone.
export async function load(place, signal, work) {
  place.setAttribute("aria-busy", "true");
  if (!place.hasChildNodes()) place.append(h("p", { class: "waiting", text: "one moment …" }));
  try {
    const made = await work();
    if (!signal.aborted) place.replaceChildren(...[made].flat().filter(Boolean));
  } catch (error) {
    if (error.name === "AbortError" || signal.aborted) return;
    place.replaceChildren(problem(error, () => load(place, signal, work)));
  }
  place.removeAttribute("aria-busy");
}

// A failure in words, with the way out.
export function problem(error, again) {
  const asks = error.status === 401;
  const lines = [
    h("p", { class: "title", }, inCode(asks ? "this server asks for a token" : error.title || error.message)),
    !asks && error.detail && error.detail !== error.title && h("p", {}, inCode(error.detail)),
    error.hint && h("p", { class: "hint" }, h("b", { text: "hint: " }), inCode(error.hint)),
    asks && tokenForm(),
    !asks && again && h("button", { type: "button", text: "try again", on: { click: again } }),
  ];
  // A fault of this page, not an answer: its place in the code belongs into the browser's log.
  if (error.status === undefined) console.error(error);
  return h("div", { class: "problem", role: "alert" }, lines);
}

function tokenForm() {
  const field = h("input", { type: "password", id: "token", autocomplete: "off", required: true });
  const keep = (event) => {
    event.preventDefault();
    token.set(field.value.trim());
    window.dispatchEvent(new Event("culet-token"));
  };
  return h("form", { class: "row", on: { submit: keep } },
    h("label", { for: "token", text: "token" }), field,
    h("button", { class: "main", text: "use it" }),
    h("p", { class: "quiet", text: token.get()
      ? "The token of before was not accepted."
      : "It is kept until this tab is closed, and sent to this server alone." }));
}
