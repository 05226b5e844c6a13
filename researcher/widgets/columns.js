/**
 * The menu of columns: which are shown, and whether repeats share a row.
 * @param {{ menu: () => [string, string[]][], observed: () => string[], shown: () => string[], arrange: (names: string[]) => void, folded: () => boolean,
 *   fold: (on: boolean) => void }} table
 */
const columnsMenu = (el, table) => {
  let open = false, sought = "";
  const button = h("button", { class: "rs-columns", "aria-haspopup": "true", "aria-expanded": "false", "aria-label": "columns", title: "columns" }, h("i", { class: "rs-bars", "aria-hidden": "true" }));
  const corner = h("div", { class: "rs-th rs-corner", role: "columnheader" }, button);
  const list = h("div", { class: "rs-options" });
  const search = h("input", { type: "search", class: "rs-search", placeholder: "search", "aria-label": "search columns" });
  const fold = h("input", { type: "checkbox", "aria-label": "fold repeats" });
  const usual = h("button", { class: "rs-quiet" }, "usual columns");
  const more = atStep({ observed: table.observed, add: (name) => { if (!table.shown().includes(name)) table.arrange([...table.shown(), name]); } });
  const menu = h("div", { class: "rs-menu rs-right rs-choose", role: "group", "aria-label": "columns of the table", hidden: true },
    search, h("div", { class: "rs-options" }, h("label", { title: "experiments that differ in nothing but their seed share a row" }, fold, h("span", { class: "rs-value" }, "fold repeats"))), list, more.line, usual);
  el.append(menu);

  const flip = (name, on) => table.arrange(on ? [...table.shown(), name] : table.shown().filter((other) => other !== name));
  const option = (name, shown) => h("label", { title: name },
    h("input", { type: "checkbox", checked: shown.has(name), "data-shown": name, onchange: (e) => flip(name, e.target.checked) }), h("span", { class: "rs-value" }, name));
  const draw = () => {
    button.setAttribute("aria-expanded", String(open));
    menu.hidden = !open;
    if (!open) return;
    const held = list.contains(document.activeElement) ? document.activeElement.dataset.shown : undefined, scrolled = list.scrollTop;
    const shown = new Set(table.shown()), wanted = (name) => name.toLowerCase().includes(sought.toLowerCase());
    const groups = table.menu().map(([kind, names]) => [kind, names.filter(wanted)]).filter(([, names]) => names.length);
    list.replaceChildren(...groups.map(([kind, names]) => h("div", { role: "group", "aria-label": kind }, h("div", { class: "rs-kind rs-soft" }, kind), ...names.map((name) => option(name, shown)))),
      ...(groups.length ? [] : [h("div", { class: "rs-soft" }, "nothing found")]));
    more.draw();
    fold.checked = table.folded();
    list.scrollTop = scrolled;
    if (held !== undefined) ([...list.querySelectorAll("input")].find((box) => box.dataset.shown === held) ?? search).focus();
  };
  const shut = () => { open = false; sought = search.value = ""; draw(); };
  button.addEventListener("click", () => { if (open) return shut(); open = true; draw(); search.focus(); });
  search.addEventListener("input", () => { sought = search.value; draw(); });
  fold.addEventListener("change", () => table.fold(fold.checked));
  usual.addEventListener("click", () => table.arrange(null));
  menu.addEventListener("keydown", (e) => { if (e.key === "Escape") { shut(); button.focus(); } e.stopPropagation(); });
  const away = (e) => { if (open && !e.composedPath().includes(menu) && !e.composedPath().includes(button)) shut(); };
  document.addEventListener("pointerdown", away);
  return { corner, draw, close: () => document.removeEventListener("pointerdown", away) };
};
