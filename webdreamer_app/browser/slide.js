// What a slider or spin button that scripts made holds, and where its handle and its track are. Isolated world.
(bid) => {
  const node = globalThis.__webdreamer?.nodes.get(bid)?.deref();
  if (!node || !node.isConnected) return { problem: 'it is gone from the page' };
  const number = (name, missing) => { const given = parseFloat(node.getAttribute(name)); return Number.isNaN(given) ? missing : given; };
  const now = number('aria-valuenow', null);
  if (now === null) return { problem: 'it tells no value' };
  const upright = node.getAttribute('aria-orientation') === 'vertical';
  const length = (element) => { const box = element.getBoundingClientRect(); return upright ? box.height : box.width; };
  let track = node;
  for (let level = 0; level < 3 && track.parentElement && length(track) < 60; level++) track = track.parentElement;
  const box = track.getBoundingClientRect();
  return { now, low: number('aria-valuemin', 0), high: number('aria-valuemax', 100), upright,
    track: { x: box.x, y: box.y, width: box.width, height: box.height } };
}
