/* The ghost: what is asked for, and what it shows at a time. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

const BEST = { reps: 2, times: [0, 0.1, 0.2, 3.0], signal: [0, 1, null, 2], counted: [1, 2.5] };
const SESSION = { player: "Ada B", workout: "squat", recognised: false };

/* Return a ghost, and the addresses that it asked for. */
function makeGhost(answer = { status: 200, json: async () => BEST }) {
  const page = load("preferences.js", "tools.js", "ghost.js");
  const asked = [];
  page.window.fetch = async (url) => {
    asked.push(url);
    return answer;
  };
  return { ghost: new page.hiitpi.Ghost(), asked };
}

test("the best set of a player's workout is asked for once", async () => {
  const { ghost, asked } = makeGhost();
  await ghost.choose(SESSION);
  await ghost.choose(SESSION);
  assert.deepEqual(asked, ["/ghost?player=Ada+B&workout=squat"]);
  assert.equal(ghost.says(2), "Best set: 1 by now, 2 in all");
  assert.equal(ghost.says(9), "Best set: 2 by now, 2 in all");
});

test("the signal is that of the same time of the set", async () => {
  const { ghost } = makeGhost();
  assert.equal(ghost.signal(0.05), null);
  await ghost.choose(SESSION);
  assert.equal(ghost.signal(0.05).toFixed(3), "0.500");
  for (const unknown of [-1, 0.15, 1, 3.5]) assert.equal(ghost.signal(unknown), null);
});

test("there is no ghost without a session, a known workout or a best set", async () => {
  const { ghost, asked } = makeGhost({ status: 204 });
  await ghost.choose(null);
  await ghost.choose({ ...SESSION, workout: "any" });
  await ghost.choose({ ...SESSION, recognised: true });
  assert.deepEqual(asked, []);
  await ghost.choose(SESSION);
  assert.equal(ghost.says(2), "");
});
