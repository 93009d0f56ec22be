// SPDX-License-Identifier: Apache-2.0
// The table of what a room costs and delivers, by the number of people in it. See scripts/bench --help.
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { BenchServer } from "./server.mjs";

const { values } = parseArgs({
  options: {
    people: { type: "string", default: "4,9,16" },
    viewers: { type: "string", default: "0" },
    seconds: { type: "string", default: "20" },
    codec: { type: "string", default: "VP8" },
    json: { type: "boolean", default: false },
  },
});
const counts = values.people.split(",").map(Number);
if (!counts.length || counts.some((count) => !Number.isInteger(count) || count < 1)) {
  console.error(`bench: --people ${values.people}: expected numbers, as 4,9,16`);
  process.exit(2);
}

const kMiB = 1 << 20;
const kColumns = [
  ["people", (run) => run.participants + run.viewers],
  ["room cores", (run) => run.roomProcess?.cores.toFixed(3)],
  ["per person", (run) => (run.roomProcess?.cores / run.members.length).toFixed(3)],
  ["server cores", (run) => run.serverProcesses.find(({ kind }) => kind === "tessera")?.cores.toFixed(3)],
  ["load cores", (run) => run.loadCores.toFixed(2)],
  ["threads", (run) => run.roomProcess?.threads],
  ["PSS MiB", (run) => (run.roomProcess?.pssBytes / kMiB).toFixed(0)],
  ["fps min", (run) => run.fps.min?.toFixed(1)],
  ["fps median", (run) => run.fps.median?.toFixed(1)],
  ["gap ms", (run) => run.longestGapMs.max?.toFixed(0)],
  ["audio gap", (run) => run.longestAudioGapMs.max?.toFixed(0)],
  ["1st frame", (run) => run.firstFrameMs.median?.toFixed(0)],
  ["p95", (run) => run.firstFrameMs.p95?.toFixed(0)],
  ["failed", (run) => run.failed],
];

const runs = [];
for (const count of counts) {
  // A server for each, so that none begins with what the one before left in the caches of its room.
  const server = await BenchServer.start();
  try {
    const { output } = await server.load([
      ...["--participants", String(count), "--viewers", values.viewers, "--seconds", values.seconds],
      ...["--codec", values.codec, "--room", `bench-${count}`, "--json"],
    ]);
    if (!output) throw new Error("tessera-load reported nothing");
    runs.push(JSON.parse(output));
  } finally {
    await server.stop();
  }
}

if (values.json) {
  console.log(JSON.stringify(runs));
} else {
  const rows = [kColumns.map(([title]) => title), ...runs.map((run) => kColumns.map(([, value]) => String(value(run) ?? "?")))];
  const widths = kColumns.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  console.log(`${runs[0].media} in; ${cpus().length} x ${cpus()[0]?.model.trim()}, load average ${loadavg()[0].toFixed(1)}`);
  for (const row of rows) console.log(row.map((cell, column) => cell.padStart(widths[column])).join("  "));
}
process.exit(runs.some((run) => run.failed > 0) ? 1 : 0);
