// SPDX-License-Identifier: Apache-2.0
import { h } from "./dom.js";
import { icon } from "./icons.js";

const kMaxCrop = 0.2; // as in the mix: more than this is not cut away to fill a tile

/** The local camera, which is there without any delay, over one's own tile in the mix. */
export class SelfView {
  #video = h("video", { class: "self-video", autoplay: true, playsinline: true, "aria-hidden": "true" });
  #name = h("span", { class: "self-name", "aria-hidden": "true" });

  constructor() {
    this.#video.muted = true;
  }

  /**
   * @param {HTMLElement} element of the tile
   * @param {{width: number, height: number}} tile
   * @param {MediaStreamTrack | null} camera null: the mix shows what is to be seen
   * @param {{muted: boolean, handRaised: boolean, poorConnection: boolean, speaking: boolean}} marks
   */
  show(element, tile, camera, marks) {
    element.classList.toggle("self", camera !== null);
    element.classList.toggle("speaking", marks.speaking);
    this.#take(camera);
    if (!camera) return this.remove();
    const { width = 16, height = 9 } = camera.getSettings();
    this.#video.classList.toggle("fit", cropped(width / height, tile.width / tile.height) > kMaxCrop);
    const icons = /** @type {import("./icons.js").IconName[]} */ ([
      ...(marks.muted ? ["micOff"] : []), ...(marks.handRaised ? ["hand"] : []), ...(marks.poorConnection ? ["poor"] : [])]);
    if (this.#name.dataset.marks !== icons.join()) this.#name.replaceChildren(...icons.map(icon), "You");
    this.#name.dataset.marks = icons.join();
    if (this.#video.parentElement === element) return;
    element.append(this.#video, this.#name);
    this.#video.play().catch(() => {});
  }

  remove() {
    this.#video.remove();
    this.#name.remove();
  }

  close() {
    this.#video.srcObject = null;
  }

  /** @param {MediaStreamTrack | null} camera */
  #take(camera) {
    const shown = this.#video.srcObject instanceof MediaStream ? this.#video.srcObject.getTracks()[0] : undefined;
    if (camera !== (shown ?? null)) this.#video.srcObject = camera ? new MediaStream([camera]) : null;
  }
}

/**
 * The part of a picture that is cut away when it fills a tile.
 * @param {number} picture width / height
 * @param {number} tile
 */
export function cropped(picture, tile) {
  return 1 - Math.min(picture / tile, tile / picture);
}
