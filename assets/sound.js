/* Sounds and speech. WebAudio needs no audio files and works over plain HTTP, but browsers only
   allow it after the first tap or key press, and iOS interrupts it while the phone is locked or in a
   call. */
(() => {
  "use strict";

  /* Each sound: a sequence of tones [Hz, seconds]; loudness 0..1; waveform. */
  const SOUNDS = {
    tick: [[[880, 0.09]], 0.5, "sine"],
    go: [[[1320, 0.4]], 0.7, "sine"],
    rest: [[[660, 0.16], [440, 0.4]], 0.6, "sine"],
    half: [[[990, 0.09], [990, 0.09]], 0.5, "sine"],
    ten: [[[990, 0.09], [990, 0.09], [990, 0.09]], 0.5, "sine"],
    pause: [[[520, 0.15], [390, 0.2]], 0.5, "sine"],
    done: [[[660, 0.14], [880, 0.14], [1320, 0.5]], 0.7, "sine"],
    beat: [[[1100, 0.03]], 0.4, "sine"],
    rep: [[[1800, 0.025]], 0.25, "triangle"],
    miss: [[[150, 0.13]], 0.45, "square"],
  };
  const GAP_S = 0.03; // between two tones
  const { settings } = window.hiitpi;
  let context = null;

  /* Start the audio, or start it again after an interruption; returns a promise. */
  const unlock = () => {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    context ??= Context ? new Context() : null;
    // "playback" sounds on an iPhone even if its ring switch is off.
    if (navigator.audioSession) navigator.audioSession.type = settings.sound ? "playback" : "auto";
    return context?.resume();
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, unlock, { capture: true });
  document.addEventListener("visibilitychange", () => context && !document.hidden && unlock());

  /* Whether sounds are wanted but cannot be heard, since the browser waits for a tap. Without a
     context, whether it has to wait is unknown: some browsers trust the page. */
  function isMuted() {
    if (settings.sound && !context) unlock();
    return settings.sound && context?.state !== "running";
  }

  function play(name) {
    if (!settings.sound) return;
    document.dispatchEvent(new CustomEvent("hiitpi:sound", { detail: name }));
    if (context?.state === "running") sound(name);
  }

  function sound(name) {
    const [tones, loudness, wave] = SOUNDS[name];
    let at = context.currentTime + 0.005;
    for (const [pitch, seconds] of tones) {
      const oscillator = new OscillatorNode(context, { type: wave, frequency: pitch });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(loudness, at + 0.005);
      gain.gain.setValueAtTime(loudness, at + seconds * 0.7);
      gain.gain.linearRampToValueAtTime(0, at + seconds);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(at);
      oscillator.stop(at + seconds);
      at += seconds + GAP_S;
    }
  }

  /* Return a voice for the language of the page, such as "en": the device's own if it has one. */
  function pageVoice() {
    const { lang } = document.documentElement;
    const voices = (window.speechSynthesis?.getVoices() ?? []).filter(
      (voice) => voice.lang.split(/[-_]/)[0].toLowerCase() === lang,
    );
    return voices.find((voice) => voice.default) ?? voices[0];
  }

  /* Speak a text; it replaces texts still in the queue, which are outdated by then. */
  function say(text) {
    const voice = settings.voice && pageVoice();
    if (!voice) return;
    speechSynthesis.cancel();
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = 1.15;
    speechSynthesis.speak(utterance);
  }

  /* Play three tones, and speak if that is switched on; return what should have been heard. */
  async function testSound() {
    await unlock();
    if (context?.state === "running") sound("done");
    say("One, two, three");
    if (context?.state !== "running") return "This browser plays no sound.";
    const tones = "You should have heard three tones";
    if (!settings.sound) return `${tones}. Switch Sound on to hear them while training.`;
    if (!settings.voice) return `${tones}.`;
    return pageVoice() ? `${tones} and a voice.` : `${tones}. This device has no English voice.`;
  }
  document.addEventListener("click", async (event) => {
    if (event.target.closest?.("#test-sound"))
      document.getElementById("sound-result").textContent = await testSound();
  });

  Object.assign(window.hiitpi, { play, say, isMuted });
})();
