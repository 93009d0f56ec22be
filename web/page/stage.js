// SPDX-License-Identifier: Apache-2.0
import { h, reconcile, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { describe } from "./text.js";

/** @typedef {import("../sdk/protocol.js").Tile} Tile */

/**
 * `<tessera-stage>`: the mix, with an invisible element over each tile that names it and takes the focus; over
 * one's own tile the local camera, which is there without any delay.
 */
export class Stage extends HTMLElement {
  #mix = h("video", { id: "mix", autoplay: true, playsinline: true, "aria-label": "Everyone in the room" });
  #self = h("video", { class: "self-video", autoplay: true, playsinline: true, "aria-hidden": "true" });
  #selfName = h("span", { class: "self-name", "aria-hidden": "true" });
  #tiles = h("div", {
    class: "tiles", role: "group", "aria-label": "Participants in the picture",
    on: { keydown: (/** @type {KeyboardEvent} */ event) => this.#walk(event) },
  });
  #hear = h("button", { class: "primary hear", hidden: true, on: { click: () => void this.#play() } },
    icon("speaker"), "Turn on sound");
  #note = h("div", { class: "stage-note" });
  #expand = h("button", {
    class: "expand", type: "button", "aria-label": "Full screen (f)", title: "Full screen (F)",
    on: { click: () => this.toggleFullscreen() },
  }, icon("expand"));
  #frame = h("div", { class: "stage-frame" },
    this.#mix, this.#tiles, this.#note, this.#hear, this.#expand);
  /** @type {import("../sdk/protocol.js").Tiles | null} */
  #layout = null;
  #wakeUp = () => void this.#play();

  /** @param {import("../sdk/tessera.js").Conference} conference */
  constructor(conference) {
    super();
    this.conference = conference;
    /** @type {MediaStreamTrack | null} */
    this.camera = null;
    /** @type {ReadonlyMap<string, import("../sdk/protocol.js").Level>} */
    this.levels = new Map();
  }

  connectedCallback() {
    this.#self.muted = true;
    this.replaceChildren(this.#frame);
    this.#mix.srcObject = this.conference.stream;
    this.#mix.addEventListener("loadeddata", () => this.#frame.classList.add("has-picture"));
    this.#mix.addEventListener("pause", this.#wakeUp); // a track that is exchanged may pause some browsers
    this.conference.on("tiles", (tiles) => {
      this.#layout = tiles;
      this.refresh();
    });
    void this.#play();
  }

  disconnectedCallback() {
    this.#mix.removeEventListener("pause", this.#wakeUp);
    this.#mix.srcObject = null;
    this.#self.srcObject = null;
  }

  toggleFullscreen() {
    if (document.fullscreenElement) void document.exitFullscreen();
    else this.#frame.requestFullscreen?.().catch(() => {});
  }

  /**
   * A text over the picture, while there is none; empty: gone.
   * @param {string} text
   * @param {boolean} [busy]
   */
  say(text, busy = false) {
    this.#note.replaceChildren(...(text ? [busy ? h("span", { class: "spinner" }) : "", h("span", { text })] : []));
  }

  /** Call after a change of roster, levels or camera. */
  refresh() {
    if (!this.#layout) return;
    const { canvas } = this.#layout;
    this.#frame.style.setProperty("--canvas-width", String(canvas.width));
    this.#frame.style.setProperty("--canvas-height", String(canvas.height));
    const tiles = this.#layout.tiles.filter((tile) => this.#personOf(tile));
    reconcile(this.#tiles, tiles, (tile) => `${tile.id}/${tile.pc}`, () => this.#makeTile(), (element, tile) =>
      this.#updateTile(element, tile, canvas));
    const elements = [...this.#tiles.children];
    if (!elements.some((one) => one.getAttribute("tabindex") === "0")) elements[0]?.setAttribute("tabindex", "0");
    if (!tiles.some((tile) => tile.id === this.conference.id)) this.#self.remove();
  }

  /** @param {Tile} tile */
  #personOf(tile) {
    return this.conference.participants.find((one) => one.id === tile.id);
  }

  #makeTile() {
    return h("div", { class: "tile", role: "img", tabindex: "-1" });
  }

  /**
   * @param {HTMLElement} element
   * @param {Tile} tile
   * @param {import("../sdk/protocol.js").Canvas} canvas
   */
  #updateTile(element, tile, canvas) {
    const person = this.#personOf(tile);
    if (!person) return;
    element.style.left = `${(100 * tile.x) / canvas.width}%`;
    element.style.top = `${(100 * tile.y) / canvas.height}%`;
    element.style.width = `${(100 * tile.width) / canvas.width}%`;
    element.style.height = `${(100 * tile.height) / canvas.height}%`;
    element.dataset.id = tile.id;
    const me = tile.id === this.conference.id;
    const speaking = this.levels.get(tile.id)?.speaking === true && !person.muted;
    setAttribute(element, "aria-label", describe(person, { me, speaking }));
    if (me) this.#updateSelf(element, tile, speaking);
  }

  /**
   * @param {HTMLElement} element
   * @param {Tile} tile
   * @param {boolean} speaking
   */
  #updateSelf(element, tile, speaking) {
    const camera = this.conference.cameraOff ? null : this.camera;
    const shown = this.#self.srcObject instanceof MediaStream ? this.#self.srcObject.getTracks()[0] : null;
    if (camera !== (shown ?? null)) this.#self.srcObject = camera ? new MediaStream([camera]) : null;
    element.classList.toggle("self", camera !== null);
    element.classList.toggle("speaking", speaking);
    if (!camera) {
      this.#self.remove();
      this.#selfName.remove();
      return;
    }
    const { width = 16, height = 9 } = camera.getSettings();
    this.#self.classList.toggle("fit", shape(width, height) * shape(tile.width, tile.height) < 0);
    this.#selfName.replaceChildren(...(this.conference.muted ? [icon("micOff")] : []), "You");
    if (this.#self.parentElement !== element) {
      element.append(this.#self, this.#selfName);
      this.#self.play().catch(() => {});
    }
  }

  /** Browsers may refuse sound before a click: then the picture plays, and a button brings the sound. */
  async #play() {
    try {
      this.#mix.muted = false;
      await this.#mix.play();
      this.#hear.hidden = true;
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return; // not refused, only interrupted
      this.#hear.hidden = false;
      this.#mix.muted = true;
      await this.#mix.play().catch(() => {});
    }
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const tiles = /** @type {HTMLElement[]} */ ([...this.#tiles.children]);
    const now = tiles.findIndex((tile) => tile === document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = step && now >= 0 ? tiles[(now + step + tiles.length) % tiles.length] : undefined;
    if (!next) return;
    event.preventDefault();
    for (const tile of tiles) tile.tabIndex = tile === next ? 0 : -1;
    next.focus();
  }
}
customElements.define("tessera-stage", Stage);

/**
 * 1 upright, -1 lying, 0 neither. As in the mix, an upright picture in a lying tile (or the reverse) is shown
 * whole, anything else is cropped to fill.
 * @param {number} width
 * @param {number} height
 */
function shape(width, height) {
  if (4 * height > 5 * width) return 1;
  return 4 * width > 5 * height ? -1 : 0;
}
