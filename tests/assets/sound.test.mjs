/* Sounds and speech in browsers that allow, delay, interrupt or lack them. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./page.mjs";

/* Load the script in a browser whose audio starts only after a tap, unless `trusted`. */
function browser({ trusted = false, voices = [] } = {}) {
  const page = load("preferences.js");
  const audio = { tapped: trusted, tones: 0, context: null };
  const spoken = [];
  class AudioContext {
    constructor() {
      this.state = "suspended";
      this.currentTime = 0;
      audio.context = this;
    }
    async resume() {
      if (audio.tapped) this.state = "running";
    }
  }
  class Node {
    constructor() {
      this.gain = { setValueAtTime() {}, linearRampToValueAtTime() {} };
    }
    connect(next) {
      return next;
    }
    start() {
      audio.tones += 1;
    }
    stop() {}
  }
  Object.assign(page.window, {
    AudioContext, OscillatorNode: Node, GainNode: Node,
    SpeechSynthesisUtterance: class {
      constructor(text) {
        this.text = text;
      }
    },
    speechSynthesis: {
      getVoices: () => voices,
      cancel: () => spoken.splice(0),
      speak: ({ text, voice }) => spoken.push([text, voice.name]),
    },
  });
  page.window.navigator.audioSession = {};
  page.document.documentElement.lang = "en";
  page.load("sound.js");
  const tap = async (id) => {
    audio.tapped = true;
    page.window.dispatchEvent(new Event("pointerdown"));
    await settled();
    const click = new Event("click");
    Object.defineProperty(click, "target", { value: { closest: (s) => s === `#${id}` } });
    page.document.dispatchEvent(click);
    await settled();
    return page.document.getElementById("sound-result").textContent;
  };
  return { ...page, audio, spoken, tap };
}
const settled = () => new Promise((done) => setTimeout(done));
const ENGLISH = { name: "Amy", lang: "en_GB" };
const GERMAN = { name: "Eva", lang: "de-DE", default: true };

test("before the first tap the device is muted, and told so", async () => {
  const { hiitpi, audio, tap } = browser();
  assert.equal(hiitpi.isMuted(), true);
  hiitpi.play("rep");
  assert.equal(audio.tones, 0);
  await tap();
  assert.equal(hiitpi.isMuted(), false);
  hiitpi.play("rep");
  assert.equal(audio.tones, 1);
});

test("a browser that trusts the page needs no tap", async () => {
  const { hiitpi } = browser({ trusted: true });
  hiitpi.isMuted(); // starts the audio
  await settled();
  assert.equal(hiitpi.isMuted(), false);
});

test("with the sound switched off nothing is missing", () => {
  const { hiitpi } = browser();
  hiitpi.settings.sound = false;
  assert.equal(hiitpi.isMuted(), false);
});

test("after a call the audio is resumed when the page is shown again", async () => {
  const { hiitpi, audio, document, tap } = browser();
  await tap();
  audio.context.state = "interrupted";
  assert.equal(hiitpi.isMuted(), true);
  document.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(hiitpi.isMuted(), false);
});

test("an iPhone sounds with its ring switch off, unless the sound is switched off", async () => {
  const { hiitpi, window, tap } = browser();
  await tap();
  assert.equal(window.navigator.audioSession.type, "playback");
  hiitpi.settings.sound = false;
  await tap();
  assert.equal(window.navigator.audioSession.type, "auto");
});

test("only a voice for the language of the page speaks", () => {
  const { hiitpi, spoken } = browser({ voices: [GERMAN, ENGLISH] });
  hiitpi.say("1");
  assert.deepEqual(spoken, []); // speech is off
  hiitpi.settings.voice = true;
  hiitpi.say("2");
  hiitpi.say("3"); // replaces it
  assert.deepEqual(spoken, [["3", "Amy"]]);
  const german = browser({ voices: [GERMAN] });
  german.hiitpi.settings.voice = true;
  german.hiitpi.say("1");
  assert.deepEqual(german.spoken, []);
});

test("the sound test plays, speaks, and says what this device can do", async () => {
  const { audio, hiitpi, spoken, tap } = browser({ voices: [ENGLISH] });
  assert.equal(await tap("test-sound"), "You should have heard three tones.");
  assert.equal(audio.tones, 3);
  hiitpi.settings.voice = true;
  assert.match(await tap("test-sound"), /and a voice/);
  assert.deepEqual(spoken, [["One, two, three", "Amy"]]);
  hiitpi.settings.sound = false;
  assert.match(await tap("test-sound"), /Switch Sound on/);
  const silent = browser();
  silent.window.AudioContext = undefined;
  assert.equal(await silent.tap("test-sound"), "This browser plays no sound.");
  const german = browser({ voices: [GERMAN] });
  german.hiitpi.settings.voice = true;
  assert.match(await german.tap("test-sound"), /no English voice/);
});
