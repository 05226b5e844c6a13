const EMPTY = { params: "no param differs", environment: "nothing recorded differs", observations: "nothing was observed" };

/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  const notice = h("div", { class: "rs-notice", role: "status" });
  const said = h("div", { class: "rs-row rs-foot" });
  const wide = h("div", { class: "rs-across rs-wide", role: "region", tabindex: "0", "aria-label": "what differs" });
  const tools = h("div", { class: "rs-row rs-tools", role: "group", "aria-label": "is the difference real?" });
  const versus = h("div", { class: "rs-versus" });
  const below = h("section", { class: "rs-below", "aria-label": "is the difference real?" }, tools, versus);
  el.replaceChildren(h("div", { class: "rs-differences" }, notice, said, wide, below));

  const head = ({ title, short, n, swatch, hash }) => {
    const mark = h("span", { class: "rs-swatch" });
    if (swatch[0]) mark.style.background = swatch[1] ? `repeating-linear-gradient(90deg, ${swatch[0]} 0 4px, transparent 4px 6px)` : swatch[0];
    return h("th", { scope: "col", title: `${title} (${hash})` }, mark, " ", short, n > 0 && h("span", { class: "rs-soft" }, ` n = ${count(n)}`));
  };
  const cell = ({ text, full, kind, best = false, part = null, spread = "" }) => {
    const bar = part !== null && h("i", { class: "rs-part" });
    if (bar) bar.style.setProperty("--rs-part", String(part));
    return h("td", { class: `rs-num${kind ? ` rs-${kind}` : ""}${best ? " rs-best" : ""}`, title: best ? `${full}; the best` : full },
      kind === "absent" ? h("span", { "aria-label": "absent" }, text) : text, spread !== "" && " ", spread !== "" && h("span", { class: "rs-soft rs-spread" }, spread),
      best && h("span", { class: "rs-unseen" }, "best"), bar);
  };
  const section = ([name, rows], columns) => h("tbody", {}, h("tr", { class: "rs-section" }, h("th", { scope: "rowgroup" }, name),
    h("td", { colspan: columns }, rows.length === 0 && h("span", { class: "rs-soft" }, EMPTY[name]))),
  ...rows.map(({ name, cells }) => h("tr", {}, h("th", { scope: "row", title: name }, name), ...cells.map(cell))));

  const drawTable = () => {
    const heads = model.get("heads"), none = model.get("notice");
    notice.textContent = none;
    notice.hidden = !none;
    said.hidden = wide.hidden = below.hidden = Boolean(none);
    said.textContent = model.get("said");
    wide.replaceChildren(h("table", { class: "rs-sheet" }, h("caption", { class: "rs-unseen" }, "what differs between the selected"),
      h("thead", {}, h("tr", {}, h("td", {}), ...heads.map(head))), ...model.get("sections").map((one) => section(one, heads.length))));
  };
  const drawTools = () => refilled(tools, h("span", { class: "rs-title" }, "Is the difference real?"), ...aimPicks(model, el),
    toggle("all repeats of these", model.get("all_repeats"), (on) => send(model, el, { verb: "take_all_repeats", on })));
  const drawVersus = () => {
    const found = model.get("versus"), question = model.get("question"), busy = model.get("busy");
    versus.setAttribute("aria-busy", String(busy));
    refilled(versus, ...(question ? [h("p", { class: "rs-soft" }, question)]
      : Object.keys(found).length === 0 ? [h("p", { class: "rs-soft" }, busy ? "computing…" : "")]
        : versusOf(found, model.get("colours"))));
  };
  const stops = [
    follow(model, ["notice", "heads", "sections", "said"], drawTable),
    follow(model, [...AIM, "all_repeats"], drawTools),
    follow(model, ["versus", "question", "busy", "colours"], drawVersus),
  ];
  return () => stops.forEach((stop) => stop());
}
export default { render };
