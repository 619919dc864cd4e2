/* Fixes the accessibility of Dash's components for screen readers: Dash gives its native radio
   buttons, checkboxes and fields ARIA roles that contradict them, or no accessible name. */
(() => {
  "use strict";

  /* Accessible names of groups and fields that cannot be given one in Python. */
  const NAMES = {
    mode: "What to train",
    workout: "Workout",
    goal: "Goal",
    program: "Program",
    colour: "Your colour",
    device: "This device",
    "lb-period": "Period",
    "lb-measure": "By",
    "h-period": "Period",
  };
  const LISTS = ".dash-options-list";
  const OPTIONS = ".dash-options-list-option";

  /* Set or, with null, remove an attribute; unchanged values must not trigger the observer again. */
  function setAttribute(element, name, value) {
    if (value === null ? element.hasAttribute(name) : element.getAttribute(name) !== value) {
      if (value === null) element.removeAttribute(name);
      else element.setAttribute(name, value);
    }
  }

  function fixAll() {
    for (const list of document.querySelectorAll(LISTS)) {
      if (list.closest(".dash-dropdown-content")) continue; // a drop-down really is a list of options
      setAttribute(list, "role", list.querySelector("[type=radio]") ? "radiogroup" : "group");
      setAttribute(list, "aria-label", NAMES[list.id] ?? list.id);
      setAttribute(list, "aria-multiselectable", null);
      for (const option of list.querySelectorAll(OPTIONS)) {
        setAttribute(option, "role", null);
        setAttribute(option, "aria-selected", null);
      }
    }
    for (const field of document.querySelectorAll(".dash-dropdown-focus-target"))
      setAttribute(field, "tabindex", "-1");
    for (const calendar of document.querySelectorAll(".calendar")) {
      setAttribute(calendar, "role", "region");
      setAttribute(calendar, "aria-label", "Calendar of training days");
    }
    for (const field of document.querySelectorAll("input[type=file]"))
      setAttribute(field, "aria-label", field.closest("#d-import") ? "Files to import" : "Program file");
  }

  let scheduled = false;
  new MutationObserver(() => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      fixAll();
    });
  }).observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["role", "aria-selected", "aria-multiselectable"],
  });
})();
