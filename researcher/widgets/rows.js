/** The columns of a plot as axes, by name. */
const axesOf = (model) => Object.fromEntries(Object.entries(model.get("columns")).map(([name, column]) => [name,
  { ...column, name, values: decoded(Float64Array, column.values), lanes: decoded(Uint8Array, column.lanes), log: model.get("logs")[name] === true }]));
const hasLog = (axis) => axis?.kind === "number" && axis.values.some((value) => value > 0);

/** The rows of a plot: whose they are, which are visible, and which are selected. */
const rowsOf = (model) => {
  const numbers = decoded(Int32Array, model.get("numbers")), visible = decoded(Int32Array, model.get("rows"));
  const places = new Map(Array.from(numbers, (number, row) => [number, row])), seen = new Uint8Array(numbers.length);
  for (const row of visible) seen[row] = 1;
  return { numbers, visible, seen, all: numbers.map((_, row) => row), titles: model.get("titles"), rowOf: (number) => places.get(number) ?? -1 };
};

/** What is selected after a click on an experiment: it or nothing, with `more` one more or one less. */
const clicked = (selected, number, more) => (more
  ? (selected.includes(number) ? selected.filter((other) => other !== number) : [...selected, number])
  : selected.length === 1 && selected[0] === number ? [] : [number]);

/** The row after `now` in the order of a key, or before it; the first one if there is none now. */
const neighbour = (rows, keyOf, now, forward) => {
  const after = (a, b) => (forward ? keyOf(a) - keyOf(b) || a - b : keyOf(b) - keyOf(a) || b - a);
  let best = -1;
  for (const row of rows) if ((now < 0 || after(row, now) > 0) && (best < 0 || after(best, row) > 0)) best = row;
  return best < 0 ? now : best;
};
