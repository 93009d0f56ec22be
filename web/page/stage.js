// SPDX-License-Identifier: Apache-2.0
import { h, reconcile, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { SoundOnly } from "./received.js";
import { SelfView } from "./self_view.js";
import { describe } from "./text.js";

/** @typedef {import("../sdk/protocol.js").Tile} Tile */

const kTilesLabel = "Participants in the picture";

/**
 * `<tessera-stage>`: the mix, with an invisible element over each tile that names it and takes the focus; over
 * one's own tile the local camera, which is there without any delay.
 */
export class Stage extends HTMLElement {
  #mix = h("video", { id: "mix", autoplay: true, playsinline: true, "aria-label": "Everyone in the room" });
  #self = new SelfView();
  #tiles = h("div", {
    class: "tiles", role: "group", "aria-label": kTilesLabel,
    on: { keydown: (/** @type {KeyboardEvent} */ event) => this.#walk(event) },
  });
  #hear = h("button", { class: "primary hear", hidden: true, on: { click: () => void this.#play() } },
    icon("sound"), "Turn on sound");
  #note = h("div", { class: "stage-note" });
  #expand = h("button", {
    class: "expand", type: "button", "aria-label": "Full screen (f)", title: "Full screen (F)",
    on: { click: () => this.toggleFullscreen() },
  }, icon("expand"));
  #soundOnly;
  #frame;
  /** @type {import("../sdk/protocol.js").Tiles | null} */
  #layout = null;
  #wakeUp = () => void this.#play();

  /** @param {import("../sdk/tessera.js").Conference} conference */
  constructor(conference) {
    super();
    this.conference = conference;
    this.#soundOnly = new SoundOnly(conference);
    this.#frame = h("div", { class: "stage-frame" },
      this.#mix, this.#tiles, this.#soundOnly, this.#note, this.#hear, this.#expand);
    /** @type {MediaStreamTrack | null} */
    this.camera = null;
    /** @type {ReadonlyMap<string, import("../sdk/protocol.js").Level>} */
    this.levels = new Map();
  }

  connectedCallback() {
    this.replaceChildren(this.#frame);
    this.#mix.addEventListener("pause", this.#wakeUp); // a track that is exchanged may pause some browsers
    this.conference.on("tiles", (tiles) => {
      this.#layout = tiles;
      this.refresh();
    });
    this.conference.on("layout", () => this.refresh());
    this.conference.on("state", () => this.#attach());
  }

  disconnectedCallback() {
    this.#mix.removeEventListener("pause", this.#wakeUp);
    this.#mix.srcObject = null;
    this.#self.close();
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
    this.#soundOnly.refresh(this.levels);
    if (!this.#layout) return;
    const { canvas, more } = this.#layout;
    const { look, canvas: full } = this.conference;
    const { style } = this.#frame;
    style.setProperty("--canvas-width", String(canvas.width));
    style.setProperty("--canvas-height", String(canvas.height));
    style.setProperty("--glide", `${look.glideMs}ms`);
    style.setProperty("--corner", `${(100 * look.cornerRadius) / full.width}cqw`);
    setAttribute(this.#tiles, "aria-label", more ? `Participants in the picture; ${more} more have no tile` : kTilesLabel);
    const tiles = this.#layout.tiles.filter((tile) => this.#personOf(tile));
    reconcile(this.#tiles, tiles, (tile) => `${tile.id}/${tile.pc}`, (tile) => this.#makeTile(tile), (element, tile) =>
      this.#updateTile(element, tile, canvas));
    const elements = [...this.#tiles.children];
    if (!elements.some((one) => one.getAttribute("tabindex") === "0")) elements[0]?.setAttribute("tabindex", "0");
    if (!tiles.some((tile) => this.#isSelf(tile))) this.#self.remove();
  }

  /** @param {Tile} tile */
  #personOf(tile) {
    return this.conference.participants.find((one) => one.id === tile.id);
  }

  /** One's own shared screen is seen in the mix. @param {Tile} tile */
  #isSelf(tile) {
    return tile.id === this.conference.id && tile.pc === "main";
  }

  /** @param {Tile} tile */
  #makeTile({ id, pc }) {
    const pin = pc === "main" ? h("button", {
      class: "pin-tile", type: "button", tabindex: "-1", on: { click: () => this.#flipPin(id) },
    }, icon("pin")) : null; // by keyboard: Enter on the tile
    return h("div", { class: "tile", tabindex: "-1", "data-id": id, "data-pc": pc }, pin);
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
    const { conference } = this;
    const me = tile.id === conference.id;
    const pinned = conference.layout.pinned.includes(tile.id);
    const speaking = this.levels.get(tile.id)?.speaking === true && !person.muted;
    const ofScreen = me ? "Your shared screen" : `Shared screen of ${person.name}`;
    setAttribute(element, "aria-label", tile.pc === "screen" ? ofScreen : describe(person, { me, speaking, pinned }));
    this.#updatePin(element, person.name, pinned);
    if (this.#isSelf(tile)) {
      const camera = conference.cameraOff ? null : this.camera;
      this.#self.show(element, tile, camera, { ...person, muted: conference.muted, speaking });
    }
  }

  /**
   * @param {HTMLElement} element
   * @param {string} name
   * @param {boolean} pinned
   */
  #updatePin(element, name, pinned) {
    const pin = element.querySelector("button");
    const moderator = this.conference.me?.role === "moderator";
    setAttribute(element, "role", pin && moderator ? "group" : "img");
    setAttribute(element, "aria-keyshortcuts", pin && moderator ? "Enter" : null);
    if (!pin) return;
    pin.hidden = !moderator;
    setAttribute(pin, "aria-label", pinned ? `Unpin ${name}` : `Pin ${name}`);
    setAttribute(pin, "title", pinned ? "Unpin" : "Pin: show before the others");
    setAttribute(pin, "aria-pressed", pinned ? "true" : "false");
  }

  /** @param {string} id */
  #flipPin(id) {
    this.conference.pin(id, !this.conference.layout.pinned.includes(id));
  }

  /** Not before something is in it: Chromium never plays sound alone that came into an empty stream. */
  #attach() {
    if (this.#mix.srcObject || this.conference.state !== "connected") return;
    this.#mix.srcObject = this.conference.stream;
    void this.#play();
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
    if (event.key === "Enter" && !event.repeat) tiles[now]?.querySelector("button:not([hidden])")?.dispatchEvent(new MouseEvent("click"));
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = step && now >= 0 ? tiles[(now + step + tiles.length) % tiles.length] : undefined;
    if (!next) return;
    event.preventDefault();
    for (const tile of tiles) tile.tabIndex = tile === next ? 0 : -1;
    next.focus();
  }
}
customElements.define("tessera-stage", Stage);
