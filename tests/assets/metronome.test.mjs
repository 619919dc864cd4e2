/* The metronome: beats by the time of the set. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

/* Return a metronome whose page has a clock and a timer of its own. */
function makeMetronome(pace) {
  const page = load("preferences.js", "sound.js");
  const clock = { now: 5000 };
  let waiting = null;
  Object.assign(page.window, {
    performance: { now: () => clock.now },
    setTimeout: (call, ms) => (waiting = { call, at: clock.now + ms }),
    clearTimeout: () => (waiting = null),
  });
  page.load("metronome.js");
  const { metronome } = page.window.dash_clientside.hiitpi;
  const says = metronome(pace);
  const beats = [];
  page.document.addEventListener("hiitpi:sound", () => beats.push(clock.now));
  return {
    says, beats, metronome: new page.hiitpi.Metronome(),
    until: (time) => {
      while (waiting && waiting.at <= time) {
        const { call, at } = waiting;
        waiting = null;
        clock.now = at;
        call();
      }
      clock.now = time;
    },
  };
}

test("it beats evenly although samples are late by different amounts", () => {
  const { metronome, beats, until, says } = makeMetronome(60);
  assert.equal(says, "Metronome: 60 a minute");
  metronome.take({ phase: "work", spent: 0 });
  until(5200);
  metronome.take({ phase: "work", spent: 0.1 });
  until(8500);
  assert.deepEqual(beats, [6000, 7000, 8000]);
});

test("it is silent in a pause, and goes on with the time of the set", () => {
  const { metronome, beats, until } = makeMetronome(60);
  metronome.take({ phase: "work", spent: 0 });
  until(6500);
  metronome.take({ phase: "paused", spent: 1.5 });
  until(9000);
  metronome.take({ phase: "work", spent: 1.5 });
  until(10000);
  assert.deepEqual(beats, [6000, 9500]);
});

test("it is off without a pace, or with one that nobody can follow", () => {
  for (const pace of [null, 5, 999]) {
    const { metronome, beats, until, says } = makeMetronome(pace);
    metronome.take({ phase: "work", spent: 0 });
    until(20000);
    assert.deepEqual([says, beats], ["Metronome: off", []]);
  }
});
