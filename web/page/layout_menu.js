// SPDX-License-Identifier: Apache-2.0
import { h, isTyping, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { layoutName } from "./text.js";

/** @typedef {import("../sdk/protocol.js").LayoutName} LayoutName */
/** @typedef {{layout: LayoutName, custom?: string, text: string, hint: string}} Item */

const kKey = "g";
/** @type {Item[]} */
const kItems = [
  { layout: "auto", text: "Automatic", hint: "by how many are here, and whether somebody shares" },
  { layout: "grid", text: "Grid", hint: "everybody the same size" },
  { layout: "speaker", text: "Speaker", hint: "who speaks large, the others in a strip" },
  { layout: "spotlight", text: "Spotlight", hint: "only who is pinned" },
  { layout: "presentation", text: "Presentation", hint: "the shared screen large" },
  { layout: "side-by-side", text: "Side by side", hint: "two of the same size" },
];

/** `<tessera-layout>`: which layout is on, for everybody; for a moderator a menu to choose another. */
export class LayoutMenu extends HTMLElement {
  #button = h("button", {
    id: "layout", class: "small", type: "button", tabindex: "0", "aria-haspopup": "menu", "aria-expanded": "false",
    "aria-keyshortcuts": kKey, on: { click: () => this.#open(this.#menu.hidden) },
  });
  #plain = h("span", { class: "layout-now" });
  #menu = h("div", {
    class: "menu", role: "menu", "aria-label": "Layout", hidden: true,
    on: {
      keydown: (/** @type {KeyboardEvent} */ event) => this.#walk(event),
      focusout: (/** @type {FocusEvent} */ event) => this.#left(event),
    },
  });
  /** @type {import("../sdk/protocol.js").ShownLayout | null} */
  #shown = null;
  #onKey = (/** @type {KeyboardEvent} */ event) => this.#key(event);

  /** @param {import("../sdk/tessera.js").Conference} conference */
  constructor(conference) {
    super();
    this.conference = conference;
  }

  connectedCallback() {
    this.replaceChildren(this.#button, this.#plain, this.#menu);
    this.conference.on("tiles", ({ layout }) => {
      this.#shown = layout;
      this.refresh();
    });
    this.conference.on("layout", () => this.refresh());
    document.addEventListener("keydown", this.#onKey);
    this.refresh();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey);
  }

  /** Call after a change of the roster, which says who is moderator. */
  refresh() {
    const { layout } = this.conference;
    const moderator = this.conference.me?.role === "moderator";
    const now = layoutName(layout.layout === "custom" || !this.#shown ? layout : { layout: this.#shown });
    const name = layout.layout === "auto" && this.#shown ? `${now}, chosen automatically` : now;
    const picture = this.#shown ?? "auto";
    this.#button.hidden = !moderator;
    this.#plain.hidden = moderator || !this.#shown;
    for (const part of [this.#button, this.#plain]) {
      if (part.dataset.picture !== picture) part.replaceChildren(icon(picture), h("span", { class: "button-text" }));
      part.dataset.picture = picture;
      const text = part.querySelector(".button-text");
      if (text && text.textContent !== now) text.textContent = now;
      setAttribute(part, "title", part === this.#button ? `Layout: ${name} (${kKey.toUpperCase()})` : `Layout: ${name}`);
    }
    setAttribute(this.#button, "aria-label", `Layout: ${name}`);
    if (!moderator) this.#open(false);
    else if (!this.#menu.hidden) this.#showChecked();
  }

  /** @param {boolean} open */
  #open(open) {
    if (open === !this.#menu.hidden) return;
    const held = this.#menu.contains(document.activeElement);
    this.#menu.hidden = !open;
    setAttribute(this.#button, "aria-expanded", open ? "true" : "false");
    if (!open) {
      if (held && !this.#button.hidden) this.#button.focus(); // hidden: no moderator any more
      return;
    }
    this.#menu.replaceChildren(...this.#items().map((item) => this.#row(item)), this.#unpinRow());
    this.#showChecked();
    (this.#rows.find((row) => row.getAttribute("aria-checked") === "true") ?? this.#rows[0])?.focus();
  }

  /** @returns {Item[]} */
  #items() {
    const own = this.conference.customLayouts.map((custom) =>
      /** @type {Item} */ ({ layout: "custom", custom, text: layoutName({ layout: "custom", custom }), hint: "of this server" }));
    return [...kItems, ...own];
  }

  get #rows() {
    return /** @type {HTMLElement[]} */ ([...this.#menu.querySelectorAll("[role^=menuitem]:not([hidden])")]);
  }

  /** @param {Item} item */
  #row({ layout, custom, text, hint }) {
    return h("button", {
      class: "menu-row", type: "button", role: "menuitemradio", tabindex: "-1", "data-layout": layout, "data-custom": custom,
      "aria-label": `${text}: ${hint}`,
      on: { click: () => this.#choose(() => this.conference.setLayout(layout, custom)) },
    }, icon(layout), h("span", { class: "menu-text" }, h("span", { text }), h("span", { class: "hint", text: hint })), icon("check"));
  }

  #unpinRow() {
    return h("button", {
      class: "menu-row unpin-all", type: "button", role: "menuitem", tabindex: "-1",
      on: { click: () => this.#choose(() => this.conference.unpinAll()) },
    }, icon("pin"), h("span", { class: "menu-text", text: "Unpin everyone" }));
  }

  /** @param {() => void} act */
  #choose(act) {
    this.#open(false);
    act();
  }

  #showChecked() {
    const { layout, custom, pinned } = this.conference.layout;
    for (const row of this.#menu.querySelectorAll("[role=menuitemradio]")) {
      const { dataset } = /** @type {HTMLElement} */ (row);
      setAttribute(row, "aria-checked", dataset.layout === layout && dataset.custom === custom ? "true" : "false");
    }
    const unpin = this.#menu.querySelector(".unpin-all");
    if (unpin instanceof HTMLElement) unpin.hidden = pinned.length === 0;
  }

  /** Keys in the open menu are the menu's: none is a shortcut. @param {KeyboardEvent} event */
  #walk(event) {
    event.stopPropagation();
    const rows = this.#rows;
    const now = rows.findIndex((row) => row === document.activeElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1 + rows.length, Home: 0, End: rows.length - 1 }[event.key];
    const again = event.key.toLowerCase() === kKey && !event.repeat;
    if (event.key === "Escape" || again) this.#open(false);
    else if (to !== undefined) rows[to % rows.length]?.focus();
    else return;
    event.preventDefault();
  }

  /** @param {FocusEvent} event */
  #left({ relatedTarget }) {
    if (relatedTarget instanceof Node && this.contains(relatedTarget)) return;
    this.#open(false);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    if (event.key.toLowerCase() !== kKey || this.#button.hidden) return;
    event.preventDefault();
    this.#open(this.#menu.hidden);
  }
}
customElements.define("tessera-layout", LayoutMenu);
