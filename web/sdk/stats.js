// SPDX-License-Identifier: Apache-2.0

/**
 * @typedef {{decoded: number, dropped: number, freezes: number, lost: number, rttMs: number, atMs: number}} Sample
 */

/**
 * What matters of a report: how the mix arrives.
 * @param {RTCStatsReport} report
 * @returns {Sample}
 */
export function sample(report) {
  const result = { decoded: 0, dropped: 0, freezes: 0, lost: 0, rttMs: 0, atMs: performance.now() };
  for (const entry of report.values()) {
    if (entry.type === "inbound-rtp") result.lost += Math.max(0, entry.packetsLost ?? 0);
    if (entry.type === "inbound-rtp" && entry.kind === "video") {
      result.decoded = entry.framesDecoded ?? 0;
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
  if (!before || now.decoded < before.decoded || now.atMs <= before.atMs) return null;
  const fps = ((now.decoded - before.decoded) * 1000) / (now.atMs - before.atMs);
  return {
    type: "stats",
    fps: Math.round(fps * 10) / 10,
    framesDropped: now.dropped,
    freezes: now.freezes,
    packetsLost: now.lost,
    rttMs: now.rttMs,
  };
}
