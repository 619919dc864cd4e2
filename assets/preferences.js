/* Device settings, keyboard shortcuts, full screen, and confirmation dialogs. */
(() => {
  "use strict";

  const hiitpi = (window.hiitpi = { settings: { sound: true, voice: false, light: false, small: false } });
  const root = document.documentElement;

  /* URL of the login page that returns to the current page, including its station parameter. */
  hiitpi.codePage = () => `/code?next=${encodeURIComponent(location.pathname + location.search)}`;
  const noUpdate = () => window.dash_clientside.no_update;

  /* Keyboard shortcuts: a key presses the first visible button of its list. Presenter remotes
     send Page Down. */
  const KEYS = {
    " ": ["pause", "resume", "go", "start"],
    PageDown: ["pause", "resume", "go", "start"],
    Enter: ["start", "go", "resume", "again"],
    Escape: ["cancel", "pause", "done"], // an ended session cannot be resumed: pause first
  };

  /* Elements with their own keys, and those of them that handle Escape. */
  const INTERACTIVE = "input:not([type=radio]), textarea, select, button, a, summary, [role=listbox], dialog";
  const FIELDS = "input:not([type=radio]):not([type=checkbox]), textarea, select, [role=listbox]";

  const visible = (id) => {
    const element = document.getElementById(id);
    return element && !element.disabled && element.offsetParent ? element : null;
  };

  const onKey = (event) => {
    const ids = KEYS[event.key];
    if (!ids || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return; // a dialog handles its keys itself
    if (event.target.closest?.(event.key === "Escape" ? FIELDS : INTERACTIVE)) return;
    const menu = document.getElementById("menu");
    if (event.key === "Escape" && menu?.open) {
      menu.open = false;
      return;
    }
    const button = ids.map(visible).find(Boolean);
    if (!button) return;
    event.preventDefault();
    button.click();
  };
  document.addEventListener("keydown", onKey, { capture: true }); // before Dash's own handlers

  /* A button with data-ask opens a dialog; any button in the dialog closes it. */
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-ask]");
    if (opener) document.getElementById(opener.dataset.ask).showModal();
    const dialog = event.target.closest?.("dialog");
    if (dialog && event.target.closest("button")) dialog.close();
    const menu = document.getElementById("menu");
    if (menu?.open && (!menu.contains(event.target) || event.target.closest("a"))) menu.open = false;
    if (event.target.closest?.("[data-full]")) toggleFull();
  });

  function toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen?.();
  }
  document.addEventListener("fullscreenchange", () => {
    root.toggleAttribute("data-tv", Boolean(document.fullscreenElement) || hiitpi.distance.on);
    window.dispatchEvent(new Event("resize")); // makes the graphs adapt to the new size
  });

  /* If a callback fails, which is a bug in the app, Dash only writes to the console. Show a message
     on the page too. */
  const originalFetch = window.fetch;
  window.fetch = async (...args) => {
    const response = await originalFetch(...args);
    const banner = document.getElementById("records-trouble");
    if (response.status === 500 && banner && String(args[0]?.url ?? args[0]).includes("_dash-update"))
      banner.textContent = "Something went wrong; nothing was changed. See the log for details.";
    return response;
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    hiitpi: {
      device: (chosen) => {
        for (const name of Object.keys(hiitpi.settings))
          hiitpi.settings[name] = (chosen ?? []).includes(name);
        root.dataset.theme = hiitpi.settings.light ? "light" : "dark";
        document.dispatchEvent(new Event("hiitpi:settings"));
        return noUpdate();
      },
      here: (path) => {
        for (const link of document.querySelectorAll("header nav a")) {
          if (link.getAttribute("href") === path) link.setAttribute("aria-current", "page");
          else link.removeAttribute("aria-current");
        }
        return noUpdate();
      },
      mode: (mode, goal) => `panel picker is-${mode} goal-${goal}`,
    },
  });
})();
