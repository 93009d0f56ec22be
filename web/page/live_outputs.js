// SPDX-License-Identifier: Apache-2.0
import { ApiError } from "./api.js";
import { ask } from "./confirm.js";
import { h, reconcile, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { sentence } from "./text.js";

/**
 * @typedef {{id: string, kind: "rtmp" | "hls", target: string, state: "connecting" | "live" | "waiting" | "failed",
 *            kbps: number, framesDropped: number, reconnects: number, delayMs: number,
 *            error?: {code: string, text: string}}} Output
 * @typedef {{room: string, outputs: Output[]}} RoomOutputs
 */

const kMostRooms = 40; // each is asked for by itself
const kStates = { connecting: "Connecting", live: "Live", waiting: "Trying again", failed: "Failed" };

/** `<tessera-live>`: where running rooms are sent live, how that goes, and how to begin and end it. */
export class LiveOutputs extends HTMLElement {
  #rooms = h("div", { class: "live-rooms" });
  #none = h("p", { class: "hint", text: "No room is running." });
  /** @type {RoomOutputs[]} */
  #shown = [];

  /** @param {{api: import("./api.js").Api, toasts: import("./toasts.js").Toasts, refresh: () => void}} given */
  constructor({ api, toasts, refresh }) {
    super();
    this.api = api;
    this.toasts = toasts;
    this.refresh = refresh;
  }

  connectedCallback() {
    this.replaceChildren(h("h2", { id: "live", text: "Live" }), this.#none, this.#rooms);
  }

  /** Something is under way that changes by itself. */
  get busy() {
    return this.#shown.some(({ outputs }) => outputs.length > 0);
  }

  /** @returns {Promise<RoomOutputs[]>} of the running rooms */
  async fetch() {
    const { rooms } = await this.api.get("/rooms");
    const asked = rooms.slice(0, kMostRooms).map(async (/** @type {{id: string}} */ { id }) => {
      try {
        return { room: id, outputs: (await this.api.get(`/rooms/${id}/outputs`)).outputs };
      } catch (error) {
        if (error instanceof ApiError && error.code === "not-found") return null; // it has ended meanwhile
        throw error;
      }
    });
    return (await Promise.all(asked)).filter((one) => one !== null);
  }

  /** @param {RoomOutputs[]} rooms */
  show(rooms) {
    this.#shown = rooms;
    this.#none.hidden = rooms.length > 0;
    reconcile(this.#rooms, rooms, ({ room }) => room, ({ room }) => this.#makeRoom(room), (element, { room, outputs }) => {
      const list = /** @type {HTMLElement} */ (element.querySelector("ul"));
      reconcile(list, outputs, ({ id }) => id, (one) => this.#makeOutput(room, one), showOutput);
      const hls = /** @type {HTMLElement} */ (element.querySelector(".add-hls"));
      hls.hidden = outputs.some(({ kind }) => kind === "hls");
    });
  }

  /** @param {string} room */
  #makeRoom(room) {
    const url = h("input", {
      name: "url", "aria-label": `Where to send ${room}`, placeholder: "rtmps://live.example.org/app/key", required: true,
      pattern: "rtmps?://.+", title: "an address that begins with rtmp:// or rtmps://", autocomplete: "off", spellcheck: "false", autocapitalize: "none",
    });
    const submit = async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (await this.#try(() => this.api.post(`/rooms/${room}/outputs`, { kind: "rtmp", url: url.value.trim() }))) url.value = "";
    };
    return h("section", { class: "card live-room", "aria-label": room },
      h("h3", {}, h("a", { class: "room-name", href: `/r/${encodeURIComponent(room)}`, text: room })),
      h("ul", { class: "output-list" }),
      h("form", { class: "field-row", on: { submit } }, url, h("button", { type: "submit", text: "Send live" }),
        h("button", {
          class: "add-hls", type: "button", text: "Serve as HLS", title: "to be watched from this server in any player",
          on: { click: () => void this.#try(() => this.api.post(`/rooms/${room}/outputs`, { kind: "hls" })) },
        })));
  }

  /**
   * @param {string} room
   * @param {Output} output
   */
  #makeOutput(room, { id, kind, target }) {
    return h("li", { class: "output" },
      h("span", { class: "output-state" }),
      h("span", { class: "output-text" },
        kind === "hls" ? h("a", { href: target, text: target }) : h("span", { text: target }),
        h("span", { class: "hint facts" }),
        h("span", { class: "note" }, icon("warning"), h("span"))),
      h("button", {
        class: "small", type: "button", "aria-label": `Stop sending ${room} to ${target}`, title: "Stop", on: { click: () => void this.#stop(room, id, target) },
      }, icon("stop")));
  }

  /**
   * @param {string} room
   * @param {string} id
   * @param {string} target
   */
  async #stop(room, id, target) {
    if (await ask(`Stop sending ${room} to ${target}?`, "Stop")) await this.#try(() => this.api.remove(`/rooms/${room}/outputs/${id}`));
  }

  /** @param {() => Promise<unknown>} act */
  async #try(act) {
    try {
      await act();
      return true;
    } catch (error) {
      this.toasts.show(sentence(/** @type {Error} */ (error).message), { important: true });
      return false;
    } finally {
      this.refresh();
    }
  }
}
customElements.define("tessera-live", LiveOutputs);

/**
 * @param {HTMLElement} row
 * @param {Output} output
 */
function showOutput(row, { state, kbps, framesDropped, reconnects, delayMs, error }) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(name));
  setAttribute(row, "data-state", state);
  part(".output-state").textContent = kStates[state];
  const count = (/** @type {number} */ value, /** @type {string} */ one, /** @type {string} */ many) => (value === 1 ? `1 ${one}` : `${value} ${many}`);
  part(".facts").textContent = [
    ...(state === "live" ? [`${kbps} kbit/s`, `${(delayMs / 1000).toFixed(1)} s behind`] : []),
    count(framesDropped, "frame dropped", "frames dropped"), count(reconnects, "reconnect", "reconnects"),
  ].join(" · ");
  part(".note").hidden = !error;
  part(".note span").textContent = error ? sentence(error.text) : "";
}
