// Whether the mouse, as it last moved over this document, is over a referenced element, or over the option that was
// chosen last. Isolated world.
(bid, option) => {
  const memory = globalThis.__webdreamer;
  const node = option ? memory?.option?.deref() : memory?.nodes.get(bid)?.deref();
  if (!memory.watching) {
    memory.watching = true;
    addEventListener('mousemove', (event) => { memory.under = new WeakRef(event.composedPath()[0]); }, { capture: true, passive: true });
    return false;
  }
  const under = memory.under?.deref();
  memory.under = null;
  const { within } = memory.reach;
  return !!node && !!under && under.nodeType === 1
    && (within(under, node) || within(node, under) || Array.from(node.labels || []).some((label) => within(under, label)));
}
