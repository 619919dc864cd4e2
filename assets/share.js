/* Shares a picture by the device's own dialog; without one, the link downloads it. */
(() => {
  "use strict";

  async function share(event, link, url) {
    event.preventDefault();
    const picture = await (await fetch(url)).blob();
    const file = new File([picture], "hiit-pi.png", { type: "image/png" });
    try {
      await navigator.share({ files: [file] });
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url); // AbortError: the user closed the dialog
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.share");
    if (!link) return;
    const url = new URL(link.href);
    const named = link.parentElement.querySelector("input")?.checked;
    url.search = named ? "?name=yes" : "";
    link.href = url;
    // Only over https, see docs/https.md.
    const example = new File([""], "a.png", { type: "image/png" });
    if (navigator.canShare?.({ files: [example] })) share(event, link, url);
  });
})();
