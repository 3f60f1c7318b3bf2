// Tables: sorting by any column, and the list of all grids with its filter.
const collate = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;

function cellValue(row, column) {
  const cell = row.cells[column];
  return cell.dataset.v !== undefined ? Number(cell.dataset.v) : cell.textContent;
}
function compareValues(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : collate(String(a), String(b));
}
for (const head of all("table.sortable th")) {
  head.firstElementChild.addEventListener("click", () => {
    const table = head.closest("table"), body = table.tBodies[0];
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of all("th", table)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = [...body.rows].map((row) => [cellValue(row, head.cellIndex), row]);
    rows.sort(([a], [b]) => (down ? -1 : 1) * compareValues(a, b));
    body.append(...rows.map(([, row]) => row));
  });
}

function fillGrids() {
  const body = one("#grids tbody"), rule = ground.modes.rule;
  const rows = facts.grid_code.map((code, grid) => {
    const row = element("tr", { id: `g${grid}`, "data-grid": grid });
    const item = rule.classes[rule.of[grid]];
    row.append(
      element("td", { class: "code" }, code),
      element("td", {}, facts.grid_full_name[grid]),
      element("td", {}, swatch(item.colour), item.label),
      ...["households", "persons", "buildings"].map((key) => figure(facts[key][grid])),
      figure(facts.area_m2[grid] / 10000, 2),
      element("td", { class: "text" }, facts.bounds_text[grid]));
    return row;
  });
  body.append(...rows);
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const field = one("#filter"), shown = one("#shown");
  function filter() {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, at) => {
      const fits = wanted.every((word) => texts[at].includes(word));
      row.hidden = !fits;
      count += fits;
    });
    shown.textContent = `${count.toLocaleString()} / ${rows.length.toLocaleString()}`;
  }
  field.addEventListener("input", filter);
  filter();
}
function figure(value, digits = 0) {
  const text = value.toLocaleString(undefined,
    { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return element("td", { class: "n", "data-v": value }, text);
}
