/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  const open = (name) => { send(model, el, { verb: "open", name }); };
  const draw = () => {
    const names = model.get("names"), chosen = model.get("chosen"), held = el.contains(document.activeElement);
    const move = (e, i) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: names.length - 1 }[e.key];
      e.stopPropagation();
      if (to === undefined) return;
      e.preventDefault();
      const next = el.querySelectorAll("[role=tab]")[(to + names.length) % names.length];
      next.focus();
      open(next.dataset.tab);
    };
    el.replaceChildren(h("div", { class: "rs-tabs", role: "tablist", "aria-label": "views" }, ...names.map((name, i) =>
      h("button", { class: "rs-tab", role: "tab", "data-tab": name, "aria-selected": String(name === chosen),
        tabindex: name === chosen ? "0" : "-1", onclick: () => open(name), onkeydown: (e) => move(e, i) }, name))));
    if (held) el.querySelector("[aria-selected=true]")?.focus();
  };
  const redraw = calmly(el, draw), stop = follow(model, ["names", "chosen"], redraw);
  return () => { stop(); redraw.stop(); };
}
export default { render };
