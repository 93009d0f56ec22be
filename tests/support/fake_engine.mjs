// SPDX-License-Identifier: Apache-2.0
// As much of a browser as the SDK touches, for tests without one. Everything happens when the test says so.

export class FakeTrack extends EventTarget {
  contentHint = "";
  readyState = "live";

  /** @param {"audio" | "video"} kind @param {{width?: number, height?: number}} [settings] */
  constructor(kind, settings = {}) {
    super();
    this.kind = kind;
    this.getSettings = () => settings;
  }

  stop() {
    this.readyState = "ended";
  }
}

/** @param {("audio" | "video")[]} kinds */
export function fakeCapture(...kinds) {
  const tracks = kinds.map((kind) => new FakeTrack(kind));
  const of = (/** @type {string} */ kind) => tracks.filter((track) => track.kind === kind);
  return { getTracks: () => tracks, getVideoTracks: () => of("video"), getAudioTracks: () => of("audio") };
}

/** What is shown. */
class FakeStream {
  #tracks = new Set();
  getTracks = () => [...this.#tracks];
  addTrack = (track) => void this.#tracks.add(track);
  removeTrack = (track) => void this.#tracks.delete(track);
}

class FakeSender {
  track = null;
  parameters = { encodings: [{}] };
  /** Members of an encoding that this engine rejects. @type {string[]} */
  rejects = [];
  calls = 0;
  #read = false;
  #busy = false;
  /** Holds setParameters up until it resolves. */
  delay = Promise.resolve();
  replaceTrack = async (track) => void (this.track = track);
  getParameters = () => {
    this.#read = true;
    return structuredClone(this.parameters);
  };
  setParameters = async (parameters) => {
    this.calls++;
    if (!this.#read || this.#busy) throw new Error("getParameters() first, and one call at a time");
    this.#read = false;
    this.#busy = true;
    await this.delay;
    this.#busy = false;
    if (this.rejects.some((name) => parameters.encodings.some((one) => name in one))) throw new TypeError("not known here");
    this.parameters = parameters;
  };
}

export class FakeConnection {
  /** @type {FakeConnection[]} in the order they were made */
  static all = [];
  connectionState = "new";
  iceConnectionState = "new";
  localDescription = null;
  candidates = [];
  packets = 0; // of sound, that came
  frames = 0;
  /** What getStats() tells. @type {object[]} */
  report = [];
  transceivers = ["audio", "video"].map((kind) => ({ direction: "recvonly", sender: new FakeSender(), receiver: {
    track: { kind },
    getStats: async () => new Map([["in", { type: "inbound-rtp", kind,
      ...(kind === "audio" ? { packetsReceived: this.packets } : { framesDecoded: this.frames }) }]]),
  } }));

  constructor(configuration) {
    this.configuration = configuration;
    FakeConnection.all.push(this);
  }

  getTransceivers = () => this.transceivers;
  setRemoteDescription = async (description) => void (this.remoteDescription = description);
  setLocalDescription = async (description) => void (this.localDescription = description);
  createAnswer = async () => ({ type: "answer", sdp: `answer to ${this.remoteDescription.sdp}` });
  addIceCandidate = async (candidate) => void this.candidates.push(candidate);
  getStats = async () => new Map(this.report.map((entry, index) => [String(index), entry]));

  /** @param {string} state */
  become(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  close() {
    this.connectionState = "closed";
  }
}

export class FakeSocket {
  static OPEN = 1;
  /** @type {FakeSocket[]} */
  static all = [];
  readyState = 0;
  /** @type {any[]} what the client sent */
  sent = [];

  constructor() {
    FakeSocket.all.push(this);
  }

  open() {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }

  /** @param {object} message from the server */
  receive(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  /** What was sent of a type. @param {string} type */
  of(type) {
    return this.sent.filter((message) => message.type === type);
  }

  close() {
    this.readyState = 3;
  }
}

/** Time that goes by when the test says so. */
export class FakeClock {
  #real = Object.fromEntries(["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"].map((name) => [name, globalThis[name]]));
  #nowMs = 0;
  #last = 0;
  /** @type {Map<number, {atMs: number, everyMs: number | null, run: () => void}>} */
  #timers = new Map();

  install() {
    const add = (/** @type {() => void} */ run, ms = 0, repeats = false) => {
      this.#timers.set(++this.#last, { atMs: this.#nowMs + ms, everyMs: repeats ? ms : null, run });
      return this.#last;
    };
    const remove = (/** @type {number} */ id) => void this.#timers.delete(id);
    Object.assign(globalThis, {
      setTimeout: (run, ms) => add(run, ms), clearTimeout: remove,
      setInterval: (run, ms) => add(run, ms, true), clearInterval: remove,
    });
    Object.defineProperty(globalThis, "performance", { value: { now: () => this.#nowMs }, configurable: true, writable: true });
  }

  uninstall() {
    Object.assign(globalThis, this.#real);
  }

  get armed() {
    return this.#timers.size;
  }

  /** @param {number} ms */
  tick(ms) {
    const end = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { atMs }]) => atMs <= end).sort(([, a], [, b]) => a.atMs - b.atMs)[0];
      if (!due) break;
      const [id, timer] = due;
      this.#nowMs = timer.atMs;
      if (timer.everyMs === null) this.#timers.delete(id);
      else timer.atMs += timer.everyMs;
      timer.run();
    }
    this.#nowMs = end;
  }
}

/** Puts the fakes where the SDK looks for a browser. */
export function installFakeEngine() {
  const none = () => {};
  const capabilities = { getCapabilities: () => ({ codecs: [{ mimeType: "video/VP8" }] }) };
  Object.assign(globalThis, {
    RTCPeerConnection: FakeConnection,
    RTCRtpReceiver: capabilities,
    RTCRtpSender: capabilities,
    WebSocket: FakeSocket,
    MediaStream: FakeStream,
    screen: { width: 1920, height: 1080 },
    addEventListener: none,
    removeEventListener: none,
  });
  if (!globalThis.navigator) Object.assign(globalThis, { navigator: {} });
}

export const kMe = { id: "k3v9x0q2m7ab", name: "Ada", role: "moderator", muted: false, cameraOff: false, handRaised: false,
  connected: true, sharing: false, poorConnection: false };
export const kWelcome = { type: "welcome", id: kMe.id, room: "standup", role: "moderator", resume: "secret", resumed: false,
  canvas: { width: 1280, height: 720, fps: 30 }, look: { glideMs: 250, cornerRadius: 12 },
  layout: { layout: "auto", pinned: [] }, customLayouts: ["stage"], iceServers: [],
  recording: { state: "none", streams: 0, sinceMs: 0 }, participants: [kMe] };

/** What is queued as promises has happened after this. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The newest socket opens, and the server lets us in. @param {object} welcome */
export function admit(welcome) {
  const socket = FakeSocket.all.at(-1);
  socket.open();
  socket.receive(welcome);
  return socket;
}
