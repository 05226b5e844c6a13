/** The values of a setting as dots on a line, and their mean. */
const strip = ({ title, n, mean, at, dots }, swatch, order) => {
  const dot = (part) => { const mark = markAt("rs-spot", part); mark.style.background = swatch || ""; return mark; };
  return h("div", { class: "rs-strip" },
    h("span", { class: "rs-strip-name", title: `${order}: ${title}` }, h("span", { class: "rs-soft" }, `${order} `), title),
    h("span", { class: "rs-num" }, mean, h("span", { class: "rs-soft" }, ` n = ${count(n)}`)),
    h("div", { class: "rs-lane", "aria-hidden": "true" }, ...dots.map(dot), at !== null && markAt("rs-mean", at)));
};

/** The interval of the difference on a line, with zero marked. */
const interval = ({ low, high, at, zero, labels }) => {
  const label = (part, text) => { const mark = markAt("rs-tick", part); mark.textContent = text; return mark; };
  return h("div", { class: "rs-strip rs-strip-interval" },
    h("span", { class: "rs-strip-name" }, "difference of means"), h("span", { class: "rs-num" }, labels.at),
    h("div", { class: "rs-lane rs-lane-interval", role: "img", "aria-label": `difference ${labels.at}, 95 % interval from ${labels.low} to ${labels.high}` },
      markAt("rs-zero-line", zero), markAt("rs-interval", low, high), markAt("rs-mean", at),
      Math.abs(low - zero) > 0.1 && label(low, labels.low), Math.abs(high - zero) > 0.1 && label(high, labels.high), label(zero, "0")));
};

/** Two settings compared. @param {any} versus see versus.py @param {string[]} colours of the settings */
const versusOf = ({ message, groups, interval: ends, verdict, apart, how }, colours) => (message !== undefined
  ? [h("p", { class: "rs-soft" }, message)]
  : [...groups.map((group, i) => strip(group, colours[i], ["first", "second"][i])), "low" in ends && interval(ends),
    h("p", { class: "rs-verdict", role: "status" }, h("b", {}, { true: "Told apart. ", false: "Not told apart. ", null: "" }[String(apart)]), verdict, " ",
      h("span", { class: "rs-how", tabindex: "0", "data-held": "", title: how, role: "note", "aria-label": `how this is told: ${how}` }, "how this is told"))]);
