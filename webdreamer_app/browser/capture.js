// The capture of one frame: safe.js, names.js and walk.js are put in its place. Runs in an isolated world, out of
// reach of the page's scripts. Returns one JSON string. `first`: the lowest number that no element of any document has
// had yet. The function stays in its world, so that the engine's work on it is not lost from one observation to the next.
(prefix, first) => {
const memory = globalThis.__webdreamer ??= {
  next: first, bids: new WeakMap(), nodes: new Map(), told: new Map(), closed: new WeakMap(), cleared: new WeakMap(),
  roles: new WeakMap(),
};
memory.capture = (prefix, first) => {
  memory.next = Math.max(memory.next, first);
  /* parts */
  const styles = readStyles();
  memory.pseudo = styles.makesText;
  pointers = styles.pointers;
  scrollers = styles.scrollers;
  memory.changedTo = changedTo;
  memory.reach = { rectOf, hits, hitAt, shown, within };
  memory.over = over;
  const body = member(Document, 'body')(document);
  if (body && body.isContentEditable) widget(body, 'textbox', 0);
  if (body) walk(body, body.isContentEditable ? 1 : 0, body.isContentEditable, false);
  forgetTheGone();
  const frames = {};
  out.forEach((node, place) => { if (node.frame) frames[place] = node.frame; });
  return JSON.stringify({
    title: member(Document, 'title')(document), url: location.href, next: memory.next, hosts, asked, frames, elements: out.splice(0),
  });
};
return memory.capture(prefix, first);
}
