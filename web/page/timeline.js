// SPDX-License-Identifier: Apache-2.0
// What happened in a recorded meeting, in media time (docs/recording.md).

/**
 * @typedef {{mediaMs: number, atMs: number, event: string, id?: string, name?: string, role?: string, on?: boolean}} TimelineEvent
 * @typedef {{durationMs: number, chapters: {mediaMs: number, title: string}[], timeline: TimelineEvent[],
 *            repairs: string[], why?: {code: string, text: string}}} Timeline
 * @typedef {{name: string, role: string, stays: {fromMs: number, toMs: number}[]}} Attendance
 */

/**
 * Who was there, and when; in the order of coming.
 * @param {TimelineEvent[]} events
 * @param {number} durationMs of the recording
 * @returns {Attendance[]}
 */
export function peopleIn(events, durationMs) {
  /** @type {Map<string, Attendance & {here: boolean}>} */
  const people = new Map();
  for (const { event, id = "", mediaMs, name = "", role = "participant" } of events) {
    const known = people.get(id);
    if (event === "joined" && !known) people.set(id, { name, role, here: true, stays: [{ fromMs: mediaMs, toMs: durationMs }] });
    else if (event === "joined" && known && !known.here) {
      known.here = true;
      known.stays.push({ fromMs: mediaMs, toMs: durationMs });
    } else if (event === "left" && known?.here) {
      known.here = false;
      const last = known.stays.at(-1);
      if (last) last.toMs = mediaMs;
    }
  }
  return [...people.values()].map(({ name, role, stays }) => ({ name, role, stays }));
}
