// SPDX-License-Identifier: Apache-2.0

/**
 * @typedef {{gen: number, decoded: number, decodeSeconds: number, dropped: number, freezes: number, lost: number,
 *            rttMs: number, atMs: number}} Sample
 */

/**
 * What matters of a report: how the mix arrives.
 * @param {number} gen of the connection
 * @param {RTCStatsReport} report
 * @returns {Sample}
 */
export function sample(gen, report) {
  const result = { gen, decoded: 0, decodeSeconds: 0, dropped: 0, freezes: 0, lost: 0, rttMs: 0, atMs: performance.now() };
  for (const entry of report.values()) {
    if (entry.type === "inbound-rtp") result.lost += Math.max(0, entry.packetsLost ?? 0);
    if (entry.type === "inbound-rtp" && entry.kind === "video") {
      result.decoded = entry.framesDecoded ?? 0;
      result.decodeSeconds = entry.totalDecodeTime ?? 0;
      result.dropped = entry.framesDropped ?? 0;
      result.freezes = entry.freezeCount ?? 0;
    }
    if (entry.type === "candidate-pair" && entry.nominated && entry.currentRoundTripTime !== undefined)
      result.rttMs = Math.round(entry.currentRoundTripTime * 1000);
  }
  return result;
}

/**
 * The `stats` message for the time between two samples; null when they are not of the same connection.
 * @param {Sample | null} before
 * @param {Sample} now
 */
export function statsMessage(before, now) {
  if (!before || now.gen !== before.gen || now.decoded < before.decoded || now.atMs <= before.atMs) return null;
  const seconds = (now.atMs - before.atMs) / 1000;
  const framesDecoded = now.decoded - before.decoded;
  const decodeSeconds = Math.max(0, now.decodeSeconds - before.decodeSeconds);
  return {
    type: "stats",
    seconds: round(seconds),
    fps: round(framesDecoded / seconds),
    framesDecoded,
    framesDropped: Math.max(0, now.dropped - before.dropped),
    freezes: Math.max(0, now.freezes - before.freezes),
    decodeMs: framesDecoded ? round((1000 * decodeSeconds) / framesDecoded) : 0,
    packetsLost: Math.max(0, now.lost - before.lost),
    rttMs: now.rttMs,
  };
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
