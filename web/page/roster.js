// SPDX-License-Identifier: Apache-2.0
import { h, reconcile, setAttribute } from "./dom.js";
import { icon } from "./icons.js";
import { avatarColour, describe, initials } from "./text.js";

/** @typedef {import("../sdk/protocol.js").Participant} Participant */

/** `<tessera-roster>`: who is here, who speaks, who is muted; and what a moderator can do about it. */
export class Roster extends HTMLElement {
  #list = h("ul", { class: "roster-list", "aria-label": "People in this room" });
  #end = h("button", { class: "danger quiet", type: "button", on: { click: () => this.#endRoom() } },
    "End the room for everyone");

  /**
   * @param {import("../sdk/tessera.js").Conference} conference
   * @param {(question: string, yes: string) => Promise<boolean>} confirm
   */
  constructor(conference, confirm) {
    super();
    this.conference = conference;
    this.confirm = confirm;
    /** @type {ReadonlyMap<string, import("../sdk/protocol.js").Level>} */
    this.levels = new Map();
  }

  connectedCallback() {
    this.replaceChildren(this.#list, this.#end);
    this.refresh();
  }

  refresh() {
    const order = [...this.conference.participants].sort((a, b) => this.#rank(a) - this.#rank(b));
    reconcile(this.#list, order, (one) => one.id, (one) => this.#makeRow(one), (row, one) => this.#updateRow(row, one));
    this.#end.hidden = this.conference.me?.role !== "moderator";
  }

  /** @param {Participant} one */
  #rank(one) {
    return one.id === this.conference.id ? 0 : one.handRaised ? 1 : one.role === "viewer" ? 4 : one.role === "source" ? 3 : 2;
  }

  /** @param {Participant} one */
  #makeRow(one) {
    const act = (/** @type {() => void} */ click, /** @type {import("./icons.js").IconName} */ picture, /** @type {string} */ which) =>
      h("button", { class: `small ${which}`, type: "button", on: { click } }, icon(picture));
    return h("li", { class: "person" },
      h("span", { class: "avatar", "aria-hidden": "true" }),
      h("span", { class: "person-text" }, h("span", { class: "person-name" }), h("span", { class: "person-role" })),
      h("span", { class: "person-state", "aria-hidden": "true" }),
      h("span", { class: "person-actions" },
        act(() => void this.conference.pin(one.id, !this.conference.layout.pinned.includes(one.id)), "pin", "pin-person"),
        act(() => void this.conference.moderate("stop-screen", one.id), "share", "stop-screen"),
        act(() => void this.conference.moderate("mute", one.id), "mic", "mute-person"),
        act(() => void this.#kick(one.id), "remove", "remove-person")),
    );
  }

  /**
   * @param {HTMLElement} row
   * @param {Participant} one
   */
  #updateRow(row, one) {
    const me = one.id === this.conference.id;
    const pinned = this.conference.layout.pinned.includes(one.id);
    const speaking = this.levels.get(one.id)?.speaking === true && !one.muted;
    row.dataset.id = one.id;
    row.classList.toggle("speaking", speaking);
    row.classList.toggle("away", !one.connected);
    setAttribute(row, "aria-label", describe(one, { me, speaking, pinned }));
    setAttribute(row, "data-muted", one.muted ? "true" : "false");
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(name));
    part(".avatar").textContent = initials(one.name);
    part(".avatar").style.setProperty("--colour", avatarColour(one.id));
    part(".person-name").textContent = me ? `${one.name} (you)` : one.name;
    part(".person-role").textContent = roleText(one);
    const moderator = this.conference.me?.role === "moderator";
    const canMute = moderator && !me && !one.muted && one.role !== "viewer";
    const canPin = moderator && one.role !== "viewer";
    const canStop = moderator && !me && one.sharing;
    const marks = /** @type {import("./icons.js").IconName[]} */ ([
      ...(one.role === "source" ? ["source"] : []),
      ...(one.handRaised ? ["hand"] : []),
      ...(one.poorConnection ? ["poor"] : []),
      ...(pinned && !canPin ? ["pin"] : []), // the buttons show it, too
      ...(one.sharing && !canStop ? ["share"] : []),
      ...(one.cameraOff && one.role !== "viewer" ? ["cameraOff"] : []),
      ...(one.role === "viewer" || canMute ? [] : [one.muted ? "micOff" : "mic"]),
    ]);
    const key = marks.join();
    const state = part(".person-state");
    if (state.dataset.marks !== key) state.replaceChildren(...marks.map((name) => mark(name)));
    state.dataset.marks = key;
    for (const [name, text, able] of /** @type {[string, string, boolean][]} */ ([
      [".pin-person", pinned ? `Unpin ${one.name}` : `Pin ${one.name}`, canPin],
      [".stop-screen", `Stop the shared screen of ${one.name}`, canStop],
      [".mute-person", `Mute ${one.name}`, canMute],
      [".remove-person", `Remove ${one.name}`, moderator && !me],
    ])) {
      const button = part(name);
      button.hidden = !able;
      setAttribute(button, "aria-label", text);
      setAttribute(button, "title", text);
    }
    setAttribute(part(".pin-person"), "aria-pressed", pinned ? "true" : "false");
  }

  /** @param {string} id */
  async #kick(id) {
    const one = this.conference.participants.find((person) => person.id === id);
    if (one && (await this.confirm(`Remove ${one.name} from the room?`, "Remove"))) this.conference.moderate("kick", id);
  }

  async #endRoom() {
    if (await this.confirm("End the room for everyone in it?", "End the room")) this.conference.moderate("end");
  }
}
customElements.define("tessera-roster", Roster);

/** @param {import("./icons.js").IconName} name */
function mark(name) {
  const picture = icon(name);
  picture.classList.add(`mark-${name}`);
  return picture;
}

/** @param {Participant} one */
function roleText(one) {
  if (!one.connected) return "connecting…";
  if (one.role === "viewer") return "watching";
  if (one.role === "source") return "media source";
  if (one.sharing) return "sharing";
  if (one.poorConnection) return "poor connection";
  if (one.role === "moderator") return "moderator";
  return one.handRaised ? "hand raised" : "";
}
