// What is timed in a page: from an event to the first frame after the page shows what it stands for.
(() => {
  let repaints = 0, selections = 0;
  const text = (selector) => document.querySelector(selector)?.textContent ?? "";
  /** The paths of each panel, as the page has drawn them. */
  const panels = () => [...document.querySelectorAll(".rs-panels .bqplot")].map((figure) => [...figure.querySelectorAll("path.line")]
    .map((path) => path.getAttribute("d") ?? "").filter((d) => d.length > 100));
  /** What tells other curves from these: a curve that grows keeps its beginning. */
  const drawn = () => panels().map((paths) => paths.map((d) => `${d.slice(0, 60)} ${d.slice(-60)} ${d.length}`).join());
  /** The next frame; an error in a page that draws none, as one that waits for ever tells nothing. */
  const frame = () => new Promise((go, stop) => {
    const late = setTimeout(() => stop(new Error("no frame within 60 s")), 60_000);
    requestAnimationFrame(() => { clearTimeout(late); go(); });
  });
  const visible = () => Number(text("[data-count=visible]").replaceAll(",", "").match(/^\d+/)?.[0] ?? -1);
  const chosen = () => Number(text(".rs-header [aria-live]").match(/^([\d,]+) selected/)?.[1].replaceAll(",", "") ?? 0);
  const rows = () => Number(document.querySelector(".rs-table")?.getAttribute("aria-rowcount") ?? 0) - 1;
  const order = () => [...document.querySelectorAll(".rs-tbody .rs-tr")].map((row) => row.dataset.number).join();
  /** Of the first curve of each panel: how many of its points lie in sight, how many beyond, and where it begins and ends, in parts of the width. */
  const inSight = () => panels().map(([d = ""], i) => {
    const { width } = document.querySelectorAll(".rs-panels .plotarea_events")[i].getBoundingClientRect();
    const places = [...d.matchAll(/[ML](-?[\d.]+),/g)].map(([, x]) => x / width), within = places.filter((x) => x >= 0 && x <= 1).length;
    return { within, beyond: places.length - within, first: places[0], last: places.at(-1) };
  });

  /** Milliseconds from a time to the frame after the first one in which `done`. */
  const until = async (done, from, longest = 60_000) => {
    while (!done()) {
      if (performance.now() - from > longest) throw new Error(`not within ${longest} ms; there are ${visible()} visible, ${rows()} rows, curves ${panels().map((paths) => paths.length)}, ${JSON.stringify(inSight())}`);
      await frame();
    }
    await frame();
    return performance.now() - from;
  };
  /** Milliseconds from `act` to the frame after the first one in which `done`. */
  const timed = async (act, done) => {
    await frame();
    await frame();
    const from = performance.now();
    act();
    return until(done, from);
  };
  const changed = (before) => { const now = drawn(); return now.length === before.length && now.every((paths, i) => paths !== before[i]); };
  /** Tells from now on whether all curves are others, with as many points as now, from edge to edge and hardly any beyond: a zoom that is not refined yet has many there, or none at an edge. */
  const filled = () => {
    const before = drawn(), was = inSight();
    return () => changed(before) && inSight().every(({ within, beyond, first, last }, i) => beyond <= 2 && within >= 0.85 * was[i].within && first < 0.03 && last > 0.97);
  };

  window.watched = {
    rows, visible, drawn,
    /** Choose the other value of a bare Dropdown, until a Label says so. */
    dropdown: () => {
      const box = document.querySelector(".bare select"), wanted = box.value === "a" ? "b" : "a";
      return timed(() => { box.value = wanted; box.dispatchEvent(new Event("change", { bubbles: true })); }, () => text(".said") === wanted);
    },
    /** Tick a value of an open dropdown, until counts, rows and the curves of all panels are those of the filter. */
    filter: (key, total) => {
      const box = document.querySelector(`.rs-menu [data-key='${key}']`), before = drawn();
      const n = box.checked ? total : Number(box.closest("label").querySelector(".rs-count").textContent.replaceAll(",", ""));
      return timed(() => box.click(), () => visible() === n && rows() === n && changed(before));
    },
    /** Sort by a column, until other rows and other curves are shown. */
    sort: (column) => {
      const before = drawn(), was = order(), button = document.querySelector(`.rs-thead [data-column="${column}"]`);
      return timed(() => button.click(), () => order() !== was && changed(before));
    },
    /** Select so many rows from one on, until all of their curves are drawn. */
    select: async (n) => {
      const table = document.querySelector(".rs-table"), start = (n * selections) % Math.max(1, rows() - n);
      const press = (row, shiftKey) => row.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true, button: 0, shiftKey }));
      const rowAt = async (place) => {
        table.scrollTop = 27 * Math.max(0, place - 5);
        await frame();
        await frame();
        return [...document.querySelectorAll(".rs-tbody .rs-tr")].find((row) => Number(row.dataset.place) === place);
      };
      selections += 1;
      press(await rowAt(start), false);
      await until(() => chosen() === 1, performance.now());
      const last = await rowAt(start + n - 1);
      return timed(() => press(last, true), () => chosen() === n && panels().every((paths) => paths.length >= n));
    },
    /** Turn the wheel over the first panel, until the curves of all panels are others, which fill the range in sight. */
    wheel: (turns) => {
      const place = document.querySelector(".rs-panels .plotarea_events"), box = place.getBoundingClientRect(), fill = filled();
      const turn = { bubbles: true, cancelable: true, clientX: box.left + box.width * 0.4, clientY: box.top + box.height / 2, deltaY: -60 };
      return timed(() => { for (let i = 0; i < turns; i += 1) place.dispatchEvent(new WheelEvent("wheel", turn)); }, fill);
    },
    /** See all of the curves again; not timed. */
    whole: () => {
      const place = document.querySelector(".rs-panels .plotarea_events"), box = place.getBoundingClientRect(), fill = filled();
      return timed(() => place.dispatchEvent(new MouseEvent("dblclick", { bubbles: true, clientX: box.left + 60, clientY: box.top + 60 })), fill);
    },
    /** Milliseconds from running a cell until each of these is there, one after the other. */
    opened: async (index, there) => {
      const notebook = jupyterapp.shell.currentWidget.content;
      notebook.deselectAll();
      notebook.activeCellIndex = index;
      const done = {
        figure: () => document.querySelector(".bqplot .plotarea_background, .bqplot .plotarea_events") !== null,
        table: () => visible() >= 0 && document.querySelectorAll(".rs-tbody .rs-tr").length > 0 && document.querySelector(".rs-filters") !== null,
        curves: () => panels().length > 0 && panels().every((paths) => paths.length > 0),
      };
      const found = {}, from = performance.now();
      jupyterapp.commands.execute("notebook:run-cell");
      for (const what of there) found[what] = await until(done[what], from, 180_000);
      return found;
    },
    /** Count the repaints of the first panel from now on. */
    countRepaints: () => {
      let last = "";
      repaints = 0;
      const look = () => { const now = drawn()[0] ?? ""; if (now !== last) { last = now; repaints += 1; } requestAnimationFrame(look); };
      look();
    },
    repainted: () => repaints,
  };
})();
