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

/** Calls `act` now, and once for each message that changes some of the traits; the returned function stops that. */
const follow = (model, names, act) => {
  const events = names.map((name) => `change:${name}`).join(" ");
  let changed = false;
  const mark = () => { changed = true; };
  const settle = () => { if (changed) { changed = false; act(); } };   // comes when all traits of the message are set
  model.on(events, mark);
  model.on("change", settle);
  act();
  return () => { model.off(events, mark); model.off("change", settle); };
};

/** Calls `act` once before the next picture, however often it is asked to; `now` does at once what was asked for. @param {() => void} act */
const soon = (act) => {
  let asked = 0;
  const ask = () => { asked ||= requestAnimationFrame(() => { asked = 0; act(); }); };
  ask.stop = () => { cancelAnimationFrame(asked); asked = 0; };
  ask.now = () => { if (asked) { ask.stop(); act(); } };
  return ask;
};

/**
 * Calls `act`, but while something in `el` is pressed only when it is let go: what is put in its place would not hear the click.
 * Its `soon` does so before the next picture. @param {HTMLElement} el @param {() => void} act
 */
const calmly = (el, act) => {
  let pressed = false, late = false;
  const ask = () => { late = pressed; if (!pressed) act(); };
  const press = (e) => { if (e.type === "pointerdown" || e.key === " ") pressed = true; };
  const letGo = (e) => {   // a list that opened over the page keeps the release to itself, but not the next move
    if (!pressed || e.buttons) return;
    pressed = false;
    if (late) ask.soon();   // after the click
  };
  const ends = ["pointerup", "pointercancel", "pointermove", "keyup"];
  for (const kind of ["pointerdown", "keydown"]) el.addEventListener(kind, press, true);
  for (const kind of ends) addEventListener(kind, letGo, true);
  ask.soon = soon(ask);
  ask.stop = () => { ask.soon.stop(); for (const kind of ends) removeEventListener(kind, letGo, true); };
  return ask;
};

/** The numbers behind the bytes of a trait. @param {Int32ArrayConstructor | Float64ArrayConstructor | Uint8ArrayConstructor} kind */
const decoded = (kind, view) => new kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

const PATIENCE = 600;   // ms until it is told that the kernel does not answer

/**
 * Sends a message of a control to the kernel. The header tells who waits if there is no answer soon: see header.js.
 * @param {HTMLElement} el where the control stands
 * @param {() => void} then called when it was answered, or cannot be
 */
const send = (model, el, content, then = () => {}) => {
  const asked = Math.random().toString(36).slice(2);
  const tell = (said) => el.dispatchEvent(new CustomEvent("rs-asked", { bubbles: true, detail: { asked, said } }));
  const waiting = setTimeout(() => tell("waiting"), PATIENCE);
  const hear = (message) => {
    if (message.heard !== asked) return;
    clearTimeout(waiting);
    model.off("msg:custom", hear);
    tell("answered");
    then();
  };
  model.on("msg:custom", hear);
  try {
    model.send({ ...content, asked });
  } catch {   // there is no way any more to the kernel that the control came from
    clearTimeout(waiting);
    tell("lost");
    then();
  }
};

const count = (n) => n.toLocaleString("en-US");
const plural = (n, noun) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

