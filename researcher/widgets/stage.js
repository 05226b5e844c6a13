const DRAG = 4;   // px from which a press is a drag

/** A few lines of text beside a place in `stage`. @param {[string, string][]} facts names and values */
const showTip = (tip, stage, title, facts, x, y) => {
  tip.replaceChildren(h("b", {}, title), ...facts.map(([name, value]) => h("div", {}, h("span", { class: "rs-soft" }, `${name} `), value)));
  tip.style.display = "block";
  const left = x > stage.clientWidth / 2, top = Math.max(2, Math.min(y - 10, stage.clientHeight - tip.offsetHeight - 2));
  Object.assign(tip.style, { left: left ? "" : `${x + 12}px`, right: left ? `${stage.clientWidth - x + 12}px` : "", top: `${top}px` });
};

/**
 * The stage of a plot: a canvas and what the pointer and the keyboard do on it, a second one above for what is pointed
 * at, and a tip.
 * @param {ReturnType<typeof askingOf>} asking
 * @param {any} pointing
 * @param {{
 *   kind: string, rows: () => any, ready: () => boolean,
 *   nearest: (x: number, y: number) => number, at: (row: number, x: number | null) => [number, number],
 *   facts: (row: number) => [string, string][], emphasise: (pen: CanvasRenderingContext2D, row: number) => void,
 *   keys: () => ((row: number) => number)[], cursor: (x: number, y: number) => string,
 *   drag: (x: number, y: number, more: boolean) => { move: (x: number, y: number) => void, end: () => void, cancel: () => void } | null,
 *   press?: (x: number, y: number) => boolean, twice?: (x: number, y: number) => void }} plot
 */
const stageOf = (asking, pointing, plot) => {
  const canvas = h("canvas", { class: "rs-canvas", tabindex: "0", role: "application", "aria-roledescription": plot.kind });
  const over = h("canvas", { class: "rs-canvas rs-over", "aria-hidden": "true" });
  const tip = h("div", { class: "rs-tip" }), said = h("div", { class: "rs-unseen", "aria-live": "polite" });
  const el = h("div", { class: "rs-stage" }, canvas, over, tip, said);
  let ours = false, mouse = null, from = null, drag = null;

  const select = (numbers) => asking.tell("selected", numbers, { verb: "select", numbers });
  const pointed = () => { const rows = plot.rows(), row = rows.rowOf(pointing.get("number")); return row >= 0 && rows.seen[row] ? row : -1; };
  /** Show what is pointed at, here or elsewhere; the tip only for what is pointed at here. */
  const show = () => {
    const row = plot.ready() ? pointed() : -1, { pen } = wiped(over);
    tip.style.display = "none";
    canvas.dataset.pointed = row < 0 ? "" : String(plot.rows().numbers[row]);
    if (row < 0) return;
    plot.emphasise(pen, row);
    const [x, y] = plot.at(row, mouse);
    canvas.dataset.at = `${x} ${y}`;
    if (ours) showTip(tip, el, plot.rows().titles[row], plot.facts(row), x, y);
  };
  const point = (row) => { ours = row >= 0; pointing.set("number", row < 0 ? -1 : plot.rows().numbers[row]); show(); };
  const pick = (row, e) => { if (row >= 0) select(clicked(asking.get("selected"), plot.rows().numbers[row], e.ctrlKey || e.metaKey)); };
  const place = (e) => { const box = canvas.getBoundingClientRect(); return [e.clientX - box.left, e.clientY - box.top]; };

  canvas.addEventListener("pointerdown", (e) => {
    if (e.button || !plot.ready()) return;
    from = place(e);
    canvas.setPointerCapture(e.pointerId);
  });
  canvas.addEventListener("pointermove", (e) => {
    if (!plot.ready()) return;
    const [x, y] = place(e);
    if (from && !drag && Math.hypot(x - from[0], y - from[1]) > DRAG) {
      drag = plot.drag(...from, e.ctrlKey || e.metaKey);
      if (!drag) from = null;
      point(-1);
    }
    if (drag) { drag.move(x, y); return; }
    mouse = x;
    canvas.style.cursor = plot.cursor(x, y);
    if (!from) point(plot.nearest(x, y));
  });
  canvas.addEventListener("pointerup", (e) => {
    const [was, dragged] = [from, drag];
    from = drag = null;
    if (dragged) dragged.end();
    else if (was && !plot.press?.(...was)) pick(plot.nearest(...was), e);
  });
  const cancel = () => { drag?.cancel(); from = drag = null; };
  canvas.addEventListener("pointercancel", cancel);
  canvas.addEventListener("pointerleave", () => { if (!drag) { mouse = null; point(-1); } });
  canvas.addEventListener("dblclick", (e) => { if (plot.ready()) plot.twice?.(...place(e)); });
  canvas.addEventListener("blur", () => point(-1));
  canvas.addEventListener("keydown", (e) => {
    e.stopPropagation();
    if (!plot.ready()) return;
    const { visible } = plot.rows(), [along, up] = plot.keys(), now = pointed(), far = { Home: false, End: true }[e.key];
    const step = { ArrowRight: [along, true], ArrowLeft: [along, false], ArrowUp: [up, true], ArrowDown: [up, false] }[e.key];
    if (step || far !== undefined) {
      mouse = null;
      const next = step ? neighbour(visible, step[0], now, step[1]) : neighbour(visible, along, -1, !far);
      point(next);
      if (next >= 0) said.textContent = [plot.rows().titles[next], ...plot.facts(next).map((fact) => fact.join(" "))].join(", ");
    } else if (e.key === "Enter" || e.key === " ") pick(now, { ctrlKey: e.key === " " || e.ctrlKey, metaKey: e.metaKey });
    else if (e.key === "Escape") { if (drag) cancel(); else select([]); } else return;
    e.preventDefault();
  });
  pointing.on("change:number", show);
  return { el, canvas, show, select, describe: (text) => canvas.setAttribute("aria-label", text), stop: () => pointing.off("change:number", show) };
};
