/* Keeps the screen on while somebody trains. Browsers offer this only over https and on localhost,
   release the lock when the tab is hidden, and may refuse it when the battery is low. */
(() => {
  "use strict";

  let wanted = false;
  let lock = null;
  let requesting = false;

  /* Whether the screen may go dark although it should stay on. */
  let refused = !("wakeLock" in navigator);

  async function update() {
    if (!wanted) lock?.release(); // the release event clears it
    if (!wanted || lock || requesting || document.hidden || !navigator.wakeLock) return;
    requesting = true;
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => {
        lock = null;
      });
      refused = false;
    } catch {
      refused = true;
    } finally {
      requesting = false;
    }
    if (!wanted) lock?.release(); // no longer wanted by the time it was granted
  }
  document.addEventListener("visibilitychange", update);

  /* Keep the screen on from now on, or let it go dark. */
  function keepAwake(on) {
    if (on === wanted) return;
    wanted = on;
    update();
  }

  Object.assign(window.hiitpi, { keepAwake, mayGoDark: () => refused });
})();
