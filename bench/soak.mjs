// SPDX-License-Identifier: Apache-2.0
// People come and go; what does the server keep? Or their clocks drift; does the mix follow? See scripts/soak --help.
import { parseArgs } from "node:util";
import { soakDrift } from "./drift.mjs";
import { BenchServer } from "./server.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    leaks: { type: "boolean", default: false },
    participants: { type: "string", default: "4" },
    drift: { type: "string" },
    minutes: { type: "string", default: "10" },
  },
});
const rounds = Number(positionals[0] ?? 200);
if (positionals.length > 1 || !Number.isInteger(rounds) || rounds < 1) {
  console.error("soak: expected a number of rounds");
  process.exit(2);
}

const drift = Number(values.drift ?? 0), minutes = Number(values.minutes);
if (!(Math.abs(drift) <= 1000) || !Number.isInteger(minutes) || minutes < 1) {
  console.error("soak: expected --drift of -1000 to 1000 ppm, and whole --minutes");
  process.exit(2);
}

const kRoom = "soak";
const kWarmUpRounds = 3;
const kListingMs = 3000;
const options = ["--room", kRoom, "--participants", values.participants];

// GStreamer's leaks tracer lists what is alive when it is sent SIGUSR1; a line each.
const kTracer = { GST_TRACERS: "leaks", GST_DEBUG: "GST_TRACER:7", GST_DEBUG_NO_COLOR: "1", GST_LEAKS_TRACER_SIG: "1" };
/** @type {Map<string, {count: number, example: string}>} */
let alive = new Map();
let unfinished = "";
function collect(text) {
  const lines = (unfinished + text).split("\n");
  unfinished = lines.pop() ?? "";
  for (const line of lines) {
    const found = /object-alive, type-name=\(string\)"?([A-Za-z0-9_]+).*description=\(string\)(.*), ref-count/.exec(line);
    if (found) alive.set(found[1], { count: (alive.get(found[1])?.count ?? 0) + 1, example: found[2].slice(0, 200) });
  }
}

/** Live objects of the room by type; the room is empty, but not closed yet. */
async function liveObjects(server) {
  const pid = (await server.roomProcess(kRoom))?.pid;
  if (!pid) throw new Error(`the room has no process:\n${server.log.slice(-2000)}`);
  alive = new Map();
  process.kill(pid, "SIGUSR1");
  await new Promise((resolve) => setTimeout(resolve, kListingMs));
  return alive;
}

function grown(before, after) {
  const earlier = (type) => before.get(type)?.count ?? 0;
  return [...after].filter(([type, { count }]) => count > earlier(type))
    .map(([type, { count, example }]) => `${type}: ${earlier(type)} alive, then ${count}, such as ${example}`);
}

const server = await BenchServer.start(values.leaks ? { env: kTracer, onLog: collect } : {});
let failed = false;

async function comeAndGo() {
  let before = new Map();
  if (values.leaks) {
    // The empty room before is what the empty room after is compared with.
    await server.load([...options, "--rounds", String(kWarmUpRounds)]);
    before = await liveObjects(server);
  }
  const { code, output } = await server.load([...options, "--rounds", String(rounds)]);
  process.stdout.write(output);
  failed = code !== 0;
  if (values.leaks) {
    const leaks = grown(before, await liveObjects(server));
    const total = [...before.values()].reduce((sum, { count }) => sum + count, 0);
    console.log(leaks.length ? `leaked:\n  ${leaks.join("\n  ")}` : `no object leaked (${total} alive before and after)`);
    failed ||= leaks.length > 0 || total === 0;
  }
}

try {
  if (values.drift === undefined) await comeAndGo();
  else failed = !(await soakDrift(server, drift, minutes));
} finally {
  const ended = await server.stop();
  if (ended !== 0) console.error(`the server ended with ${ended}:\n${server.log.slice(-4000)}`);
  failed ||= ended !== 0;
}
process.exit(failed ? 1 : 0);
