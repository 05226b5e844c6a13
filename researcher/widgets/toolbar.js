/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  let open = false;
  const draw = () => {
    const observed = model.get("observed"), chosen = model.get("chosen"), zoom = model.get("zoom");
    const held = document.activeElement?.dataset?.observation;
    const flip = (name) => (e) => model.send({ verb: "draw", observations: e.target.checked ? [...chosen, name] : chosen.filter((n) => n !== name) });
    const menu = () => h("div", { class: "rs-menu rs-right", role: "group", "aria-label": "observations" }, h("div", { class: "rs-options" },
      ...observed.map((name) => h("label", { title: name },
        h("input", { type: "checkbox", checked: chosen.includes(name), "data-observation": name, onchange: flip(name) }), h("span", { class: "rs-value" }, name)))));
    el.replaceChildren(...(observed.length ? [h("div", { class: "rs-row rs-tools" },
      h("span", { class: "rs-soft" }, zoom.length ? `steps ${zoom.map((x) => Number(x.toPrecision(3))).join(" – ")}, double click for all` : "wheel to zoom, drag to pan, click to select"),
      h("span", { class: "rs-grow" }),
      h("div", { class: "rs-drop" }, h("button", { class: "rs-pill", "aria-haspopup": "true", "aria-expanded": String(open),
        onclick: () => { open = !open; draw(); el.querySelector(".rs-menu input")?.focus(); } }, "observations ", h("b", {}, count(chosen.length)), " ▾"),
      open && menu()))] : []));
    if (held !== undefined) [...el.querySelectorAll("[data-observation]")].find((box) => box.dataset.observation === held)?.focus();
  };
  const away = (e) => { if (open && !e.composedPath().includes(el)) { open = false; draw(); } };
  document.addEventListener("pointerdown", away);
  el.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && open) { open = false; draw(); el.querySelector("button")?.focus(); }
    e.stopPropagation();
  });
  const stop = follow(model, ["observed", "chosen", "zoom"], draw);
  return () => { document.removeEventListener("pointerdown", away); stop(); };
}
export default { render };
