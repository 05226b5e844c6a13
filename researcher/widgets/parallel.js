const REACH = 12;   // px beside an axis at which a press is a brush
const FACTS = 12;   // columns that are told of what is pointed at

/** @param {{ model: any, el: HTMLElement }} context */
async function render({ model, el }) {
  const pointing = await linked(model, "pointing");
  let rows, axes, theme, placed = null, lines = null, stretch = null;   // stretch: what is brushed at present
  const asking = askingOf(model, el, () => { drawTools(); draw(); });
  const names = () => asking.get("axes").filter((name) => axes[name]);
  const axisOf = (name) => placed.find((axis) => axis.name === name);
  const axisNear = (x, y) => placed.find((axis) => Math.abs(axis.x - x) <= REACH && y >= axis.top - REACH && axis.scale.axis.kind !== "time");

  // What is asked of the kernel; filters and the order of the axes are shown at once.
  const log = (column, on) => asking.ask({ verb: "log", column, on });
  const arrange = (order, done) => (done ? asking.tell("axes", order, { verb: "arrange", axes: order }) : asking.show("axes", order));
  const keep = ({ name }, kept) => {
    const { [name]: _, ...others } = asking.get("kept");
    asking.show("kept", kept ? { ...others, [name]: kept } : others);
    if (kept?.places) asking.ask({ verb: "keep_values", column: name, places: kept.places, lanes: kept.lanes });
    else asking.ask({ verb: "keep", column: name, low: kept?.min ?? null, high: kept?.max ?? null });
  };
  /** Keys up and down on a title lower and raise the upper end of its brush, with Shift the lower end. */
  const nudge = (axis, key, lower) => {
    const { top, bottom, scale } = axis, [from, to] = stretchesOf(axis, asking.get("kept")[axis.name])[0] ?? [top, bottom];
    const by = ((key === "ArrowUp" ? -1 : 1) * (bottom - top)) / (scale.axis.labels.length || 20);
    const next = lower ? [from, Math.max(from + 2, Math.min(bottom, to + by))] : [Math.max(top, Math.min(to - 2, from + by)), to];
    if (scale.axis.kind !== "time") keep(axis, keptIn(axis, ...next));
  };

  const stage = stageOf(asking, pointing, {
    kind: "parallel coordinates", rows: () => rows, ready: () => placed !== null,
    keys: () => {
      const axis = axes[model.get("objective")];
      return [(row) => row, (row) => (axis && Number.isFinite(axis.values[row]) ? axis.values[row] : Number.MAX_VALUE)];
    },
    cursor: (x, y) => (axisNear(x, y) ? "ns-resize" : "default"),
    at: (row, x) => { const where = x ?? placed.at(-1).x; return [where, lines.heightAt(row, where)]; },
    nearest: (x, y) => lines.nearest(x, y),
    facts: (row) => [...new Set([...names(), model.get("objective")])].filter((name) => axes[name]).slice(0, FACTS)
      .map((name) => [name, valueLabel(axes[name], row)]),
    emphasise: (pen, row) => {
      for (const [colour, width] of [[theme.ground, 5], [theme.ink, 2.5]]) {
        Object.assign(pen, { strokeStyle: colour, lineWidth: width, lineJoin: "round" });
        pen.beginPath();
        lines.path(pen, row);
        pen.stroke();
      }
    },
    drag: (x, y) => {
      const axis = axisNear(x, y);
      const show = ([from, to]) => { stretch = { name: axis.name, from, to }; draw(); };
      const done = (found) => { stretch = null; if (found) keep(axis, keptIn(axis, ...found)); draw(); };
      return axis ? stretching(axis, asking.get("kept")[axis.name], y, show, done) : null;
    },
    press: (x, y) => {
      const axis = axisNear(x, y), lane = axis?.scale.lanes.find((other) => Math.abs(axis.lanes[other] - y) <= LANE / 2);
      if (lane) keep(axis, keptIn(axis, axis.lanes[lane], axis.lanes[lane]));
      return lane !== undefined;
    },
    twice: (x, y) => { const axis = axisNear(x, y); if (axis && axis.name in asking.get("kept")) keep(axis, null); },
  });
  const tools = h("div", { class: "rs-row rs-tools", role: "group", "aria-label": "parallel coordinates" });
  const legend = h("div", { class: "rs-row rs-legend", role: "group", "aria-label": "colours" });
  const heads = h("div", { class: "rs-heads" }), foot = h("div", { class: "rs-row rs-foot" });
  stage.el.append(heads);
  el.replaceChildren(h("div", { class: "rs-parallel" }, tools, legend, h("div", { class: "rs-across" }, stage.el), foot));

  const drawAll = (pen, shown, width, height) => {
    theme = themeOf(stage.el);
    pen.font = theme.font;
    placed = axesAt(pen, shown, axes, rows, width, height);
    lines = linesOf(placed, rows);
    const brushed = stretch && axisOf(stretch.name), at = brushed && lines.heights[placed.indexOf(brushed)];
    const kept = { ...asking.get("kept"), ...(brushed && { [stretch.name]: keptIn(brushed, stretch.from, stretch.to) ?? { min: null, max: null } }) };
    const seen = (row) => rows.seen[row] === 1 && (!brushed || (at[row] >= stretch.from && at[row] <= stretch.to));
    const paints = paintsOf(axes[model.get("objective")], rows.all, { ramp: model.get("ramp"), palette: model.get("palette"), theme });
    drawLanes(pen, placed, width, theme);
    const lit = drawLines(pen, lines, { rows, seen, paints, selected: new Set(asking.get("selected")), theme });
    drawUprights(pen, placed, kept, theme);
    legend.replaceChildren(h("span", { class: "rs-key-name" }, model.get("objective")), ...legendOf(paints));
    anew(heads, [kept, placed.map(({ name, title, scale }) => [name, title, scale.axis.log, hasLog(scale.axis)])],
      () => headsOf(placed, kept, { order: names, axis: axisOf, arrange, log, keep, nudge }));
    placeHeads(heads, placed);
    return lit;
  };
  const draw = soon(() => {
    const shown = names(), total = rows.numbers.length;
    stage.el.style.minWidth = `${SIDE + 44 + NARROW * (shown.length - 1)}px`;
    const { pen, width, height } = wiped(stage.canvas);
    placed = null;
    const lit = shown.length && width ? drawAll(pen, shown, width, height) : 0;
    stage.describe(`parallel coordinates of ${plural(rows.visible.length, "experiment")}: ${shown.join(", ")}`);
    foot.replaceChildren(h("span", {}, lit === total ? plural(total, "experiment") : `${count(lit)} of ${plural(total, "experiment")}`),
      h("span", {}, "drag along an axis to filter, a title to move it, click a line to select"));
    stage.canvas.dataset.drawn = String(lit);
    stage.show();
  });
  const drawTools = () => {
    const shown = asking.get("axes"), choices = model.get("choices"), objective = model.get("objective");
    const others = choices.map(([kind, list]) => [kind, list.filter((name) => !shown.includes(name))]).filter(([, list]) => list.length);
    anew(tools, [shown, choices, objective], () => [
      picker("objective", choices, objective, (name) => asking.ask({ verb: "aim", objective: name })),
      picker("add an axis", others, "", (name) => name && arrange([...shown, name], true), "+ axis")]);
  };
  const stops = [
    follow(model, ["numbers", "rows", "titles"], () => { rows = rowsOf(model); draw(); }),
    follow(model, ["columns", "logs", "axes", "choices", "objective"], () => { axes = axesOf(model); drawTools(); draw(); }),
    follow(model, ["selected", "kept"], draw), onLooks(stage.el, draw), stage.stop, asking.stop, draw.stop,
  ];
  return () => stops.forEach((stop) => stop());
}
export default { render };
