/* The metronome: beats while the athlete works, at the pace that this device asks for. */
(() => {
  "use strict";

  const { play } = window.hiitpi;
  const LIMITS = [10, 240]; // beats per minute

  let interval = 0; // seconds between two beats; 0 for none

  class Metronome {
    constructor() {
      this.stop();
    }

    stop() {
      clearTimeout(this.timer);
      this.timer = null;
      this.origin = Infinity; // when the work would have begun without pauses, seconds of this page
    }

    /* Follow the time of the set. A sample arrives late, but never early: the earliest tells when the
       work began. */
    take(sample) {
      if (sample.phase !== "work") return this.stop();
      this.origin = Math.min(this.origin, performance.now() / 1000 - sample.spent);
      if (interval && this.timer === null) this.schedule();
    }

    schedule() {
      const beats = Math.floor((performance.now() / 1000 - this.origin) / interval + 0.05);
      const due = this.origin + (beats + 1) * interval;
      this.timer = setTimeout(() => {
        this.timer = null;
        if (!interval) return;
        play("beat");
        this.schedule();
      }, 1000 * due - performance.now());
    }
  }

  window.hiitpi.Metronome = Metronome;
  Object.assign(window.dash_clientside.hiitpi, {
    metronome: (pace) => {
      const valid = pace >= LIMITS[0] && pace <= LIMITS[1];
      interval = valid ? 60 / pace : 0;
      return valid ? `Metronome: ${pace} a minute` : "Metronome: off";
    },
  });
})();
