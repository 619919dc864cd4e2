/* The wall: images of several stations in one multipart response, and texts. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

const part = (station, body) =>
  Buffer.from(`--frame\r\nContent-Type: image/jpeg\r\nX-Station: ${station}\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}\r\n`);

/* Parse data in chunks of `size` bytes; return [station, text] of each image in order. */
async function read(data, size) {
  const { Pictures } = load("preferences.js", "wall.js").hiitpi.wall;
  const shown = [];
  const pictures = Object.create(Pictures.prototype);
  pictures.show = (station, blob) => shown.push([station, blob]);
  let rest = new Uint8Array(0);
  for (let i = 0; i < data.length; i += size)
    rest = pictures.parse(Uint8Array.from([...rest, ...data.subarray(i, i + size)]));
  return Promise.all(shown.map(async ([station, blob]) => [station, await blob.text()]));
}

for (const size of [1, 7, 1000]) {
  test(`images that arrive in chunks of ${size} bytes are complete`, async () => {
    const data = Buffer.concat([part("left", "one"), part("right", "two\r\n\r\n--frame"), part("left", "3")]);
    assert.deepEqual(await read(data, size), [["left", "one"], ["right", "two\r\n\r\n--frame"], ["left", "3"]]);
  });
}

test("a part without an image is ignored", async () => {
  assert.deepEqual(await read(Buffer.concat([part("left", ""), part("left", "1")]), 50), [["left", "1"]]);
});

test("the duration of an absence is shown in a suitable unit", () => {
  const { duration } = load("preferences.js", "wall.js").hiitpi.wall;
  assert.deepEqual([5, 59, 60, 75, 3600, 5400, 90000].map(duration),
    ["5 s", "59 s", "1 min", "1 min", "60 min", "2 h", "25 h"]);
});

test("the page for the house code leads back to the current station", () => {
  assert.equal(load("preferences.js").hiitpi.codePage(), "/code?next=%2Ftrain%3Fstation%3Dmy%20garage");
});
