const REACH = 24;   // px from a curve at which it is pointed at
const MANY = 24;    // curves from which on dashes confuse more than they tell
const KEYS = { "+": [0.8, 0], "=": [0.8, 0], "-": [1.25, 0], ArrowLeft: [1, -0.1], ArrowRight: [1, 0.1] };   // how much of x is shown, and by how much of it that moves

/** The number at a place on an axis, as it is told. */
const told = (place, log) => numberLabel(log ? Number((10 ** place).toPrecision(12)) : place, true);
/** x in words. @param {{x: string, log_x: boolean}} axis */
const where = (place, axis) => {
  if (axis.x === "clock") return new Date(1000 * (place + axis.origin)).toLocaleTimeString();
  return axis.x === "time" ? `${told(place, axis.log_x)} s` : `${axis.x} ${told(place, axis.log_x)}`;
};

/** One figure on the page and what is drawn over it. */
class Panel {
  constructor(view, mark, axes) {
    this.view = view;
    this.x = mark.scales.x;
    this.y = mark.scales.y;
    this.draw = soon(() => {
      if (!this.curves.told) return;
      bottom(this.ticks, this.whole);
      left(this.curves.told.ticks);
      this.curves.draw();
    });
    this.curves = new Curves(mark, this.draw);
    const [bottom, left] = axes.map((axis) => axisOf(axis, this.draw));
    this.hair = h("div", { class: "rs-hair" });
    this.tip = h("div", { class: "rs-tip" });
    this.none = h("div", { class: "rs-nothing rs-soft" });
    this.brush = h("div", { class: "rs-brush", hidden: true });
    view.el.style.position = "relative";
    view.el.append(this.none, this.hair, this.tip, this.brush);
  }
  /** Show what the kernel tells. @param {[number, string][] | null} ticks of the x axis @param {boolean} log whether that is logarithmic */
  take(told, ticks, log) {
    this.ticks = ticks;
    this.none.textContent = told.empty;
    this.curves.take(told);
    this.whole = this.curves.whole && !log;
    this.y.model.set_state({ min: told.limits[0], max: told.limits[1] });
    this.draw();
  }
  box() { return this.view.el.querySelector(".plotarea_events").getBoundingClientRect(); }
  nearest(e, box) {
    const x = this.x.scale.invert(e.clientX - box.left);
    let best = -1, gap = REACH;
    for (let i = 0; i < this.curves.length; i += 1) {
      const away = Math.abs(this.y.scale(this.curves.at(i, x)) - (e.clientY - box.top));
      if (away < gap) { gap = away; best = i; }
    }
    return best;
  }
  /** The x at a place on the screen; a whole step where steps lie close enough. */
  snapped(left, axis) {
    const x = this.x.scale.invert(left), [low, high] = this.x.scale.domain();
    return axis.x === "step" && !axis.log_x && high - low >= 8 ? Math.round(x) : x;
  }
  /** The crosshair at x and, if a curve is pointed at, its name and value there. */
  cross(x, i, title, axis) {
    if (this.none.textContent) return;
    const box = this.box(), own = this.view.el.getBoundingClientRect(), left = this.x.scale(x);
    const y = i >= 0 ? this.curves.at(i, x) : NaN, n = i >= 0 ? this.curves.count(i, x) : 1;
    const observed = i >= 0 && this.curves.raws ? this.curves.at(i, x, this.curves.raws) : NaN, smooth = Number.isFinite(observed);
    Object.assign(this.hair.style, { display: "block", left: `${box.left - own.left + left}px`, top: `${box.top - own.top}px`, height: `${box.height}px` });
    this.tip.style.display = "block";
    this.tip.replaceChildren(...(i >= 0 ? [h("b", {}, title)] : []), h("div", {}, i >= 0 && !Number.isNaN(y) ? `${told(y, axis.log_y)}${smooth ? " smoothed" : ""} at ${where(x, axis)}` : where(x, axis)),
      ...(smooth ? [h("div", { class: "rs-soft" }, `${told(observed, axis.log_y)} observed`)] : []),
      ...(n > 1 ? [h("div", { class: "rs-soft" }, `mean of ${n}`)] : []));
    // Right of the crosshair, or left of it where there is no room; never beyond the panel.
    const at = box.left - own.left + left, wide = this.tip.offsetWidth, room = own.width - 4;
    Object.assign(this.tip.style, { left: `${Math.max(4, at + 8 + wide <= room ? at + 8 : at - 8 - wide)}px`, top: `${box.top - own.top + 4}px` });
  }
  leave() { this.hair.style.display = this.tip.style.display = "none"; }
  /** What is brushed, from one place on the x axis to another; null for nothing. */
  brushed(ends) {
    this.brush.hidden = ends === null;
    if (ends === null) return;
    const box = this.box(), own = this.view.el.getBoundingClientRect(), [left, right] = ends.map((x) => Math.min(box.width, Math.max(0, this.x.scale(x)))).sort((a, b) => a - b);
    Object.assign(this.brush.style, { left: `${box.left - own.left + left}px`, width: `${right - left}px`, top: `${box.top - own.top}px`, height: `${box.height}px` });
  }
  remove() { this.draw.stop(); this.none.remove(); this.hair.remove(); this.tip.remove(); this.brush.remove(); }
}

/** @param {{ model: any, el: HTMLElement }} context */
async function render({ model, el }) {
  const pointing = await linked(model, "pointing");
  let panels = [], stop = new AbortController(), turn = 0, wanted, refining = false, over = null;   // over: where the mouse is

  /** The number that a line goes by, of an experiment that it shows. */
  const lineOf = (number) => {
    const found = Object.entries(model.get("members")).find(([, members]) => members.includes(number));
    return found ? Number(found[0]) : number;
  };
  const numbers = (p) => model.get("panels")[p]?.numbers ?? [];

  const style = () => {
    const [selected, dashes] = ["selected", "dashes"].map((name) => model.get(name)), pointed = lineOf(pointing.get("number"));
    const strength = (number, all, some, faint) =>
      (pointed >= 0 ? (number === pointed ? all : faint) : selected.length ? (selected.includes(number) ? all : faint) : some);
    panels.forEach((panel, p) => panel.curves.style((i) => {
      const number = numbers(p)[i], strong = number === pointed || selected.includes(number);
      return { line: strength(number, 1, 0.9, 0.28), raw: strength(number, 0.4, 0.25, 0.06), band: strength(number, 1.6, 1, 0.2),
        width: strong ? "2.4px" : "", dashes: numbers(p).length > MANY && !strong ? "" : dashes[number] ?? "" };
    }));
  };
  const show = (ends) => { panels[0]?.x.model.set_state({ min: ends[0], max: ends[1] }); };
  /** Have the kernel refine the picture for the range that was wanted last; of those wanted meanwhile, for the last one. */
  const refine = () => {
    const x = wanted;
    wanted = undefined;
    refining = x !== undefined;
    if (refining) send(model, el, { verb: "zoom", x }, refine);
  };
  const want = (x) => {
    show(x ?? model.get("full"));
    point();
    wanted = x;
    if (!refining) { refining = true; setTimeout(refine); }   // for all that happened at once
  };
  const showAll = () => want(null);
  /** Draw what the kernel tells, in the range that it tells unless that is being changed by hand. */
  const update = () => {
    panels.forEach((panel, p) => { if (model.get("panels")[p]) panel.take(model.get("panels")[p], model.get("ticks"), model.get("axis").log_x); });
    panels.forEach((panel, p) => panel.view.el.setAttribute("aria-label", `curves of ${model.get("panels")[p]?.name}: plus and minus zoom, arrows pan, 0 shows all steps`));
    if (!refining) show(model.get("zoom").length ? model.get("zoom") : model.get("full"));
    panels.forEach((panel) => panel.draw.now());
    style();
    point();
  };
  /** The crosshair where the mouse rests, what is pointed at there, and its values in all panels: as they are now. */
  const point = () => {
    const panel = over && panels[over.p];
    if (!panel) return;
    const i = panel.nearest(over.e, panel.box()), axis = model.get("axis"), x = panel.snapped(over.e.clientX - panel.box().left, axis);
    const number = i >= 0 ? numbers(over.p)[i] : -1;
    pointing.set("number", number);
    panels.forEach((other, q) => other.cross(x, numbers(q).indexOf(number), model.get("titles")[number], axis));
  };

  const listen = (panel, p, signal) => {
    let from = null;
    const on = (kind, act) => panel.view.el.addEventListener(kind, (e) => {
      const box = panel.box();
      if (from || (e.clientX >= box.left && e.clientX <= box.right && e.clientY >= box.top && e.clientY <= box.bottom)) act(e, box);
    }, { signal, capture: true, passive: false });
    on("wheel", (e, box) => {
      e.preventDefault(); e.stopPropagation();
      const factor = Math.exp(Math.max(-60, Math.min(60, e.deltaY)) * 0.004), middle = e.clientX - box.left;
      const ends = [middle - middle * factor, middle + (box.width - middle) * factor].map((x) => panel.x.scale.invert(x));
      want(ends);
    });
    on("pointerdown", (e) => {
      if (e.button) return;
      from = { at: e.clientX, ends: [panel.x.scale.domain()[0], panel.x.scale.domain().at(-1)], moved: false, brush: e.shiftKey };
      panel.view.el.setPointerCapture(e.pointerId);
    });
    on("pointermove", (e, box) => {
      if (from && (from.moved || Math.abs(e.clientX - from.at) > 4)) {
        from.moved = true;
        over = null;
        panels.forEach((other) => other.leave());
        if (from.brush) {
          from.range = [from.at, e.clientX].map((at) => panel.x.scale.invert(Math.min(box.width, Math.max(0, at - box.left))));
          panels.forEach((other) => other.brushed(from.range));
          return;
        }
        const shift = ((from.ends[1] - from.ends[0]) * (from.at - e.clientX)) / box.width;
        const ends = from.ends.map((x) => x + shift);
        want(ends);
        return;
      }
      over = { p, e };
      point();
    });
    on("pointerup", (e, box) => {
      const { moved, range } = from ?? {};
      from = null;
      if (range) {
        const ends = range.sort((a, b) => a - b);
        panels.forEach((other) => other.brushed(null));
        want(ends);
      }
      if (moved || e.button) return;
      const i = panel.nearest(e, box);
      if (i >= 0) send(model, el, { verb: "select", number: numbers(p)[i], more: e.ctrlKey || e.metaKey || e.shiftKey });
    });
    on("dblclick", showAll);
    panel.view.el.addEventListener("keydown", (e) => {
      const by = KEYS[e.key], [low, high] = [panel.x.scale.domain()[0], panel.x.scale.domain().at(-1)];
      if (by && !e.ctrlKey && !e.metaKey && !e.altKey) {
        const half = ((high - low) / 2) * by[0], middle = (low + high) / 2 + (high - low) * by[1], ends = [middle - half, middle + half];
        want(ends);
      } else if (e.key === "0" || e.key === "Escape") showAll();
      else return;
      e.preventDefault(); e.stopPropagation();
    }, { signal });
    panel.view.el.addEventListener("pointerleave", () => { over = null; pointing.set("number", -1); panels.forEach((other) => other.leave()); }, { signal });
  };

  const bind = async () => {
    const mine = ++turn;
    stop.abort();
    stop = new AbortController();
    panels.forEach((panel) => panel.remove());
    const found = [];
    for (const figure of await linked(model, "figures")) {
      let view = null;
      while (!view && mine === turn) {   // the one beside this, if it is shown in several places
        view = (await Promise.all(Object.values(figure.views ?? {}))).find((one) => el.closest(".rs-explorer")?.contains(one.el));
        if (!view) await new Promise(requestAnimationFrame);
      }
      await view?.displayed;
      while (!view?.mark_views && mine === turn) await new Promise(requestAnimationFrame);
      if (mine !== turn) return;
      const [mark] = await Promise.all(view.mark_views.views), axes = await Promise.all(view.axis_views.views);
      for (const [name, value] of Object.entries({ tabindex: "0", role: "application", "aria-roledescription": "curves", "data-lm-suppress-shortcuts": "true" })) view.el.setAttribute(name, value);
      found.push(new Panel(view, mark, axes));
    }
    if (mine !== turn) return found.forEach((panel) => panel.remove());
    panels = found;
    panels.forEach((panel, p) => listen(panel, p, stop.signal));
    update();
  };
  const stops = [follow(model, ["figures"], bind), follow(model, ["panels", "ticks", "full", "zoom", "axis"], update), follow(model, ["members", "selected", "dashes"], style)];
  pointing.on("change:number", style);
  return () => { turn += 1; stop.abort(); panels.forEach((panel) => panel.remove()); stops.forEach((end) => end()); pointing.off("change:number", style); };
}
export default { render };
