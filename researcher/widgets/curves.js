const DOT = "h0";                 // a stroke of no length: its round ends are a dot
const CROSS = "m-4,0h8m-4,-4v8";
const svg = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);

/** Where numbers lie on the screen. @param {any} scale the view of a bqplot LinearScale */
const placesOn = ({ scale, offset }) => {
  const [first, last] = scale.domain(), [from, to] = scale.range(), by = (to - from) / (last - first);
  return (number) => Math.round(10 * (from + offset + (number - first) * by)) / 10;   // to a tenth of a pixel
};

/** The curves of a panel, with bands and the curves before smoothing behind them, in the place of an empty bqplot Lines. */
class Curves {
  /** @param {any} mark the view of the Lines @param {() => void} soon asks for `draw` */
  constructor(mark, soon) {
    Object.assign(this, { x: mark.scales.x, y: mark.scales.y, told: null, from: [0] });
    mark.draw = () => {};
    mark.update_line_xy = soon;   // its size or a scale changed
    mark.el.classList.add("rs-curves");
    mark.el.style.pointerEvents = "none";
    this.layers = Object.fromEntries(["band", "raw", "line", "dot", "cross"].map((kind) => [kind, svg("g")]));   // from the back to the front
    for (const [kind, layer] of Object.entries(this.layers)) layer.dataset.layer = kind;
    mark.el.replaceChildren(...Object.values(this.layers));
  }
  get length() { return this.from.length - 1; }
  /** Draw from now on what the kernel tells of a panel: see `told` in panel.py. */
  take(told) {
    this.told = told;
    this.from = [0];
    for (const size of decoded(Int32Array, told.sizes)) this.from.push(this.from.at(-1) + size);
    for (const part of ["x", "y", "raw", "low", "high"]) this[`${part}s`] = told[part] && decoded(Float64Array, told[part]);
    this.whole = this.xs.every((x) => Number.isInteger(x) || Number.isNaN(x));
  }
  draw() {
    const drawn = { band: [], raw: [], line: [], dot: [], cross: [] }, x = placesOn(this.x), y = placesOn(this.y);
    for (let i = 0; i < this.length; i += 1) {
      const of = this.stroke(this.ys, i, x, y);
      drawn.line.push(of.line); drawn.dot.push(of.dots); drawn.cross.push(of.crosses);
      if (this.raws) drawn.raw.push(this.stroke(this.raws, i, x, y).line);
      if (this.lows) drawn.band.push(this.band(i, x, y));
    }
    for (const [kind, paths] of Object.entries(drawn)) this.fill(kind, paths);
  }
  /** The line of some values of a curve; dots where one stands alone, crosses where they turn into NaN or infinity. */
  stroke(values, i, x, y) {
    let line = "", dots = "", crosses = "", run = 0, place = "";
    for (let k = this.from[i], to = this.from[i + 1]; k <= to; k += 1) {
      if (k < to && Number.isFinite(values[k]) && Number.isFinite(this.xs[k])) {
        place = `${x(this.xs[k])},${y(values[k])}`;
        line += (run ? "L" : "M") + place;
        run += 1;
        continue;
      }
      if (run === 1) dots += `M${place}${DOT}`;
      if (run && k < to && !Number.isFinite(values[k])) crosses += `M${place}${CROSS}`;
      run = 0;
    }
    return { line, dots, crosses };
  }
  /** The outline of the band of a curve, once around; one for each part between gaps. */
  band(i, x, y) {
    let outline = "", above = [], below = [];
    for (let k = this.from[i], to = this.from[i + 1]; k <= to; k += 1) {
      if (k < to && Number.isFinite(this.lows[k]) && Number.isFinite(this.highs[k]) && Number.isFinite(this.xs[k])) {
        const at = x(this.xs[k]);
        above.push(`${at},${y(this.highs[k])}`); below.push(`${at},${y(this.lows[k])}`);
      } else if (above.length) {
        outline += `M${above.join("L")}L${below.reverse().join("L")}Z`;
        above = []; below = [];
      }
    }
    return outline;
  }
  /** Has a layer of these paths; touches only what changed. */
  fill(kind, paths) {
    const layer = this.layers[kind], needed = paths.some(Boolean) ? paths.length : 0;
    while (layer.childElementCount > needed) layer.lastChild.remove();
    for (let i = 0; i < needed; i += 1) {
      const path = layer.children[i] ?? layer.appendChild(svg("path"));
      if (kind === "line") path.classList.add("line");
      if (path.drawn !== paths[i]) path.setAttribute("d", path.drawn = paths[i]);
      const colour = this.told.colours[i];
      if (path.colour !== colour) path.style[kind === "band" ? "fill" : "stroke"] = path.colour = colour;
    }
  }
  /** Give the paths of each curve a look. @param {(i: number) => { line: number, raw: number, band: number, width: string, dashes: string }} look strengths by layer, and the line's width and dashes */
  style(look) {
    for (let i = 0; i < this.length; i += 1) {
      const { width, dashes, ...strengths } = look(i), said = JSON.stringify([strengths, width, dashes]);
      for (const [kind, layer] of Object.entries(this.layers)) {
        const path = layer.children[i];
        if (!path || path.said === said) continue;
        path.said = said;
        path.style.opacity = strengths[kind] ?? strengths.line;
        if (kind === "line") Object.assign(path.style, { strokeWidth: width, strokeDasharray: dashes });
      }
    }
  }
  /** y of a curve at x, or another of its values there, interpolated; NaN outside, and in a gap. */
  at(i, x, ys = this.ys) {
    const { xs } = this;
    let low = this.from[i], high = this.from[i + 1] - 1;
    while (low < high && Number.isNaN(xs[low])) low += 1;   // a logarithmic axis has no place for some
    while (high > low && Number.isNaN(xs[high])) high -= 1;
    if (!(xs[low] <= x && x <= xs[high]) || low > high) return NaN;
    while (high - low > 1) { const middle = (low + high) >> 1; xs[middle] <= x ? (low = middle) : (high = middle); }
    return xs[high] > xs[low] ? ys[low] + ((ys[high] - ys[low]) * (x - xs[low])) / (xs[high] - xs[low]) : ys[low];
  }
  /** How many values the mean of a curve has at x. */
  count(i, x) {
    const counts = this.told.counts[i];
    if (!Array.isArray(counts)) return counts;
    let k = 0;
    while (k < counts.length - 1 && !(this.xs[this.from[i] + k] >= x)) k += 1;
    return counts[k];
  }
}

/**
 * Has an axis of bqplot drawn once for all that changed, and at once: its own way draws it several times for each change,
 * with transitions that take two frames more even where they last no time.
 * @param {any} axis the view of a bqplot Axis @param {() => void} soon asks for what is returned
 * @returns {(ticks: [number, string][] | null, whole?: boolean) => void} draws it with these ticks: places, and what is written there; null for as many round ones as have room; only whole ones, if that is wanted
 */
const axisOf = (axis, soon) => {
  const line = axis.g_axisline;
  for (const name of ["set_tick_values", "update_grid_lines"]) line.interrupt(name).selectAll("*").interrupt(name);
  line.transition = line.duration = () => line;
  axis.redraw_axisline = axis.set_tick_values = axis.tickformat_changed = soon;
  axis.axis_scale.off("domain_changed", null, axis);
  axis.axis_scale.on("domain_changed", soon, axis);
  return (ticks, whole = false) => {
    axis.update_scales();
    const wanted = (place) => !whole || Number.isInteger(place), told = ticks?.filter(([place]) => wanted(place));
    axis.axis.tickValues(told?.map(([place]) => place) ?? axis.axis_scale.scale.ticks(Math.max(2, Math.floor(axis.width / 70))).filter(wanted));
    axis.axis.tickFormat(told ? (_place, i) => told[i][1] : axis.generate_default_tick_formatter());
    axis.update_grid_lines();
  };
};
