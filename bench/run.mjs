// SPDX-License-Identifier: Apache-2.0
// What rooms cost and deliver, beside what the raw libraries take for the same. See scripts/bench --help.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeMachine } from "./machine.mjs";
import { kMostTiles, measure, measureDirect } from "./scenario.mjs";
import { print, slopesOf } from "./tables.mjs";

const kTalkers = 3;
const kViewedSenders = 16; // in whose room the viewers are
const kHeldFps = 0.95; // of the canvas rate: below it the machine is full
const kCanvasFps = 30;
const kFullStep = 8; // senders, when looking for where the machine is full

const { values } = parseArgs({
  options: {
    senders: { type: "string" },
    viewers: { type: "string" },
    audio: { type: "string" },
    rungs: { type: "string" },
    seconds: { type: "string" },
    codec: { type: "string", default: "VP8" },
    quick: { type: "boolean", default: false },
    "until-full": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    save: { type: "string" },
  },
});

function usage(problem) {
  console.error(`bench: ${problem}\nTry --help.`);
  process.exit(2);
}
function numbers(option, fallback, least, most) {
  const given = values[option] ?? fallback;
  const list = given === "" || given === "none" ? [] : given.split(",").map(Number);
  if (list.some((count) => !Number.isInteger(count) || count < least || count > most))
    usage(`--${option} ${given}: expected numbers from ${least} to ${most}, as 4,16, or none`);
  return list;
}

if (!["VP8", "H264"].includes(values.codec)) usage(`--codec ${values.codec}: expected VP8 or H264`);
const senders = numbers("senders", values.quick ? "2,4" : "1,2,4,9,16,24", 1, kMostTiles);
const viewers = numbers("viewers", values.quick ? "none" : "4,8,16,24", 1, 1000);
const audio = numbers("audio", values.quick ? "none" : "64", 1, 1000);
const rungs = numbers("rungs", values.quick ? "none" : "720,360,180", 2, 4320);
const [seconds] = numbers("seconds", values.quick ? "6" : "20", 1, 3600);
if (!seconds) usage("--seconds: expected a number");
/** @type {any} */
const how = { seconds, limitSeconds: values.quick ? 2 : 4, codec: values.codec };

const talkers = (count) => Math.min(kTalkers, count);
const people = [
  ...senders.map((count) => ({ senders: count, viewers: 0, talkers: talkers(count) })),
  ...viewers.map((count) => ({ senders: kViewedSenders, viewers: count, talkers: kTalkers })),
  ...(rungs.length ? [{ senders: kViewedSenders, viewers: 0, talkers: kTalkers, receive: rungs.join(",") }] : []),
  ...audio.map((count) => ({ senders: count, viewers: 0, talkers: talkers(count), audioOnly: true })),
];

console.error("bench: without a server");
how.direct = await measureDirect(how);
const runs = [];
async function next(who, label) {
  console.error(`bench: ${label}: ${who.senders} ${who.audioOnly ? "people who are only heard" : "senders"}` +
    (who.viewers ? ` and ${who.viewers} viewers` : "") + (who.receive ? `, who take ${who.receive} lines` : ""));
  runs.push(await measure(who, how));
}
for (const [index, who] of people.entries()) await next(who, `${index + 1} of ${people.length}`);
if (values["until-full"]) {
  // Who failed got no picture at all; a degraded room no longer delivers the whole one.
  const held = ({ failed, fps, degradation }) =>
    failed === 0 && fps >= kHeldFps * kCanvasFps && degradation === "none";
  let full = false;
  for (let count = Math.max(0, ...senders) + kFullStep; !full && count <= kMostTiles; count += kFullStep) {
    await next({ senders: count, viewers: 0, talkers: kTalkers }, "until the machine is full");
    full = !held(runs.at(-1));
  }
  if (!full) console.error(`bench: the machine is not full with as many as a picture shows (${kMostTiles})`);
}
if (!runs.length) usage("nothing to measure");

const { load, limit } = runs.find((run) => run.limit) ?? runs[0];
const result = {
  time: new Date().toISOString(),
  machine: describeMachine(),
  versions: [load.gstreamer, limit?.versions].filter(Boolean).join(", "),
  conditions: `Each sender: ${runs.find((run) => !run.audioOnly)?.load.media ?? "no video"}, whatever its tile's size, Opus at 32 kbit/s, ` +
    `${kTalkers} talk (or as many as there are); a grid in 1280x720 at 30 fps and 1500 kbit/s out, Opus at 40 kbit/s, ` +
    `DTLS-SRTP; ${seconds} s each. Delays are what is added to those without a server: ` +
    `${how.direct.median.toFixed(1)} ms at the median, ${how.direct.p95.toFixed(1)} at p95.`,
  direct: how.direct,
  slopes: slopesOf(runs),
  runs,
};
if (values.save) writeFileSync(values.save, `${JSON.stringify(result, null, 1)}\n`);
console.log(values.json ? JSON.stringify(result) : print(result));
process.exit(runs.some((run) => run.failed > 0) ? 1 : 0);
