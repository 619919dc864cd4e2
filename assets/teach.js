/* The page Workouts: somebody shows an exercise, sees what was understood, moves the thresholds on
   the graph, and tries it. */
(() => {
  "use strict";

  const { EMPTY_IMAGE, ShowRecorder, colour } = window.hiitpi;
  const JOINTS = 17;
  const NEAR_PX = 24; // of a line that is dragged
  const TOGETHER_S = 0.25; // within which the signal and the other conditions must be met

  const TOO_LARGE = "The file is too large. Cut it to the repetitions, or film with a smaller picture.";
  const NOT_SENT = "The file could not be sent. It may be too large: cut it to the repetitions.";

  const byId = (id) => document.getElementById(id);
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

  /* Count with other thresholds: what the rules do for a movement of the whole body. Null if only
     the server can tell, for holds, three positions, and where the sides take turns. */
  function countSignal({ times, signal, fits, lines, signal_counts: counts }, thresholds) {
    if (!counts || lines.length !== 2) return null;
    const reached = (i, value) =>
      value !== null && (lines[i].sign === "<" ? value < thresholds[i] : value > thresholds[i]);
    let [state, reps, turned, fitted] = [null, 0, -Infinity, -Infinity];
    times.forEach((time, i) => {
      if (reached(0, signal[i])) {
        if (state === "turn") reps += 1;
        state = "start";
        [turned, fitted] = [-Infinity, -Infinity];
      }
      if (reached(1, signal[i])) turned = time;
      if (fits[i]) fitted = time;
      if (state === "start" && Math.min(turned, fitted) >= time - TOGETHER_S) state = "turn";
    });
    return reps;
  }

  class Teacher {
    constructor(root) {
      this.root = root;
      this.video = byId("teach-video");
      this.station = `station=${encodeURIComponent(root.dataset.station)}`;
      this.recorder = null;
      this.lesson = null;
      this.dragged = null;
      byId("teach-start").onclick = () => this.record("show");
      byId("teach-stop").onclick = () => this.stop();
      byId("teach-done").onclick = () => this.recorder?.finish();
      byId("teach-try").onclick = () => this.record("try");
      byId("teach-file").onclick = () => this.chooseFile();
      const canvas = byId("teach-signal");
      canvas.onpointerdown = (event) => this.grab(event);
      canvas.onpointermove = (event) => this.drag(event);
      canvas.onpointerup = () => this.drop();
      canvas.onpointercancel = () => this.drop();
      requestAnimationFrame((now) => this.animate(now));
    }

    record(kind) {
      this.stop();
      this.root.dataset.state = "showing";
      this.video.src = `/videostream?${this.station}&size=small&${Date.now()}`;
      this.video.scrollIntoView({ block: "center" });
      this.recorder = new ShowRecorder(this.station, {
        says: (text) => this.says(text),
        big: (text) => (byId("teach-big").textContent = text),
        done: (frames) => {
          this.stop();
          this.look(kind, frames);
        },
      });
    }

    look(kind, frames) {
      this.says("Looking at it…");
      if (kind === "show") this.frames = frames;
      setProps("teach-frames", { data: { kind, frames } });
    }

    // A video instead of the camera: the server finds the joints in it

    chooseFile() {
      const input = document.createElement("input");
      input.type = "file";
      input.accept = "video/*,.npz";
      input.onchange = () => this.readFile(input.files[0]);
      input.click();
    }

    async readFile(file) {
      this.stop();
      setProps("teach-trouble", { children: "" });
      this.says("Looking at the video. That takes about as long as it is…");
      try {
        const answer = await fetch("/teach/recording", { method: "POST", body: file });
        if (!answer.ok) throw new Error(answer.status === 413 ? TOO_LARGE : await answer.text());
        this.look("show", await answer.json());
      } catch (error) {
        this.says("");
        setProps("teach-trouble", { children: error instanceof TypeError ? NOT_SENT : error.message });
      }
    }

    stop() {
      this.recorder?.close();
      this.recorder = null;
      if (!this.root.isConnected) return; // the page was left
      this.video.src = EMPTY_IMAGE;
      this.root.dataset.state = this.lesson ? "understood" : "ready";
      byId("teach-big").textContent = "";
      this.says("");
    }

    /* The page is being left: only end the streams, see `hideVideo` in train.js. */
    leave() {
      this.recorder?.close();
      this.video.removeAttribute("src");
    }

    says(text) {
      const element = byId("teach-live");
      if (element.textContent !== text) element.textContent = text;
    }

    /* Show what was understood; null if nothing was. */
    show(lesson) {
      this.says("");
      this.lesson = lesson;
      this.root.dataset.state = lesson ? "understood" : "ready";
      if (!lesson) return;
      this.thresholds = lesson.lines.map((line) => line.at);
      if (this.frames) this.figure = figureOf(this.frames);
      this.drawSignal();
    }

    // The stick figure

    animate(now) {
      if (!this.root.isConnected) return this.stop();
      requestAnimationFrame((later) => this.animate(later));
      const { figure } = this;
      if (!figure || this.root.dataset.state !== "understood") return;
      const length = figure.times.at(-1);
      if (!length) return;
      const { frameAt, drawFigure } = window.hiitpi.replayTools;
      drawFigure(byId("teach-figure"), figure, frameAt(figure.times, (now / 1000) % length), figure.box);
    }

    // The graph, with lines that can be dragged

    scale() {
      const { width, height } = byId("teach-signal");
      const { times, signal, lines } = this.lesson;
      const values = [...signal.filter((v) => v !== null), ...lines.map((line) => line.at)];
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const margin = 0.08 * (high - low || 1);
      const [bottom, top] = [low - margin, high + margin];
      const [begin, end] = [times[0], times.at(-1)];
      return {
        x: (time) => ((time - begin) / (end - begin || 1)) * width,
        y: (value) => ((top - value) / (top - bottom)) * height,
        value: (y) => top - (y / height) * (top - bottom),
      };
    }

    drawSignal() {
      const canvas = byId("teach-signal");
      const context = canvas.getContext("2d");
      const { x, y } = this.scale();
      const { times, signal, lines } = this.lesson;
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.lineWidth = 2;
      context.strokeStyle = colour("--work");
      context.beginPath();
      let drawing = false;
      signal.forEach((value, i) => {
        if (value === null) drawing = false;
        else {
          context[drawing ? "lineTo" : "moveTo"](x(times[i]), y(value));
          drawing = true;
        }
      });
      context.stroke();
      context.font = `600 ${(14 * canvas.width) / (canvas.clientWidth || canvas.width)}px Inter, sans-serif`;
      lines.forEach((line, i) => {
        const level = y(this.thresholds[i]);
        context.strokeStyle = context.fillStyle = colour(this.dragged === i ? "--rest" : "--text");
        context.beginPath();
        context.moveTo(0, level);
        context.lineTo(canvas.width, level);
        context.stroke();
        context.fillText(`↕ ${line.name} ${line.sign} ${this.thresholds[i].toPrecision(3)}`, 8, level - 6);
      });
    }

    position(event) {
      const canvas = byId("teach-signal");
      return (event.offsetY / canvas.clientHeight) * canvas.height;
    }

    grab(event) {
      if (!this.lesson) return;
      const { y } = this.scale();
      const distances = this.thresholds.map((value) => Math.abs(y(value) - this.position(event)));
      const nearest = distances.indexOf(Math.min(...distances));
      if (distances[nearest] > NEAR_PX) return;
      this.dragged = nearest;
      event.target.setPointerCapture(event.pointerId);
      this.drawSignal();
    }

    drag(event) {
      if (this.dragged === null) return;
      this.thresholds[this.dragged] = this.scale().value(this.position(event));
      this.drawSignal();
      const reps = countSignal(this.lesson, this.thresholds);
      if (reps !== null) byId("teach-count").textContent = `Would count ${reps}`;
    }

    /* Let the server count: it knows all conditions. */
    drop() {
      if (this.dragged === null) return;
      const { state, clause } = this.lesson.lines[this.dragged];
      setProps("teach-moved", { data: { state, clause, threshold: this.thresholds[this.dragged] } });
      this.dragged = null;
      this.drawSignal();
    }
  }

  /* Return the frames as `replay.js` draws them. */
  function figureOf(frames) {
    const seen = frames.filter(([, joints]) => joints);
    const numbers = (pick) => seen.flatMap(([, joints]) => joints.flatMap(pick));
    const figure = {
      times: seen.map(([time]) => time),
      xy: Int16Array.from(numbers(([x, y]) => [x, y])),
      scores: Uint8Array.from(numbers(([, , score]) => [Math.round(100 * score)])),
      size: [640, 480],
    };
    figure.box = window.hiitpi.replayTools.boxOf(figure, 0, figure.scores.length / JOINTS - 1);
    return figure;
  }

  let teacher = null; // the one on screen
  window.addEventListener("pagehide", () => teacher?.leave());
  window.hiitpi.teachTools = { countSignal };
  Object.assign(window.dash_clientside.hiitpi, {
    /* Show only the cards that contain all words. */
    search: (text) => {
      const words = (text ?? "").toLowerCase().split(/\s+/);
      for (const card of document.querySelectorAll(".guide")) {
        const content = card.textContent.toLowerCase();
        card.hidden = !words.every((word) => content.includes(word));
      }
      return window.dash_clientside.no_update;
    },
    teach: () => {
      teacher?.stop();
      teacher = new Teacher(byId("teach"));
      return window.dash_clientside.no_update;
    },
    lesson: (lesson) => {
      teacher?.show(lesson ?? null);
      return window.dash_clientside.no_update;
    },
  });
})();
