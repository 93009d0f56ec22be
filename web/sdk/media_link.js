// SPDX-License-Identifier: Apache-2.0
import { Emitter } from "./emitter.js";
import { applyEncoding, encodingFor } from "./sending.js";

/**
 * @typedef {"audio" | "video"} Kind
 * @typedef {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} LocalTracks
 */

const kDisconnectedMs = 2000; // ICE may heal by itself for this long
const kConnectMs = 12000; // from the offer to a connection
const kFramePollMs = 50;
const kCalmPollMs = 500; // when none comes for a while: it may be sound alone
const kEagerPolls = 60;
const kApplyTries = 3; // an engine may be busy, but one that does not know a member never will

/**
 * One offered connection: one RTCPeerConnection, made for one (pc, gen) and thrown away with it.
 * @extends {Emitter<{
 *   candidate: import("./protocol.js").Candidate,
 *   connected: void,
 *   frame: void,
 *   lost: string,
 * }>}
 */
export class MediaLink extends Emitter {
  #connection;
  /** @type {MediaStreamTrack[]} */
  #remote = [];
  /** Operations in the order they came: a candidate may not overtake the description it belongs to. */
  #queue = Promise.resolve();
  #answered = false;
  /** @type {import("./protocol.js").Candidate[]} */
  #early = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #trouble;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #framePoll;
  #closed = false;
  #sendOnly;
  #limits;
  /** @type {import("./sending.js").Wish | null} */
  #wish;
  #wanted = "{}";
  #triesLeft = 0;

  /**
   * @param {{pc: string, gen: number, configuration: RTCConfiguration, sendOnly?: boolean,
   *          limits?: import("./sending.js").VideoLimits, wish?: import("./sending.js").Wish | null}} given
   *   sendOnly: nothing is received; wish: what the server wants of the picture we send
   */
  constructor({ pc, gen, configuration, sendOnly = false, limits = {}, wish = null }) {
    super();
    this.pc = pc;
    this.gen = gen;
    this.#sendOnly = sendOnly;
    this.#limits = limits;
    this.#wish = wish;
    this.connected = false;
    this.#connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", ...configuration });
    this.#connection.onicecandidate = (event) => this.#gathered(event.candidate);
    this.#connection.onconnectionstatechange = () => this.#stateChanged();
    this.#connection.oniceconnectionstatechange = () => this.#stateChanged();
    this.#connection.ontrack = ({ track, receiver }) => {
      this.#remote.push(track);
      playAtOnce(receiver);
    };
    this.#lostAfter(kConnectMs, "no connection");
    if (!sendOnly) this.#watchForFrame();
  }

  get remoteTracks() {
    return this.#remote;
  }

  /**
   * Answers the server's offer: every m-line sendrecv (sendonly), with a null track where there is nothing to
   * send (yet).
   * @param {string} sdp
   * @param {() => LocalTracks} tracks what to send, asked for at the last moment
   * @param {(sdp: string) => void} sendAnswer
   * @returns {Promise<void>}
   */
  accept(sdp, tracks, sendAnswer) {
    return this.#inOrder(async () => {
      const { startKbps } = this.#limits;
      const offer = startKbps ? startingAt(startKbps, sdp) : sdp;
      await this.#connection.setRemoteDescription({ type: "offer", sdp: offer });
      const local = tracks();
      for (const transceiver of this.#connection.getTransceivers()) {
        transceiver.direction = this.#sendOnly ? "sendonly" : "sendrecv";
        await transceiver.sender.replaceTrack(local[kindOf(transceiver)]);
      }
      await this.#connection.setLocalDescription(await this.#connection.createAnswer());
      await this.#applyWish();
      sendAnswer(this.#connection.localDescription?.sdp ?? "");
      this.#answered = true;
      for (const candidate of this.#early.splice(0)) this.emit("candidate", candidate);
    });
  }

  /** @param {import("./protocol.js").Candidate} candidate */
  addCandidate({ mline, candidate }) {
    return this.#inOrder(async () => {
      try {
        await this.#connection.addIceCandidate({ candidate, sdpMLineIndex: mline });
      } catch (error) {
        console.debug("tessera: candidate not used", error);
      }
    });
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack | null} track
   */
  replaceTrack(kind, track) {
    return this.#inOrder(async () => {
      for (const transceiver of this.#connection.getTransceivers())
        if (kindOf(transceiver) === kind) await transceiver.sender.replaceTrack(track);
      await this.#applyWish();
    });
  }

  /**
   * The newest counts.
   * @param {import("./sending.js").Wish} wish what the server wants of the picture we send
   */
  want(wish) {
    this.#wish = wish;
    return this.#inOrder(() => this.#applyWish());
  }

  /** The camera may deliver another size by now: a turned phone, for instance. */
  refreshSending() {
    return this.#inOrder(() => this.#applyWish());
  }

  /** Nothing comes by it any more, whatever the browser says. */
  giveUp() {
    if (!this.#closed) this.#lost("silent");
  }

  /** @returns {Promise<RTCStatsReport | null>} */
  async stats() {
    return this.#closed ? null : this.#connection.getStats();
  }

  /** How many packets of sound have arrived. @returns {Promise<number>} */
  async packets() {
    return (await this.#incoming("audio")).packets;
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#trouble);
    clearTimeout(this.#framePoll);
    this.#connection.onicecandidate = this.#connection.ontrack = null;
    this.#connection.onconnectionstatechange = this.#connection.oniceconnectionstatechange = null;
    this.#connection.close();
  }

  async #applyWish() {
    const sender = this.#connection.getTransceivers().find((one) => kindOf(one) === "video")?.sender;
    if (!sender) return; // before the offer, which will do it
    const encoding = encodingFor(this.#limits, this.#wish, sender.track?.getSettings() ?? {});
    const wanted = JSON.stringify(encoding);
    if (wanted !== this.#wanted) this.#triesLeft = kApplyTries;
    this.#wanted = wanted;
    if (this.#triesLeft === 0) return;
    this.#triesLeft--;
    if (await applyEncoding(sender, encoding, this.#limits.degradationPreference)) this.#triesLeft = 0;
  }

  /** @param {() => Promise<void>} operation */
  #inOrder(operation) {
    const result = this.#queue.then(async () => {
      if (!this.#closed) await operation();
    });
    this.#queue = result.catch(() => {});
    return result;
  }

  /** @param {RTCIceCandidate | null} candidate null: gathering ended */
  #gathered(candidate) {
    if (candidate && !isUsable(candidate)) return;
    const message = { mline: candidate?.sdpMLineIndex ?? 0, candidate: candidate?.candidate ?? "" };
    if (this.#answered) this.emit("candidate", message);
    else this.#early.push(message);
  }

  #stateChanged() {
    const { connectionState, iceConnectionState } = this.#connection;
    if (connectionState === "connected" && iceConnectionState !== "disconnected") {
      clearTimeout(this.#trouble);
      if (this.connected) return;
      this.connected = true;
      this.emit("connected", undefined);
    } else if (connectionState === "failed" || iceConnectionState === "failed") {
      this.#lostAfter(0, "failed");
    } else if (iceConnectionState === "disconnected" || connectionState === "disconnected") {
      this.#lostAfter(kDisconnectedMs, "disconnected");
    }
  }

  /**
   * @param {number} afterMs
   * @param {string} why
   */
  #lostAfter(afterMs, why) {
    clearTimeout(this.#trouble);
    this.#trouble = setTimeout(() => this.#lost(why), afterMs);
  }

  /** @param {string} why */
  #lost(why) {
    clearTimeout(this.#trouble);
    this.connected = false;
    this.emit("lost", why);
  }

  #watchForFrame(polls = 0) {
    this.#framePoll = setTimeout(async () => {
      const { frames, packets } = await this.#incoming("video");
      if (this.#closed) return;
      const hidden = packets > 0 && polls > kEagerPolls; // an engine may decode only what is shown
      if (frames > 0 || hidden) this.emit("frame", undefined);
      else this.#watchForFrame(polls + 1);
    }, polls < kEagerPolls ? kFramePollMs : kCalmPollMs);
  }

  /** What has come by now. @param {Kind} kind */
  async #incoming(kind) {
    const result = { frames: 0, packets: 0 };
    const transceiver = this.#connection.getTransceivers().find((one) => kindOf(one) === kind);
    const receiver = this.#closed ? undefined : transceiver?.receiver;
    for (const entry of (await receiver?.getStats())?.values() ?? []) {
      if (entry.type !== "inbound-rtp") continue;
      result.frames += entry.framesDecoded ?? 0;
      result.packets += entry.packetsReceived ?? 0;
    }
    return result;
  }
}

/**
 * Chromium begins with 300 kbit/s and takes seconds to find that there is more; others pass over this.
 * @param {number} kbps
 * @param {string} sdp
 */
export function startingAt(kbps, sdp) {
  return sdp.replace(/a=rtpmap:(\d+) (?:VP8|H264)\/90000\r\n/gi, `$&a=fmtp:$1 x-google-start-bitrate=${kbps}\r\n`);
}

/**
 * The mix is already smooth: no buffering beyond what the network's jitter needs.
 * @param {RTCRtpReceiver} receiver
 */
function playAtOnce(receiver) {
  if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
  else if ("playoutDelayHint" in receiver) Object.assign(receiver, { playoutDelayHint: 0 });
}

/**
 * @param {RTCRtpTransceiver} transceiver
 * @returns {Kind}
 */
function kindOf(transceiver) {
  return transceiver.receiver.track.kind === "audio" ? "audio" : "video";
}

/**
 * The server speaks UDP and cannot resolve the names that browsers hide local addresses behind; it learns
 * those addresses from the connectivity checks themselves.
 * @param {RTCIceCandidate} candidate
 */
function isUsable({ candidate, protocol }) {
  return candidate !== "" && protocol !== "tcp" && !/ [0-9a-f-]+\.local /i.test(candidate);
}
