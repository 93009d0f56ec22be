// SPDX-License-Identifier: Apache-2.0
// What a client's ways of meeting cost it, as a Markdown table.
import { table } from "../tables.mjs";

/** @typedef {{way: string, people: number, cost: import("./browser.mjs").Cost}} Run */

export const kKbps = 600; // of each one's picture, 640x360 at 30 fps, where nobody asks for less
const kHeldFps = 25; // of 30: below it the machine had no time for what is measured
const kMbit = 1000;

const digits = (/** @type {number} */ count) => (/** @type {number | undefined} */ value) =>
  Number.isFinite(value) ? /** @type {number} */ (value).toFixed(count) : "–";
const text = (/** @type {unknown} */ value) => String(value ?? "–");
const size = (/** @type {{width: number, height: number} | null} */ one) => (one?.width ? `${one.width}x${one.height}` : "–");

/** What makes a run no measurement of its way. @param {Run} run */
export function problemsOf({ way, people, cost }) {
  const problems = [];
  const wanted = way === "camera" ? 0 : way.startsWith("mix") ? 1 : people - 1;
  if (cost.videos !== wanted) problems.push(`${cost.videos} of ${wanted} videos were decoded`);
  if (wanted && cost.fpsLeast < kHeldFps) problems.push(`${cost.fpsLeast.toFixed(1)} fps of the one that came least`);
  if (cost.level) problems.push(`the ladder went down to level ${cost.level}`);
  if (cost.sent?.limitedBy === "cpu") problems.push("the browser had no time to encode all that it was to send");
  if (cost.degradation !== "none") problems.push(`the room was degraded (${cost.degradation})`);
  if (!cost.steady) problems.push("the bitrates had not settled");
  return problems;
}

/** @param {{machine: string, chromium: string, seconds: number, runs: Run[]}} result */
export function print({ machine, chromium, seconds, runs }) {
  const camera = runs.find(({ way }) => way === "camera")?.cost.cores ?? NaN;
  const columns = [
    ["way", (run) => run.way, text],
    ["people", (run) => run.people, text],
    ["cores", ({ cost }) => cost.cores, digits(3)],
    ["less the camera", ({ cost }) => cost.cores - camera, digits(3)],
    ["up Mbit/s", ({ cost }) => cost.upKbps / kMbit, digits(2)],
    ["down Mbit/s", ({ cost }) => cost.downKbps / kMbit, digits(2)],
    ["sent", ({ cost }) => cost.sent, size],
    ["videos", ({ cost }) => cost.videos, text],
    ["fps least", ({ cost }) => cost.fpsLeast || NaN, digits(1)],
    ["machine busy", ({ cost }) => cost.machine.busyCores, digits(2)],
    ["steal %", ({ cost }) => cost.machine.stealPercent, digits(1)],
  ];
  const flagged = runs.flatMap((run) => {
    const problems = problemsOf(run);
    return problems.length ? [`**${run.way}, ${run.people} people: ${problems.join("; ")}; no measurement.**`] : [];
  });
  return [
    `${machine}; ${chromium}, without a GPU, in a window of 1280x720; ${seconds} s each in one run. Everybody's picture is the ` +
      `clip in VP8, 640x360 at 30 fps and at most ${kKbps} kbit/s. *camera*: it is shown to its owner only. *mix*: through Tessera, ` +
      `a grid in 1280x720; the browser sends what \`ingest\` asks for. *mix, all sent*: \`ingest\` is kept from the page. *SFU*: each ` +
      `one's stream apart in one connection, and the sound of at most 3, as a forwarding server's client gets them. *mesh*: a ` +
      `connection, a stream and an encoder for each. Cores are of all of the browser's processes; bytes are RTP and RTCP with ` +
      `their headers.`,
    table(columns, runs),
    flagged.join("\n"),
  ].filter(Boolean).join("\n\n");
}
