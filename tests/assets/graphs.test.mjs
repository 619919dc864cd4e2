/* The live graphs: the data passed to Plotly. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

/* Return the graphs and the plot that they update. */
function makeGraphs(shown = true) {
  const page = load("preferences.js", "graphs.js");
  const graphs = new page.hiitpi.LiveGraphs({ signal: (time) => -time });
  const plot = { offsetParent: {}, data: [0, 1, 2, 3, 4].map(() => ({ x: [], y: [] })), dataset: {} };
  page.window.Plotly = {
    extendTraces: (graph, { x, y }, traces) =>
      traces.forEach((trace, i) => {
        graph.data[trace].x.push(...x[i]);
        graph.data[trace].y.push(...y[i]);
      }),
    restyle: (graph, { x, y }, traces) =>
      traces.forEach((trace, i) => Object.assign(graph.data[trace], { x: x[i], y: y[i] })),
  };
  graphs.plot = () => (shown ? plot : null);
  return { graphs, plot };
}

const sampleAt = (time, signal = 0) => ({ time, signal, inference_ms: 20, confidence: 0.9 });

test("time starts at the first sample, and every sample is plotted once", () => {
  const { graphs, plot } = makeGraphs();
  graphs.extend({ samples: [sampleAt(100, 1), sampleAt(100.5, 2)], reps: [] });
  graphs.extend({ samples: [sampleAt(101, 3)], reps: [{ time: 100.9 }] });
  assert.deepEqual([...plot.data[0].x], [0, 0.5, 1]);
  assert.deepEqual([...plot.data[0].y], [1, 2, 3]);
  assert.deepEqual([...plot.data[3].y], [3]);
});

test("the ghost is drawn at the time of the set, while the athlete works", () => {
  const { graphs, plot } = makeGraphs();
  const working = { ...sampleAt(100), phase: "work", spent: 7 };
  graphs.extend({ samples: [working, { ...sampleAt(100.5), phase: "rest", spent: 0 }], reps: [] });
  assert.deepEqual([[...plot.data[4].x], [...plot.data[4].y]], [[0, 0.5], [-7, null]]);
});

test("the line has a gap where samples are missing", () => {
  const { graphs, plot } = makeGraphs();
  graphs.extend({ samples: [sampleAt(100, 1), sampleAt(105, 2)], reps: [] });
  assert.deepEqual([...plot.data[0].y], [1, null, 2]);
});

test("the graphs are reset when the station restarts", () => {
  const { graphs, plot } = makeGraphs();
  graphs.extend({ samples: [sampleAt(5000, 1)], reps: [] });
  graphs.extend({ samples: [sampleAt(3, 2)], reps: [] });
  assert.deepEqual([[...plot.data[0].x], [...plot.data[0].y]], [[0], [2]]);
});

test("a collapsed graph keeps only the last ten seconds", () => {
  const { graphs } = makeGraphs(false);
  const pending = { samples: Array.from({ length: 900 }, (_, i) => sampleAt(i)), reps: new Array(900).fill({}) };
  graphs.extend(pending);
  assert.deepEqual([pending.samples.length, pending.reps.length], [300, 300]);
  assert.equal(pending.samples.at(-1).time, 899);
});
