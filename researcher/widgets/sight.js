/**
 * Draws the lines in sight into two places, and touches only what changed there.
 * @param {any} table what the rows show: see `table.js`
 */
const rowsIn = (table) => {
  const uid = `rs-${Math.random().toString(36).slice(2)}`, pool = new Map();
  let version = 0;

  /** Puts `children` in place of what is in a cell, unless the same is there. */
  const fill = (cell, said, children) => {
    if (cell.said === said) return;
    cell.said = said;
    cell.replaceChildren(...children().filter(Boolean));
  };
  const button = (kind, label, on = null) => h("button", { class: `rs-icon rs-${kind}`, tabindex: "-1", "data-act": kind, "aria-label": label, title: label,
    "aria-pressed": on === null ? null : String(on) });

  const mark = (cell, line) => {
    const swatch = line.rows.map((row) => table.swatch(row)).find(Boolean), hidden = line.rows.every((row) => table.hidden(row));
    fill(cell, JSON.stringify([swatch, hidden]), () => {
      const stroke = h("span", { class: "rs-swatch" });
      if (swatch) stroke.style.background = swatch[1] ? `repeating-linear-gradient(90deg, ${swatch[0]} 0 4px, transparent 4px 6px)` : swatch[0];
      return [stroke, button(hidden ? "blind" : "eye", hidden ? "show the curve (v)" : "hide the curve (v)", hidden)];
    });
    cell.classList.toggle("rs-hidden", hidden);
  };

  const head = (cell, line) => {
    const statuses = [...new Set(line.rows.map((row) => table.status(row)).filter(Boolean))], titles = new Set(line.rows.map((row) => table.title(row)));
    const title = table.title(line.rows[0]), named = titles.size > 1 && !line.inner ? `${title} …` : title;
    const pinned = line.rows.some(table.pinned), base = table.isBase(line);
    fill(cell, JSON.stringify([named, statuses, pinned, base, line.open, line.inner]), () => [
      line.open !== null && h("button", { class: "rs-fold", tabindex: "-1", "data-act": "unfold", "aria-label": line.open ? "fold these repeats" : "unfold these repeats" }, line.open ? "▾" : "▸"),
      ...statuses.map((status) => h("i", { class: `rs-dot rs-${status}`, title: status })),
      h("span", { class: "rs-name" }, named),
      base && h("span", { class: "rs-tag" }, "baseline"),
      h("span", { class: "rs-acts" },
        button("base", base ? "no baseline (b)" : "compare the others to this (b)", base),
        button("pin", pinned ? "unpin (p)" : "keep on top (p)", pinned))]);
    cell.title = line.open === null || titles.size === 1 ? title : listed([...titles]);
    cell.classList.toggle("rs-inner", line.inner);
    cell.classList.toggle("rs-pinned", pinned);
  };

  const dress = (el, line) => {
    const [first, second, third, ...cells] = el.children;
    mark(first, line);
    head(second, line);
    fill(third, line.rows.length > 1 ? String(line.rows.length) : "", () => [line.rows.length > 1 ? String(line.rows.length) : ""]);
    const base = table.base(), against = base !== null && !table.isBase(line);
    cells.forEach((cell, i) => {
      const column = table.columns[i], own = cellOf(column, line.rows), wrong = own.value !== null && !Number.isFinite(own.value);
      const other = against ? againstOf(column, own, cellOf(column, base)) : { text: "", kind: "", differs: false };
      const wide = !column.param && column.kind !== "text" && own.text !== "", beside = column.param ? "" : other.text;
      fill(cell, JSON.stringify([own.text, own.spread, beside, other.kind, base !== null]), () => [own.text,
        wide && table.folded() && h("span", { class: "rs-spread" }, own.spread), wide && base !== null && h("span", { class: `rs-by ${other.kind}` }, beside)]);
      cell.title = own.full + (other.text ? `, ${other.text} to the baseline` : "");
      cell.className = `rs-td${column.kind === "text" ? "" : " rs-num"}${wrong ? " rs-warn" : ""}${own.several ? " rs-soft" : ""}${column.param && other.differs ? " rs-differs" : ""}`;
    });
    el.dataset.number = table.number(line.rows[0]);
    if (line.open === null) el.removeAttribute("aria-expanded"); else el.setAttribute("aria-expanded", String(line.open));
    el.classList.toggle("rs-base", table.isBase(line));
  };

  const row = (line) => h("div", { class: "rs-tr", role: "row", id: `${uid}-${line.id}` }, h("div", { class: "rs-td rs-mark", role: "gridcell" }),
    h("div", { class: "rs-td rs-head-cell", role: "rowheader" }), h("div", { class: "rs-td rs-num rs-n", role: "gridcell" }),
    ...table.columns.map(() => h("div", { class: "rs-td", role: "gridcell" })));

  const points = (el) => el.classList.toggle("rs-pointed", el.line.rows.some((one) => table.number(one) === table.pointed()));

  /** Styles are found anew for an attribute that is set, even to what it was. */
  const put = (el, name, value) => { if (el.getAttribute(name) !== value) el.setAttribute(name, value); };

  /** @param {HTMLElement} place @param {number} from the first line, at `offset` lines below the top of the place */
  const draw = (place, lines, from, to, offset) => {
    const used = [];
    for (let i = from; i < to; i++) {
      const line = lines.at(i), el = pool.get(line.id) ?? row(line);
      pool.set(line.id, el);
      el.line = line;
      if (el.version !== version) { dress(el, line); el.version = version; }
      put(el, "data-place", String(i));
      put(el, "aria-rowindex", String(i + 2));
      put(el, "aria-selected", String(line.rows.every((one) => table.selected(one))));
      el.style.transform = `translateY(${(i - offset) * ROW}px)`;
      el.classList.toggle("rs-at", i === table.at());
      points(el);
      used.push(el);
    }
    const kept = new Set(used);
    for (const el of [...place.children]) {
      if (!kept.has(el)) { el.remove(); if (el.line && pool.get(el.line.id) === el && !kept.has(el)) pool.delete(el.line.id); }
    }
    used.forEach((el, i) => { if (place.children[i] !== el) place.insertBefore(el, place.children[i] ?? null); });
  };
  return {
    draw,
    id: (line) => `${uid}-${line.id}`,
    /** What the rows show changed, or, with `anew`, which columns there are. */
    stale: (anew = false) => { version += 1; if (anew) pool.clear(); },
    point: () => pool.forEach((el) => el.line && points(el)),
  };
};
