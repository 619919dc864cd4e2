/* The screen stays on while it should, whatever the browser does with the lock. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

/* Load the script in a browser; its locks are collected, and requests fail while `refuse` is set. */
function browser() {
  const page = load("preferences.js");
  const locks = [];
  const state = { refuse: false };
  page.window.navigator.wakeLock = {
    request: async (kind) => {
      assert.equal(kind, "screen");
      if (state.refuse) throw new Error("NotAllowedError");
      const lock = Object.assign(new EventTarget(), {
        held: true,
        release() {
          lock.held = false;
          lock.dispatchEvent(new Event("release"));
        },
      });
      locks.push(lock);
      return lock;
    },
  };
  page.load("wake_lock.js");
  const show = (visible) => {
    page.document.hidden = !visible;
    page.document.dispatchEvent(new Event("visibilitychange"));
  };
  return { ...page, show, state, locks, held: () => locks.filter((lock) => lock.held).length };
}
const settled = () => new Promise((done) => setTimeout(done));

test("the lock is held while it is wanted, and only one", async () => {
  const { hiitpi, held } = browser();
  hiitpi.keepAwake(true);
  hiitpi.keepAwake(true);
  await settled();
  assert.equal(held(), 1);
  hiitpi.keepAwake(false);
  await settled();
  assert.equal(held(), 0);
});

test("a lock that is granted too late is released", async () => {
  const { hiitpi, held } = browser();
  hiitpi.keepAwake(true);
  hiitpi.keepAwake(false);
  await settled();
  assert.equal(held(), 0);
});

test("a lock that the browser released in a hidden tab is requested again", async () => {
  const { hiitpi, held, locks, show } = browser();
  hiitpi.keepAwake(true);
  await settled();
  show(false);
  locks[0].release();
  await settled();
  assert.equal(held(), 0);
  show(true);
  await settled();
  assert.equal(held(), 1);
});

test("a refusal is told, and taken back when the lock is granted", async () => {
  const { hiitpi, held, show, state } = browser();
  assert.equal(hiitpi.mayGoDark(), false);
  state.refuse = true;
  hiitpi.keepAwake(true);
  await settled();
  assert.equal(hiitpi.mayGoDark(), true);
  state.refuse = false;
  show(true);
  await settled();
  assert.equal(held(), 1);
  assert.equal(hiitpi.mayGoDark(), false);
});

test("a browser without the feature, as over plain http, may let the screen go dark", async () => {
  const { hiitpi } = load("preferences.js", "wake_lock.js");
  hiitpi.keepAwake(true);
  await settled();
  assert.equal(hiitpi.mayGoDark(), true);
});
