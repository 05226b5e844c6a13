const ROW = 27;          // px, as in explorer.css
const TALLEST = 18;      // rows in sight
const SPARE = 6;         // rows drawn beyond the edges

/** Four significant digits, as researcher.params.number_label in Python. @param {number} x */
const shown = (x) => (Number.isNaN(x) ? "NaN" : x === Infinity ? "∞" : x === -Infinity ? "−∞"
  : Number.isInteger(x) && Math.abs(x) < 1e6 ? String(x) : x.toPrecision(4));
const whole = (view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
const int32 = (view) => new Int32Array(whole(view));
const float64 = (view) => new Float64Array(whole(view));
const uint8 = (view) => new Uint8Array(whole(view));

/** @param {{ model: any, el: HTMLElement }} context */
async function render({ model, el }) {
  const pointing = await linked(model, "pointing");
  let columns = [], numbers = new Int32Array(), order = new Int32Array(), selected = new Set(), anchor = 0, at = 0;
  let grown = new Map(), fresh = {};   // rows whose experiments grew since the columns came, and what stands there now

  const head = h("div", { class: "rs-thead", role: "row" });
  const body = h("div", { class: "rs-tbody", role: "rowgroup" });
  const scroller = h("div", { class: "rs-table", role: "grid", tabindex: "0", "aria-label": "experiments", "aria-multiselectable": "true" }, head, body);
  el.replaceChildren(scroller);

  const cell = (column, row) => {
    if (column.labels) return [column.labels[column.codes[row]], "", ""];
    const [from, i] = grown.has(row) ? [fresh, grown.get(row) + column.place] : [column, row];
    if (from.missing[i]) return ["", "", ""];
    const value = from.values[i];
    return [shown(value), String(value), Number.isFinite(value) ? "" : " rs-warn"];
  };

  const line = (place) => {
    const row = order[place], number = numbers[row], swatch = model.get("swatches")[number], status = model.get("statuses")[row];
    const title = model.get("titles")[row];
    const mark = h("span", { class: "rs-swatch" });
    if (swatch) {
      mark.style.background = swatch[1]
        ? `repeating-linear-gradient(90deg, ${swatch[0]} 0 4px, transparent 4px 6px)` : swatch[0];
    }
    const el = h("div", { class: "rs-tr", role: "row", "data-number": number, "data-place": place, "aria-rowindex": place + 2,
      "aria-selected": String(selected.has(number)) },
      h("div", { class: "rs-td", role: "gridcell" }, mark),
      h("div", { class: "rs-td", role: "rowheader", title }, status ? h("i", { class: `rs-dot rs-${status}`, title: status }) : "", title),
      ...columns.map((column) => {
        const [text, full, kind] = cell(column, row);
        return h("div", { class: `rs-td${column.numeric ? " rs-num" : ""}${kind}`, role: "gridcell", title: full || text }, text);
      }));
    el.style.transform = `translateY(${place * ROW}px)`;
    el.classList.toggle("rs-pointed", number === pointing.get("number"));
    el.classList.toggle("rs-at", place === at && scroller.matches(":focus-visible"));
    return el;
  };

  const draw = () => {
    const first = Math.max(0, Math.floor(scroller.scrollTop / ROW) - SPARE);
    const last = Math.min(order.length, first + TALLEST + 2 * SPARE + 1);
    body.replaceChildren(...Array.from({ length: last - first }, (_, i) => line(first + i)),
      ...(order.length ? [] : [h("div", { class: "rs-none rs-soft" }, numbers.length ? "no experiment passes the query and the filters" : "")]));
    scroller.setAttribute("aria-rowcount", String(order.length + 1));
  };

  const sorted = (name) => model.get("sort").findIndex(([column]) => column === name);
  const sort = (name, more) => {
    const now = model.get("sort"), old = now[sorted(name)], rest = more ? now.filter(([column]) => column !== name) : [];
    const next = !old ? [[name, false]] : old[1] ? [] : [[name, true]];
    send(model, el, { verb: "sort_by", sort: [...rest, ...next] });
  };
  const heading = (name, numeric) => {
    const i = sorted(name), down = i >= 0 && model.get("sort")[i][1];
    return h("div", { class: `rs-th${numeric ? " rs-num" : ""}`, role: "columnheader", title: name, "aria-sort": i < 0 ? "none" : down ? "descending" : "ascending" },
      h("button", { "data-column": name, onclick: (e) => sort(name, e.shiftKey) }, name, i < 0 ? "" : down ? " ↓" : " ↑"));
  };
  /** Pixels for the longest of these texts. @param {string[]} texts */
  const width = (name, texts) => Math.round(Math.min(200, 16 + 7.6 * Math.max(name.length + 1, ...texts.slice(0, 200).map((text) => text.length))));
  const drawHead = () => {
    const held = head.contains(document.activeElement) ? document.activeElement.dataset.column : null;
    head.replaceChildren(h("div", { class: "rs-th", role: "columnheader", "aria-label": "colour" }), heading("title", false),
      ...columns.map((column) => heading(column.name, column.numeric)));
    if (held !== null) head.querySelector(`[data-column="${CSS.escape(held)}"]`)?.focus();
  };

  const select = (chosen) => {
    selected = new Set(chosen);
    draw();
    send(model, el, { verb: "select", numbers: [...selected] });
  };
  const pick = (place, { shiftKey, ctrlKey, metaKey }) => {
    const number = numbers[order[place]];
    at = place;
    if (shiftKey) {
      const [low, high] = [Math.min(anchor, place), Math.max(anchor, place)];
      return select(Array.from({ length: high - low + 1 }, (_, i) => numbers[order[low + i]]));
    }
    anchor = place;
    if (ctrlKey || metaKey) return select(selected.has(number) ? [...selected].filter((n) => n !== number) : [...selected, number]);
    return select(selected.size === 1 && selected.has(number) ? [] : [number]);
  };
  const rowOf = (e) => e.target.closest?.(".rs-tr");
  // On press, not on release: a live update may put new rows in place in between.
  body.addEventListener("mousedown", (e) => {
    const row = rowOf(e);
    if (row && e.button === 0) { e.preventDefault(); scroller.focus({ preventScroll: true }); pick(Number(row.dataset.place), e); }
  });
  body.addEventListener("mouseover", (e) => { const row = rowOf(e); if (row) pointing.set("number", Number(row.dataset.number)); });
  body.addEventListener("mouseleave", () => pointing.set("number", -1));
  scroller.addEventListener("scroll", draw);
  scroller.addEventListener("focus", draw);
  scroller.addEventListener("keydown", (e) => {
    e.stopPropagation();
    if (e.target !== scroller) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: TALLEST, PageUp: -TALLEST, Home: -order.length, End: order.length }[e.key];
    if (step !== undefined && order.length) {
      at = Math.min(order.length - 1, Math.max(0, at + step));
      const top = at * ROW, room = scroller.clientHeight - head.offsetHeight;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      if (top + ROW > scroller.scrollTop + room) scroller.scrollTop = top + ROW - room;
      if (e.shiftKey) pick(at, e); else draw();
    } else if ((e.key === " " || e.key === "Enter") && order.length) {
      pick(at, { shiftKey: e.shiftKey, ctrlKey: e.key === " ", metaKey: false });
    } else if (e.key === "Escape") select([]);
    else return;
    e.preventDefault();
  });

  const stops = [
    follow(model, ["columns", "numbers", "titles"], () => {
      let place = 0;   // among the columns of observations
      numbers = int32(model.get("numbers"));
      columns = model.get("columns").map((column) => (column.codes
        ? { ...column, codes: int32(column.codes) }
        : { ...column, place: place++, missing: uint8(column.missing), values: float64(column.values) }));
      const widths = columns.map((column) => width(column.name, column.labels ?? ["0.0001234"])), title = width("title", model.get("titles"));
      el.style.setProperty("--rs-columns", `26px minmax(${title}px, 1fr) ${widths.map((px) => `${px}px`).join(" ")}`);
      el.style.setProperty("--rs-width", `${widths.reduce((sum, px) => sum + px, 26 + title)}px`);
      el.style.setProperty("--rs-rows", String(Math.min(TALLEST, Math.max(3, numbers.length))));
      drawHead();
    }),
    follow(model, ["sort"], drawHead),
    follow(model, ["order", "columns", "numbers", "titles", "swatches", "statuses", "selected", "cells"], () => {
      const { rows, values, missing } = model.get("cells");
      const width = columns.filter((column) => column.values).length;
      grown = new Map([...int32(rows)].map((row, i) => [row, i * width]));
      fresh = { values: float64(values), missing: uint8(missing) };
      order = int32(model.get("order"));
      selected = new Set(model.get("selected"));
      at = Math.min(at, Math.max(0, order.length - 1));
      body.style.height = `${Math.max(1, order.length) * ROW}px`;
      draw();
    }),
  ];
  const point = () => {
    for (const row of body.children) row.classList.toggle("rs-pointed", Number(row.dataset.number) === pointing.get("number"));
  };
  pointing.on("change:number", point);
  return () => { stops.forEach((stop) => stop()); pointing.off("change:number", point); };
}
export default { render };
