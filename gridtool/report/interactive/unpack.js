"use strict";
// Reads what gridtool/report/interactive/packing.py packed. Coordinates are whole units (0.1 m)
// east and north of the page's origin.
const one = (query, root = document) => root.querySelector(query);
const all = (query, root = document) => [...root.querySelectorAll(query)];

function numbers(id) {
  const text = atob(one(`#pack-${id}`).textContent);
  let count = 0;
  for (let at = 0; at < text.length; at++) count += text.charCodeAt(at) < 128;
  const found = new Uint32Array(count);
  let value = 0, shift = 0, number = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text.charCodeAt(at);
    value |= (byte & 127) << shift;
    if (byte < 128) {
      found[number++] = value;
      value = shift = 0;
    } else shift += 7;
  }
  return found;
}

// Where each run of a list of lengths starts, with the end appended.
function starts(lengths) {
  const found = new Uint32Array(lengths.length + 1);
  for (let at = 0; at < lengths.length; at++) found[at + 1] = found[at] + lengths[at];
  return found;
}

function shapes(id) {
  const rings = starts(numbers(`${id}-rings`));
  const vertices = starts(numbers(`${id}-sizes`));
  const steps = numbers(`${id}-steps`);
  const xy = new Int32Array(steps.length);
  for (let at = 0, x = 0, y = 0; at < steps.length; at += 2) {
    xy[at] = x += (steps[at] >>> 1) ^ -(steps[at] & 1);
    xy[at + 1] = y += (steps[at + 1] >>> 1) ^ -(steps[at + 1] & 1);
  }
  const count = rings.length - 1;
  const boxes = new Int32Array(4 * count);
  for (let shape = 0; shape < count; shape++) {
    let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
    const end = 2 * vertices[rings[shape + 1]];
    for (let at = 2 * vertices[rings[shape]]; at < end; at += 2) {
      if (xy[at] < west) west = xy[at];
      if (xy[at] > east) east = xy[at];
      if (xy[at + 1] < south) south = xy[at + 1];
      if (xy[at + 1] > north) north = xy[at + 1];
    }
    boxes.set([west, south, east, north], 4 * shape);
  }
  return { count, rings, vertices, xy, boxes };
}

// Whether a point lies in a shape, by crossings of all its rings.
function holds(layer, shape, x, y) {
  const box = 4 * shape;
  if (x < layer.boxes[box] || y < layer.boxes[box + 1]) return false;
  if (x > layer.boxes[box + 2] || y > layer.boxes[box + 3]) return false;
  const { xy, vertices } = layer;
  let inside = false;
  for (let ring = layer.rings[shape]; ring < layer.rings[shape + 1]; ring++) {
    const first = vertices[ring], end = vertices[ring + 1];
    for (let at = first, before = end - 1; at < end; before = at++) {
      const ay = xy[2 * at + 1], by = xy[2 * before + 1];
      if (ay > y === by > y) continue;
      const ax = xy[2 * at], bx = xy[2 * before];
      if (x < (bx - ax) * (y - ay) / (by - ay) + ax) inside = !inside;
    }
  }
  return inside;
}

// Shapes by squares of the ground, for what is near a place or in sight.
function binned(layer, side) {
  const [west, south, east, north] = extent(layer);
  const wide = Math.max(1, Math.ceil((east - west + 1) / side));
  const high = Math.max(1, Math.ceil((north - south + 1) / side));
  const squareOf = new Uint32Array(layer.count);
  const sizes = new Uint32Array(wide * high);
  for (let shape = 0; shape < layer.count; shape++) {
    const x = (layer.boxes[4 * shape] + layer.boxes[4 * shape + 2]) / 2;
    const y = (layer.boxes[4 * shape + 1] + layer.boxes[4 * shape + 3]) / 2;
    squareOf[shape] = Math.floor((y - south) / side) * wide + Math.floor((x - west) / side);
    sizes[squareOf[shape]]++;
  }
  const from = starts(sizes);
  const next = from.slice();
  const members = new Uint32Array(layer.count);
  for (let shape = 0; shape < layer.count; shape++) members[next[squareOf[shape]]++] = shape;
  return { west, south, side, wide, high, from, members };
}

function extent(layer) {
  const found = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < layer.boxes.length; at += 4) {
    found[0] = Math.min(found[0], layer.boxes[at]);
    found[1] = Math.min(found[1], layer.boxes[at + 1]);
    found[2] = Math.max(found[2], layer.boxes[at + 2]);
    found[3] = Math.max(found[3], layer.boxes[at + 3]);
  }
  return found;
}

// Calls a function with runs of members of the squares that meet a box.
function squares(bins, box, call) {
  const clamp = (value, most) => Math.min(most - 1, Math.max(0, Math.floor(value)));
  const left = clamp((box[0] - bins.west) / bins.side - 1, bins.wide);
  const right = clamp((box[2] - bins.west) / bins.side + 1, bins.wide);
  const low = clamp((box[1] - bins.south) / bins.side - 1, bins.high);
  const top = clamp((box[3] - bins.south) / bins.side + 1, bins.high);
  for (let row = low; row <= top; row++) {
    call(bins.from[row * bins.wide + left], bins.from[row * bins.wide + right + 1]);
  }
}
