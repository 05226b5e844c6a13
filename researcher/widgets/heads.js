/**
 * The titles over the axes: to drag and to move them by keyboard, to make them logarithmic, and to take them away.
 * @param {any[]} placed the axes
 * @param {Record<string, any>} kept
 * @param {{ order: () => string[], axis: (name: string) => any, arrange: (names: string[], done: boolean) => void, log: (name: string, on: boolean) => void,
 *   keep: (axis: any, kept: any) => void, nudge: (axis: any, key: string, lower: boolean) => void }} verbs
 */
const headsOf = (placed, kept, verbs) => {
  const { order, arrange } = verbs;   // the order as it is now: keys may be quicker than the picture
  const without = (name, names = order()) => names.filter((other) => other !== name);
  const moved = (name, to, names = order()) => { const next = without(name, names); next.splice(to, 0, name); return next; };

  /** Dragging a title: the axes change places in the page at once, in the kernel when it is let go. */
  const press = (e, name) => {
    if (e.button) return;
    const stop = new AbortController(), names = order(), first = names.indexOf(name), { gap } = verbs.axis(name);
    let place = first, dragged = false;
    addEventListener("pointermove", (now) => {
      dragged ||= Math.abs(now.clientX - e.clientX) > DRAG;
      const next = Math.max(0, Math.min(names.length - 1, first + Math.round((now.clientX - e.clientX) / gap)));
      if (dragged && next !== place) { place = next; arrange(moved(name, place, names), false); }
    }, { signal: stop.signal });
    const end = (now) => { stop.abort(); if (dragged) arrange(now.type === "pointerup" ? moved(name, place, names) : names, true); };
    for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, end, { signal: stop.signal });
  };
  const key = (e, name) => {
    e.stopPropagation();
    const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key], to = order().indexOf(name) + by;
    if (by && (e.ctrlKey || e.altKey || e.metaKey)) { if (to >= 0 && to < order().length) arrange(moved(name, to), true); }
    else if (by) e.target.closest(".rs-heads").querySelectorAll(".rs-head-name")[to]?.focus();
    else if (e.key === "ArrowUp" || e.key === "ArrowDown") verbs.nudge(verbs.axis(name), e.key, e.shiftKey);
    else if (e.key === "Escape") verbs.keep(verbs.axis(name), null);
    else if (e.key === "Delete" || e.key === "Backspace") arrange(without(name), true);
    else return;
    e.preventDefault();
  };
  const filter = (name, said) => h("button", { class: "rs-kept", "data-held": `kept ${name}`, title: "take this filter away",
    "aria-label": `${name} ${said}: take this filter away`, onclick: () => verbs.keep(verbs.axis(name), null) }, h("span", {}, said), " ×");
  const log = (name, on) => h("button", { class: on ? "rs-log" : "rs-log rs-hush", "data-held": `log ${name}`, "aria-pressed": String(on), "aria-label": `log ${name}`,
    onclick: () => verbs.log(name, !on) }, "log");
  const remove = (name) => h("button", { class: "rs-head-off rs-hush", "data-held": `remove ${name}`, "aria-label": `remove the axis ${name}`,
    title: "remove this axis", onclick: () => arrange(without(name), true) }, "×");

  return placed.map((axis, i) => {
    const { name, title, scale } = axis;
    return h("div", { class: "rs-head", role: "group", "aria-label": `axis ${name}, ${i + 1} of ${placed.length}` },
      h("button", { class: "rs-head-name", "data-held": `axis ${name}`, title: `${name}: drag to move, Ctrl and arrows too; up and down filter`,
        "aria-keyshortcuts": "Control+ArrowLeft Control+ArrowRight ArrowUp ArrowDown Delete", onpointerdown: (e) => press(e, name), onkeydown: (e) => key(e, name) }, title),
      h("div", { class: "rs-head-more" },
        ...(name in kept ? [filter(name, keptLabel(axis, kept[name]))] : [hasLog(scale.axis) && log(name, scale.axis.log), remove(name)])));
  });
};

/** Puts the titles over their axes. */
const placeHeads = (heads, placed) => placed.forEach(({ x, gap }, i) => {
  const room = Math.min(190, Math.max(NARROW, gap)) - 2;
  Object.assign(heads.children[i].style, { left: `${x - room / 2}px`, width: `${room}px` });
});
