// SPDX-License-Identifier: Apache-2.0
// Runs in the page before its scripts: gives it its own camera and microphone, and looks at and listens to the mix
// as a person would. `window.testPerson` (see browser.mjs) says who this is.
(() => {
  const person = window.testPerson;
  const { width: kWidth, height: kHeight } = person.size ?? { width: 320, height: 180 };
  const kRate = person.rate ?? 10; // frames a second

  // ---- devices: a real MediaStream, of a flat colour with a moving mark, and of one tone

  function camera() {
    const canvas = document.createElement("canvas");
    canvas.width = kWidth;
    canvas.height = kHeight;
    const context = canvas.getContext("2d");
    let step = 0;
    const draw = () => {
      context.fillStyle = `rgb(${person.colour})`;
      context.fillRect(0, 0, kWidth, kHeight);
      context.fillStyle = "white";
      context.fillRect(kWidth / 4 + ((step++ * 9) % 160) * (kWidth / 320), kHeight * 0.1, kHeight / 7.5, kHeight / 7.5);
    };
    draw();
    const timer = setInterval(draw, 1000 / kRate);
    const [track] = canvas.captureStream(kRate).getTracks();
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval(timer);
      stop();
    };
    return track;
  }

  function microphone() {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: person.tone });
    const volume = new GainNode(context, { gain: 0.25 });
    const destination = context.createMediaStreamDestination();
    tone.connect(volume).connect(destination);
    tone.start();
    return destination.stream.getTracks()[0];
  }

  /** The engine's fake microphone, which has a tone by itself: works without any audio hardware. */
  const enginesMicrophone = async () => (await realGetUserMedia({ audio: true })).getTracks();

  const realGetUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (person.permission === "denied") throw new DOMException("denied", "NotAllowedError");
    if (person.permission === "unanswered") return new Promise(() => {});
    if ((wanted.video && !person.camera) || (wanted.audio && !person.microphone))
      throw new DOMException("none", "NotFoundError");
    const sound = !wanted.audio ? [] : person.ownTone ? await enginesMicrophone() : [microphone()];
    return new MediaStream([...sound, ...(wanted.video ? [camera()] : [])]);
  };

  // ---- sockets and connections, so that a test can break them

  const sockets = [];
  const RealSocket = window.WebSocket;
  window.WebSocket = class extends RealSocket {
    constructor(...given) {
      super(...given);
      sockets.push(this);
      this.addEventListener("message", ({ data }) => received.push({ ...JSON.parse(data), at: performance.now() }));
    }
  };
  const received = [];
  const connections = [];
  const RealConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends RealConnection {
    constructor(...given) {
      super(...given);
      connections.push(this);
    }
  };

  /** How the picture was to be sent, and from when on. */
  const encodings = [];
  const { setParameters } = RTCRtpSender.prototype;
  RTCRtpSender.prototype.setParameters = async function (parameters) {
    await setParameters.call(this, parameters);
    encodings.push({ at: performance.now(), ...parameters.encodings[0] });
  };

  /** How the picture goes out by the newest connection. */
  async function sending() {
    const report = [...((await connections.at(-1)?.getStats())?.values() ?? [])];
    const { frameWidth, frameHeight, framesEncoded, bytesSent, active } = report.find((one) => one.type === "outbound-rtp" && one.kind === "video") ?? {};
    return { frameWidth, frameHeight, framesEncoded, bytesSent, active };
  }

  // ---- eyes

  const mix = () => document.querySelector("#mix");
  const eye = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  /** Average colour of a small square around a point of the mix, in fractions of its size. */
  function colourAt(x, y) {
    const video = mix();
    if (!video?.videoWidth) return null;
    eye.canvas.width = eye.canvas.height = 8;
    eye.drawImage(video, x * video.videoWidth - 4, y * video.videoHeight - 4, 8, 8, 0, 0, 8, 8);
    const { data } = eye.getImageData(0, 0, 8, 8);
    const sum = [0, 0, 0];
    for (let at = 0; at < data.length; at += 4) for (const part of [0, 1, 2]) sum[part] += data[at + part];
    return sum.map((value) => Math.round(value / 64));
  }

  /** The tiles as the page has them: id, label, and rectangle in fractions of the canvas. */
  function tiles() {
    return [...document.querySelectorAll(".tile")].map((tile) => ({
      id: tile.dataset.id,
      pc: tile.dataset.pc,
      label: tile.getAttribute("aria-label"),
      ...Object.fromEntries(["left", "top", "width", "height"].map((side) => [side, parseFloat(tile.style[side]) / 100])),
    }));
  }

  /**
   * Grey values of a part of the mix (fractions of it), drawn to `columns` by `rows` without smoothing, row by row.
   * @param {{left: number, top: number, width: number, height: number}} part
   */
  function greys({ left, top, width, height }, columns, rows) {
    const video = mix();
    eye.canvas.width = columns;
    eye.canvas.height = rows;
    eye.imageSmoothingEnabled = false;
    const { videoWidth, videoHeight } = video;
    eye.drawImage(video, left * videoWidth, top * videoHeight, width * videoWidth, height * videoHeight, 0, 0, columns, rows);
    const { data } = eye.getImageData(0, 0, columns, rows);
    return Array.from({ length: rows }, (_, y) =>
      Array.from({ length: columns }, (_, x) => data[4 * (y * columns + x) + 1])); // green is near enough
  }

  /** A fingerprint of the band of a tile in which the mark moves. */
  function markOf(tile) {
    const video = mix();
    eye.canvas.width = 32;
    eye.canvas.height = 2;
    const { videoWidth: width, videoHeight: height } = video;
    eye.drawImage(video, tile.left * width, (tile.top + tile.height * 0.16) * height, tile.width * width, 2, 0, 0, 32, 2);
    const { data } = eye.getImageData(0, 0, 32, 2);
    let mark = "";
    for (let at = 0; at < 32; at++) mark += data[4 * at] + data[4 * at + 1] + data[4 * at + 2] > 560 ? "#" : ".";
    return mark;
  }

  const frames = { times: [], watched: null };
  function watchFrames() {
    const video = mix();
    if (!video || frames.watched === video) return;
    frames.watched = video;
    const seen = (now) => {
      frames.times.push(now);
      if (frames.watched === video) video.requestVideoFrameCallback(seen);
    };
    video.requestVideoFrameCallback(seen);
  }
  setInterval(watchFrames, 50);

  /** How many frames were shown, and the longest time without one, since `since` (performance.now()). */
  function framesSince(since) {
    const times = [since, ...frames.times.filter((time) => time > since), performance.now()];
    let longestGap = 0;
    for (let at = 1; at < times.length; at++) longestGap = Math.max(longestGap, times[at] - times[at - 1]);
    return { count: times.length - 2, longestGap };
  }

  // ---- ears

  let ear = null;
  function tones() {
    const [track] = mix()?.srcObject?.getAudioTracks() ?? [];
    if (!track) return null;
    if (ear?.track !== track) {
      ear?.context.close();
      const context = new AudioContext({ sampleRate: 48000 });
      const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      ear = { track, context, analyser };
      return null; // it has heard nothing yet
    }
    const levels = new Float32Array(ear.analyser.frequencyBinCount);
    ear.analyser.getFloatFrequencyData(levels);
    const binHz = ear.context.sampleRate / ear.analyser.fftSize;
    const peaks = [];
    for (let at = 20; at < levels.length - 2; at++)
      if (levels[at] > -70 && levels[at] === Math.max(...levels.subarray(at - 6, at + 7)))
        peaks.push({ hz: Math.round(at * binHz), db: Math.round(levels[at]) });
    return peaks.sort((a, b) => b.db - a.db).slice(0, 8);
  }

  /** Level at a frequency ±25 Hz, in dB. */
  function levelAt(hz) {
    tones();
    if (!ear) return null;
    const levels = new Float32Array(ear.analyser.frequencyBinCount);
    ear.analyser.getFloatFrequencyData(levels);
    const binHz = ear.context.sampleRate / ear.analyser.fftSize;
    return Math.max(...levels.subarray(Math.floor((hz - 25) / binHz), Math.ceil((hz + 25) / binHz) + 1));
  }

  /** The mix's sound as it arrives. @returns {Promise<{samples: Float32Array, rate: number}>} */
  async function recordSound(ms) {
    const recorder = new MediaRecorder(new MediaStream(mix().srcObject.getAudioTracks()));
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    setTimeout(() => recorder.stop(), ms);
    await stopped;
    const bytes = await new Blob(parts).arrayBuffer();
    const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes);
    return { samples: sound.getChannelData(0), rate: sound.sampleRate };
  }

  /**
   * Levels at frequencies in dB, of a recording: for an engine whose AudioContext stands still without hardware.
   * @param {number[]} tones
   */
  async function recordedLevels(tones, ms = 1500) {
    const { samples, rate } = await recordSound(ms);
    const heard = samples.subarray(Math.floor(samples.length / 3)); // the beginning may be an empty buffer's
    return tones.map((hz) => decibels(Math.max(...[-20, -10, 0, 10, 20].map((off) => amplitudeAt(heard, hz + off, rate)))));
  }

  const decibels = (amplitude) => 20 * Math.log10(amplitude + 1e-9);

  /** Of one frequency (Hann window), as a share of full scale. */
  function amplitudeAt(samples, hz, rate) {
    let re = 0, im = 0;
    for (let at = 0; at < samples.length; at++) {
      const value = samples[at] * (1 - Math.cos((2 * Math.PI * at) / samples.length));
      re += value * Math.cos((2 * Math.PI * hz * at) / rate);
      im += value * Math.sin((2 * Math.PI * hz * at) / rate);
    }
    return (2 * Math.hypot(re, im)) / samples.length;
  }

  window.probe = { recordSound, recordedLevels, amplitudeAt, decibels, colourAt, greys, tiles, markOf, framesSince, tones, levelAt, sockets, connections, received, encodings, sending };
})();
