/* The recorder of an exercise that is shown: when it begins and ends by itself. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

const STANDING = Array.from({ length: 17 }, (_, i) => [100 + 3 * i, 40 + 12 * i, 0.9]);

/* Return what the recorder says and records of a script: [seconds, pose at a time]. */
function record(...script) {
  const page = load("preferences.js", "sound.js");
  const clock = { now: 0 };
  let source = null;
  Object.assign(page.window, {
    performance: { now: () => clock.now },
    EventSource: class {
      constructor(url) {
        Object.assign(this, { url, close: () => (this.closed = true) });
        source = this;
      }
    },
  });
  page.load("show_recorder.js");
  const heard = { says: [], big: [], frames: null };
  const recorder = new page.hiitpi.ShowRecorder("station=x", {
    says: (text) => heard.says.at(-1) !== text && heard.says.push(text),
    big: (text) => heard.big.at(-1) !== text && heard.big.push(text),
    done: (frames) => (heard.frames = frames),
  });
  let time = 100;
  source.onmessage({ data: JSON.stringify({ samples: [{ time: 70, keypoints: STANDING }] }) });
  clock.now = 1000;
  for (const [seconds, pose] of script)
    for (const end = time + seconds; time < end && !heard.frames; time += 0.1) {
      const batch = typeof pose === "function" ? { samples: [{ time, keypoints: pose(time) }] } : pose;
      source.onmessage({ data: JSON.stringify(batch) });
    }
  recorder.close();
  return { ...heard, url: source.url, closed: source.closed };
}

const still = () => STANDING;
const nobody = () => null;
const jumping = (time) =>
  STANDING.map(([x, y, score], i) => [x, i === 9 || i === 10 ? y - 80 * Math.abs(Math.sin(3 * time)) : y, score]);

test("it begins after standing still, and ends when the athlete stands still again", () => {
  const { frames, big, url, closed } = record([2, jumping], [6, still], [6, jumping], [5, still]);
  assert.equal(url, "/live?station=x");
  assert.deepEqual([...big], ["", "3", "2", "1", "Go", ""]);
  assert.ok(closed);
  const seconds = frames.at(-1)[0];
  assert.ok(seconds > 8 && seconds < 11, String(seconds)); // from Go to the end of standing still
  assert.equal(frames[0][0], 0);
});

test("a position is held for ten seconds", () => {
  const { frames } = record([25, still]);
  assert.ok(Math.abs(frames.at(-1)[0] - 10) < 0.3, String(frames.at(-1)[0]));
});

test("moving in the countdown starts over", () => {
  const { big, frames } = record([3, still], [2, jumping], [4, still]);
  assert.deepEqual([...big], ["", "3", "2", "", "3", "2", "1"]);
  assert.equal(frames, null);
});

test("who leaves starts over, and is told", () => {
  const { says, frames } = record([6, still], [2, jumping], [3, nobody], [1, still]);
  assert.equal(frames, null);
  assert.ok(says.includes("Nobody was in view any more. Once again."));
  assert.equal(says.at(-1), "Take the first position and stand still.");
});

test("nothing is recorded while somebody trains", () => {
  const { says } = record([1, { session: { uuid: "a" }, samples: [] }]);
  assert.equal(says.at(-1), "Somebody is training here. Wait until the session has ended.");
});
