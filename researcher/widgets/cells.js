const whole = (view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
const int32 = (view) => new Int32Array(whole(view));
const float64 = (view) => new Float64Array(whole(view));
const uint8 = (view) => new Uint8Array(whole(view));

const digits = (x) => numberLabel(x, true);
const signed = (x) => `${x < 0 ? "−" : "+"}${brief(Math.abs(x))}`;
/** @param {number} seconds */
const lasting = (seconds) => {
  if (!(seconds >= 60)) return `${digits(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s` : `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
};
const worded = (column, x) => (column.kind === "seconds" ? lasting(x) : digits(x));

/** The columns as they came, their buffers as arrays. @returns {Map<string, any>} */
const columnsOf = (sent) => new Map(sent.map((column) => [column.name, {
  ...column,
  ...(column.codes ? { codes: int32(column.codes) } : { values: float64(column.values), missing: uint8(column.missing) }),
  ...(column.numbers ? { numbers: float64(column.numbers) } : {}),
}]));

/** Puts in what stands in the columns for experiments that grew since they came. */
const patched = (columns, { rows, columns: fresh }) => {
  const places = new Map([...int32(rows)].map((row, i) => [row, i]));
  for (const column of columns.values()) {
    const now = fresh[column.name];
    column.fresh = !now ? null : { places, ...(now.texts ? now : { values: float64(now.values), missing: uint8(now.missing) }) };
  }
};

/** What stands in a column for one experiment, or null. @returns {{ text: string, value: number | null } | null} */
const reading = (column, row) => {
  const i = column.fresh?.places.get(row);
  if (i !== undefined && column.fresh.texts) return column.fresh.texts[i] === null ? null : { text: column.fresh.texts[i], value: null };
  if (column.codes) {
    const code = column.codes[row];
    return code < 0 ? null : { text: column.labels[code], value: column.numbers ? column.numbers[code] : null };
  }
  const [from, at] = i === undefined ? [column, row] : [column.fresh, i];
  return from.missing[at] ? null : { text: worded(column, from.values[at]), value: from.values[at] };
};

const LISTED = 12;   // values that a hover lists
const listed = (texts) => texts.slice(0, LISTED).join(", ") + (texts.length > LISTED ? ` and ${texts.length - LISTED} more` : "");

/**
 * What stands in a column for the experiments of a row: a value; of repeats the mean and the standard deviation (n - 1)
 * of what was observed, or how many values a param has.
 * @returns {{ text: string, spread: string, full: string, value: number | null, several: boolean }}
 */
const cellOf = (column, rows) => {
  const found = rows.map((row) => reading(column, row)).filter(Boolean), first = found[0];
  if (!first) return { text: "", spread: "", full: "", value: null, several: false };
  if (rows.length === 1) return { ...first, spread: "", several: false, full: first.value === null || column.param ? first.text : String(first.value) };
  if (column.param || first.value === null) {
    const texts = [...new Set(found.map((one) => one.text))], alike = texts.length === 1 && found.length === rows.length;
    return { text: alike ? texts[0] : texts.length === 1 ? `${texts[0]} or none` : `${texts.length} values`, spread: "", several: !alike,
      full: listed(texts), value: alike ? first.value : null };
  }
  const values = found.map((one) => one.value), n = values.length, mean = values.reduce((sum, x) => sum + x, 0) / n;
  const spread = n > 1 ? Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1)) : NaN;
  return { text: worded(column, mean), spread: Number.isFinite(spread) ? `± ${brief(spread)}` : "", value: mean, several: false,
    full: `mean ${mean}${Number.isFinite(spread) ? `, standard deviation ${spread}` : ""}, n = ${n}: ${listed(values.map(digits))}` };
};

/** How a cell differs from the baseline's. @returns {{ text: string, kind: string, differs: boolean }} */
const againstOf = (column, cell, base) => {
  const none = { text: "", kind: "", differs: cell.text !== base.text };
  if (column.kind === "text" || cell.value === null || base.value === null || !Number.isFinite(cell.value - base.value)) return none;
  const by = cell.value - base.value, good = Math.sign(by) * column.better;
  return { text: by === 0 ? "±0" : signed(by), kind: good > 0 ? "rs-better" : good < 0 ? "rs-worse" : "", differs: by !== 0 };
};
