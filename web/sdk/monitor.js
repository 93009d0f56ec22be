// SPDX-License-Identifier: Apache-2.0
import { Emitter } from "./emitter.js";
import { watchNetwork } from "./network.js";
import { kPollMs, PathWatch } from "./path_watch.js";
import { sample, statsMessage } from "./stats.js";

const kPollsPerReport = 8; // one every 2 s

/**
 * Looks after a call: whether media and socket still carry something, and how the mix arrives, which it tells
 * the server.
 * @extends {Emitter<{send: Record<string, unknown>, report: void}>}
 */
export class Monitor extends Emitter {
  #media;
  #polls = 0;
  #busy = false;
  /** @type {import("./stats.js").Sample | null} */
  #last = null;
  /** @type {(() => void)[]} */
  #undo = [];

  /**
   * @param {import("./media_session.js").MediaSession} media
   * @param {(message: Record<string, unknown>) => boolean} send
   */
  constructor(media, send) {
    super();
    this.#media = media;
    this.path = new PathWatch((id) => send({ type: "ping", id }));
  }

  start() {
    const timer = setInterval(() => void this.#poll(), kPollMs);
    this.#undo = [() => clearInterval(timer), watchNetwork(() => this.path.suspect())];
  }

  stop() {
    for (const undo of this.#undo.splice(0)) undo();
  }

  async #poll() {
    if (this.#busy) return; // an engine that takes its time
    this.#busy = true;
    try {
      this.path.poll(await this.#media.progress());
      if (++this.#polls % kPollsPerReport === 0) await this.#report();
    } finally {
      this.#busy = false;
    }
  }

  async #report() {
    this.emit("report", undefined);
    const { gen, report } = (await this.#media.stats()) ?? {};
    if (!gen || !report) return;
    const now = sample(gen, report);
    const message = statsMessage(this.#last, now);
    this.#last = now;
    if (message) this.emit("send", message);
  }
}
