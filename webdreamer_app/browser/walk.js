// One pass over a document. Part of the capture: `prefix`, `memory` and the other parts are in its scope.
let pointers = null;
let scrollers = null;
const out = [];
const hosts = [];
const asked = [];
const bidOf = (element) => {
  let bid = memory.bids.get(element);
  if (!bid) {
    bid = prefix + memory.next++;
    memory.bids.set(element, bid);
    memory.nodes.set(bid, new WeakRef(element));
  }
  return bid;
};
const mayHoldShadow = (element, tag) => {
  if (!tag.includes('-') && (element.firstElementChild || !HOSTS.test(tag) || clean(element.textContent) || !element.offsetHeight)) return false;
  return !inShadow(element) && memory.cleared.get(element) !== sizeOf(element);
};
// What an element is to whoever decides on it. Recomputed before it is acted on.
const addressOf = (element) => String(element.href?.baseVal ?? element.href ?? '');
const identity = (element, role, name = nameOf(element, role), address = addressOf(element)) => [
  role === 'generic' ? name.slice(0, 120) : name, address,
  element.formAction && element.hasAttribute('formaction') ? element.formAction : '', element.form ? formAction(element.form) : '',
  element.type || '',
];
// What it has become, where it is no longer what was told of it.
const changedTo = (element, bid) => {
  const told = memory.told.get(bid);
  if (!told) return null;
  const now = identity(element, told[0]);
  return now.every((part, place) => part === told[1][place]) ? null : now[0];
};
const flag = (element, name) => { const given = element.getAttribute(name); return given === null ? null : given === 'true'; };
// Fields that are only still empty are not called invalid.
const isInvalid = (element) => {
  const given = element.getAttribute('aria-invalid');
  if (given !== null && given !== 'false') return true;
  const told = element.willValidate && element.validity;
  return !!told && !told.valid && (!told.valueMissing || told.customError || element.matches(':user-invalid'));
};
const message = (element) => {
  const told = element.getAttribute('aria-errormessage') || element.getAttribute('aria-describedby');
  const words = told && clean(told.split(/\s+/).map((id) => { const found = byId(element, id); return found && shown(found) ? found.textContent : ''; }).join(' '));
  return words || element.validationMessage || 'invalid';
};
const fieldValue = (element, tag) => {
  if (tag === 'INPUT') {
    if (element.type === 'password') return '•'.repeat(element.value.length);
    if (element.type === 'file') return Array.from(element.files || [], (file) => file.name).join(', ');
    return element.value;
  }
  if (tag === 'TEXTAREA') return element.value;
  const given = element.getAttribute('aria-valuetext') || element.getAttribute('aria-valuenow');
  return clean(given || element.textContent);
};

const widget = (element, role, depth, rect = rectOf(element)) => {
  const tag = element.tagName;
  const item = { role, depth, bid: bidOf(element), tag: tag.toLowerCase() };
  const name = nameOf(element, role);
  if (name) item.name = role === 'generic' ? name.slice(0, 120) : name;
  item.box = [whole(rect.x), whole(rect.y), whole(rect.width), whole(rect.height)];
  if (isCovered(element, rect)) item.covered = true;
  if (tag === 'INPUT' || tag === 'BUTTON') item.input_type = element.type;
  if (element.matches(':disabled') || flag(element, 'aria-disabled') || flags.off && element.closest('[aria-disabled=true]')) item.disabled = true;
  if (element.required || flag(element, 'aria-required')) item.required = true;
  if (element.readOnly || flag(element, 'aria-readonly')) item.readonly = true;
  if (element.form) item.form = formOf(element.form);
  if (item.form && item.input_type && element.hasAttribute('formmethod')) item.form[0] = element.formMethod;
  if (item.form && item.input_type && element.hasAttribute('formaction')) item.form[1] = element.formAction;
  const expanded = tag === 'DETAILS' ? element.open : tag === 'SUMMARY' ? !!element.parentElement?.open : flag(element, 'aria-expanded') ?? popoverState(element);
  if (expanded !== null) item.expanded = expanded;
  const selected = tag === 'OPTION' ? element.selected : flag(element, 'aria-selected');
  if (selected !== null) item.selected = selected;
  if (isInvalid(element)) item.invalid = message(element);
  if (role === 'checkbox' || role === 'radio' || role === 'switch' || role.startsWith('menuitem') && role !== 'menuitem') {
    const mixed = element.indeterminate || attr(element, 'aria-checked') === 'mixed';
    item.checked = mixed ? 'mixed' : tag === 'INPUT' ? element.checked : flag(element, 'aria-checked') === true;
  } else if (flag(element, 'aria-pressed') !== null) {
    item.checked = attr(element, 'aria-pressed') === 'mixed' ? 'mixed' : flag(element, 'aria-pressed');
  } else if (tag === 'SELECT') {
    item.value = Array.from(element.selectedOptions, (option) => clean(option.label)).join(', ');
    item.options = Array.from(element.options, (option) => clean(option.label)).slice(0, 200);
  } else if (FIELDS.has(role) || item.input_type === 'file') {
    item.value = fieldValue(element, tag);
    if (element.list) item.options = Array.from(element.list.options, (option) => clean(option.value || option.label)).slice(0, 200);
  }
  const address = tag === 'A' || tag === 'AREA' || tag === 'a' ? addressOf(element) : '';
  if (address) {
    item.href = address;
    if (HOOKS.some((name) => element.hasAttribute(name))) item.hooked = true;
  }
  memory.told.set(item.bid, [role, identity(element, role, name, address)]);
  out.push(item);
  return item;
};
const HOOKS = ['data-method', 'data-confirm', 'data-turbo-method', 'data-turbo-confirm', 'hx-post', 'hx-put', 'hx-delete', 'hx-patch'];
const formOf = (form) => {
  const own = attr(form, 'action') !== null;
  return [formMethod(form), formAction(form) || '', Array.prototype.indexOf.call(forms, form),
    !own && formMethod(form) !== 'post' || attr(form, 'onsubmit') !== null];
};
const popoverState = (element) => element.popoverTargetElement ? element.popoverTargetElement.matches(':popover-open') : null;

const CONTAINERS = new Set(['navigation', 'main', 'banner', 'contentinfo', 'list', 'listitem', 'table', 'grid', 'treegrid',
  'row', 'cell', 'gridcell', 'columnheader', 'rowheader', 'form', 'group', 'radiogroup', 'dialog', 'alertdialog', 'article',
  'search', 'region', 'complementary', 'alert', 'status', 'listbox', 'menu', 'menubar', 'tablist', 'tabpanel', 'tree',
  'toolbar', 'feed', 'log', 'tooltip', 'figure', 'note', 'progressbar', 'meter']);
const SKIPPED = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'META', 'LINK', 'symbol', 'clipPath', 'mask', 'pattern', 'marker', 'metadata', 'DATALIST', 'title',
  'desc', 'defs', 'style', 'script', 'PARAM', 'SOURCE', 'TRACK', 'COL', 'COLGROUP', 'BASE', 'WBR']);
const FRAMES = new Set(['IFRAME', 'FRAME', 'OBJECT', 'EMBED']);
const hasDocument = (element) => tagOf(element) === 'OBJECT' ? !!member(HTMLObjectElement, 'contentWindow')(element) : true;
const tagOf = (element) => element.tagName;
const HOSTS = /-|^(?:ARTICLE|ASIDE|BLOCKQUOTE|BODY|DIV|FOOTER|H[1-6]|HEADER|MAIN|NAV|P|SECTION|SPAN)$/;
const pushText = (text, depth) => { const name = clean(text); if (name) out.push({ name, depth }); };
// `styled`: the elements that the document's own sheets speak of; those in shadow trees have sheets of their own.
const isNamed = (styled, element) => !styled || styled.has(element) || flags.shadows && rootOf(element) !== document;
const isOperable = (element, inside) => {
  if (element.hasAttribute('onclick') || element.hasAttribute('onmousedown') || element.hasAttribute('onpointerdown')) return true;
  if (element.hasAttribute('tabindex') && (element.tabIndex >= 0 || attr(element, 'role') === 'gridcell')) return true;
  if (element.getAttribute('draggable') === 'true' || element.hasAttribute('jsaction') || element.hasAttribute('ng-click')) return true;
  if (inside || !isNamed(pointers, element)) return false;
  const cursor = getComputedStyle(element).cursor;
  return cursor === 'pointer' || element.tagName === 'CANVAS' && cursor !== 'auto' && cursor !== 'default';
};
// Plain containers that something was hung on are no longer lists, items or cells to whoever operates them.
const operableRole = (element, role) => {
  if (role === 'canvas' || role === 'columnheader' || role === 'rowheader' || role === 'summary') return role;
  const told = memory.roles.get(element);
  if (told) return told[0];
  return element.hasAttribute('role') && role ? role : 'generic';
};
// Whether there is more in it than it shows.
const isScroller = (element) => {
  if (!isNamed(scrollers, element)) return false;
  const [down, across] = [element.scrollHeight - element.clientHeight > 8, element.scrollWidth - element.clientWidth > 8];
  if (!down && !across) return false;
  const style = getComputedStyle(element);
  return down && /auto|scroll/.test(style.overflowY) || across && /auto|scroll/.test(style.overflowX);
};
const controlOf = (label) => label.tagName === 'LABEL' && label.control && roleOf(label.control) ? label.control : null;

// `inside`: within something operable, whose cursor is inherited. `mute`: aria-hidden, so its text says nothing.
// A stack of its own, for pages nest deeper than calls can.
const walk = (node, depth, inside, mute) => {
  const levels = [];
  const enter = (node, depth, inside, mute, done) => {
    const list = slotted(node);
    levels.push({ node, depth, inside, mute, done, list, at: 0, next: list ? list[0] : firstOf(node), text: memory.pseudo ? pseudo(node, '::before') : '' });
  };
  enter(node, depth, inside, mute);
  while (levels.length) {
    const level = levels[levels.length - 1];
    const child = level.next;
    if (child) {
      level.next = level.list ? level.list[++level.at] : nextOf(child);
      if (child.nodeType === 3) { if (!(level.hides ??= hidesText(level.node))) level.text += child.data; }
      else if (child.nodeType === 1) visit(child, level, enter);
      continue;
    }
    levels.pop();
    if (memory.pseudo) level.text += pseudo(level.node, '::after');
    flush(level);
    level.done?.();
  }
};
// Whether text right in it, unlike what else it holds, can't be seen.
const hidesText = (element) => {
  if (element.tagName === 'DETAILS') return !element.open;
  if (!isVisibly(element) && !shown(element)) return true;
  return flags.skips && getComputedStyle(element).contentVisibility === 'hidden';
};
const flush = (level) => {
  if (level.text && !level.mute) pushText(level.text, level.depth);
  level.text = '';
};
const FALLBACKS = new Set(['VIDEO', 'AUDIO', 'CANVAS']);  // what they hold is for browsers that can't show them
const WIDGET_BOXES = new Set(['listbox', 'video', 'audio']);
const visit = (child, level, enter) => {
  const { depth, inside, mute } = level;
  const tag = child.tagName;
  if (isForm(child)) {
    flush(level);
    if (rendered(child) || isContents(child)) container(child, formRole(child), depth, inside, mute, enter);
    return;
  }
  if (SKIPPED.has(tag)) return;
  if (tag === 'BR') { flush(level); return; }
  const role = roleOf(child);
  const isShown = isVisibly(child);
  if (!isShown && !rendered(child)) {
    const choice = role === 'checkbox' || role === 'radio' || child.type === 'file';
    if (choice && labelsOf(child)[0]?.checkVisibility()) { flush(level); widget(child, role, depth); return; }
    if (tag !== 'AREA' && !isContents(child)) return;
  }
  if (tag === 'LEGEND' && !child.querySelector(NESTED)) return;  // the name of its group
  const silent = mute || child.getAttribute('aria-hidden') === 'true';
  if (FRAMES.has(tag) && (tag === 'IFRAME' || tag === 'FRAME' || hasDocument(child))) {
    if (isInert(child) || !shown(child)) return;
    flush(level);
    frame(child, tag, depth);
    return;
  }
  if (mayHoldShadow(child, tag)) hosts.push(bidOf(child));
  const visible = isShown || tag === 'AREA' || getComputedStyle(child).display === 'contents';
  if (visible) {
    const isWidget = WIDGETS.has(role) || WIDGET_BOXES.has(role) && (role !== 'listbox' || tag === 'SELECT')
      || flags.editable && child.isContentEditable && !child.parentElement?.isContentEditable;
    const operable = !isWidget && isOperable(child, inside) && !(tag === 'LABEL' && child.control) && tag !== 'BODY' && tag !== 'HTML';
    const rect = isWidget || operable ? rectOf(child) : null;
    const style = rect && getComputedStyle(child);
    if (rect && !isInert(child) && style.pointerEvents !== 'none' && isInReach(child, rect, style)) {
      flush(level);
      const kept = !isWidget ? operableRole(child, role) : WIDGETS.has(role) || WIDGET_BOXES.has(role) ? role : 'textbox';
      const item = widget(child, kept, depth, rect);
      if (operable && isScroller(child)) item.scrollable = true;
      if (operable && tag.includes('-') && !child.hasAttribute('role')) asked.push([item.bid, memory.roles.has(child)]);
      if (FALLBACKS.has(tag)) return;
      if (operable || kept === 'treeitem' || tag.includes('-') || child.firstElementChild && child.querySelector(NESTED) || inShadow(child)) {
        const place = out.length;
        enter(child, depth + 1, true, silent, () => tidy(place, item));
      }
      return;
    }
    if (isWidget && !silent && (isInert(child) || style.pointerEvents === 'none')) { level.text += ` ${nameOf(child, role)} `; return; }
  }
  if (tag === 'DETAILS' && !Array.from(child.children).some((one) => one.tagName === 'SUMMARY') && shown(child) && !isInert(child)) {
    flush(level);
    widget(child, 'summary', depth);
    enter(child, depth + 1, inside, silent);
    return;
  }
  if (role === 'heading' && visible) {
    flush(level);
    const item = { role, depth, level: Math.min(Math.max(Math.trunc(Number(child.getAttribute('aria-level'))) || Number(tag[1]) || 2, 1), 100) };
    const name = nameOf(child, role);
    if (name && !silent) item.name = name;
    const place = out.push(item);
    if (child.firstElementChild || inShadow(child)) enter(child, depth + 1, inside, silent, () => tidy(place, item));
    return;
  }
  if (role === 'img' || role === 'canvas') {
    const name = visible && !silent ? nameOf(child, role) : '';
    if (name || role === 'canvas' && visible) { flush(level); const item = { role, depth, tag: tag.toLowerCase() }; if (name) item.name = name; out.push(item); }
    if (child.firstElementChild && role === 'img' && tag === 'svg') enter(child, depth + 1, inside, true);
    return;
  }
  if (FALLBACKS.has(tag)) return;
  if (CONTAINERS.has(role) || isScroller(child)) {
    flush(level);
    container(child, CONTAINERS.has(role) ? role : 'region', depth, inside, silent, enter);
    return;
  }
  const control = controlOf(child);
  if (control && !child.contains(control)) return;  // it is the name of that field
  if (control) {
    flush(level);
    const place = out.length;
    enter(child, depth, true, silent, () => tidy(place, out.slice(place).find((node) => node.bid ? node.bid === memory.bids.get(control) : node.role === roleOf(control))));
    return;
  }
  const inline = INLINE.has(tag);
  if (inline && !child.firstElementChild && !inShadow(child)) {
    if (visible && !silent) level.text += pseudo(child, '::before') + child.textContent + pseudo(child, '::after');
    return;
  }
  flush(level);
  const before = out.length;
  enter(child, depth, inside, silent, inline ? () => { if (out.length === before) level.text += ' '; } : null);
};
const frame = (element, tag, depth) => {
  const rect = boxOf(element);
  if (rect.width < 2 || rect.height < 2 || isOut(element, rect)) return;
  out.push({
    role: 'iframe', name: clean(element.title || element.name || element.getAttribute('aria-label')), depth, tag: tag.toLowerCase(), frame: bidOf(element),
    box: [whole(rect.x), whole(rect.y), whole(rect.width), whole(rect.height)],
  });
};
const container = (element, role, depth, inside, mute, enter) => {
  const item = { role, depth };
  const form = isForm(element);
  const name = form || OWN_TEXT.has(role) ? clean(attr(element, 'aria-label')) : nameOf(element, role);
  if (name) item.name = name;
  if (isScroller(element)) item.scrollable = true;
  const place = out.push(item);
  enter(element, depth + 1, inside, mute, () => { if (out.length === place && !name) out.pop(); });
};
const OWN_TEXT = new Set(['columnheader', 'rowheader', 'tooltip', 'gridcell', 'cell', 'row', 'listitem']);
const formRole = (form) => { const given = attr(form, 'role'); return CONTAINERS.has(given) ? given : 'form'; };
const INLINE = new Set(['SPAN', 'B', 'I', 'EM', 'STRONG', 'SMALL', 'CODE', 'KBD', 'SUB', 'SUP', 'U', 'S', 'DEL', 'INS', 'MARK',
  'ABBR', 'CITE', 'Q', 'TIME', 'DATA', 'VAR', 'SAMP', 'FONT', 'BDI', 'BDO', 'LABEL', 'A']);
const NESTED = 'a[href], button, input, select, textarea, summary, [tabindex], [onclick], [role=button], [role=link], iframe, slot';
const isInReach = (element, rect, style) => {
  if (rect.width < 1 || rect.height < 1) return false;
  if (!isOut(element, rect, style)) return true;
  return labelsOf(element).some((label) => shown(label) && !isOut(label, boxOf(label)));
};
// Below something named by its content, the text that its name already tells is left out.
const tidy = (place, item) => {
  if (!item?.name) return;
  const told = item.name;
  const kept = out.splice(place).filter((node) => node.role || !told.includes(node.name));
  for (const node of kept) out.push(node);
};
// What the style sheets say: whether any makes text, and which elements may have a cursor of their own or scroll. These
// are null where that can't be told: a sheet of another origin, a rule in a rule.
const readStyles = () => {
  const selectors = [];
  const scrolling = [];
  const found = { makesText: false, pointers: null, scrollers: null };
  let readable = true;
  const read = (rules) => {
    for (const rule of rules) {
      if (rule.selectorText === undefined) { if (rule.cssRules) read(rule.cssRules); continue; }
      if (rule.cssRules?.length) readable = false;
      const style = rule.style;
      if (style.cursor && style.cursor !== 'auto' && style.cursor !== 'default') selectors.push(rule.selectorText);
      else if (style.cursor === '' && style.cssText.includes('cursor')) readable = false;
      if (style.contentVisibility === 'hidden') flags.skips = true;
      if (/auto|scroll|var/.test(style.overflowX + style.overflowY) || style.overflowY === '' && style.cssText.includes('overflow')) scrolling.push(rule.selectorText);
      if (style.content && !/^(?:none|normal|"")$/.test(style.content) && /:(?:before|after)/.test(rule.selectorText)) found.makesText = true;
    }
  };
  for (const sheet of [...member(Document, 'styleSheets')(document), ...document.adoptedStyleSheets]) {
    try { read(sheet.cssRules); } catch { readable = false; found.makesText = flags.skips = true; }
  }
  if (!readable) return found;
  try {
    const styled = (word, selectors) => new Set([...all(`[style*="${word}"]`), ...selectors.length ? all(selectors.join(',')) : []]);
    found.pointers = styled('cursor', selectors);
    found.scrollers = styled('overflow', scrolling);
  } catch { /* a selector that only style sheets may use */ }
  return found;
};
const forgetTheGone = () => {
  if (memory.nodes.size < 20000) return;
  for (const [bid, node] of memory.nodes) if (!node.deref()) memory.nodes.delete(bid);
};
