/* The distance layout: it sleeps when nobody trains, and a key or a session wakes it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { open } from "./page.mjs";

const MINUTE = 60_000;

/* Load the script; `pass(ms)` lets time pass, and `training` is what the server says. */
function browser(search = "?distance") {
  let now = 0;
  const ticks = [];
  const state = { training: false };
  const page = open(
    {
      location: { pathname: "/train", search },
      performance: { now: () => now },
      setInterval: (tick) => ticks.push(tick),
      fetch: async () => ({ text: async () => `hiitpi_session_running ${state.training ? "1.0" : "0.0"}` }),
    },
    "preferences.js",
    "distance.js",
  );
  const pass = async (ms) => {
    now += ms;
    for (const tick of ticks) await tick();
  };
  const press = (key) => {
    const event = Object.assign(new Event("keydown", { cancelable: true }), { key });
    page.document.dispatchEvent(event);
    return event;
  };
  return { ...page, pass, press, state, asleep: () => page.hiitpi.distance.asleep };
}

test("without the parameter nothing changes", async () => {
  const { hiitpi, document, pass } = browser("");
  await pass(60 * MINUTE);
  assert.equal(hiitpi.distance.away(), false);
  assert.equal(document.documentElement["data-distance"], undefined);
});

test("it sleeps after ten minutes, and a key wakes it", async () => {
  const { document, hiitpi, pass, press, asleep } = browser();
  assert.equal(document.documentElement["data-distance"], true);
  await pass(9 * MINUTE);
  assert.equal(asleep(), false);
  await pass(2 * MINUTE);
  assert.equal(asleep(), true);
  assert.equal(hiitpi.distance.away(), true);
  press("Enter");
  assert.equal(asleep(), false);
});

test("it stays awake while somebody trains", async () => {
  const { document, pass, asleep } = browser();
  document.getElementById("train").dataset.phase = "work";
  await pass(60 * MINUTE);
  assert.equal(asleep(), false);
});

test("a session that somebody starts elsewhere wakes it", async () => {
  const { pass, state, asleep } = browser();
  await pass(11 * MINUTE);
  state.training = true;
  await pass(3000);
  assert.equal(asleep(), false);
});
