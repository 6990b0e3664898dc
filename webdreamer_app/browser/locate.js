// Finds a referenced element again and says where it can be acted on, or why it can't. Isolated world.
(bid, want) => {
  const node = globalThis.__webdreamer?.nodes.get(bid)?.deref();
  if (!node || !node.isConnected) return { problem: 'it is gone from the page' };
  const words = (el) => (el.getAttribute('aria-label') || el.textContent || el.tagName).replace(/\s+/g, ' ').trim().slice(0, 60);
  if (want !== 'hover' && (node.matches(':disabled') || node.getAttribute('aria-disabled') === 'true')) return { problem: 'it is disabled' };
  let target = node;
  let rect = target.getBoundingClientRect();
  const hidden = () => rect.width < 1 || rect.height < 1 || !target.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  if (hidden() && node.labels?.length) { target = node.labels[0]; rect = target.getBoundingClientRect(); }
  if (hidden()) return want === 'file' || want === 'options' ? { x: 0, y: 0 } : { problem: 'it is not visible' };
  const inside = () => rect.top >= 0 && rect.left >= 0 && rect.bottom <= innerHeight && rect.right <= innerWidth;
  if (!inside()) { target.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' }); rect = target.getBoundingClientRect(); }
  const first = Array.from(target.getClientRects()).find((r) => r.width >= 1 && r.height >= 1) || rect;
  const x = Math.min(Math.max(first.left + first.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(first.top + first.height / 2, 0), innerHeight - 1);
  const hit = target.getRootNode().elementFromPoint?.(x, y) || document.elementFromPoint(x, y);
  const same = hit && (hit === target || target.contains(hit) || hit.shadowRoot?.contains(target) || node.labels && Array.from(node.labels).some((l) => l === hit || l.contains(hit)));
  if (!same) {
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
