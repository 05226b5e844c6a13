/**
 * A line that adds a column: what an observation was at a step.
 * @param {{ observed: () => string[], add: (name: string) => void }} table
 */
const atStep = ({ observed, add }) => {
  const step = h("input", { type: "number", min: "0", step: "1", required: true, class: "rs-end", placeholder: "step", "aria-label": "step of a column" });
  const which = h("select", { "aria-label": "observation at that step", "data-lm-suppress-shortcuts": "true" });
  const line = h("form", { class: "rs-at-step rs-soft", title: "The value at a step: the last one at or before it, of curves that get there",
    onsubmit: (e) => { e.preventDefault(); add(`at.${Number(step.value)}.${which.value}`); step.select(); } },
  "at", step, "of", h("label", { class: "rs-pick" }, which), h("button", { type: "submit", class: "rs-pill" }, "add"));
  const draw = () => {
    const names = observed(), chosen = which.value;
    line.hidden = !names.length;
    which.replaceChildren(...names.map((name) => h("option", { value: name, selected: name === chosen }, name)));
  };
  return { line, draw };
};
