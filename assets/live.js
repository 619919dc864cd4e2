/* The training floor's moving parts: live data over Server-Sent Events, video, counter, graphs.
   One EventSource and one <img> per tab; a hidden tab gives both back, since a browser allows six
   connections to a host. What arrives is drawn once per animation frame. */
(() => {
  "use strict";

  const WINDOW = 300; // points of the live graphs: 10 s at 30 frames/s
  const QUIET = 3000; // ms without a sample after which something is said
  const CUE = 2600; // ms that a cue stays
  const BARS = 16;
  const EMPTY = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

  const byId = (id) => document.getElementById(id);
  const noUpdate = () => window.dash_clientside.no_update;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

  let floor = null; // the training floor on screen

  class Floor {
    constructor(root) {
      this.root = root;
      this.video = byId("video"); // its own: after a change of page the name is somebody else's
      this.session = null;
      this.status = null;
      this.finished = null;
      this.lastId = "";
      this.pending = { samples: [], reps: [] };
      this.newest = null;
      this.heardAt = performance.now();
      this.absentSince = null;
      this.serverSince = null;
      this.cueUntil = 0;
      this.origin = null;
      this.drawing = false;
      this.timer = setInterval(() => this.watch(), 250);
      this.onVisibility = () => (document.hidden ? this.rest() : this.wake());
      document.addEventListener("visibilitychange", this.onVisibility);
      this.wake();
    }

    // Connections

    wake() {
      if (this.source || document.hidden) return;
      this.heardAt = performance.now();
      const last = this.lastId ? `?last=${encodeURIComponent(this.lastId)}` : "";
      this.source = new EventSource(`/live${last}`);
      this.source.onmessage = (message) => this.hear(message);
      this.source.onerror = () => (this.serverSince ??= new Date());
      this.showVideo();
    }

    rest() {
      this.source?.close();
      this.source = null;
      this.video.onerror = null;
      this.video.src = EMPTY;
    }

    showVideo() {
      this.video.onerror = () => setTimeout(() => this.source && this.showVideo(), 2000);
      this.video.src = `/videostream?${Date.now()}`;
    }

    close() {
      this.rest();
      clearInterval(this.timer);
      document.removeEventListener("visibilitychange", this.onVisibility);
    }

    // What arrives

    hear(message) {
      if (!this.root.isConnected) return this.close();
      this.lastId = message.lastEventId;
      const news = JSON.parse(message.data);
      if ("server" in news) this.serverSince = news.server ? null : (this.serverSince ?? new Date());
      else this.serverSince = null;
      if ("status" in news) this.setStatus(news.status);
      for (const event of news.events) this.happen(event);
      if ("session" in news) this.setSession(news.session);
      if (news.samples.length) {
        if (performance.now() - this.heardAt > QUIET) this.showVideo();
        this.heardAt = performance.now();
        this.pending.samples.push(...news.samples);
      }
      if (!this.drawing) {
        this.drawing = true;
        requestAnimationFrame(() => this.draw());
      }
    }

    setStatus(status) {
      this.status = status;
      byId("drawn").hidden = !status?.drawn;
    }

    setSession(session) {
      const before = this.session?.uuid;
      this.session = session;
      if (session?.uuid !== before) {
        setProps("session-id", { data: session?.uuid ?? null });
        if (session) this.begin(session);
      }
      this.choosePhase(before);
    }

    choosePhase(before) {
      if (this.session) this.root.dataset.phase = "work";
      else if (before && this.finished === before) {
        this.root.dataset.phase = "finished";
        setProps("finished-id", { data: before });
        document.title = "Saved · HIIT PI";
      } else if (this.root.dataset.phase !== "finished") this.root.dataset.phase = "ready";
    }

    begin(session) {
      const counts = session.counts === "reps" ? "" : ` · ${session.counts}`;
      byId("workout-name").textContent = session.title + counts;
      const me = byId("train").dataset.player;
      byId("who-trains").textContent = session.player === me ? "" : `${session.player} is training`;
      byId("bars").replaceChildren();
      this.bands(session);
      this.count(session.reps);
      for (const rep of this.early ?? []) if (rep.session === session.uuid) this.bar(rep);
      this.early = [];
    }

    happen(event) {
      if (event.kind === "finished" || event.kind === "discarded") {
        this.finished = event.kind === "finished" ? event.session : this.finished;
        return;
      }
      if (event.kind === "cue" && event.session === this.session?.uuid) this.cue(event.text, true);
      if (event.kind !== "rep" && event.kind !== "attempt") return;
      if (event.session !== this.session?.uuid) {
        (this.early ??= []).push(event); // it came with, or before, the session's name
        return;
      }
      this.bar(event);
      if (event.kind === "rep") this.pending.reps.push(event);
      if (event.text) this.cue(event.text, event.kind === "attempt");
    }

    // What is shown

    draw() {
      this.drawing = false;
      if (!this.root.isConnected) return this.close();
      const { samples } = this.pending;
      const newest = samples.at(-1);
      if (newest) {
        this.newest = newest;
        this.absentSince = newest.keypoints ? null : (this.absentSince ?? performance.now());
        if (this.session) this.facts(newest);
      }
      this.extend(samples);
    }

    facts(sample) {
      this.count(sample.reps);
      byId("pace").textContent = sample.pace ? Math.round(sample.pace) : "–";
      byId("score").textContent = sample.score === null ? "–" : Math.round(sample.score);
      byId("sway").textContent = sample.sway === null ? "–" : `${Math.round(sample.sway)}°`;
      byId("attempts").textContent = sample.attempts;
      const seconds = Math.max(0, Math.floor(sample.time - this.session.began));
      byId("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }

    count(reps) {
      const counter = byId("reps");
      const text = String(reps);
      if (counter.textContent !== text) {
        counter.textContent = text;
        counter.classList.remove("pop");
        void counter.offsetWidth; // restarts the animation
        counter.classList.add("pop");
      }
      const title = `${reps} · ${this.session.title}`;
      if (document.title !== title) document.title = title;
    }

    bar(event) {
      const bar = document.createElement("i");
      bar.className = event.kind;
      bar.style.height = `${event.rep ? Math.max(8, (event.rep.score - 50) * 2) : 30}%`;
      const bars = byId("bars");
      bars.append(bar);
      while (bars.childElementCount > BARS) bars.firstElementChild.remove();
    }

    cue(text, missed) {
      const cue = byId("cue");
      cue.textContent = text;
      cue.className = missed ? "missed shown" : "shown";
      this.cueUntil = performance.now() + CUE;
    }

    watch() {
      if (!this.root.isConnected) return this.close();
      const now = performance.now();
      if (now > this.cueUntil) byId("cue").className = "";
      byId("notice").textContent = document.hidden ? "" : this.trouble(now);
    }

    trouble(now) {
      if (this.serverSince)
        return `No connection since ${this.serverSince.toLocaleTimeString()}. Trying again…`;
      if (this.status?.trouble) return `${this.status.trouble} Trying again…`;
      if (now - this.heardAt > QUIET) return "Waiting for the trainer to start…";
      if (this.session && this.absentSince && now - this.absentSince > 1000)
        return "Nobody in view: step in front of the camera";
      return "";
    }

    // Graphs

    plot() {
      const graph = document.querySelector("#graph .js-plotly-plot");
      return graph && graph._fullLayout && window.Plotly ? graph : null;
    }

    extend(samples) {
      const graph = this.plot();
      if (!graph) {
        samples.splice(0, samples.length - WINDOW); // the graph is still being loaded
        return;
      }
      this.origin ??= samples[0]?.time ?? null;
      samples = samples.flatMap((s) => {
        const gap = this.drawnTo !== undefined && s.time - this.drawnTo > 1;
        this.drawnTo = s.time;
        return gap ? [{ time: s.time, signal: null, inference_ms: null, confidence: null }, s] : [s];
      });
      const x = samples.map((s) => Math.round((s.time - this.origin) * 1000) / 1000);
      const marks = this.pending.reps.map((event) => {
        const at = samples.find((s) => s.time >= event.time) ?? this.newest;
        return { x: event.time - this.origin, y: at?.signal ?? null };
      });
      this.pending = { samples: [], reps: [] };
      if (!x.length) return;
      const values = (key) => samples.map((s) => s[key]);
      window.Plotly.extendTraces(
        graph,
        { x: [x, x, x], y: [values("signal"), values("inference_ms"), values("confidence")] },
        [0, 1, 2],
        WINDOW,
      );
      this.mark(graph, marks, x.at(-1));
    }

    mark(graph, marks, now) {
      const dots = graph.data[3];
      const start = graph.data[0].x[0] ?? 0;
      const kept = dots.x.map((x, i) => ({ x, y: dots.y[i] })).filter((d) => d.x >= start);
      if (marks.length || kept.length !== dots.x.length) {
        const all = [...kept, ...marks];
        window.Plotly.restyle(graph, { x: [all.map((d) => d.x)], y: [all.map((d) => d.y)] }, [3]);
      }
      graph.dataset.points = graph.data[0].x.length;
      graph.dataset.until = now;
    }

    bands(session) {
      const graph = this.plot();
      if (!graph) {
        setTimeout(() => this.session?.uuid === session.uuid && this.bands(session), 200);
        return;
      }
      const shapes = session.bands.flatMap(([, from, to], i) => {
        const level = from ?? to;
        return {
          type: "line", xref: "x domain", x0: 0, x1: 1, yref: "y", y0: level, y1: level,
          line: { color: "#9aa3af", width: 1, dash: "dot" },
          label: { text: session.bands[i][0], textposition: "end", font: { size: 12, color: "#9aa3af" },
                   yanchor: from === null ? "top" : "bottom" },
        };
      });
      window.Plotly.relayout(graph, { shapes, "yaxis.title.text": `signal (${session.unit.trim()})` });
    }
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    hiitpi: {
      train: () => {
        floor?.close();
        floor = new Floor(byId("train"));
        return noUpdate();
      },
      again: (clicks) => {
        if (clicks && floor) {
          floor.root.dataset.phase = floor.session ? "work" : "ready";
          setProps("finished-id", { data: null });
          document.title = "Train · HIIT PI";
        }
        return noUpdate();
      },
      here: (path) => {
        for (const link of document.querySelectorAll("header nav a")) {
          if (link.getAttribute("href") === path) link.setAttribute("aria-current", "page");
          else link.removeAttribute("aria-current");
        }
        return noUpdate();
      },
    },
  });
})();
