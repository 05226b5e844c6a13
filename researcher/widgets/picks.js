/** A labelled dropdown of names. @param {string} label @param {[string, string[]][]} groups @param {(name: string) => void} act */
const picker = (label, groups, chosen, act, empty = null) => {
  const option = (name) => h("option", { value: name, selected: name === chosen }, name);
  const select = h("select", { "aria-label": label, "data-held": label, "data-lm-suppress-shortcuts": "true", onchange: (e) => act(e.target.value) },
    empty !== null && h("option", { value: "", selected: !chosen }, empty),
    ...groups.map(([kind, names]) => h("optgroup", { label: kind }, ...names.map(option))));
  return h("label", { class: "rs-pill rs-pick" }, empty === null && h("span", {}, label), select);
};

/** A button that is on or off. */
const toggle = (label, on, act) => h("button", { class: `rs-pill${on ? " rs-on" : ""}`, "aria-pressed": String(on), "data-held": label,
  onclick: () => act(!on) }, label);

/** Puts these in place of what was in `el`; what had the focus there has it again. */
const refilled = (el, ...children) => {
  const held = el.contains(document.activeElement) ? document.activeElement.dataset.held : undefined;
  el.replaceChildren(...children.filter(Boolean));
  if (held !== undefined) [...el.querySelectorAll("[data-held]")].find((other) => other.dataset.held === held)?.focus();
};

/** Makes what is in `el` only where `state` is another than before: what is pressed or open must not be replaced. */
const made = new WeakMap();
const anew = (el, state, make) => {
  const now = JSON.stringify(state);
  if (made.get(el) === now) return;
  made.set(el, now);
  refilled(el, ...make());
};

/** The columns of a plot as axes, by name. */
const axesOf = (model) => Object.fromEntries(Object.entries(model.get("columns")).map(([name, column]) => [name,
  { ...column, name, values: decoded(Float64Array, column.values), lanes: decoded(Uint8Array, column.lanes), log: model.get("logs")[name] === true }]));
const hasLog = (axis) => axis?.kind === "number" && axis.values.some((value) => value > 0);

/** The rows of a plot: whose they are, which are visible, and which are selected. */
const rowsOf = (model) => {
  const numbers = decoded(Int32Array, model.get("numbers")), visible = decoded(Int32Array, model.get("rows"));
  const places = new Map(Array.from(numbers, (number, row) => [number, row])), seen = new Uint8Array(numbers.length);
  for (const row of visible) seen[row] = 1;
  return { numbers, visible, seen, all: numbers.map((_, row) => row), titles: model.get("titles"), rowOf: (number) => places.get(number) ?? -1 };
};

/** What is selected after a click on an experiment: it or nothing, with `more` one more or one less. */
const clicked = (selected, number, more) => (more
  ? (selected.includes(number) ? selected.filter((other) => other !== number) : [...selected, number])
  : selected.length === 1 && selected[0] === number ? [] : [number]);

/** The row after `now` in the order of a key, or before it; the first one if there is none now. */
const neighbour = (rows, keyOf, now, forward) => {
  const after = (a, b) => (forward ? keyOf(a) - keyOf(b) || a - b : keyOf(b) - keyOf(a) || b - a);
  let best = -1;
  for (const row of rows) if ((now < 0 || after(row, now) > 0) && (best < 0 || after(best, row) > 0)) best = row;
  return best < 0 ? now : best;
};

/** A few lines of text beside a place in `stage`. @param {[string, string][]} facts names and values */
const showTip = (tip, stage, title, facts, x, y) => {
  tip.replaceChildren(h("b", {}, title), ...facts.map(([name, value]) => h("div", {}, h("span", { class: "rs-soft" }, `${name} `), value)));
  tip.style.display = "block";
  const left = x > stage.clientWidth / 2, top = Math.max(2, Math.min(y - 10, stage.clientHeight - tip.offsetHeight - 2));
  Object.assign(tip.style, { left: left ? "" : `${x + 12}px`, right: left ? `${stage.clientWidth - x + 12}px` : "", top: `${top}px` });
};
