/* The training page: receives live data over Server-Sent Events, and shows the video.
   A tab has one EventSource and one <img>. A hidden tab closes both, since a browser allows only
   six connections to a host. Samples are drawn once per animation frame. */
(() => {
  "use strict";

  const { EMPTY_IMAGE, Ghost, LiveGraphs, Metronome, Scoreboard } = window.hiitpi;
  const { distance, isMuted, keepAwake, mayGoDark, play, say, settings } = window.hiitpi;
  const SILENT_AFTER_MS = 3000; // without a sample, after which a notice is shown
  const GRAPH_PAUSE_MS = 150; // between two drawings of the graphs during a session
  const IDLE_GRAPH_PAUSE_MS = 500; // and before it, when nobody follows them closely
  const STALE_AFTER_S = 2; // older events are shown, but no sounds are played
  const NARROW = window.matchMedia("(max-width: 600px)"); // a phone, which gets the small video
  const TOUCH = window.matchMedia("(pointer: coarse)"); // a phone or tablet, whose screen goes dark soon

  const byId = (id) => document.getElementById(id);
  const noUpdate = () => window.dash_clientside.no_update;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

  let trainingPage = null; // the one on screen

  class TrainingPage {
    constructor(root) {
      this.root = root;
      this.video = byId("video"); // kept: after navigation the id may belong to another page's video
      this.station = `station=${encodeURIComponent(root.dataset.station)}`;
      this.board = new Scoreboard(root);
      this.ghost = new Ghost();
      this.graphs = new LiveGraphs(this.ghost);
      this.metronome = new Metronome();
      this.session = null;
      this.status = null;
      this.finished = null; // uuid of the session whose end was announced last
      this.previous = null; // uuid of the session that was on this page last
      this.lastId = "";
      this.pending = { samples: [], reps: [] }; // not yet drawn in the graphs
      this.earlyEvents = []; // events of a session whose snapshot has not arrived yet
      this.lastSampleAt = performance.now();
      this.nobodySince = null; // since when no person has been detected
      this.disconnectedSince = null; // since when the server or its Redis has been unreachable
      this.frameRequested = false;
      this.graphsDue = 0; // when the graphs may be drawn again
      this.viewers = 0;
      this.covered = false;
      this.timer = setInterval(() => this.update(), 250);
      this.onVideoSize = () => this.source && this.size !== this.videoSize() && this.showVideo();
      this.onVisibility = () => (distance.away() ? this.disconnect() : this.connect());
      this.onLeave = () => this.disconnect(true);
      document.addEventListener("visibilitychange", this.onVisibility);
      window.addEventListener("pagehide", this.onLeave);
      document.addEventListener("hiitpi:settings", this.onVideoSize);
      NARROW.addEventListener("change", this.onVideoSize);
      this.connect();
    }

    // Connections

    connect() {
      if (this.source || distance.away()) return;
      this.lastSampleAt = performance.now();
      const last = this.lastId ? `&last=${encodeURIComponent(this.lastId)}` : "";
      this.source = new EventSource(`/live?${this.station}${last}`);
      this.source.onmessage = (message) => this.receive(message);
      this.source.onerror = () => this.onError();
      this.showVideo();
    }

    /* An EventSource reconnects automatically after a lost connection, but not after an error
       status. Then log in if that is the reason, or else reconnect. */
    async onError() {
      this.disconnectedSince ??= new Date();
      if (this.source?.readyState !== EventSource.CLOSED) return;
      await new Promise((done) => setTimeout(done, 3000));
      if (this.source?.readyState !== EventSource.CLOSED || !this.root.isConnected) return;
      const response = await fetch("/healthz").catch(() => null);
      if (response?.status === 401) return location.assign(window.hiitpi.codePage());
      this.source = null;
      this.connect();
    }

    disconnect(leaving = false) {
      if (!this.source) return;
      this.source.close();
      this.source = null;
      this.hideVideo(leaving);
    }

    /* Stop the video. While the page is being left, a browser treats loading an image as a ping,
       which the Content Security Policy blocks; so only remove the source then. */
    hideVideo(leaving = false) {
      this.video.onerror = null;
      if (leaving) this.video.removeAttribute("src");
      else this.video.src = EMPTY_IMAGE;
    }

    showVideo() {
      if (this.covered) return;
      this.video.onerror = () => setTimeout(() => this.source && this.showVideo(), 2000);
      this.size = this.videoSize();
      this.video.src = `/videostream?${this.station}&size=${this.size}&${Date.now()}`;
    }

    videoSize() {
      return settings.small || NARROW.matches ? "small" : "full";
    }

    close() {
      this.disconnect();
      keepAwake(false);
      this.metronome.stop();
      clearInterval(this.timer);
      document.removeEventListener("visibilitychange", this.onVisibility);
      window.removeEventListener("pagehide", this.onLeave);
      document.removeEventListener("hiitpi:settings", this.onVideoSize);
      NARROW.removeEventListener("change", this.onVideoSize);
    }

    // Messages

    receive(message) {
      if (!this.root.isConnected) return this.close();
      this.lastId = message.lastEventId;
      const batch = JSON.parse(message.data);
      if (batch.server === false) this.disconnectedSince ??= new Date();
      else this.disconnectedSince = null;
      if ("viewers" in batch) this.viewers = batch.viewers;
      if ("status" in batch) this.setStatus(batch.status);
      else if ("viewers" in batch) this.showCameraState();
      const now = batch.samples.at(-1)?.time ?? this.board.sample?.time ?? Infinity;
      for (const event of batch.events) this.handleEvent(event, now - event.time < STALE_AFTER_S);
      if ("session" in batch) this.setSession(batch.session);
      if (batch.samples.length) {
        // The video's connection may have been lost during the silence.
        if (performance.now() - this.lastSampleAt > SILENT_AFTER_MS) this.showVideo();
        this.lastSampleAt = performance.now();
        this.pending.samples.push(...batch.samples);
        this.showSample(batch.samples.at(-1));
      }
      if (!this.frameRequested) {
        this.frameRequested = true;
        requestAnimationFrame(() => this.drawGraphs());
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
      this.showCameraState();
    }

    /* Show whether the camera is on, and how many are watching. */
    showCameraState() {
      const { state } = this.status ?? {};
      this.root.dataset.camera = state ?? "";
      const texts = { on: `Camera on · ${this.viewers} watching`, off: "Camera asleep",
                      covered: "Lens covered", away: "Camera unavailable" };
      byId("watching").textContent = texts[state] ?? "";
    }

    setSession(session) {
      const before = this.session?.uuid;
      this.previous = before ?? this.previous;
      this.session = session;
      if (session?.uuid !== before) setProps("session-id", { data: session?.uuid ?? null });
      if (session) {
        this.board.show(session);
        this.graphs.drawBands(session);
        for (const event of this.earlyEvents.splice(0))
          if (event.session === session.uuid) this.board.addBar(event);
      } else this.board.end();
      this.ghost.choose(session);
      if (!session) this.metronome.stop();
      keepAwake(Boolean(session));
      this.choosePhase();
    }

    /* Set the page's phase. A session is over, and its summary shown, when its snapshot is gone and
       its end was announced; either may arrive first. */
    choosePhase() {
      const { dataset } = this.root;
      if (this.session) dataset.phase = this.session.phase;
      else if (this.previous && this.finished === this.previous) {
        dataset.phase = "finished";
        setProps("finished-id", { data: this.previous });
        this.previous = null;
        document.title = "Finished · HIIT PI";
      } else if (dataset.phase !== "finished") {
        dataset.phase = "ready";
        document.title = "Train · HIIT PI";
      }
    }

    /* Show an event; if it is recent, play its sound too. */
    handleEvent(event, recent) {
      if (event.kind === "finished" || event.kind === "discarded") return this.onEnded(event, recent);
      if (event.kind === "cue" && event.session === this.session?.uuid) this.showCue(event.text, true);
      if (event.kind !== "rep" && event.kind !== "attempt") return;
      const missed = event.kind === "attempt";
      if (recent) play(missed ? "miss" : "rep");
      if (event.session !== this.session?.uuid || event.rep?.set > this.session.set) {
        this.earlyEvents.push(event); // it arrived before, or with, the snapshot of its session or set
        return;
      }
      this.board.addBar(event);
      if (!missed) this.pending.reps.push(event);
      if (event.text) this.board.cue(event.text, missed);
      if (recent) say(event.text || (missed ? "" : String(event.count)));
    }

    onEnded(event, recent) {
      if (event.kind === "discarded" && event.text && recent) this.board.cue(event.text, true);
      if (event.kind !== "finished") return;
      this.finished = event.session;
      if (!this.session && this.previous === event.session) this.choosePhase();
      if (recent) {
        play("done");
        say("Finished. Well done.");
      }
    }

    showCue(text, missed) {
      this.board.cue(text, missed);
      say(text);
    }

    // Display

    /* Show the numbers at once, not with the next graphs: the player glances at them. */
    showSample(sample) {
      this.nobodySince = sample.keypoints ? null : (this.nobodySince ?? performance.now());
      if (!this.session || !sample.phase) return;
      this.board.take(sample);
      this.board.ghost(sample.phase === "work" ? this.ghost.says(sample.spent) : "");
      this.metronome.take(sample);
    }

    /* Draw the graphs for at most a twelfth of the time: a slow browser draws them less often. What
       the browser does afterwards to show them takes as long again. */
    drawGraphs() {
      this.frameRequested = false;
      if (!this.root.isConnected) return this.close();
      const start = performance.now();
      if (start < this.graphsDue) return;
      this.graphs.extend(this.pending);
      const end = performance.now();
      const pause = this.session ? GRAPH_PAUSE_MS : IDLE_GRAPH_PAUSE_MS;
      this.graphsDue = end + Math.max(pause, 11 * (end - start));
    }

    update() {
      if (!this.root.isConnected) return this.close();
      const now = performance.now();
      this.board.fade(now);
      const notice = document.hidden ? "" : this.notice(now);
      if (byId("notice").textContent !== notice) byId("notice").textContent = notice;
      byId("muted").hidden = !this.session || !isMuted();
      byId("dark").hidden = !mayGoDark() || !TOUCH.matches;
    }

    /* The most important notice to show over the video; "" if there is none. */
    notice(now) {
      if (this.disconnectedSince)
        return `No connection since ${this.disconnectedSince.toLocaleTimeString()}. Trying again…`;
      if (this.covered) return "The lens is covered: no video is shown";
      if (this.status?.trouble) return `${this.status.trouble} Trying again…`;
      if (now - this.lastSampleAt > SILENT_AFTER_MS)
        return !this.status && this.root.querySelector(".place")
          ? "This station is offline. Is it switched on?" : "Waiting for the camera process to start…";
      const { phase, advice, why } = this.session ?? {};
      if (phase === "paused") return why;
      if (phase === "position" || phase === "rest") return advice;
      if (this.session && this.nobodySince && now - this.nobodySince > 1000)
        return "Nobody in view: step in front of the camera";
      return "";
    }
  }

  Object.assign(window.dash_clientside.hiitpi, {
    train: () => {
      trainingPage?.close();
      trainingPage = new TrainingPage(byId("train"));
      return noUpdate();
    },
    /* Speak the first new best of a session whose summary has just been shown. */
    announce: () => {
      const best = document.querySelector("#summary .best");
      if (best) say(best.textContent);
      return noUpdate();
    },
    again: (clicks) => {
      if (clicks && trainingPage) {
        const { root, session } = trainingPage;
        root.dataset.phase = session ? session.phase : "ready";
        setProps("finished-id", { data: null });
        document.title = "Train · HIIT PI";
      }
      return noUpdate();
    },
  });
})();
