// Controls made of boxes: choices, switches, lists that open and numbers that count. What they hold stands in the
// hidden field of their `[data-widget]`.
const fieldOf = (part) => part.closest('[data-widget]').querySelector('input[type=hidden]');
const isOff = (part) => part.getAttribute('aria-disabled') === 'true';

const widgets = {
  pick(option) {
    if (isOff(option)) return;
    for (const one of option.closest('[data-widget]').querySelectorAll('[data-pick]')) {
      one.setAttribute('aria-checked', String(one === option));
    }
    site.put(fieldOf(option), option.dataset.pick);
  },

  toggle(part) {
    const on = part.getAttribute('aria-checked') !== 'true';
    part.setAttribute('aria-checked', String(on));
    site.put(fieldOf(part), on ? part.dataset.toggle : null);
  },

  open(list, on = list.nextElementSibling.hidden) {
    for (const one of document.querySelectorAll('[data-list][aria-expanded=true]')) if (one !== list) widgets.open(one, false);
    list.nextElementSibling.hidden = !on;
    list.setAttribute('aria-expanded', String(on));
    if (on) widgets.mark(list, list.nextElementSibling.querySelector('[aria-selected=true]'));
    else list.removeAttribute('aria-activedescendant');
  },

  mark(list, option) {
    for (const one of list.nextElementSibling.children) one.classList.toggle('marked', one === option);
    if (option) list.setAttribute('aria-activedescendant', option.id);
  },

  choose(option) {
    if (isOff(option)) return;
    const list = option.parentElement.previousElementSibling;
    for (const one of option.parentElement.children) one.setAttribute('aria-selected', String(one === option));
    list.textContent = option.textContent;
    widgets.open(list, false);
    list.focus();
    site.put(fieldOf(option), option.dataset.choose);
  },

  // Up and down among the options that can be chosen.
  move(list, step) {
    const all = [...list.nextElementSibling.children].filter((one) => !isOff(one));
    const at = all.findIndex((one) => one.classList.contains('marked'));
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    widgets.mark(list, next);
    next?.scrollIntoView({ block: 'nearest' });
  },

  count(spin, step) {
    const now = site.counted(spin.getAttribute('aria-valuenow'), step, spin.getAttribute('aria-valuemin'), spin.getAttribute('aria-valuemax'));
    spin.setAttribute('aria-valuenow', now);
    spin.textContent = now;
    site.put(fieldOf(spin), now);
  },
};

document.addEventListener('click', (event) => {
  const found = (selector) => event.target.closest?.(selector);
  const list = found('[data-list]');
  for (const one of document.querySelectorAll('[data-list][aria-expanded=true]')) {
    if (one !== list && !one.nextElementSibling.contains(event.target)) widgets.open(one, false);
  }
  if (list) widgets.open(list);
  else if (found('[data-choose]')) widgets.choose(found('[data-choose]'));
  else if (found('[data-pick]')) widgets.pick(found('[data-pick]'));
  else if (found('[data-toggle]')) widgets.toggle(found('[data-toggle]'));
  else if (found('[data-send]')) site.send(found('[data-send]'));
  else if (found('[data-count]')) widgets.count(found('[data-widget]').querySelector('[role=spinbutton]'), parseInt(found('[data-count]').dataset.count, 10));
});

document.addEventListener('keydown', (event) => {
  const [at, key] = [event.target, event.key];
  const step = { ArrowUp: 1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[key];
  if (at.matches('[role=spinbutton]') && step) {
    event.preventDefault();
    widgets.count(at, step);
  } else if (at.matches('[data-list]')) {
    const isOpen = at.getAttribute('aria-expanded') === 'true';
    const marked = at.nextElementSibling.querySelector('.marked');
    if (step) {
      event.preventDefault();
      if (isOpen) widgets.move(at, -Math.sign(step));
      else widgets.open(at, true);
    } else if (key === 'Enter' || key === ' ') {
      event.preventDefault();
      if (isOpen && marked) widgets.choose(marked);
      else widgets.open(at);
    } else if (key === 'Escape') widgets.open(at, false);
  } else if (at.matches('[role=radio][data-pick]') && step) {
    event.preventDefault();
    const all = [...at.closest('[data-widget]').querySelectorAll('[data-pick]')].filter((one) => !isOff(one));
    const next = all[(all.indexOf(at) - Math.sign(step) + all.length) % all.length];
    next?.focus();
    if (next) widgets.pick(next);
  }
});
