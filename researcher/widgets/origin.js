/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  const notice = h("div", { class: "rs-notice", role: "status" });
  const page = h("div", { class: "rs-origin" });
  el.replaceChildren(notice, page);

  const copy = async (button, text, block) => {
    try {
      await navigator.clipboard.writeText(text);   // not there without https, and may be refused
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(block);
      button.textContent = "selected: copy it";
    }
    setTimeout(() => { button.textContent = "copy"; }, 4000);
  };
  const code = ([name, text]) => {
    const block = h("pre", { tabindex: "0", "aria-label": `${name}, as code` }, text);
    const button = h("button", { class: "rs-pill", "aria-label": `copy the code: ${name}`, onclick: () => copy(button, text, block) }, "copy");
    return h("section", { class: "rs-paste", "aria-label": name }, h("div", { class: "rs-row rs-tools" }, h("b", {}, name), button), block);
  };
  const paint = (line) => h("span", { class: line.startsWith("+") ? "rs-added" : line.startsWith("-") ? "rs-gone-line" : "" }, `${line}\n`);
  const text = ([name, content], open) => h("details", { open }, h("summary", {}, name),
    h("pre", { tabindex: "0", "aria-label": name }, ...(name.startsWith("changes") ? content.split("\n").map(paint) : [content])));
  const other = ({ said, number, rows }) => h("section", { class: "rs-other", "aria-label": said },
    h("div", { class: "rs-row rs-tools" }, h("b", {}, said), h("button", { class: "rs-pill", onclick: () => send(model, el, { verb: "select_both", number }) }, "show both")),
    h("table", { class: "rs-sheet" }, h("caption", { class: "rs-unseen" }, said), h("tbody", {}, ...rows.map(([name, outcome, details, held]) => h("tr", {},
      h("th", { scope: "row" }, name), h("td", { class: held ? "" : "rs-warn" }, outcome), h("td", { class: "rs-soft", title: details }, details))))));
  const facts = (pairs) => h("table", { class: "rs-sheet" }, h("caption", { class: "rs-unseen" }, "what was around"),
    h("tbody", {}, ...pairs.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { title: value }, value)))));

  const draw = () => {
    const opened = new Map([...page.querySelectorAll("details")].map((one) => [one.firstChild.textContent, one.open]));
    const none = model.get("notice"), told = model.get("facts"), texts = model.get("texts");
    notice.textContent = none;
    notice.hidden = !none;
    page.hidden = Boolean(none);
    page.replaceChildren(h("h4", {}, model.get("title")), ...model.get("others").map(other),
      h("div", { class: "rs-pastes" }, ...model.get("codes").map(code)),
      told.length ? facts(told) : h("p", { class: "rs-soft" }, "Its record does not say what was around."),
      ...texts.map((one) => text(one, opened.get(one[0]) ?? one[0] === "source")));
  };
  return follow(model, ["notice", "title", "facts", "codes", "texts", "others"], draw);
}
export default { render };
