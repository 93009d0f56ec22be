// SPDX-License-Identifier: Apache-2.0
import { Emitter } from "./emitter.js";

export const kPollMs = 250;
/** All in polls. Up to one passes between the last packet and the first silent poll. */
const kSilent = 6; // the server sends sound 50 times a second: this long without is no accident, and within 2 s
const kMostPatient = 40;
const kHealthy = 40;
const kPongDue = 3; // while the media is silent, too
const kPongDueAlone = 20; // media flows: the socket may be only slow
const kQuiet = 40; // nothing from the server, which may be dead without a sign

/**
 * Notices that the way to the server has broken before the browser does: the network changed, or forgot us. When
 * no media arrives, or nothing by the socket, it asks the socket for an answer, early enough to have it in time; what
 * answers is kept, what does not is dead. Each time it lets more pass before the next, until all has been well for a
 * while.
 * @extends {Emitter<{mediaDead: void, socketDead: void}>}
 */
export class PathWatch extends Emitter {
  #ping;
  #lastId = 0;
  /** @type {number | null} polls since a ping without an answer */
  #waiting = null;
  #sinceAnswer = Infinity;
  #gen = 0;
  #received = 0;
  #silent = 0;
  #healthy = 0;
  #patience = kSilent;
  #grace = 0;
  #quiet = 0;
  #random;

  /**
   * @param {(id: number) => boolean} ping false: there is no open socket to ask
   * @param {() => number} [random] 0 to 1
   */
  constructor(ping, random = Math.random) {
    super();
    this.#ping = ping;
    this.#random = random;
  }

  /**
   * Once every kPollMs, later if the device is asleep or busy.
   * @param {{gen: number, received: number} | null} media packets by now on which connection; null: none stands
   */
  poll(media) {
    this.#look(media);
    this.#quiet++;
    this.#sinceAnswer++;
    if (this.#isDead) this.#mediaDead();
    else if (this.#waiting !== null) this.#wait();
    else if (this.#silent >= this.#patience - kPongDue || this.#quiet >= kQuiet) this.suspect();
  }

  /** There is a reason to ask: another network, for instance. */
  suspect() {
    if (this.#waiting === null && this.#ping(this.#lastId + 1)) {
      this.#lastId++;
      this.#waiting = 0;
    }
  }

  /** Something came by the socket. */
  heard() {
    this.#quiet = 0;
  }

  /** @param {number} id */
  answered(id) {
    if (this.#waiting === null || id !== this.#lastId) return;
    this.#waiting = null;
    this.#sinceAnswer = 0;
    if (this.#isDead) this.#mediaDead();
  }

  /** There is a new socket, or none. */
  startOver() {
    this.#waiting = null;
    this.#sinceAnswer = Infinity;
    this.#quiet = 0;
  }

  get #isSilent() {
    return this.#silent >= this.#patience;
  }

  /** The media, while the socket answers. */
  get #isDead() {
    return this.#silent >= this.#patience + this.#grace && this.#sinceAnswer <= kPongDue;
  }

  /** @param {{gen: number, received: number} | null} media */
  #look(media) {
    const moves = media?.gen !== this.#gen || media.received > this.#received;
    if (!media || moves) this.#silent = 0;
    else if (this.#silent++ === 0) this.#grace = Math.round(this.#random()); // not everybody in one moment
    this.#healthy = media && moves ? this.#healthy + 1 : 0;
    if (this.#healthy >= kHealthy) this.#patience = kSilent;
    this.#gen = media?.gen ?? 0;
    this.#received = media?.received ?? 0;
  }

  #wait() {
    const due = this.#isSilent ? kPongDue : kPongDueAlone;
    this.#waiting = (this.#waiting ?? 0) + 1;
    if (this.#waiting < due) return;
    this.#waiting = null;
    if (this.#isSilent) this.emit("mediaDead", undefined);
    this.#lostPatience();
    this.emit("socketDead", undefined);
  }

  #mediaDead() {
    this.#lostPatience();
    this.emit("mediaDead", undefined);
  }

  #lostPatience() {
    this.#silent = 0;
    this.#quiet = 0;
    this.#patience = Math.min(kMostPatient, this.#patience * 2);
  }
}
