const LANES = ["", "NaN", "∞", "−∞", "absent", "≤ 0"];   // as in axis.py; what a log axis has no place for comes last
const NOT_POSITIVE = 5;
const SECONDS = [1, 5, 15, 60, 300, 900, 3600, 10800, 21600, 86400, 172800, 604800];   // steps between times
const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000];               // and longer ones
const MONTH = 2629746;   // seconds

/** A time, as finely as it is needed. @param {number} seconds since 1970 @param {number} from of its letters */
const timeLabel = (seconds, from = 0, to = 19) => new Date(seconds * 1000).toISOString().replace("T", " ").slice(from, to);

/** Multiples of 1, 2 or 5 times a power of ten from low to high, about n of them; of whole numbers none in between. */
const roundTicks = (low, high, n, whole) => {
  const rough = (high - low) / Math.max(1, n), power = 10 ** Math.floor(Math.log10(rough));
  const far = (step) => Math.abs(Math.log(step / rough));
  const step = [1, 2, 5, 10].map((m) => m * power).reduce((best, other) => (far(other) < far(best) ? other : best));
  return multiples(low, high, whole ? Math.max(1, step) : step);
};
const multiples = (low, high, step) => {
  const first = Math.ceil(low / step - 1e-9), found = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, Math.min(found, 100)) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
};
/** Powers of ten, with 2 and 5 between them or some left out as there is room. */
const logTicks = (low, high, n, whole) => {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))], each = Math.ceil((to - from) / Math.max(1, n));
  const parts = to - from > n / 2 ? [1] : to - from > n / 4 ? [1, 3] : [1, 2, 5];
  const found = [];
  for (let e = from; e <= to; e += 1) for (const part of parts) if (e % each === 0) found.push(Number(`${part}e${e}`));
  const inside = found.filter((x) => x >= low * 0.999999 && x <= high * 1.000001 && (!whole || Number.isInteger(x)));
  return inside.length > 1 ? inside : roundTicks(low, high, n, whole).filter((x) => x > 0);
};
/** Round times with what is said of them: pairs of seconds and text. */
const timeTicks = (low, high, n) => {
  const rough = (high - low) / n, step = SECONDS.find((s) => s >= rough);
  const [from, to] = step >= 86400 ? [0, 10] : step >= 60 ? [5, 16] : [11, 19];
  if (step) return multiples(low, high, step).map((x) => [x, timeLabel(x, from, to)]);
  const months = MONTHS.find((m) => m * MONTH >= rough) ?? MONTHS.at(-1), found = [];
  const first = Math.ceil((new Date(low * 1000).getUTCFullYear() * 12 + new Date(low * 1000).getUTCMonth()) / months) * months;
  for (let month = first, x = 0; found.length < 100; month += months) {
    x = Date.UTC(Math.floor(month / 12), month % 12) / 1000;
    if (x > high) break;
    if (x >= low) found.push([x, timeLabel(x, 0, months < 12 ? 7 : 4)]);
  }
  return found;
};

/**
 * Where the values of a column lie along an axis: 0 to 1, or in a lane.
 * @param {any} axis kind, labels, values, lanes, log
 * @param {Iterable<number>} rows whose values have a place
 * @param {number} air what is left free at each end, as a part of the whole
 * @returns {any} beside the ways to and fro: `only`, the one number that there is, else null; `none`, whether there is no number
 */
const scaleOf = (axis, rows, air = 0) => {
  const { kind, values, log } = axis, forth = log ? Math.log10 : (x) => x, back = log ? (x) => 10 ** x : (x) => x;
  const laneOf = (row) => axis.lanes[row] || (log && values[row] <= 0 ? NOT_POSITIVE : 0);
  const lanes = new Set();
  let low = Infinity, high = -Infinity, integers = true;
  for (const row of rows) {
    const lane = laneOf(row);
    if (lane) { lanes.add(lane); continue; }
    if (values[row] < low) low = values[row];
    if (values[row] > high) high = values[row];
    integers &&= Number.isInteger(values[row]);
  }
  const only = low === high ? low : null, none = low > high;
  if (kind === "category") [low, high] = [-0.5, Math.max(0, axis.labels.length - 1) + 0.5];
  else if (none) [low, high] = log ? [1, 10] : [0, 1];
  else if (only !== null) {
    const around = kind === "time" ? 1800 : Math.abs(low) / 10 || 1;
    [low, high] = log ? [low / 2, high * 2] : [low - around, high + around];
  }
  let start = forth(low), span = forth(high) - start;
  if (kind !== "category") { start -= air * span; span *= 1 + 2 * air; }
  const ratio = (value) => (forth(value) - start) / span, invert = (part) => back(start + part * span);
  const ticks = (n) => {
    const [from, to] = [invert(0), invert(1)];
    if (kind === "category") return axis.labels.map((text, i) => [i, text]);
    if (kind === "time") return timeTicks(from, to, n);
    return (log ? logTicks : roundTicks)(from, to, n, integers).map((x) => [x, tickLabel(x)]);
  };
  return { axis, low, high, only, none, lanes: [...lanes].sort(), laneOf, ratio, invert, ticks };
};

/** What a row has on an axis, as text. */
const valueLabel = (axis, row) => {
  if (axis.lanes[row]) return LANES[axis.lanes[row]];
  if (axis.kind === "category") return axis.labels[axis.values[row]];
  return axis.kind === "time" ? timeLabel(axis.values[row]) : numberLabel(axis.values[row]);
};

/** The same number between -1 and 1 for the same experiment, always. @param {number} number @param {number} salt */
const jitter = (number, salt) => {
  let x = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return ((x ^ (x >>> 15)) >>> 0) / 2147483648 - 1;
};
