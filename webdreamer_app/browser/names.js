// Roles and accessible names. Part of the capture: `roles` and `names` are in its scope. HTML-AAM 1.0, accname 1.2.
const clean = (text) => !text ? '' : /^\S+(?: \S+)*$/.test(text) ? text : text.replace(/\s+/g, ' ').trim();
const INPUT_ROLES = {
  button: 'button', submit: 'button', reset: 'button', image: 'button', file: 'button', checkbox: 'checkbox',
  radio: 'radio', number: 'spinbutton', range: 'slider', search: 'searchbox', date: 'date', time: 'time',
  month: 'month', week: 'week', 'datetime-local': 'datetime', color: 'color', hidden: '',
};
const TAG_ROLES = {
  A: 'link', AREA: 'link', BUTTON: 'button', TEXTAREA: 'textbox', SUMMARY: 'summary', CANVAS: 'canvas',
  H1: 'heading', H2: 'heading', H3: 'heading', H4: 'heading', H5: 'heading', H6: 'heading', HR: 'separator',
  NAV: 'navigation', MAIN: 'main', UL: 'list', OL: 'list', MENU: 'list', LI: 'listitem', DL: 'list', TABLE: 'table',
  TR: 'row', TD: 'cell', TH: 'columnheader', FORM: 'form', FIELDSET: 'group', DETAILS: 'group', DIALOG: 'dialog',
  ARTICLE: 'article', IMG: 'img', SVG: 'img', svg: 'img', SEARCH: 'search', ASIDE: 'complementary', OUTPUT: 'status',
  PROGRESS: 'progressbar', METER: 'meter', OPTION: 'option', VIDEO: 'video', AUDIO: 'audio', math: 'math',
};
const WIDGETS = new Set(['link', 'button', 'textbox', 'searchbox', 'checkbox', 'radio', 'combobox', 'spinbutton', 'slider',
  'option', 'menuitem', 'menuitemcheckbox', 'menuitemradio', 'tab', 'switch', 'treeitem', 'summary', 'date', 'time',
  'month', 'week', 'datetime', 'color', 'scrollbar']);
const FIELDS = new Set(['textbox', 'searchbox', 'spinbutton', 'slider', 'combobox', 'date', 'time', 'month', 'week',
  'datetime', 'color', 'scrollbar']);
const NAMED_BY_CONTENT = new Set(['link', 'button', 'heading', 'option', 'menuitem', 'menuitemcheckbox', 'menuitemradio',
  'tab', 'switch', 'treeitem', 'checkbox', 'radio', 'summary', 'generic', 'columnheader', 'rowheader', 'tooltip', 'gridcell', 'cell',
  'listitem', 'row']);
const KNOWN_ROLES = new Set([...WIDGETS, ...NAMED_BY_CONTENT, 'alert', 'alertdialog', 'application', 'article', 'banner',
  'cell', 'complementary', 'contentinfo', 'dialog', 'document', 'feed', 'figure', 'form', 'grid', 'gridcell', 'group',
  'img', 'image', 'list', 'listbox', 'listitem', 'log', 'main', 'marquee', 'math', 'menu', 'menubar', 'meter',
  'navigation', 'none', 'note', 'presentation', 'progressbar', 'radiogroup', 'region', 'row', 'rowgroup', 'search',
  'separator', 'status', 'table', 'tablist', 'tabpanel', 'term', 'timer', 'toolbar', 'tree', 'treegrid']);
const NO_TEXT = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'META', 'LINK', 'TITLE', 'title', 'desc',
  'defs', 'IFRAME', 'FRAME', 'OBJECT', 'EMBED', 'VIDEO', 'AUDIO', 'CANVAS', 'DATALIST', 'style', 'script']);

const inShadow = (node) => shadowOf(node) || memory.closed.get(node);
// What stands in a node's place on the page where that isn't its own children: a list, else null.
const slotted = (node) => {
  if (node.tagName === 'SLOT') { const given = node.assignedNodes(); if (given.length) return given; }
  const tree = inShadow(node);
  if (tree) flags.shadows = flags.inert = flags.off = flags.editable = true;  // what stands in a shadow tree was not asked about
  return tree ? tree.childNodes : null;
};
const byId = (element, id) => (rootOf(element) !== document && rootOf(element).getElementById?.(id)) || named(id);

const roleOf = (element) => {
  const given = element.getAttribute('role');
  const tag = element.tagName;
  if (given) {
    const found = given.toLowerCase().trim().split(/\s+/).find((one) => KNOWN_ROLES.has(one));
    if (found === 'none' || found === 'presentation') {  // ignored where the element can be focused
      if (!element.matches('a[href], button, input, select, textarea, summary, [tabindex]')) return '';
    } else if (found) return found === 'image' ? 'img' : found;
  }
  if (tag === 'INPUT') {
    const role = INPUT_ROLES[element.type];
    if (role !== undefined) return role === 'searchbox' && element.list ? 'combobox' : role;
    return element.list ? 'combobox' : 'textbox';
  }
  if (tag === 'SELECT') return element.multiple || element.size > 1 ? 'listbox' : 'combobox';
  if (tag === 'A' || tag === 'AREA') return element.hasAttribute('href') ? 'link' : '';
  if (tag === 'a') return element.href?.baseVal ? 'link' : '';
  if (tag === 'SUMMARY') return element.parentElement?.tagName === 'DETAILS' && firstChild(element.parentElement, 'SUMMARY') === element ? 'summary' : '';
  if (tag === 'VIDEO' || tag === 'AUDIO') return element.controls ? TAG_ROLES[tag] : '';
  if (tag === 'HEADER' || tag === 'FOOTER') {
    if (element.closest('article, main, section, aside, nav')) return '';
    return tag === 'HEADER' ? 'banner' : 'contentinfo';
  }
  if (tag === 'SECTION') return element.hasAttribute('aria-label') || element.hasAttribute('aria-labelledby') ? 'region' : '';
  if (tag === 'IMG' && element.getAttribute('alt') === '' && !element.title) return '';
  return TAG_ROLES[tag] || '';
};

// Labels by control. `element.labels` searches the whole document for each element.
let labelled = null;
const NONE = [];
const labelsOf = (element) => {
  if (element.labels === undefined) return NONE;
  if (flags.shadows && rootOf(element) !== document) return Array.from(element.labels || NONE);
  if (!labelled) {
    labelled = new Map();
    for (const label of all('label')) {
      const control = label.control;
      if (control) labelled.set(control, [...labelled.get(control) || NONE, label]);
    }
  }
  return labelled.get(element) || NONE;
};
const pseudo = (element, which) => {
  if (!memory.pseudo) return '';
  const style = getComputedStyle(element, which);
  let content = style.content;
  if (content === 'none' || content === 'normal' || content === '' || style.display === 'none' || style.visibility !== 'visible') return '';
  const spoken = content.match(/"\s\/\s(.*)$/);  // the alternative text after the slash
  if (spoken) content = spoken[1];
  let text = '';
  for (const found of content.matchAll(/"((?:[^"\\]|\\.)*)"|attr\(([\w-]+)\)/g)) {
    text += found[2] ? element.getAttribute(found[2]) || '' : found[1].replace(/\\(["\\])/g, '$1');
  }
  return text.replace(/\p{Co}/gu, '');  // private letters are pictures of icon fonts
};
const svgTitle = (element) => {
  for (const child of element.children) if (child.tagName === 'title') return clean(child.textContent);
  return '';
};
const valueOf = (element) => {
  if (element.tagName === 'SELECT') return Array.from(element.selectedOptions, (one) => one.label).join(' ');
  if (element.tagName === 'INPUT' && element.type !== 'password') return element.value;
  return element.tagName === 'TEXTAREA' ? element.value : '';
};

// Text of a subtree as a name: hidden parts left out, controls inside a label by their value.
const MAX_NAME_DEPTH = 200;
let nameDepth = 0;
const contentOf = (element, seen, hidden) => {
  if (nameDepth > MAX_NAME_DEPTH) return element.textContent;
  nameDepth++;
  try { return joined(element, seen, hidden); } finally { nameDepth--; }
};
const joined = (element, seen, hidden) => {
  const list = slotted(element);
  const first = list ? list[0] : firstOf(element);
  if (!list && (!first || first.nodeType === 3 && !nextOf(first))) return pseudo(element, '::before') + (first ? first.data : '') + pseudo(element, '::after');
  let text = pseudo(element, '::before');
  let place = 0;
  for (let child = first; child; child = list ? list[++place] : nextOf(child)) {
    if (child.nodeType === 3) { text += child.data; continue; }
    if (child.nodeType !== 1 || NO_TEXT.has(child.tagName)) continue;
    if (isForm(child)) { text += ` ${contentOf(child, seen, hidden)} `; continue; }
    if (child.tagName === 'BR') { text += ' '; continue; }
    if (!hidden && (child.getAttribute('aria-hidden') === 'true' || !shown(child))) continue;
    const part = partOf(child, seen, hidden);
    if (!part) continue;
    const touches = text && !/\s$/.test(text) || !/^\s|\s$/.test(part);
    text += touches && getComputedStyle(child).display !== 'inline' ? ` ${part} ` : part;
  }
  return text + pseudo(element, '::after');
};
const partOf = (element, seen, hidden) => {
  if (seen.has(element)) return '';
  seen.add(element);
  const by = element.getAttribute('aria-labelledby');
  if (by && !seen.has('by')) { const name = referred(element, by); if (name) return name; }
  const tag = element.tagName;
  if (tag === 'INPUT' && FIELDS.has(roleOf(element)) || tag === 'SELECT' || tag === 'TEXTAREA') return ` ${valueOf(element)} `;
  const label = clean(element.getAttribute('aria-label'));
  if (label) return label;
  if (tag === 'IMG' || tag === 'AREA') return ` ${element.alt || element.title || ''} `;
  if (tag === 'INPUT' && (element.type === 'checkbox' || element.type === 'radio' || element.type === 'hidden')) return '';
  if (tag === 'INPUT' || tag === 'SELECT' || tag === 'TEXTAREA') return ` ${valueOf(element)} `;
  if (tag === 'svg') return svgTitle(element) || clean(Array.from(element.querySelectorAll('text'), (one) => one.textContent).join(' '));
  const role = element.getAttribute('role');
  if (role === 'group' || role === 'menu' || role === 'tree' || role === 'listbox') return '';  // what is nested has names of its own
  return contentOf(element, seen, hidden) || (clean(element.textContent) ? '' : element.getAttribute('title') || '');
};
const referred = (element, ids) => clean(ids.trim().split(/\s+/).map((id) => {
  const found = byId(element, id);
  if (!found) return '';
  const inner = new Set(['by']);
  if (found === element) {
    const own = clean(element.getAttribute('aria-label'));
    if (own) return own;
  }
  return partOf(found, inner, !shown(found));
}).join(' '));

const nameOf = (element, role) => {
  const told = memory.roles.get(element);
  if (told?.[1]) return told[1];
  const by = element.getAttribute('aria-labelledby');
  if (by) { const name = referred(element, by); if (name) return name; }
  const label = clean(element.getAttribute('aria-label'));
  if (label) return label;
  const tag = element.tagName;
  if (tag === 'INPUT' && (element.type === 'submit' || element.type === 'reset' || element.type === 'button')) {
    const value = clean(element.value);
    if (value) return value;
    if (!element.hasAttribute('value') && element.type !== 'button') return element.type === 'submit' ? 'Submit' : 'Reset';
  }
  if (tag === 'INPUT' && element.type === 'image') return clean(element.alt) || clean(element.value) || clean(element.title) || 'Submit';
  const labels = labelsOf(element);
  if (labels.length) {
    const name = clean(Array.from(labels, (one) => contentOf(one, new Set([element]), false)).join(' '));
    if (name) return name;
  }
  if (tag === 'IMG' || tag === 'AREA') return clean(element.getAttribute('alt')) || clean(element.title);
  if (tag === 'svg') return svgTitle(element) || (role === 'img' ? '' : clean(contentOf(element, new Set(), false)));
  if (tag === 'DETAILS' && role === 'summary') return 'Details';
  if (element instanceof SVGElement) { const title = svgTitle(element); if (title) return title; }
  if (tag === 'FIELDSET') return clean(firstChild(element, 'LEGEND')?.textContent) || clean(element.title);
  if (tag === 'TABLE') return clean(element.caption?.textContent) || clean(element.title);
  if (NAMED_BY_CONTENT.has(role) && tag !== 'INPUT' || role === 'option') {
    const name = clean(contentOf(element, new Set([element]), false));
    if (name) return name;
  }
  if (role === 'link' && tag === 'a') return clean(element.textContent);
  const title = clean(element.getAttribute('title'));
  return title || clean(element.getAttribute('placeholder')) || clean(element.getAttribute('aria-placeholder'));
};
const firstChild = (element, tag) => Array.from(element.children).find((one) => one.tagName === tag);
