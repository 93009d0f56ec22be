// SPDX-License-Identifier: Apache-2.0
import { h, reconcile, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { avatarColour, initials, receivedText } from "./text.js";

const kMostShown = 12;

/** `<tessera-received>`: a short and honest word while the picture is not as good as it could be. */
export class Received extends HTMLElement {
  /** @param {import("../sdk/tessera.js").Conference} conference */
  constructor(conference) {
    super();
    this.conference = conference;
  }

  connectedCallback() {
    setAttribute(this, "role", "status");
    this.conference.on("receiving", () => this.#refresh());
    this.#refresh();
  }

  #refresh() {
    const { receiving } = this.conference;
    const text = receivedText(receiving, this.conference.wantedHeight !== null);
    if (text === this.textContent) return; // a status is read out each time it is set
    this.classList.toggle("shown", text !== "");
    const picture = receiving?.limit === "wish" ? "saver" : "poor";
    this.replaceChildren(...(text ? [icon(picture), h("span", { text })] : []));
  }
}
customElements.define("tessera-received", Received);

/**
 * `<tessera-sound-only>`: covers a picture that comes no more by who is here and who speaks. It is for the eyes: the
 * roster and the word of `<tessera-received>` say the same to a screen reader.
 */
export class SoundOnly extends HTMLElement {
  #people = h("div", { class: "sound-only-people" });
  #more = h("p", { class: "sound-only-more" });
  /** @type {ReadonlyMap<string, import("../sdk/protocol.js").Level>} */
  #levels = new Map();

  /** @param {import("../sdk/tessera.js").Conference} conference */
  constructor(conference) {
    super();
    this.conference = conference;
  }

  connectedCallback() {
    setAttribute(this, "aria-hidden", "true");
    this.replaceChildren(
      h("p", { class: "sound-only-text" }, icon("sound"), h("span", { text: "Sound only" })), this.#people, this.#more);
    this.conference.on("receiving", () => this.refresh(this.#levels));
    this.refresh(this.#levels);
  }

  /** Call after a change of roster or levels. @param {ReadonlyMap<string, import("../sdk/protocol.js").Level>} levels */
  refresh(levels) {
    this.#levels = levels;
    this.hidden = this.conference.receiving?.width !== 0;
    if (this.hidden) return;
    const people = this.conference.participants.filter((one) => one.role !== "viewer");
    const shown = people.slice(0, kMostShown);
    reconcile(this.#people, shown, (one) => one.id, (one) => makePerson(one), (element, one) => {
      element.classList.toggle("speaking", levels.get(one.id)?.speaking === true && !one.muted);
    });
    this.#more.textContent = people.length > shown.length ? `and ${people.length - shown.length} more` : "";
  }
}
customElements.define("tessera-sound-only", SoundOnly);

/** @param {import("../sdk/protocol.js").Participant} one */
function makePerson({ id, name }) {
  const avatar = h("span", { class: "avatar", text: initials(name) });
  avatar.style.setProperty("--colour", avatarColour(id));
  return h("span", { class: "sound-only-person" }, avatar, h("span", { class: "sound-only-name", text: name }));
}
