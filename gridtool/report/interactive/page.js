// The page: map, search, facts of what is chosen, tables, print.
const data = JSON.parse(one("#data").textContent);
const { words, facts } = data;
const ground = {
  ...data,
  grids: shapes("grids"),
  communities: shapes("communities"),
  communityNames: data.communities.map((item) => item.name),
  shortNames: facts.grid_name.map((name) => name.replace(/网格$/, "")),
  buildingClasses: data.buildings,
  buildings: null,
};
const state = { mode: "rule", hidden: new Set(), buildings: true, labels: true, findings: true };
let chosen = null;

const map = L.map(one("#map"), {
  crs: L.CRS.Simple, zoomControl: false, attributionControl: false,
  zoomSnap: 0.25, zoomDelta: 0.75, minZoom: -9, maxZoom: 4,
});
L.control.zoom({ position: "topleft", zoomInTitle: words.nearer, zoomOutTitle: words.farther })
  .addTo(map);
L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
const toLatLng = (x, y) => L.latLng(y / 10, x / 10);
const bounds = (box) => L.latLngBounds(toLatLng(box[0], box[1]), toLatLng(box[2], box[3]));
const whole = bounds(extent(ground.grids));
map.setMaxBounds(whole.pad(0.6));
map.fitBounds(whole, { animate: false });

const canvas = new Ground((pen, view) => {
  const drawn = drawGround(pen, ground, state, view);
  one("#closer").hidden = drawn || !state.buildings || !ground.buildings;
});
// what is chosen lies on a canvas of its own: a click does not draw the county anew
const above = new Ground((pen, view) => {
  if (chosen !== null) drawChosen(pen, ground.grids, chosen, view);
});
canvas.addTo(map);
above.addTo(map);
document.documentElement.dataset.map = Math.round(performance.now());

// Buildings are many: the first map does not wait for them.
function loadBuildings() {
  if (!one("#pack-buildings-rings")) return;
  const layer = shapes("buildings");
  ground.bins = binned(layer, 2500);
  ground.buildingGrid = numbers("buildings-grid");
  ground.buildingHouseholds = numbers("buildings-households");
  ground.buildingClass = new Uint8Array(layer.count);
  for (let at = 0; at < layer.count; at++) {
    let number = 0;
    while (number + 1 < data.buildings.length
      && ground.buildingHouseholds[at] >= data.buildings[number + 1].from) number++;
    ground.buildingClass[at] = number;
  }
  ground.buildings = layer;
  canvas.redraw();
}

// -- what the map shows
function drawLegend() {
  const list = one("#legend");
  list.replaceChildren(...ground.modes[state.mode].classes.flatMap((item, number) => {
    if (!item.count) return [];
    const button = element("button", { type: "button", "aria-pressed": !state.hidden.has(number) },
      swatch(item.colour), item.label, element("small", {}, item.count.toLocaleString()));
    button.addEventListener("click", () => {
      if (!state.hidden.delete(number)) state.hidden.add(number);
      button.setAttribute("aria-pressed", !state.hidden.has(number));
      canvas.redraw();
    });
    return [element("li", {}, button)];
  }));
}
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
function swatch(colour) {
  const made = element("span", { class: "swatch" });
  made.style.background = colour;
  return made;
}
for (const button of all("[data-mode]")) {
  button.addEventListener("click", () => {
    state.mode = button.dataset.mode;
    state.hidden.clear();
    for (const other of all("[data-mode]")) other.setAttribute("aria-pressed", other === button);
    drawLegend();
    canvas.redraw();
  });
}
for (const box of all("[data-layer]")) {
  box.addEventListener("change", () => {
    state[box.dataset.layer] = box.checked;
    canvas.redraw();
  });
}
one("#whole").addEventListener("click", () => map.fitBounds(whole));
drawLegend();

// -- what is chosen
function choose(grid, { fly = false } = {}) {
  chosen = grid;
  if (fly && grid !== null) {
    map.fitBounds(bounds(ground.grids.boxes.subarray(4 * grid, 4 * grid + 4)).pad(0.35),
      { animate: false, maxZoom: 1 });
  }
  above.redraw();
  one("#facts").replaceChildren(...(grid === null ? nothingChosen() : gridFacts(grid)));
  for (const row of all("tr.on")) row.classList.remove("on");
  if (grid !== null) one(`#g${grid}`)?.classList.add("on");
}
// Until something is chosen the exceptions stand there: what a reader looks for first.
const MOST_EXCEPTIONS = 12;
function nothingChosen() {
  const parts = [element("p", { class: "hint" }, words.hint)];
  const grids = Object.keys(data.proofs).map(Number).sort((a, b) => a - b);
  if (!grids.length) return parts;
  const items = grids.slice(0, MOST_EXCEPTIONS).map((grid) => {
    const button = element("button", { type: "button" }, facts.grid_full_name[grid],
      element("small", {}, data.proofs[grid]));
    button.addEventListener("click", () => choose(grid, { fly: true }));
    return element("li", {}, button);
  });
  return [...parts, element("h4", {}, `${words.exceptions} ${grids.length.toLocaleString()}`),
    element("ul", { class: "exceptions" }, ...items)];
}
function gridFacts(grid) {
  const rule = ground.modes.rule.classes[ground.modes.rule.of[grid]];
  const kind = ground.modes.kind.classes[ground.modes.kind.of[grid]];
  const badge = element("span", { class: "badge" }, swatch(rule.colour), rule.label);
  const mark = facts.estimated[grid] ? ` ${words.estimated}` : "";
  const rows = [
    [words.code, element("code", {}, facts.grid_code[grid])],
    [words.households, facts.households[grid].toLocaleString() + mark],
    [words.persons, facts.persons[grid].toLocaleString() + mark],
    [words.buildings, facts.buildings[grid].toLocaleString()],
    [words.area, `${(facts.area_m2[grid] / 10000).toFixed(2)} ${words.hectares}`],
    [words.kind, kind.label],
    [words.bounds, facts.bounds_text[grid]],
    [words.included, facts.included_units[grid]],
    [words.proof, data.proofs[grid] ?? ""],
    [words.rev, facts.rev[grid] || ""],
  ].filter(([, value]) => value !== "");
  const list = element("dl", {}, ...rows.flatMap(([name, value]) =>
    [element("dt", {}, name), element("dd", {}, value)]));
  return [element("h3", {}, facts.grid_full_name[grid] || facts.grid_code[grid]), badge, list];
}
function findingFacts(finding) {
  return [
    element("h3", {}, `${finding.code} ${finding.label}`),
    element("p", {}, finding.message),
    element("p", { class: "soft" }, `${finding.where} · ${finding.mend}`),
  ];
}
function buildingAt(x, y) {
  let found = -1;
  if (ground.buildings) {
    squares(ground.bins, [x, y, x, y], (from, to) => {
      for (let at = from; at < to; at++) {
        if (holds(ground.buildings, ground.bins.members[at], x, y)) found = ground.bins.members[at];
      }
    });
  }
  return found;
}
function gridAt(x, y) {
  for (let grid = 0; grid < ground.grids.count; grid++) if (holds(ground.grids, grid, x, y)) return grid;
  return null;
}
map.on("click", (event) => {
  const x = event.latlng.lng * 10, y = event.latlng.lat * 10;
  const near = 9 * 10 / map.options.crs.scale(map.getZoom());
  const finding = state.findings && ground.findings.find((item) =>
    item.place && Math.hypot(item.place[0] - x, item.place[1] - y) < near);
  if (finding) {
    one("#facts").replaceChildren(...findingFacts(finding));
    return;
  }
  choose(gridAt(x, y));
  const building = buildingAt(x, y);
  if (chosen !== null && building >= 0) {
    const households = ground.buildingHouseholds[building].toLocaleString();
    one("#facts").append(element("p", { class: "soft" }, words.thisBuilding.replace("{}", households)));
  }
});

// -- search: a code, a name, or an address with its number
const streets = facts.included_units.map((text) =>
  [...text.matchAll(/([^、；，。\s][^、；，。]*?)(\d+)(?:–(\d+))?号/g)].map(([, name, low, high]) =>
    ({ name, low: Number(low), high: Number(high ?? low) })));
function search(text) {
  const query = text.trim().toLowerCase().replace(/\s+/g, "");
  if (!query) return [];
  const address = /^(.*?\D)(\d+)(?:号.*)?$/.exec(query);
  const found = [];
  for (let grid = 0; grid < ground.grids.count; grid++) {
    const rank = rankOf(grid, query, address);
    if (rank) found.push({ grid, ...rank });
  }
  found.push(...addressHits(address));
  found.sort((a, b) => a.rank - b.rank || a.grid - b.grid);
  const seen = new Set();
  return found.filter((item) => !seen.has(item.grid) && seen.add(item.grid));
}
function rankOf(grid, query, address) {
  if (facts.grid_code[grid].toLowerCase().startsWith(query)) return { rank: 0, why: "" };
  if (facts.grid_full_name[grid].toLowerCase().includes(query)) return { rank: 1, why: "" };
  if (address) {
    const number = Number(address[2]);
    const street = streets[grid].find((item) => address[1].endsWith(item.name)
      && item.low <= number && number <= item.high);
    if (street) return { rank: 3, why: `${street.name}${street.low}–${street.high}号` };
  }
  const place = facts.included_units[grid].toLowerCase().indexOf(query);
  if (place >= 0) {
    return { rank: 4, why: facts.included_units[grid].slice(Math.max(0, place - 4), place + 24) };
  }
  return facts.grid_code[grid].toLowerCase().includes(query) ? { rank: 5, why: "" } : null;
}
// Addresses of single buildings, where the report was made with them.
let addresses = null;
function addressHits(address) {
  if (!address || !data.addresses) return [];
  addresses ??= { head: numbers("addresses-head"), number: numbers("addresses-number"),
    tail: numbers("addresses-tail") };
  const [, street, number] = address, hits = [];
  const heads = new Set(data.addresses.heads.flatMap((head, at) =>
    head.toLowerCase().endsWith(street) || street.endsWith(head.toLowerCase()) ? [at + 1] : []));
  for (let at = 0; at < addresses.head.length; at++) {
    if (!heads.has(addresses.head[at]) || addresses.number[at] !== Number(number)) continue;
    const grid = ground.buildingGrid[at] - 1;
    const tail = data.addresses.tails[addresses.tail[at]];
    if (grid >= 0) {
      hits.push({ grid, rank: 2, why: data.addresses.heads[addresses.head[at] - 1] + number + tail });
    }
  }
  return hits;
}
const MOST_HITS = 40;
const field = one("#search");
function showHits() {
  const hits = search(field.value);
  const list = one("#hits");
  list.hidden = !field.value.trim();
  list.replaceChildren(...hits.slice(0, MOST_HITS).map(({ grid, why }) => {
    const button = element("button", { type: "button" },
      element("b", {}, facts.grid_full_name[grid] || facts.grid_code[grid]),
      element("small", {}, facts.grid_code[grid]), element("span", {}, why));
    button.addEventListener("click", () => {
      list.hidden = true;
      choose(grid, { fly: true });
    });
    return element("li", {}, button);
  }));
  if (!hits.length) list.append(element("li", { class: "hint" }, words.nothing));
  if (hits.length > MOST_HITS) {
    list.append(element("li", { class: "hint" }, words.more.replace("{}", hits.length - MOST_HITS)));
  }
}
field.addEventListener("input", showHits);
field.addEventListener("focus", showHits);
one("#find").addEventListener("submit", (event) => {
  event.preventDefault();
  one("#hits button")?.click();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("#find")) one("#hits").hidden = true;
});

// -- from the tables to the map
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-grid],[data-finding],[data-community]");
  if (!row || event.target.closest("a,button") || String(getSelection())) return;
  const { grid, finding, community } = row.dataset;
  if (grid !== undefined) choose(Number(grid), { fly: true });
  if (community !== undefined) {
    const at = 4 * Number(community);
    choose(null);
    map.fitBounds(bounds(ground.communities.boxes.subarray(at, at + 4)).pad(0.1), { animate: false });
  }
  if (finding !== undefined) {
    const item = ground.findings[Number(finding)];
    if (!item.place) return;
    map.setView(toLatLng(...item.place), Math.max(map.getZoom(), -0.5), { animate: false });
    one("#facts").replaceChildren(...findingFacts(item));
  }
  one("#ground").scrollIntoView({ block: "nearest" });
});

// -- print: a canvas of its own, drawn as sharp as paper is
addEventListener("beforeprint", () => {
  const paper = one("#paper"), pen = paper.getContext("2d");
  const size = map.getSize();
  paper.width = 2000;
  paper.height = Math.round(2000 * size.y / size.x);
  const ratio = paper.width / size.x;
  const corner = map.containerPointToLatLng([0, 0]);
  const scale = map.options.crs.scale(map.getZoom()) * ratio / 10;
  const left = -corner.lng * 10 * scale, top = corner.lat * 10 * scale;
  const box = [-left / scale, (top - paper.height) / scale, (paper.width - left) / scale, top / scale];
  const view = { scale, left, top, box, ratio: 2000 / 1000 };
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, paper.width, paper.height);
  drawGround(pen, ground, state, view);
  if (chosen !== null) drawChosen(pen, ground.grids, chosen, view);
  for (const item of all("details")) item.open = true;
});

choose(null);
const asked = facts.grid_code.indexOf(decodeURIComponent(location.hash.slice(1)));
if (asked >= 0) choose(asked, { fly: true });
// the first map is painted before the rest is made
requestAnimationFrame(() => setTimeout(() => {
  loadBuildings();
  fillGrids();
  document.documentElement.dataset.ready = Math.round(performance.now());
}));
