// SPDX-License-Identifier: Apache-2.0

/** @typedef {"VP8" | "H264"} Codec */

/** @type {Codec[]} */
const kKnown = ["VP8", "H264"];
const kTypes = { VP8: "video/VP8", H264: "video/H264;level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f" };
const kMix = { width: 1280, height: 720, framerate: 30, bitrate: 1_500_000 };

/**
 * What this browser can both send and receive, of what Tessera mixes.
 * @returns {Codec[]}
 */
export function supportedCodecs() {
  const receive = namesOf(RTCRtpReceiver.getCapabilities?.("video"));
  const send = namesOf(RTCRtpSender.getCapabilities?.("video"));
  const both = kKnown.filter((codec) => receive.has(codec) && send.has(codec));
  return both.length ? both : ["VP8"]; // every WebRTC browser has VP8 (RFC 7742, section 5)
}

/**
 * @param {RTCRtpCapabilities | null | undefined} capabilities
 * @returns {Set<string>}
 */
function namesOf(capabilities) {
  const names = (capabilities?.codecs ?? []).map((codec) => codec.mimeType.replace(/^video\//i, "").toUpperCase());
  return new Set(names);
}

/** What this device decodes in hardware. Some browsers take a while to say so, and nobody waits long for it. */
export class HardwareCodecs {
  /** @type {Codec[]} as far as it is known */
  codecs = [];
  /** @type {Promise<void> | null} null: there is nothing more to know */
  #asking = null;

  /** Begins to ask. */
  ask() {
    const capabilities = globalThis.navigator?.mediaCapabilities;
    if (!capabilities?.decodingInfo) return;
    const answers = supportedCodecs().map(async (codec) => {
      const video = { contentType: kTypes[codec], ...kMix };
      const { powerEfficient } = await capabilities.decodingInfo({ type: "webrtc", video });
      if (powerEfficient) this.codecs.push(codec);
    });
    this.#asking = Promise.all(answers).then(() => {}, () => {}); // a browser that does not know "webrtc"
    void this.#asking.then(() => (this.#asking = null));
  }

  /**
   * Calls `act` when it is known; at once if it is already, after `limitMs` if it still is not.
   * @param {number} limitMs
   * @param {() => void} act
   */
  within(limitMs, act) {
    if (!this.#asking) return act();
    let done = false;
    const once = () => {
      if (!done) act();
      done = true;
      clearTimeout(late);
    };
    const late = setTimeout(once, limitMs);
    void this.#asking.then(once);
  }
}
