// SPDX-License-Identifier: Apache-2.0
// Runs in the page after probe.js: all media goes by `window.testTurn` (a TURN server behind a bad network), and
// `window.way` says what arrives.
(() => {
  /** When each connection was made. */
  const made = [];
  const RealConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends RealConnection {
    constructor(configuration) {
      super({ ...configuration, iceServers: [window.testTurn], iceTransportPolicy: "relay" });
      made.push(performance.now());
    }
  };

  const kSyllables = [700, 1730]; // Hz
  const kSquare = 0.86; // what a square OscillatorNode swings by, of 1

  /** Syllables without a pause: Opus takes a steady tone for noise after some seconds, and protects only speech. */
  function syllables() {
    const context = new AudioContext(), destination = context.createMediaStreamDestination();
    const voice = new OscillatorNode(context, { frequency: (kSyllables[0] + kSyllables[1]) / 2 });
    const rhythm = new OscillatorNode(context, { type: "square", frequency: 3 });
    rhythm.connect(new GainNode(context, { gain: (kSyllables[1] - kSyllables[0]) / 2 / kSquare })).connect(voice.frequency);
    voice.connect(new GainNode(context, { gain: 0.25 })).connect(destination);
    for (const part of [voice, rhythm]) part.start();
    return destination.stream.getAudioTracks();
  }

  const { getUserMedia } = navigator.mediaDevices;
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await getUserMedia.call(navigator.mediaDevices, wanted);
    return window.testPerson.syllables ? new MediaStream([...stream.getVideoTracks(), ...syllables()]) : stream;
  };

  /** What has been received since the connection began. */
  async function sample() {
    const connection = window.probe.connections.at(-1);
    const said = (type) => window.probe.received.findLast((message) => message.type === type);
    const entries = connection ? [...(await connection.getStats()).values()] : [];
    const inbound = (kind) => entries.find((entry) => entry.type === "inbound-rtp" && entry.kind === kind) ?? {};
    const remote = (kind) => entries.find((entry) => entry.type === "remote-inbound-rtp" && entry.kind === kind) ?? {};
    const sent = entries.find((entry) => entry.type === "outbound-rtp" && entry.kind === "video") ?? {};
    const video = inbound("video"), audio = inbound("audio");
    const { level = null, levels = null, limit = null } = said("receiving") ?? {};
    return {
      atMs: performance.now(), connections: window.probe.connections.length, state: document.body.dataset.state,
      level, levels, limit,
      width: video.frameWidth ?? 0, height: video.frameHeight ?? 0,
      frames: video.framesDecoded ?? 0, keyframes: video.keyFramesDecoded ?? 0, freezes: video.freezeCount ?? 0,
      videoBytes: video.bytesReceived ?? 0, audioBytes: audio.bytesReceived ?? 0,
      packets: (video.packetsReceived ?? 0) + (audio.packetsReceived ?? 0),
      lost: (video.packetsLost ?? 0) + (audio.packetsLost ?? 0),
      samples: audio.totalSamplesReceived ?? 0,
      concealed: (audio.concealedSamples ?? 0) - (audio.silentConcealedSamples ?? 0),
      silent: audio.silentConcealedSamples ?? 0, fecPackets: audio.fecPacketsReceived ?? 0,
      lossUp: Math.max(remote("audio").fractionLost ?? 0, remote("video").fractionLost ?? 0),
      sentBytes: sent.bytesSent ?? 0, sentFrames: sent.framesEncoded ?? 0, sentHeight: sent.frameHeight ?? 0,
    };
  }

  /** Counts how often the mark in somebody's tile moves, frame by frame of the mix. */
  function watchTile(label) {
    const video = document.querySelector("#mix");
    const seen = { frames: 0, moves: 0, since: performance.now() };
    let last = "";
    const look = () => {
      if (window.way.tile !== seen) return;
      const tile = window.probe.tiles().find((one) => one.label.startsWith(label));
      const mark = tile && window.probe.markOf(tile);
      seen.frames++;
      if (mark && mark !== last) seen.moves++;
      last = mark;
      video.requestVideoFrameCallback(look);
    };
    window.way.tile = seen;
    video.requestVideoFrameCallback(look);
  }

  /**
   * The share of a recording's 20 ms windows in which syllables() are not to be heard as they are in the others.
   */
  async function brokenShare(ms) {
    const { recordSound, amplitudeAt, decibels } = window.probe;
    const { samples, rate } = await recordSound(ms);
    const size = rate / 50;
    const levels = [];
    for (let at = size * 10; at + size <= samples.length - size * 5; at += size) {
      const heard = kSyllables.map((hz) => amplitudeAt(samples.subarray(at, at + size), hz, rate));
      levels.push(decibels(heard[0] + heard[1])); // one after the other: the sum stays as it is
    }
    const usual = levels.toSorted((a, b) => a - b)[levels.length >> 1];
    return { usual, windows: levels.length, broken: levels.filter((level) => Math.abs(level - usual) > 6).length / levels.length };
  }

  window.way = { made, sample, watchTile, brokenShare, tile: null };
})();
