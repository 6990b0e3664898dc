// Prepares a field for fill, type or paste, or sets what can't be typed. Isolated world. Returns {problem} or {how}: 'typed'
// leaves the text to be sent, 'keys' is a slider, 'custom' a list that scripts made, 'set' and 'taken' are done.
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
  if (kind === 'held') return { heard: memory?.heard === bid, held: 'value' in node ? node.value : node.textContent };
  if (node.matches(':disabled')) return { problem: 'it is disabled' };
  if (kind === 'focus') return focused() ? { how: 'focused' } : elsewhere;
  const isOff = node.getAttribute('aria-disabled') === 'true';
  const presses = node.matches('a[href], input[type=submit], input[type=image], input[type=reset], input[type=button], input[type=checkbox], input[type=radio], input[type=file]')
    || node.tagName === 'BUTTON' && node.type !== 'button' && !!node.form;
  if (kind === 'select') {
    const role = node.getAttribute('role');
    if (node.tagName === 'INPUT' && node.list) return { how: 'typed' };
    if (node.tagName !== 'SELECT') {
      if (isOff) return { problem: 'it is disabled' };
      if (node.readOnly && role !== 'combobox' || node.getAttribute('aria-readonly') === 'true') return { problem: 'it is read-only' };
      const opens = role === 'combobox' || role === 'listbox' || node.hasAttribute('aria-haspopup');
      return opens && !presses ? { how: 'custom' } : { problem: 'it is not a list of options' };
    }
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
  if (node.getAttribute('aria-readonly') === 'true') return { problem: 'it is read-only' };
  if (isOff) return { problem: 'it is disabled' };
  // A space typed into what works as a button would press it.
  const typed = (node.isContentEditable || node.tagName === 'TEXTAREA' || node.tagName === 'INPUT') && !node.matches('button, summary, a[href], [role=button], [role=link]');
  const slides = node.matches('[role=slider], [role=spinbutton], [role=scrollbar]') && !presses && node.tagName !== 'BUTTON';
  if (!typed && kind === 'fill' && slides) return { how: 'keys' };
  if (!typed) return { problem: node.getAttribute('role') === 'combobox' ? 'nothing can be typed into it: choose with select_option' : 'nothing can be typed into it' };
  if (!focused()) return elsewhere;
  const FORMATS = {
    date: '2030-12-31', time: '23:59', 'datetime-local': '2030-12-31T23:59', month: '2030-12', week: '2030-W52', color: '#0044ff', range: `a number from ${node.min || 0} to ${node.max || 100}${node.step && node.step !== 'any' ? ` in steps of ${node.step}` : ''}`,
  };
  if (node.tagName === 'INPUT' && FORMATS[node.type]) {
    const before = node.value;
    node.value = value;
    if (node.value.toLowerCase() !== value.toLowerCase() && !(node.type === 'range' && Number(node.value) === Number(value))) {
      node.value = before;
      return { problem: `it does not take '${value}' (a ${node.type} field takes ${node.type === 'range' ? '' : 'text like '}${FORMATS[node.type]})` };
    }
    changed();
    return { how: 'set' };
  }
  if (node.tagName === 'INPUT' && ['checkbox', 'radio', 'file', 'button', 'submit', 'reset', 'image'].includes(node.type)) {
    return { problem: `a ${node.type} field can't be filled` };
  }
  if (node.tagName === 'INPUT' && node.type === 'number' && value && !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value.trim())) {
    return { problem: `it does not take '${value}' (a number field takes a number)` };
  }
  if (kind === 'fill' && node.maxLength >= 0 && value.length > node.maxLength) {
    return { problem: `it takes ${node.maxLength} characters at most, not the ${value.length} of '${value.slice(0, 60)}'` };
  }
  if (kind === 'fill') {
    memory.heard = null;
    node.addEventListener('input', () => { memory.heard = bid; }, { once: true, capture: true });
    if (node.isContentEditable) getSelection().selectAllChildren(node);
    else node.select();
    return { how: 'typed', empty: !(node.value ?? node.textContent) };
  }
  if (node.isContentEditable) {
    getSelection().selectAllChildren(node);
    getSelection().collapseToEnd();
  } else if (node.selectionStart !== null) {
    node.setSelectionRange(node.value.length, node.value.length);
  }
  if (kind === 'paste') {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', value);
    const free = node.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true, composed: true }));
    return { how: free ? 'typed' : 'taken' };
  }
  return { how: 'typed' };
}
