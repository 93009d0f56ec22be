// SPDX-License-Identifier: Apache-2.0

const kOwnChangeMs = 1000; // our own change comes back in the roster within this time

/** What a participant sends: the tracks there are, and whether they are muted or off. */
export class OwnMedia {
  /** @type {Record<import("./media_link.js").Kind, MediaStreamTrack | null>} */
  #tracks;
  #muted;
  /** @type {{muted: boolean, cameraOff: boolean} | null} what the server was last told */
  #told = null;
  #toldAtMs = -Infinity;

  /** @param {Partial<import("./conference.js").JoinOptions>} options */
  constructor({ audio = null, video = null, muted = false, cameraOff = false, viewer = false }) {
    this.#tracks = { audio, video };
    this.#muted = muted;
    this.cameraOff = cameraOff;
    this.viewer = viewer;
    this.#applyMute();
  }

  get muted() {
    return this.#muted;
  }

  set muted(muted) {
    this.#muted = muted;
    this.#applyMute();
  }

  /**
   * @param {import("./media_link.js").Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  setTrack(kind, track) {
    this.#tracks[kind] = track;
    this.#applyMute();
  }

  /** What is to be sent at this moment. @returns {import("./media_link.js").LocalTracks} */
  outgoing() {
    const { audio, video } = this.#tracks;
    return { audio: this.viewer ? null : audio, video: this.viewer || this.cameraOff ? null : video };
  }

  /** What others can expect of us: without a device there is nothing to hear or see. */
  state() {
    return { muted: this.#muted || !this.#tracks.audio, cameraOff: this.cameraOff || !this.#tracks.video };
  }

  /** The server does not know the present state. */
  get news() {
    const { muted, cameraOff } = this.state();
    return muted !== this.#told?.muted || cameraOff !== this.#told.cameraOff;
  }

  /** The server knows the present state from now on. */
  told() {
    this.#told = this.state();
    this.#toldAtMs = performance.now();
  }

  /** The server was told that we are to be heard. */
  get toldUnmuted() {
    return this.#told?.muted === false;
  }

  /** Whether we told the server a moment ago: what it says of us then may be the echo. */
  get toldJustNow() {
    return performance.now() - this.#toldAtMs < kOwnChangeMs;
  }

  #applyMute() {
    if (this.#tracks.audio) this.#tracks.audio.enabled = !this.#muted;
  }
}
