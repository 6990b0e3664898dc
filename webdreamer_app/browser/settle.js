// Resolves when the document has neither changed nor scrolled for `quiet` ms, or after `limit` ms. Isolated world.
(quiet, limit) => new Promise((resolve) => {
  let timer = 0;
  const finish = (still) => { observer.disconnect(); removeEventListener('scroll', stir, true); clearTimeout(timer); clearTimeout(last); resolve(still); };
  const stir = () => { clearTimeout(timer); timer = setTimeout(() => finish(true), quiet); };
  const observer = new MutationObserver(stir);
  const last = setTimeout(() => finish(false), limit);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  addEventListener('scroll', stir, true);
  stir();
})
