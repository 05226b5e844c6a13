/**
 * An element with its properties and children. Children that are text are never parsed as HTML.
 * Keys that are pressed in what can have the focus are its own: JupyterLab's shortcuts leave them alone.
 * @param {string} tag
 * @param {Record<string, any>} props attributes; `on...` are listeners; `false` and `null` leave an attribute out
 * @param {...(Node | string | number | null | false)} children
 */
const h = (tag, props = {}, ...children) => {
  const el = document.createElement(tag);
  if (tag === "button" || tag === "input" || "tabindex" in props) el.dataset.lmSuppressShortcuts = "true";
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.filter((child) => child !== null && child !== false).map((c) => (c instanceof Node ? c : String(c))));
  return el;
};

/** The model behind a reference that a trait holds. */
const linked = (model, name) => {
  const find = (ref) => model.widget_manager.get_model(ref.slice("IPY_MODEL_".length));
  const refs = model.get(name);
  return Array.isArray(refs) ? Promise.all(refs.map(find)) : find(refs);
};

/** Calls `act` now and whenever one of the traits changes; the returned function stops that. */
const follow = (model, names, act) => {
  const events = names.map((name) => `change:${name}`).join(" ");
  model.on(events, act);
  act();
  return () => model.off(events, act);
};

const count = (n) => n.toLocaleString("en-US");
const plural = (n, noun) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

