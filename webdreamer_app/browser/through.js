// Carries a point in a frame out to the document around it, scrolling it into view. Isolated world.
(bid, x, y) => {
  const memory = globalThis.__webdreamer;
  const node = memory?.nodes.get(bid)?.deref();
  if (!node || !node.isConnected) return { problem: 'its frame is gone from the page' };
  const out = () => {
    const box = node.getBoundingClientRect(), style = getComputedStyle(node);
    return { x: box.x + node.clientLeft + parseFloat(style.paddingLeft) + x, y: box.y + node.clientTop + parseFloat(style.paddingTop) + y };
  };
  const inside = (at) => at.x >= 0 && at.y >= 0 && at.x < innerWidth && at.y < innerHeight;
  let at = out();
  if (!inside(at)) { node.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' }); at = out(); }
  if (!inside(at)) { scrollBy({ left: at.x - innerWidth / 2, top: at.y - innerHeight / 2, behavior: 'instant' }); at = out(); }
  if (!inside(at)) return { problem: 'its frame is out of reach' };
  if (memory.reach.hits(node, at.x, at.y)) return at;
  const hit = document.elementFromPoint(at.x, at.y);
  const cover = hit?.closest('dialog, [role=dialog], [role=alertdialog]') || hit;
  const words = cover && (cover.getAttribute('aria-label') || cover.textContent || '').replace(/\s+/g, ' ').trim().slice(0, 60);
  return { problem: cover ? `its frame is covered by <${cover.tagName.toLowerCase()}> '${words}'` : 'its frame is out of reach' };
}
