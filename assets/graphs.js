/* The live graphs: drawn once, then extended with each sample. */
(() => {
  "use strict";

  const WINDOW_POINTS = 300; // 10 s at 30 frames/s

  class LiveGraphs {
    constructor(ghost) {
      this.ghost = ghost;
      this.origin = null; // time of the first sample, which is zero on the axis
      this.lastTime = undefined; // of the last sample that was drawn
      this.bandsTitle = ""; // of the workout whose bands are drawn
    }

    /* Plotly's graph; null while it is loading. */
    plot() {
      const graph = document.querySelector("#graph .js-plotly-plot");
      return graph && graph._fullLayout && window.Plotly ? graph : null;
    }

    /* Draw the pending samples and repetitions, and remove them from `pending`. */
    extend(pending) {
      const graph = this.plot();
      if (!graph?.offsetParent) { // loading, or hidden: on a phone, in full screen
        pending.samples.splice(0, pending.samples.length - WINDOW_POINTS);
        pending.reps.splice(0, pending.reps.length - WINDOW_POINTS);
        return;
      }
      const { samples, reps } = pending;
      Object.assign(pending, { samples: [], reps: [] });
      if (!samples.length) return;
      if (this.lastTime !== undefined && samples[0].time < this.lastTime - 1) this.clear(graph);
      this.origin ??= samples[0].time;
      const points = samples.flatMap((s) => this.withGap(s));
      const x = points.map((s) => Math.round((s.time - this.origin) * 1000) / 1000);
      const values = (key) => points.map((s) => s[key]);
      window.Plotly.extendTraces(
        graph,
        { x: [x, x, x, x], y: [values("signal"), values("inference_ms"), values("confidence"),
                               points.map((s) => this.ghostSignal(s))] },
        [0, 1, 2, 4],
        WINDOW_POINTS,
      );
      const dots = reps.map((event) => {
        const sample = samples.find((s) => s.time >= event.time) ?? samples.at(-1);
        return { x: event.time - this.origin, y: sample.signal };
      });
      this.drawDots(graph, dots, x.at(-1));
    }

    /* Start over: the station was restarted, which has reset its clock. */
    clear(graph) {
      this.origin = null;
      this.lastTime = undefined;
      window.Plotly.restyle(graph, { x: [[], [], [], [], []], y: [[], [], [], [], []] }, [0, 1, 2, 3, 4]);
    }

    /* The signal of the best set at the time of a sample. */
    ghostSignal(sample) {
      return sample.phase === "work" ? this.ghost.signal(sample.spent) : null;
    }

    /* Insert an empty point after a gap of more than 1 s, so that no line is drawn across it. */
    withGap(sample) {
      const gap = this.lastTime !== undefined && sample.time - this.lastTime > 1;
      this.lastTime = sample.time;
      const empty = { time: sample.time, signal: null, inference_ms: null, confidence: null };
      return gap ? [empty, sample] : [sample];
    }

    /* Add dots for repetitions, and remove those that have left the window. */
    drawDots(graph, dots, now) {
      const trace = graph.data[3];
      const start = graph.data[0].x[0] ?? 0;
      const drawn = trace.x.map((x, i) => ({ x, y: trace.y[i] }));
      const all = [...drawn, ...dots].filter((d) => d.x >= start);
      if (dots.length || all.length !== drawn.length) {
        window.Plotly.restyle(graph, { x: [all.map((d) => d.x)], y: [all.map((d) => d.y)] }, [3]);
      }
      graph.dataset.points = graph.data[0].x.length;
      graph.dataset.until = now;
    }

    /* Draw the thresholds of the workout's states as lines across the signal. */
    drawBands(session) {
      if (session.title === this.bandsTitle) return;
      const graph = this.plot();
      if (!graph) {
        setTimeout(() => this.drawBands(session), 200);
        return;
      }
      this.bandsTitle = session.title;
      const shapes = session.bands.map(([state, from, to]) => {
        const level = from ?? to;
        return {
          type: "line", xref: "x domain", x0: 0, x1: 1, yref: "y", y0: level, y1: level,
          line: { color: "#9aa3af", width: 1, dash: "dot" },
          label: { text: state, textposition: "start", xanchor: "left", font: { size: 12, color: "#9aa3af" },
                   yanchor: from === null ? "top" : "bottom" },
        };
      });
      window.Plotly.relayout(graph, { shapes, "yaxis.title.text": `signal (${session.unit.trim()})` });
    }
  }

  window.hiitpi.LiveGraphs = LiveGraphs;
})();
