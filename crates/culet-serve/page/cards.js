// Recommendations as cards: rank, name, score, the reason in words, and what somebody made of it.

import { h, bar, called, idBeside, inCode, number } from "./dom.js";
import { post } from "./api.js";
import { problem } from "./problem.js";

// `told`: `why(item)` for the address of the explanation, `user` whose feedback is kept, `more(item)` for
// further buttons.
export function cards(items, told) {
  const scores = items.map((item) => item.score);
  const [low, high] = [Math.min(0, ...scores), Math.max(...scores)];
  return h("ol", { class: "cards" }, items.map((item) => card(item, (item.score - low) / (high - low || 1), told)));
}

function card(item, share, told) {
  const why = told.why?.(item);
  const name = why ? h("a", { href: why, text: called(item) }) : called(item);
  return h("li", { class: "card" },
    h("span", { class: "rank" }, h("span", { class: "unseen", text: "rank " }), item.rank),
    h("div", { class: "what" },
      h("h3", {}, name), idBeside(item),
      h("p", { class: "score" }, bar(share), h("span", {}, h("span", { class: "unseen", text: "score " }), number(item.score))),
      item.reason?.text && h("p", { class: "reason" }, inCode(item.reason.text))),
    h("div", { class: "acts" },
      why && h("a", { class: "why", href: why, "aria-label": `why ${called(item)}`, text: "why?" }),
      told.more?.(item), told.user && feedback(item, told)));
}

function feedback(item, told) {
  const said = h("p", { class: "said", role: "status" });
  const buttons = [["take", "took it"], ["dismiss", "not for me"]].map(([kind, text]) => h("button", {
    type: "button", "aria-pressed": "false", "aria-label": `${text}: ${called(item)}`, text,
    on: { click: (event) => store(kind, event.currentTarget) },
  }));
  const store = async (kind, pressed) => {
    buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
    said.textContent = "storing …";
    try {
      const answer = await post(["feedback"], {}, { user: told.user, item: item.id, kind });
      buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === pressed)));
      said.textContent = `stored as event ${answer.first}`;
    } catch (error) {
      said.replaceChildren(problem(error, () => store(kind, pressed)));
    }
    buttons.forEach((button) => button.removeAttribute("aria-disabled"));
  };
  return [...buttons, said];
}
