// SPDX-License-Identifier: Apache-2.0
import { HardwareCodecs, supportedCodecs } from "./codecs.js";
import { Emitter } from "./emitter.js";
import { LayoutState } from "./layout_state.js";
import { MediaSession } from "./media_session.js";
import { Monitor } from "./monitor.js";
import { OwnMedia } from "./own_media.js";
import { kMaxChatChars, roomUrl } from "./protocol.js";
import { ResumeStore } from "./resume_store.js";
import { ScreenShare } from "./screen_share.js";
import { SignalLink } from "./signal_link.js";

const kWelcomeDueMs = 8000;
const kHardwareMs = 200; // to find out what the device decodes in hardware
const kMaxPinned = 16;

/**
 * @typedef {"new" | "connecting" | "connected" | "reconnecting" | "ended"} State
 * @typedef {{state: State, code: string, text: string}} StateChange `code` and `text` say why it ended
 * @typedef {object} JoinOptions
 * @property {string} name
 * @property {MediaStreamTrack | null} [audio]
 * @property {MediaStreamTrack | null} [video]
 * @property {boolean} [muted]
 * @property {boolean} [cameraOff]
 * @property {boolean} [viewer] no tile, nothing sent
 * @property {number | null} [receive] as in receive()
 * @property {RTCIceTransportPolicy} [iceTransportPolicy]
 * @property {Storage | null} [storage] keeps the resume token, so that a reload takes over; sessionStorage
 */

/**
 * One participant in one room. `stream` is the mix: give it to a media element when the state is
 * `connected` for the first time.
 * @extends {Emitter<{
 *   state: StateChange,
 *   roster: import("./protocol.js").Participant[],
 *   tiles: import("./protocol.js").Tiles,
 *   layout: import("./protocol.js").LayoutChoice,
 *   screen: import("./screen_share.js").ScreenChange,
 *   quality: import("./protocol.js").Quality,
 *   receiving: import("./protocol.js").Receiving,
 *   recording: import("./protocol.js").Recording,
 *   speaking: Map<string, import("./protocol.js").Level>,
 *   chat: import("./protocol.js").Chat,
 *   muted: {muted: boolean, byModerator: boolean},
 *   problem: {code: string, text: string, re: string},
 * }>}
 */
export class Conference extends Emitter {
  /** @type {State} */
  state = "new";
  /** @type {import("./protocol.js").Participant[]} */
  participants = [];
  id = "";
  /** The names of the server's own layouts. @type {string[]} */
  customLayouts = [];
  /** How tiles move, and their corners in pixels of `canvas`. @type {import("./protocol.js").Look} */
  look = { glideMs: 0, cornerRadius: 0 };
  /** The picture as it is configured; `tiles` tells when it is smaller. @type {import("./protocol.js").Canvas} */
  canvas = { width: 1280, height: 720, fps: 30 };
  /** How good a picture we get, and what limits it; null until it is known. @type {import("./protocol.js").Receiving | null} */
  receiving = null;
  /** Whether what is said and shown here is kept, or seen elsewhere. @type {import("./protocol.js").Recording} */
  recording = { state: "none", streams: 0, sinceMs: 0 };
  /** What receive() asked for last. @type {number | null} */
  wantedHeight = null;
  /** What `join` said of it. @type {number | null} */
  #joinedHeight = null;
  #name = "";
  #own = new OwnMedia({});
  /** @type {RTCIceTransportPolicy} */
  #iceTransportPolicy = "all";
  #hardware = new HardwareCodecs();
  /** @type {SignalLink | null} */
  #signal = null;
  #media = new MediaSession(() => this.#own.outgoing());
  #monitor = new Monitor(this.#media, (message) => this.#send(message));
  #screen = new ScreenShare();
  #layout = new LayoutState();
  #resume = new ResumeStore("", null);
  #sockets = 0;
  #admitted = false;
  #wasConnected = false;
  /** @type {{code: string, text: string} | null} a final error */
  #fatal = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #welcomeTimer;
  get stream() {
    return this.#media.stream;
  }

  get me() {
    return this.participants.find((one) => one.id === this.id) ?? null;
  }

  get muted() {
    return this.#own.muted;
  }

  get cameraOff() {
    return this.#own.cameraOff;
  }

  /** How the picture is arranged, as we or somebody else chose last. */
  get layout() {
    return this.#layout.choice;
  }

  /** Sound and picture come, even if the socket is lost right now. */
  get hasMedia() {
    return this.#media.connected;
  }

  /** We share a screen. */
  get sharing() {
    return this.#screen.active;
  }

  /**
   * Joins and stays joined until leave() or until the server says goodbye.
   * @param {string | URL} server any address on the server, e.g. location.href
   * @param {string} room
   * @param {JoinOptions} options
   */
  connect(server, room, options) {
    if (this.state !== "new") throw new Error("a Conference connects once");
    this.#name = options.name;
    this.#own = new OwnMedia(options);
    this.wantedHeight = options.receive ?? null;
    this.#iceTransportPolicy = options.iceTransportPolicy ?? "all";
    this.#resume = new ResumeStore(room, options.storage);
    this.#hardware.ask();
    const signal = new SignalLink(roomUrl(server, room));
    this.#signal = signal;
    signal.on("open", () => this.#opened());
    signal.on("message", (message) => this.#received(message));
    signal.on("down", () => this.#signalDown());
    this.#media.on("send", (message) => this.#send(message));
    this.#media.on("changed", () => this.#refresh());
    this.#screen.on("send", (message) => this.#send(message));
    this.#screen.on("changed", (change) => this.emit("screen", change));
    this.#layout.on("changed", (choice) => this.emit("layout", choice));
    this.#watch();
    this.#refresh();
    signal.open();
  }

  /** Tries at once instead of waiting for the next attempt. */
  reconnectNow() {
    if (this.state === "ended") return;
    clearTimeout(this.#welcomeTimer);
    this.#admitted = false;
    this.#signal?.reopen();
    this.#refresh();
  }

  leave() {
    this.#send({ type: "leave" });
    this.#end("left", "");
  }

  /**
   * @param {import("./media_link.js").Kind} kind
   * @param {MediaStreamTrack | null} track null: no device
   */
  async setTrack(kind, track) {
    this.#own.setTrack(kind, track);
    await this.#media.replaceTrack(kind, this.#own.outgoing()[kind]);
    this.#tellMedia();
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.#own.muted = muted;
    this.#tellMedia();
    this.emit("muted", { muted, byModerator: false });
  }

  /** @param {boolean} cameraOff */
  async setCameraOff(cameraOff) {
    this.#own.cameraOff = cameraOff;
    this.#tellMedia();
    await this.#media.replaceTrack("video", this.#own.outgoing().video);
  }

  /**
   * At most a picture of this height, to save data; the server chooses among those it has.
   * @param {number | null} height 0: sound alone; null: as good as network and device carry
   */
  receive(height) {
    this.wantedHeight = height;
    this.#send({ type: "receive", ...(height === null ? {} : { height }) });
  }

  /**
   * @param {string} text
   * @returns {boolean} false: not sent, there is no connection
   */
  sendChat(text) {
    return this.#send({ type: "chat", text: [...text.trim()].slice(0, kMaxChatChars).join("") });
  }

  /** @param {boolean} raised */
  raiseHand(raised) {
    return this.#send({ type: "hand", raised });
  }

  /**
   * Shares a screen, which ends when the browser says so, too. One at a time: another takes its place.
   * @param {MediaStream} capture of getDisplayMedia; stopped with the sharing
   */
  shareScreen(capture) {
    if (!this.#admitted) this.#screen.refuse(capture, "there is no connection right now");
    else if (this.#own.viewer) this.#screen.refuse(capture, "viewers send nothing");
    else this.#screen.start(capture);
  }

  stopScreen() {
    this.#screen.stop();
  }

  /**
   * For moderators.
   * @param {import("./protocol.js").LayoutName} layout
   * @param {string} [custom] which of customLayouts
   */
  setLayout(layout, custom) {
    return this.#chooseLayout({ layout, ...(layout === "custom" ? { custom } : {}), pinned: this.layout.pinned });
  }

  /**
   * For moderators: who is pinned stands before the others; who was pinned last, first.
   * @param {string} id
   * @param {boolean} pinned
   */
  pin(id, pinned) {
    const others = this.layout.pinned.filter((one) => one !== id);
    return this.#chooseLayout({ ...this.layout, pinned: pinned ? [id, ...others].slice(0, kMaxPinned) : others });
  }

  unpinAll() {
    return this.#chooseLayout({ ...this.layout, pinned: [] });
  }

  /**
   * For moderators.
   * @param {"kick" | "mute" | "stop-screen" | "end"} action
   * @param {string} [target] participant; none for "end"
   */
  moderate(action, target) {
    return this.#send(target ? { type: "moderate", action, target } : { type: "moderate", action });
  }

  /**
   * For moderators: the recording of the room. `recording` follows, or `problem`.
   * @param {import("./protocol.js").RecordAction} action
   */
  record(action) {
    return this.#send({ type: "record", action });
  }

  // ---- to the server

  /** @param {Record<string, unknown>} message */
  #send(message) {
    return this.#admitted && Boolean(this.#signal?.send(message));
  }

  /** @param {import("./protocol.js").LayoutChoice} choice */
  #chooseLayout(choice) {
    if (!this.#send({ type: "layout", ...choice })) return false;
    this.#layout.chosen(choice);
    return true;
  }

  #opened() {
    const socket = ++this.#sockets;
    this.#hardware.within(kHardwareMs, () => {
      if (socket === this.#sockets) this.#join();
    });
  }

  #join() {
    const { viewer } = this.#own;
    const resume = this.#resume.token;
    const { codecs: hardware } = this.#hardware;
    this.#own.told();
    this.#joinedHeight = this.wantedHeight;
    this.#signal?.send({
      type: "join",
      name: this.#name,
      send: { audio: !viewer, video: !viewer },
      viewer,
      ...this.#own.state(),
      codecs: supportedCodecs(),
      ...(hardware.length ? { hardware } : {}),
      screen: screenSize(),
      ...(this.wantedHeight === null ? {} : { receive: { height: this.wantedHeight } }),
      ...(resume ? { resume, keep: [...this.#media.standing, ...this.#screen.standing] } : {}),
    });
    clearTimeout(this.#welcomeTimer);
    this.#welcomeTimer = setTimeout(() => this.#signal?.reopen(), kWelcomeDueMs);
  }

  #tellMedia() {
    if (!this.#own.news || !this.#send({ type: "media", ...this.#own.state() })) return; // the next join will say it
    this.#own.told();
  }

  #watch() {
    this.#monitor.on("send", (message) => this.#send(message));
    this.#monitor.on("report", () => {
      this.#media.refreshSending();
      this.#screen.refreshSending();
    });
    this.#monitor.path.on("mediaDead", () => {
      this.#media.giveUp();
      this.#screen.giveUp(); // it went the same way, and nothing comes by it that would tell
    });
    this.#monitor.path.on("socketDead", () => this.reconnectNow());
    this.#monitor.start();
  }

  // ---- from the server

  /** @param {import("./protocol.js").FromServer} message */
  #received(message) {
    this.#monitor.path.heard();
    if (message.type === "welcome") return this.#welcomed(message);
    if (message.type === "error") return this.#failed(message);
    if (message.type === "bye") return this.#bye(message);
    if (!this.#admitted) return;
    if (message.type === "offer") void this.#mediaOf(message.pc).offered(message);
    else if (message.type === "candidate") this.#mediaOf(message.pc).candidate(message);
    else if (message.type === "ingest") this.#mediaOf(message.pc).ingest(message);
    else if (message.type === "pong") this.#monitor.path.answered(message.id);
    else if (message.type === "layout") this.#layout.told(message);
    else if (message.type === "screen") this.#screen.ended(message.state, message.text);
    else if (message.type === "quality") this.emit("quality", message);
    else if (message.type === "receiving") this.#receivingChanged(message);
    else if (message.type === "recording") this.#recordingChanged(message);
    else if (message.type === "roster") this.#rosterChanged(message.participants);
    else if (message.type === "tiles") this.emit("tiles", message);
    else if (message.type === "chat") this.emit("chat", message);
    else if (message.type === "speaking")
      this.emit("speaking", new Map(message.levels.map((level) => [level.id, level])));
  }

  /** @param {string} pc */
  #mediaOf(pc) {
    return pc === "screen" ? this.#screen : this.#media;
  }

  /** @param {import("./protocol.js").Welcome} welcome */
  #welcomed(welcome) {
    clearTimeout(this.#welcomeTimer);
    this.#admitted = true;
    this.#signal?.settled();
    this.#resume.token = welcome.resume;
    this.#monitor.path.startOver();
    this.#screen.meanwhile(welcome);
    for (const media of [this.#media, this.#screen])
      media.configure({ iceServers: welcome.iceServers ?? [], iceTransportPolicy: this.#iceTransportPolicy });
    this.#media.startOver();
    this.#screen.startOver(welcome.participants.some((one) => one.id === welcome.id && one.sharing));
    this.id = welcome.id;
    if (welcome.resumed) this.#media.resumed();
    this.canvas = welcome.canvas;
    this.look = welcome.look;
    this.customLayouts = welcome.customLayouts;
    this.#layout.startOver(welcome.layout);
    this.#rosterChanged(welcome.participants);
    if (this.me?.muted && this.#own.toldUnmuted && !this.#own.viewer && !this.muted) this.#mutedByModerator(); // meanwhile
    this.#recordingChanged(welcome.recording);
    this.#tellMedia(); // what changed between `join` and now
    if (this.wantedHeight !== this.#joinedHeight) this.receive(this.wantedHeight);
    this.#refresh();
  }

  /** @param {import("./protocol.js").Participant[]} participants */
  #rosterChanged(participants) {
    const before = this.me;
    this.participants = participants;
    const after = this.me;
    const ours = this.muted || this.#own.toldJustNow;
    if (before && after && !before.muted && after.muted && !ours) this.#mutedByModerator();
    this.emit("roster", participants);
  }

  /** @param {import("./protocol.js").Receiving} receiving */
  #receivingChanged(receiving) {
    this.receiving = receiving;
    this.emit("receiving", receiving);
  }

  /** @param {import("./protocol.js").Recording} recording */
  #recordingChanged({ state, streams, sinceMs, error }) {
    this.recording = { state, streams, sinceMs, ...(error ? { error } : {}) };
    this.emit("recording", this.recording);
  }

  #mutedByModerator() {
    this.#own.muted = true;
    this.#own.told();
    this.emit("muted", { muted: true, byModerator: true });
  }

  /** @param {import("./protocol.js").ServerError} error */
  #failed({ code, text, final, re }) {
    if (final) this.#fatal = { code, text }; // `bye` follows, and says whether to come back
    else if (re === "screen") this.#screen.ended("refused", text);
    else this.emit("problem", { code, text, re: re ?? "" });
    if (re === "layout") this.#layout.answered();
  }

  /** @param {import("./protocol.js").Bye} bye */
  #bye({ code, text, reconnect, afterMs }) {
    const why = this.#fatal ?? { code, text };
    this.#fatal = null;
    if (!reconnect) return this.#end(why.code, why.text);
    this.#admitted = false;
    this.#signal?.reopenAfter(afterMs ?? 0);
  }

  #signalDown() {
    clearTimeout(this.#welcomeTimer);
    this.#monitor.path.startOver();
    this.#admitted = false;
    if (this.#fatal) this.#end(this.#fatal.code, this.#fatal.text);
    else this.#refresh();
  }

  // ---- state

  #refresh() {
    if (this.state === "ended") return;
    const up = this.#admitted && this.#media.connected;
    if (up) this.#wasConnected = true;
    this.#setState(up ? "connected" : this.#wasConnected ? "reconnecting" : "connecting", "", "");
  }

  /**
   * @param {string} code
   * @param {string} text
   */
  #end(code, text) {
    if (this.state === "ended") return;
    this.#admitted = false;
    this.#resume.token = "";
    this.#signal?.close();
    this.#media.close();
    this.#screen.close();
    clearTimeout(this.#welcomeTimer);
    this.#monitor.stop();
    this.#setState("ended", code, text);
  }

  /**
   * @param {State} state
   * @param {string} code
   * @param {string} text
   */
  #setState(state, code, text) {
    if (state === this.state) return;
    this.state = state;
    this.emit("state", { state, code, text });
  }
}

function screenSize() {
  const ratio = globalThis.devicePixelRatio || 1;
  return { width: Math.round(screen.width * ratio), height: Math.round(screen.height * ratio) };
}
