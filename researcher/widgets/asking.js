/**
 * What is asked of the kernel and shown at once: what is shown holds until the kernel has heard all that was asked, so
 * that its answer to an earlier question does not take back a later one.
 * @param {any} model
 * @param {HTMLElement} el where the controls stand
 * @param {() => void} changed called when something else is to be shown
 */
const askingOf = (model, el, changed) => {
  let ours = {}, unheard = 0;
  const hear = ({ heard }) => {
    if (!heard || unheard === 0) return;
    unheard -= 1;
    if (unheard === 0) { ours = {}; changed(); }
  };
  model.on("msg:custom", hear);
  return {
    /** The value of a trait, or what is shown instead. @param {string} name */
    get: (name) => (name in ours ? ours[name] : model.get(name)),
    show: (name, value) => { ours[name] = value; changed(); },
    ask: (content) => { unheard += 1; send(model, el, content); },
    stop: () => model.off("msg:custom", hear),
  };
};
