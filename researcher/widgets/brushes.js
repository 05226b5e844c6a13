/** A filter as stretches of an axis, from top to bottom in px, merged where they meet. @param {any} axis as placed by `axesAt` */
const stretchesOf = (axis, kept) => {
  if (!kept) return [];
  const { scale, top, bottom, lanes } = axis, y = (value) => bottom + scale.ratio(value) * (top - bottom);
  const strip = (lane) => [lanes[lane] - LANE / 2, lanes[lane] + LANE / 2];
  if (!kept.places) {
    if (scale.axis.log && kept.max !== null && kept.max <= 0) return scale.lanes.includes(NOT_POSITIVE) ? [strip(NOT_POSITIVE)] : [];
    const end = (value, other) => (value === null || (scale.axis.log && value <= 0) ? other : Math.max(top, Math.min(bottom, y(value))));
    return [[end(kept.max, top), end(kept.min, bottom)]];
  }
  const half = scale.axis.kind === "category" ? (bottom - top) / (2 * Math.max(1, scale.axis.labels.length)) : 5;
  const found = kept.places.map((place) => [y(place) - half, y(place) + half]);
  for (const lane of kept.lanes) if (lanes[lane]) found.push(strip(lane));
  found.sort((a, b) => a[0] - b[0]);
  const merged = [];
  for (const [from, to] of found) {
    if (merged.length && from <= merged.at(-1)[1] + 1) merged.at(-1)[1] = Math.max(to, merged.at(-1)[1]);
    else merged.push([from, to]);
  }
  return merged;
};

/** A filter in words. */
const keptLabel = (axis, kept) => {
  const { labels, kind } = axis.scale.axis, text = (x) => (kind === "category" ? labels[x] : kind === "time" ? timeLabel(x) : numberLabel(x));
  if (!kept.places) return kept.min === null ? `≤ ${text(kept.max)}` : kept.max === null ? `≥ ${text(kept.min)}` : `${text(kept.min)} – ${text(kept.max)}`;
  const names = [...kept.places.map(text), ...kept.lanes.map((lane) => LANES[lane])];
  return names.length === 0 ? "none" : names.length > 2 ? `${names[0]}, +${names.length - 1}` : names.join(", ");
};

/** A number no finer than a pixel of its axis tells. */
const neat = (value, other) => {
  const unit = 10 ** Math.floor(Math.log10(Math.abs(value - other) || Math.abs(value) || 1));
  return Number((Math.round(value / unit) * unit).toPrecision(12));
};

/**
 * What a stretch of an axis keeps, as a filter; null for all of it.
 * A stretch that begins or ends at the end of the axis is open there.
 */
const keptIn = ({ scale, top, bottom, lanes }, from, to) => {
  const { kind, labels } = scale.axis, length = bottom - top;
  const inLanes = scale.lanes.filter((lane) => lanes[lane] >= from && lanes[lane] <= to);
  if (inLanes.length === 1 && inLanes[0] === NOT_POSITIVE && from >= bottom) return { min: null, max: 0 };
  if (kind === "category" || from >= bottom) {
    const y = (place) => bottom + scale.ratio(place) * (top - bottom);
    let places = labels.map((_, place) => place).filter((place) => y(place) >= from && y(place) <= to);
    if (!places.length && !inLanes.length) {
      if (from < bottom) places = [Math.max(0, Math.min(labels.length - 1, Math.round(scale.invert((bottom - (from + to) / 2) / length))))];
      else inLanes.push(...scale.lanes.filter((lane) => Math.abs(lanes[lane] - (from + to) / 2) <= LANE));
    }
    const all = kind === "category" && places.length === labels.length && inLanes.length === scale.lanes.length;
    return all ? null : { places, lanes: inLanes };
  }
  const number = (y) => neat(scale.invert((bottom - y) / length), scale.invert((bottom - y - 1) / length));
  const min = to >= bottom - 2 ? null : number(to), max = from <= top + 2 ? null : number(from);
  return min === null && max === null ? null : { min, max };
};

/** Dragging on an axis: a new stretch, or where there is one its ends or all of it. @param {(from: number, to: number) => void} show */
const stretching = (axis, kept, y, show, done) => {
  const { top, scale, lanes, bottom } = axis, old = stretchesOf(axis, kept).find(([from, to]) => y >= from - GRIP && y <= to + GRIP);
  const last = Math.max(bottom, ...scale.lanes.map((lane) => lanes[lane] + LANE / 2));
  const lowest = scale.axis.kind === "category" ? last : y > bottom ? last : bottom, highest = scale.axis.kind === "category" || y <= bottom ? top : bottom;
  const held = (v) => Math.max(highest, Math.min(lowest, v));
  const [from, to] = old ?? [y, y], room = Math.min(GRIP, (to - from) / 3);
  let now = [from, to];
  const move = (_, next) => {
    const by = held(next) - y;
    if (!old) now = [Math.min(y, held(next)), Math.max(y, held(next))];
    else if (Math.abs(y - from) <= room) now = [Math.min(to, held(from + by)), to];
    else if (Math.abs(y - to) <= room) now = [from, Math.max(from, held(to + by))];
    else { const shift = Math.max(highest - from, Math.min(lowest - to, by)); now = [from + shift, to + shift]; }
    show(now);
  };
  return { move, end: () => done(now), cancel: () => done(null) };
};
