/* The replay of a session: a stick figure, its signal, and the best and the worst repetition. */
(() => {
  "use strict";

  const { colour, countUpTo } = window.hiitpi;
  const JOINTS = 17;
  const SEEN = 20; // percent, from which a joint is drawn in full
  const WINDOW_S = 12; // of the signal that is shown
  const MARGIN_S = 0.4; // shown before and after a repetition
  const BONES = [ // COCO's keypoints
    [5, 7], [7, 9], [6, 8], [8, 10], [5, 6], [5, 11], [6, 12], [11, 12], [11, 13], [13, 15],
    [12, 14], [14, 16], [0, 5], [0, 6],
  ];

  const byId = (id) => document.getElementById(id);

  /* Decode a file; see hiitpi/records/replays.py. */
  const decode = (buffer) => {
    const length = new DataView(buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    const frames = header.times.length;
    const xy = new Int16Array(buffer, 4 + length, frames * JOINTS * 2);
    const scores = new Uint8Array(buffer, 4 + length + xy.byteLength, frames * JOINTS);
    return { ...header, xy, scores };
  };

  /* The index of the last frame that is not later than a time; 0 if all are. */
  const frameAt = (times, time) => Math.max(0, countUpTo(times, time) - 1);

  /* Repetitions and attempts in order, with what there is to say about each. */
  const marksOf = ({ reps, attempts }) => [
    ...reps.map((rep) => ({
      time: rep.time, kind: "rep", rep,
      text: `Repetition ${rep.number}, form ${Math.round(rep.score)}${rep.cues.length ? `: ${rep.cues[0]}` : ""}`,
    })),
    ...attempts.map(({ time, text, missed }) => ({
      time, kind: "attempt", text: `Did not count: ${text}${missed ? ` (${missed})` : ""}`,
    })),
  ].sort((a, b) => a.time - b.time);

  /* The time at which a repetition is deepest: where its signal is furthest from its beginning.
     Null without a signal, which there is none of before a workout is recognised. */
  const deepest = ({ times, signal }, rep) => {
    const first = frameAt(times, rep.time - rep.duration);
    const frames = Array.from({ length: frameAt(times, rep.time) - first + 1 }, (_, i) => first + i)
      .filter((i) => signal[i] !== null);
    if (!frames.length) return null;
    const away = (i) => Math.abs(signal[i] - signal[frames[0]]);
    return times[frames.reduce((best, i) => (away(i) > away(best) ? i : best))];
  };

  /* The repetitions with the highest and the lowest form; none if there are not two that differ. */
  const bestAndWorst = (replay) => {
    const sorted = replay.reps.filter((rep) => deepest(replay, rep) !== null)
      .sort((a, b) => b.score - a.score);
    const [best, worst] = [sorted[0], sorted.at(-1)];
    return best && best.score > worst.score ? [best, worst] : [];
  };

  /* The box around the athlete in some frames, in pixels, so that the figure fills the canvas. */
  const boxOf = ({ xy, scores, size }, first, last) => {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = first * JOINTS; i < (last + 1) * JOINTS; i += 1) {
      if (scores[i] < SEEN) continue;
      left = Math.min(left, xy[2 * i]);
      right = Math.max(right, xy[2 * i]);
      top = Math.min(top, xy[2 * i + 1]);
      bottom = Math.max(bottom, xy[2 * i + 1]);
    }
    return left < right && top < bottom ? [left, top, right, bottom] : [0, 0, ...size];
  };

  const drawFigure = (canvas, replay, frame, box) => {
    const context = canvas.getContext("2d");
    const { width, height } = canvas;
    context.clearRect(0, 0, width, height);
    const [left, top, right, bottom] = box;
    const scale = 0.86 * Math.min(width / (right - left), height / (bottom - top));
    const point = (joint) => {
      const i = frame * JOINTS + joint;
      const x = replay.xy[2 * i] - (left + right) / 2;
      const y = replay.xy[2 * i + 1] - (top + bottom) / 2;
      // Mirrored, like the video.
      return { x: width / 2 - x * scale, y: height / 2 + y * scale, score: replay.scores[i] };
    };
    context.lineWidth = Math.max(3, width / 90);
    context.lineCap = "round";
    context.strokeStyle = context.fillStyle = colour("--text");
    for (const [a, b] of BONES) {
      const [from, to] = [point(a), point(b)];
      if (!from.score || !to.score) continue;
      context.globalAlpha = Math.min(from.score, to.score) < SEEN ? 0.3 : 1;
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
    }
    const head = point(0);
    context.globalAlpha = head.score < SEEN ? 0.3 : 1;
    context.beginPath();
    context.arc(head.x, head.y, width / 40, 0, 2 * Math.PI);
    if (head.score) context.fill();
    context.globalAlpha = 1;
  };

  class ReplayPlayer {
    constructor(root, replay) {
      this.root = root;
      this.replay = replay;
      this.marks = marksOf(replay);
      this.end = replay.times.at(-1) ?? 0;
      this.time = replay.times[0] ?? 0;
      this.speed = 1;
      this.playing = false;
      this.pair = bestAndWorst(replay).map((rep) => ({
        rep, deepest: deepest(replay, rep),
        box: this.boxAround(rep.time - rep.duration - 2 * MARGIN_S, rep.time + 2 * MARGIN_S),
      }));
      byId("replay-play").onclick = () => this.play(!this.playing);
      byId("replay-half").onclick = () => this.setSpeed(this.speed === 1 ? 0.5 : 1);
      byId("replay-back").onclick = () => this.step(-1);
      byId("replay-forth").onclick = () => this.step(1);
      byId("replay-signal").onclick = (event) => this.pick(event);
      this.showPair();
      this.show();
      this.started = performance.now();
      requestAnimationFrame((now) => this.tick(now));
    }

    boxAround(from, to) {
      const { times } = this.replay;
      return boxOf(this.replay, frameAt(times, from), frameAt(times, to));
    }

    play(on) {
      if (on && this.time >= this.end) this.time = this.replay.times[0];
      this.playing = on;
      byId("replay-play").textContent = on ? "Pause" : "Play";
    }

    setSpeed(speed) {
      this.speed = speed;
      byId("replay-half").textContent = speed === 1 ? "½ speed" : "Full speed";
    }

    /* Go to the previous or the next repetition or attempt. */
    step(direction) {
      const others = this.marks.filter(({ time }) => (time - this.time) * direction > 0.05);
      const mark = direction > 0 ? others[0] : others.at(-1);
      if (mark) this.seek(mark.time);
    }

    pick(event) {
      const canvas = byId("replay-signal");
      const part = event.offsetX / canvas.clientWidth - 0.5;
      this.seek(this.time + part * WINDOW_S);
    }

    seek(time) {
      this.time = Math.min(Math.max(time, this.replay.times[0]), this.end);
      this.show();
    }

    tick(now) {
      if (!this.root.isConnected) return;
      const passed = Math.min(0.25, (now - this.started) / 1000);
      this.started = now;
      if (this.playing) {
        this.seek(this.time + passed * this.speed);
        if (this.time >= this.end) this.play(false);
      }
      if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.loopPair(now / 1000);
      requestAnimationFrame((next) => this.tick(next));
    }

    show() {
      const { times } = this.replay;
      if (!times.length) return;
      const frame = frameAt(times, this.time);
      const box = this.boxAround(this.time - 3, this.time + 3);
      drawFigure(byId("replay-figure"), this.replay, frame, box);
      this.drawSignal(frame);
      const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
      byId("replay-time").textContent = `${clock(this.time)} / ${clock(this.end)}`;
      const near = this.marks.filter(({ time }) => Math.abs(time - this.time) < 0.6);
      const nearest = near.sort((a, b) => Math.abs(a.time - this.time) - Math.abs(b.time - this.time))[0];
      const set = this.replay.sets.filter(({ began }) => began <= this.time + 0.05).at(-1);
      const says = byId("replay-says");
      const text = nearest?.text ?? (set ? `Set ${set.number}: ${set.workout}` : "");
      if (says.textContent !== text) says.textContent = text;
      says.className = `replay-says ${nearest?.kind ?? ""}`;
    }

    /* Draw the signal around the playhead, with the states' thresholds and the marks. */
    drawSignal(frame) {
      const canvas = byId("replay-signal");
      const context = canvas.getContext("2d");
      const { width, height } = canvas;
      const { times, signal, sets } = this.replay;
      const from = this.time - WINDOW_S / 2;
      const first = frameAt(times, from);
      const last = frameAt(times, from + WINDOW_S);
      const bands = sets.filter(({ began }) => began <= this.time + 0.05).at(-1)?.bands ?? [];
      const limits = bands.flatMap(([, low, high]) => [low, high]).filter((v) => v !== null);
      const shown = signal.slice(first, last + 1).filter((v) => v !== null);
      const low = Math.min(...shown, ...limits);
      const high = Math.max(...shown, ...limits);
      context.clearRect(0, 0, width, height);
      if (!(high > low)) return;
      const x = (time) => ((time - from) / WINDOW_S) * width;
      const y = (value) => height - 10 - ((value - low) / (high - low)) * (height - 28);
      context.lineWidth = 1;
      context.strokeStyle = colour("--line");
      for (const limit of limits) {
        context.beginPath();
        context.moveTo(0, y(limit));
        context.lineTo(width, y(limit));
        context.stroke();
      }
      context.lineWidth = 2;
      context.strokeStyle = colour("--rest");
      context.beginPath();
      let open = false;
      for (let i = first; i <= last; i += 1) {
        const gap = signal[i] === null || (open && times[i] - times[i - 1] > 1);
        if (!gap) context[open ? "lineTo" : "moveTo"](x(times[i]), y(signal[i]));
        open = !gap;
      }
      context.stroke();
      for (const { time, kind } of this.marks) {
        if (time < from || time > from + WINDOW_S) continue;
        context.fillStyle = colour(kind === "rep" ? "--work" : "--missed");
        context.beginPath();
        context.arc(x(time), 8, 6, 0, 2 * Math.PI);
        context.fill();
      }
      context.fillStyle = colour("--text");
      context.fillRect(width / 2 - 1, 0, 2, height);
      if (signal[frame] !== null) {
        context.beginPath();
        context.arc(width / 2, y(signal[frame]), 4, 0, 2 * Math.PI);
        context.fill();
      }
    }

    showPair() {
      byId("replay-pair").hidden = !this.pair.length;
      this.pair.forEach(({ rep }, i) => {
        const [name, word] = [["best", "Best"], ["worst", "To work on"]][i];
        byId(`replay-${name}-says`).textContent =
          `${word}: ${rep.number}, form ${Math.round(rep.score)}${rep.cues.length ? `. ${rep.cues[0]}` : ""}`;
      });
      this.loopPair(0);
    }

    /* Draw both repetitions, which are at their deepest point at the same time. */
    loopPair(now) {
      if (!this.pair.length) return;
      const before = Math.max(...this.pair.map(({ rep, deepest: d }) => d - rep.time + rep.duration));
      const after = Math.max(...this.pair.map(({ rep, deepest: d }) => rep.time - d));
      const length = before + after + 2 * MARGIN_S;
      const moment = (now * this.speed) % length - before - MARGIN_S;
      this.pair.forEach(({ deepest: d, box }, i) => {
        const frame = frameAt(this.replay.times, d + moment);
        drawFigure(byId(`replay-${["best", "worst"][i]}`), this.replay, frame, box);
      });
    }
  }

  window.hiitpi.replayTools = { decode, frameAt, marksOf, deepest, bestAndWorst, boxOf, drawFigure };
  Object.assign(window.dash_clientside.hiitpi, {
    replay: () => {
      const root = byId("replay");
      const says = byId("replay-says");
      fetch(`/replay/${root.dataset.session}`)
        .then((response) => (response.ok ? response.arrayBuffer() : Promise.reject(response.status)))
        .then((buffer) => root.isConnected && new ReplayPlayer(root, decode(buffer)))
        .catch(() => (says.textContent = "The replay could not be loaded."));
      return window.dash_clientside.no_update;
    },
  });
})();
