// SPDX-License-Identifier: Apache-2.0
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { sentence } from "./text.js";

/** @type {Record<string, string>} by the code of `bye` or of a final `error` */
const kTitles = {
  left: "You left the room",
  "room-ended": "The room has ended",
  "room-failed": "The room stopped working",
  "shutting-down": "The server is shutting down",
  forbidden: "You are not in the room any more",
  conflict: "The room is open somewhere else",
  "too-many": "The room is full",
  "not-found": "There is no such room",
  overloaded: "The server is short of time",
};

/** This address for a viewer; the name and the relay stay. */
function watching() {
  const options = new URLSearchParams(location.search);
  options.set("viewer", "1");
  options.set("join", "1");
  return `?${options}`;
}

/** `<tessera-ended>`: why one is out, and the way back. */
export class Ended extends HTMLElement {
  /** @param {{room: string, code: string, text: string, rejoin: () => void}} given */
  constructor({ room, code, text, rejoin }) {
    super();
    this.append(
      h("main", { class: "ended" },
        h("div", { class: "ended-icon" }, icon(code === "left" ? "leave" : "warning")),
        h("h1", { text: kTitles[code] ?? "The call has ended" }),
        h("p", { class: "hint", text: sentence(text) || (code === "left" ? `You can come back to ${room} at any time.` : "") }),
        h("div", { class: "ended-buttons" },
          h("button", { class: "primary", type: "button", id: "rejoin", text: "Join again", on: { click: rejoin } }),
          code === "overloaded" ? h("a", { class: "button", href: watching(), text: "Only watch" }) : null,
          h("a", { class: "button", href: "/", text: "All rooms" }))),
    );
  }
}
customElements.define("tessera-ended", Ended);
