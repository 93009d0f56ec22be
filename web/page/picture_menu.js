// SPDX-License-Identifier: Apache-2.0
import { h, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { recall, remember } from "./memory.js";
import { Menu } from "./menu.js";

const kKey = "d";
const kTallest = 16384; // the server takes no more
const kItems = /** @type {const} */ ([
  { height: null, icon: "picture", text: "Automatic", hint: "as good as your network and device carry" },
  { height: 180, icon: "saver", text: "Save data", hint: "a small picture" },
  { height: 0, icon: "sound", text: "Sound only", hint: "no picture at all" },
]);

/**
 * What this device asked for the last time, unless the address says it.
 * @param {string | null} given `receive=…` of the address
 * @returns {number | null} as of Conference.receive()
 */
export function wantedHeight(given) {
  const text = given ?? recall("receive");
  return /^\d{1,5}$/.test(text) ? Math.min(Number(text), kTallest) : null;
}

/** `<tessera-picture>`: how much picture this device wants, for oneself alone. */
export class PictureMenu extends Menu {
  /** @param {import("../sdk/tessera.js").Conference} conference */
  constructor(conference) {
    super({ id: "picture", label: "Picture", key: kKey });
    this.conference = conference;
  }

  connectedCallback() {
    super.connectedCallback();
    this.replaceChildren(this.button, this.menu);
    this.conference.on("state", () => this.#refresh()); // it joins with what was chosen before
    this.#refresh();
  }

  /** @param {number | null} height */
  #choose(height) {
    this.open(false);
    remember("receive", height === null ? "" : String(height));
    this.conference.receive(height);
    this.#refresh();
  }

  makeRows() {
    return kItems.map(({ height, icon: picture, text, hint }) =>
      h("button", {
        class: "menu-row", type: "button", role: "menuitemradio", tabindex: "-1", "data-height": String(height),
        "aria-label": `${text}: ${hint}`, on: { click: () => this.#choose(height) },
      }, icon(picture), h("span", { class: "menu-text" }, h("span", { text }), h("span", { class: "hint", text: hint })), icon("check")));
  }

  /** @param {HTMLElement} row */
  isChecked(row) {
    return row.dataset.height === String(this.conference.wantedHeight);
  }

  #refresh() {
    const { wantedHeight: height } = this.conference;
    const now = height === null ? kItems[0] : height === 0 ? kItems[2] : kItems[1];
    const name = `Picture: ${now.text.toLowerCase()}`;
    this.button.replaceChildren(icon(now.icon), h("span", { class: "button-text", text: height === null ? "Picture" : now.text }));
    setAttribute(this.button, "aria-label", name);
    setAttribute(this.button, "title", `${name} (${kKey.toUpperCase()})`);
  }
}
customElements.define("tessera-picture", PictureMenu);
