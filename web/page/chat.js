// SPDX-License-Identifier: Apache-2.0
import { kMaxChatChars } from "../sdk/tessera.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { clock } from "./text.js";

const kKept = 500; // messages; older ones leave the page

/** `<tessera-chat>`: messages as plain text, oldest first. */
export class Chat extends HTMLElement {
  #log = h("div", { class: "chat-log", role: "log", "aria-live": "polite", "aria-label": "Chat messages", tabindex: "0" },
    h("p", { class: "empty", text: "Nothing was written yet. Messages are seen by everyone who is here now." }));
  #text = h("textarea", {
    id: "chat-text", rows: "1", maxlength: kMaxChatChars, placeholder: "Write to everyone", "aria-label": "Message to everyone",
    on: {
      keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      input: () => this.#grow(),
    },
  });
  #problem = h("p", { class: "note", role: "alert", hidden: true });

  /** @param {import("../sdk/tessera.js").Conference} conference */
  constructor(conference) {
    super();
    this.conference = conference;
  }

  connectedCallback() {
    this.replaceChildren(
      this.#log,
      this.#problem,
      h("form", { class: "chat-form", on: { submit: (/** @type {Event} */ event) => this.#submit(event) } },
        this.#text,
        h("button", { class: "primary round", type: "submit", "aria-label": "Send", title: "Send (Enter)" }, icon("send"))),
    );
  }

  focusText() {
    this.#text.focus();
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** @param {import("../sdk/protocol.js").Chat} message */
  add(message) {
    const atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 40;
    const mine = message.from === this.conference.id;
    this.#log.querySelector(".empty")?.remove();
    this.#log.append(
      h("div", { class: mine ? "message mine" : "message" },
        h("div", { class: "message-head" },
          h("span", { class: "message-name", text: mine ? "You" : message.name }),
          h("time", { text: clock(message.timeMs) })),
        h("div", { class: "message-text", dir: "auto", text: message.text })),
    );
    while (this.#log.children.length > kKept) this.#log.firstElementChild?.remove();
    if (atEnd || mine) this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    this.#submit(event);
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    if (!this.#text.value.trim()) return;
    const sent = this.conference.sendChat(this.#text.value);
    this.#problem.hidden = sent;
    this.#problem.textContent = sent ? "" : "Not sent: there is no connection right now. The text is kept.";
    if (!sent) return;
    this.#text.value = "";
    this.#grow();
  }

  #grow() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${Math.min(this.#text.scrollHeight + 2, 140)}px`;
  }
}
customElements.define("tessera-chat", Chat);
