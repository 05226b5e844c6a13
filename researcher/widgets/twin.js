/**
 * The twins in the notebook as they are to be saved. Their display is updated by the kernel, but a page that was
 * loaded anew does not know which output that is; it is found by its name here.
 */
const keep = (model, name) => {
  const now = model.get("now"), cells = model.widget_manager?.context?.model?.cells ?? [];
  if (!now) return;
  for (const { outputs } of cells) {
    for (let i = 0; i < (outputs?.length ?? 0); i += 1) {
      const output = outputs.get(i).toJSON(), before = output.data?.["text/html"];
      if (typeof before === "string" && before !== now && before.includes(`data-twin="${name}"`)) {
        outputs.set(i, { ...output, data: { ...output.data, "text/html": now } });
      }
    }
  }
};

/** While this is alive in a page, its twins are not shown. @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  const name = model.get("name"), twin = `[data-twin="${CSS.escape(name)}"]`;
  el.style.display = "none";
  // Two rules, as an engine without :has() drops a rule that speaks of it.
  el.replaceChildren(h("style", {}, `${twin} { display: none !important; }
    .jp-OutputArea-child:has(> .jp-OutputArea-output ${twin}) { display: none !important; }`));
  return follow(model, ["now"], () => keep(model, name));
}
export default { render };
