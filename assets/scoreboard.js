/* The scoreboard: shows the running session in numbers, colours, sounds and the tab's title. */
(() => {
  "use strict";

  const { play, say } = window.hiitpi;
  const CUE_MS = 2600; // for which a cue is shown
  const MAX_BARS = 16;
  const MIN_WORK_FOR_TEN_S = 10; // longer work has a signal for the last ten seconds
  const MIN_WORK_FOR_HALF_S = 30; // work of at least this length has a signal at half time
  const PHASES = {
    position: "Get ready", countdown: "Get ready", work: "Work", rest: "Rest", paused: "Paused",
  };

  const ZONES = [
    "below zone 1", "zone 1, very light", "zone 2, light", "zone 3, moderate", "zone 4, hard",
    "zone 5, maximum",
  ];

  const byId = (id) => document.getElementById(id);
  const put = (id, text) => {
    const element = byId(id);
    if (element && element.textContent !== String(text)) element.textContent = text;
  };
  const clock = (seconds) =>
    `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

  class Scoreboard {
    constructor(root) {
      this.root = root;
      this.session = null;
      this.sample = null;
      this.cueUntil = 0;
    }

    get role() {
      const holder = this.session.controller.id;
      return holder === "" || holder === this.root.dataset.device ? "control" : "watch";
    }

    /* Show a new snapshot of the session. */
    show(session) {
      const before = this.session;
      this.session = session;
      this.root.dataset.role = this.role;
      this.root.dataset.outline = session.floor ? "floor" : session.view;
      this.root.toggleAttribute("data-untimed", !session.timed);
      this.root.toggleAttribute("data-match", Boolean(session.match));
      if (before?.uuid !== session.uuid || before.set !== session.set) this.beginSet(session);
      put("phase", PHASES[session.phase]);
      put("round", this.position(session));
      const counts = session.counts === "reps" ? "" : ` · ${session.counts}`;
      const goal = (session.goal ? ` · ${session.goal} to do` : "") + (session.until ? " · until slower" : "");
      put("workout-name", session.title + counts + goal);
      put("next", this.nextStep(session));
      this.showFigure(session);
      put("sign", session.sign && session.phase !== "position" && session.phase !== "countdown"
        ? `Hands-free pause: ${session.sign} for 2 s` : "");
      put("who-trains", this.participants(session));
      this.showClaim(session);
      const sameSession = before?.uuid === session.uuid;
      if (sameSession && (before.phase !== session.phase || before.set !== session.set))
        this.announcePhase(session);
      if (sameSession && before.controller.id !== session.controller.id)
        this.cue(`${session.controller.name} is in control now`, false);
    }

    /* Show how the workout is done, before it starts and in the rest before it. */
    showFigure({ workout, phase }) {
      const url = JSON.parse(this.root.dataset.figures ?? "{}")[workout];
      const figure = byId("figure");
      figure.hidden = !url || !["position", "rest"].includes(phase);
      if (!figure.hidden && figure.dataset.workout !== workout) {
        figure.src = url;
        figure.dataset.workout = workout;
      }
    }

    /* Who is training and who is in control, unless both are the user of this device. */
    participants({ player, controller }) {
      if (this.session.match) return `${player} competes in a head-to-head`;
      const me = this.root.dataset.player;
      const training = player === me ? "" : `${player} is training`;
      if (this.role === "control") return training;
      if (controller.name === me) return "Another device of yours is in control";
      return controller.name === player ? `${player} is training and in control`
        : `${player} is training, ${controller.name} is in control`;
    }

    /* The position in the program: round, set, or its name. */
    position(session) {
      if (session.rounds && session.rounds > 1) return `round ${session.round}/${session.rounds}`;
      if (session.sets > 1) return `set ${session.set}/${session.sets}`;
      return session.rounds === null ? `round ${session.round}` : session.program;
    }

    nextStep(session) {
      if (session.phase === "rest") return this.stance(session);
      if (!session.next) return session.sets > 1 ? "then: finished" : "";
      const seconds = session.next.seconds ? ` ${clock(session.next.seconds)}` : "";
      const name = session.next.phase === "rest" ? "rest" : session.next.title;
      return `next: ${name}${seconds}`;
    }

    stance(session) {
      const side = { front: "face the camera", side: "side to the camera", any: "" }[session.view];
      return `Next${side ? `, ${side}` : ""}`;
    }

    /* Show a request to take over on the device that asks and the one that is in control. */
    showClaim(session) {
      const claimant = session.claimant;
      const me = this.root.dataset.device;
      const involved = claimant && (claimant.id === me || session.controller.id === me);
      byId("claim-box").hidden = !involved;
      if (!involved) return;
      const isClaimant = claimant.id === me;
      put("claim-text", isClaimant
        ? `${session.controller.name} was asked. Without an answer, you take over in 10 s.`
        : `${claimant.name} wants to take over. Without an answer, this happens in 10 s.`);
      put("keep", isClaimant ? "Never mind" : "Keep control");
      byId("hand-over").hidden = isClaimant;
    }

    beginSet(session) {
      byId("bars").replaceChildren();
      if (session.phase !== "rest") this.count(0, false);
    }

    end() {
      this.session = this.sample = null;
      byId("claim-box").hidden = true;
    }

    /* Show a new sample: numbers and ring; and play the signals that are due. */
    take(sample) {
      const before = this.sample;
      this.sample = sample;
      this.count(sample.reps, before !== null);
      put("pace", sample.pace ? Math.round(sample.pace) : "–");
      put("score", sample.score === null ? "–" : Math.round(sample.score));
      put("sway", sample.sway === null ? "–" : `${Math.round(sample.sway)}°`);
      put("attempts", sample.attempts);
      put("total", sample.total);
      this.heartRate(sample.heart_rate);
      this.time(sample);
      if (before && before.phase === sample.phase) this.playSignals(before.left, sample);
      document.title = this.title(sample);
    }

    /* Show the heart rate and its zone; nothing without a strap. */
    heartRate(measured) {
      const row = byId("heart-rate");
      row.hidden = !measured;
      if (!measured) return;
      put("bpm", measured.bpm);
      put("zone", measured.zone === null ? "heart rate" : ZONES[measured.zone]);
      row.dataset.zone = measured.zone ?? "";
    }

    ghost(text) {
      put("ghost", text);
    }

    time(sample) {
      const length = this.session.length;
      const left = sample.left;
      put("clock", clock(left === null ? sample.spent : Math.ceil(left)));
      put("big", left === null ? "" : sample.phase === "rest" ? clock(Math.ceil(left)) : Math.ceil(left));
      const part = left === null || !length ? 1 : Math.min(1, left / length);
      byId("ring").style.setProperty("--left", part.toFixed(3));
    }

    title(sample) {
      const { title } = this.session;
      if (sample.phase === "work") return `${sample.reps} · ${title}`;
      if (sample.phase === "paused") return `Paused · ${sample.reps} · ${title}`;
      if (sample.phase === "rest") return `Rest ${clock(Math.ceil(sample.left))} · ${title}`;
      return `Get ready · ${title}`;
    }

    count(reps, animate) {
      const counter = byId("reps");
      const text = String(reps);
      if (counter.textContent === text) return;
      counter.textContent = text;
      if (reps % 10 === 0 && reps) put("reps-read", `${reps} repetitions`);
      if (!animate) return;
      counter.classList.remove("pop");
      void counter.offsetWidth; // restarts the animation
      counter.classList.add("pop");
    }

    /* Play the signals of the clock whose second was passed since the last sample. */
    playSignals(before, sample) {
      const { phase, left } = sample;
      if (before === null || left === null) return;
      const passed = (second) => before > second && left <= second;
      if ([3, 2, 1].some(passed)) play("tick");
      if (phase !== "work") return;
      const { length } = this.session;
      if (length > MIN_WORK_FOR_TEN_S && passed(10)) {
        play("ten");
        say("Ten seconds");
      } else if (length >= MIN_WORK_FOR_HALF_S && passed(length / 2)) play("half");
    }

    /* Announce the start of a phase or set. Not called for the state in which the page loads. */
    announcePhase(session) {
      const { phase, title } = session;
      if (phase === "countdown") play("tick");
      if (phase === "work") {
        play("go");
        if (session.recognised) say(title);
      }
      if (phase === "rest") {
        play("rest");
        say(`Rest. Next: ${title}`);
      }
      if (phase === "paused") {
        play("pause");
        say("Paused");
      }
    }

    /* Add a bar for a repetition or an attempt; its height is the score. */
    addBar(event) {
      const bar = document.createElement("i");
      bar.className = event.kind;
      bar.style.height = `${event.rep ? Math.max(8, (event.rep.score - 50) * 2) : 30}%`;
      const bars = byId("bars");
      bars.append(bar);
      while (bars.childElementCount > MAX_BARS) bars.firstElementChild.remove();
    }

    cue(text, missed) {
      const cue = byId("cue");
      cue.textContent = text;
      cue.className = missed ? "missed shown" : "shown";
      this.cueUntil = performance.now() + CUE_MS;
    }

    /* Hide the cue when its time is over. */
    fade(now) {
      if (now > this.cueUntil) byId("cue").className = "";
    }
  }

  window.hiitpi.Scoreboard = Scoreboard;
})();
