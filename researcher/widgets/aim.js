/** Dropdowns for the observation that decides, and which number of it. @param {any} model with the traits of `Aimed` */
const aimPicks = (model, el) => {
  const which = model.get("which"), observation = model.get("observation");
  const aim = (chosen) => send(model, el, { verb: "aim", ...chosen });
  const numbers = ["final", "best"].includes(which) ? ["final", "best"] : ["final", "best", which];
  return [picker("observation", [["observations", model.get("observed")]], observation, (observation) => aim({ observation })),
    picker("value", [["its values", numbers]], which, (which) => aim({ which }))];
};
const AIM = ["which", "observation", "observed"];

/** Where a part of 1 lies, in CSS. @param {number} part */
const percent = (part) => `${(100 * part).toFixed(2)}%`;

/** A mark at a part of the width of its line. @param {string} kind @param {number} from @param {number} [to] */
const markAt = (kind, from, to) => {
  const mark = h("i", { class: kind });
  mark.style.left = percent(from);
  if (to !== undefined) mark.style.width = percent(to - from);
  return mark;
};
