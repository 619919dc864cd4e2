/* The replay: decoding its file, and finding what to show. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

const tools = load("preferences.js", "tools.js", "replay.js").hiitpi.replayTools;

/* Return a file as hiitpi/records/replays.py writes it, before compression. */
function file(header, xy, scores) {
  let text = JSON.stringify(header);
  text += " ".repeat((4 - (text.length % 4)) % 4);
  const bytes = new Uint8Array(4 + text.length + 2 * xy.length + scores.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(new TextEncoder().encode(text), 4);
  bytes.set(new Uint8Array(Int16Array.from(xy).buffer), 4 + text.length);
  bytes.set(scores, 4 + text.length + 2 * xy.length);
  return bytes.buffer;
}

test("a file is decoded", () => {
  const xy = Array.from({ length: 34 }, (_, i) => i - 7);
  const scores = Array.from({ length: 17 }, (_, i) => i);
  const replay = tools.decode(file({ times: [1.5], sets: [] }, xy, scores));
  assert.deepEqual([...replay.xy], xy);
  assert.deepEqual([...replay.scores], scores);
  assert.deepEqual([...replay.times], [1.5]);
});

test("the frame of a time is the last one before it", () => {
  const times = [1, 2, 3];
  assert.deepEqual([0, 1, 1.9, 2, 9].map((time) => tools.frameAt(times, time)), [0, 0, 0, 1, 2]);
});

test("repetitions and attempts are in order, and say why", () => {
  const reps = [{ number: 1, time: 5, score: 88.4, cues: ["Stand up"] }, { number: 2, time: 9, score: 92, cues: [] }];
  const attempts = [{ time: 7, text: "Go lower", missed: "depth 0.61, needs < 0.5" }];
  assert.deepEqual([...tools.marksOf({ reps, attempts })].map(({ text }) => text), [
    "Repetition 1, form 88: Stand up",
    "Did not count: Go lower (depth 0.61, needs < 0.5)",
    "Repetition 2, form 92",
  ]);
});

test("the deepest moment is where the signal is furthest from its beginning", () => {
  const replay = { times: [0, 1, 2, 3, 4], signal: [1, 0.5, null, 0.2, 0.9] };
  assert.equal(tools.deepest(replay, { time: 4, duration: 4 }), 3);
  assert.equal(tools.deepest({ times: [0, 1], signal: [null, null] }, { time: 1, duration: 1 }), null);
  const late = { times: [0, 1, 2, 3], signal: [null, 1, 0.2, 0.9] };
  assert.equal(tools.deepest(late, { time: 3, duration: 3 }), 2);
});

test("the best and the worst differ", () => {
  const found = (scores, signal = [1, 0]) => {
    const reps = scores.map((score) => ({ score, time: 1, duration: 1 }));
    return [...tools.bestAndWorst({ times: [0, 1], signal, reps })].map(({ score }) => score);
  };
  assert.deepEqual(found([80, 95, 70]), [95, 70]);
  assert.deepEqual(found([80, 80]), []);
  assert.deepEqual(found([]), []);
  assert.deepEqual(found([80, 90], [null, null]), []);
});

test("the box holds the joints that were seen", () => {
  const xy = new Int16Array(34).fill(50);
  const scores = new Uint8Array(17).fill(100);
  xy[0] = 10; // the nose, further left
  xy[3] = 90; // an eye, further down
  xy[4] = 999; // not seen
  scores[2] = 5;
  assert.deepEqual([...tools.boxOf({ xy, scores, size: [640, 480] }, 0, 0)], [10, 50, 50, 90]);
  scores.fill(0);
  assert.deepEqual([...tools.boxOf({ xy, scores, size: [640, 480] }, 0, 0)], [0, 0, 640, 480]);
});
