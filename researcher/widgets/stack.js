/**
 * The lines of the table, from top to bottom: an experiment, or a group of repeats with its experiments below it where
 * it is unfolded. Those that are pinned come first. Of very many experiments only those that are looked at are made.
 */
class Lines {
  /** @param {number} length @param {(i: number) => any} make @param {(id: string) => number} placeOf @param {number} top how many are pinned */
  constructor(length, make, placeOf, top) { Object.assign(this, { length, make, placeOf, top }); }
  /** @returns {{ id: string, rows: number[], group: number, open: boolean | null, inner: boolean } | undefined} */
  at(i) { return i >= 0 && i < this.length ? this.make(i) : undefined; }
  from(start, end) { return Array.from({ length: Math.max(0, Math.min(end, this.length) - start) }, (_, i) => this.make(start + i)); }
}

/**
 * @param {Int32Array} order the rows that are visible, as sorted @param {Int32Array} groups by row; empty: no groups
 * @param {(row: number) => boolean} pinned @param {Set<number>} unfolded groups
 */
const linesOf = (order, groups, pinned, unfolded) => {
  const single = (row, inner = false) => ({ id: `e${row}`, rows: [row], group: groups.length ? groups[row] : -1, open: null, inner });
  if (!groups.length) {
    const first = order.filter(pinned), rows = first.length ? Int32Array.of(...first, ...order.filter((row) => !pinned(row))) : order;
    return new Lines(rows.length, (i) => single(rows[i]), (id) => rows.indexOf(Number(id.slice(1))), first.length);
  }
  const top = [], rest = [], members = new Map();
  for (const row of order) {
    const own = members.get(groups[row]);
    if (own) own.push(row); else members.set(groups[row], [row]);
  }
  for (const [group, rows] of members) {
    const to = rows.some(pinned) ? top : rest;
    if (rows.length === 1) { to.push(single(rows[0])); continue; }
    const open = unfolded.has(group);
    to.push({ id: `g${group}`, rows, group, open, inner: false });
    if (open) for (const row of rows) to.push(single(row, true));
  }
  const all = [...top, ...rest];
  return new Lines(all.length, (i) => all[i], (id) => all.findIndex((line) => line.id === id), top.length);
};
