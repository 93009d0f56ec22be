// SPDX-License-Identifier: Apache-2.0
import { h } from "./dom.js";

const kShownMs = 4500;
const kImportantMs = 15000;
const kAtOnce = 3;

/** `<tessera-toasts>`: short news that go by themselves, read out by a screen reader. */
export class Toasts extends HTMLElement {
  #spoken = h("div", { role: "status", class: "toast-list" });
  #silent = h("div", { class: "toast-list", "aria-hidden": "true" });

  connectedCallback() {
    this.replaceChildren(this.#spoken, this.#silent);
  }

  /**
   * @param {string} text
   * @param {{silent?: boolean, important?: boolean}} [how] silent: something else reads it out (the chat's log);
   *   important: something went wrong, which wants time to be read
   */
  show(text, { silent = false, important = false } = {}) {
    if (!text) return;
    const list = silent ? this.#silent : this.#spoken;
    const toast = h("div", { class: important ? "toast important" : "toast", text });
    list.append(toast);
    while (list.children.length > kAtOnce) list.firstElementChild?.remove();
    setTimeout(() => toast.remove(), important ? kImportantMs : kShownMs);
  }

  /** What the silent ones told is on the screen now. */
  clearSilent() {
    this.#silent.replaceChildren();
  }
}
customElements.define("tessera-toasts", Toasts);
