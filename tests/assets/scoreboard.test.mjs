/* The scoreboard: acoustic signals of the timer, and displayed texts. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

const session = {
  uuid: "u", set: 1, sets: 1, phase: "work", title: "Squats", program: "Squats", length: 30,
  controller: { id: "", name: "" }, player: "Ada", counts: "reps", goal: null, view: "front",
  rounds: 1, round: 1, next: null, bands: [], unit: "",
};

/* Return a page with a scoreboard that shows the session. */
function makeScoreboard() {
  const page = load("preferences.js", "sound.js", "scoreboard.js");
  const board = new page.hiitpi.Scoreboard(page.document.getElementById("train"));
  board.session = { ...session };
  return { ...page, board };
}

/* Return [sound, second] of each signal of a phase of `length` seconds at `rate` samples/s. */
function signals(length, rate, phase = "work") {
  const { board, played } = makeScoreboard();
  board.session.length = length;
  const sounds = [];
  for (let i = 0; i < length * rate; i += 1) {
    played.length = 0;
    const left = length - (i + 1) / rate;
    board.playSignals(length - i / rate, { phase, left });
    for (const sound of played) sounds.push([sound, Math.ceil(left)]);
  }
  return sounds;
}

for (const rate of [1, 8, 30]) {
  test(`each signal of a set is played once, at ${rate} samples a second`, () => {
    assert.deepEqual(signals(40, rate), [["half", 20], ["ten", 10], ["tick", 3], ["tick", 2], ["tick", 1]]);
  });
}

test("a short set has no signal at half time or ten seconds before the end", () => {
  assert.deepEqual(signals(10, 30), [["tick", 3], ["tick", 2], ["tick", 1]]);
});

test("a rest has only the countdown", () => {
  assert.deepEqual(signals(40, 30, "rest"), [["tick", 3], ["tick", 2], ["tick", 1]]);
});

test("lost samples skip their signals, and no signal is played twice", () => {
  const { board, played } = makeScoreboard();
  board.playSignals(12, { phase: "work", left: 2.5 }); // ten and three seconds passed in one sample
  assert.deepEqual(played, ["tick", "ten"]);
  board.playSignals(2.5, { phase: "work", left: 2.5 });
  board.playSignals(null, { phase: "work", left: 1 });
  board.playSignals(2.5, { phase: "work", left: null });
  assert.equal(played.length, 2);
});

test("the position within a program", () => {
  const { board } = makeScoreboard();
  assert.equal(board.position({ ...session, rounds: 8, round: 3 }), "round 3/8");
  assert.equal(board.position({ ...session, sets: 4, set: 2 }), "set 2/4");
  assert.equal(board.position({ ...session, rounds: null, round: 5 }), "round 5");
  assert.equal(board.position(session), "Squats");
});

test("the next step", () => {
  const { board } = makeScoreboard();
  assert.equal(board.nextStep(session), "");
  assert.equal(board.nextStep({ ...session, sets: 2 }), "then: finished");
  assert.equal(board.nextStep({ ...session, next: { phase: "rest", seconds: 75 } }), "next: rest 1:15");
  assert.equal(board.nextStep({ ...session, next: { phase: "work", title: "Lunges" } }), "next: Lunges");
  assert.equal(board.nextStep({ ...session, phase: "rest", view: "side" }), "Next, side to the camera");
});

test("the title of the tab shows the count or the rest left", () => {
  const { board } = makeScoreboard();
  assert.equal(board.title({ phase: "work", reps: 7 }), "7 · Squats");
  assert.equal(board.title({ phase: "paused", reps: 7 }), "Paused · 7 · Squats");
  assert.equal(board.title({ phase: "rest", left: 61.2 }), "Rest 1:02 · Squats");
  assert.equal(board.title({ phase: "countdown" }), "Get ready · Squats");
});

test("missing values are shown as dashes, and every tenth repetition is announced", () => {
  const { board, document } = makeScoreboard();
  const text = (id) => document.getElementById(id).textContent;
  const sample = { phase: "work", reps: 9, pace: null, score: null, sway: null, attempts: 0, total: 9,
                   left: 12.3, spent: 17.7 };
  board.take(sample);
  assert.deepEqual(["reps", "pace", "score", "sway", "clock"].map(text), ["9", "–", "–", "–", "0:13"]);
  assert.equal(text("reps-read"), "");
  board.take({ ...sample, reps: 10, pace: 24.6, score: 87.5, sway: 3.2, left: null, spent: 65.9 });
  assert.deepEqual(["reps", "pace", "score", "sway", "clock"].map(text), ["10", "25", "88", "3°", "1:05"]);
  assert.equal(text("reps-read"), "10 repetitions");
});

test("the number of bars is limited", () => {
  const { board, document } = makeScoreboard();
  for (let i = 0; i < 20; i += 1) board.addBar({ kind: "rep", rep: { score: 90 } });
  assert.equal(document.getElementById("bars").childElementCount, 16);
});

test("before a workout starts, a picture shows how it is done", () => {
  const { board, document } = makeScoreboard();
  board.root.dataset.figures = '{"squat": "/squat.svg"}';
  const figure = document.getElementById("figure");
  const shown = (workout, phase) => {
    board.showFigure({ workout, phase });
    return !figure.hidden && figure.src;
  };
  assert.equal(shown("squat", "position"), "/squat.svg");
  assert.equal(shown("squat", "work"), false);
  assert.equal(shown("squat", "rest"), "/squat.svg");
  assert.equal(shown("taught_hops", "rest"), false);
});
