/**
 * What is asked of the kernel and shown at once: what is shown holds until the kernel has heard all that was asked, so
 * that its answer to an earlier question does not take back a later one.
 * @param {any} model
 * @param {HTMLElement} el where the controls stand
 * @param {() => void} changed called when something else is to be shown
 */
const askingOf = (model, el, changed) => {
  let ours = {}, unheard = 0, stopped = false;
  const heard = () => {
    unheard -= 1;
    if (unheard > 0 || stopped) return;
    const other = Object.entries(ours).some(([name, value]) => JSON.stringify(value) !== JSON.stringify(model.get(name)));
    ours = {};
    if (other) changed();
  };
  const expect = (name, value) => { ours = { ...ours, [name]: value }; };
  const show = (name, value) => { expect(name, value); changed(); };
  const ask = (content) => { unheard += 1; send(model, el, content, heard); };
  return {
    /** The value of a trait, or what is shown instead. @param {string} name */
    get: (name) => (name in ours ? ours[name] : model.get(name)),
    show,
    ask,
    /** What `get` gives from now on, where the control itself shows it already. */
    expect,
    /** Shows what the trait will be, and asks for it. */
    tell: (name, value, content) => { show(name, value); ask(content); },
    stop: () => { stopped = true; },
  };
};
