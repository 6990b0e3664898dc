// What the pages of every theme do by themselves: ask before something is sent or left, send a form again when what
// others depend on changed, count in steppers, and take Enter in a field for the form's main button.
const site = {
  asks: (from) => !from.dataset.ask || confirm(from.dataset.ask),

  // Sends a form as a button with this name, value and address would.
  send(from, form = from.closest('form')) {
    if (!form || !site.asks(from)) return;
    const { name, value, to } = from.dataset;
    const button = document.createElement('button');
    button.hidden = true;
    if (name) Object.assign(button, { name, value: value || '' });
    if (to) button.setAttribute('formaction', to);
    form.append(button);
    form.requestSubmit(button);
    button.remove();
  },

  go(from) {
    if (site.asks(from)) location.href = from.dataset.href;
  },

  // Puts a value into the hidden field of a widget; null: nothing is sent for it.
  put(field, value) {
    field.disabled = value === null;
    field.value = value ?? '';
    field.dispatchEvent(new Event('change', { bubbles: true }));
  },

  // What Enter in a field presses: the main button, else the first that the browser would not press by itself.
  main: (form) => form?.querySelector('[data-main]') || form?.querySelector('ui-button, [data-send], [onclick^="site.send"]'),

  counted(text, step, low, high) {
    const [least, most] = [parseInt(low || '0', 10), parseInt(high || '99', 10)];
    return String(Math.min(Math.max((parseInt(text, 10) || 0) + step, least), most));
  },
};

document.addEventListener('click', (event) => {
  const from = event.target.closest?.('a[href][data-ask], button[data-ask]:not([type=button]), input[data-ask]');
  if (from && !site.asks(from)) event.preventDefault();
  const step = event.target.closest?.('[data-step]');
  const field = step?.parentElement.querySelector('input');
  if (!field) return;
  field.value = site.counted(field.value, parseInt(step.dataset.step, 10), field.min, field.max);
  field.dispatchEvent(new Event('change', { bubbles: true }));
});

document.addEventListener('change', (event) => {
  if (event.target.matches?.('[data-reload]')) event.target.form?.requestSubmit();
});

const TYPED = 'input:not([type=button], [type=submit], [type=reset], [type=file], [type=image])';
document.addEventListener('keydown', (event) => {
  const at = event.composedPath()[0];
  if (event.defaultPrevented || event.isComposing || !at.matches) return;
  if (at.matches('[data-keys]') && (event.key === 'Enter' || event.key === ' ')) {
    event.preventDefault();
    at.click();
  } else if (at.matches(TYPED) && event.key === 'Enter') {
    const main = site.main((at.getRootNode().host || at).closest('form'));
    if (!main) return;
    event.preventDefault();
    main.click();
  }
});
