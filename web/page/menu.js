// SPDX-License-Identifier: Apache-2.0
import { h, isTyping, setAttribute } from "./dom.js";

/** A button that opens a menu: by click and by key, with arrows in it, and closed by leaving it. */
export class Menu extends HTMLElement {
  button = h("button", {
    class: "small", type: "button", tabindex: "0", "aria-haspopup": "menu", "aria-expanded": "false",
    on: { click: () => this.open(this.menu.hidden) },
  });
  menu = h("div", {
    class: "menu", role: "menu", hidden: true,
    on: {
      keydown: (/** @type {KeyboardEvent} */ event) => this.#walk(event),
      focusout: (/** @type {FocusEvent} */ event) => this.#left(event),
    },
  });
  #key;
  #onKey = (/** @type {KeyboardEvent} */ event) => this.#pressed(event);

  /** @param {{id: string, label: string, key: string}} given */
  constructor({ id, label, key }) {
    super();
    this.#key = key;
    setAttribute(this.button, "id", id);
    setAttribute(this.button, "aria-keyshortcuts", key);
    setAttribute(this.menu, "aria-label", label);
  }

  connectedCallback() {
    document.addEventListener("keydown", this.#onKey);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey);
  }

  /** What is in the menu when it opens. @returns {HTMLElement[]} */
  makeRows() {
    return [];
  }

  /** Whether what a row stands for is in force. @param {HTMLElement} _row */
  isChecked(_row) {
    return false;
  }

  showChecked() {
    for (const row of this.menu.querySelectorAll("[role=menuitemradio]"))
      setAttribute(row, "aria-checked", this.isChecked(/** @type {HTMLElement} */ (row)) ? "true" : "false");
  }

  /** @param {boolean} open */
  open(open) {
    if (open === !this.menu.hidden) return;
    const held = this.menu.contains(document.activeElement);
    this.menu.hidden = !open;
    setAttribute(this.button, "aria-expanded", open ? "true" : "false");
    if (!open) {
      if (held && !this.button.hidden) this.button.focus();
      return;
    }
    this.menu.replaceChildren(...this.makeRows());
    this.showChecked();
    (this.#rows.find((row) => row.getAttribute("aria-checked") === "true") ?? this.#rows[0])?.focus();
  }

  get #rows() {
    return /** @type {HTMLElement[]} */ ([...this.menu.querySelectorAll("[role^=menuitem]:not([hidden])")]);
  }

  /** Keys in the open menu are the menu's: none is a shortcut. @param {KeyboardEvent} event */
  #walk(event) {
    event.stopPropagation();
    const rows = this.#rows;
    const now = rows.findIndex((row) => row === document.activeElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1 + rows.length, Home: 0, End: rows.length - 1 }[event.key];
    const again = event.key.toLowerCase() === this.#key && !event.repeat;
    if (event.key === "Escape" || again) this.open(false);
    else if (to !== undefined) rows[to % rows.length]?.focus();
    else return;
    event.preventDefault();
  }

  /** @param {FocusEvent} event */
  #left({ relatedTarget }) {
    if (relatedTarget instanceof Node && this.contains(relatedTarget)) return;
    this.open(false);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    if (event.key.toLowerCase() !== this.#key || this.button.hidden) return;
    event.preventDefault();
    this.open(this.menu.hidden);
  }
}
