// Options of comboboxes, lists and menus that scripts made. Isolated world, after a capture. `want`: 'look' reads what is
// there now, 'wait' gives the page time to show the option, 'point' says where to click on the one found last.
async (bid, want, value, limit) => {
  const LISTS = '[role=listbox], [role=menu], [role=tree]';
  const OPTIONS = '[role=option], [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox], [role=treeitem]';
  const memory = globalThis.__webdreamer;
  const node = memory?.nodes.get(bid)?.deref();
  if (!node || !node.isConnected) return { problem: 'it is gone from the page' };
  const other = memory.changedTo(node, bid);
  if (want === 'look' && other !== null) return { problem: `it has changed since it was read: it is now '${other}'` };
  const clean = (text) => (text || '').replace(/\s+/g, ' ').trim();
  const nameOf = (option) => clean(option.getAttribute('aria-label')) || clean(option.innerText) || clean(option.textContent);
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().height > 0;
  const home = node.getRootNode();
  const referred = (element) => `${element?.getAttribute('aria-controls') || ''} ${element?.getAttribute('aria-owns') || ''}`.trim().split(/\s+/)
    .map((id) => id && home.getElementById?.(id)).filter(Boolean);
  const listsOf = () => {
    if (node.matches(LISTS)) return [node];
    const named = [...referred(node), ...referred(node.querySelector('[aria-controls], [aria-owns]')), ...referred(node.parentElement)];
    const own = named.length ? named : [...node.querySelectorAll(LISTS)];
    if (own.length) return own.filter(isShown);
    // A list that nothing ties to it is its own only where it came with the opening, or is the only one that is open.
    const loose = [...home.querySelectorAll(LISTS)].filter(isShown);
    if (isExpanded() && loose.length === 1) return loose;
    return want === 'look' ? [] : loose.filter((list) => !memory.before?.has(list));
  };
  const isExpanded = () => node.getAttribute('aria-expanded') === 'true';
  if (want === 'look') memory.before = new WeakSet([...home.querySelectorAll(LISTS)].filter(isShown));
  const optionsOf = () => listsOf().flatMap((list) => [...list.querySelectorAll(OPTIONS)]).filter(isShown);
  const alike = (option) => nameOf(option).toLowerCase() === clean(value).toLowerCase();
  const find = (options) => options.find((option) => nameOf(option) === clean(value)) || options.find(alike);
  const isOff = (option) => !!option.closest('[aria-disabled=true]');
  const CONTROLS = 'a[href], button, input, select, textarea, [role=button], [role=link], [onclick]';

  if (want === 'point') {
    const kept = memory.option?.deref();
    const option = kept?.isConnected && alike(kept) ? kept : find(optionsOf());
    if (!option || !option.isConnected || !isShown(option)) return { problem: `its option '${value}' is gone` };
    option.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
    const box = option.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    if (!memory.reach.hits(option, x, y)) return { problem: `its option '${value}' is covered` };
    if (option.closest('a[href], [type=submit]')) return { problem: `its option '${value}' is a link or sends a form: click it` };
    const control = memory.reach.hitAt(option, x, y)?.closest(CONTROLS);
    if (control && control !== option && option.contains(control)) return { problem: `a control inside its option '${value}' would take the click` };
    return { x, y };
  }
  // Lists that only render what is in sight show the rest when they are scrolled.
  const scroller = () => listsOf().flatMap((list) => [list, list.parentElement, list.firstElementChild])
    .find((box) => box && box.scrollHeight > box.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(box).overflowY));
  const seen = new Set();
  const stirred = (ms) => new Promise((resolve) => {
    const finish = (changed) => { observer.disconnect(); clearTimeout(timer); resolve(changed); };
    const observer = new MutationObserver(() => finish(true));
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    if (home !== document) observer.observe(home, { subtree: true, childList: true, attributes: true, characterData: true });
    const timer = setTimeout(() => finish(false), ms);
  });
  let deadline = Date.now() + (want === 'wait' ? limit : 0);
  const last = Date.now() + 5 * limit;
  let scrolled = false;
  for (;;) {
    const options = optionsOf();
    for (const option of options) if (seen.size < 400) seen.add(nameOf(option));
    const found = find(options);
    if (found) memory.option = new WeakRef(found);
    const left = deadline - Date.now();
    const box = found || !options.length ? null : scroller();
    if (box && !scrolled) { box.scrollTop = 0; scrolled = true; await stirred(50); continue; }
    if (box && box.scrollTop + box.clientHeight < box.scrollHeight - 1 && Date.now() < last && seen.size < 400) {
      box.scrollTop += Math.max(box.clientHeight * 0.8, 20);
      if (await stirred(50) && want === 'wait') deadline = Date.now() + limit;
      continue;
    }
    if (found && left > 0 && await stirred(60)) continue;  // it is still being drawn
    if (found || left <= 0) {
      const active = node.matches('input, textarea') || node.isContentEditable;
      return { found: found ? nameOf(found) : null, off: found ? isOff(found) : false, options: [...seen].filter(Boolean), editable: active && !node.readOnly,
        open: options.length > 0 || isExpanded() };
    }
    await stirred(Math.min(left, 250));
  }
}
