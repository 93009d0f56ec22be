// SPDX-License-Identifier: Apache-2.0
import { h, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { Menu } from "./menu.js";
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
export class LayoutMenu extends Menu {
  #plain = h("span", { class: "layout-now" });
  /** @type {import("../sdk/protocol.js").ShownLayout | null} */
  #shown = null;

  /** @param {import("../sdk/tessera.js").Conference} conference */
  constructor(conference) {
    super({ id: "layout", label: "Layout", key: kKey });
    this.conference = conference;
  }

  connectedCallback() {
    super.connectedCallback();
    this.replaceChildren(this.button, this.#plain, this.menu);
    this.conference.on("tiles", ({ layout }) => {
      this.#shown = layout;
      this.refresh();
    });
    this.conference.on("layout", () => this.refresh());
    this.refresh();
  }

  /** Call after a change of the roster, which says who is moderator. */
  refresh() {
    const { layout } = this.conference;
    const moderator = this.conference.me?.role === "moderator";
    const now = layoutName(layout.layout === "custom" || !this.#shown ? layout : { layout: this.#shown });
    const name = layout.layout === "auto" && this.#shown ? `${now}, chosen automatically` : now;
    const picture = this.#shown ?? "auto";
    this.button.hidden = !moderator;
    this.#plain.hidden = moderator || !this.#shown;
    for (const part of [this.button, this.#plain]) {
      if (part.dataset.picture !== picture) part.replaceChildren(icon(picture), h("span", { class: "button-text" }));
      part.dataset.picture = picture;
      const text = part.querySelector(".button-text");
      if (text && text.textContent !== now) text.textContent = now;
      setAttribute(part, "title", part === this.button ? `Layout: ${name} (${kKey.toUpperCase()})` : `Layout: ${name}`);
    }
    setAttribute(this.button, "aria-label", `Layout: ${name}`);
    if (!moderator) this.open(false);
    else if (!this.menu.hidden) this.showChecked();
  }

  makeRows() {
    const own = this.conference.customLayouts.map((custom) =>
      /** @type {Item} */ ({ layout: "custom", custom, text: layoutName({ layout: "custom", custom }), hint: "of this server" }));
    return [...[...kItems, ...own].map((item) => this.#row(item)), this.#unpinRow()];
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
    this.open(false);
    act();
  }

  /** @param {HTMLElement} row */
  isChecked({ dataset }) {
    const { layout, custom } = this.conference.layout;
    return dataset.layout === layout && dataset.custom === custom;
  }

  showChecked() {
    super.showChecked();
    const unpin = this.menu.querySelector(".unpin-all");
    if (unpin instanceof HTMLElement) unpin.hidden = this.conference.layout.pinned.length === 0;
  }
}
customElements.define("tessera-layout", LayoutMenu);
