const NEAR = 16;   // px from a point at which it is pointed at

/** @param {{ model: any, el: HTMLElement }} context */
async function render({ model, el }) {
  const pointing = await linked(model, "pointing");
  let rows, axes, theme, plan = null, paints = null, radius = 3;
  const asking = askingOf(model, el, () => draw());
  const brush = h("div", { class: "rs-brush", hidden: true });
  const shown = () => model.get("shown").map((name) => axes[name]);

  /** A rectangle from where the pointer was pressed; at its end the points in it are selected. */
  const drag = (x1, y1, more) => {
    let box = [x1, y1, x1, y1];
    const stop = () => { brush.hidden = true; };
    return {
      move: (x2, y2) => {
        box = [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
        brush.hidden = false;
        Object.assign(brush.style, { left: `${box[0]}px`, top: `${box[1]}px`, width: `${box[2] - box[0]}px`, height: `${box[3] - box[1]}px` });
      },
      end: () => {
        stop();
        const within = (row) => plan.px[row] >= box[0] && plan.px[row] <= box[2] && plan.py[row] >= box[1] && plan.py[row] <= box[3];
        const found = Array.from(rows.visible.filter(within), (row) => rows.numbers[row]);
        stage.select(more ? [...new Set([...asking.get("selected"), ...found])] : found);
      },
      cancel: stop,
    };
  };
  const ring = (pen, row, colour, away, width) => {
    Object.assign(pen, { strokeStyle: colour, lineWidth: width });
    pen.beginPath();
    pen.arc(plan.px[row], plan.py[row], radius + away, 0, 7);
    pen.stroke();
  };
  const stage = stageOf(asking, pointing, {
    kind: "scatter plot", rows: () => rows, ready: () => plan !== null, drag, cursor: () => "crosshair",
    keys: () => [(row) => plan.px[row], (row) => -plan.py[row]],
    at: (row) => [plan.px[row], plan.py[row]],
    nearest: (x, y) => {
      let best = -1, gap = NEAR ** 2;
      for (const row of rows.visible) {
        const away = (plan.px[row] - x) ** 2 + (plan.py[row] - y) ** 2;
        if (away <= gap) { gap = away; best = row; }   // of equals the last: it is on top
      }
      return best;
    },
    facts: (row) => [...new Set(model.get("shown"))].filter((name) => axes[name]).map((name) => [name, valueLabel(axes[name], row)]),
    emphasise: (pen, row) => { ring(pen, row, theme.ground, 2, 4); ring(pen, row, theme.ink, 2, 2); },
  });
  stage.el.append(brush);

  const drawPoints = (pen) => {
    const { px, py, box } = plan, selected = new Set(asking.get("selected"));
    radius = rows.visible.length > 3000 ? 2 : rows.visible.length > 400 ? 3 : 4;
    const faint = stampsOf([theme.soft], Math.min(3, radius), theme), stamp = stampsOf(paints.colours, radius, theme);
    pen.globalAlpha = 0.25;
    for (const row of rows.all) {
      if (!rows.seen[row] && px[row] >= plan.left && px[row] <= box.right && py[row] >= box.top && py[row] <= plan.bottom) faint(pen, 0, px[row], py[row]);
    }
    pen.globalAlpha = 1;
    for (const row of rows.visible) stamp(pen, paints.of(row), px[row], py[row]);
    if (selected.size) for (const row of rows.visible) if (selected.has(rows.numbers[row])) { ring(pen, row, theme.ground, 1.5, 3); ring(pen, row, theme.ink, 1.5, 1.5); }
  };
  const draw = soon(() => {
    const surface = wiped(stage.canvas), { pen, width, height } = surface, [x, y, colour] = shown();
    plan = null;
    theme = themeOf(stage.el);
    pen.font = theme.font;
    if (x && y && width && rows.visible.length) {
      paints = paintsOf(colour, rows.all, { ramp: model.get("ramp"), palette: model.get("palette"), theme });
      plan = layoutOf(surface, x, y, rows);
      drawAxes(pen, plan, theme);
      drawPoints(pen);
    } else {
      Object.assign(pen, { fillStyle: theme.soft, textAlign: "center" });
      pen.fillText("no experiment to draw", width / 2, height / 2);
    }
    legend.replaceChildren(...(plan && colour ? [h("span", { class: "rs-key-name" }, colour.name), ...legendOf(paints)] : []));
    tell(x, y, colour);
    stage.show();
  });
  const tell = (x, y, colour) => {
    const n = rows.visible.length, total = rows.numbers.length;
    stage.describe(`scatter plot of ${plural(n, "experiment")}${x && y ? `: x ${x.name}, y ${y.name}${colour ? `, colour ${colour.name}` : ""}` : ""}`);
    const aside = plan ? [...new Set([plan.xs, plan.ys].flatMap((scale) => scale.lanes.map((lane) =>
      `${count(rows.visible.filter((row) => scale.laneOf(row) === lane).length)} ${LANES[lane]} in ${scale.axis.name}`)))] : [];
    foot.replaceChildren(...[n === total ? plural(n, "experiment") : `${count(n)} of ${plural(total, "experiment")}`,
      aside.length > 0 && `in the margin: ${aside.join(", ")}`, "drag or click to select, Ctrl adds"].filter(Boolean).map((text) => h("span", {}, text)));
    stage.canvas.dataset.drawn = plan ? String(n) : "0";
  };

  const tools = h("div", { class: "rs-row rs-tools", role: "group", "aria-label": "scatter plot" });
  const legend = h("div", { class: "rs-row rs-legend", role: "group", "aria-label": "colours" });
  const foot = h("div", { class: "rs-row rs-foot" });
  el.replaceChildren(h("div", { class: "rs-scatter" }, tools, legend, stage.el, foot));
  const drawTools = () => {
    const names = model.get("shown"), choices = model.get("choices"), logs = names.slice(0, 2).map((name) => hasLog(axes[name]) && [axes[name].log]);
    const pick = (label, i) => picker(label, choices, names[i], (name) => asking.ask({ verb: "choose", place: i, column: name }));
    const log = (label, i) => logs[i] && toggle(label, logs[i][0], (on) => asking.ask({ verb: "log", column: names[i], on }));
    anew(tools, [names, choices, logs], () => [pick("x", 0), log("log x", 0), pick("y", 1), log("log y", 1), pick("colour", 2)]);
  };
  const stops = [
    follow(model, ["numbers", "rows", "titles"], () => { rows = rowsOf(model); draw(); }),
    follow(model, ["columns", "logs", "shown", "choices"], () => { axes = axesOf(model); drawTools(); draw(); }),
    follow(model, ["selected"], draw), onLooks(stage.el, draw), stage.stop, asking.stop, draw.stop,
  ];
  return () => stops.forEach((stop) => stop());
}
export default { render };
