// SPDX-License-Identifier: Apache-2.0
import { Emitter } from "./emitter.js";
import { MediaLink } from "./media_link.js";

const kPc = "main";
const kAskAgainMs = 4000; // between two requests for a new offer
const kOfferDueMs = 1500; // after a resume, when there is no connection
const kFrameDueMs = 2000; // a connection without a picture still brings the sound

/**
 * The media of one participant across connections: the server may replace the connection at any time (its
 * room process died, our network changed). `stream` stays the same object, and keeps the old picture until
 * the new connection has one.
 * @extends {Emitter<{changed: void, send: Record<string, unknown>}>}
 */
export class MediaSession extends Emitter {
  stream = new MediaStream();
  #tracks;
  /** @type {RTCConfiguration} */
  #configuration = {};
  #lastGen = 0;
  /** What the server wants of our picture. @type {import("./sending.js").Wish | null} */
  #wish = null;
  /** @type {MediaLink | null} what `stream` shows */
  #current = null;
  /** @type {MediaLink | null} what will replace it */
  #next = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #askTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #promoteTimer;

  /** @param {() => import("./media_link.js").LocalTracks} tracks what is to be sent at this moment */
  constructor(tracks) {
    super();
    this.#tracks = tracks;
  }

  get connected() {
    return Boolean(this.#current?.connected || this.#next?.connected);
  }

  /** The connection that is up and needs no other when the socket was lost alone. */
  get standing() {
    return this.#latest?.connected ? [{ pc: kPc, gen: this.#latest.gen }] : [];
  }

  /** @param {RTCConfiguration} configuration for connections from now on */
  configure(configuration) {
    this.#configuration = configuration;
  }

  /** After each welcome: what comes by this socket is newer than all before, even if a server that was started
   * again counts from the beginning. */
  startOver() {
    this.#lastGen = 0;
  }

  /** Our place was kept, but perhaps nobody knows that the media is gone: asks unless an offer comes. */
  resumed() {
    if (!this.connected) this.#askIn(kOfferDueMs);
  }

  /** @param {import("./protocol.js").Offer} message */
  async offered({ pc, gen, sdp }) {
    if (pc !== kPc || gen <= this.#lastGen) return;
    this.#lastGen = gen;
    clearTimeout(this.#askTimer);
    const link = new MediaLink({ pc, gen, configuration: this.#configuration, wish: this.#wish });
    this.#adopt(link);
    try {
      await link.accept(sdp, this.#tracks, (answer) =>
        this.emit("send", { type: "answer", pc, gen, sdp: answer }),
      );
      if (link === this.#current) this.#show(link, "audio");
    } catch (error) {
      console.error("tessera: the offer cannot be answered", error);
      if (link === this.#latest) this.#askIn(kAskAgainMs);
    }
  }

  /** @param {import("./protocol.js").ServerCandidate} message */
  candidate({ pc, gen, candidate }) {
    const link = [this.#next, this.#current].find((one) => one?.pc === pc && one.gen === gen);
    link?.addCandidate(candidate);
  }

  /**
   * @param {import("./media_link.js").Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  async replaceTrack(kind, track) {
    await Promise.all([this.#current, this.#next].map((link) => link?.replaceTrack(kind, track)));
  }

  /** Whichever connection it was meant for, the next one sends the same tile. @param {import("./protocol.js").Ingest} wish */
  ingest(wish) {
    this.#wish = wish;
    for (const link of [this.#current, this.#next]) void link?.want(wish);
  }

  /** The camera may deliver another size by now. */
  refreshSending() {
    for (const link of [this.#current, this.#next]) void link?.refreshSending();
  }

  /** Nothing comes any more, whatever the browser says. */
  giveUp() {
    this.#latest?.giveUp();
  }

  /** @returns {Promise<{gen: number, received: number} | null>} packets that came; null while there is no connection */
  async progress() {
    const link = this.#latest;
    return link?.connected ? { gen: link.gen, received: await link.packets() } : null;
  }

  /** @returns {Promise<{gen: number, report: RTCStatsReport} | null>} */
  async stats() {
    const link = this.#latest;
    const report = await link?.stats();
    return link && report ? { gen: link.gen, report } : null;
  }

  close() {
    clearTimeout(this.#askTimer);
    clearTimeout(this.#promoteTimer);
    this.#current?.close();
    this.#next?.close();
    this.#current = this.#next = null;
  }

  get #latest() {
    return this.#next ?? this.#current;
  }

  /** @param {MediaLink} link */
  #adopt(link) {
    this.#next?.close();
    this.#next = null;
    clearTimeout(this.#promoteTimer);
    if (this.#current) this.#next = link;
    else this.#current = link;

    link.on("candidate", (candidate) =>
      this.emit("send", { type: "candidate", pc: link.pc, gen: link.gen, candidate }),
    );
    link.on("connected", () => {
      if (link === this.#next) {
        if (!this.#current?.connected) this.#show(link, "audio"); // sound need not wait for a picture
        this.#promoteTimer = setTimeout(() => this.#promote(link), kFrameDueMs);
      }
      this.emit("changed", undefined);
    });
    link.on("frame", () => {
      this.#promote(link);
      if (link === this.#current) this.#show(link, "video"); // no sooner: a player waits for it
    });
    link.on("lost", () => {
      if (link === this.#latest) this.#askIn(0);
      this.emit("changed", undefined);
    });
  }

  /** @param {MediaLink} link */
  #promote(link) {
    if (link !== this.#next) return;
    clearTimeout(this.#promoteTimer);
    const old = this.#current;
    this.#current = link;
    this.#next = null;
    this.#show(link, "audio");
    old?.close();
    this.emit("changed", undefined);
  }

  /**
   * @param {MediaLink} link
   * @param {import("./media_link.js").Kind} kind
   */
  #show(link, kind) {
    // One after the other, so that the stream never runs empty and ends; and the old one first, because the new
    // one may have its id, by which a stream tells its tracks apart.
    for (const track of link.remoteTracks) {
      if (track.kind !== kind) continue;
      for (const old of this.stream.getTracks())
        if (old.kind === kind && old !== track) this.stream.removeTrack(old);
      this.stream.addTrack(track);
    }
  }

  /** @param {number} ms */
  #askIn(ms) {
    clearTimeout(this.#askTimer);
    this.#askTimer = setTimeout(() => {
      this.emit("send", { type: "reconnect", pc: kPc });
      this.#askIn(kAskAgainMs);
    }, ms);
  }
}
