/* Small tools that several scripts use. */
(() => {
  "use strict";

  /* A picture of nothing: showing it ends the stream of an <img>. */
  const EMPTY_IMAGE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

  /* Return the value of a colour of the style sheet, such as "--text". */
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /* Return how many of some rising numbers are not above a limit. */
  function countUpTo(numbers, limit) {
    let [from, to] = [0, numbers.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (numbers[middle] <= limit) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  Object.assign(window.hiitpi, { EMPTY_IMAGE, colour, countUpTo });
})();
