// Finds a referenced element again and says where it can be acted on, or why it can't. Isolated world.
(bid, want) => {
  const OTHERS = 'a[href], button, input, select, textarea, [role=button], [role=link], [onclick]';
  const node = globalThis.__webdreamer?.nodes.get(bid)?.deref();
  if (!node || !node.isConnected) return { problem: 'it is gone from the page' };
  const memory = globalThis.__webdreamer;
  const told = memory.told.get(bid);
  if (told && memory.identity(node, told[0]) !== told[1]) {
    return { problem: `it has changed since it was read: it is now '${JSON.parse(memory.identity(node, told[0]))[0]}'` };
  }
  const words = (el) => (el.getAttribute('aria-label') || el.textContent || el.tagName).replace(/\s+/g, ' ').trim().slice(0, 60);
  if (want !== 'hover' && (node.matches(':disabled') || node.getAttribute('aria-disabled') === 'true')) return { problem: 'it is disabled' };
  let target = node;
  let rect = target.getBoundingClientRect();
  const hidden = () => rect.width < 1 || rect.height < 1 || !target.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  if (hidden() && node.labels?.length) { target = node.labels[0]; rect = target.getBoundingClientRect(); }
  if (hidden()) return { problem: 'it is not visible' };
  const inside = () => rect.top >= 0 && rect.left >= 0 && rect.bottom <= innerHeight && rect.right <= innerWidth;
  if (!inside()) { target.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' }); rect = target.getBoundingClientRect(); }
  const first = Array.from(target.getClientRects()).find((r) => r.width >= 1 && r.height >= 1) || rect;
  // A control inside the target would take the click for itself.
  const taken = (hit) => want !== 'hover' && hit !== node && hit.closest(OTHERS) && hit.closest(OTHERS) !== node && target.contains(hit.closest(OTHERS))
    && hit.closest(OTHERS) !== target;
  const own = (hit) => hit && !taken(hit) && (hit === target || target.contains(hit) || hit.shadowRoot?.contains(target)
    || node.labels && Array.from(node.labels).some((l) => l === hit || l.contains(hit)));
  let x, y, hit, blocked = null;
  for (const [across, down] of [[0.5, 0.5], [0.15, 0.5], [0.85, 0.5], [0.5, 0.15], [0.5, 0.85], [0.04, 0.5], [0.96, 0.5]]) {
    x = Math.min(Math.max(first.left + first.width * across, 0), innerWidth - 1);
    y = Math.min(Math.max(first.top + first.height * down, 0), innerHeight - 1);
    hit = target.getRootNode().elementFromPoint?.(x, y) || document.elementFromPoint(x, y);
    if (own(hit)) break;
    blocked ??= hit;
  }
  if (!own(hit)) {
    hit = blocked;
    if (hit && taken(hit)) return { problem: `a control inside it would take the click: '${words(hit.closest(OTHERS))}'` };
    const cover = hit?.closest('dialog, [role=dialog], [role=alertdialog]') || hit;
    return { problem: cover ? `it is covered by <${cover.tagName.toLowerCase()}> '${words(cover)}'` : 'it is out of reach' };
  }
  let [dx, dy] = [0, 0];
  try {
    for (let view = window; view.frameElement; view = view.parent) {
      const frame = view.frameElement.getBoundingClientRect();
      dx += frame.left + view.frameElement.clientLeft; dy += frame.top + view.frameElement.clientTop;
    }
  } catch { /* a cross-origin parent keeps its offset to itself */ }
  return { x: x + dx, y: y + dy };
}
