// SPDX-License-Identifier: Apache-2.0
import { supportedCodecs } from "./codecs.js";
import { Emitter } from "./emitter.js";
import { MediaSession } from "./media_session.js";
import { kMaxChatChars, roomUrl } from "./protocol.js";
import { ResumeStore } from "./resume_store.js";
import { ScreenShare } from "./screen_share.js";
import { SignalLink } from "./signal_link.js";
import { sample, statsMessage } from "./stats.js";
import { watchNetwork } from "./network.js";

const kWelcomeDueMs = 8000;
const kStatsEveryMs = 5000;
const kMaxPinned = 16;
const kOwnChangeMs = 1000; // our own change comes back in the roster within this time

/**
 * @typedef {"new" | "connecting" | "connected" | "reconnecting" | "ended"} State
 * @typedef {{state: State, code: string, text: string}} StateChange `code` and `text` say why it ended
 * @typedef {{sharing: boolean, why: "started" | "stopped" | "refused" | "taken-over" | "ended", text: string}}
 *   ScreenChange `stopped`: by us or by the browser, the last three by the server, which says why
 * @typedef {object} JoinOptions
 * @property {string} name
 * @property {MediaStreamTrack | null} [audio]
 * @property {MediaStreamTrack | null} [video]
 * @property {boolean} [muted]
 * @property {boolean} [cameraOff]
 * @property {boolean} [viewer] no tile, nothing sent
 * @property {RTCIceTransportPolicy} [iceTransportPolicy]
 * @property {Storage | null} [storage] keeps the resume token, so that a reload takes over; sessionStorage
 */

/**
 * One participant in one room. `stream` is the mix: give it to a media element once.
 * @extends {Emitter<{
 *   state: StateChange,
 *   roster: import("./protocol.js").Participant[],
 *   tiles: import("./protocol.js").Tiles,
 *   layout: import("./protocol.js").LayoutChoice,
 *   screen: ScreenChange,
 *   quality: import("./protocol.js").Quality,
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
  /** How the picture is arranged, as we or somebody else chose last. @type {import("./protocol.js").LayoutChoice} */
  layout = { layout: "auto", pinned: [] };
  /** The names of the server's own layouts. @type {string[]} */
  customLayouts = [];
  /** How tiles move, and their corners in pixels of `canvas`. @type {import("./protocol.js").Look} */
  look = { glideMs: 0, cornerRadius: 0 };
  /** The picture as it is configured; `tiles` tells when it is smaller. @type {import("./protocol.js").Canvas} */
  canvas = { width: 1280, height: 720, fps: 30 };
  /** @type {JoinOptions} */
  #options = { name: "" };
  /** @type {SignalLink | null} */
  #signal = null;
  #media = new MediaSession(() => this.#outgoing());
  #screen = new ScreenShare();
  #resume = new ResumeStore("", null);
  /** What the server said last. */
  #roomLayout = this.layout;
  #layoutsUnderWay = 0; // choices of ours without an answer
  #admitted = false;
  #wasConnected = false;
  /** @type {{muted: boolean, cameraOff: boolean} | null} what the server was last told */
  #told = null;
  #toldAtMs = -Infinity;
  /** @type {{code: string, text: string} | null} a final error */
  #fatal = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #welcomeTimer;
  /** @type {(() => void)[]} */
  #cleanup = [];

  get stream() {
    return this.#media.stream;
  }

  get me() {
    return this.participants.find((one) => one.id === this.id) ?? null;
  }

  get muted() {
    return this.#options.muted === true;
  }

  get cameraOff() {
    return this.#options.cameraOff === true;
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
    this.#options = { ...options };
    this.#resume = new ResumeStore(room, options.storage);
    this.#applyMute();
    const signal = new SignalLink(roomUrl(server, room));
    this.#signal = signal;
    signal.on("open", () => this.#join());
    signal.on("message", (message) => this.#received(message));
    signal.on("down", () => this.#signalDown());
    this.#media.on("send", (message) => this.#send(message));
    this.#media.on("changed", () => this.#refresh());
    this.#screen.on("send", (message) => this.#send(message));
    this.#screen.on("stopped", () => this.#screenChanged("stopped"));
    const statsTimer = setInterval(() => this.#reportStats(), kStatsEveryMs);
    this.#cleanup.push(() => clearInterval(statsTimer));
    this.#cleanup.push(watchNetwork(() => this.reconnectNow()));
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
    this.#options[kind] = track;
    this.#applyMute();
    await this.#media.replaceTrack(kind, this.#outgoing()[kind]);
    this.#tellMedia();
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.#options.muted = muted;
    this.#applyMute();
    this.#tellMedia();
    this.emit("muted", { muted, byModerator: false });
  }

  /** @param {boolean} cameraOff */
  async setCameraOff(cameraOff) {
    this.#options.cameraOff = cameraOff;
    this.#tellMedia();
    await this.#media.replaceTrack("video", this.#outgoing().video);
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
    if (!this.#admitted || this.#options.viewer) {
      for (const track of capture.getTracks()) track.stop();
      return this.#screenChanged("refused", this.#admitted ? "viewers send nothing" : "there is no connection right now");
    }
    this.#screen.start(capture);
    this.#screenChanged("started");
  }

  stopScreen() {
    if (!this.sharing) return;
    this.#screen.stop();
    this.#screenChanged("stopped");
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

  // ---- to the server

  /** @param {Record<string, unknown>} message */
  #send(message) {
    return this.#admitted && Boolean(this.#signal?.send(message));
  }

  /** @param {import("./protocol.js").LayoutChoice} choice */
  #chooseLayout(choice) {
    if (!this.#send({ type: "layout", ...choice })) return false;
    this.#layoutsUnderWay++;
    this.#showLayout(choice);
    return true;
  }

  #join() {
    const { name, viewer = false } = this.#options;
    const resume = this.#resume.token;
    this.#told = this.#mediaState();
    this.#signal?.send({
      type: "join",
      name,
      send: { audio: !viewer, video: !viewer },
      viewer,
      ...this.#told,
      codecs: supportedCodecs(),
      screen: screenSize(),
      ...(resume ? { resume } : {}),
    });
    clearTimeout(this.#welcomeTimer);
    this.#welcomeTimer = setTimeout(() => this.#signal?.reopen(), kWelcomeDueMs);
  }

  /** What others can expect of us: without a device there is nothing to hear or see. */
  #mediaState() {
    const { muted = false, cameraOff = false, audio = null, video = null } = this.#options;
    return { muted: muted || !audio, cameraOff: cameraOff || !video };
  }

  #tellMedia() {
    const state = this.#mediaState();
    if (state.muted === this.#told?.muted && state.cameraOff === this.#told.cameraOff) return;
    if (!this.#send({ type: "media", ...state })) return; // the next join will say it
    this.#told = state;
    this.#toldAtMs = performance.now();
  }

  /** @returns {import("./media_link.js").LocalTracks} */
  #outgoing() {
    const { audio = null, video = null, cameraOff = false, viewer = false } = this.#options;
    return { audio: viewer ? null : audio, video: viewer || cameraOff ? null : video };
  }

  #applyMute() {
    if (this.#options.audio) this.#options.audio.enabled = !this.muted;
  }

  /** @type {import("./stats.js").Sample | null} */
  #lastSample = null;

  async #reportStats() {
    const report = await this.#media.stats();
    if (!report) return;
    const now = sample(report);
    const message = statsMessage(this.#lastSample, now);
    this.#lastSample = now;
    if (message) this.#send(message);
  }

  // ---- from the server

  /** @param {import("./protocol.js").FromServer} message */
  #received(message) {
    if (message.type === "welcome") return this.#welcomed(message);
    if (message.type === "error") return this.#failed(message);
    if (message.type === "bye") return this.#bye(message);
    if (!this.#admitted) return;
    if (message.type === "offer") void this.#mediaOf(message.pc).offered(message);
    else if (message.type === "candidate") this.#mediaOf(message.pc).candidate(message);
    else if (message.type === "layout") this.#layoutChanged(message);
    else if (message.type === "screen") this.#screenEnded(message.state, message.text);
    else if (message.type === "quality") this.emit("quality", message);
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
    this.#screenMeanwhile(welcome);
    const { iceTransportPolicy = "all" } = this.#options;
    for (const media of [this.#media, this.#screen]) {
      media.configure({ iceServers: welcome.iceServers ?? [], iceTransportPolicy });
      media.startOver();
    }
    this.id = welcome.id;
    if (welcome.resumed) this.#media.resumed();
    this.canvas = welcome.canvas;
    this.look = welcome.look;
    this.customLayouts = welcome.customLayouts;
    this.#layoutsUnderWay = 0;
    this.#layoutChanged(welcome.layout);
    this.#rosterChanged(welcome.participants);
    this.#tellMedia(); // what changed between `join` and now
    this.#refresh();
  }

  /** @param {import("./protocol.js").Participant[]} participants */
  #rosterChanged(participants) {
    const before = this.me;
    this.participants = participants;
    const after = this.me;
    const ours = performance.now() - this.#toldAtMs < kOwnChangeMs;
    if (before && after && !before.muted && after.muted && !this.muted && !ours) this.#mutedByModerator();
    this.emit("roster", participants);
  }

  /**
   * The room's choice. Ours that are still under way come after it: until they are answered ours is shown.
   * @param {import("./protocol.js").LayoutChoice} choice
   */
  #layoutChanged({ layout, custom, pinned }) {
    this.#roomLayout = { layout, ...(custom ? { custom } : {}), pinned };
    this.#layoutAnswered();
  }

  #layoutAnswered() {
    this.#layoutsUnderWay = Math.max(0, this.#layoutsUnderWay - 1);
    if (this.#layoutsUnderWay === 0) this.#showLayout(this.#roomLayout);
  }

  /** @param {import("./protocol.js").LayoutChoice} choice */
  #showLayout(choice) {
    this.layout = choice;
    this.emit("layout", choice);
  }

  /**
   * What became of the screen we share while we were away: we do not take it back.
   * @param {import("./protocol.js").Welcome} welcome
   */
  #screenMeanwhile({ id, screen, participants }) {
    const other = participants.find((one) => one.sharing && one.id !== id);
    if (screen) this.#screenEnded(screen.state, screen.text);
    else if (other) this.#screenEnded("taken-over", `${other.name} shares a screen now`);
  }

  /**
   * @param {"refused" | "taken-over" | "ended"} why
   * @param {string} text
   */
  #screenEnded(why, text) {
    if (!this.sharing) return; // stopped meanwhile
    this.#screen.ended();
    this.#screenChanged(why, text);
  }

  /**
   * @param {ScreenChange["why"]} why
   * @param {string} [text]
   */
  #screenChanged(why, text = "") {
    this.emit("screen", { sharing: this.sharing, why, text });
  }

  #mutedByModerator() {
    this.#options.muted = true;
    this.#applyMute();
    this.#told = this.#mediaState();
    this.emit("muted", { muted: true, byModerator: true });
  }

  /** @param {import("./protocol.js").ServerError} error */
  #failed({ code, text, final, re }) {
    if (final) this.#fatal = { code, text }; // `bye` follows, and says whether to come back
    else if (re === "screen") this.#screenEnded("refused", text);
    else this.emit("problem", { code, text, re: re ?? "" });
    if (re === "layout") this.#layoutAnswered();
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
    for (const undo of this.#cleanup.splice(0)) undo();
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
