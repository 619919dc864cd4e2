/* The page Trust, over plain http: goes on to https as soon as this device trusts the house. */
(() => {
  "use strict";

  const RETRY_MS = 3000;
  const { secure, next } = document.body.dataset;
  // In the fragment, which browsers do not send, so that it is not read on the way.
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  const login = code && `/code?code=${encodeURIComponent(code)}&next=${encodeURIComponent(next)}`;
  const target = secure + (login || next);
  document.getElementById("open").href = target;

  function probe() {
    const image = new Image();
    image.onload = () => location.replace(target);
    image.src = `${secure}/trust/ok.svg?${Date.now()}`;
  }

  if (location.protocol === "http:") {
    probe();
    setInterval(probe, RETRY_MS);
  }
})();
