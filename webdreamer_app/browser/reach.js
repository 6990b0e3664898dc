// What can be seen and reached. Part of the capture: `memory` and the other parts are in its scope.
const VISIBLY = { visibilityProperty: true };
// Whether anything on the page has these: most pages spare themselves the questions.
const flags = { shadows: false, skips: !!one('[hidden=until-found], [style*="content-visibility"]'), inert: !!one('[inert]'), off: !!one('[aria-disabled="true"]'), editable: !!one('[contenteditable]') };
const isInert = (element) => flags.inert && !!element.closest('[inert]');
const visibly = new Map();
const isVisibly = (element) => {
  let known = visibly.get(element);
  if (known === undefined) visibly.set(element, known = rendered(element, VISIBLY));
  return known;
};
const shown = (element) => isVisibly(element) || isContents(element);
const isContents = (element) => {
  for (let at = element; at; at = up(at)) {
    const style = getComputedStyle(at);
    if (style.display !== 'contents' || style.visibility !== 'visible') return at !== element && rendered(at);
  }
  return false;
};
const up = (node) => flags.shadows ? slotOf(node) || parentOf(node) || rootOf(node).host || null : parentOf(node);
const within = (node, ancestor) => {
  for (let at = node; at; at = up(at)) {
    if (at === ancestor) return true;
    if (memory.closed.get(at)?.contains(ancestor)) return ancestor.querySelector?.('slot') !== null;
  }
  return false;
};
const hitAt = (element, x, y) => {
  const tree = rootOf(element);
  return tree !== document && tree.elementFromPoint ? tree.elementFromPoint(x, y) : topAt(x, y);
};
const hits = (element, x, y) => {
  const hit = hitAt(element, x, y);
  if (!hit) return false;
  if (within(hit, element)) return true;
  if (element.tagName === 'AREA') return hit.tagName === 'IMG' && hit.useMap === `#${element.parentElement?.name}`;
  return labelsOf(element).some((label) => within(hit, label));
};

// What is visible of the contents of an element: a box in the coordinates of the view, null without bounds. What a box
// scrolls counts as visible, for a person can scroll it; what it cuts off does not.
const regions = new WeakMap();
const EVERYWHERE = { box: null, fixed: false };
const regionOf = (element) => {
  const chain = [];
  for (let at = element; at && at !== root && at.tagName !== 'BODY' && !regions.has(at); at = up(at)) chain.push(at);
  for (let place = chain.length - 1; place >= 0; place--) regions.set(chain[place], contentRegion(chain[place]));
  return !element || element === root || element.tagName === 'BODY' ? EVERYWHERE : regions.get(element);
};
const contentRegion = (element) => {
  const style = getComputedStyle(element);
  const outer = outerRegion(element, style);
  const holes = style.clipPath !== 'none' || style.clip !== 'auto';
  const cuts = style.overflow !== 'visible' && style.display !== 'contents' && style.display !== 'inline';
  if (!cuts && !holes) return outer;
  const box = boxOf(element);
  const left = meet(outer.box, holes ? cutOut(box, style) : box);
  if (left.right - left.left < 1 || left.bottom - left.top < 1) return { box: left, fixed: outer.fixed };
  const scrolls = (x) => x === 'auto' || x === 'scroll';
  if (!cuts) return { box: left, fixed: outer.fixed };
  const [free, tall] = [scrolls(style.overflowX), scrolls(style.overflowY)];
  const away = outer.fixed && (left.right <= 0 || left.bottom <= 0 || left.left >= innerWidth || left.top >= innerHeight);
  return { fixed: outer.fixed && (away || !free && !tall), box: free && tall ? wide(left, true, true) : wide(left, free || style.overflowX === 'visible', tall || style.overflowY === 'visible') };
};
const wide = (box, across, down) => ({
  left: across ? -Infinity : box.left, right: across ? Infinity : box.right, top: down ? -Infinity : box.top, bottom: down ? Infinity : box.bottom,
});
const outerRegion = (element, style) => {
  if (style.position === 'fixed') return { box: null, fixed: true };
  let above = up(element);
  if (style.position === 'absolute') {
    while (above && above !== root) {
      const around = getComputedStyle(above);
      if (around.position !== 'static' || around.transform !== 'none' || around.filter !== 'none') break;
      above = up(above);
    }
  }
  return regionOf(above);
};
const meet = (a, b) => a ? {
  left: Math.max(a.left, b.left), top: Math.max(a.top, b.top), right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
} : { left: b.left, top: b.top, right: b.right, bottom: b.bottom };
// What `clip` and the simple shapes of `clip-path` leave of a box.
const cutOut = (box, style) => {
  const nothing = { left: box.left, top: box.top, right: box.left, bottom: box.top };
  const old = style.position === 'absolute' || style.position === 'fixed' ? style.clip.match(/^rect\(([^)]*)\)$/) : null;
  if (old) {
    const [top, right, bottom, left] = old[1].split(/[ ,]+/).map((one) => one === 'auto' ? NaN : parseFloat(one));
    if (right - (left || 0) < 2 || bottom - (top || 0) < 2) return nothing;
  }
  const path = style.clipPath;
  const size = (given, whole) => given.endsWith('%') ? parseFloat(given) / 100 * whole : parseFloat(given);
  if (/^circle\(0(px|%)?[ )]/.test(path) || /^ellipse\(0(px|%)?[ )]/.test(path)) return nothing;
  const inset = path.match(/^inset\(([^)r]*)/);
  if (inset) {
    const given = inset[1].trim().split(/\s+/);
    const [top, right, bottom, left] = [given[0], given[1] ?? given[0], given[2] ?? given[0], given[3] ?? given[1] ?? given[0]];
    return { left: box.left + size(left, box.width), top: box.top + size(top, box.height), right: box.right - size(right, box.width), bottom: box.bottom - size(bottom, box.height) };
  }
  return box;
};
// Whether no scrolling brings a box into view: cut off, left of or above the page, fixed outside the view.
const isOut = (element, rect, style = getComputedStyle(element)) => {
  const outer = outerRegion(element, style);
  if (outer === EVERYWHERE && style.clipPath === 'none' && style.clip === 'auto' && rect.right + scrollX > 0 && rect.bottom + scrollY > 0) return false;
  const left = meet(outer.box, style.clipPath !== 'none' || style.clip !== 'auto' ? cutOut(rect, style) : rect);
  if (left.right - left.left < 1 || left.bottom - left.top < 1) return true;
  if (outer.fixed) return left.right <= 0 || left.bottom <= 0 || left.left >= innerWidth || left.top >= innerHeight;
  if (outer.box) return false;  // inside something that scrolls, or is in sight
  return left.right + scrollX <= 0 && getComputedStyle(root).direction !== 'rtl' || left.bottom + scrollY <= 0;
};

// Pages may give numbers that are none, and JSON has no word for them.
const whole = (number) => Number.isFinite(number) ? Math.round(number) : 0;
// Where a person would click: the first box of the element, of its contents, or of its label.
const rectOf = (element) => {
  const rect = boxOf(element);
  if (element.tagName === 'DETAILS') return new DOMRect(rect.x, rect.y, rect.width, Math.min(rect.height, 20));
  if (rect.width >= 2 && rect.height >= 2) return rect;
  if (element.tagName === 'AREA') return areaRect(element) || rect;
  const range = newRange();
  range.selectNodeContents(element);
  const inner = range.getBoundingClientRect();
  if (inner.width >= 2 && inner.height >= 2 && !clips(element)) return inner;
  for (const label of labelsOf(element)) {
    const outer = label.getBoundingClientRect();
    if (outer.width >= 2 && outer.height >= 2) return outer;
  }
  return rect;
};
const clips = (element) => getComputedStyle(element).overflow !== 'visible';
const areaRect = (area) => {
  const map = area.closest('map');
  const image = map && one(`img[usemap="#${CSS.escape(map.name)}"]`);
  if (!image) return null;
  const box = image.getBoundingClientRect();
  const at = area.coords.split(',').map((one) => whole(parseFloat(one)));
  if (area.shape === 'circle' && at.length >= 3) return new DOMRect(box.x + at[0] - at[2], box.y + at[1] - at[2], 2 * at[2], 2 * at[2]);
  if (area.shape === 'default' || at.length < 4) return box;
  const xs = at.filter((_, place) => place % 2 === 0), ys = at.filter((_, place) => place % 2 === 1);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return new DOMRect(box.x + x, box.y + y, Math.max(...xs) - x, Math.max(...ys) - y);
};

// What lies over the whole window: a native modal makes the rest inert, a fixed layer takes the clicks.
const modal = (() => {
  const open = all('dialog:modal');
  if (open.length < 2) return open[0] || null;
  const top = Array.from(open).find((dialog) => {
    const box = dialog.getBoundingClientRect();
    const hit = topAt(box.x + box.width / 2, box.y + box.height / 2);
    return hit && within(hit, dialog);
  });
  return top || open[open.length - 1];
})();
const layerOf = (hit) => {
  for (let at = hit; at; at = up(at)) if (getComputedStyle(at).position === 'fixed') return at;
  return null;
};
let blanket;
const blankets = () => {
  if (blanket !== undefined) return blanket;
  const layers = new Set();
  for (const x of [0.1, 0.5, 0.9]) {
    for (const y of [0.1, 0.5, 0.9]) {
      const hit = topAt(x * innerWidth, y * innerHeight);
      const layer = hit && layerOf(hit);
      if (!layer) return (blanket = null);
      layers.add(layer);
    }
  }
  return (blanket = layers);
};

// Whether something else would take the click, also after scrolling there.
const isCovered = (element, rect) => {
  if (modal && !within(element, modal)) return true;
  const [x, y] = [rect.x + rect.width / 2, rect.y + rect.height / 2];
  const inView = x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
  if (!inView) {
    const layers = blankets();
    return !!layers && !Array.from(layers).some((layer) => within(element, layer));
  }
  if (hits(element, x, y)) return false;
  const boxes = element.getClientRects();
  for (const box of boxes.length ? Array.from(boxes).slice(0, 4) : [rect]) {
    const [w, h] = [box.width, box.height];
    for (const [fx, fy] of [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.15], [0.5, 0.85]]) {
      const [px, py] = [box.x + w * fx, box.y + h * fy];
      if (px >= 0 && py >= 0 && px < innerWidth && py < innerHeight && hits(element, px, py)) return false;
    }
  }
  return !clippedAway(element, x, y);
};
// Scrolled out of a container that is itself within reach.
const clippedAway = (element, x, y) => {
  for (let at = up(element); at && at !== root; at = up(at)) {
    const style = getComputedStyle(at);
    if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
    const box = boxOf(at);
    if (x >= box.left && x < box.right && y >= box.top && y < box.bottom) continue;
    const [cx, cy] = [(Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2, (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2];
    return cx < 0 || cy < 0 || cx >= innerWidth || cy >= innerHeight || hits(at, cx, cy) || clippedAway(at, cx, cy);
  }
  return false;
};

// Which of these boxes, in the coordinates of the document in a frame element, this page lies over; and where it starts.
const over = (bid, boxes) => {
  const frame = memory.nodes.get(bid)?.deref();
  if (!frame) return null;
  const box = boxOf(frame);
  const style = getComputedStyle(frame);
  const [dx, dy] = [box.x + frame.clientLeft + parseFloat(style.paddingLeft), box.y + frame.clientTop + parseFloat(style.paddingTop)];
  const inert = modal && !within(frame, modal);
  const free = (x, y) => x < box.left || y < box.top || x >= box.right || y >= box.bottom || x < 0 || y < 0 || x >= innerWidth || y >= innerHeight
    || hits(frame, x, y);
  const SPOTS = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.15], [0.5, 0.85]];
  const covered = boxes.map(([x, y, w, h]) => inert || !SPOTS.some(([fx, fy]) => free(x + dx + w * fx, y + dy + h * fy)));
  return { x: dx, y: dy, covered };
};

const sizeOf = (element) => `${element.offsetWidth}x${element.offsetHeight}`;
