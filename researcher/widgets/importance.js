const WAYS = { rises: "rises with it", falls: "falls with it", unclear: "neither clearly" };

/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  const tools = h("div", { class: "rs-row rs-tools", role: "group", "aria-label": "params that matter" });
  const state = h("span", { class: "rs-soft", role: "status" });
  const notice = h("div", { class: "rs-notice" });
  const body = h("div", { class: "rs-ranking" });
  el.replaceChildren(h("div", { class: "rs-importance" }, tools, notice, body));

  const bar = ({ share, low, high }) => h("div", { class: "rs-lane rs-lane-share", "aria-hidden": "true" },
    markAt("rs-share", 0, share), markAt("rs-whisker", low, high));
  const direction = ({ correlation }) => {
    if (!correlation) return h("div", { class: "rs-way rs-soft", title: "no number that varies, so it has no direction" }, h("span", { "aria-label": "no direction" }, "–"));
    const { way, rank, low, high, text, full } = correlation, part = (x) => (x + 1) / 2;
    return h("div", { class: `rs-way rs-way-${way}`, title: full }, h("span", { class: "rs-num" }, text),
      h("div", { class: "rs-lane rs-lane-interval", role: "img", "aria-label": full },
        markAt("rs-zero-line", 0.5), markAt("rs-interval", part(low), part(high)), markAt("rs-mean", part(rank))),
      h("span", { class: "rs-soft" }, WAYS[way]));
  };
  const name = (param) => h("button", { class: "rs-param", "data-held": param, title: `${param} against ${model.get("which")}.${model.get("observation")}`,
    onclick: () => send(model, el, { verb: "open", param }) }, param);
  const row = (found) => h("tr", { class: found.matters ? "" : "rs-chance" },
    h("th", { scope: "row" }, ...found.params.map((param) => h("div", {}, name(param.name)))),
    h("td", { class: "rs-num", title: found.full }, found.text), h("td", { title: found.full }, bar(found)),
    h("td", {}, ...found.params.map(direction)));
  const heading = (text, title) => h("th", { scope: "col", title }, text);

  const draw = () => {
    const rows = model.get("rows"), none = model.get("notice"), said = model.get("said");
    notice.hidden = !none;
    notice.textContent = none;
    refilled(body, said && h("p", { class: "rs-said-of-all" }, said, " ",
      h("span", { class: "rs-how", tabindex: "0", "data-held": "", title: model.get("how"), role: "note", "aria-label": `how this is told: ${model.get("how")}` }, "how this is told")),
    rows.length > 0 && h("table", { class: "rs-sheet" }, h("caption", { class: "rs-unseen" }, "params that matter"),
      h("thead", {}, h("tr", {}, heading("param"), h("th", { scope: "col", colspan: 2, class: "rs-left" }, "share of the variance"),
        heading(model.get("objective"), "how it goes with the param: Spearman's rank correlation with its 95 % interval"))), h("tbody", {}, ...rows.map(row))),
    model.get("warnings").length > 0 && h("ul", { class: "rs-warnings", "aria-label": "warnings" }, ...model.get("warnings").map((text) => h("li", {}, text))));
  };
  const drawTools = () => { refilled(tools, ...aimPicks(model, el), h("span", { class: "rs-grow" }), state); };
  const drawBusy = () => {
    const busy = model.get("busy");
    body.setAttribute("aria-busy", String(busy));
    state.textContent = busy ? "computing…" : "";
  };
  const redraw = calmly(body, draw);
  const stops = [follow(model, AIM, drawTools), follow(model, ["rows", "objective", "notice", "said", "warnings"], redraw), redraw.stop,
    follow(model, ["busy"], drawBusy)];
  return () => stops.forEach((stop) => stop());
}
export default { render };
