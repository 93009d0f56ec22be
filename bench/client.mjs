// SPDX-License-Identifier: Apache-2.0
// What a mix saves the one who gets it, measured on one Chromium. See scripts/bench client --help.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { chartOf } from "./client/chart.mjs";
import { print, problemsOf } from "./client/table.mjs";
import { apart, cameraAlone, mixed, servePages } from "./client/ways.mjs";
import { describeMachine } from "./machine.mjs";
import { BenchServer, kPrograms } from "./server.mjs";

const kRoot = fileURLToPath(new URL("..", import.meta.url));
const kResults = path.join(kRoot, "bench/RESULTS.md");
const kPicture = path.join(kRoot, "docs/pictures/client-savings.svg");
const kTitle = "## What a mix saves the client";
const kMostPeople = 49;

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    people: { type: "string", default: "3,9,16" },
    mesh: { type: "string", default: "2,4" },
    seconds: { type: "string", default: "10" },
    json: { type: "boolean", default: false },
    save: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
/** @param {"people" | "mesh" | "seconds"} option */
function numbers(option, least = 2, most = kMostPeople) {
  const given = values[option] === "none" ? [] : values[option].split(",").map(Number);
  if (given.every((count) => Number.isInteger(count) && count >= least && count <= most)) return given;
  console.error(`bench: --${option} ${values[option]}: expected numbers from ${least} to ${most}, as 3,9, or none`);
  process.exit(2);
}
const people = numbers("people"), mesh = numbers("mesh"), [seconds = 10] = numbers("seconds", 1, 600);

const steps = [
  { way: "camera", people: 1, run: cameraAlone },
  ...people.flatMap((count) => [
    { way: "mix", people: count, run: (/** @type {any} */ given) => mixed(given, count, false) },
    { way: "mix, all sent", people: count, run: (/** @type {any} */ given) => mixed(given, count, true) },
    { way: "SFU", people: count, run: (/** @type {any} */ given) => apart(given, 1, count - 1) },
  ]),
  ...mesh.map((count) => ({ way: "mesh", people: count, run: (/** @type {any} */ given) => apart(given, count - 1, 1) })),
];

const folder = await mkdtemp(path.join(tmpdir(), "tessera-client-"));
const camera = path.join(folder, "camera.y4m");
/** @type {{way: string, people: number, cost: import("./client/browser.mjs").Cost}[]} */
const runs = [];
let chromium = "?";
try {
  await promisify(execFile)(path.join(kPrograms, "tessera-load"), ["--camera", camera]);
  chromium = (await promisify(execFile)(process.env.CHROMIUM ?? "chromium", ["--version"])).stdout.trim().split(" built")[0] ?? "?";
  const [server, pages] = await Promise.all([BenchServer.start(), servePages()]);
  try {
    for (const [index, { way, people: count, run }] of steps.entries()) {
      console.error(`bench: ${index + 1} of ${steps.length}: ${way}, ${count} people`);
      runs.push({ way, people: count, cost: await run({ camera, pages: pages.url, server, seconds }) });
    }
  } finally {
    pages.stop();
    await server.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const result = { time: new Date().toISOString(), machine: describeMachine(), chromium, seconds, runs };
const text = print(result);
if (values.save) await writeFile(values.save, `${JSON.stringify(result, null, 1)}\n`);
const usable = !runs.some((run) => problemsOf(run).length);
if (values.keep && !usable) console.error("bench: not kept, for not everything could be measured");
if (values.keep && usable) {
  await writeFile(kResults, withSection(await readFile(kResults, "utf8"), `${kTitle}\n\n${text}\n`));
  await writeFile(kPicture, chartOf(result));
}
console.log(values.json ? JSON.stringify(result) : text);
process.exit(usable ? 0 : 1);

/** The results with this section in place of the one of the same title, or before all others. */
function withSection(/** @type {string} */ results, /** @type {string} */ section) {
  const begin = results.indexOf(`${kTitle}\n`);
  if (begin < 0) return results.replace(/\n(?=## )/, () => `\n${section}\n`);
  const end = results.indexOf("\n## ", begin + 1);
  return results.slice(0, begin) + section + (end < 0 ? "" : `\n${results.slice(end + 1)}`);
}
