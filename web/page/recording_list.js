// SPDX-License-Identifier: Apache-2.0
import { ask } from "./confirm.js";
import { h, reconcile, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { Player } from "./player.js";
import { dateTime, duration, fileSize, sentence } from "./text.js";

/**
 * @typedef {object} Recorded
 * @property {string} id
 * @property {string} room
 * @property {"recording" | "paused" | "finishing" | "complete" | "failed"} state
 * @property {number} progress
 * @property {"mp4" | "webm" | "ogg" | "m4a"} format
 * @property {string[]} tracks
 * @property {string} startedAt
 * @property {number} durationMs
 * @property {number} bytes
 * @property {{code: string, text: string}} [error]
 * @property {{file: string, poster?: string, timeline: string, tracks: string[]}} [links] of a complete one, for
 *   elements that send no token
 */

const kPage = 200; // that the server sends at a time (PROTOCOL.md)

/** @param {Recorded} recording */
const hasPicture = ({ format }) => format === "mp4" || format === "webm";

/** @param {string} link */
const asDownload = (link) => `${link}${link.includes("?") ? "&" : "?"}download=1`;

/** `<tessera-recordings>`: every recording there is, and what can be done with it. */
export class RecordingList extends HTMLElement {
  #list = h("ul", { class: "recording-list" });
  #empty = h("div", { class: "card empty", hidden: true },
    icon("film"), h("p", { text: "There is no recording yet." }),
    h("p", { class: "hint", text: "A moderator starts one in the room, or the API does." }));
  #older = h("button", { type: "button", hidden: true, text: "Older", on: { click: () => void this.#fetchOlder() } });
  /** @type {Recorded[]} */
  #recordings = [];
  #oldestIsThere = false; // of more than one page

  /** @param {{api: import("./api.js").Api, toasts: import("./toasts.js").Toasts, refresh: () => void}} given */
  constructor({ api, toasts, refresh }) {
    super();
    this.api = api;
    this.toasts = toasts;
    this.refresh = refresh;
    this.player = new Player();
  }

  connectedCallback() {
    this.replaceChildren(this.#empty, this.#list, this.#older, this.player);
  }

  /** Nothing of it may be seen any more. */
  close() {
    this.player.close();
    this.show([]);
  }

  /** One of them changes. */
  get busy() {
    return this.#recordings.some(({ state }) => state !== "complete" && state !== "failed");
  }

  /** @param {Recorded[]} newest the first page; what was fetched of older ones stays */
  show(newest) {
    const last = newest[kPage - 1];
    if (!last) this.#oldestIsThere = false;
    const ids = new Set(newest.map(({ id }) => id));
    const older = last ? this.#recordings.filter(({ id, startedAt }) => !ids.has(id) && startedAt <= last.startedAt) : [];
    this.#draw([...newest, ...older]);
  }

  async #fetchOlder() {
    const last = this.#recordings.at(-1);
    if (!last) return;
    await this.#try(async () => {
      const { recordings } = await this.api.get(`/recordings?limit=${kPage}&before=${last.id}`);
      if (this.#recordings.at(-1)?.id !== last.id) return; // asked twice
      this.#oldestIsThere = recordings.length < kPage;
      this.#draw([...this.#recordings, ...recordings]);
    });
  }

  /** @param {Recorded[]} recordings the newest first */
  #draw(recordings) {
    this.#recordings = recordings;
    this.#empty.hidden = recordings.length > 0;
    this.#older.hidden = recordings.length < kPage || this.#oldestIsThere;
    reconcile(this.#list, recordings, ({ id }) => id, (one) => this.#make(one), (element, one) => this.#update(element, one));
  }

  /** @param {Recorded} one */
  #make({ id, room, startedAt }) {
    const act = (/** @type {string} */ name, /** @type {import("./icons.js").IconName} */ picture, /** @type {string} */ text, /** @type {() => void} */ click) =>
      h("button", { class: `small ${name}`, type: "button", "aria-label": `${text} the recording of ${room}`, title: text, on: { click } }, icon(picture));
    const control = (/** @type {"pause" | "resume" | "stop"} */ action) => () => void this.#control(id, action);
    return h("li", { class: "card recording" },
      h("button", {
        class: "poster", type: "button", "aria-label": `Play the recording of ${room}, ${dateTime(startedAt)}`,
        on: { click: () => void this.#play(id) },
      }),
      h("div", { class: "recording-text" },
        h("h2", { class: "room-name", text: room }),
        h("p", { class: "hint" }, h("time", { datetime: startedAt, text: dateTime(startedAt) }),
          h("span", { class: "facts" })),
        h("p", { class: "state" }, h("span", { class: "state-word" }), h("progress", { max: 1, "aria-label": "Progress of making the file" })),
        h("p", { class: "note problem" }, icon("warning"), h("span")),
        h("details", { class: "tracks" }, h("summary"), h("ul"))),
      h("div", { class: "recording-actions" },
        act("pause", "pause", "Pause", control("pause")),
        act("resume", "record", "Resume", control("resume")),
        act("stop", "stop", "Stop", control("stop")),
        h("a", { class: "button small download", "aria-label": `Download the recording of ${room}`, title: "Download", download: true }, icon("download")),
        act("delete", "trash", "Delete", () => void this.#delete(id))));
  }

  /**
   * @param {HTMLElement} row
   * @param {Recorded} one
   */
  #update(row, one) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(name));
    const { state, links } = one;
    const facts = [...(one.bytes ? [duration(one.durationMs), fileSize(one.bytes)] : []), one.format.toUpperCase()];
    setAttribute(row, "data-state", state);
    setText(part(".facts"), facts.join(" · "));
    setText(part(".state-word"), kStates[state]);
    part(".state").hidden = state === "complete";
    const progress = part("progress");
    progress.hidden = state !== "finishing";
    setAttribute(progress, "value", one.progress);
    part(".problem").hidden = !one.error;
    setText(part(".problem span"), one.error ? problemOf(one) : "");
    this.#updatePoster(/** @type {HTMLButtonElement} */ (part(".poster")), one);
    part(".pause").hidden = state !== "recording";
    part(".resume").hidden = state !== "paused";
    part(".stop").hidden = state !== "recording" && state !== "paused";
    part(".download").hidden = !links;
    if (links) setAttribute(part(".download"), "href", asDownload(links.file));
    part(".delete").hidden = state !== "complete" && state !== "failed";
    this.#updateTracks(part(".tracks"), one);
  }

  /**
   * @param {HTMLButtonElement} poster
   * @param {Recorded} one
   */
  #updatePoster(poster, one) {
    poster.disabled = one.state !== "complete";
    const drawn = `${one.state} ${Boolean(one.links?.poster)}`;
    if (poster.dataset.drawn === drawn) return; // its link changes with the time, the picture does not
    poster.dataset.drawn = drawn;
    const picture = one.links?.poster ? h("img", { src: one.links.poster, alt: "", loading: "lazy" }) : icon(hasPicture(one) ? "film" : "sound");
    poster.replaceChildren(picture, ...(poster.disabled ? [] : [h("span", { class: "play-mark" }, icon("play"))]));
  }

  /**
   * @param {HTMLElement} details
   * @param {Recorded} one
   */
  #updateTracks(details, { tracks, links }) {
    details.hidden = tracks.length === 0 || !links;
    const [summary, list] = details.children;
    if (!links || !summary || !list) return;
    setText(/** @type {HTMLElement} */ (summary), tracks.length === 1 ? "1 separate track" : `${tracks.length} separate tracks`);
    reconcile(list, tracks, (name) => name, (name) => h("li", {}, h("a", { text: name, download: true })),
      (item, name) => setAttribute(/** @type {Element} */ (item.firstElementChild), "href", asDownload(links.tracks[tracks.indexOf(name)] ?? "")));
  }

  /** @param {string} id */
  async #play(id) {
    const recording = this.#recordings.find((one) => one.id === id);
    if (recording?.links) await this.player.open({ ...recording, links: recording.links, hasPicture: hasPicture(recording) });
  }

  /**
   * @param {string} id
   * @param {"pause" | "resume" | "stop"} action
   */
  async #control(id, action) {
    const recording = this.#recordings.find((one) => one.id === id);
    if (!recording) return;
    if (action === "stop" && !(await ask(`Stop the recording of ${recording.room}?`, "Stop recording"))) return;
    await this.#try(() => this.api.post(`/rooms/${recording.room}/recordings/${id}/${action}`));
  }

  /** @param {string} id */
  async #delete(id) {
    const recording = this.#recordings.find((one) => one.id === id);
    if (!recording) return;
    const question = `Delete the recording of ${recording.room}, ${dateTime(recording.startedAt)}? It cannot be brought back.`;
    if (!(await ask(question, "Delete"))) return;
    await this.#try(async () => {
      await this.api.remove(`/recordings/${id}`);
      this.#recordings = this.#recordings.filter((one) => one.id !== id);
    });
  }

  /** @param {() => Promise<unknown>} act */
  async #try(act) {
    try {
      await act();
    } catch (error) {
      this.toasts.show(sentence(/** @type {Error} */ (error).message), { important: true });
    }
    this.refresh();
  }
}
customElements.define("tessera-recordings", RecordingList);

/** @type {Record<Recorded["state"], string>} */
const kStates = { recording: "Recording", paused: "Paused", finishing: "The file is being made", complete: "", failed: "Failed" };

/** @param {Recorded} one */
function problemOf({ state, error }) {
  const why = sentence(error?.text ?? "");
  return state === "complete" ? `It ended early. ${why}` : why;
}

/**
 * A text that is set anew is read out anew.
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
