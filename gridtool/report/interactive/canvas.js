// Draws the ground on one canvas. `view` says how units become pixels: x · scale + left,
// top - y · scale; `box` is what is in sight, in units.
const INK = "#2c3a47", SOFT = "#8a959f", HALO = "rgba(255,255,255,.88)";
const MARKS = { error: "#be2632", warning: "#c47a0b", info: "#3c78b4" };
const MOST_BUILDINGS = 40000;
// A path of very many corners takes far longer than its parts one by one.
const A_PATH = 50;

function inSight(layer, shape, box) {
  const at = 4 * shape, { boxes } = layer;
  return boxes[at] < box[2] && boxes[at + 2] > box[0]
    && boxes[at + 1] < box[3] && boxes[at + 3] > box[1];
}

// Adds a shape to the current path; vertices nearer than a pixel to the last are passed over.
const NEAR = 1.1;
function trace(pen, layer, shape, view) {
  const { xy, vertices } = layer, { scale, left, top } = view;
  for (let ring = layer.rings[shape]; ring < layer.rings[shape + 1]; ring++) {
    const end = 2 * vertices[ring + 1];
    let at = 2 * vertices[ring];
    let x = xy[at] * scale + left, y = top - xy[at + 1] * scale;
    pen.moveTo(x, y);
    for (at += 2; at < end; at += 2) {
      const nextX = xy[at] * scale + left, nextY = top - xy[at + 1] * scale;
      if (Math.abs(nextX - x) < NEAR && Math.abs(nextY - y) < NEAR) continue;
      pen.lineTo(x = nextX, y = nextY);
    }
    pen.closePath();
  }
}

function fill(pen, layer, shape, view) {
  pen.beginPath();
  trace(pen, layer, shape, view);
  pen.fill("evenodd");
}
function stroke(pen, layer, shape, view) {
  pen.beginPath();
  trace(pen, layer, shape, view);
  pen.stroke();
}

function drawGround(pen, ground, state, view) {
  const { grids, communities } = ground;
  const mode = ground.modes[state.mode];
  const seen = [];
  for (let grid = 0; grid < grids.count; grid++) {
    if (inSight(grids, grid, view.box)) seen.push(grid);
  }
  pen.lineJoin = "round";
  mode.classes.forEach((item, number) => {
    if (state.hidden.has(number)) return;
    pen.fillStyle = item.colour;
    for (const grid of seen) if (mode.of[grid] === number) fill(pen, grids, grid, view);
  });
  const drawn = state.buildings && drawBuildings(pen, ground, view);
  const near = Math.min(1, Math.max(0, (Math.log2(view.scale) + 7) / 5));
  pen.strokeStyle = INK;
  pen.lineWidth = (0.5 + near) * view.ratio;
  for (const grid of seen) stroke(pen, grids, grid, view);
  pen.lineWidth = (1.5 + 1.8 * near) * view.ratio;
  for (let at = 0; at < communities.count; at++) {
    if (inSight(communities, at, view.box)) stroke(pen, communities, at, view);
  }
  if (state.labels) drawLabels(pen, ground, seen, view);
  if (state.findings) drawMarks(pen, ground, view);
  return drawn;
}

function drawBuildings(pen, ground, view) {
  const { buildings, bins, buildingClass, buildingClasses } = ground;
  if (!buildings) return true;
  let count = 0;
  squares(bins, view.box, (from, to) => { count += to - from; });
  if (count > MOST_BUILDINGS) return false;
  const paths = buildingClasses.map(() => []);
  squares(bins, view.box, (from, to) => {
    for (let at = from; at < to; at++) {
      const building = bins.members[at];
      if (inSight(buildings, building, view.box)) paths[buildingClass[building]].push(building);
    }
  });
  const dot = Math.max(1.5, 60 * view.scale);
  paths.forEach((members, number) => {
    pen.fillStyle = buildingClasses[number].colour;
    pen.beginPath();
    members.forEach((building, at) => {
      if (at % A_PATH === A_PATH - 1) {
        pen.fill("evenodd");
        pen.beginPath();
      }
      const first = buildings.vertices[buildings.rings[building]];
      if (buildings.vertices[buildings.rings[building] + 1] - first > 1) {
        trace(pen, buildings, building, view);
      } else {
        const x = buildings.xy[2 * first] * view.scale + view.left;
        const y = view.top - buildings.xy[2 * first + 1] * view.scale;
        pen.rect(x - dot / 2, y - dot / 2, dot, dot);
      }
    });
    pen.fill("evenodd");
  });
  return true;
}

function drawLabels(pen, ground, seen, view) {
  const family = getComputedStyle(document.body).fontFamily;
  const small = 12 * view.ratio, large = 14 * view.ratio;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const labelled = new Set();
  for (const grid of seen) {
    const [x, y, room] = ground.labels.grids[grid];
    const text = ground.shortNames[grid];
    if (room * view.scale < Math.max(1.1 * small, text.length * small * 0.42)) continue;
    labelled.add(ground.facts.community[grid]);
    const at = [x * view.scale + view.left, view.top - y * view.scale];
    const second = room * view.scale > 2.3 * small && ground.facts.households[grid] > 0;
    pen.font = `600 ${small}px ${family}`;
    write(pen, text, at[0], at[1] - (second ? 0.62 * small : 0), small, INK);
    if (!second) continue;
    pen.font = `${small}px ${family}`;
    const households = `${ground.facts.households[grid]}${ground.words.unit}`;
    write(pen, households, at[0], at[1] + 0.62 * small, small, INK);
  }
  pen.font = `600 ${large}px ${family}`;
  ground.labels.communities.forEach(([x, y, room], at) => {
    const text = ground.communityNames[at];
    if (labelled.has(at) || !inSight(ground.communities, at, view.box)) return;
    if (room * view.scale < text.length * large * 0.4) return;
    write(pen, text, x * view.scale + view.left, view.top - y * view.scale, large, INK);
  });
}

function write(pen, text, x, y, size, colour) {
  pen.lineWidth = size * 0.28;
  pen.strokeStyle = HALO;
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

function drawMarks(pen, ground, view) {
  const size = 5.5 * view.ratio;
  for (const finding of [...ground.findings].reverse()) {
    if (!finding.place) continue;
    const x = finding.place[0] * view.scale + view.left;
    const y = view.top - finding.place[1] * view.scale;
    pen.beginPath();
    pen.moveTo(x, y - size);
    pen.lineTo(x + size, y);
    pen.lineTo(x, y + size);
    pen.lineTo(x - size, y);
    pen.closePath();
    pen.fillStyle = MARKS[finding.severity];
    pen.fill();
    pen.strokeStyle = "#fff";
    pen.lineWidth = 1.5 * view.ratio;
    pen.stroke();
  }
}

function drawChosen(pen, layer, shape, view) {
  pen.lineJoin = "round";
  pen.strokeStyle = "#fff";
  pen.lineWidth = 7 * view.ratio;
  stroke(pen, layer, shape, view);
  pen.strokeStyle = "#c2185b";
  pen.lineWidth = 3.5 * view.ratio;
  pen.stroke();
}

// A canvas over the map, drawn anew when the map has come to rest. Leaflet's own renderer
// keeps it in place meanwhile.
const Ground = L.Renderer.extend({
  initialize(draw) {
    L.Renderer.prototype.initialize.call(this, { padding: 0.15 });
    this._drawGround = draw;
  },
  _initContainer() {
    this._container = document.createElement("canvas");
    this._pen = this._container.getContext("2d");
  },
  _destroyContainer() { this._container.remove(); },
  _updatePaths() {},
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const { min } = this._bounds, size = this._bounds.getSize();
    const ratio = window.devicePixelRatio || 1, canvas = this._container;
    L.DomUtil.setPosition(canvas, min);
    canvas.width = Math.round(size.x * ratio);
    canvas.height = Math.round(size.y * ratio);
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    const origin = this._map.getPixelOrigin().add(min);
    // the map is in metres, units are tenths of them
    const scale = this._map.options.crs.scale(this._zoom) * ratio / 10;
    const left = -origin.x * ratio, top = -origin.y * ratio;
    const box = [-left / scale, (top - canvas.height) / scale,
      (canvas.width - left) / scale, top / scale];
    this._view = { scale, left, top, box, ratio };
    this.redraw();
  },
  redraw() {
    if (!this._view) return;
    this._pen.clearRect(0, 0, this._container.width, this._container.height);
    this._drawGround(this._pen, this._view);
  },
});
