// SPDX-License-Identifier: Apache-2.0
import { Emitter } from "./emitter.js";

/**
 * How the room's picture is arranged: the room's own choice, and those of ours that are still under way. Until they
 * are answered ours is shown.
 * @extends {Emitter<{changed: import("./protocol.js").LayoutChoice}>}
 */
export class LayoutState extends Emitter {
  /** What is shown. @type {import("./protocol.js").LayoutChoice} */
  choice = { layout: "auto", pinned: [] };
  #roomChoice = this.choice; // what the server said last
  #underWay = 0; // choices of ours without an answer

  /** Ours, which was sent. @param {import("./protocol.js").LayoutChoice} choice */
  chosen(choice) {
    this.#underWay++;
    this.#show(choice);
  }

  /** The room's, which is also the answer to one of ours. @param {import("./protocol.js").LayoutChoice} choice */
  told({ layout, custom, pinned }) {
    this.#roomChoice = { layout, ...(custom ? { custom } : {}), pinned };
    this.answered();
  }

  /** By a refusal, for instance. */
  answered() {
    this.#underWay = Math.max(0, this.#underWay - 1);
    if (this.#underWay === 0) this.#show(this.#roomChoice);
  }

  /** On a new connection nothing of ours is under way. @param {import("./protocol.js").LayoutChoice} choice */
  startOver(choice) {
    this.#underWay = 0;
    this.told(choice);
  }

  /** @param {import("./protocol.js").LayoutChoice} choice */
  #show(choice) {
    this.choice = choice;
    this.emit("changed", choice);
  }
}
