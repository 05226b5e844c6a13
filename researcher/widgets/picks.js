/** A labelled dropdown of names. @param {string} label @param {[string, string[]][]} groups @param {(name: string) => void} act */
const picker = (label, groups, chosen, act, empty = null) => {
  const option = (name) => h("option", { value: name, selected: name === chosen }, name);
  const select = h("select", { "aria-label": label, "data-held": label, "data-lm-suppress-shortcuts": "true", onchange: (e) => act(e.target.value) },
    empty !== null ? h("option", { value: "", selected: !chosen }, empty)
      : !groups.some(([, names]) => names.includes(chosen)) && h("option", { value: "", selected: true, disabled: true }, "–"),
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
