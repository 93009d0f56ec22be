// SPDX-License-Identifier: Apache-2.0
import { Chat } from "./chat.js";
import { ask } from "./confirm.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { LayoutMenu } from "./layout_menu.js";
import { PictureMenu } from "./picture_menu.js";
import { Received } from "./received.js";
import { Recorded, RecordedNotice } from "./recorded.js";
import { RecordingMenu } from "./recording_menu.js";
import { Roster } from "./roster.js";
import { canCapture, captureScreen } from "./screen_capture.js";
import { Stage } from "./stage.js";
import { sentence } from "./text.js";
import { Toasts } from "./toasts.js";
import { Toolbar } from "./toolbar.js";
import { keepAwake } from "./wake_lock.js";

/** @typedef {"people" | "chat" | "none"} Panel */

/** Messages that somebody meant: a refusal is told to them. The others are the machinery's own. */
const kAsked = ["chat", "hand", "layout", "moderate", "record"];
const kLongMs = 10000; // a connection that takes longer deserves an explanation

/** `<tessera-call>`: everything one sees while in a room. */
export class Call extends HTMLElement {
  #toasts = new Toasts();
  #status = h("span", { class: "status-text", text: "Connecting" });
  #banner = h("div", { class: "banner", role: "alert", hidden: true });
  #quality = h("div", { class: "banner", role: "status", hidden: true });
  #panelTitle = h("h2", { class: "panel-title" });
  /** @type {Panel} */
  #panel = matchMedia("(max-aspect-ratio: 1/1), (min-width: 1100px)").matches ? "people" : "none";
  #unread = 0;
  #busyWithCamera = false;
  #choosingScreen = false;
  #letSleep = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #longTimer;
  /** @type {Map<string, string>} id to name, of the roster before */
  #known = new Map();

  /**
   * @param {{room: string, conference: import("../sdk/tessera.js").Conference,
   *          media: import("./local_media.js").LocalMedia, viewer: boolean}} given
   */
  constructor({ room, conference, media, viewer }) {
    super();
    this.room = room;
    this.conference = conference;
    this.media = media;
    this.viewer = viewer;
    this.stage = new Stage(conference);
    this.roster = new Roster(conference, ask);
    this.chat = new Chat(conference);
    this.layout = new LayoutMenu(conference);
    this.picture = new PictureMenu(conference);
    this.notice = new RecordedNotice(conference, this.#toasts);
    this.recording = new RecordingMenu(conference, ask, () => (this.notice.expected = true));
    this.toolbar = new Toolbar(this.#controls());
    this.panel = h("aside", { class: "panel" },
      h("header", { class: "panel-head" },
        this.#panelTitle,
        h("button", {
          class: "small", type: "button", "aria-label": "Close the panel", title: "Close",
          on: { click: () => this.#showPanel("none") },
        }, icon("close"))),
      this.roster,
      this.chat);
  }

  connectedCallback() {
    this.replaceChildren(
      h("header", { class: "call-head" },
        h("a", { class: "logo", href: "/", "aria-label": "Tessera, to the list of rooms" }, logo()),
        h("h1", { class: "room-name", text: this.room }),
        h("span", { class: "status", role: "status" }, h("span", { class: "dot" }), this.#status),
        new Recorded(this.conference),
        this.recording,
        this.layout,
        this.picture,
        h("button", {
          class: "small copy-link", type: "button", on: { click: () => void this.#copyLink() },
        }, icon("link"), h("span", { class: "button-text", text: "Copy link" }))),
      h("main", { class: "call-main" }, this.stage, this.panel),
      this.toolbar,
      this.#toasts,
    );
    this.stage.append(h("div", { class: "banners" }, this.#banner, this.notice, this.#quality, new Received(this.conference)));
    const { conference, media } = this;
    conference.on("state", () => this.#showState());
    conference.on("roster", () => this.#rosterChanged());
    conference.on("tiles", () => this.#showToolbar());
    conference.on("layout", () => this.roster.refresh());
    conference.on("screen", (change) => this.#screenChanged(change));
    conference.on("quality", (quality) => this.#showQuality(quality));
    conference.on("speaking", (levels) => this.#speaking(levels));
    conference.on("chat", (message) => this.#chatted(message));
    conference.on("problem", ({ text, re }) => {
      if (kAsked.includes(re)) this.#toasts.show(sentence(text), { important: re === "record" });
      else console.debug(`tessera: ${re}: ${text}`);
    });
    conference.on("muted", ({ byModerator }) => {
      if (byModerator) this.#toasts.show("A moderator muted your microphone.");
      this.#showToolbar();
    });
    media.on("changed", (kind) => void this.#trackChanged(kind));
    this.stage.camera = media.tracks.video;
    this.#letSleep = keepAwake();
    this.#showState();
    this.#showPanel(this.#panel);
    this.#showToolbar();
  }

  disconnectedCallback() {
    clearTimeout(this.#longTimer);
    this.#letSleep();
  }

  /** @returns {import("./toolbar.js").Control[]} */
  #controls() {
    /** @type {import("./toolbar.js").Control[]} */
    const sending = [
      { id: "mute", key: "m", label: "Mute microphone", short: "Mic", icon: "mic", iconOff: "micOff", run: () => void this.#flipMute() },
      { id: "camera", key: "v", label: "Turn camera off", short: "Camera", icon: "camera", iconOff: "cameraOff", run: () => void this.#flipCamera() },
    ];
    /** @type {import("./toolbar.js").Control} */
    const share = { id: "share", key: "s", label: "Share screen", short: "Share", icon: "share", run: () => void this.#flipShare() };
    return [
      ...(this.viewer ? [] : sending),
      ...(this.viewer || !canCapture() ? [] : [share]),
      { id: "hand", key: "h", label: "Raise hand", short: "Hand", icon: "hand", run: () => this.#flipHand() },
      { id: "people", key: "p", label: "People", icon: "people", run: () => this.#showPanel(this.#panel === "people" ? "none" : "people") },
      { id: "chat", key: "c", label: "Chat", icon: "chat", run: () => this.#showPanel(this.#panel === "chat" ? "none" : "chat", true) },
      { id: "leave", key: "l", label: "Leave the room", short: "Leave", icon: "leave", run: () => this.conference.leave() },
    ];
  }

  // ---- what the buttons do

  async #flipMute() {
    const unmute = this.conference.muted || !this.media.tracks.audio;
    if (unmute && !this.media.tracks.audio && !(await this.media.restart("audio"))) return;
    this.conference.setMuted(!unmute);
    this.#showToolbar();
  }

  async #flipCamera() {
    if (this.#busyWithCamera) return; // opening takes a while
    this.#busyWithCamera = true;
    const on = this.conference.cameraOff || !this.media.tracks.video;
    if (!on) this.media.stop("video"); // the camera's light goes out, too
    else await this.media.restart("video");
    await this.conference.setCameraOff(!this.media.tracks.video);
    this.#busyWithCamera = false;
    this.stage.refresh();
    this.#showToolbar();
  }

  async #flipShare() {
    if (this.conference.sharing) return this.conference.stopScreen();
    if (this.#choosingScreen) return;
    this.#choosingScreen = true;
    const { capture, problem } = await captureScreen();
    this.#choosingScreen = false;
    if (capture) this.conference.shareScreen(capture);
    else this.#toasts.show(problem);
  }

  #flipHand() {
    this.conference.raiseHand(!this.conference.me?.handRaised);
  }

  /**
   * @param {Panel} panel
   * @param {boolean} [focus]
   */
  #showPanel(panel, focus = false) {
    this.#panel = panel;
    this.dataset.panel = panel;
    this.panel.hidden = panel === "none";
    this.roster.hidden = panel !== "people";
    this.chat.hidden = panel !== "chat";
    if (panel === "chat") {
      this.#unread = 0;
      this.#toasts.clearSilent();
    }
    if (panel === "chat" && focus) this.chat.focusText();
    this.#showPanelTitle();
    this.#showToolbar();
  }

  async #copyLink() {
    const link = new URL(`/r/${this.room}`, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      this.#toasts.show("The link to this room is copied.");
    } catch {
      this.#toasts.show(link); // no clipboard without https: to be copied by hand
    }
  }

  // ---- what arrives

  #showState() {
    const { state } = this.conference;
    clearTimeout(this.#longTimer);
    document.body.dataset.state = state;
    document.body.dataset.participant = this.conference.id;
    const texts = { new: "Connecting", connecting: "Connecting", connected: "Connected", reconnecting: "Reconnecting", ended: "Ended" };
    this.#status.textContent = texts[state];
    this.stage.say(state === "connecting" ? "Joining the room…" : "", true);
    this.#banner.hidden = state !== "reconnecting";
    const lost = this.conference.hasMedia ? "Reconnecting to the server. Sound and picture go on." : "The connection was lost. Reconnecting…";
    this.#banner.replaceChildren(
      h("span", { class: "spinner" }), h("span", { text: lost }),
      h("button", { class: "small", type: "button", text: "Try now", on: { click: () => this.conference.reconnectNow() } }));
    if (state === "connecting") this.#longTimer = setTimeout(() => this.#explainDelay(), kLongMs);
  }

  #explainDelay() {
    this.stage.say("Still trying. The server may be down, or a firewall may block calls from this network.", true);
  }

  /** @param {import("../sdk/screen_share.js").ScreenChange} change */
  #screenChanged({ why, text }) {
    const texts = {
      started: "You are sharing a screen.",
      stopped: "Your screen is no longer shared.",
      refused: `Your screen is not shared. ${sentence(text)}`,
      "taken-over": `Your screen is no longer shared. ${sentence(text)}`,
      ended: `Your screen is no longer shared. ${sentence(text)}`,
    };
    this.#toasts.show(texts[why].trim());
    this.#showToolbar();
  }

  /** @param {import("../sdk/protocol.js").Quality} quality */
  #showQuality({ level, text }) {
    if (level === "none" && !this.#quality.hidden) this.#toasts.show("The server has time enough again: full quality is back.");
    this.#quality.hidden = level === "none";
    this.#quality.replaceChildren(icon("warning"), h("span", { text: sentence(text) }),
      h("button", {
        class: "small", type: "button", "aria-label": "Close this message", title: "Close",
        on: { click: () => (this.#quality.hidden = true) },
      }, icon("close")));
  }

  #rosterChanged() {
    document.body.dataset.participant = this.conference.id;
    const now = new Map(this.conference.participants.map((one) => [one.id, one.name]));
    if (this.#known.size) {
      for (const [id, name] of now) if (!this.#known.has(id) && id !== this.conference.id) this.#toasts.show(`${name} joined`);
      for (const [id, name] of this.#known) if (!now.has(id)) this.#toasts.show(`${name} left`);
    }
    this.#known = now;
    this.roster.refresh();
    this.stage.refresh();
    this.layout.refresh();
    this.recording.refresh();
    this.#showPanelTitle();
    this.#showToolbar();
  }

  /** @param {ReadonlyMap<string, import("../sdk/protocol.js").Level>} levels */
  #speaking(levels) {
    this.stage.levels = this.roster.levels = levels;
    this.stage.refresh();
    this.roster.refresh();
  }

  /** @param {import("../sdk/protocol.js").Chat} message */
  #chatted(message) {
    this.chat.add(message);
    if (this.#panel === "chat" || message.from === this.conference.id) return;
    this.#unread += 1;
    this.#toasts.show(`${message.name}: ${message.text}`, { silent: true });
    this.#showToolbar();
  }

  /** @param {import("./local_media.js").Kind} kind */
  async #trackChanged(kind) {
    const track = this.media.tracks[kind];
    if (kind === "video") this.stage.camera = track;
    if (!track) this.#toasts.show(this.media.problems[kind]); // unplugged, or refused late
    await this.conference.setTrack(kind, track);
    this.stage.refresh();
    this.#showToolbar();
  }

  // ---- what is shown

  #showPanelTitle() {
    const count = this.conference.participants.length;
    this.#panelTitle.textContent = this.#panel === "chat" ? "Chat" : `People (${count})`;
  }

  #showToolbar() {
    const { conference, media } = this;
    const hears = Boolean(media.tracks.audio) && !conference.muted;
    const sees = Boolean(media.tracks.video) && !conference.cameraOff;
    const hand = conference.me?.handRaised === true;
    this.toolbar.set("mute", { on: hears, attention: !hears, text: hears ? "Mute microphone" : "Unmute microphone" });
    this.toolbar.set("camera", { on: sees, attention: !sees, text: sees ? "Turn camera off" : "Turn camera on" });
    const { sharing } = conference;
    this.toolbar.set("share", { on: sharing, text: sharing ? "Stop sharing the screen" : "Share screen" });
    this.toolbar.set("hand", { on: hand, text: hand ? "Lower hand" : "Raise hand" });
    this.toolbar.set("people", { on: this.#panel === "people" });
    this.toolbar.set("chat", { on: this.#panel === "chat", badge: this.#unread });
    this.toolbar.set("leave", {});
  }
}
customElements.define("tessera-call", Call);

export function logo() {
  const image = h("img", { src: "/static/page/favicon.svg", alt: "", width: 28, height: 28 });
  return h("span", { class: "logo-mark" }, image, h("span", { class: "logo-text", text: "Tessera" }));
}
