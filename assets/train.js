/* The training floor's connections: live data over Server-Sent Events, and video.
   One EventSource and one <img> per tab; a hidden tab gives both back, since a browser allows six
   connections to a host. What arrives is drawn once per animation frame. */
(() => {
  "use strict";

  const { Scoreboard, LiveGraphs, play, say, settings } = window.hiitpi;
  const QUIET = 3000; // ms without a sample after which something is said
  const STALE = 2; // s: what happened longer ago is shown, but not heard
  const NARROW = window.matchMedia("(max-width: 600px)"); // a phone: the small video will do
  const EMPTY = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

  const byId = (id) => document.getElementById(id);
  const noUpdate = () => window.dash_clientside.no_update;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

  let floor = null; // the training floor on screen

  class Floor {
    constructor(root) {
      this.root = root;
      this.video = byId("video"); // its own: after a change of page the name is somebody else's
      this.station = `station=${encodeURIComponent(root.dataset.station)}`;
      this.board = new Scoreboard(root);
      this.graphs = new LiveGraphs();
      this.session = null;
      this.status = null;
      this.finished = null;
      this.lastId = "";
      this.pending = { samples: [], reps: [] };
      this.early = [];
      this.heardAt = performance.now();
      this.absentSince = null;
      this.serverSince = null;
      this.drawing = false;
      this.graphsDue = 0;
      this.viewers = 0;
      this.covered = false;
      this.timer = setInterval(() => this.watch(), 250);
      this.onVideo = () => this.source && this.size !== this.wanted() && this.showVideo();
      this.onVisibility = () => (document.hidden ? this.rest() : this.wake());
      this.onLeave = () => this.rest(true);
      document.addEventListener("visibilitychange", this.onVisibility);
      window.addEventListener("pagehide", this.onLeave);
      document.addEventListener("hiitpi:settings", this.onVideo);
      NARROW.addEventListener("change", this.onVideo);
      this.wake();
    }

    // Connections

    wake() {
      if (this.source || document.hidden) return;
      this.heardAt = performance.now();
      const last = this.lastId ? `&last=${encodeURIComponent(this.lastId)}` : "";
      this.source = new EventSource(`/live?${this.station}${last}`);
      this.source.onmessage = (message) => this.hear(message);
      this.source.onerror = () => this.lose();
      this.showVideo();
    }

    /* A browser tries again by itself, but not after an answer that refuses. */
    async lose() {
      this.serverSince ??= new Date();
      if (this.source?.readyState !== EventSource.CLOSED) return;
      await new Promise((done) => setTimeout(done, 3000));
      if (this.source?.readyState !== EventSource.CLOSED || !this.root.isConnected) return;
      const asked = await fetch("/healthz").catch(() => null);
      if (asked?.status === 401) return location.assign(window.hiitpi.codePage());
      this.source = null;
      this.wake();
    }

    rest(leaving = false) {
      if (!this.source) return;
      this.source.close();
      this.source = null;
      this.hideVideo(leaving);
    }

    /* What is loaded while a page is left is a ping to a browser, and our policy refuses that. */
    hideVideo(leaving = false) {
      this.video.onerror = null;
      if (leaving) this.video.removeAttribute("src");
      else this.video.src = EMPTY;
    }

    showVideo() {
      if (this.covered) return;
      this.video.onerror = () => setTimeout(() => this.source && this.showVideo(), 2000);
      this.size = this.wanted();
      this.video.src = `/videostream?${this.station}&size=${this.size}&${Date.now()}`;
    }

    wanted() {
      return settings.small || NARROW.matches ? "small" : "full";
    }

    close() {
      this.rest();
      clearInterval(this.timer);
      document.removeEventListener("visibilitychange", this.onVisibility);
      window.removeEventListener("pagehide", this.onLeave);
      document.removeEventListener("hiitpi:settings", this.onVideo);
      NARROW.removeEventListener("change", this.onVideo);
    }

    // What arrives

    hear(message) {
      if (!this.root.isConnected) return this.close();
      this.lastId = message.lastEventId;
      const news = JSON.parse(message.data);
      if ("server" in news) this.serverSince = news.server ? null : (this.serverSince ?? new Date());
      else this.serverSince = null;
      if ("viewers" in news) this.viewers = news.viewers;
      if ("status" in news) this.setStatus(news.status);
      else if ("viewers" in news) this.tellWatching();
      const now = news.samples.at(-1)?.time ?? this.board.sample?.time ?? Infinity;
      for (const event of news.events) this.happen(event, now - event.time < STALE);
      if ("session" in news) this.setSession(news.session);
      if (news.samples.length) {
        if (performance.now() - this.heardAt > QUIET) this.showVideo();
        this.heardAt = performance.now();
        this.pending.samples.push(...news.samples);
        this.count(news.samples.at(-1));
      }
      if (!this.drawing) {
        this.drawing = true;
        requestAnimationFrame(() => this.draw());
      }
    }

    setStatus(status) {
      this.status = status;
      byId("drawn").hidden = !status?.drawn;
      const before = this.covered;
      const covered = (this.covered = status?.state === "covered");
      if (covered && !before) this.hideVideo();
      if (!covered && before && this.source) this.showVideo();
      byId("cover").textContent = covered ? "Open the lens" : "Cover the lens";
      this.tellWatching();
    }

    /* Whether the camera is on, and for how many. */
    tellWatching() {
      const { state } = this.status ?? {};
      this.root.dataset.camera = state ?? "";
      const words = { on: `Camera on · ${this.viewers} watching`, off: "Camera asleep",
                      covered: "Lens covered", away: "Camera away" };
      byId("watching").textContent = words[state] ?? "";
    }

    setSession(session) {
      const before = this.session?.uuid;
      this.session = session;
      if (session?.uuid !== before) setProps("session-id", { data: session?.uuid ?? null });
      if (session) {
        this.board.show(session);
        this.graphs.bands(session);
        for (const event of this.early.splice(0))
          if (event.session === session.uuid) this.board.bar(event);
      } else this.board.end();
      this.choosePhase(before);
    }

    choosePhase(before) {
      const { dataset } = this.root;
      if (this.session) dataset.phase = this.session.phase;
      else if (before && this.finished === before) {
        dataset.phase = "finished";
        setProps("finished-id", { data: before });
        document.title = "Finished · HIIT PI";
      } else if (dataset.phase !== "finished") {
        dataset.phase = "ready";
        document.title = "Train · HIIT PI";
      }
    }

    happen(event, fresh) {
      if (event.kind === "finished" || event.kind === "discarded") return this.ended(event, fresh);
      if (event.kind === "cue" && event.session === this.session?.uuid) this.tell(event.text, true);
      if (event.kind !== "rep" && event.kind !== "attempt") return;
      const missed = event.kind === "attempt";
      if (fresh) play(missed ? "miss" : "rep");
      if (event.session !== this.session?.uuid) {
        this.early.push(event); // it came with, or before, the session's name
        return;
      }
      this.board.bar(event);
      if (!missed) this.pending.reps.push(event);
      if (event.text) this.board.cue(event.text, missed);
      if (fresh) say(event.text || (missed ? "" : String(event.count)));
    }

    ended(event, fresh) {
      if (event.kind !== "finished") return;
      this.finished = event.session;
      if (fresh) {
        play("done");
        say("Finished. Well done.");
      }
    }

    tell(text, missed) {
      this.board.cue(text, missed);
      say(text);
    }

    // What is shown

    /* Numbers at once: they are what is glanced at. */
    count(newest) {
      this.absentSince = newest.keypoints ? null : (this.absentSince ?? performance.now());
      if (this.session && newest.phase) this.board.take(newest);
    }

    /* The graphs have a quarter of the time at most: a slow browser draws them less often. */
    draw() {
      this.drawing = false;
      if (!this.root.isConnected) return this.close();
      const began = performance.now();
      if (began < this.graphsDue) return;
      this.graphs.extend(this.pending);
      const now = performance.now();
      this.graphsDue = now + 3 * (now - began);
    }

    watch() {
      if (!this.root.isConnected) return this.close();
      const now = performance.now();
      this.board.fade(now);
      const notice = document.hidden ? "" : this.trouble(now);
      if (byId("notice").textContent !== notice) byId("notice").textContent = notice;
    }

    trouble(now) {
      if (this.serverSince)
        return `No connection since ${this.serverSince.toLocaleTimeString()}. Trying again…`;
      if (this.covered) return "The lens is covered: nobody sees anything";
      if (this.status?.trouble) return `${this.status.trouble} Trying again…`;
      if (now - this.heardAt > QUIET)
        return !this.status && this.root.querySelector(".place")
          ? "This station is offline. Is it switched on?" : "Waiting for the camera process to start…";
      const { phase, advice, why } = this.session ?? {};
      if (phase === "paused") return why;
      if (phase === "position" || phase === "rest") return advice;
      if (this.session && this.absentSince && now - this.absentSince > 1000)
        return "Nobody in view: step in front of the camera";
      return "";
    }
  }

  Object.assign(window.dash_clientside.hiitpi, {
    train: () => {
      floor?.close();
      floor = new Floor(byId("train"));
      return noUpdate();
    },
    /* The first new best of a session that has just been shown. */
    announce: () => {
      const best = document.querySelector("#summary .best");
      if (best) say(best.textContent);
      return noUpdate();
    },
    again: (clicks) => {
      if (clicks && floor) {
        floor.root.dataset.phase = floor.session ? floor.session.phase : "ready";
        setProps("finished-id", { data: null });
        document.title = "Train · HIIT PI";
      }
      return noUpdate();
    },
  });
})();
