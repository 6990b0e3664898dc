// One pass over a document, returning one JSON string. Runs in an isolated world, out of reach of the page's scripts.
// `first`: the lowest number that no element of any document has had yet.
(prefix, first) => {
  const world = globalThis;
  if (!world.__webdreamer) world.__webdreamer = { next: first, bids: new WeakMap(), nodes: new Map(), told: new Map() };
  const memory = world.__webdreamer;
  memory.next = Math.max(memory.next, first);
  const out = [];
  const clean = (text) => (text || '').replace(/\s+/g, ' ').trim();
  const INPUT_ROLES = {
    button: 'button', submit: 'button', reset: 'button', image: 'button', checkbox: 'checkbox', radio: 'radio',
    number: 'spinbutton', range: 'slider', search: 'searchbox',
  };
  const TAG_ROLES = {
    A: 'link', BUTTON: 'button', TEXTAREA: 'textbox', SELECT: 'combobox', SUMMARY: 'button',
    H1: 'heading', H2: 'heading', H3: 'heading', H4: 'heading', H5: 'heading', H6: 'heading',
    NAV: 'navigation', MAIN: 'main', UL: 'list', OL: 'list', LI: 'listitem', TABLE: 'table', TR: 'row',
    TD: 'cell', TH: 'columnheader', FORM: 'form', FIELDSET: 'group', DIALOG: 'dialog', ARTICLE: 'article',
    IMG: 'img', DL: 'list', SEARCH: 'search', ASIDE: 'complementary',
  };
  const WIDGETS = new Set(['link', 'button', 'textbox', 'searchbox', 'checkbox', 'radio', 'combobox', 'spinbutton',
    'slider', 'option', 'menuitem', 'menuitemcheckbox', 'menuitemradio', 'tab', 'switch', 'treeitem']);
  const NAMED_BY_CONTENT = new Set(['link', 'button', 'heading', 'option', 'menuitem', 'menuitemcheckbox',
    'menuitemradio', 'tab', 'switch', 'treeitem', 'checkbox', 'radio']);
  const CONTAINERS = new Set(['navigation', 'main', 'banner', 'contentinfo', 'list', 'listitem', 'table', 'row',
    'cell', 'columnheader', 'form', 'group', 'radiogroup', 'dialog', 'article', 'search', 'region', 'complementary',
    'alert', 'status', 'listbox', 'menu', 'tablist', 'tree']);
  const HOOKS = ['data-method', 'data-confirm', 'data-turbo-method', 'data-turbo-confirm', 'hx-post', 'hx-put', 'hx-delete', 'hx-patch'];
  const SKIP = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'META', 'LINK', 'OPTION', 'OPTGROUP', 'LEGEND']);

  const byIds = (element, ids) => clean(ids.split(/\s+/).map((id) => {
    const found = element.getRootNode().getElementById?.(id) || document.getElementById(id);
    return found ? found.textContent : '';
  }).join(' '));
  const visibleText = (node) => {
    let text = '';
    for (const child of node.childNodes) {
      if (child.nodeType === 3) text += child.data;
      else if (child.nodeType === 1 && !SKIP.has(child.tagName) && child.getAttribute('aria-hidden') !== 'true') {
        if (child.tagName === 'IMG') text += ' ' + (child.alt || '') + ' ';
        else if (child.tagName === 'SELECT' || child.tagName === 'TEXTAREA') continue;
        else if (child.checkVisibility()) text += ' ' + visibleText(child) + ' ';
      }
    }
    return text;
  };
  const roleOf = (element) => {
    const given = (element.getAttribute('role') || '').trim().split(/\s+/)[0];
    if (given && given !== 'none' && given !== 'presentation') return given;
    const tag = element.tagName;
    if (tag === 'INPUT') return INPUT_ROLES[element.type] || (element.type === 'hidden' ? '' : 'textbox');
    if (tag === 'A') return element.hasAttribute('href') ? 'link' : '';
    if (tag === 'HEADER' || tag === 'FOOTER') {
      if (element.closest('article, main, section, aside, nav')) return '';
      return tag === 'HEADER' ? 'banner' : 'contentinfo';
    }
    if (tag === 'SECTION') return element.hasAttribute('aria-label') || element.hasAttribute('aria-labelledby') ? 'region' : '';
    if (element.isContentEditable && !element.parentElement?.isContentEditable) return 'textbox';
    return TAG_ROLES[tag] || '';
  };
  const nameOf = (element, role) => {
    const labelledBy = element.getAttribute('aria-labelledby');
    if (labelledBy) { const name = byIds(element, labelledBy); if (name) return name; }
    const label = clean(element.getAttribute('aria-label'));
    if (label) return label;
    if (element.labels && element.labels.length && role !== 'button') {
      const name = clean(Array.from(element.labels, (one) => visibleText(one)).join(' '));
      if (name) return name;
    }
    const tag = element.tagName;
    if (tag === 'INPUT' && ['submit', 'reset', 'button'].includes(element.type)) {
      return clean(element.value) || (element.type === 'submit' ? 'Submit' : element.type === 'reset' ? 'Reset' : '');
    }
    if (element.alt && (tag === 'IMG' || tag === 'INPUT')) return clean(element.alt);
    if (tag === 'FIELDSET') return clean(element.querySelector(':scope > legend')?.textContent);
    if (tag === 'TABLE') return clean(element.caption?.textContent);
    if (NAMED_BY_CONTENT.has(role) && tag !== 'INPUT') { const name = clean(visibleText(element)); if (name) return name; }
    return clean(element.getAttribute('title')) || clean(element.getAttribute('placeholder'));
  };
  const bidOf = (element) => {
    let bid = memory.bids.get(element);
    if (!bid) {
      bid = prefix + memory.next++;
      memory.bids.set(element, bid);
      memory.nodes.set(bid, new WeakRef(element));
    }
    return bid;
  };
  // What an element is to whoever decides on it. Recomputed before it is acted on.
  memory.identity = (element, role) => JSON.stringify([
    role === 'generic' ? clean(visibleText(element)).slice(0, 120) : nameOf(element, role), element.href || '',
    element.formAction && element.hasAttribute('formaction') ? element.formAction : '', element.form ? element.form.action : '',
    element.type || '',
  ]);
  const box = (element) => {
    const r = element.getBoundingClientRect();
    return [Math.round(r.x), Math.round(r.y), Math.round(r.width), Math.round(r.height)];
  };
  const formOf = (form) => [form.method, form.action || '', Array.prototype.indexOf.call(document.forms, form),
    !form.hasAttribute('action') && form.method !== 'post' || form.hasAttribute('onsubmit')];
  const describe = (element, role, depth) => {
    const tag = element.tagName;
    const item = { role, name: nameOf(element, role), depth, tag: tag.toLowerCase() };
    const state = (name) => { const v = element.getAttribute(name); return v === null ? null : v === 'true'; };
    if (role === 'heading') item.level = Number(element.getAttribute('aria-level')) || Number(tag[1]) || 2;
    if (WIDGETS.has(role) || element.isContentEditable) {
      item.bid = bidOf(element);
      item.box = box(element);
      if (tag === 'INPUT' || tag === 'BUTTON') item.input_type = element.type;
      if (element.disabled === true || element.matches(':disabled') || state('aria-disabled')) item.disabled = true;
      if (element.required || state('aria-required')) item.required = true;
      if (element.readOnly || state('aria-readonly')) item.readonly = true;
      if (element.form) item.form = formOf(element.form);
      if (element.hasAttribute('formmethod') && item.form) item.form[0] = element.formMethod;
      if (element.hasAttribute('formaction') && item.form) item.form[1] = element.formAction;
      const expanded = tag === 'SUMMARY' ? !!element.parentElement?.open : state('aria-expanded');
      if (expanded !== null) item.expanded = expanded;
      if (state('aria-selected')) item.selected = true;
      if (state('aria-invalid')) {
        const told = element.getAttribute('aria-errormessage') || element.getAttribute('aria-describedby');
        item.invalid = (told && byIds(element, told)) || element.validationMessage || 'invalid';
      }
    }
    if (role === 'checkbox' || role === 'radio' || role === 'switch') {
      item.checked = tag === 'INPUT' ? element.checked : state('aria-checked') === true;
    } else if (tag === 'SELECT') {
      const labels = Array.from(element.options, (option) => clean(option.label));
      item.value = clean(element.selectedOptions[0]?.label);
      item.options = labels.slice(0, 200);
    } else if (role === 'textbox' || role === 'searchbox' || role === 'spinbutton' || role === 'slider' || role === 'combobox') {
      if (tag === 'INPUT') item.value = element.type === 'password' ? '•'.repeat(element.value.length) : element.value;
      else if (tag === 'TEXTAREA') item.value = element.value;
      else item.value = clean(element.getAttribute('aria-valuetext') || element.getAttribute('aria-valuenow') || element.textContent);
    }
    if (tag === 'A' && element.href) {
      item.href = element.href;
      if (HOOKS.some((name) => element.hasAttribute(name))) item.hooked = true;
    }
    if (item.bid) memory.told.set(item.bid, [role, memory.identity(element, role)]);
    return item;
  };
  const pushText = (text, depth) => { const name = clean(text); if (name) out.push({ role: 'text', name, depth }); };
  const labelOfControl = (element) => element.tagName === 'LABEL' && element.control && roleOf(element.control);

  const walk = (node, depth) => {
    let text = '';
    const flush = () => { if (text) { pushText(text, depth); text = ''; } };
    const children = node.shadowRoot ? node.shadowRoot.childNodes
      : node.tagName === 'SLOT' && node.assignedNodes().length ? node.assignedNodes() : node.childNodes;
    for (const child of children) {
      if (child.nodeType === 3) { text += child.data; continue; }
      if (child.nodeType !== 1 || SKIP.has(child.tagName) || child.getAttribute('aria-hidden') === 'true') continue;
      if (child.tagName === 'BR') { flush(); continue; }
      const role = roleOf(child);
      const choice = role === 'checkbox' || role === 'radio' || child.type === 'file';
      if (!child.checkVisibility({ visibilityProperty: true }) && !(choice && child.labels?.[0]?.checkVisibility())) continue;
      if (child.tagName === 'IFRAME' || child.tagName === 'FRAME') {
        flush();
        out.push({ role: 'iframe', name: clean(child.title || child.name), depth, tag: 'iframe', frame: bidOf(child) });
        continue;
      }
      const clickable = !role && (child.hasAttribute('onclick') || child.tabIndex >= 0 && child.hasAttribute('tabindex'));
      if (WIDGETS.has(role) || clickable || (role === 'textbox')) {
        flush();
        const item = describe(child, clickable ? 'button' : role, depth);
        if (clickable) { item.bid = bidOf(child); item.box = box(child); item.role = 'generic'; item.name = clean(visibleText(child)).slice(0, 120);
          memory.told.set(item.bid, ['generic', memory.identity(child, 'generic')]); }
        out.push(item);
        if (role === 'combobox' && child.tagName !== 'SELECT' && child.tagName !== 'INPUT') walk(child, depth + 1);
        else if (clickable && child.querySelector('a[href], button, input, select, textarea')) walk(child, depth + 1);
        continue;
      }
      if (role === 'heading') {
        flush();
        out.push(describe(child, role, depth));
        for (const inner of child.querySelectorAll('a[href], button')) out.push(describe(inner, roleOf(inner), depth + 1));
        continue;
      }
      if (role === 'img') { if (nameOf(child, role)) { flush(); out.push(describe(child, role, depth)); } continue; }
      if (CONTAINERS.has(role)) {
        flush();
        const item = describe(child, role, depth);
        const place = out.push(item);
        walk(child, depth + 1);
        if (out.length === place && !item.name) out.pop();
        continue;
      }
      if (labelOfControl(child) && child.control.checkVisibility() && !child.contains(child.control)) continue;
      if (labelOfControl(child) && child.contains(child.control)) {
        flush();
        out.push(describe(child.control, roleOf(child.control), depth));
        continue;
      }
      if (labelOfControl(child)) continue;
      const inline = getComputedStyle(child).display.startsWith('inline');
      const before = out.length;
      if (inline && !child.firstElementChild && !child.shadowRoot) { text += child.textContent; continue; }
      flush();
      walk(child, depth);
      if (inline && out.length === before) text += ' ';
    }
    flush();
  };
  if (document.body) walk(document.body, 0);
  return JSON.stringify({ title: document.title, url: location.href, next: memory.next, nodes: out });
}
