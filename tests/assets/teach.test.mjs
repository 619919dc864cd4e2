/* What the page Workouts counts while a threshold is dragged. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

const page = load("preferences.js", "tools.js");
page.window.dash_clientside.hiitpi ??= {};
page.load("teach.js");
const { countSignal } = page.hiitpi.teachTools;

/* A lesson of three repetitions between 0 and 10, the last one only to 6. */
const SIGNAL = [0, 5, 10, 5, 0, 5, 10, 5, 0, 3, 6, 3, 0];
const LESSON = {
  times: SIGNAL.map((_, i) => i / 2), signal: SIGNAL, fits: SIGNAL.map(() => true),
  lines: [{ sign: "<" }, { sign: ">" }], signal_counts: true,
};

test("a repetition passes the second threshold and comes back to the first", () => {
  assert.equal(countSignal(LESSON, [2, 5.5]), 3);
  assert.equal(countSignal(LESSON, [2, 7]), 2);
  assert.equal(countSignal(LESSON, [-1, 7]), 0);
});

test("the other conditions must hold at the turn", () => {
  const fits = SIGNAL.map((_, i) => i > 4);
  assert.equal(countSignal({ ...LESSON, fits }, [2, 7]), 1);
});

test("frames without a signal are passed over", () => {
  assert.equal(countSignal({ ...LESSON, signal: SIGNAL.map((v, i) => (i === 4 ? null : v)) }, [2, 7]), 1);
});

test("only the server can count holds, three positions, and sides that take turns", () => {
  assert.equal(countSignal({ ...LESSON, signal_counts: false }, [2, 7]), null);
});
