// Built-in members, out of reach of pages that name their fields and forms like them. Part of the capture.
const member = (owner, name) => {
  for (let at = owner.prototype; at; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found) return Function.prototype.call.bind(found.get || found.value);
  }
  throw new Error(`no ${name}`);
};
const attr = member(Element, 'getAttribute');
const childNodesOf = member(Node, 'childNodes');
const firstOf = member(Node, 'firstChild');
const nextOf = member(Node, 'nextSibling');
const parentOf = member(Node, 'parentElement');
const rootOf = member(Node, 'getRootNode');
const slotOf = member(Element, 'assignedSlot');
const shadowOf = member(Element, 'shadowRoot');
const boxOf = member(Element, 'getBoundingClientRect');
const rendered = member(Element, 'checkVisibility');
const formMethod = member(HTMLFormElement, 'method');
const formAction = member(HTMLFormElement, 'action');
const isForm = (node) => node instanceof HTMLFormElement;
const all = member(Document, 'querySelectorAll').bind(null, document);
const one = member(Document, 'querySelector').bind(null, document);
const named = member(Document, 'getElementById').bind(null, document);
const topAt = member(Document, 'elementFromPoint').bind(null, document);
const newRange = member(Document, 'createRange').bind(null, document);
const root = member(Document, 'documentElement')(document);
const forms = member(Document, 'forms')(document);
