const BANDS = { std: "std", se: "std error", 95: "95 %", minmax: "min–max", none: "each by itself" };
const SMOOTHING = "Debiased exponential moving average, weighted by the distance of steps (Kingma and Ba 2015, Eckner 2012); what was observed stays behind it";
const BAND = "Around the mean of folds or repeats: one standard deviation (n − 1), one standard error, the 95 % interval of the mean (Student's t), or minimum to maximum";
const CLIP = "Leave out of the y ranges what lies beyond the 5 to 95 % range by more than its own length";

/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  let open = "";
  const asking = askingOf(model, el, () => redraw.soon());
  const look = (name) => (value) => asking.tell("look", { ...asking.get("look"), [name]: value }, { verb: "look", name, value });
  const flip = (name, on) => {
    const others = asking.get("chosen").filter((other) => other !== name), observations = on ? [...others, name] : others;
    asking.tell("chosen", observations, { verb: "draw", observations });
  };
  const titled = (title, control) => { control.title = title; return control; };
  const shut = () => { if (open) { const was = open; open = ""; draw(); el.querySelector(`[data-menu="${was}"]`)?.focus(); } };

  const menu = (name, label, ...content) => h("div", { class: "rs-drop" },
    h("button", { class: "rs-pill", "data-menu": name, "data-held": name, "aria-haspopup": "true", "aria-expanded": String(open === name),
      onclick: () => { open = open === name ? "" : name; draw(); el.querySelector(".rs-menu input, .rs-menu select, .rs-menu button")?.focus(); } }, ...label, " ▾"),
    open === name && h("div", { class: "rs-menu rs-right", role: "group", "aria-label": name }, ...content));
  const observation = (name, chosen) => h("label", { title: name },
    h("input", { type: "checkbox", checked: chosen.includes(name), "data-observation": name, "data-held": `draw ${name}`,
      onchange: (e) => flip(name, e.target.checked) }),
    h("span", { class: "rs-value" }, name));
  const smooth = (weight) => h("label", { class: "rs-pill rs-pick rs-smooth", title: SMOOTHING }, "smooth",
    h("input", { type: "range", min: "0", max: "0.99", step: "0.01", value: String(weight), "aria-label": "smoothing", "data-held": "smoothing",
      onchange: (e) => look("smoothing")(Number(e.target.value)) }), h("span", { class: "rs-count" }, weight ? weight.toFixed(2) : "off"));
  /** A dropdown whose values have words of their own. @param {Record<string, string>} words */
  const worded = (label, words, chosen, act) => h("label", { class: "rs-pill rs-pick" }, h("span", {}, label),
    h("select", { "aria-label": label, "data-held": label, "data-lm-suppress-shortcuts": "true", onchange: (e) => act(e.target.value) },
      ...Object.entries(words).map(([value, text]) => h("option", { value, selected: value === chosen }, text))));

  /** A dropdown of columns, and of none of them. */
  const choice = (label, none, groups, chosen, act) => h("label", { class: "rs-pill rs-pick" }, h("span", {}, label),
    h("select", { "aria-label": label, "data-held": label, "data-lm-suppress-shortcuts": "true", onchange: (e) => act(e.target.value) },
      h("option", { value: "", selected: !chosen }, none),
      ...groups.map(([kind, names]) => h("optgroup", { label: kind }, ...names.map((name) => h("option", { value: name, selected: name === chosen }, name))))));

  const draw = () => {
    const [observed, params, chosen, zoom, now] = ["observed", "params", "chosen", "zoom", "look"].map(asking.get);
    const kinds = ["step", "time", "clock"], columns = [["params", params], ["about the record", ["title", "status"].filter((name) => !params.includes(name))]];
    refilled(el, ...(observed.length ? [h("div", { class: "rs-row rs-tools" },
      picker("x", [["what was recorded", kinds], ["observations", observed.filter((name) => !kinds.includes(name))]], now.x, look("x")),
      toggle("log x", now.log_x, look("log_x")), toggle("log y", now.log_y, look("log_y")),
      smooth(now.smoothing),
      choice("group", "none", [["same params but the seed", ["repeats"]], ...columns], now.group, look("group")),
      titled(BAND, worded("band", BANDS, now.band, look("band"))),
      menu("more", ["more"], h("div", { class: "rs-more" },
        choice("colour", "each its own", columns, now.colour, look("colour")),
        choice("dash", "as usual", columns, now.dash, look("dash")),
        titled(CLIP, toggle("clip outliers", now.clip, look("clip"))),
        toggle("share y", now.share_y, look("share_y")))),
      h("span", { class: "rs-grow" }),
      zoom.length > 0 && h("button", { class: "rs-pill rs-on", "data-held": "unzoom", title: "show all; so does a double click", onclick: () => asking.tell("zoom", [], { verb: "unzoom" }) },
        `${zoom.map((x) => Number(x.toPrecision(3))).join(" – ")} ×`),
      menu("observations", ["observations ", h("b", {}, count(chosen.length))],
        h("div", { class: "rs-options" }, ...observed.map((name) => observation(name, chosen)))))] : []));
  };
  const redraw = calmly(el, draw);
  const away = (e) => { if (open && !e.composedPath().includes(el)) { open = ""; draw(); } };
  document.addEventListener("pointerdown", away);
  el.addEventListener("keydown", (e) => { if (e.key === "Escape") shut(); e.stopPropagation(); });
  const stops = [follow(model, ["observed", "params", "chosen", "zoom", "look"], redraw), redraw.stop, asking.stop];
  return () => { document.removeEventListener("pointerdown", away); stops.forEach((stop) => stop()); };
}
export default { render };
