// SPDX-License-Identifier: Apache-2.0
import { h, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { dateTime, duration, sentence } from "./text.js";
import { peopleIn } from "./timeline.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */
/** @typedef {{room: string, startedAt: string, hasPicture: boolean, links: {file: string, poster?: string, timeline: string}}} Playable */

const kStepS = 10;
const kSameMs = 100; // events that belong to a chapter's beginning

/** `<tessera-player>`: plays a recording, with its chapters and who was there. */
export class Player extends HTMLElement {
  /** @type {HTMLMediaElement | null} */
  #media = null;
  #title = h("h2", { id: "player-title" });
  #place = h("div", { class: "player-media" });
  #chapters = h("ol", { class: "chapters" });
  #people = h("ul", { class: "was-there" });
  #notes = h("div", { class: "player-notes" });
  #dialog = h("dialog", {
    class: "player", "aria-labelledby": "player-title",
    on: { close: () => this.#ended(), keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) },
  },
    h("header", { class: "player-head" }, this.#title,
      h("button", { class: "small", type: "button", "aria-label": "Close", title: "Close (Esc)", on: { click: () => this.close() } }, icon("close"))),
    h("div", { class: "player-main" }, this.#place,
      h("div", { class: "player-side" },
        h("h3", { text: "Chapters" }), this.#chapters,
        h("h3", { text: "Who was there" }), this.#people, this.#notes)),
    h("p", { class: "hint keys", text: "Space: play or pause · J, L: 10 seconds back or on · P, N: chapter before or next · M: mute · F: full screen" }));

  connectedCallback() {
    this.replaceChildren(this.#dialog);
  }

  /** @param {Playable} recording */
  async open({ room, startedAt, hasPicture, links }) {
    const given = { src: links.file, controls: true, preload: "metadata", "aria-label": `Recording of ${room}` };
    const media = hasPicture ? h("video", { ...given, playsinline: true, poster: links.poster }) : h("audio", given);
    media.addEventListener("timeupdate", () => this.#showChapter());
    media.addEventListener("error", () => this.#note("It cannot be played here. It can still be downloaded."));
    this.#media = media;
    this.#title.textContent = `${room}, ${dateTime(startedAt)}`;
    this.#place.replaceChildren(media);
    this.#dialog.classList.toggle("sound-only", !hasPicture);
    for (const list of [this.#chapters, this.#people, this.#notes]) list.replaceChildren();
    this.#dialog.showModal();
    media.focus();
    media.play().catch(() => {}); // it may need another click
    await this.#loadTimeline(links.timeline, media);
  }

  close() {
    this.#dialog.close();
  }

  #ended() {
    this.#media?.pause();
    this.#media?.removeAttribute("src");
    this.#media?.load(); // lets go of what was fetched
    this.#media = null;
    this.#place.replaceChildren();
  }

  /**
   * @param {string} link
   * @param {HTMLMediaElement} media
   */
  async #loadTimeline(link, media) {
    try {
      const response = await fetch(link);
      if (!response.ok) throw new Error(String(response.status));
      const timeline = await response.json();
      if (media === this.#media) this.#showTimeline(timeline);
    } catch {
      if (media === this.#media) this.#note("The chapters cannot be fetched at the moment.");
    }
  }

  /** @param {Timeline} timeline */
  #showTimeline({ chapters, timeline, durationMs, why, repairs }) {
    this.#chapters.replaceChildren(...chapters.map(({ mediaMs, title }) => {
      const began = timeline.filter((one) => Math.abs(one.mediaMs - mediaMs) < kSameMs).map(({ event }) => event);
      const picture = began.includes("gap") ? "warning" : began.includes("screen") ? "share" : began.includes("resumed") ? "pause" : null;
      return h("li", {}, h("button", {
        class: "chapter", type: "button", "data-at": String(mediaMs), on: { click: () => this.#seek(mediaMs) },
      }, h("time", { text: duration(mediaMs) }), h("span", { text: title }), picture && icon(picture)));
    }));
    this.#people.replaceChildren(...peopleIn(timeline, durationMs).map(({ name, role, stays }) => h("li", {},
      h("span", { text: role === "participant" ? name : `${name} (${role})` }),
      h("span", { class: "hint", text: stays.map(({ fromMs, toMs }) => `${duration(fromMs)} – ${duration(toMs)}`).join(", ") }))));
    if (why) this.#note(`It ended early. ${sentence(why.text)}`);
    const gaps = timeline.filter(({ event }) => event === "gap");
    if (gaps.length) this.#note(`Interrupted at ${gaps.map(({ mediaMs }) => duration(mediaMs)).join(", ")}: what happened meanwhile is missing.`);
    for (const repair of repairs) this.#note(sentence(repair));
    this.#showChapter();
  }

  /** @param {string} text */
  #note(text) {
    this.#notes.append(h("p", { class: "note", role: "status" }, icon("warning"), h("span", { text })));
  }

  get #buttons() {
    return /** @type {HTMLButtonElement[]} */ ([...this.#chapters.querySelectorAll("button")]);
  }

  /** The index of the chapter that is played. */
  get #chapter() {
    const nowMs = (this.#media?.currentTime ?? 0) * 1000 + kSameMs;
    return this.#buttons.filter(({ dataset }) => Number(dataset.at) <= nowMs).length - 1;
  }

  #showChapter() {
    const now = this.#chapter;
    this.#buttons.forEach((button, index) => setAttribute(button, "aria-current", index === now ? "true" : null));
  }

  /** @param {number} ms */
  #seek(ms) {
    if (!this.#media) return;
    this.#media.currentTime = ms / 1000;
    this.#showChapter();
    this.#media.play().catch(() => {});
  }

  /** @param {number} steps */
  #toChapter(steps) {
    const button = this.#buttons[Math.max(0, this.#chapter + steps)];
    if (button) this.#seek(Number(button.dataset.at));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const media = this.#media;
    if (!media || event.ctrlKey || event.metaKey || event.altKey) return;
    const focused = event.target instanceof HTMLElement ? event.target : null;
    const takesSpace = focused === media || focused?.closest("button") !== null; // it does by itself what it does
    /** @type {Record<string, () => void>} */
    const actions = {
      ...(takesSpace ? {} : { " ": () => (media.paused ? void media.play() : media.pause()) }),
      k: () => (media.paused ? void media.play() : media.pause()),
      j: () => (media.currentTime -= kStepS),
      l: () => (media.currentTime += kStepS),
      p: () => this.#toChapter(-1),
      n: () => this.#toChapter(1),
      m: () => (media.muted = !media.muted),
      f: () => (document.fullscreenElement ? void document.exitFullscreen() : void media.requestFullscreen?.()),
    };
    const act = actions[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
customElements.define("tessera-player", Player);
