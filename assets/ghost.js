/* The ghost: the player's best set of the workout, replayed beside the running one. */
(() => {
  "use strict";

  const { countUpTo } = window.hiitpi;

  class Ghost {
    constructor() {
      this.key = ""; // player and workout that were asked for last
      this.set = null; // the best set; null while it is loading, or if there is none
    }

    /* Load the best set of a session's player and workout. While the workout is yet to be
       recognised there is none. */
    async choose(session) {
      const key = session && !session.recognised && session.workout !== "any"
        ? new URLSearchParams({ player: session.player, workout: session.workout }).toString() : "";
      if (key === this.key) return;
      this.key = key;
      this.set = null;
      if (!key) return;
      const response = await fetch(`/ghost?${key}`).catch(() => null);
      const set = response?.status === 200 ? await response.json().catch(() => null) : null;
      if (key === this.key) this.set = set;
    }

    /* Return the signal at a time of the set in seconds; null where it is not known. */
    signal(time) {
      const { times, signal } = this.set ?? { times: [] };
      const next = countUpTo(times, time);
      if (!next || next === times.length) return null;
      const [from, to] = [signal[next - 1], signal[next]];
      const gap = times[next] - times[next - 1];
      if (from === null || to === null || gap > 1) return null;
      return from + ((to - from) * (time - times[next - 1])) / gap;
    }

    /* Return its count at a time, in words; "" without a ghost. */
    says(time) {
      if (!this.set) return "";
      const { counted, reps } = this.set;
      return `Best set: ${countUpTo(counted, time)} by now, ${reps} in all`;
    }
  }

  window.hiitpi.Ghost = Ghost;
})();
