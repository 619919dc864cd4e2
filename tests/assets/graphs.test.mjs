/* The live graphs: what is handed to Plotly. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

function made(shown = true) {
  const page = load("preferences.js", "graphs.js");
  const graphs = new page.hiitpi.LiveGraphs();
  const plot = { offsetParent: {}, data: [0, 1, 2, 3].map(() => ({ x: [], y: [] })), dataset: {} };
  page.window.Plotly = {
    extendTraces: (graph, { x, y }, traces) =>
      traces.forEach((i) => {
        graph.data[i].x.push(...x[i]);
        graph.data[i].y.push(...y[i]);
      }),
    restyle: (graph, { x, y }, traces) =>
      traces.forEach((trace, i) => Object.assign(graph.data[trace], { x: x[i], y: y[i] })),
  };
  graphs.plot = () => (shown ? plot : null);
  return { graphs, plot };
}

const at = (time, signal = 0) => ({ time, signal, inference_ms: 20, confidence: 0.9 });

test("time begins with the first sample, and every sample is drawn once", () => {
  const { graphs, plot } = made();
  graphs.extend({ samples: [at(100, 1), at(100.5, 2)], reps: [] });
  graphs.extend({ samples: [at(101, 3)], reps: [{ time: 100.9 }] });
  assert.deepEqual([...plot.data[0].x], [0, 0.5, 1]);
  assert.deepEqual([...plot.data[0].y], [1, 2, 3]);
  assert.deepEqual([...plot.data[3].y], [3]);
});

test("the line has a gap where nothing was seen", () => {
  const { graphs, plot } = made();
  graphs.extend({ samples: [at(100, 1), at(105, 2)], reps: [] });
  assert.deepEqual([...plot.data[0].y], [1, null, 2]);
});

test("the graphs start over when the station was restarted", () => {
  const { graphs, plot } = made();
  graphs.extend({ samples: [at(5000, 1)], reps: [] });
  graphs.extend({ samples: [at(3, 2)], reps: [] });
  assert.deepEqual([[...plot.data[0].x], [...plot.data[0].y]], [[0], [2]]);
});

test("a graph that is folded away keeps the last ten seconds, and no more", () => {
  const { graphs } = made(false);
  const pending = { samples: Array.from({ length: 900 }, (_, i) => at(i)), reps: new Array(900).fill({}) };
  graphs.extend(pending);
  assert.deepEqual([pending.samples.length, pending.reps.length], [300, 300]);
  assert.equal(pending.samples.at(-1).time, 899);
});
