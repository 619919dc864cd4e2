/* The distance layout, for a screen across the room without a mouse: `/train?distance`. The tab keeps
   it. Arrow keys move the focus, and after ten minutes without a session the page closes its streams,
   so that the camera may sleep; a key, or a session that somebody starts, wakes it. */
(() => {
  "use strict";

  const KEPT = "hiitpi-distance";
  const IDLE_MS = 10 * 60_000;
  const LOOK_MS = 3000;
  const RUNNING = /^hiitpi_session_running 1/m;
  const FOCUSABLE = "main :is(a[href], button, input, summary)";
  const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

  const root = document.documentElement;
  if (new URLSearchParams(location.search).has("distance")) sessionStorage.setItem(KEPT, "yes");
  const on = sessionStorage.getItem(KEPT) === "yes";
  let awakeAt = performance.now();

  const distance = (window.hiitpi.distance = {
    on,
    asleep: false,
    /* Whether nobody sees this page: it is hidden, or sleeps. */
    away: () => document.hidden || distance.asleep,
  });
  if (!on) return;
  root.toggleAttribute("data-distance", true);
  root.toggleAttribute("data-tv", true);

  function setAsleep(asleep) {
    if (distance.asleep === asleep) return;
    distance.asleep = asleep;
    root.toggleAttribute("data-asleep", asleep);
    document.dispatchEvent(new Event("visibilitychange"));
  }

  function wake() {
    awakeAt = performance.now();
    setAsleep(false);
  }

  function moveFocus(event) {
    const step = STEPS[event.key];
    if (!step || event.target.closest?.("[role=radiogroup], [type=radio], [type=number], [type=text]")) return;
    const stops = [...document.querySelectorAll(FOCUSABLE)].filter((e) => e.offsetParent && !e.disabled);
    if (!stops.length) return;
    event.preventDefault();
    const at = stops.indexOf(document.activeElement);
    stops.at(at < 0 ? 0 : (at + step) % stops.length).focus();
  }

  document.addEventListener("keydown", (event) => {
    if (distance.asleep) event.stopImmediatePropagation(); // the key only wakes
    else moveFocus(event);
    wake();
  }, { capture: true });
  document.addEventListener("pointerdown", wake, { capture: true });

  setInterval(async () => {
    const phase = document.getElementById("train")?.dataset.phase;
    if (phase && !["loading", "ready", "finished"].includes(phase)) awakeAt = performance.now();
    setAsleep(performance.now() - awakeAt > IDLE_MS);
    if (!distance.asleep) return;
    const figures = await fetch("/metrics").then((answer) => answer.text()).catch(() => "");
    if (RUNNING.test(figures)) wake();
  }, LOOK_MS);
})();
