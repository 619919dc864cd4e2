/* The score board: what the session is at, in numbers, colours, sounds and the tab's title. */
(() => {
  "use strict";

  const { play, say } = window.hiitpi;
  const CUE = 2600; // ms that a cue stays
  const BARS = 16;
  const LONG = 10; // work of more seconds than this has a signal for the last ten
  const HALVES = 30; // and of these for half time
  const PHASES = {
    position: "Get ready", countdown: "Get ready", work: "Work", rest: "Rest", paused: "Paused",
  };

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

    /* The session has begun, or is in another phase. */
    show(session) {
      const before = this.session;
      this.session = session;
      this.root.dataset.role = this.role;
      this.root.dataset.outline = session.floor ? "floor" : session.view;
      this.root.toggleAttribute("data-untimed", !session.timed);
      this.root.toggleAttribute("data-match", Boolean(session.match));
      if (before?.uuid !== session.uuid || before.set !== session.set) this.beginSet(session);
      put("phase", PHASES[session.phase]);
      put("round", this.where(session));
      const counts = session.counts === "reps" ? "" : ` · ${session.counts}`;
      const goal = session.goal ? ` · ${session.goal} to do` : "";
      put("workout-name", session.title + counts + goal);
      put("next", this.coming(session));
      put("sign", session.sign && session.phase !== "position" && session.phase !== "countdown"
        ? `Hands-free pause: ${session.sign} for 2 s` : "");
      put("who-trains", this.who(session));
      this.claim(session);
      const known = before?.uuid === session.uuid;
      if (known && (before.phase !== session.phase || before.set !== session.set))
        this.entered(session);
      if (known && before.controller.id !== session.controller.id)
        this.cue(`${session.controller.name} is in control now`, false);
    }

    who({ player, controller }) {
      if (this.session.match) return `${player} competes in a head-to-head`;
      const me = this.root.dataset.player;
      const trains = player === me ? "" : `${player} is training`;
      if (this.role === "control") return trains;
      if (controller.name === me) return "Another device of yours is in control";
      return controller.name === player ? `${player} is training and in control`
        : `${player} is training, ${controller.name} is in control`;
    }

    where(session) {
      if (session.rounds && session.rounds > 1) return `round ${session.round}/${session.rounds}`;
      if (session.sets > 1) return `set ${session.set}/${session.sets}`;
      return session.rounds === null ? `round ${session.round}` : session.program;
    }

    coming(session) {
      if (session.phase === "rest") return this.stance(session);
      if (!session.next) return session.sets === 1 ? "" : "then: finished";
      const seconds = session.next.seconds ? ` ${clock(session.next.seconds)}` : "";
      const name = session.next.phase === "rest" ? "rest" : session.next.title;
      return `next: ${name}${seconds}`;
    }

    stance(session) {
      const side = { front: "face the camera", side: "side to the camera", any: "" }[session.view];
      return `Next${side ? `, ${side}` : ""}`;
    }

    claim(session) {
      const asks = session.claimant;
      const me = this.root.dataset.device;
      const concerns = asks && (asks.id === me || session.controller.id === me);
      byId("claim-box").hidden = !concerns;
      if (!concerns) return;
      const mine = asks.id === me;
      put("claim-text", mine
        ? `${session.controller.name} is asked. Without an answer you take over in 10 s.`
        : `${asks.name} wants to take over, and will in 10 s.`);
      put("keep", mine ? "Never mind" : "Keep control");
      byId("hand-over").hidden = mine;
    }

    beginSet(session) {
      byId("bars").replaceChildren();
      if (session.phase !== "rest") this.count(0, false);
    }

    end() {
      this.session = this.sample = null;
      byId("claim-box").hidden = true;
    }

    /* A new sample: numbers, ring, and what is to be heard at this moment. */
    take(sample) {
      const before = this.sample;
      this.sample = sample;
      this.count(sample.reps, before !== null);
      put("pace", sample.pace ? Math.round(sample.pace) : "–");
      put("score", sample.score === null ? "–" : Math.round(sample.score));
      put("sway", sample.sway === null ? "–" : `${Math.round(sample.sway)}°`);
      put("attempts", sample.attempts);
      put("total", sample.total);
      this.time(sample);
      if (before && before.phase === sample.phase) this.hear(before.left, sample);
      document.title = this.title(sample);
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

    count(reps, pops) {
      const counter = byId("reps");
      const text = String(reps);
      if (counter.textContent === text) return;
      counter.textContent = text;
      if (reps % 10 === 0 && reps) put("reps-read", `${reps} repetitions`);
      if (!pops) return;
      counter.classList.remove("pop");
      void counter.offsetWidth; // restarts the animation
      counter.classList.add("pop");
    }

    /* Signals of the clock, each when its second is passed. */
    hear(before, sample) {
      const { phase, left } = sample;
      if (before === null || left === null) return;
      const passed = (second) => before > second && left <= second;
      if ([3, 2, 1].some(passed)) play("tick");
      if (phase !== "work") return;
      const { length } = this.session;
      if (length > LONG && passed(10)) {
        play("ten");
        say("Ten seconds");
      } else if (length >= HALVES && passed(length / 2)) play("half");
    }

    /* Another phase, or another set, while this page looks on. */
    entered(session) {
      const { phase, title } = session;
      if (phase === "countdown") play("tick");
      if (phase === "work") play("go");
      if (phase === "rest") {
        play("rest");
        say(`Rest. Next: ${title}`);
      }
      if (phase === "paused") {
        play("pause");
        say("Paused");
      }
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

    fade(now) {
      if (now > this.cueUntil) byId("cue").className = "";
    }
  }

  window.hiitpi.Scoreboard = Scoreboard;
})();
