// SPDX-License-Identifier: Apache-2.0
import { h } from "./dom.js";

const kFloorDb = -60;

/** `<tessera-level>`: a bar that follows the loudness of a microphone. */
export class LevelMeter extends HTMLElement {
  /** @type {AudioContext | null} */
  #context = null;
  #bar = h("div", { class: "level-bar" });
  #frame = 0;

  connectedCallback() {
    this.setAttribute("role", "meter");
    this.setAttribute("aria-label", "Microphone level");
    this.setAttribute("aria-valuemin", "0");
    this.setAttribute("aria-valuemax", "100");
    this.setAttribute("aria-valuenow", "0");
    this.replaceChildren(this.#bar);
  }

  disconnectedCallback() {
    this.show(null);
  }

  /** @param {MediaStreamTrack | null} track */
  show(track) {
    cancelAnimationFrame(this.#frame);
    void this.#context?.close();
    this.#context = null;
    this.#set(0);
    if (!track) return;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    this.#context = context;
    const samples = new Float32Array(analyser.fftSize);
    const draw = () => {
      analyser.getFloatTimeDomainData(samples);
      let power = 0;
      for (const value of samples) power += value * value;
      const db = 10 * Math.log10(power / samples.length + 1e-9);
      this.#set(Math.max(0, 1 - db / kFloorDb));
      this.#frame = requestAnimationFrame(draw);
    };
    draw();
  }

  /** @param {number} level 0 to 1 */
  #set(level) {
    this.#bar.style.transform = `scaleX(${level.toFixed(3)})`;
    this.setAttribute("aria-valuenow", String(Math.round(level * 10) * 10));
  }
}
customElements.define("tessera-level", LevelMeter);
