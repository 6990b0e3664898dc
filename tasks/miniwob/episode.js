/* Appended to the page's own core.js: one seeded episode without cover, time limit or second round.

   The first ending counts. It is kept in the browser's storage for this episode, so that a reload loses nothing. */
(function () {
  const LONGEST_MS = 0x7fffffff;
  const cookie = /(?:^|; )miniwob_episode=([^;]*)/.exec(document.cookie);
  const seed = cookie ? decodeURIComponent(cookie[1]) : 'miniwob';
  const key = 'miniwob-ending ' + seed;

  function tell() {
    if (document.getElementById('episode-over')) return;
    const notice = document.createElement('div');
    notice.id = 'episode-over';
    notice.setAttribute('role', 'status');
    notice.textContent = 'The episode is over.';
    notice.style.cssText = 'position: fixed; right: 0; bottom: 0; padding: 4px; pointer-events: none';
    document.body.appendChild(notice);
  }

  Math.seedrandom(seed);
  core.countdownTimer = function () {};

  core.startEpisode = function () {
    if (core.cover_div !== null) return;
    core.createDisplay();
    document.getElementById('reward-display').style.display = 'none';
    document.getElementById('click-canvas').style.display = 'none';
    core.cover_div = document.createElement('div');
    core.EPISODE_MAX_TIME = LONGEST_MS;
    Math.seedrandom(seed);
    core.startEpisodeReal();
    if (localStorage.getItem(key) !== null) tell();
  };

  const end = core.endEpisode;
  core.endEpisode = function (reward, isTimed, reason) {
    if (core.EP_TIMER === null) return;
    end.call(core, reward, isTimed, reason);
    if (localStorage.getItem(key) === null) {
      localStorage.setItem(key, JSON.stringify({ reward: Number(reward), reason: String(reason || '') }));
    }
    tell();
  };

  window.miniwobEpisode = {
    goal: function () {
      const said = core.getUtterance();
      return typeof said === 'string' ? said : said.utterance;
    },
    ending: function () {
      return JSON.parse(localStorage.getItem(key));
    },
  };
})();
