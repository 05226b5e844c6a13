/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  let open = false, gone = false;
  const waiting = new Set();   // messages of all the Explorer's controls that the kernel has not answered yet
  const kernel = model.widget_manager.kernel;
  const trouble = () => {
    if (gone) return "the kernel was restarted: run the cell again";
    if (!waiting.size) return "";
    return kernel?.supportsSubshells && kernel.commsOverSubshells !== "disabled"
      ? "the kernel is at it" : "the kernel is busy: this happens when the running cell ends";
  };
  const said = h("span", { class: "rs-warn", role: "status" });
  const draw = () => {
    said.textContent = trouble();
    said.hidden = !said.textContent;
    said.classList.toggle("rs-gone", gone);
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
  const hear = (e) => {
    if (e.target.closest?.(".rs-explorer") !== el.closest(".rs-explorer")) return;
    e.detail.said === "waiting" ? waiting.add(e.detail.asked) : waiting.delete(e.detail.asked);
    draw();
  };
  document.addEventListener("rs-asked", hear);

  // A kernel that ends takes everything with it but what stands in the page.
  const end = () => { gone = true; draw(); };
  const status = (_, now) => { if (["restarting", "autorestarting", "terminating", "dead"].includes(now)) end(); };
  kernel?.statusChanged?.connect(status);
  model.on("comm_live_update", end);

  // The kernel watches the records as long as somebody looks.
  const page = Math.random().toString(36).slice(2);
  const leave = () => { if (!gone) model.send({ verb: "hidden", page }); };
  model.send({ verb: "shown", page });
  addEventListener("pagehide", leave);

  const stop = follow(model, ["source", "notice", "total", "visible", "selected", "by_hand", "statuses", "damaged"], draw);
  return () => {
    stop();
    leave();
    removeEventListener("pagehide", leave);
    document.removeEventListener("rs-asked", hear);
    kernel?.statusChanged?.disconnect(status);
  };
}
export default { render };
