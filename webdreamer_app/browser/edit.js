// Prepares a field for typing, or sets what can't be typed. Isolated world. Returns {problem} or {how}.
(bid, kind, value) => {
  const node = globalThis.__webdreamer?.nodes.get(bid)?.deref();
  if (!node || !node.isConnected) return { problem: 'it is gone from the page' };
  const memory = globalThis.__webdreamer;
  const other = kind === 'held' ? null : memory.changedTo(node, bid);
  if (other !== null) return { problem: `it has changed since it was read: it is now '${other}'` };
  // Keys go to whatever holds the focus, so it must be this element or something inside it.
  const focused = () => {
    node.focus();
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active === node || node.contains(active) || node.getRootNode().activeElement === node;
  };
  const elsewhere = { problem: 'it does not take the keyboard' };
  const changed = () => { for (const type of ['input', 'change']) node.dispatchEvent(new Event(type, { bubbles: true, composed: true })); };
  if (kind === 'held') return { held: 'value' in node ? node.value : node.textContent };
  if (node.matches(':disabled')) return { problem: 'it is disabled' };
  if (kind === 'focus') return focused() ? { how: 'focused' } : elsewhere;
  if (kind === 'select') {
    if (node.tagName !== 'SELECT') return { problem: 'it is not a list of options' };
    const clean = (text) => text.replace(/\s+/g, ' ').trim();
    const options = Array.from(node.options);
    const found = options.find((o) => clean(o.label) === clean(value)) || options.find((o) => o.value === value)
      || options.find((o) => clean(o.label).toLowerCase() === clean(value).toLowerCase());
    if (!found) return { problem: `it has no option '${value}' (it has: ${options.slice(0, 20).map((o) => `'${clean(o.label)}'`).join(', ')})` };
    if (found.disabled) return { problem: `its option '${value}' is disabled` };
    node.focus();
    if (!found.selected || node.multiple) { found.selected = true; changed(); }
    return { how: 'set' };
  }
  if (node.readOnly) return { problem: 'it is read-only' };
  const typed = node.isContentEditable || node.tagName === 'TEXTAREA' || node.tagName === 'INPUT';
  if (!typed) return { problem: 'nothing can be typed into it' };
  if (!focused()) return elsewhere;
  if (node.tagName === 'INPUT' && ['date', 'time', 'datetime-local', 'month', 'week', 'color', 'range'].includes(node.type)) {
    node.value = value;
    if (node.value !== value) return { problem: `it does not take '${value}' (a ${node.type} field)` };
    changed();
    return { how: 'set' };
  }
  if (node.tagName === 'INPUT' && ['checkbox', 'radio', 'file', 'button', 'submit', 'reset', 'image'].includes(node.type)) {
    return { problem: `a ${node.type} field can't be filled` };
  }
  if (node.isContentEditable) {
    getSelection().selectAllChildren(node);
  } else {
    node.select();
  }
  return { how: 'typed', empty: !(node.value ?? node.textContent) };
}
