// Finds a referenced element again and says where it can be acted on, or why it can't. Isolated world, after a capture.
(bid, want) => {
  const OTHERS = 'a[href], button, input, select, textarea, [role=button], [role=link], [onclick]';
  const memory = globalThis.__webdreamer;
  const node = memory?.nodes.get(bid)?.deref();
  if (!node || !node.isConnected) return { problem: 'it is gone from the page' };
  const changed = memory.changedTo(node, bid);
  if (changed !== null) return { problem: `it has changed since it was read: it is now '${changed}'` };
  const { rectOf, hits, hitAt, shown } = memory.reach;
  const words = (el) => (el.getAttribute('aria-label') || el.textContent || el.tagName).replace(/\s+/g, ' ').trim().slice(0, 60);
  if (want !== 'hover' && (node.matches(':disabled') || node.getAttribute('aria-disabled') === 'true')) return { problem: 'it is disabled' };
  const label = Array.from(node.labels || []).find(shown);
  const target = shown(node) || node.tagName === 'AREA' ? node : label;
  if (!target) return { problem: 'it is not visible' };
  let rect = rectOf(target);
  if (rect.width < 1 || rect.height < 1) return { problem: 'it is not visible' };
  const inside = () => rect.top >= 0 && rect.left >= 0 && rect.bottom <= innerHeight && rect.right <= innerWidth;
  if (!inside()) { target.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' }); rect = rectOf(target); }
  // A control inside the target would take the click for itself.
  const taken = (hit) => {
    const other = want !== 'hover' && hit !== node && hit.closest(OTHERS);
    return other && other !== node && other !== target && target.contains(other) ? other : null;
  };
  const boxes = target.tagName === 'AREA' || target.tagName === 'DETAILS' ? [] : Array.from(target.getClientRects());
  const first = boxes.find((r) => r.width >= 1 && r.height >= 1) || rect;
  let [x, y, blocked] = [0, 0, null];
  for (const [across, down] of [[0.5, 0.5], [0.15, 0.5], [0.85, 0.5], [0.5, 0.15], [0.5, 0.85], [0.04, 0.5], [0.96, 0.5]]) {
    x = Math.min(Math.max(first.left + first.width * across, 0), innerWidth - 1);
    y = Math.min(Math.max(first.top + first.height * down, 0), innerHeight - 1);
    const hit = hitAt(target, x, y);
    if (hit && (hits(target, x, y) || hits(node, x, y)) && !taken(hit)) return { x, y };
    blocked ??= hit;
  }
  if (!blocked) return { problem: 'it is out of reach' };
  if (taken(blocked)) return { problem: `a control inside it would take the click: '${words(taken(blocked))}'` };
  const cover = blocked.closest('dialog, [role=dialog], [role=alertdialog]') || blocked;
  return { problem: `it is covered by <${cover.tagName.toLowerCase()}> '${words(cover)}'` };
}
