const PARTS = /("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)|(`[^`]*`?)|\b(and|or|not|in|has|isnan)\b|\b(\d[\w.]*(?:e[+-]?\d+)?|True|False|None|nan|inf)\b|([<>=!+*/%()[\],-]+)/gi;
const KINDS = ["text", "name", "word", "number", "sign"];

/** The query in coloured pieces. @param {string} text */
const coloured = (text) => {
  const pieces = [];
  let last = 0;
  for (const match of text.matchAll(PARTS)) {
    pieces.push(text.slice(last, match.index), h("span", { class: `rs-${KINDS[match.slice(1).findIndex(Boolean)]}` }, match[0]));
    last = match.index + match[0].length;
  }
  return [...pieces, text.slice(last), "\u200b"];
};

/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  let waiting = 0;   // until what is being typed is asked
  const behind = h("div", { class: "rs-behind", "aria-hidden": "true" });
  const asking = askingOf(model, el, () => draw());
  const ask = () => { clearTimeout(waiting); waiting = 0; asking.tell("text", input.value, { verb: "ask", text: input.value }); };
  const typed = () => { behind.replaceChildren(...coloured(input.value)); behind.scrollLeft = input.scrollLeft; };
  const input = h("input", {
    class: "rs-query", "aria-label": "query", spellcheck: "false", autocomplete: "off",
    placeholder: 'query, such as   lr < 0.01 and final.val_loss < 0.5',
    oninput: () => { typed(); clearTimeout(waiting); waiting = setTimeout(ask, 350); },
    onkeydown: (e) => { e.stopPropagation(); if (e.key === "Enter") ask(); if (e.key === "Escape") { input.value = ""; typed(); ask(); } },
    onscroll: () => { behind.scrollLeft = input.scrollLeft; },
  });
  const clear = h("button", { class: "rs-quiet", "aria-label": "clear the query", onclick: () => { input.value = ""; typed(); ask(); input.focus(); } }, "×");
  const said = h("div", { class: "rs-said", role: "status" });
  el.replaceChildren(h("div", { class: "rs-row" }, h("div", { class: "rs-ask" }, behind, input), clear), said);
  const draw = () => {
    const text = asking.get("text"), [at, reason] = model.get("mistake"), hint = model.get("hint");
    if (!waiting && input.value !== text) input.value = text;
    typed();
    input.setAttribute("aria-invalid", String(reason !== undefined));
    said.className = `rs-said ${reason === undefined ? "rs-soft" : "rs-warn"}`;
    said.replaceChildren(...(reason === undefined ? [hint] : [h("pre", {}, `${" ".repeat(at)}^`), reason]));
    said.hidden = reason === undefined && !hint;
  };
  const stop = follow(model, ["text", "mistake", "hint"], draw);
  return () => { clearTimeout(waiting); stop(); asking.stop(); };
}
export default { render };
