const FIRST = 6;       // dropdowns before "+ n params that vary"
const SEARCHED = 10;   // values from which on they can be searched
const LISTED = 200;    // values that are listed at once
const RANGED = 5;      // numbers from which on they can be kept by a range
const BARS = 40;       // of the small histogram of a range

/** What is shown of a filter: values by name, a range, or a text. @param {any} kept */
const said = (facet, kept) => {
  if (Array.isArray(kept)) {
    const names = facet.keys.flatMap((key, i) => (kept.includes(key) ? [facet.labels[i]] : []));
    return names.length > 2 ? `${names.slice(0, 2).join(", ")}, +${names.length - 2}` : names.join(", ");
  }
  if (kept.contains) return `contains “${kept.contains}”`;
  if (kept.min === undefined) return `≤ ${numberLabel(kept.max)}`;
  return kept.max === undefined ? `≥ ${numberLabel(kept.min)}` : `${numberLabel(kept.min)} – ${numberLabel(kept.max)}`;
};

/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  let open = null, all = false, sought = "", coming = null;
  const asking = askingOf(model, el, () => redraw.soon());
  const listOf = (kept) => (Array.isArray(kept) ? kept : []), endsOf = (kept) => (Array.isArray(kept) || !kept ? {} : kept);
  /** What is kept of a param now: more may have been chosen since its menu was drawn. */
  const now = (param) => asking.get("chosen")[param];
  const change = (param, next, content) => {
    const { [param]: _, ...others } = asking.get("chosen");
    asking.expect("chosen", next === null ? others : { ...others, [param]: next });
    asking.ask({ ...content, param });
  };
  const choose = (param, chosen) => change(param, chosen.length ? chosen : null, { verb: "choose", keys: chosen });
  const keep = (param, ends) => change(param, Object.values(ends).some((end) => end !== undefined) ? ends : null, { verb: "keep", kept: ends });
  const clear = () => asking.tell("chosen", {}, { verb: "clear" });
  /** Whether all values of a facet are here; of very many they come when it is opened. */
  const whole = (facet) => facet.keys.length === facet.n;
  const shut = () => { if (open !== null) { const was = open; open = null; draw(); button(was)?.focus(); } };
  const button = (name) => [...el.querySelectorAll("[data-param]")].find((b) => b.dataset.param === name);
  const toggle = (name) => {
    open = open === name ? null : name;
    sought = "";
    if (open !== null && !whole(model.get("facets").find((facet) => facet.name === name))) { coming = name; send(model, el, { verb: "open", param: name }); }
    draw();
    el.querySelector(".rs-menu input")?.focus();
  };

  const option = (facet, counts, most, i) => {
    const key = facet.keys[i], label = facet.labels[i];
    const flip = (e) => { const others = listOf(now(facet.name)).filter((k) => k !== key); choose(facet.name, e.target.checked ? [...others, key] : others); };
    return h("label", { class: counts[i] ? "" : "rs-zero", title: label },
      h("input", { type: "checkbox", checked: listOf(now(facet.name)).includes(key), "data-key": key, "aria-label": `${label}, ${counts[i]}`, onchange: flip }),
      h("span", { class: "rs-value" }, label === "" ? "(empty)" : label),
      h("span", { class: "rs-bar", style: `width:${Math.round(66 * counts[i] / most)}px` }),
      h("span", { class: "rs-count" }, count(counts[i])));
  };

  /** From where to where, with a histogram of what the other filters leave. */
  const range = (facet, counts, kept) => {
    const numbers = facet.numbers.filter((x) => x !== null && Number.isFinite(x));
    const low = Math.min(...numbers), high = Math.max(...numbers), log = low > 0 && high / low > 100;
    const to = log ? Math.log : (x) => x, back = log ? Math.exp : (x) => x, span = to(high) - to(low) || 1;
    const place = (x) => (to(x) - to(low)) / span, bars = new Array(BARS).fill(0);
    facet.numbers.forEach((x, i) => { if (x !== null && Number.isFinite(x)) bars[Math.min(BARS - 1, Math.floor(place(x) * BARS))] += counts[i]; });
    const most = Math.max(1, ...bars), ends = endsOf(kept);
    const inside = (i) => (i + 1) / BARS >= place(ends.min ?? low) && i / BARS <= place(ends.max ?? high);
    const move = (end, value) => {
      const edge = end === "min" ? low : high;
      const next = { ...endsOf(now(facet.name)), [end]: value === "" || value === null || Number(value) === edge ? undefined : Number(value) };
      delete next.contains;
      keep(facet.name, next);
    };
    const slider = (end, edge) => h("input", { type: "range", min: "0", max: "1000", step: "1", value: String(Math.round(1000 * place(ends[end] ?? edge))),
      "data-range": `${facet.name} ${end}`, "aria-label": `${facet.name} ${end === "min" ? "from" : "to"}`,
      onchange: (e) => { const at = Number(e.target.value) / 1000; move(end, at <= 0 ? low : at >= 1 ? high : Number(back(to(low) + at * span).toPrecision(3))); } });
    const box = (end, edge) => h("input", { type: "text", inputmode: "decimal", class: "rs-end", value: ends[end] ?? "", placeholder: numberLabel(edge),
      "data-end": `${facet.name} ${end}`, "aria-label": `${facet.name} ${end === "min" ? "at least" : "at most"}`,
      onchange: (e) => { if (e.target.value === "" || Number.isFinite(Number(e.target.value))) move(end, e.target.value); else e.target.value = ends[end] ?? ""; } });
    return h("div", { class: "rs-range" },
      h("div", { class: "rs-histogram", "aria-hidden": "true" }, ...bars.map((n, i) =>
        h("i", { class: inside(i) ? "rs-in" : "", style: `height:${n ? Math.max(2, Math.round(34 * n / most)) : 0}px` }))),
      h("div", { class: "rs-sliders" }, slider("min", low), slider("max", high)),
      h("div", { class: "rs-ends" }, box("min", low), h("span", { class: "rs-soft" }, log ? "to (log)" : "to"), box("max", high)));
  };

  const menu = (facet, counts, kept) => {
    if (!whole(facet)) return h("div", { class: "rs-menu", role: "group", "aria-label": facet.name }, h("div", { class: "rs-soft", role: "status" }, "…"));
    const containing = () => h("button", { class: "rs-quiet", "data-contains": facet.name, onclick: () => keep(facet.name, { contains: sought }) }, `keep all that contain “${sought}”`);
    const list = h("div", { class: "rs-options" }), more = h("div");
    const fill = () => {
      const most = Math.max(1, ...counts);
      const found = [...facet.keys.keys()].filter((i) => facet.labels[i].toLowerCase().includes(sought.toLowerCase()));
      list.replaceChildren(...found.slice(0, LISTED).map((i) => option(facet, counts, most, i)),
        ...(found.length > LISTED ? [h("div", { class: "rs-soft" }, `${count(found.length - LISTED)} more: search`)] : []),
        ...(found.length ? [] : [h("div", { class: "rs-soft" }, "nothing found")]));
      more.replaceChildren(...(sought && !facet.numbers ? [containing()] : []));
    };
    fill();
    return h("div", { class: "rs-menu", role: "group", "aria-label": facet.name },
      facet.numbers && facet.keys.length >= RANGED && range(facet, counts, kept),
      facet.keys.length > SEARCHED && h("input", { type: "search", class: "rs-search", value: sought, placeholder: "search", "aria-label": `search ${facet.name}`,
        oninput: (e) => { sought = e.target.value; fill(); },
        onkeydown: (e) => { if (e.key === "Enter" && sought && !facet.numbers) keep(facet.name, { contains: sought }); } }),
      more, list,
      kept !== undefined && h("button", { class: "rs-quiet", onclick: () => choose(facet.name, []) }, "any value"));
  };

  const pill = (facet, counts, kept) => h("div", { class: "rs-drop" },
    h("button", { class: `rs-pill ${kept === undefined ? "" : "rs-on"}`, "data-param": facet.name, "aria-haspopup": "true",
      "aria-expanded": String(open === facet.name), onclick: () => toggle(facet.name) },
      facet.name, " ", kept === undefined ? h("em", {}, `any of ${count(facet.n)}`) : h("b", {}, said(facet, kept)), " ▾"),
    open === facet.name && menu(facet, counts, kept));

  const draw = () => {
    const facets = model.get("facets"), counts = model.get("counts"), chosen = asking.get("chosen");
    const { key: held, range: slid, end: typed } = document.activeElement?.dataset ?? {}, list = el.querySelector(".rs-options")?.scrollTop ?? 0;
    const arrived = open !== null && coming === open && whole(facets.find((f) => f.name === open) ?? { keys: [], n: -1 });
    const asked = (f) => chosen[f.name] !== undefined;
    const shown = facets.filter((f, i) => all || i < FIRST || asked(f) || open === f.name);
    const n = Object.keys(chosen).length;
    el.replaceChildren(...(facets.length ? [h("div", { class: "rs-row rs-filters", role: "group", "aria-label": "filters" },
      ...shown.map((f) => pill(f, counts[facets.indexOf(f)] ?? [], chosen[f.name])),
      facets.length > FIRST && h("button", { class: "rs-quiet", onclick: () => { all = !all; draw(); } },
        all ? "fewer params" : `+ ${facets.length - shown.length} params that vary`),
      h("span", { class: "rs-grow" }),
      n > 0 && h("button", { class: "rs-quiet", onclick: clear }, `clear ${n}`))] : []));
    if (slid !== undefined) el.querySelector(`[data-range="${CSS.escape(slid)}"]`)?.focus();
    if (typed !== undefined) el.querySelector(`[data-end="${CSS.escape(typed)}"]`)?.focus();
    if (held !== undefined) [...el.querySelectorAll("[data-key]")].find((box) => box.dataset.key === held)?.focus();
    if (arrived) { coming = null; el.querySelector(".rs-menu input")?.focus(); }
    const options = el.querySelector(".rs-options");
    if (options) options.scrollTop = list;
  };

  const redraw = calmly(el, draw);
  const away = (e) => { if (open !== null && !e.composedPath().includes(el)) { open = null; draw(); } };
  document.addEventListener("pointerdown", away);
  el.addEventListener("keydown", (e) => { if (e.key === "Escape") shut(); e.stopPropagation(); });
  const stops = [follow(model, ["facets", "counts", "chosen"], redraw), redraw.stop, asking.stop];
  return () => { document.removeEventListener("pointerdown", away); stops.forEach((stop) => stop()); };
}
export default { render };
