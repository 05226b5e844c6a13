const MOVES = { ArrowLeft: -0.02, ArrowRight: 0.02, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 };   // of the whole width

/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  const main = () => el.closest(".rs-main");
  const line = h("div", { class: "rs-split", role: "separator", tabindex: "0", "aria-orientation": "vertical", "aria-label": "width of the table",
    title: "drag, or press the arrow keys; a double click has it as usual", "aria-valuemin": Math.round(100 * model.get("least")), "aria-valuemax": Math.round(100 * model.get("most")) });
  let part = 0, waiting = 0;
  const show = (wanted) => {
    part = Math.min(model.get("most"), Math.max(model.get("least"), wanted));
    line.setAttribute("aria-valuenow", String(Math.round(100 * part)));
    line.setAttribute("aria-valuetext", `${Math.round(100 * part)} % of the width`);
    main()?.style.setProperty("--rs-split", `${(100 * part).toFixed(2)}%`);
  };
  const asking = askingOf(model, el, () => show(asking.get("split")));
  const choose = (wanted) => { show(wanted); asking.tell("split", part, { verb: "split", part: Number(part.toFixed(4)) }); };
  line.addEventListener("pointerdown", (e) => {
    if (e.button) return;
    e.preventDefault();
    line.focus({ focusVisible: false });
    const box = main().getBoundingClientRect(), stop = new AbortController(), off = e.clientX - (box.left + part * box.width), before = part;
    line.classList.add("rs-dragged");
    addEventListener("pointermove", (now) => show((now.clientX - off - box.left) / box.width), { signal: stop.signal });
    for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => {
      stop.abort();
      line.classList.remove("rs-dragged");
      if (kind === "pointercancel") show(before); else if (part !== before) choose(part);
    }, { signal: stop.signal });
  });
  line.addEventListener("dblclick", () => choose(model.get("usual")));
  line.addEventListener("keydown", (e) => {
    if (!(e.key in MOVES) || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    e.stopPropagation();
    choose(part + MOVES[e.key]);
  });
  el.replaceChildren(line);
  const stop = follow(model, ["split"], () => show(asking.get("split")));
  const place = () => { if (main()) show(part); else waiting = requestAnimationFrame(place); };   // it is put into the page later
  place();
  return () => { stop(); asking.stop(); cancelAnimationFrame(waiting); main()?.style.removeProperty("--rs-split"); };
}
export default { render };
