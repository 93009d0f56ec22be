// SPDX-License-Identifier: Apache-2.0
// One measurement: a room with so many people in it, and the limit of the raw libraries right before and after.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { watchMachine } from "./machine.mjs";
import { BenchServer, kPrograms, runLoad } from "./server.mjs";

const run = promisify(execFile);
const kLimit = path.join(kPrograms, "../bench/limit");
const kRampMs = 150;

/**
 * @typedef {{senders: number, viewers: number, talkers: number, audioOnly?: boolean}} People
 * @typedef {{seconds: number, limitSeconds: number, codec: string}} How
 */

/** Cores of the raw libraries; undefined for what bench/limit does not know (H.264). @param {People} people @param {How} how */
async function measureLimit({ senders, viewers, talkers, audioOnly }, { limitSeconds, codec }) {
  if (codec !== "VP8") return undefined;
  const { stdout } = await run(kLimit, [
    ...["--senders", senders, "--viewers", viewers, "--talkers", talkers, "--seconds", limitSeconds].map(String),
    ...(audioOnly ? ["--audio-only"] : []),
    "--json",
  ]);
  return JSON.parse(stdout);
}

function mean(before, after) {
  if (!before || !after) return undefined;
  const average = (key) => (before[key] + after[key]) / 2;
  const parts = Object.fromEntries(
    Object.keys(before.parts).map((part) => [part, (before.parts[part] + after.parts[part]) / 2]));
  return { ...after, cores: average("cores"), perSender: average("perSender"), perReceiver: average("perReceiver"),
    parts, spread: Math.abs(before.cores - after.cores) / average("cores") };
}

/** How late frames are without a server between sender and receiver, in ms. @param {How} how */
export async function measureDirect({ codec, limitSeconds }) {
  const { output } = await runLoad(["--direct", "--codec", codec, "--seconds", String(2 * limitSeconds), "--json"]);
  const delay = JSON.parse(output).members[0].delay;
  if (!delay?.ms.count) throw new Error("nothing was seen of a sender without a server");
  return delay.ms;
}

/** @param {People} people @param {How & {direct: {median: number}}} how */
export async function measure(people, how) {
  const before = await measureLimit(people, how);
  // A server for each, so that none begins with what the one before left in the caches of its room.
  const server = await BenchServer.start();
  let load, machine;
  try {
    const seen = watchMachine();
    const { output } = await server.load([
      ...["--participants", people.senders, "--viewers", people.viewers, "--talkers", people.talkers].map(String),
      ...["--seconds", how.seconds, "--ramp", kRampMs, "--codec", how.codec].map(String),
      ...(people.audioOnly ? ["--audio-only"] : ["--layout", "grid"]),
      ...["--room", "bench", "--json"],
    ]);
    if (!output) throw new Error(`tessera-load reported nothing; the server says:\n${server.log.slice(-2000)}`);
    load = JSON.parse(output);
    machine = seen();
  } finally {
    await server.stop();
  }
  const limit = mean(before, await measureLimit(people, how));
  return { ...people, load, limit, machine, ...figuresOf(load, limit, how.direct.median) };
}

/** What the tables show of one measurement. */
function figuresOf(load, limit, directMs) {
  const room = load.roomProcess;
  const watched = load.members.find(({ delay }) => delay?.ms.count)?.delay;
  const added = (value) => Math.max(0, value - directMs);
  return {
    cores: room?.cores,
    ratio: room && limit ? room.cores / limit.cores : undefined,
    threads: room?.threads,
    mib: room ? room.pssBytes / 2 ** 20 : undefined,
    fps: load.fps.min,
    gapMs: load.longestGapMs.max,
    soundGapMs: load.longestAudioGapMs.max,
    firstFrameMs: load.firstFrameMs,
    addedMs: watched && {
      median: added(watched.ms.median),
      p95: added(watched.ms.p95),
      worstMedian: added(watched.worstMedianMs),
      worstP95: added(watched.worstP95Ms),
    },
    failed: load.failed,
  };
}
