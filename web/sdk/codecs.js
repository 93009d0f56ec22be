// SPDX-License-Identifier: Apache-2.0

/** @typedef {"VP8" | "H264"} Codec */

/** @type {Codec[]} */
const kKnown = ["VP8", "H264"];

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
