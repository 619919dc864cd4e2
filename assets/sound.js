/* Sounds and speech. WebAudio needs no audio files and works over plain HTTP, but browsers only
   allow it after the first tap or key press. */
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
    rep: [[[1800, 0.025]], 0.25, "triangle"],
    miss: [[[150, 0.13]], 0.45, "square"],
  };
  const GAP_S = 0.03; // between two tones
  const { settings } = window.hiitpi;
  let context = null;

  const unlock = () => {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    context ??= Context ? new Context() : null;
    context?.resume();
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, unlock, { capture: true });

  function play(name) {
    if (!settings.sound) return;
    document.dispatchEvent(new CustomEvent("hiitpi:sound", { detail: name }));
    if (context?.state !== "running") return;
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

  /* Speak a text; it replaces texts still in the queue, which are outdated by then. */
  function say(text) {
    if (!settings.voice || !window.speechSynthesis?.getVoices().length) return;
    speechSynthesis.cancel();
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = "en";
    utterance.rate = 1.15;
    speechSynthesis.speak(utterance);
  }

  Object.assign(window.hiitpi, { play, say });
})();
