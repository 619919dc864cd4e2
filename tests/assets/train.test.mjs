/* The training page: the end of a session, for any order of the messages. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

const session = {
  uuid: "a", set: 1, sets: 1, phase: "work", title: "Squats", program: "Squats", length: 30,
  controller: { id: "", name: "" }, player: "Ada", counts: "reps", goal: null, view: "front",
  rounds: 1, round: 1, next: null, bands: [], unit: "",
};
const finished = { kind: "finished", session: "a", time: 9 };
const discarded = { ...finished, kind: "discarded" };

/* Return the phase of the page after messages, and the sessions whose summary it requested. */
function phaseAfter(...messages) {
  const page = load("preferences.js", "distance.js", "tools.js", "sound.js", "wake_lock.js", "ghost.js", "metronome.js", "scoreboard.js");
  const requested = [];
  let source = null;
  Object.assign(page.window, {
    EventSource: class {
      constructor() {
        source = this;
      }
    },
    requestAnimationFrame: () => {},
  });
  page.hiitpi.LiveGraphs = class {
    drawBands() {}
  };
  page.window.dash_clientside.hiitpi ??= {};
  page.window.dash_clientside.set_props = (id, props) =>
    id === "finished-id" && requested.push(props.data);
  page.load("train.js");
  page.window.dash_clientside.hiitpi.train();
  for (const message of messages)
    source.onmessage({ lastEventId: "1-0", data: JSON.stringify({ samples: [], events: [], ...message }) });
  return [page.document.getElementById("train").dataset.phase, requested];
}

test("a finished event arrives together with the removal of the snapshot", () => {
  assert.deepEqual(phaseAfter({ session }, { session: null, events: [finished] }), ["finished", ["a"]]);
});

test("a finished event arrives before the removal of the snapshot", () => {
  assert.deepEqual(phaseAfter({ session }, { events: [finished] }, { session: null }), ["finished", ["a"]]);
});

test("a finished event arrives after the removal of the snapshot", () => {
  assert.deepEqual(phaseAfter({ session }, { session: null }, { events: [finished] }), ["finished", ["a"]]);
});

test("a summary is requested once", () => {
  const messages = [{ session }, { session: null, events: [finished] }, { events: [finished] }, { session: null }];
  assert.deepEqual(phaseAfter(...messages), ["finished", ["a"]]);
});

test("a session that was discarded, or ended before the page was opened, has no summary", () => {
  assert.deepEqual(phaseAfter({ session }, { session: null, events: [discarded] }), ["ready", []]);
  assert.deepEqual(phaseAfter({ session: null, events: [finished] }), ["ready", []]);
});
