// SPDX-License-Identifier: Apache-2.0
import { Emitter } from "./emitter.js";
import { MediaLink } from "./media_link.js";

const kPc = "screen";
const kAskAgainMs = 4000; // between two requests for a new offer
/** Sharp text matters more than motion: few frames, each as good as the bits allow. */
const kLimits = {
  startKbps: 1500,
  maxBitrate: 2_500_000,
  maxFramerate: 15,
  degradationPreference: /** @type {const} */ ("maintain-resolution"),
};

/**
 * @typedef {{sharing: boolean, why: "started" | "stopped" | "refused" | "taken-over" | "ended", text: string}}
 *   ScreenChange `stopped`: by us or by the browser, the last three by the server, which says why
 */

/**
 * The participant's shared screen: a second connection, which only sends. Lives from start() until stop(), until
 * the browser ends the capture, or until the server says that it is over; comes back by itself in between.
 * @extends {Emitter<{send: Record<string, unknown>, changed: ScreenChange}>}
 */
export class ScreenShare extends Emitter {
  /** @type {MediaStream | null} what is captured */
  #capture = null;
  /** @type {RTCConfiguration} */
  #configuration = {};
  #lastGen = 0;
  /** What the server wants of it. @type {import("./sending.js").Wish | null} */
  #wish = null;
  /** @type {MediaLink | null} */
  #link = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #askTimer;
  #onEnded = () => this.stop();

  get active() {
    return this.#capture !== null;
  }

  /** The connection that is up and needs no other when the socket was lost alone. */
  get standing() {
    return this.#link?.connected ? [{ pc: kPc, gen: this.#link.gen }] : [];
  }

  /** @param {RTCConfiguration} configuration for connections from now on */
  configure(configuration) {
    this.#configuration = configuration;
  }

  /**
   * Shares what is captured, in place of what was shared before; it is ours from here on.
   * @param {MediaStream} capture one picture, and a sound if there is one
   */
  start(capture) {
    this.#drop();
    this.#wish = null;
    this.#capture = capture;
    const [video] = capture.getVideoTracks();
    const [audio] = capture.getAudioTracks();
    if (video) video.contentHint = "detail";
    if (audio) audio.contentHint = "music"; // no filters for voices
    video?.addEventListener("ended", this.#onEnded);
    this.emit("send", { type: "screen", action: "start" });
    this.#changed("started");
  }

  /**
   * There is nobody to share it with.
   * @param {MediaStream} capture
   * @param {string} text why
   */
  refuse(capture, text) {
    for (const track of capture.getTracks()) track.stop();
    this.#changed("refused", text);
  }

  /** Ends it from our side. */
  stop() {
    if (!this.active) return;
    this.emit("send", { type: "screen", action: "stop" });
    this.#drop();
    this.#changed("stopped");
  }

  /**
   * The server ended or refused it.
   * @param {"refused" | "taken-over" | "ended"} why
   * @param {string} text
   */
  ended(why, text) {
    if (!this.active) return; // stopped meanwhile
    this.#drop();
    this.#changed(why, text);
  }

  /**
   * What became of it while we were away: we do not take it back.
   * @param {import("./protocol.js").Welcome} welcome
   */
  meanwhile({ id, screen, participants }) {
    const other = participants.find((one) => one.sharing && one.id !== id);
    if (screen) this.ended(screen.state, screen.text);
    else if (other) this.ended("taken-over", `${other.name} shares a screen now`);
  }

  /**
   * After a welcome that did not end it.
   * @param {boolean} kept the server still has it; otherwise it has forgotten the screen of the socket before
   */
  startOver(kept) {
    this.#lastGen = 0;
    if (kept && this.#link) return;
    this.#closeLink();
    if (this.active) this.emit("send", { type: "screen", action: "start" });
    else if (kept) this.emit("send", { type: "screen", action: "stop" }); // stopped between `join` and now
  }

  /** @param {import("./protocol.js").Offer} message */
  async offered({ gen, sdp }) {
    if (!this.active || gen <= this.#lastGen) return;
    this.#lastGen = gen;
    this.#closeLink();
    const configuration = this.#configuration;
    const link = new MediaLink({ pc: kPc, gen, configuration, sendOnly: true, limits: kLimits, wish: this.#wish });
    this.#link = link;
    link.on("candidate", (candidate) => this.emit("send", { type: "candidate", pc: kPc, gen, candidate }));
    link.on("lost", () => this.#askIn(0));
    try {
      await link.accept(sdp, () => this.#tracks(), (answer) =>
        this.emit("send", { type: "answer", pc: kPc, gen, sdp: answer }),
      );
    } catch (error) {
      console.error("tessera: the offer for the screen cannot be answered", error);
      if (link === this.#link) this.#askIn(kAskAgainMs);
    }
  }

  /** @param {import("./protocol.js").ServerCandidate} message */
  candidate({ gen, candidate }) {
    if (this.#link?.gen === gen) this.#link.addCandidate(candidate);
  }

  /** @param {import("./protocol.js").Ingest} wish */
  ingest(wish) {
    this.#wish = wish;
    void this.#link?.want(wish);
  }

  /** What is captured may have another size by now. */
  refreshSending() {
    void this.#link?.refreshSending();
  }

  /** Nothing goes out by it any more, whatever the browser says. */
  giveUp() {
    if (this.#link?.connected) this.#link.giveUp(); // otherwise it sees for itself whether it comes about
  }

  /** Without a word to the server, which notices or has gone. */
  close() {
    this.#drop();
  }

  /** @returns {import("./media_link.js").LocalTracks} */
  #tracks() {
    return {
      audio: this.#capture?.getAudioTracks()[0] ?? null,
      video: this.#capture?.getVideoTracks()[0] ?? null,
    };
  }

  /**
   * @param {ScreenChange["why"]} why
   * @param {string} [text]
   */
  #changed(why, text = "") {
    this.emit("changed", { sharing: this.active, why, text });
  }

  #drop() {
    this.#closeLink();
    for (const track of this.#capture?.getTracks() ?? []) {
      track.removeEventListener("ended", this.#onEnded);
      track.stop();
    }
    this.#capture = null;
  }

  #closeLink() {
    clearTimeout(this.#askTimer);
    this.#link?.close();
    this.#link = null;
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
