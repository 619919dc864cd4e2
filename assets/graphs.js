/* The live graphs: drawn once, then extended with every sample. */
(() => {
  "use strict";

  const WINDOW = 300; // points: 10 s at 30 frames/s

  class LiveGraphs {
    constructor() {
      this.origin = null;
      this.drawnTo = undefined;
      this.key = "";
    }

    plot() {
      const graph = document.querySelector("#graph .js-plotly-plot");
      return graph && graph._fullLayout && window.Plotly ? graph : null;
    }

    /* Take samples and repetitions away from what is pending, and show them. */
    extend(pending) {
      const graph = this.plot();
      if (!graph?.offsetParent) { // still being loaded, or folded away: on a phone, on a TV
        pending.samples.splice(0, pending.samples.length - WINDOW);
        pending.reps.splice(0, pending.reps.length - WINDOW);
        return;
      }
      const { samples, reps } = pending;
      Object.assign(pending, { samples: [], reps: [] });
      if (!samples.length) return;
      if (this.drawnTo !== undefined && samples[0].time < this.drawnTo - 1) this.clear(graph);
      this.origin ??= samples[0].time;
      const points = samples.flatMap((s) => this.withGap(s));
      const x = points.map((s) => Math.round((s.time - this.origin) * 1000) / 1000);
      const values = (key) => points.map((s) => s[key]);
      window.Plotly.extendTraces(
        graph,
        { x: [x, x, x], y: [values("signal"), values("inference_ms"), values("confidence")] },
        [0, 1, 2],
        WINDOW,
      );
      const marks = reps.map((event) => {
        const at = samples.find((s) => s.time >= event.time) ?? samples.at(-1);
        return { x: event.time - this.origin, y: at.signal };
      });
      this.mark(graph, marks, x.at(-1));
    }

    /* The station has been restarted, and its clock with it: time would run backwards. */
    clear(graph) {
      this.origin = null;
      this.drawnTo = undefined;
      window.Plotly.restyle(graph, { x: [[], [], [], []], y: [[], [], [], []] }, [0, 1, 2, 3]);
    }

    /* A line must not lead over a time in which nothing was seen. */
    withGap(sample) {
      const gap = this.drawnTo !== undefined && sample.time - this.drawnTo > 1;
      this.drawnTo = sample.time;
      const nothing = { time: sample.time, signal: null, inference_ms: null, confidence: null };
      return gap ? [nothing, sample] : [sample];
    }

    mark(graph, marks, now) {
      const dots = graph.data[3];
      const start = graph.data[0].x[0] ?? 0;
      const drawn = dots.x.map((x, i) => ({ x, y: dots.y[i] }));
      const all = [...drawn, ...marks].filter((d) => d.x >= start);
      if (marks.length || all.length !== drawn.length) {
        window.Plotly.restyle(graph, { x: [all.map((d) => d.x)], y: [all.map((d) => d.y)] }, [3]);
      }
      graph.dataset.points = graph.data[0].x.length;
      graph.dataset.until = now;
    }

    /* The states of the workout, as lines on the signal's axis. */
    bands(session) {
      if (session.title === this.key) return;
      const graph = this.plot();
      if (!graph) {
        setTimeout(() => this.bands(session), 200);
        return;
      }
      this.key = session.title;
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
