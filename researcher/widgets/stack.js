/**
 * The lines of the table, from top to bottom: an experiment, or a group of repeats with its experiments below it where
 * it is unfolded. Those that are pinned come first.
 * @param {Int32Array} order the rows that are visible, as sorted @param {Int32Array} groups by row; empty: no groups
 * @param {(row: number) => boolean} pinned @param {Set<number>} unfolded groups
 * @returns {{ lines: { id: string, rows: number[], group: number, open: boolean | null, inner: boolean }[], top: number }}
 */
const linesOf = (order, groups, pinned, unfolded) => {
  const single = (row, inner = false) => ({ id: `e${row}`, rows: [row], group: groups.length ? groups[row] : -1, open: null, inner });
  const top = [], rest = [];
  if (!groups.length) {
    for (const row of order) (pinned(row) ? top : rest).push(single(row));
    return { lines: [...top, ...rest], top: top.length };
  }
  const members = new Map();
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
  return { lines: [...top, ...rest], top: top.length };
};
