// SPDX-License-Identifier: Apache-2.0
// What a recording, a copy, and further destinations cost a room, and what memory they keep. See scripts/bench --help.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { NginxRtmp } from "../tests/support/nginx_rtmp.mjs";
import { Server } from "../tests/support/server.mjs";
import { describeMachine, watchMachine } from "./machine.mjs";
import { kPrograms } from "./server.mjs";
import { table } from "./tables.mjs";

const kRoom = "bench";
const kCanvas = { width: 1280, height: 720, fps: 30 };
const kSettleMs = 4000; // encoders have begun and ended, a destination is connected
const kJoinMs = 8000;
const kLimitMs = 120000; // for a state to be reached, and a recording to be finished
const kTicksPerSecond = 100; // USER_HZ, of /proc

const { values } = parseArgs({
  options: {
    senders: { type: "string", default: "3" },
    seconds: { type: "string", default: "20" },
    rounds: { type: "string", default: "2" },
    minutes: { type: "string", default: "0" },
    json: { type: "boolean", default: false },
    save: { type: "string" },
  },
});
function number(option, least, most) {
  const value = Number(values[option]);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  console.error(`bench: --${option} ${values[option]}: expected a number from ${least} to ${most}\nTry --help.`);
  return process.exit(2);
}
const senders = number("senders", 1, 49), seconds = number("seconds", 2, 3600);
const rounds = number("rounds", 1, 100), minutes = number("minutes", 0, 600);

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function until(what, condition) {
  for (const end = Date.now() + kLimitMs; Date.now() < end; await pause(250)) {
    const met = await condition();
    if (met) return met;
  }
  throw new Error(`${what} did not come`);
}

const nginx = await NginxRtmp.start();
const server = await Server.start({
  canvas: kCanvas,
  config: `[outputs]\nallow = ["rtmp://127.0.0.1:*/*"]\n`,
});

async function api(method, path, body) {
  const answer = await fetch(`${server.url}/v1${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}

/** Processor time and memory of the room's process. @param {number} pid */
async function usage(pid) {
  const stat = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1].split(" ");
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  return {
    cpuSeconds: (Number(stat[11]) + Number(stat[12])) / kTicksPerSecond,
    pssMib: Number(/^Pss: +(\d+)/m.exec(rollup)?.[1]) / 1024,
    at: performance.now(),
  };
}

async function record(video) {
  const { id } = await api("POST", `/rooms/${kRoom}/recordings`, { video });
  return {
    end: async () => {
      await api("POST", `/rooms/${kRoom}/recordings/${id}/stop`);
      // tessera-post is not to run while another state is measured.
      const state = await until("the file", async () => {
        const recording = await api("GET", `/recordings/${id}`);
        return ["complete", "failed"].includes(recording.state) && recording;
      });
      if (state.state === "failed") throw new Error(`recording by ${video}: ${JSON.stringify(state.error)}`);
      await api("DELETE", `/recordings/${id}`);
    },
  };
}

async function output(wanted) {
  const { id } = await api("POST", `/rooms/${kRoom}/outputs`, wanted);
  await until(`output ${wanted.kind}`, async () => {
    const { outputs } = await api("GET", `/rooms/${kRoom}/outputs`);
    return outputs.find((each) => each.id === id)?.state === "live";
  });
  return { end: () => api("DELETE", `/rooms/${kRoom}/outputs/${id}`) };
}

// Each adds to the one before but for the copy, which stands alone.
const program = () => record("program");
const rtmp = (key) => () => output({ kind: "rtmp", url: nginx.url(key) });
const kStates = [
  { name: "no recording", parts: [] },
  { name: "copy", parts: [() => record("copy")], beyond: "no recording" },
  { name: "program rung", parts: [program], beyond: "no recording" },
  { name: "+ RTMP", parts: [program, rtmp("one")], beyond: "program rung" },
  { name: "+ second RTMP", parts: [program, rtmp("one"), rtmp("two")], beyond: "+ RTMP" },
  { name: "+ HLS", parts: [program, rtmp("one"), rtmp("two"), () => output({ kind: "hls" })], beyond: "+ second RTMP" },
];

async function measure(pid, { name, parts }) {
  const begun = [];
  for (const begin of parts) begun.push(await begin());
  await pause(kSettleMs);
  const watched = watchMachine(), fromUnixMs = Date.now(), before = await usage(pid);
  await pause(seconds * 1000);
  const after = await usage(pid);
  const elapsed = (after.at - before.at) / 1000;
  const machine = watched({ measuredFromUnixMs: fromUnixMs, measuredSeconds: elapsed });
  const process = await api("GET", `/rooms/${kRoom}`).then((room) => room.process);
  for (const part of begun.reverse()) await part.end();
  return {
    name, machine, cores: (after.cpuSeconds - before.cpuSeconds) / elapsed, mib: after.pssMib,
    threads: process?.health?.threads, degradation: process?.health?.degradation,
  };
}

/** All of them at once, for as long as was asked: the memory each minute. */
async function hold(pid) {
  const begun = [await record("copy")];
  for (const begin of kStates.at(-1)?.parts ?? []) begun.push(await begin());
  const memory = [];
  for (let minute = 0; minute <= minutes; ++minute) {
    if (minute) await pause(60000);
    memory.push({ minute, mib: (await usage(pid)).pssMib });
    console.error(`bench: minute ${minute}: ${memory.at(-1)?.mib.toFixed(1)} MiB`);
  }
  for (const part of begun.reverse()) await part.end();
  return memory;
}

const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
let load;
try {
  const most = kStates.length * rounds * (seconds + 30) + minutes * 60 + 120;
  // H264, so that the copy's encoder is one that participants need anyway.
  load = spawn(path.join(kPrograms, "tessera-load"), ["--url", server.url.replace("http", "ws"),
    "--participants", String(senders), "--talkers", "1", "--seconds", String(most), "--codec", "H264",
    "--layout", "grid", "--ignore-ingest", "--room", kRoom, "--json"], { stdio: "ignore" });
  const pid = await server.roomPid(kRoom);
  await until("everybody", async () => (await server.room(kRoom))?.participants?.length === senders);
  await pause(kJoinMs);
  const runs = [];
  for (let round = 1; round <= rounds; ++round) {
    for (const state of kStates) {
      console.error(`bench: round ${round} of ${rounds}: ${state.name}`);
      runs.push(await measure(pid, state));
    }
  }
  const rows = kStates.map(({ name, beyond }) => {
    const own = runs.filter((run) => run.name === name);
    return { name, beyond, cores: mean(own.map((run) => run.cores)), mib: own.at(-1)?.mib, threads: own.at(-1)?.threads,
      busy: mean(own.map((run) => run.machine.busyCores)), degraded: own.some((run) => run.degradation !== "none"),
      spread: Math.max(...own.map((run) => run.cores)) - Math.min(...own.map((run) => run.cores)) };
  });
  const of = (name) => rows.find((row) => row.name === name)?.cores ?? NaN;
  const digits = (count) => (value) => (Number.isFinite(value) ? value.toFixed(count) : "–");
  const result = { time: new Date().toISOString(), machine: describeMachine(), senders, seconds, rounds, rows, runs,
    memory: minutes ? await hold(pid) : undefined };
  if (values.save) writeFileSync(values.save, `${JSON.stringify(result, null, 1)}\n`);
  if (values.json) {
    console.log(JSON.stringify(result));
  } else {
    console.log(`${result.machine}\n${senders} senders, H.264, 1280x720 at 30 fps; ${rounds} rounds of ${seconds} s.\n`);
    console.log(table([
      ["the room", (row) => row.name, String],
      ["room cores", (row) => row.cores, digits(3)],
      ["between rounds", (row) => row.spread, digits(3)],
      ["more than", (row) => row.beyond ?? "–", String],
      ["by cores", (row) => row.cores - of(row.beyond), digits(3)],
      ["ratio", (row) => row.cores / of("no recording"), digits(2)],
      ["threads", (row) => row.threads, String],
      ["PSS MiB", (row) => row.mib, digits(0)],
      ["machine busy", (row) => row.busy, digits(2)],
    ], rows));
    if (rows.some((row) => row.degraded)) console.log("\nThe room was degraded meanwhile: the figures are not to be compared.");
    if (result.memory)
      console.log(`\nAll of them at once: ${result.memory.map(({ minute, mib }) => `${minute} min ${mib.toFixed(0)} MiB`).join(", ")}`);
  }
} finally {
  load?.kill();
  await server.stop().catch((error) => console.error(`bench: ${error.message}`));
  await nginx.stop();
}
