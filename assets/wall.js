/* The wall and the head-to-head: what every station is at. One EventSource for the numbers, and one
   answer for the pictures of all stations, since a browser allows six connections to a host. */
(() => {
  "use strict";

  const RETRY = 2000; // ms until a connection that ended is taken up again
  const PHASES = { position: "Get ready", countdown: "3-2-1", rest: "Rest", paused: "Paused" };
  const CAMERA = { off: "Camera asleep", covered: "Lens covered", away: "Camera away" };

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

  /* Since when a station has been silent: 75 → "1 min". */
  const since = (seconds) =>
    seconds < 60 ? `${seconds} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3600)} h`;

  /* Follows all stations while `root` is on the page and the tab is shown. */
  class Stations {
    constructor(root, changed) {
      this.root = root;
      this.changed = changed;
      this.known = {};
      this.onVisibility = () => (document.hidden ? this.rest() : this.wake());
      document.addEventListener("visibilitychange", this.onVisibility);
      this.wake();
    }

    wake() {
      if (this.source || document.hidden) return;
      this.source = new EventSource("/wall/live");
      this.source.onmessage = (message) => this.hear(JSON.parse(message.data));
      this.source.onerror = () => this.lose();
    }

    async lose() {
      this.changed(this.known, false);
      if (this.source?.readyState !== EventSource.CLOSED) return; // the browser tries again
      this.rest();
      await wait(RETRY);
      if (!this.root.isConnected) return;
      const asked = await fetch("/healthz").catch(() => null);
      if (asked?.status === 401) return location.assign(window.hiitpi.codePage());
      this.wake();
    }

    rest() {
      this.source?.close();
      this.source = null;
    }

    hear(news) {
      if (!this.root.isConnected) return this.close();
      for (const [name, state] of Object.entries(news)) {
        if (state) this.known[name] = state;
        else delete this.known[name];
      }
      this.changed(this.known, true);
    }

    close() {
      this.rest();
      document.removeEventListener("visibilitychange", this.onVisibility);
    }
  }

  /* The pictures of all stations out of one endless multipart answer. */
  class Pictures {
    constructor(root, show) {
      this.root = root;
      this.show = show;
      this.closed = false;
      this.run();
    }

    close() {
      this.closed = true;
      this.stop?.abort();
    }

    /* Ask anew: there are other stations. */
    again() {
      this.stop?.abort();
    }

    async run() {
      while (this.root.isConnected && !this.closed) {
        this.stop = new AbortController();
        if (!document.hidden) await this.read(this.stop.signal).catch(() => null);
        await wait(document.hidden ? 500 : RETRY / 4);
      }
    }

    async read(signal) {
      const answer = await fetch("/wall/video", { signal });
      if (!answer.ok) return wait(RETRY * 2);
      const reader = answer.body.getReader();
      let data = new Uint8Array(0);
      while (this.root.isConnected && !document.hidden) {
        const { done, value } = await reader.read();
        if (done) return;
        const both = new Uint8Array(data.length + value.length);
        both.set(data);
        both.set(value, data.length);
        data = this.take(both);
      }
      reader.cancel();
    }

    /* Show all whole parts; what is left. */
    take(data) {
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
      this.stations = new Stations(root, (known, connected) => this.draw(known, connected));
      this.pictures = new Pictures(root, (name, jpeg) => this.tiles[name]?.picture(jpeg));
    }

    draw(known, connected) {
      const names = Object.keys(known).sort();
      const gone = Object.keys(this.tiles).filter((name) => !(name in known));
      const fresh = names.filter((name) => !(name in this.tiles));
      for (const name of gone) {
        this.tiles[name].item.remove();
        delete this.tiles[name];
      }
      for (const name of fresh) this.tiles[name] = new Tile(name, this.list);
      if (gone.length || fresh.length) this.pictures?.again();
      if (fresh.length) this.list.append(...names.map((name) => this.tiles[name].item));
      for (const name of names) this.tiles[name].draw(known[name]);
      const silent = names.length && names.every((name) => !known[name].here && known[name].away === null);
      this.list.style.setProperty("--columns", Math.ceil(Math.sqrt(names.length)));
      put(document.getElementById("wall-notice"),
        !connected ? "No connection. Trying again…" : silent ? "The hub does not answer. Trying again…"
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
      const words = make("div", "words", link);
      this.name = make("p", "name", words);
      put(make("b", "", this.name), name);
      this.player = make("span", "", this.name);
      this.count = make("p", "count", words);
      this.what = make("p", "what", words);
    }

    draw({ here, away, session, sample, status }) {
      const trains = here && session;
      this.item.dataset.phase = !here ? "gone" : (session?.phase ?? "idle");
      put(this.player, trains ? session.player : "");
      put(this.count, trains ? (session.phase === "rest" ? sample?.total : sample?.reps) ?? 0 : "");
      put(this.what, trains ? this.doing(session, sample) : this.idle(here, away, status));
      if (!here || status?.state !== "on") this.clear();
    }

    doing(session, sample) {
      const phase = PHASES[session.phase];
      const left = sample?.left === null || sample?.left === undefined ? "" : ` · ${Math.ceil(sample.left)} s`;
      return `${phase ? `${phase} · ` : ""}${session.title}${left}`;
    }

    idle(here, away, status) {
      if (!here) return away === null ? "Not connected" : `Not connected for ${since(away)}`;
      return status?.trouble || CAMERA[status?.state] || "Free";
    }

    async picture(jpeg) {
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

  /* The bars of a head-to-head: the longest is full. */
  class Lanes {
    constructor(root) {
      this.root = root;
      this.match = null; // known when the page is whole
      this.lanes = [...root.querySelectorAll(".lane")].map((item) => ({
        item, name: item.dataset.station, bar: item.querySelector(".bar i"),
        count: item.querySelector(".count"), state: item.querySelector(".state"), total: 0, seen: false,
      }));
      if (!this.lanes.length) return;
      this.results = {};
      this.stations = new Stations(root, (known) => this.draw(known));
      const result = document.getElementById("result");
      new MutationObserver(() => this.look(result)).observe(result, { childList: true, subtree: true });
      this.look(result);
    }

    /* What the database has is true, whatever was seen last. */
    look(result) {
      for (const { dataset } of result.querySelectorAll("[data-station]"))
        this.results[dataset.station] = { reps: Number(dataset.reps), seconds: dataset.seconds };
      this.draw(this.stations.known);
    }

    draw(known) {
      const match = new URLSearchParams(location.search).get("match");
      for (const lane of this.lanes) this.take(lane, known[lane.name], match);
      const most = Math.max(1, ...this.lanes.map((lane) => lane.total));
      for (const lane of this.lanes) {
        lane.bar.style.width = `${(100 * lane.total) / most}%`;
        put(lane.count, lane.total);
      }
      const waits = this.lanes.some((lane) => lane.phase === "position");
      const trains = this.lanes.some((lane) => lane.phase);
      this.root.dataset.stage = waits ? "ready" : trains ? "on" : "over";
    }

    take(lane, at, match) {
      const session = at?.session?.match === match ? at.session : null;
      lane.phase = session?.phase ?? null;
      if (session && at.sample) {
        lane.seen = true;
        lane.total = Math.max(lane.total, at.sample.total);
      }
      const result = this.results[lane.name];
      if (result) lane.total = result.reps;
      put(lane.state, result ? `Done, ${result.seconds} s of work` : this.words(lane, at, session));
      lane.item.classList.toggle("gone", !at?.here);
    }

    words(lane, at, session) {
      if (!at?.here) return at?.away ? `Not connected for ${since(at.away)}: it goes on alone` : "Not connected";
      if (!session) return "";
      if (session.phase === "position") return session.ready ? "Ready" : session.advice || "Get ready";
      const left = at.sample?.left;
      const time = left === null || left === undefined ? "" : ` · ${Math.ceil(left)} s`;
      return `${PHASES[session.phase] ?? session.title}${time}`;
    }
  }

  /* What the page on screen has open. On a quiet wall no message comes that would show that its page
     is gone, and a browser has six connections for all pages, so it is looked at. */
  let open = null;
  const show = (root, page) => {
    open?.close();
    open = { root, close: () => [page.stations, page.pictures].forEach((one) => one?.close()) };
  };
  setInterval(() => {
    if (open && !open.root.isConnected) {
      open.close();
      open = null;
    }
  }, 250);

  window.hiitpi.wall = { Pictures, since };
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
