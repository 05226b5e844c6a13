const AIR = 0.04;       // free at each end of an axis, of its length
const STRIP = 18;       // px of a lane below the plot
const FEW = 20;         // distinct numbers, up to which their points are spread
const SPREAD = 7;       // px of that, at most
const LABEL = 110;      // px of the longest label beside the plot

/** How far in px points of one value are spread, so that they do not hide each other: categories, and numbers of few values. */
const spreadOf = ({ axis, ratio }, visible, length) => {
  if (axis.kind === "category") return (0.3 * length) / Math.max(1, axis.labels.length);
  const values = new Set();
  for (const row of visible) { values.add(axis.values[row]); if (values.size > FEW) return 0; }
  const places = [...values].filter(Number.isFinite).map(ratio).sort((a, b) => a - b);
  const gap = Math.min(1, ...places.slice(1).map((place, i) => place - places[i]));
  return visible.length > 3 * values.size ? Math.min(SPREAD, 0.3 * gap * length) : 0;
};

/** Where everything is: the plot's edges, ticks, lanes, and each row's point. */
const layoutOf = ({ pen, width, height }, x, y, rows) => {
  const wide = (text) => pen.measureText(text).width;
  const xs = scaleOf(x, rows.visible, AIR), ys = scaleOf(y, rows.visible, AIR);
  const ticks = ys.ticks(Math.max(2, height / 60));
  const left = 12 + Math.min(LABEL, Math.max(20, ...ticks.slice(0, 200).map(([, text]) => wide(text)), ...ys.lanes.map((lane) => wide(LANES[lane]))));
  const lanesX = xs.lanes.map((lane) => ({ lane, room: Math.max(22, wide(LANES[lane]) + 10) }));
  const box = { left: left + lanesX.reduce((sum, { room }) => sum + room + 4, 0), right: width - 16, top: 26, bottom: height - 40 - ys.lanes.length * (STRIP + 4) };
  let at = left;
  for (const strip of lanesX) { strip.from = at; strip.middle = at + strip.room / 2; at += strip.room + 4; }
  const lanesY = ys.lanes.map((lane, i) => { const from = box.bottom + 4 + i * (STRIP + 4); return { lane, room: STRIP, from, middle: from + STRIP / 2 }; });
  const placer = (scale, from, to, strips, salt) => {
    const spread = spreadOf(scale, rows.visible, Math.abs(to - from));
    return (row) => {
      const lane = scale.laneOf(row), strip = lane ? strips.find((other) => other.lane === lane) : null, shake = jitter(rows.numbers[row], salt);
      if (lane) return strip ? strip.middle + shake * (strip.room / 2 - 5) : NaN;
      return from + scale.ratio(scale.axis.values[row]) * (to - from) + shake * spread;
    };
  };
  const bottom = box.bottom + lanesY.length * (STRIP + 4);
  const n = rows.numbers.length, px = new Float32Array(n), py = new Float32Array(n);
  const placeX = placer(xs, box.left, box.right, lanesX, 1), placeY = placer(ys, box.bottom, box.top, lanesY, 2);
  for (let row = 0; row < n; row += 1) { px[row] = placeX(row); py[row] = placeY(row); }
  return { xs, ys, box, left, bottom, lanesX, lanesY, px, py, ticksY: ticks, ticksX: xs.ticks(Math.max(2, (box.right - box.left) / 90)) };
};

/** Ground, grid, ticks, lanes and names of the axes. */
const drawAxes = (pen, { xs, ys, box, left, bottom, lanesX, lanesY, ticksX, ticksY }, theme) => {
  const line = (x1, y1, x2, y2) => { pen.beginPath(); pen.moveTo(x1, y1); pen.lineTo(x2, y2); pen.stroke(); };
  const text = (words, x, y, align, room) => { pen.textAlign = align; pen.fillText(shortened(pen, words, room), x, y); };
  Object.assign(pen, { strokeStyle: theme.line, lineWidth: 1, textBaseline: "middle", fillStyle: theme.raised, globalAlpha: 0.7 });
  for (const { from, room } of lanesX) pen.fillRect(from, box.top, room, box.bottom - box.top);
  for (const { from, room } of lanesY) pen.fillRect(box.left, from, box.right - box.left, room);
  Object.assign(pen, { fillStyle: theme.soft, globalAlpha: 1 });
  let last = Infinity;
  for (const [value, words] of ticksY) {
    const y = sharp(box.bottom + ys.ratio(value) * (box.top - box.bottom));
    if (ys.axis.kind !== "category") line(box.left, y, box.right, y);
    if (last - y >= 13) { text(words, left - 6, y, "right", LABEL); last = y; }
  }
  const gap = (box.right - box.left) / Math.max(1, ticksX.length);
  last = -Infinity;
  for (const [value, words] of ticksX) {
    const x = sharp(box.left + xs.ratio(value) * (box.right - box.left)), room = Math.max(gap - 6, 40);
    const half = Math.min(room, pen.measureText(words).width) / 2;
    if (xs.axis.kind !== "category") line(x, box.top, x, box.bottom);
    const middle = Math.min(x, box.right + 14 - half);
    if (middle - half - last >= 6) { text(words, middle, bottom + 13, "center", room); last = middle + half; }
  }
  for (const { lane, middle } of lanesX) text(LANES[lane], middle, bottom + 13, "center", LABEL);
  for (const { lane, middle } of lanesY) text(LANES[lane], left - 6, middle, "right", LABEL);
  pen.fillStyle = theme.ink;
  pen.font = `600 ${theme.font}`;
  text(ys.axis.name, left, 12, "left", box.right - left);
  text(xs.axis.name, box.right, bottom + 29, "right", box.right - left);
  pen.font = theme.font;
};
