/* The wall and the head-to-head page: the state of every station. One EventSource for the numbers
   and one response for the pictures of all stations, since a browser allows only six connections to
   a host. */
(() => {
  "use strict";

  const RETRY_MS = 2000; // delay before reconnecting
  const PHASES = { position: "Get ready", countdown: "3-2-1", rest: "Rest", paused: "Paused" };
  const CAMERA = { off: "Camera asleep", covered: "Lens covered", away: "Camera unavailable" };

  const make = (tag, className, parent) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    parent?.append(element);
    return element;
  };
  const put = (element, text) => {
    if (element.textContent !== String(text)) element.textContent = text;
  };
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  /* Format how long a station has been offline: 75 → "1 min". */
  const duration = (seconds) =>
    seconds < 60 ? `${seconds} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3600)} h`;

  /* Follows the states of all stations while `root` is in the document and the tab is visible.
     Calls `onChange` with the states by name, and whether the server is connected. */
  class Stations {
    constructor(root, onChange) {
      this.root = root;
      this.onChange = onChange;
      this.states = {};
      this.onVisibility = () => (document.hidden ? this.disconnect() : this.connect());
      document.addEventListener("visibilitychange", this.onVisibility);
      this.connect();
    }

    connect() {
      if (this.source || document.hidden) return;
      this.source = new EventSource("/wall/live");
      this.source.onmessage = (message) => this.receive(JSON.parse(message.data));
      this.source.onerror = () => this.onError();
    }

    async onError() {
      this.onChange(this.states, false);
      if (this.source?.readyState !== EventSource.CLOSED) return; // the browser reconnects
      this.disconnect();
      await wait(RETRY_MS);
      if (!this.root.isConnected) return;
      const response = await fetch("/healthz").catch(() => null);
      if (response?.status === 401) return location.assign(window.hiitpi.codePage());
      this.connect();
    }

    disconnect() {
      this.source?.close();
      this.source = null;
    }

    receive(changes) {
      if (!this.root.isConnected) return this.close();
      for (const [name, state] of Object.entries(changes)) {
        if (state) this.states[name] = state;
        else delete this.states[name];
      }
      window.hiitpi.keepAwake(Object.values(this.states).some(({ session }) => session));
      this.onChange(this.states, true);
    }

    close() {
      this.disconnect();
      window.hiitpi.keepAwake(false);
      document.removeEventListener("visibilitychange", this.onVisibility);
    }
  }

  /* Reads the pictures of all stations from one streaming multipart response. */
  class Pictures {
    constructor(root, show) {
      this.root = root;
      this.show = show;
      this.closed = false;
      this.run();
    }

    close() {
      this.closed = true;
      this.abortController?.abort();
    }

    /* Reconnect, because the set of stations has changed. */
    restart() {
      this.abortController?.abort();
    }

    async run() {
      while (this.root.isConnected && !this.closed) {
        this.abortController = new AbortController();
        if (!document.hidden) await this.read(this.abortController.signal).catch(() => null);
        await wait(document.hidden ? 500 : RETRY_MS / 4);
      }
    }

    async read(signal) {
      const response = await fetch("/wall/video", { signal });
      if (!response.ok) return wait(RETRY_MS * 2);
      const reader = response.body.getReader();
      let data = new Uint8Array(0);
      while (this.root.isConnected && !document.hidden) {
        const { done, value } = await reader.read();
        if (done) return;
        const joined = new Uint8Array(data.length + value.length);
        joined.set(data);
        joined.set(value, data.length);
        data = this.parse(joined);
      }
      reader.cancel();
    }

    /* Show the pictures of all complete parts; return the remaining bytes. */
    parse(data) {
      for (;;) {
        const head = new TextDecoder("latin1").decode(data.subarray(0, 400));
        const end = head.indexOf("\r\n\r\n");
        const length = Number(/Content-Length: (\d+)/.exec(head)?.[1] ?? NaN);
        if (end < 0 || Number.isNaN(length) || data.length < end + 4 + length) return data;
        const station = /X-Station: (\S*)/.exec(head)?.[1];
        if (length) this.show(station, new Blob([data.subarray(end + 4, end + 4 + length)]));
        data = data.subarray(end + 4 + length);
      }
    }
  }

  class Wall {
    constructor(root) {
      this.root = root;
      this.list = document.getElementById("wall");
      this.tiles = {};
      this.stations = new Stations(root, (states, connected) => this.draw(states, connected));
      this.pictures = new Pictures(root, (name, jpeg) => this.tiles[name]?.drawPicture(jpeg));
    }

    draw(states, connected) {
      const names = Object.keys(states).sort();
      const removed = Object.keys(this.tiles).filter((name) => !(name in states));
      const added = names.filter((name) => !(name in this.tiles));
      for (const name of removed) {
        this.tiles[name].item.remove();
        delete this.tiles[name];
      }
      for (const name of added) this.tiles[name] = new Tile(name, this.list);
      if (removed.length || added.length) this.pictures?.restart();
      if (added.length) this.list.append(...names.map((name) => this.tiles[name].item)); // sorted
      for (const name of names) this.tiles[name].draw(states[name]);
      const unknown = ({ here, away }) => !here && away === null;
      const unreachable = names.length && names.every((name) => unknown(states[name]));
      this.list.style.setProperty("--columns", Math.ceil(Math.sqrt(names.length)));
      put(document.getElementById("wall-notice"),
        !connected ? "No connection. Trying again…" : unreachable ? "The hub does not answer. Trying again…"
          : names.length ? "" : "No station has reported yet.");
    }
  }

  class Tile {
    constructor(name, list) {
      this.item = make("li", "tile", list);
      const link = make("a", "", this.item);
      link.href = `/train?station=${encodeURIComponent(name)}`;
      this.canvas = make("canvas", "", link);
      this.canvas.width = 480;
      this.canvas.height = 360;
      this.canvas.setAttribute("aria-hidden", "true");
      const text = make("div", "words", link);
      this.name = make("p", "name", text);
      put(make("b", "", this.name), name);
      this.player = make("span", "", this.name);
      this.count = make("p", "count", text);
      this.activity = make("p", "what", text);
    }

    draw({ here, away, session, sample, status }) {
      const training = here && session;
      this.item.dataset.phase = !here ? "gone" : (session?.phase ?? "idle");
      put(this.player, training ? session.player : "");
      put(this.count, training ? (session.phase === "rest" ? sample?.total : sample?.reps) ?? 0 : "");
      put(this.activity, training ? this.trainingText(session, sample) : this.idleText(here, away, status));
      if (!here || status?.state !== "on") this.clear();
    }

    trainingText(session, sample) {
      const phase = PHASES[session.phase];
      const left = sample?.left === null || sample?.left === undefined ? "" : ` · ${Math.ceil(sample.left)} s`;
      return `${phase ? `${phase} · ` : ""}${session.title}${left}`;
    }

    idleText(here, away, status) {
      if (!here) return away === null ? "Offline" : `Offline for ${duration(away)}`;
      return status?.trouble || CAMERA[status?.state] || "Free";
    }

    async drawPicture(jpeg) {
      const bitmap = await createImageBitmap(jpeg).catch(() => null);
      if (!bitmap) return;
      const { canvas } = this;
      if (canvas.height !== Math.round((canvas.width * bitmap.height) / bitmap.width))
        canvas.height = Math.round((canvas.width * bitmap.height) / bitmap.width);
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
      this.drawn = true;
    }

    clear() {
      if (!this.drawn) return;
      this.drawn = false;
      this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
    }
  }

  /* The bars of a head-to-head, scaled to the highest count. */
  class Lanes {
    constructor(root) {
      this.root = root;
      this.match = null;
      this.lanes = [...root.querySelectorAll(".lane")].map((item) => ({
        item, name: item.dataset.station, bar: item.querySelector(".bar i"),
        count: item.querySelector(".count"), state: item.querySelector(".state"), total: 0, seen: false,
      }));
      if (!this.lanes.length) return;
      this.results = {};
      this.stations = new Stations(root, (states) => this.draw(states));
      const result = document.getElementById("result");
      new MutationObserver(() => this.readResults(result)).observe(result, { childList: true, subtree: true });
      this.readResults(result);
    }

    /* Read the results from the database, which take precedence over the live data. */
    readResults(result) {
      for (const { dataset } of result.querySelectorAll("[data-station]"))
        this.results[dataset.station] = { reps: Number(dataset.reps), seconds: dataset.seconds };
      this.draw(this.stations.states);
    }

    draw(states) {
      const match = new URLSearchParams(location.search).get("match");
      for (const lane of this.lanes) this.updateLane(lane, states[lane.name], match);
      const max = Math.max(1, ...this.lanes.map((lane) => lane.total));
      for (const lane of this.lanes) {
        lane.bar.style.width = `${(100 * lane.total) / max}%`;
        put(lane.count, lane.total);
      }
      const waiting = this.lanes.some((lane) => lane.phase === "position");
      const training = this.lanes.some((lane) => lane.phase);
      this.root.dataset.stage = waiting ? "ready" : training ? "on" : "over";
    }

    updateLane(lane, state, match) {
      const session = state?.session?.match === match ? state.session : null;
      lane.phase = session?.phase ?? null;
      if (session && state.sample) {
        lane.seen = true;
        lane.total = Math.max(lane.total, state.sample.total);
      }
      const result = this.results[lane.name];
      if (result) lane.total = result.reps;
      put(lane.state, result ? `Done, ${result.seconds} s of work` : this.stateText(state, session));
      lane.item.classList.toggle("gone", !state?.here);
    }

    stateText(state, session) {
      if (!state?.here)
        return state?.away ? `Offline for ${duration(state.away)}; the session continues there` : "Offline";
      if (!session) return "";
      if (session.phase === "position") return session.ready ? "Ready" : session.advice || "Get ready";
      const left = state.sample?.left;
      const time = left === null || left === undefined ? "" : ` · ${Math.ceil(left)} s`;
      return `${PHASES[session.phase] ?? session.title}${time}`;
    }
  }

  /* The connections of the page on screen. They are closed when a message arrives after the user has
     navigated away; but a quiet wall sends none, and a browser has only six connections for all
     pages, so a timer closes them too. */
  let open = null;
  const show = (root, page) => {
    open?.close();
    open = { root, close: () => [page.stations, page.pictures].forEach((connection) => connection?.close()) };
  };
  setInterval(() => {
    if (open && !open.root.isConnected) {
      open.close();
      open = null;
    }
  }, 250);

  window.hiitpi.wall = { Pictures, duration };
  Object.assign(window.dash_clientside.hiitpi, {
    wall: () => {
      const root = document.getElementById("wall-page");
      show(root, new Wall(root));
      return window.dash_clientside.no_update;
    },
    versus: () => {
      const root = document.getElementById("versus");
      show(root, new Lanes(root));
      return window.dash_clientside.no_update;
    },
  });
})();
