// The elements of the component themes. Their shadow roots come with the page; here they learn to take part in forms.
class Button extends HTMLElement {
  constructor() {
    super();
    this.addEventListener('click', () => site.send(this));
  }
}

class Field extends HTMLElement {
  static formAssociated = true;
  #internals = this.attachInternals();

  connectedCallback() {
    const root = this.#internals.shadowRoot;
    if (!root || this.controls) return;
    this.controls = [...root.querySelectorAll('input, select, textarea')];
    root.addEventListener('input', () => this.#tell());
    root.addEventListener('change', (event) => {
      this.#tell();
      if (event.target.matches('[data-reload]')) this.closest('form').requestSubmit();
    });
    root.addEventListener('click', (event) => this.#step(event.target.closest('[data-by]')));
    // Keys in closed roots are nobody else's.
    if (!this.shadowRoot) root.addEventListener('keydown', (event) => this.#enter(event));
    this.#tell();
  }

  #step(button) {
    if (!button) return;
    const [field] = this.controls;
    field.value = site.counted(field.value, parseInt(button.dataset.by, 10), field.min, field.max);
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }

  #enter(event) {
    const main = event.key === 'Enter' && event.target.matches('input') && site.main(this.closest('form'));
    if (!main) return;
    event.preventDefault();
    main.click();
  }

  #tell() {
    const beside = this.querySelector(':scope > input[type=hidden]');
    if (beside) beside.value = this.controls[0].value;
    else this.#internals.setFormValue(this.#value());
  }

  #value() {
    const [first] = this.controls;
    if (first.type === 'file') return first.files[0] || new File([], '', { type: 'application/octet-stream' });
    if (first.type !== 'radio' && first.type !== 'checkbox') return first.value;
    return this.controls.find((one) => one.checked)?.value ?? null;
  }
}

customElements.define('ui-button', Button);
customElements.define('ui-field', Field);
document.addEventListener('click', (event) => {
  const link = event.composedPath()[0].closest?.('a[data-ask]');
  if (link && link.getRootNode() !== document && !site.asks(link)) event.preventDefault();
});
