/* A minimal DOM in which the scripts of assets/ can be loaded outside a browser. */
import { readFileSync } from "node:fs";
import vm from "node:vm";

const ASSETS = new URL("../../assets/", import.meta.url);

class Element extends EventTarget {
  constructor() {
    super();
    this.dataset = {};
    this.style = { setProperty: (name, value) => (this.style[name] = value) };
    this.classList = { add() {}, remove() {}, toggle() {} };
    this.text = "";
    this.isConnected = true;
    this.children = [];
  }
  get textContent() {
    return this.text;
  }
  set textContent(text) {
    this.text = String(text);
  }
  get childElementCount() {
    return this.children.length;
  }
  get firstElementChild() {
    return { remove: () => this.children.shift() };
  }
  append(...nodes) {
    this.children.push(...nodes);
  }
  replaceChildren(...nodes) {
    this.children = nodes;
  }
  toggleAttribute(name, on) {
    this[name] = on;
  }
}

/* Load scripts in their order on the page; return its window, document and the sounds played. */
export function load(...names) {
  return open({}, ...names);
}

/* The same with other properties of the window. */
export function open(properties, ...names) {
  const elements = {};
  const document = Object.assign(new EventTarget(), {
    hidden: false,
    title: "",
    documentElement: new Element(),
    getElementById: (id) => (elements[id] ??= new Element()),
    createElement: () => new Element(),
    querySelector: () => null,
    querySelectorAll: () => [],
  });
  const window = Object.assign(new EventTarget(), {
    document, performance, setTimeout, clearTimeout, URLSearchParams, AbortController, Blob, CustomEvent, Event, EventTarget,
    TextDecoder, Uint8Array,
    setInterval: () => 0,
    location: { pathname: "/train", search: "?station=my garage" },
    fetch: async () => ({ status: 200, json: async () => null }),
    matchMedia: () => new EventTarget(),
    navigator: {},
    sessionStorage: new Map(),
    dash_clientside: { no_update: null },
    ...properties,
  });
  Object.assign(window.sessionStorage, {
    getItem: (name) => window.sessionStorage.get(name) ?? null,
    setItem: (name, value) => window.sessionStorage.set(name, value),
  });
  window.window = window;
  window.addEventListener = EventTarget.prototype.addEventListener.bind(window);
  const played = [];
  document.addEventListener("hiitpi:sound", (event) => played.push(event.detail));
  const context = vm.createContext(window);
  const loadScript = (name) =>
    vm.runInContext(readFileSync(new URL(name, ASSETS), "utf8"), context, { filename: name });
  names.forEach(loadScript);
  return { window, document, played, hiitpi: window.hiitpi, load: loadScript };
}
