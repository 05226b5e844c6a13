const CLOSE = 8;     // px from a line at which it is pointed at
const BUNDLE = 40;   // lines of one colour that are drawn at once; then other colours have their turn
const MANY = 800;    // lines from which on they are as thin as the screen can: thicker ones take ten times as long

/** The lines of the rows over axes at their places: one experiment's value on each, joined. */
const linesOf = (placed, rows) => {
  const heights = placed.map((axis, i) => heightsOn(axis, rows.numbers, i));
  const stops = placed.length > 1 ? placed.map(({ x }) => x) : [placed[0].x - CLOSE, placed[0].x + CLOSE];   // of one axis: dashes
  const path = (pen, row) => {
    stops.forEach((x, i) => (i ? pen.lineTo(x, (heights[i] ?? heights[0])[row]) : pen.moveTo(x, heights[0][row])));
  };
  /** The height of a row's line at x. */
  const heightAt = (row, x) => {
    const right = placed.findIndex((axis) => axis.x > x), i = Math.max(0, (right < 0 ? placed.length : right) - 1);
    if (right <= 0) return heights[i][row];
    const [a, b] = [placed[i], placed[right]], part = (x - a.x) / (b.x - a.x);
    return heights[i][row] + part * (heights[right][row] - heights[i][row]);
  };
  const nearest = (x, y) => {
    let best = -1, gap = CLOSE;
    if (x < placed[0].x - CLOSE || x > placed.at(-1).x + CLOSE) return best;
    for (const row of rows.visible) {
      const away = Math.abs(heightAt(row, x) - y);
      if (away <= gap) { gap = away; best = row; }
    }
    return best;
  };
  return { heights, path, heightAt, nearest };
};

/**
 * Draws the lines that are seen in their colours, the others faintly behind them, the selected ones above.
 * @param {CanvasRenderingContext2D} pen
 * @param {ReturnType<typeof linesOf>} lines
 * @param {{ rows: any, seen: (row: number) => boolean, paints: any, selected: Set<number>, theme: any }} look
 * @returns {number} how many are seen
 */
const drawLines = (pen, { path }, { rows, seen, paints, selected, theme }) => {
  const lit = rows.visible.filter(seen), thin = rows.numbers.length > MANY ? 1 / (devicePixelRatio || 1) : 1.2;
  const stroke = (some, colour, alpha, width) => {
    Object.assign(pen, { strokeStyle: colour, globalAlpha: alpha, lineWidth: width, lineJoin: "bevel" });
    pen.beginPath();
    for (const row of some) path(pen, row);
    pen.stroke();
    pen.globalAlpha = 1;
  };
  const bundled = (list) => Array.from({ length: Math.ceil(list.length / BUNDLE) }, (_, i) => list.slice(i * BUNDLE, (i + 1) * BUNDLE));
  for (const some of bundled(rows.all.filter((row) => !seen(row)))) stroke(some, theme.soft, 0.16, Math.min(1, thin));

  const colour = (paint) => (paint === NONE ? theme.soft : paints.colours[paint]), byPaint = new Map();
  for (const row of lit) {
    const paint = paints.of(row);
    if (!byPaint.has(paint)) byPaint.set(paint, []);
    byPaint.get(paint).push(row);
  }
  const strength = Math.max(0.12, Math.min(0.85, 9 / Math.sqrt(lit.length))) * (selected.size ? 0.45 : 1);
  const turns = [...byPaint].flatMap(([paint, list]) => bundled(list).map((some, turn) => ({ turn, paint, some })));
  for (const { paint, some } of turns.sort((a, b) => a.turn - b.turn)) stroke(some, colour(paint), strength, thin);
  if (selected.size) for (const row of lit) if (selected.has(rows.numbers[row])) stroke([row], colour(paints.of(row)), 1, 2.4);
  return lit.length;
};
