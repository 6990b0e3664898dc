// Resolves when the document has not changed for `quiet` ms, or after `limit` ms. Isolated world.
(quiet, limit) => new Promise((resolve) => {
  let timer = 0;
  const finish = (still) => { observer.disconnect(); clearTimeout(timer); clearTimeout(last); resolve(still); };
  const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(() => finish(true), quiet); });
  const last = setTimeout(() => finish(false), limit);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  timer = setTimeout(() => finish(true), quiet);
})
