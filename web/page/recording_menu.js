// SPDX-License-Identifier: Apache-2.0
import { h, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { Menu } from "./menu.js";

/** @typedef {import("../sdk/protocol.js").RecordAction} RecordAction */
/** @typedef {{action: RecordAction, icon: import("./icons.js").IconName, text: string, hint: string}} Item */

const kKey = "r";
/** @type {Record<RecordAction, Item>} */
const kItems = {
  start: { action: "start", icon: "record", text: "Start recording", hint: "everybody here is told" },
  pause: { action: "pause", icon: "pause", text: "Pause", hint: "what happens meanwhile is not kept" },
  resume: { action: "resume", icon: "record", text: "Resume", hint: "in the same file" },
  stop: { action: "stop", icon: "stop", text: "Stop recording", hint: "the file is made then" },
};
/** @type {Record<import("../sdk/protocol.js").Recording["state"], {actions: RecordAction[], name: string}>} */
const kStates = {
  none: { actions: ["start"], name: "Record" },
  recording: { actions: ["pause", "stop"], name: "Recording" },
  paused: { actions: ["resume", "stop"], name: "Paused" },
};

/** `<tessera-recording>`: for a moderator a menu to record the room. */
export class RecordingMenu extends Menu {
  #asked;
  #confirm;

  /**
   * @param {import("../sdk/tessera.js").Conference} conference
   * @param {(question: string, yes: string) => Promise<boolean>} confirm
   * @param {() => void} onAsked a start was asked for
   */
  constructor(conference, confirm, onAsked) {
    super({ id: "record", label: "Recording", key: kKey });
    this.conference = conference;
    this.#confirm = confirm;
    this.#asked = onAsked;
  }

  connectedCallback() {
    super.connectedCallback();
    this.replaceChildren(this.button, this.menu);
    this.conference.on("recording", () => {
      this.open(false); // its rows are of the state before
      this.refresh();
    });
    this.refresh();
  }

  /** Call after a change of the roster, which says who is moderator. */
  refresh() {
    const { state } = this.conference.recording;
    const name = state === "none" ? "Record the room" : `Recording: ${state === "paused" ? "paused" : "on"}`;
    this.button.hidden = this.conference.me?.role !== "moderator";
    if (this.button.dataset.state !== state)
      this.button.replaceChildren(icon(state === "paused" ? "pause" : "record"), h("span", { class: "button-text", text: kStates[state].name }));
    setAttribute(this.button, "data-state", state);
    setAttribute(this.button, "aria-label", name);
    setAttribute(this.button, "title", `${name} (${kKey.toUpperCase()})`);
    if (this.button.hidden) this.open(false);
  }

  makeRows() {
    const rows = kStates[this.conference.recording.state].actions.map((action) => this.#row(kItems[action]));
    return [...rows, h("a", {
      class: "button menu-row", role: "menuitem", tabindex: "-1", href: "/recordings", target: "_blank", rel: "noopener",
      on: { click: () => this.open(false) },
    }, icon("film"), h("span", { class: "menu-text" }, h("span", { text: "All recordings" }), h("span", { class: "hint", text: "for the operators of this server" })))];
  }

  /** @param {Item} item */
  #row({ action, icon: picture, text, hint }) {
    return h("button", {
      class: `menu-row record-${action}`, type: "button", role: "menuitem", tabindex: "-1", "aria-label": `${text}: ${hint}`,
      on: { click: () => void this.#choose(action) },
    }, icon(picture), h("span", { class: "menu-text" }, h("span", { text }), h("span", { class: "hint", text: hint })));
  }

  /** @param {RecordAction} action */
  async #choose(action) {
    this.open(false);
    if (action === "stop" && !(await this.#confirm("Stop the recording? Another one would be a new file.", "Stop recording"))) return;
    if (this.conference.record(action) && action === "start") this.#asked();
  }
}
customElements.define("tessera-recording", RecordingMenu);
