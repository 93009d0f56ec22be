// SPDX-License-Identifier: Apache-2.0
import { h, isTyping, setAttribute } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @typedef {object} Control
 * @property {string} id
 * @property {string} key shortcut
 * @property {string} label what the button is called, on or off
 * @property {string} [short] the text under it
 * @property {import("./icons.js").IconName} icon
 * @property {import("./icons.js").IconName} [iconOff]
 * @property {() => void} run
 */

/** `<tessera-toolbar>`: what one does in a call, by click and by key. */
export class Toolbar extends HTMLElement {
  /** @type {Map<string, {control: Control, button: HTMLButtonElement}>} */
  #buttons = new Map();
  #onKey = (/** @type {KeyboardEvent} */ event) => this.#key(event);

  /** @param {Control[]} controls */
  constructor(controls) {
    super();
    for (const control of controls) this.#buttons.set(control.id, { control, button: this.#make(control) });
  }

  connectedCallback() {
    this.setAttribute("role", "toolbar");
    this.setAttribute("aria-label", "Call controls");
    this.replaceChildren(...[...this.#buttons.values()].map(({ button }) => button));
    document.addEventListener("keydown", this.#onKey);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey);
  }

  /**
   * @param {string} id
   * @param {{on?: boolean, attention?: boolean, text?: string, badge?: number}} state
   */
  set(id, { on, attention = false, text, badge = 0 }) {
    const entry = this.#buttons.get(id);
    if (!entry) return;
    const { control, button } = entry;
    if (on !== undefined) setAttribute(button, "aria-pressed", on ? "true" : "false");
    button.classList.toggle("attention", attention);
    const name = text ?? control.label;
    const more = badge ? `, ${badge} unread` : "";
    setAttribute(button, "aria-label", name + more);
    setAttribute(button, "title", `${name} (${control.key.toUpperCase()})`);
    const picture = on === false && control.iconOff ? control.iconOff : control.icon;
    button.replaceChildren(
      icon(picture),
      h("span", { class: "button-text", "aria-hidden": "true", text: control.short ?? control.label }),
      ...(badge ? [h("span", { class: "badge", "aria-hidden": "true", text: badge > 99 ? "99+" : String(badge) })] : []),
    );
  }

  /** @param {Control} control */
  #make(control) {
    return h("button", {
      id: control.id, type: "button", class: `tool tool-${control.id}`, "aria-keyshortcuts": control.key,
      on: { click: () => control.run() },
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    for (const { control } of this.#buttons.values())
      if (control.key === event.key.toLowerCase()) {
        event.preventDefault();
        control.run();
      }
  }
}
customElements.define("tessera-toolbar", Toolbar);
