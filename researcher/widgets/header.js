const ENDING = ["restarting", "autorestarting", "terminating", "dead"];   // a kernel's status

/**
 * What is wrong with the kernel, as far as the page can tell: it is gone, or does not answer a message of a control.
 * @param {() => void} changed is called when that changes
 */
const watchKernel = (model, el, changed) => {
  let gone = false;
  const waiting = new Set();   // messages of all the Explorer's controls that are not answered yet
  const kernel = model.widget_manager.kernel;
  const hear = (e) => {
    if (e.target.closest?.(".rs-explorer") !== el.closest(".rs-explorer")) return;
    if (e.detail.said === "lost") gone = true;
    else if (e.detail.said === "waiting") waiting.add(e.detail.asked);
    else if (!waiting.delete(e.detail.asked)) return;
    changed();
  };
  const end = () => { gone = true; changed(); };
  const status = (_, now) => { if (ENDING.includes(now)) end(); };
  document.addEventListener("rs-asked", hear);
  kernel?.statusChanged?.connect(status);
  model.on("comm_live_update", end);
  return {
    gone: () => gone,
    trouble: () => {
      if (gone) return "the kernel was restarted: run the cell again";
      if (!waiting.size) return "";
      return kernel?.supportsSubshells && kernel.commsOverSubshells !== "disabled"
        ? "the kernel is working on it" : "the kernel is busy: this happens when the running cell ends";
    },
    stop: () => {
      document.removeEventListener("rs-asked", hear);
      kernel?.statusChanged?.disconnect(status);
      model.off("comm_live_update", end);
    },
  };
};

/** Tells the kernel that somebody looks, for only then it watches the records; the returned function ends that. */
const attend = (model, kernel) => {
  const page = Math.random().toString(36).slice(2);
  const leave = () => {
    removeEventListener("pagehide", leave);
    if (!kernel.gone()) model.send({ verb: "hidden", page });
  };
  model.send({ verb: "shown", page });
  addEventListener("pagehide", leave);
  return leave;
};

/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  let open = false;
  const said = h("span", { class: "rs-kernel rs-warn", role: "status" });
  const draw = () => {
    said.textContent = kernel.trouble();
    said.hidden = !said.textContent;
    said.classList.toggle("rs-gone", kernel.gone());
    const [total, visible, selected] = ["total", "visible", "selected"].map((name) => model.get(name));
    const damaged = model.get("damaged"), notice = model.get("notice"), statuses = model.get("statuses");
    const say = (verb) => () => send(model, el, { verb });
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
      said,
      h("span", { class: "rs-soft", "aria-live": "polite" }, ...(selected
        ? [`${count(selected)} selected: `, h("code", {}, "explorer.selected"),
          h("button", { class: "rs-quiet", title: "unselect all", "aria-label": "unselect all", onclick: say("unselect") }, "×")]
        : ["none selected"])));
    const files = open && h("ul", { class: "rs-damaged" },
      ...damaged.filter(([path]) => path).map(([path, reason]) => h("li", {}, h("code", {}, path), ` ${reason}`)),
      damaged.length > 100 && h("li", {}, `and ${count(damaged.length - 100)} more`));
    el.replaceChildren(line, ...(files ? [files] : []), ...(notice ? [h("div", { class: "rs-notice", role: "status" }, notice)] : []));
  };
  const redraw = calmly(el, draw);
  const kernel = watchKernel(model, el, redraw);
  const leave = attend(model, kernel);
  const stop = follow(model, ["source", "notice", "total", "visible", "selected", "by_hand", "statuses", "damaged"], redraw);
  return () => { stop(); redraw.stop(); leave(); kernel.stop(); };
}
export default { render };
