/* Records the joints of somebody who shows an exercise to the camera. It works hands-free: it begins
   after the athlete has stood still, and ends when the athlete stands still again. */
(() => {
  "use strict";

  const { play } = window.hiitpi;
  const STILL_BEFORE_S = 1.5; // in the first position, before the countdown
  const STILL_AFTER_S = 2.5; // after the last repetition
  const HOLD_S = 10; // without any movement it is a position to hold
  const MAX_S = 90;
  const COUNTDOWN_S = 3;
  const STILL = 0.12; // joints that move less than this part of the body's size stand still
  const SEEN = 0.2; // minimum score of a joint that is looked at
  const PAST_MS = 500; // after connecting, while samples of the past arrive
  const MISSING_S = 1; // without a person, after which it starts over

  const SAYS = {
    nobody: "Step in front of the camera, with your whole body in view.",
    still: "Take the first position and stand still.",
    go: "Go. When you have finished, stand still in the first position.",
    busy: "Somebody is training here. Wait until the session has ended.",
    silent: "The camera sends nothing. See the page Status.",
    lost: "Nobody was in view any more. Once again.",
  };

  class ShowRecorder {
    /* station: the parameter of the addresses; on: called with says(text), big(text), and
       done(frames): [seconds, 17 joints [x, y, score] or null]. */
    constructor(station, on) {
      this.on = on;
      this.begin();
      this.connectedAt = Infinity;
      this.source = new EventSource(`/live?${station}`);
      this.source.onmessage = (message) => this.receive(JSON.parse(message.data));
      this.timer = setTimeout(() => on.says(SAYS.silent), 8000);
    }

    begin() {
      this.state = "still";
      this.frames = []; // since the state began
      this.moved = false;
      this.second = null; // of the countdown that was shown last
      this.on.big("");
    }

    close() {
      clearTimeout(this.timer);
      this.source.close();
    }

    receive(batch) {
      if (batch.session) return this.on.says(SAYS.busy);
      this.connectedAt = Math.min(this.connectedAt, performance.now());
      if (performance.now() - this.connectedAt < PAST_MS) return;
      for (const { time, keypoints } of batch.samples ?? []) {
        clearTimeout(this.timer);
        this.take(time, keypoints);
        if (this.state === "done") return;
      }
    }

    take(time, keypoints) {
      this.frames.push([time, keypoints]);
      const missing = !this.frames.some(([t, k]) => k && time - t < MISSING_S);
      if (missing && this.seconds(time) > MISSING_S) {
        this.on.says(this.state === "go" ? SAYS.lost : SAYS.nobody);
        return this.begin();
      }
      this[this.state](time);
    }

    seconds(time) {
      return time - this.frames[0][0];
    }

    still(time) {
      const isStill = this.isStill(time, STILL_BEFORE_S);
      this.on.says(SAYS.still);
      while (this.seconds(time) > STILL_BEFORE_S + 0.2) this.frames.shift();
      if (isStill) this.enter("countdown", time);
    }

    countdown(time) {
      if (this.seconds(time) > 0.5 && !this.isStill(time, 0.5)) return this.begin();
      const left = Math.ceil(COUNTDOWN_S - this.seconds(time));
      if (left <= 0) {
        play("go");
        this.on.says(SAYS.go);
        this.on.big("Go");
        return this.enter("go", time);
      }
      if (left !== this.second) {
        this.second = left;
        this.on.big(String(left));
        play("tick");
      }
    }

    go(time) {
      const seconds = this.seconds(time);
      if (seconds > 1) this.on.big("");
      const still = seconds > STILL_AFTER_S && this.isStill(time, STILL_AFTER_S);
      if (!this.moved && seconds > 0.5) this.moved = !this.isStill(time, seconds);
      if ((this.moved && still) || (!this.moved && seconds > HOLD_S) || seconds > MAX_S) this.finish();
    }

    enter(state, time) {
      this.state = state;
      this.frames = [this.frames.at(-1) ?? [time, null]];
    }

    finish() {
      if (this.state !== "go") return;
      this.state = "done";
      this.close();
      play("done");
      const [start] = this.frames[0];
      this.on.done(this.frames.map(([time, keypoints]) => [Math.round((time - start) * 1000) / 1000, keypoints]));
    }

    /* Whether nobody moved in the last seconds, of which there must be so many. */
    isStill(time, seconds) {
      if (this.seconds(time) < seconds) return false;
      const recent = this.frames.filter(([t, k]) => k && time - t <= seconds).map(([, k]) => k);
      if (recent.length < 5) return false;
      const size = bodySize(recent[0]);
      return recent[0].every((_, joint) => {
        const seen = recent.map((k) => k[joint]).filter(([, , score]) => score >= SEEN);
        return seen.length < recent.length * 0.8 || travel(seen) < STILL * size;
      });
    }
  }

  const extent = (values) => {
    const sorted = [...values].sort((a, b) => a - b); // without the outer twentieths: wrong frames
    const cut = Math.floor(sorted.length / 20);
    return sorted.at(-1 - cut) - sorted[cut];
  };
  const travel = (points) => Math.hypot(extent(points.map(([x]) => x)), extent(points.map(([, y]) => y)));
  const bodySize = (joints) => {
    const seen = joints.filter(([, , score]) => score >= SEEN);
    return seen.length ? Math.hypot(
      Math.max(...seen.map(([x]) => x)) - Math.min(...seen.map(([x]) => x)),
      Math.max(...seen.map(([, y]) => y)) - Math.min(...seen.map(([, y]) => y)),
    ) : 0;
  };

  window.hiitpi.ShowRecorder = ShowRecorder;
})();
