const SHADES = 64;
const ON_LIGHT = [0, 0.88], ON_DARK = [0.28, 1];   // the part of the ramp that is seen on the ground
const NONE = -1;                                  // the colour of what has no value

/** The colour at a part of the way through the ramp. @param {string[]} ramp `#rrggbb` @param {number} part 0 to 1 */
const mixed = (ramp, part) => {
  const at = part * (ramp.length - 1), i = Math.min(ramp.length - 2, Math.floor(at)), rest = at - i;
  const [a, b] = [ramp[i], ramp[i + 1]].map((hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16)));
  return `rgb(${a.map((v, k) => Math.round(v + (b[k] - v) * rest)).join(", ")})`;
};

/** The least and the greatest number that is not far out, by the rule of `researcher.curves.limits.fences`. @param {number[]} numbers */
const fencesOf = (numbers) => {
  const sorted = Float64Array.from(numbers).sort(), last = sorted.length - 1;
  const low = sorted[Math.ceil(0.05 * last)], high = sorted[Math.floor(0.95 * last)], far = high - low;
  const near = last < 4 || far === 0 ? sorted : sorted.filter((x) => x >= low - far && x <= high + far);
  return [near[0], near.at(-1)];
};

/**
 * The colours of rows by a column: a ramp for numbers, beyond the ends of which those far out lie; the palette for
 * categories, of which the last ones share grey.
 * @param {any} axis of the column, or undefined for one colour for all
 * @param {Iterable<number>} rows that the ramp extends over
 * @param {{ ramp: string[], palette: string[], theme: any }} looks
 * @returns {{ axis: any, scale: any, colours: string[], ends?: number[], of: (row: number) => number }} ends: where on the scale the ramp begins and ends; of: an index of colours, or NONE
 */
const paintsOf = (axis, rows, { ramp, palette, theme }) => {
  if (!axis) return { axis, scale: null, colours: [theme.brand], of: () => 0 };
  const scale = scaleOf(axis, rows);
  if (axis.kind === "category") {
    return { axis, scale, colours: [...palette, theme.soft], of: (row) => (axis.lanes[row] ? NONE : Math.min(palette.length, axis.values[row])) };
  }
  const [from, to] = theme.dark ? ON_DARK : ON_LIGHT;
  const colours = Array.from({ length: SHADES }, (_, i) => mixed(ramp, from + ((to - from) * i) / (SHADES - 1)));
  const ends = fencesOf(Array.from(rows).filter((row) => !scale.laneOf(row)).map((row) => scale.ratio(axis.values[row])));
  const part = (row) => (scale.ratio(axis.values[row]) - ends[0]) / (ends[1] - ends[0] || 1);
  const of = (row) => (scale.laneOf(row) ? NONE : Math.max(0, Math.min(SHADES - 1, Math.floor(part(row) * SHADES))));
  return { axis, scale, colours, ends, of };
};

/** What the colours mean. @param {ReturnType<typeof paintsOf>} paints */
const legendOf = ({ axis, scale, colours, ends }) => {
  if (!axis) return [];
  const dot = (colour) => { const el = h("i", { class: "rs-key-dot" }); el.style.background = colour; return el; };
  const key = (...children) => h("span", { class: "rs-key" }, ...children);
  const gaps = scale.lanes.map((lane) => key(h("i", { class: "rs-key-dot rs-key-none" }), LANES[lane]));
  if (axis.kind === "category") {
    const named = axis.labels.slice(0, colours.length - 1), more = axis.labels.length - named.length;
    return [...named.map((label, i) => key(dot(colours[i]), h("span", { class: "rs-key-text", title: label }, label === "" ? "(empty)" : label))),
      ...(more > 0 ? [key(dot(colours.at(-1)), `${count(more)} others`)] : []), ...gaps];
  }
  const bar = h("i", { class: "rs-key-ramp" });
  bar.style.background = `linear-gradient(90deg, ${colours.filter((_, i) => i % 7 === 0).join(", ")})`;
  const text = (x) => (axis.kind === "time" ? timeLabel(x, 0, 10) : numberLabel(x));
  if (scale.none) return gaps;
  if (scale.only !== null) return [key(dot(colours[SHADES / 2]), text(scale.only)), ...gaps];
  const [low, high] = [scale.ratio(scale.low) < ends[0] ? `≤ ${text(scale.invert(ends[0]))}` : text(scale.low), scale.ratio(scale.high) > ends[1] ? `≥ ${text(scale.invert(ends[1]))}` : text(scale.high)];
  return [key(low, bar, high, axis.log ? h("span", { class: "rs-soft" }, "log") : ""), ...gaps];
};

/** Dots of these colours side by side, and a hollow one for NONE at the end, to be stamped by `stamp`. */
const stampsOf = (colours, radius, theme) => {
  const ratio = devicePixelRatio || 1, size = Math.ceil(2 * (radius + 1) * ratio), sheet = document.createElement("canvas");
  Object.assign(sheet, { width: size * (colours.length + 1), height: size });
  const pen = sheet.getContext("2d");
  [...colours, null].forEach((colour, i) => {
    pen.beginPath();
    pen.arc(size * (i + 0.5), size / 2, (radius - (colour ? 0 : 0.5)) * ratio, 0, 7);
    Object.assign(pen, { fillStyle: colour ?? theme.ground, strokeStyle: colour ? theme.ground : theme.soft, lineWidth: (colour ? 0.6 : 1) * ratio });
    pen.fill();
    pen.stroke();
  });
  const stamp = (onto, index, x, y) => onto.drawImage(sheet, size * (index === NONE ? colours.length : index), 0, size, size,
    Math.round(x * ratio - size / 2) / ratio, Math.round(y * ratio - size / 2) / ratio, size / ratio, size / ratio);
  return stamp;
};
