/* The training page: the end of a session, in whichever order the messages arrive. */
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

/* The phase of the page after some messages, and the session whose summary it asks for. */
function phaseAfter(...messages) {
  const page = load("preferences.js", "sound.js", "scoreboard.js");
  const asked = [];
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
    id === "finished-id" && asked.push(props.data);
  page.load("train.js");
  page.window.dash_clientside.hiitpi.train();
  for (const message of messages)
    source.onmessage({ lastEventId: "1-0", data: JSON.stringify({ samples: [], events: [], ...message }) });
  return [page.document.getElementById("train").dataset.phase, asked];
}

test("the end of a session is announced together with its last snapshot", () => {
  assert.deepEqual(phaseAfter({ session }, { session: null, events: [finished] }), ["finished", ["a"]]);
});

test("the end of a session is announced before its snapshot is gone", () => {
  assert.deepEqual(phaseAfter({ session }, { events: [finished] }, { session: null }), ["finished", ["a"]]);
});

test("the end of a session is announced after its snapshot is gone", () => {
  assert.deepEqual(phaseAfter({ session }, { session: null }, { events: [finished] }), ["finished", ["a"]]);
});

test("a summary is asked for once", () => {
  const messages = [{ session }, { session: null, events: [finished] }, { events: [finished] }, { session: null }];
  assert.deepEqual(phaseAfter(...messages), ["finished", ["a"]]);
});

test("a session that was discarded, or was somebody's before the page was opened, has no summary", () => {
  assert.deepEqual(phaseAfter({ session }, { session: null, events: [discarded] }), ["ready", []]);
  assert.deepEqual(phaseAfter({ session: null, events: [finished] }), ["ready", []]);
});
