// SPDX-License-Identifier: Apache-2.0
import { kMaxNameChars } from "../sdk/tessera.js";
import { h, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { LevelMeter } from "./level_meter.js";
import { recall, remember } from "./memory.js";
import { avatarColour, initials } from "./text.js";

/** @typedef {import("./local_media.js").Kind} Kind */
/** @typedef {{name: string, muted: boolean, cameraOff: boolean}} Choice */

/** `<tessera-prejoin>`: who one is and what one will send, before anything is sent. */
export class Prejoin extends HTMLElement {
  #name = h("input", {
    id: "name", name: "name", maxlength: kMaxNameChars, autocomplete: "name", required: true,
    placeholder: "How others will see you", value: recall("name"),
    on: { input: () => this.#showAvatar() },
  });
  #preview = h("video", { class: "preview-video", playsinline: true, autoplay: true, "aria-hidden": "true" });
  #avatar = h("div", { class: "avatar preview-avatar", "aria-hidden": "true" });
  #meter = new LevelMeter();
  #notes = h("div", { class: "notes", role: "status" });
  /** @type {Record<Kind, HTMLSelectElement>} */
  #selects = { audio: this.#select("audio", "Microphone"), video: this.#select("video", "Camera") };
  /** @type {Record<Kind, HTMLButtonElement>} */
  #toggles = { audio: this.#toggle("audio"), video: this.#toggle("video") };
  /** @type {(() => void)[]} */
  #undo = [];

  /**
   * @param {{room: string, media: import("./local_media.js").LocalMedia, choice: Record<Kind, boolean>,
   *          viewer: boolean, join: (choice: Choice) => void}} given
   */
  constructor(given) {
    super();
    this.room = given.room;
    this.media = given.media;
    this.viewer = given.viewer;
    this.join = given.join;
    /** What is on. @type {Record<Kind, boolean>} */
    this.wanted = { ...given.choice };
  }

  connectedCallback() {
    this.#preview.muted = true;
    this.replaceChildren(
      h("form", { class: "prejoin", on: { submit: (/** @type {Event} */ event) => this.#submit(event) } },
        this.viewer ? null : this.#devicesPart(),
        h("div", { class: "prejoin-text" },
          h("h1", {}, "Join ", h("span", { class: "room-name", text: this.room })),
          h("label", { for: "name", text: "Your name" }),
          this.#name,
          this.viewer ? h("p", { class: "hint", text: "You will watch and listen only." }) : null,
          this.viewer ? null : h("label", { for: "audio-device", text: "Microphone" }),
          this.viewer ? null : this.#selects.audio,
          this.viewer ? null : h("label", { for: "video-device", text: "Camera" }),
          this.viewer ? null : this.#selects.video,
          this.#notes,
          h("button", { class: "primary", type: "submit", id: "join" }, "Join now", icon("arrow")),
        ),
      ),
    );
    this.#undo = [
      this.media.on("changed", () => this.#show()),
      this.media.on("devices", () => this.#showDevices()),
    ];
    this.#show();
    this.#showDevices();
    if (!this.#name.value) this.#name.focus();
    if (!this.viewer) void this.media.start(this.wanted);
  }

  disconnectedCallback() {
    for (const undo of this.#undo.splice(0)) undo();
    this.#meter.show(null);
    this.#preview.srcObject = null;
  }

  #devicesPart() {
    return h("div", { class: "preview" },
      h("div", { class: "preview-picture" }, this.#avatar, this.#preview),
      h("div", { class: "preview-bar" }, this.#toggles.audio, this.#meter, this.#toggles.video),
    );
  }

  /**
   * @param {Kind} kind
   * @param {string} label
   */
  #select(kind, label) {
    return h("select", {
      id: `${kind}-device`, "aria-label": label,
      on: { change: () => void this.media.restart(kind, this.#selects[kind].value) },
    });
  }

  /** @param {Kind} kind */
  #toggle(kind) {
    return h("button", { type: "button", class: "round", on: { click: () => void this.#flip(kind) } });
  }

  /** @param {Kind} kind */
  async #flip(kind) {
    this.wanted[kind] = !(this.wanted[kind] && this.media.tracks[kind]);
    if (!this.wanted[kind]) this.media.stop(kind);
    else if (!this.media.tracks[kind]) await this.media.restart(kind);
    this.#show();
  }

  #show() {
    const { audio, video } = this.media.tracks;
    for (const kind of /** @type {Kind[]} */ (["audio", "video"])) {
      const on = Boolean(this.media.tracks[kind]);
      const name = kind === "audio" ? "Microphone" : "Camera";
      const button = this.#toggles[kind];
      button.replaceChildren(icon(kind === "audio" ? (on ? "mic" : "micOff") : on ? "camera" : "cameraOff"));
      setAttribute(button, "aria-label", name);
      setAttribute(button, "title", `${name} ${on ? "on" : "off"}`);
      setAttribute(button, "aria-pressed", on ? "true" : "false");
    }
    this.#preview.srcObject = video ? new MediaStream([video]) : null;
    this.#preview.hidden = !video;
    if (this.#meter.isConnected) this.#meter.show(audio);
    this.#showAvatar();
    this.#showNotes();
  }

  #showAvatar() {
    const name = this.#name.value;
    this.#avatar.textContent = initials(name);
    this.#avatar.style.setProperty("--colour", avatarColour(name));
  }

  #showNotes() {
    const { audio, video } = this.media.problems;
    const both = this.wanted.audio && this.wanted.video && Boolean(audio && video);
    const refused = both && this.media.refused;
    const problems = refused
      ? ["The browser does not let this page use your camera and microphone. To change that, click the symbol beside the address."]
      : [this.wanted.audio ? audio : "", this.wanted.video ? video : ""].filter(Boolean);
    const lines = problems.map((text) => h("p", { class: "note" }, icon("warning"), h("span", { text })));
    const still = both ? "You can still join, to watch, listen and write." : "You can still join without it.";
    if (problems.length) lines.push(h("p", { class: "hint", text: still }));
    this.#notes.replaceChildren(...lines);
  }

  #showDevices() {
    for (const kind of /** @type {Kind[]} */ (["audio", "video"])) {
      const devices = this.media.devices.filter((one) => one.kind === `${kind}input` && one.deviceId);
      const current = this.media.tracks[kind]?.getSettings().deviceId ?? recall(kind);
      const options = devices.map((one, index) =>
        h("option", {
          value: one.deviceId, selected: one.deviceId === current,
          text: one.label || `${kind === "audio" ? "Microphone" : "Camera"} ${index + 1}`,
        }),
      );
      const select = this.#selects[kind];
      select.replaceChildren(...(options.length ? options : [h("option", { value: "", text: "System default" })]));
      select.disabled = options.length === 0;
    }
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const name = this.#name.value.trim();
    if (!name) {
      this.#name.value = "";
      this.#name.reportValidity();
      return;
    }
    remember("name", name);
    this.join({ name, muted: !this.wanted.audio, cameraOff: !this.wanted.video });
  }
}
customElements.define("tessera-prejoin", Prejoin);
