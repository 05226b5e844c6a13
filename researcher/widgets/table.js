const ROW = 27;          // px, as in explorer.css
const TALLEST = 18;      // rows in sight
const SPARE = 6;         // rows drawn beyond the edges
const TAG = " baseline"; // beside the title, as wide as this
const MARKS = ["selected", "pinned", "baseline", "unseen"];

/** @param {{ model: any, el: HTMLElement }} context */
async function render({ model, el }) {
  const pointing = await linked(model, "pointing");
  let sent = new Map(), columns = [], shown = [], numbers = new Int32Array(), order = numbers, groups = numbers, lines = linesOf(numbers, groups, () => false, new Set()), at = 0, anchor = null, moved = false;
  let rowOf = new Map(), looks = [], swatches = new Int16Array(), marks = {}, told = {}, base = null, unfolded = new Set(), widths = widthsOf();
  const numberOf = (row) => numbers[row], asking = askingOf(model, el, () => redraw());

  const head = h("div", { class: "rs-thead", role: "row" }), pins = h("div", { class: "rs-pins", role: "rowgroup" });
  const body = h("div", { class: "rs-tbody", role: "rowgroup" }), none = h("div", { class: "rs-none rs-soft" }), said = h("div", { class: "rs-unseen", "aria-live": "polite" });
  const scroller = h("div", { class: "rs-table", role: "grid", tabindex: "0", "aria-label": "experiments", "aria-multiselectable": "true",
    "aria-keyshortcuts": "Control+A P B V" }, h("div", { class: "rs-fixed" }, head, pins), body);
  const outer = h("div", { class: "rs-outer" }, scroller, said);
  el.replaceChildren(outer);

  const rows = rowsIn({
    get columns() { return columns; },
    number: numberOf, title: (row) => model.get("titles")[row], status: (row) => model.get("statuses")[row],
    swatch: (row) => looks[swatches[row]], pointed: () => pointing.get("number"), at: () => (scroller.matches(":focus-visible") ? at : -1),
    selected: (row) => marks.selected.has(numbers[row]), pinned: (row) => marks.pinned.has(numbers[row]), hidden: (row) => marks.unseen.has(numbers[row]),
    folded: () => groups.length > 0, base: () => base, isBase: (line) => base !== null && (line.open !== null || !groups.length || base.length === 1) && line.rows.some((row) => marks.baseline.has(numbers[row])),
  });

  const draw = () => {
    rows.draw(pins, lines, 0, lines.top, 0);
    const { top } = lines, first = Math.max(top, top + Math.floor(scroller.scrollTop / ROW) - SPARE);
    rows.draw(body, lines, first, Math.min(lines.length, first + TALLEST + 2 * SPARE + 1), top);
    if (!order.length) { none.textContent = numbers.length ? "no experiment passes the query and the filters" : ""; body.append(none); }
    if (lines.at(at)) scroller.setAttribute("aria-activedescendant", rows.id(lines.at(at))); else scroller.removeAttribute("aria-activedescendant");
  };
  /** What the lines are follows from order, groups, pins, and what is unfolded. */
  const arrange = () => {
    const held = moved ? lines.at(at)?.id : undefined;   // where somebody is, stays with its experiment
    lines = linesOf(order, groups, (row) => marks.pinned.has(numbers[row]), unfolded);
    const again = held === undefined ? -1 : lines.placeOf(held);
    at = again >= 0 ? again : Math.min(at, Math.max(0, lines.length - 1));
    pins.style.height = `${lines.top * ROW}px`;
    pins.style.overflow = lines.top > 9 ? "" : "visible";  // so that their titles stay in sight too
    body.style.height = `${Math.max(1, lines.length - lines.top) * ROW}px`;
    scroller.setAttribute("aria-rowcount", String(lines.length + 1));
    rows.stale();
  };
  const lay = () => {
    const beside = (column) => (column.param || column.kind === "text" ? 0 : (groups.length ? SPREAD : 0) + (base ? BESIDE : 0));
    const texts = (column) => [...(column.labels ?? [NUMBER]), ...(column.labels && groups.length ? ["3 values"] : [])];
    const px = columns.map((column) => widths.of(column.name, texts(column), beside(column)));
    const n = groups.length ? 34 : 0, title = widths.of("title", [...(base ?? []).map((row) => `${model.get("titles")[row]}${TAG}`), ...model.get("titles")], groups.length ? 34 : 0);
    el.style.setProperty("--rs-columns", `30px minmax(${title}px, 1fr) ${n}px ${px.map((one) => `${one}px`).join(" ")} 28px`);
    el.style.setProperty("--rs-width", `${px.reduce((sum, one) => sum + one, 30 + title + n + 28)}px`);
    el.style.setProperty("--rs-rows", String(Math.min(TALLEST, Math.max(3, numbers.length))));
  };

  /** Which columns there are, and all that is in them. */
  const build = () => {
    shown = asking.get("shown");
    columns = shown.map((name) => sent.get(name)).filter(Boolean);
    lay();
    rows.stale(true);
    pins.replaceChildren();
    body.replaceChildren();
    drawHead();
  };
  /** Takes over what is marked, and tells in which ways something is marked anew. */
  const mark = () => MARKS.filter((name) => {
    const now = asking.get(name), anew = now !== told[name];
    if (anew) [told[name], marks[name]] = [now, new Set(now)];
    return anew;
  });
  /** What is asked for is shown before the kernel says so. */
  const redraw = () => {
    const others = JSON.stringify(asking.get("shown")) !== JSON.stringify(shown), marked = mark();
    if (others) { build(); menu.draw(); } else drawHead();
    if (marked.some((name) => name !== "selected")) arrange();
    if (others || marked.length) draw();
  };
  const rearrange = (names) => { if (names) asking.show("shown", names); asking.ask({ verb: "arrange", columns: names }); };
  const verbs = { shown: () => shown, arrange: rearrange, sort: () => asking.get("sort"), sortBy: (sort) => asking.tell("sort", sort, { verb: "sort_by", sort }),
    resize: (name, px) => { widths.drag(name, px); lay(); }, down: () => scroller.focus({ preventScroll: true, focusVisible: true }),
    menu: () => model.get("menu"), observed: () => model.get("observed"), folded: () => groups.length > 0, fold: (on) => asking.ask({ verb: "fold", on }) };
  const menu = columnsMenu(outer, verbs), headings = headingsIn(head, said, { ...verbs, menu: menu.corner });
  const drawHead = () => headings(columns, groups.length > 0);

  // What is done to lines.

  const members = (some) => some.flatMap((line) => line.rows.map(numberOf));
  const select = (chosen) => { const all = [...new Set(chosen)]; asking.tell("selected", all, { verb: "select", numbers: all }); };
  const among = (name, line) => line.rows.some((row) => marks[name].has(numbers[row]));
  /** Marks the experiments of a line, or no longer. */
  const turn = (name, line, on, content) => {
    const own = members([line]), others = asking.get(name).filter((number) => !own.includes(number));
    asking.tell(name, on ? [...others, ...own] : others, { ...content, numbers: own });
  };
  const pick = (place, { shiftKey, ctrlKey, metaKey }) => {
    const own = members([lines.at(place)]), now = marks.selected;
    at = place;
    moved = true;
    if (shiftKey) {
      const from = Math.max(0, anchor === null ? -1 : lines.placeOf(anchor));
      return select(members(lines.from(Math.min(from, place), Math.max(from, place) + 1)));
    }
    anchor = lines.at(place).id;
    const all = own.every((number) => now.has(number));
    if (ctrlKey || metaKey) return select(all ? [...now].filter((number) => !own.includes(number)) : [...now, ...own]);
    return select(all && now.size === own.length ? [] : own);
  };
  const unfold = (line, on = !line.open) => {
    if (line.open === null || line.open === on) return;
    if (on) unfolded.add(line.group); else unfolded.delete(line.group);
    arrange();
    draw();
  };
  const acts = {
    unfold,
    pin: (line) => { const on = !among("pinned", line); turn("pinned", line, on, { verb: "pin", on }); },
    base: (line) => { const own = among("baseline", line) ? [] : members([line]).slice(0, 1); asking.tell("baseline", own, { verb: "compare_to", numbers: own }); },
    eye: (line) => { const on = line.rows.every((row) => marks.unseen.has(numbers[row])); turn("unseen", line, !on, { verb: "see", on }); },
  };
  acts.blind = acts.eye;

  // Mouse and keyboard.

  const placeOf = (e) => Number(e.target.closest?.(".rs-tr")?.dataset.place ?? -1), lineOf = (e) => lines.at(placeOf(e));
  // On press, not on release: a live update may put new rows in place in between.
  scroller.addEventListener("mousedown", (e) => {
    const line = lineOf(e), act = e.target.closest("[data-act]")?.dataset.act;
    if (!line || e.button !== 0) return;
    e.preventDefault();
    scroller.focus({ preventScroll: true });
    if (act) { at = placeOf(e); acts[act](line); } else pick(placeOf(e), e);
  });
  // A tool that presses a button without a mouse.
  scroller.addEventListener("click", (e) => { const line = lineOf(e), act = e.target.closest("[data-act]")?.dataset.act; if (line && act && e.detail === 0) acts[act](line); });
  scroller.addEventListener("mouseover", (e) => {
    const line = lineOf(e);
    if (line) pointing.set("number", numberOf(line.rows.find((row) => swatches[row] >= 0) ?? line.rows[0]));
  });
  scroller.addEventListener("mouseleave", () => pointing.set("number", -1));
  scroller.addEventListener("scroll", () => { scroller.classList.toggle("rs-aside", scroller.scrollLeft > 0); draw(); });
  scroller.addEventListener("focus", draw);
  scroller.addEventListener("blur", draw);
  const room = () => scroller.clientHeight - head.offsetHeight - pins.offsetHeight;
  const go = (place) => {
    moved = true;
    at = Math.min(lines.length - 1, Math.max(0, place));
    const y = (at - lines.top) * ROW;
    if (at >= lines.top && y < scroller.scrollTop) scroller.scrollTop = y;
    if (at >= lines.top && y + ROW > scroller.scrollTop + room()) scroller.scrollTop = y + ROW - room();
  };
  scroller.addEventListener("keydown", (e) => {
    e.stopPropagation();
    const line = lines.at(at), own = { p: "pin", b: "base", v: "eye" }[e.key.toLowerCase()], more = e.ctrlKey || e.metaKey;
    const page = Math.max(1, Math.floor(room() / ROW) - 1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -lines.length, End: lines.length }[e.key];
    if (e.target !== scroller || !line) return;
    if (step !== undefined) {
      anchor = e.shiftKey ? anchor ?? line.id : null;
      go(at + step);
      if (e.shiftKey) pick(at, e); else draw();
    } else if (e.key === " " || e.key === "Enter") pick(at, { shiftKey: e.shiftKey, ctrlKey: e.key === " ", metaKey: false });
    else if (more && e.key.toLowerCase() === "a") select(members(lines.from(0, lines.length).filter((one) => !one.inner)));
    else if (e.key === "Escape") select([]);
    else if (own && !more && !e.altKey) acts[own](line);
    else if (e.key === "ArrowRight" && line.open === false) unfold(line, true);
    else if (e.key === "ArrowLeft" && line.open) unfold(line, false);
    else if (e.key === "ArrowLeft" && line.inner) { go(lines.placeOf(`g${line.group}`)); draw(); }
    else return;
    e.preventDefault();
  });

  const stops = [
    follow(model, ["columns", "numbers", "titles", "shown", "groups", "baseline"], () => {
      numbers = int32(model.get("numbers"));
      rowOf = new Map(Array.from(numbers, (number, row) => [number, row]));
      sent = columnsOf(model.get("columns"));
      groups = int32(model.get("groups"));
      const own = model.get("baseline").map((number) => rowOf.get(number)).filter((row) => row !== undefined);
      base = own.length ? own : null;
      build();
    }),
    follow(model, ["sort"], drawHead),
    follow(model, ["menu", "observed", "shown", "groups"], menu.draw),
    follow(model, ["order", "groups", "columns", "shown", "numbers", "titles", "looks", "swatches", "statuses", "selected", "pinned", "baseline", "unseen", "cells"], () => {
      patched(sent, model.get("cells"));
      order = int32(model.get("order"));
      [looks, swatches] = [model.get("looks"), new Int16Array(whole(model.get("swatches")))];
      mark();
      if (base && groups.length) {   // all its repeats that are visible stand for it
        const own = [...order].filter((row) => groups[row] === groups[base[0]]);
        base = own.length ? own : base;
      }
      arrange();
      draw();
    }),
  ];
  pointing.on("change:number", rows.point);
  return () => { stops.forEach((stop) => stop()); asking.stop(); menu.close(); pointing.off("change:number", rows.point); };
}
export default { render };
