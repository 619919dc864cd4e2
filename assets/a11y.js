/* Dash lays roles over its native radios, checkboxes and fields that contradict what they are, or
   leaves them without a name. Here they are what they are, for those who do not see the page. */
(() => {
  "use strict";

  /* Names for groups and fields that can have none in Python. */
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

  function put(element, name, value) {
    if (value === null ? element.hasAttribute(name) : element.getAttribute(name) !== value) {
      if (value === null) element.removeAttribute(name);
      else element.setAttribute(name, value);
    }
  }

  function mend() {
    for (const list of document.querySelectorAll(LISTS)) {
      if (list.closest(".dash-dropdown-content")) continue; // that one is a list of options
      put(list, "role", list.querySelector("[type=radio]") ? "radiogroup" : "group");
      put(list, "aria-label", NAMES[list.id] ?? list.id);
      put(list, "aria-multiselectable", null);
      for (const option of list.querySelectorAll(OPTIONS)) {
        put(option, "role", null);
        put(option, "aria-selected", null);
      }
    }
    for (const field of document.querySelectorAll(".dash-dropdown-focus-target"))
      put(field, "tabindex", "-1");
    for (const field of document.querySelectorAll("input[type=file]"))
      put(field, "aria-label", field.closest("#d-import") ? "Files to import" : "Program file");
  }

  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      mend();
    });
  }).observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["role", "aria-selected", "aria-multiselectable"],
  });
})();
