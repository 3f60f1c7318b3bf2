(() => {
  "use strict";
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const one = (query) => document.querySelector(query);
  const body = one("#findings tbody");
  const controls = one(".controls");
  if (!body) return;

  const marks = new Map();
  for (const mark of all("#map [data-n]")) {
    marks.set(mark.dataset.n, [...(marks.get(mark.dataset.n) ?? []), mark]);
  }
  const rows = all("tr", body).map((row) => ({
    row,
    number: row.dataset.n,
    severity: row.dataset.s,
    layer: row.dataset.l,
    text: row.textContent.toLowerCase(),
    cells: [...row.cells].map((cell) => cell.textContent),
  }));

  // -- choosing
  const buttons = all("button[data-s]", controls);
  const layer = one("#layer");
  const text = one("#text");
  const shown = one(".shown");
  const none = one(".none");
  function choose() {
    const severities = new Set(
      buttons.filter((item) => item.getAttribute("aria-pressed") === "true")
        .map((item) => item.dataset.s));
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const item of rows) {
      const fits = severities.has(item.severity)
        && (!layer.value || layer.value === item.layer)
        && words.every((word) => item.text.includes(word));
      item.row.hidden = !fits;
      for (const mark of marks.get(item.number) ?? []) mark.toggleAttribute("hidden", !fits);
      count += fits;
    }
    shown.textContent = `${count} / ${rows.length}`;
    none.hidden = count > 0;
  }
  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
      choose();
    });
  }
  layer.addEventListener("change", choose);
  text.addEventListener("input", choose);
  controls.addEventListener("submit", (event) => event.preventDefault());
  for (const button of all("[data-only]")) {
    button.addEventListener("click", (event) => {
      // the button stands in a summary, which must not open for it
      event.preventDefault();
      text.value = button.dataset.only;
      layer.value = "";
      for (const item of buttons) item.setAttribute("aria-pressed", true);
      choose();
      one("#list").scrollIntoView();
    });
  }
  controls.hidden = false;
  choose();

  // -- sorting
  const ranks = ["error", "warning", "info"];
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  const heads = all("#findings th");
  heads.forEach((head, column) => {
    head.firstElementChild.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = head.className === "s"
        ? (a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity)
        : (a, b) => compare(a.cells[column], b.cells[column]);
      rows.sort((a, b) => (down ? -1 : 1) * order(a, b) || a.number - b.number);
      body.append(...rows.map((item) => item.row));
    });
  });

  // on paper nothing can be opened
  addEventListener("beforeprint", () => {
    for (const item of all("details")) item.open = true;
  });

  // -- from the map to the table and back
  let lit = [];
  function select(number) {
    for (const item of lit) item.classList.remove("on");
    lit = [one(`#f${number}`), ...(marks.get(number) ?? [])];
    for (const item of lit) item.classList.add("on");
    // what was chosen must not lie beneath others
    for (const mark of marks.get(number) ?? []) mark.parentNode.append(mark);
  }
  for (const [number, group] of marks) {
    for (const mark of group) {
      mark.addEventListener("click", () => {
        if (moved) return;
        select(number);
        one(`#f${number}`).scrollIntoView({ block: "center" });
      });
    }
  }
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (event.target.closest("a") || !marks.has(row?.dataset.n)) return;
    if (String(getSelection())) return;
    select(row.dataset.n);
    show(row.dataset.n);
    map.scrollIntoView({ block: "nearest" });
  });
  for (const link of all('a[href^="#GT"]')) {
    link.addEventListener("click", () => { one(link.hash).open = true; });
  }

  // -- moving the map
  const map = one("#map");
  let moved = false;
  if (!map) return;
  const [, , width, height] = map.getAttribute("viewBox").split(" ").map(Number);
  let view = [0, 0, width, height];
  function look(x, y, wide) {
    wide = Math.min(width, Math.max(width / 64, wide));
    const high = wide * height / width;
    view = [Math.min(width - wide, Math.max(0, x)), Math.min(height - high, Math.max(0, y)),
      wide, high];
    map.setAttribute("viewBox", view.join(" "));
    map.classList.toggle("moved", wide < width);
  }
  function zoom(by) {
    const wide = view[2] / by;
    look(view[0] + (view[2] - wide) / 2, view[1] + (view[3] - view[3] / by) / 2, wide);
  }
  function show(number) {
    const box = marks.get(number).at(-1).getBBox();
    const inside = box.x > view[0] && box.x < view[0] + view[2]
      && box.y > view[1] && box.y < view[1] + view[3];
    if (!inside) look(box.x - view[2] / 2, box.y - view[3] / 2, view[2]);
  }
  one(".zoom").hidden = false;
  one("#nearer").addEventListener("click", () => zoom(2));
  one("#farther").addEventListener("click", () => zoom(0.5));
  one("#whole").addEventListener("click", () => look(0, 0, width));
  let from = null;
  map.addEventListener("pointerdown", (event) => {
    from = [event.clientX, event.clientY, ...view, 1 / map.getScreenCTM().a];
    moved = false;
  });
  addEventListener("pointermove", (event) => {
    if (!from) return;
    const step = from[6];
    const [dx, dy] = [event.clientX - from[0], event.clientY - from[1]];
    moved ||= Math.hypot(dx, dy) > 4;
    if (moved) look(from[2] - dx * step, from[3] - dy * step, from[4]);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => { from = null; });
  }
})();
