/* What belongs to this device: its settings, keys, full screen, and dialogs that ask once. */
(() => {
  "use strict";

  const hiitpi = (window.hiitpi = { settings: { sound: true, voice: false, light: false, small: false } });
  const root = document.documentElement;

  /* The page that asks for the house code, and leads back to where we are: this station's page, too. */
  hiitpi.codePage = () => `/code?next=${encodeURIComponent(location.pathname + location.search)}`;
  const noUpdate = () => window.dash_clientside.no_update;

  /* A key presses the first button of its row that is to be seen. Clickers send Page Down. */
  const KEYS = {
    " ": ["pause", "resume", "go", "start"],
    PageDown: ["pause", "resume", "go", "start"],
    Enter: ["start", "go", "resume", "again"],
    Escape: ["cancel", "pause", "done"], // an ended session cannot be opened again: pause first
  };
  const OWN = "input:not([type=radio]), textarea, select, button, a, summary, [role=listbox], dialog";

  const FIELDS = "input:not([type=radio]):not([type=checkbox]), textarea, select, [role=listbox]";

  const seen = (id) => {
    const element = document.getElementById(id);
    return element && !element.disabled && element.offsetParent ? element : null;
  };

  const press = (event) => {
    const row = KEYS[event.key];
    if (!row || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return; // it has keys of its own
    if (event.target.closest?.(event.key === "Escape" ? FIELDS : OWN)) return;
    const menu = document.getElementById("menu");
    if (event.key === "Escape" && menu?.open) {
      menu.open = false;
      return;
    }
    const button = row.map(seen).find(Boolean);
    if (!button) return;
    event.preventDefault();
    button.click();
  };
  document.addEventListener("keydown", press, { capture: true }); // before Dash's own keys

  /* data-ask opens a dialog; any button in it closes it. */
  document.addEventListener("click", (event) => {
    const asks = event.target.closest?.("[data-ask]");
    if (asks) document.getElementById(asks.dataset.ask).showModal();
    const inside = event.target.closest?.("dialog");
    if (inside && event.target.closest("button")) inside.close();
    const menu = document.getElementById("menu");
    if (menu?.open && (!menu.contains(event.target) || event.target.closest("a"))) menu.open = false;
    if (event.target.closest?.("[data-full]")) toggleFull();
  });

  function toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen?.();
  }
  document.addEventListener("fullscreenchange", () => {
    root.toggleAttribute("data-tv", Boolean(document.fullscreenElement));
    window.dispatchEvent(new Event("resize")); // the graphs fit themselves anew
  });

  /* A callback that fails is a bug of ours. Dash only writes to the console; people are told, too. */
  const plainFetch = window.fetch;
  window.fetch = async (...given) => {
    const answer = await plainFetch(...given);
    const banner = document.getElementById("records-trouble");
    if (answer.status === 500 && banner && String(given[0]?.url ?? given[0]).includes("_dash-update"))
      banner.textContent = "Something went wrong here; nothing was changed. The log has the reason.";
    return answer;
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
