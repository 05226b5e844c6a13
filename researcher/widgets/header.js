/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  let open = false;
  const draw = () => {
    const [total, visible, selected] = ["total", "visible", "selected"].map((name) => model.get(name));
    const damaged = model.get("damaged"), notice = model.get("notice"), statuses = model.get("statuses");
    const say = (verb) => () => model.send({ verb });
    const line = h("div", { class: "rs-row rs-header" },
      h("b", {}, model.get("source")),
      h("span", { class: "rs-soft", "data-count": "visible" },
        visible === total ? plural(total, "experiment") : `${count(visible)} of ${plural(total, "experiment")}`),
      ...Object.entries(statuses).map(([status, n]) =>
        h("span", { class: "rs-soft" }, h("i", { class: `rs-dot rs-${status}` }), `${count(n)} ${status}`)),
      damaged.length > 0 && h("button", { class: "rs-quiet rs-warn", "aria-expanded": String(open),
        onclick: () => { open = !open; draw(); } }, `${count(damaged.length)} damaged`),
      model.get("by_hand") && h("button", { class: "rs-pill rs-on", title: "look at all experiments again", onclick: say("look_at_all") }, "chosen by hand ×"),
      h("span", { class: "rs-grow" }),
      h("span", { class: "rs-soft", "aria-live": "polite" }, ...(selected
        ? [`${count(selected)} selected: `, h("code", {}, "explorer.selected"),
          h("button", { class: "rs-quiet", title: "unselect all", "aria-label": "unselect all", onclick: say("unselect") }, "×")]
        : ["none selected"])));
    const files = open && h("ul", { class: "rs-damaged" },
      ...damaged.filter(([path]) => path).map(([path, reason]) => h("li", {}, h("code", {}, path), ` ${reason}`)),
      damaged.length > 100 && h("li", {}, `and ${count(damaged.length - 100)} more`));
    el.replaceChildren(line, ...(files ? [files] : []), ...(notice ? [h("div", { class: "rs-notice", role: "status" }, notice)] : []));
  };
  return follow(model, ["source", "notice", "total", "visible", "selected", "by_hand", "statuses", "damaged"], draw);
}
export default { render };
