// SPDX-License-Identifier: Apache-2.0
// One measurement: a room with so many people in it, and right after it the limit of the raw libraries, twice.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { sample, watchMachine } from "./machine.mjs";
import { BenchServer, kPrograms, runLoad } from "./server.mjs";

const run = promisify(execFile);
const kLimit = path.join(kPrograms, "../bench/limit");
const kRampMs = 150;
const kRoom = "bench";
const kAskMs = 500;
const kDegradations = ["none", "rate", "size", "closed"]; // from good to bad
// As many as the server can show: bench/limit composes all senders, too.
export const kMostTiles = 49;
const kEnvironment = { TESSERA_PICTURE_MAX_TILES: String(kMostTiles) };

/**
 * @typedef {{senders: number, viewers: number, talkers: number, audioOnly?: boolean, receive?: string}} People receive:
 *   heights of the picture that they ask for at most, in turn; none: as good as possible
 * @typedef {{seconds: number, limitSeconds: number, codec: string}} How
 */

/**
 * Cores of the raw libraries for the picture that the room showed; undefined for what bench/limit does not know (H.264).
 * @param {People} people @param {How} how @param {number[][]} tiles
 */
async function measureLimit({ senders, viewers, talkers, audioOnly }, { limitSeconds, codec }, tiles) {
  if (codec !== "VP8") return undefined;
  const { stdout } = await run(kLimit, [
    ...["--senders", senders, "--viewers", viewers, "--talkers", talkers, "--seconds", limitSeconds].map(String),
    ...(audioOnly ? ["--audio-only"] : ["--tiles", tiles.map((tile) => tile.join(",")).join(":")]),
    "--json",
  ]);
  return JSON.parse(stdout);
}

function mean(first, second) {
  if (!first || !second) return undefined;
  const average = (key) => (first[key] + second[key]) / 2;
  const parts = Object.fromEntries(
    Object.keys(first.parts).map((part) => [part, (first.parts[part] + second.parts[part]) / 2]));
  return { ...second, cores: average("cores"), perSender: average("perSender"), perReceiver: average("perReceiver"),
    parts, spread: Math.abs(first.cores - second.cores) / average("cores") };
}

// The worst of a measurement: a room that is short of time shows less, and costs less.
function worstOf(degradations) {
  return degradations.length ? kDegradations[Math.max(...degradations.map((level) => kDegradations.indexOf(level)))] : "unknown";
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
  // A server for each, so that none begins with what the one before left in the caches of its room.
  const server = await BenchServer.start({ env: kEnvironment });
  let load, machine, degradation;
  try {
    const watched = watchMachine();
    const asked = sample(kAskMs, () =>
      server.roomProcess(kRoom).then((process) => process?.health?.degradation, () => undefined));
    const { output } = await server.load([
      ...["--participants", people.senders, "--viewers", people.viewers, "--talkers", people.talkers].map(String),
      ...["--seconds", how.seconds, "--ramp", kRampMs, "--codec", how.codec].map(String),
      ...(people.audioOnly ? ["--audio-only"] : ["--layout", "grid", "--ignore-ingest"]),
      ...(people.receive ? ["--receive", people.receive] : []),
      ...["--room", kRoom, "--json"],
    ]);
    if (!output) throw new Error(`tessera-load reported nothing; the server says:\n${server.log.slice(-2000)}`);
    load = JSON.parse(output);
    machine = watched(load);
    degradation = worstOf(asked(load));
  } finally {
    await server.stop();
  }
  // What a degraded room costs, or one that does not show everybody, or not to everybody, is not the price of the same
  // picture; the raw libraries encode but one.
  const lowered = people.receive ? 0 : load.members.filter(hasLeftTheTop).length;
  const comparable = degradation === "none" && !lowered && !people.receive &&
    (people.audioOnly || load.tiles.length === people.senders);
  const limitOnce = () => comparable ? measureLimit(people, how, load.tiles) : undefined;
  const limit = mean(await limitOnce(), await limitOnce());
  return { ...people, load, limit, machine, degradation, lowered, comparable, ...figuresOf(load, limit, how.direct.median) };
}

/** Whether somebody got less than the top rung at any time of the measurement. @param {any} member */
function hasLeftTheTop({ receiving }) {
  return receiving.some(({ level }, at) => level > 0 && (receiving[at + 1]?.at ?? Infinity) > 0);
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
