const NARROWEST = 40, WIDEST = 200, STIR = 5;   // px; how far the mouse moves before it drags
const NUMBER = "0.0001234", SPREAD = 58, BESIDE = 58;   // px beside a number

/** Pixels for a heading and the longest of these texts. @param {string} name @param {string[]} texts */
const widthFor = (name, texts) => Math.round(Math.min(WIDEST, Math.max(22 + 7.8 * name.length, 20 + 7.7 * Math.max(0, ...texts.slice(0, 500).map((text) => text.length)))));

/** How wide columns are: as their cells need when they come, never less later, or as they were dragged. */
const widthsOf = () => {
  const needed = new Map(), dragged = new Map();
  return {
    of: (name, texts, beside = 0) => {
      const least = Math.max(needed.get(name) ?? 0, widthFor(name, texts));
      needed.set(name, least);
      return dragged.get(name) ?? least + beside;
    },
    drag: (name, px) => { if (px === null) dragged.delete(name); else dragged.set(name, Math.max(NARROWEST, Math.round(px))); },
  };
};

/**
 * The headings: to sort by, to drag and to move by keyboard, to take away, and to make wider.
 * @param {{ sort: () => [string, boolean][], sortBy: (sort: any[]) => void, shown: () => string[], arrange: (names: string[]) => void,
 *   resize: (name: string, px: number | null) => void, down: () => void, menu: HTMLElement }} table
 */
const headingsIn = (head, said, table) => {
  const sorted = (name) => table.sort().findIndex(([column]) => column === name);
  const sort = (name, more) => {
    const now = table.sort(), old = now[sorted(name)], rest = more ? now.filter(([column]) => column !== name) : [];
    table.sortBy([...rest, ...(!old ? [[name, false]] : old[1] ? [] : [[name, true]])]);
  };
  const move = (name, to) => {
    const names = table.shown(), next = names.filter((other) => other !== name), place = Math.max(0, Math.min(names.length - 1, to));
    if (names.indexOf(name) === place) return;
    next.splice(place, 0, name);
    table.arrange(next);
    said.textContent = `${name} is column ${place + 1} of ${names.length}`;
  };
  const buttons = () => [...head.querySelectorAll("[data-column]")];
  const key = (e, name) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key], movable = table.shown().includes(name);
    if (by && (e.ctrlKey || e.altKey || e.metaKey)) { if (movable) move(name, table.shown().indexOf(name) + by); }
    else if (by && e.shiftKey && movable) table.resize(name, e.target.closest(".rs-th").offsetWidth + 16 * by);
    else if (by) { const all = buttons(); all[all.indexOf(e.target) + by]?.focus(); }
    else if (e.key === "ArrowDown") table.down();
    else if ((e.key === "Delete" || e.key === "Backspace") && movable) {
      const all = buttons(), next = all[all.indexOf(e.target) + 1] ?? all[all.indexOf(e.target) - 1];
      next?.focus();
      table.arrange(table.shown().filter((other) => other !== name));
      said.textContent = `${name} is hidden`;
    } else return;
    e.preventDefault();
  };
  /** Follows the mouse until it is let go. */
  const drag = (e, moved, done) => {
    const stop = new AbortController(), from = e.clientX;
    addEventListener("pointermove", (now) => moved(now.clientX - from, now.clientX), { signal: stop.signal });
    for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => { stop.abort(); done(kind === "pointerup"); }, { signal: stop.signal });
  };
  let dragging = false;
  const press = (e, name) => {
    dragging = false;
    if (e.button || !table.shown().includes(name)) return;
    let place = null;
    const clear = () => head.querySelectorAll(".rs-before, .rs-after").forEach((el) => el.classList.remove("rs-before", "rs-after"));
    drag(e, (by, x) => {
      dragging ||= Math.abs(by) > STIR;
      if (!dragging) return;
      const others = [...head.querySelectorAll(".rs-movable")], names = table.shown(), from = names.indexOf(name);
      const before = others.findIndex((el) => { const box = el.getBoundingClientRect(); return x < box.x + box.width / 2; });
      const gap = before < 0 ? others.length : before;
      place = gap > from ? gap - 1 : gap;
      clear();
      if (place !== from) (others[gap] ?? others.at(-1)).classList.add(gap < others.length ? "rs-before" : "rs-after");
    }, (let_go) => { clear(); if (let_go && place !== null) move(name, place); });
  };
  const edge = (name) => h("span", { class: "rs-edge", "aria-hidden": "true", ondblclick: () => table.resize(name, null), onpointerdown: (e) => {
    e.preventDefault();
    const wide = e.target.parentElement.offsetWidth;
    drag(e, (by) => table.resize(name, wide + by), () => {});
  } });
  const heading = (name, numeric, movable) => {
    const i = sorted(name), down = i >= 0 && table.sort()[i][1], many = table.sort().length > 1 && i >= 0;
    return h("div", { class: `rs-th${numeric ? " rs-num" : ""}${movable ? " rs-movable" : ""}`, role: "columnheader", "aria-sort": i < 0 ? "none" : down ? "descending" : "ascending" },
      h("button", { "data-column": name, title: movable ? `${name}: click to sort, with Shift by several; drag to move, with the keyboard Ctrl and arrows` : name,
        "aria-keyshortcuts": movable ? "Control+ArrowLeft Control+ArrowRight Shift+ArrowLeft Shift+ArrowRight Delete" : null,
        onclick: (e) => { if (!dragging) sort(name, e.shiftKey); dragging = false; }, onkeydown: (e) => key(e, name), onpointerdown: (e) => press(e, name) },
      h("bdi", {}, name, i < 0 ? "" : `${down ? " ↓" : " ↑"}${many ? i + 1 : ""}`)), movable && edge(name));
  };
  let drawn = "";
  /** Draws them where something in them changed: one that is pressed must hear its click. */
  return (columns, folded) => {
    const now = JSON.stringify([columns.map(({ name, kind }) => [name, kind]), folded, table.sort()]);
    if (now === drawn) return;
    drawn = now;
    const held = head.contains(document.activeElement) ? document.activeElement.dataset.column : undefined;
    head.replaceChildren(h("div", { class: "rs-th", role: "columnheader", "aria-label": "colour" }), heading("title", false, false),
      h("div", { class: "rs-th rs-num rs-n", role: "columnheader", "aria-label": "number of repeats" }, folded ? "n" : ""),
      ...columns.map((column) => heading(column.name, column.kind !== "text", true)), table.menu);
    if (held !== undefined) head.querySelector(`[data-column="${CSS.escape(held)}"]`)?.focus();
  };
};
