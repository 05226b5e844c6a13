const FILES = [["png", "picture of the panels, PNG"], ["svg", "picture of the panels, SVG"], ["csv", "table, CSV"], ["html", "report, HTML"]];

/** Hand a file to the reader. @param {string} name @param {string} type @param {DataView} bytes */
const download = (name, type, bytes) => {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
};

/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  const me = Math.random().toString(36).slice(2);   // other views of this model get the same answers
  let open = false, busy = "", said = "", text = null, waiting = 0;

  const ask = (what) => { busy = what; open = false; said = what === "code" ? "" : "making it …"; text = null; draw(); send(model, el, { verb: "make", what, page: me }); };
  const say = (words) => { said = words; clearTimeout(waiting); waiting = setTimeout(() => { said = ""; draw(); }, 4000); };
  const shut = () => { open = false; text = null; said = ""; draw(); };

  const menu = () => h("div", { class: "rs-menu rs-right", role: "menu", "aria-label": "save" },
    ...FILES.map(([what, label]) => h("button", { class: "rs-item", role: "menuitem", "data-save": what, onclick: () => ask(what) }, label)));
  const byHand = () => h("div", { class: "rs-menu rs-right rs-code", role: "dialog", "aria-label": "the code of this view" },
    h("div", { class: "rs-soft" }, "The page may not use the clipboard: copy this by hand."),
    h("textarea", { readonly: true, rows: "8", spellcheck: "false", "aria-label": "code", "data-lm-suppress-shortcuts": "true" }, text),
    h("button", { class: "rs-pill", onclick: shut }, "close"));

  const draw = () => {
    const held = el.contains(document.activeElement) ? document.activeElement.dataset.save : null;
    el.replaceChildren(h("div", { class: "rs-save" },
      h("span", { class: "rs-soft", role: "status" }, said),
      h("div", { class: "rs-drop" },
        h("button", { class: "rs-pill", "data-save": "code", "aria-busy": String(busy === "code"), title: "the Python that opens this view", onclick: () => ask("code") }, "copy as code"),
        text !== null && byHand()),
      h("div", { class: "rs-drop" },
        h("button", { class: "rs-pill", "data-save": "menu", "aria-haspopup": "menu", "aria-expanded": String(open), "aria-busy": String(FILES.some(([what]) => what === busy)),
          onclick: () => { open = !open; text = null; draw(); if (open) el.querySelector("[role=menuitem]").focus(); } }, "save ▾"),
        open && menu())));
    const area = el.querySelector("textarea");
    if (area) { area.focus(); area.select(); }
    else if (held) (el.querySelector(`[data-save="${held}"]`) ?? el.querySelector("[data-save=menu]")).focus();
  };

  const copy = async (code) => {
    try {
      await navigator.clipboard.writeText(code);   // not there without https, and may be refused
      say("copied");
    } catch {
      text = code;
    }
  };
  const hear = async (answer, buffers) => {
    if (answer.page !== me) return;
    busy = "";
    if (answer.trouble) { clearTimeout(waiting); said = answer.trouble; }
    else if (answer.what === "code") await copy(answer.text);
    else { download(answer.name, answer.type, buffers[0]); say(`saved ${answer.name}`); }
    draw();
  };

  const away = (e) => { if ((open || text !== null) && !e.composedPath().includes(el)) shut(); };
  const keys = (e) => {
    e.stopPropagation();
    const items = [...el.querySelectorAll("[role=menuitem]")], at = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (e.key === "Escape" && (open || text !== null)) { const back = open ? "menu" : "code"; shut(); el.querySelector(`[data-save=${back}]`).focus(); }
    else if (step && items.length) { e.preventDefault(); items[(at + step + items.length) % items.length].focus(); }
  };
  document.addEventListener("pointerdown", away);
  el.addEventListener("keydown", keys);
  model.on("msg:custom", hear);
  draw();
  return () => { document.removeEventListener("pointerdown", away); model.off("msg:custom", hear); clearTimeout(waiting); };
}
export default { render };
