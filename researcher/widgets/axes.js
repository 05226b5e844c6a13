const LANE = 18;        // px of a lane below the axes
const GRIP = 6;         // px around the end of a brush
const NARROW = 64;      // px between axes, at least
const TOP = 54;         // px for the titles above
const SIDE = 58;        // px for labels beside the first axis

/** The axes at their places, each with its scale over all rows and the middle of each lane. */
const axesAt = (pen, names, axes, rows, width, height) => {
  const scales = names.map((name) => scaleOf(axes[name], rows.all));
  const found = [...new Set(scales.flatMap((scale) => scale.lanes))].sort();
  const bottom = height - 12 - found.length * (LANE + 3) - (found.length ? 4 : 0), gap = (width - SIDE - 44) / Math.max(1, names.length - 1);
  const lanes = Object.fromEntries(found.map((lane, i) => [lane, bottom + 8 + i * (LANE + 3) + LANE / 2]));
  return scales.map((scale, i) => {
    const name = names[i], title = titleOf(pen, name, Math.max(NARROW, gap) - 8);
    return { scale, name, title, x: names.length > 1 ? SIDE + i * gap : width / 2, gap, top: TOP, bottom, lanes };
  });
};

/** A dotted name cut to the room it has, at its beginning, by whole parts if that will do: its end tells more. */
const titleOf = (pen, name, room) => {
  const parts = name.split(".");
  let short = name;
  const wide = () => pen.measureText(short).width > room, { font } = pen;
  pen.font = `600 ${font}`;
  while (parts.length > 1 && wide()) { parts.shift(); short = `…${parts.join(".")}`; }
  while (short.length > 2 && wide()) short = `…${short.replace("…", "").slice(1)}`;
  pen.font = font;
  return short;
};

/** Where each row is on an axis, in px from the top. */
const heightsOn = ({ scale, top, bottom, lanes }, numbers, salt) => {
  const { kind, values, labels } = scale.axis, spread = kind === "category" ? (0.22 * (bottom - top)) / Math.max(1, labels.length) : 0;
  return Float32Array.from(numbers, (number, row) => {
    const lane = scale.laneOf(row);
    if (lane) return lanes[lane] + jitter(number, salt) * (LANE / 2 - 4);
    return bottom + scale.ratio(values[row]) * (top - bottom) + (spread && jitter(number, salt) * Math.min(14, spread));
  });
};

/** The strips of the lanes, below the lines. */
const drawLanes = (pen, placed, width, theme) => {
  Object.assign(pen, { textBaseline: "middle", textAlign: "right" });
  for (const [lane, y] of Object.entries(placed[0].lanes)) {
    Object.assign(pen, { fillStyle: theme.raised, globalAlpha: 0.7 });
    pen.fillRect(SIDE - 6, y - LANE / 2, width - SIDE - 32, LANE);
    Object.assign(pen, { fillStyle: theme.soft, globalAlpha: 1 });
    pen.fillText(LANES[lane], SIDE - 12, y);
  }
};

/** The axes with their ticks and the brushes, above the lines. */
const drawUprights = (pen, placed, kept, theme) => {
  placed.forEach((axis, i) => {
    const { scale, x, top, bottom, gap } = axis, at = sharp(x);
    const line = (colour, from, to) => { pen.strokeStyle = colour; pen.beginPath(); pen.moveTo(at, from); pen.lineTo(at, to); pen.stroke(); };
    pen.lineWidth = 1;
    line(theme.soft, top, bottom);
    for (const y of scale.lanes.map((lane) => axis.lanes[lane])) line(theme.soft, y - LANE / 2, y + LANE / 2);
    pen.globalAlpha = 0.3;
    pen.fillStyle = theme.brand;
    for (const [from, to] of stretchesOf(axis, kept[axis.name])) pen.fillRect(x - 7, from, 14, to - from);
    pen.globalAlpha = 1;
    for (const [from, to] of stretchesOf(axis, kept[axis.name])) {
      pen.strokeStyle = theme.brand;
      pen.strokeRect(sharp(x - 7), sharp(from), 14, to - from);
    }
    Object.assign(pen, { textAlign: "right", textBaseline: "middle", lineJoin: "round" });
    let last = Infinity;
    for (const [value, words] of scale.ticks((bottom - top) / 60)) {
      const y = bottom + scale.ratio(value) * (top - bottom), text = shortened(pen, words, (i ? gap : SIDE) - 18);
      if (last - y < 13) continue;
      last = y;
      Object.assign(pen, { strokeStyle: theme.ground, lineWidth: 4, fillStyle: theme.ink, globalAlpha: 0.8 });
      pen.strokeText(text, x - 10, y);
      pen.globalAlpha = 1;
      pen.fillText(text, x - 10, y);
      if (scale.axis.kind === "category") continue;
      Object.assign(pen, { lineWidth: 1, strokeStyle: theme.soft });
      pen.beginPath();
      pen.moveTo(x - 4, sharp(y));
      pen.lineTo(x, sharp(y));
      pen.stroke();
    }
  });
};
