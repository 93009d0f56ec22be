// SPDX-License-Identifier: Apache-2.0
import { h, setAttribute } from "./dom.js";
import { recordedText, streamedText } from "./text.js";

/** @typedef {import("../sdk/protocol.js").Recording} Recording */
/** @typedef {import("../sdk/tessera.js").Conference} Conference */

/** @type {Recording} */
const kNothing = { state: "none", streams: 0, sinceMs: 0 };

/** `<tessera-recorded>`: badges that say for as long as it is so that the room is recorded, or seen elsewhere. */
export class Recorded extends HTMLElement {
  #recording = badge("badge-recording");
  #live = badge("badge-live");

  /** @param {Conference} conference */
  constructor(conference) {
    super();
    this.conference = conference;
  }

  connectedCallback() {
    this.replaceChildren(this.#recording, this.#live);
    this.conference.on("recording", () => this.#refresh());
    this.#refresh();
  }

  #refresh() {
    const { recording } = this.conference;
    const paused = recording.state === "paused";
    show(this.#recording, paused ? "Paused" : "REC", recordedText(recording));
    this.#recording.classList.toggle("paused", paused);
    show(this.#live, "LIVE", streamedText(recording));
    this.hidden = this.#recording.hidden && this.#live.hidden;
  }
}
customElements.define("tessera-recorded", Recorded);

/** @param {string} name */
function badge(name) {
  return h("span", { class: `media-badge ${name}`, hidden: true },
    h("span", { class: "badge-dot", "aria-hidden": "true" }),
    h("span", { class: "badge-word", "aria-hidden": "true" }),
    h("span", { class: "unseen" }));
}

/**
 * @param {HTMLElement} one
 * @param {string} word
 * @param {string} text the same in a sentence; empty: not so
 */
function show(one, word, text) {
  const [, shown, spoken] = one.children;
  one.hidden = !text;
  setAttribute(one, "title", text);
  if (shown) shown.textContent = word;
  if (spoken) spoken.textContent = text;
}

/**
 * `<tessera-recorded-notice>`: tells who is in a room that it is recorded or streamed: when they come, and when it begins.
 * It stays until they have said that they know, or left.
 */
export class RecordedNotice extends HTMLElement {
  #before = kNothing;
  #toasts;

  /**
   * @param {Conference} conference
   * @param {import("./toasts.js").Toasts} toasts
   */
  constructor(conference, toasts) {
    super();
    this.conference = conference;
    this.#toasts = toasts;
    /** We asked for it: no need to be asked whether we mind. */
    this.expected = false;
  }

  connectedCallback() {
    setAttribute(this, "role", "alert");
    this.conference.on("recording", (recording) => this.#changed(recording));
    this.conference.on("problem", ({ re }) => {
      if (re === "record") this.expected = false;
    });
  }

  /** @param {Recording} now */
  #changed(now) {
    const before = this.#before;
    this.#before = now;
    const begun = before.state === "none" && now.state !== "none";
    const streamed = before.streams === 0 && now.streams > 0;
    const open = this.firstChild !== null;
    if (begun && this.expected) this.#toasts.show("The recording has started. Everybody here is told.");
    else if (begun || streamed || open) this.#tell([begun || open ? recordedText(now) : "", streamedText(now)].filter(Boolean).join(" "));
    if (begun) this.expected = false;
    else this.#tellChange(before, now);
  }

  /** @param {string} text empty: there is nothing to mind any more */
  #tell(text) {
    if (text === this.querySelector(".notice-text")?.textContent) return; // an alert is read out each time it is set
    const banner = h("div", { class: "banner" },
      h("span", { class: "badge-dot", "aria-hidden": "true" }), h("span", { class: "notice-text", text }),
      h("button", { class: "small", type: "button", text: "Leave", on: { click: () => this.conference.leave() } }),
      h("button", { class: "small primary", type: "button", text: "OK", on: { click: () => this.replaceChildren() } }));
    this.replaceChildren(...(text ? [banner] : []));
  }

  /**
   * @param {Recording} before
   * @param {Recording} now
   */
  #tellChange(before, now) {
    if (before.state === now.state) return;
    if (now.state === "paused") this.#toasts.show("The recording is paused.");
    else if (now.state === "recording") this.#toasts.show("The recording goes on.");
    else if (now.error) this.#toasts.show(`The recording ended early: ${now.error.text}`, { important: true });
    else this.#toasts.show("The recording has ended.");
  }
}
customElements.define("tessera-recorded-notice", RecordedNotice);
