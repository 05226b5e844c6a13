const FIRST = 6;       // dropdowns before "+ n params that vary"
const SEARCHED = 10;   // values from which on they can be searched
const LISTED = 200;    // values that are listed at once

/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  let open = null, all = false, sought = "";
  const choose = (param, keys) => model.send({ verb: "choose", param, keys });
  const shut = () => { if (open !== null) { const was = open; open = null; draw(); button(was)?.focus(); } };
  const button = (name) => [...el.querySelectorAll("[data-param]")].find((b) => b.dataset.param === name);
  const toggle = (name) => { open = open === name ? null : name; sought = ""; draw(); el.querySelector(".rs-menu input")?.focus(); };

  const option = (facet, counts, chosen, most, i) => {
    const key = facet.keys[i], label = facet.labels[i];
    const flip = (e) => choose(facet.name, e.target.checked ? [...chosen, key] : chosen.filter((k) => k !== key));
    return h("label", { class: counts[i] ? "" : "rs-zero", title: label },
      h("input", { type: "checkbox", checked: chosen.includes(key), "data-key": key, "aria-label": `${label}, ${counts[i]}`, onchange: flip }),
      h("span", { class: "rs-value" }, label === "" ? "(empty)" : label),
      h("span", { class: "rs-bar", style: `width:${Math.round(66 * counts[i] / most)}px` }),
      h("span", { class: "rs-count" }, count(counts[i])));
  };

  const menu = (facet, counts, chosen) => {
    const list = h("div", { class: "rs-options" });
    const fill = () => {
      const most = Math.max(1, ...counts);
      const found = [...facet.keys.keys()].filter((i) => facet.labels[i].toLowerCase().includes(sought.toLowerCase()));
      list.replaceChildren(...found.slice(0, LISTED).map((i) => option(facet, counts, chosen, most, i)),
        ...(found.length > LISTED ? [h("div", { class: "rs-soft" }, `${count(found.length - LISTED)} more: search`)] : []),
        ...(found.length ? [] : [h("div", { class: "rs-soft" }, "nothing found")]));
    };
    fill();
    return h("div", { class: "rs-menu", role: "group", "aria-label": facet.name },
      facet.keys.length > SEARCHED && h("input", { type: "search", class: "rs-search", value: sought, placeholder: "search", "aria-label": `search ${facet.name}`,
        oninput: (e) => { sought = e.target.value; fill(); } }),
      list,
      chosen.length > 0 && h("button", { class: "rs-quiet", onclick: () => choose(facet.name, []) }, "any value"));
  };

  const pill = (facet, counts, chosen) => {
    const names = facet.keys.flatMap((key, i) => (chosen.includes(key) ? [facet.labels[i]] : []));
    const said = names.length > 2 ? `${names.slice(0, 2).join(", ")}, +${names.length - 2}` : names.join(", ");
    return h("div", { class: "rs-drop" },
      h("button", { class: `rs-pill ${names.length ? "rs-on" : ""}`, "data-param": facet.name, "aria-haspopup": "true",
        "aria-expanded": String(open === facet.name), onclick: () => toggle(facet.name) },
        facet.name, " ", names.length ? h("b", {}, said) : h("em", {}, `any of ${count(facet.keys.length)}`), " ▾"),
      open === facet.name && menu(facet, counts, chosen));
  };

  const draw = () => {
    const facets = model.get("facets"), counts = model.get("counts"), chosen = model.get("chosen");
    const held = document.activeElement?.dataset?.key, list = el.querySelector(".rs-options")?.scrollTop ?? 0;
    const asked = (f) => (chosen[f.name] ?? []).length > 0;
    const shown = facets.filter((f, i) => all || i < FIRST || asked(f) || open === f.name);
    const n = Object.keys(chosen).length;
    el.replaceChildren(...(facets.length ? [h("div", { class: "rs-row rs-filters", role: "group", "aria-label": "filters" },
      ...shown.map((f) => pill(f, counts[facets.indexOf(f)] ?? [], chosen[f.name] ?? [])),
      facets.length > FIRST && h("button", { class: "rs-quiet", onclick: () => { all = !all; draw(); } },
        all ? "fewer params" : `+ ${facets.length - shown.length} params that vary`),
      h("span", { class: "rs-grow" }),
      n > 0 && h("button", { class: "rs-quiet", onclick: () => model.send({ verb: "clear" }) }, `clear ${n}`))] : []));
    if (held !== undefined) [...el.querySelectorAll("[data-key]")].find((box) => box.dataset.key === held)?.focus();
    const options = el.querySelector(".rs-options");
    if (options) options.scrollTop = list;
  };

  const away = (e) => { if (open !== null && !e.composedPath().includes(el)) { open = null; draw(); } };
  document.addEventListener("pointerdown", away);
  el.addEventListener("keydown", (e) => { if (e.key === "Escape") shut(); e.stopPropagation(); });
  const stop = follow(model, ["facets", "counts", "chosen"], draw);
  return () => { document.removeEventListener("pointerdown", away); stop(); };
}
export default { render };
