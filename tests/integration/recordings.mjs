// SPDX-License-Identifier: Apache-2.0
// Recordings of a server under test: asks for them by the API, with people of tessera-load in the rooms, and looks
// into what becomes of them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { assertClean, gaps, packets, probe } from "../support/media_check.mjs";
import { until } from "../support/wait.mjs";

export const kPrograms = process.env.TESSERA_BIN_DIR ?? fileURLToPath(new URL("../../build/dev/bin", import.meta.url));
export const kToken = "a-token-of-some-length"; // with kApi
export const kApi = `[api]\ntoken = "${kToken}"\n`;
const kFinishMs = 60_000; // on a busy machine, with little of the processor

/** @typedef {{id: string, room: string, state: string, file: string, durationMs: number, bytes: number,
 *   tracks: string[], error?: {code: string, text: string}}} Info */

/** People with picture and sound. @param {import("../support/server.mjs").Server} server @param {string} room */
export async function people(server, room, count = 1, codec = "VP8") {
  const options = ["--participants", `${count}`, "--seconds", "600", "--codec", codec, "--size", "320x180", "--fps", "15", "--kbps", "150"];
  const child = spawn(path.join(kPrograms, "tessera-load"), ["--url", server.url.replace("http", "ws"), "--room", room, ...options], {
    stdio: "ignore",
  });
  const gone = new Promise((resolve) => child.once("close", resolve));
  const connected = async () =>
    ((await server.room(room))?.participants ?? []).filter((/** @type {{connected: boolean}} */ each) => each.connected).length >= count;
  await until(`${count} in ${room}`, connected, 30_000);
  return { leave: () => (child.kill("SIGKILL"), gone) };
}

/** @param {import("../support/server.mjs").Server} server @param {string} method @param {string} what @param {object} [body] */
export function call(server, method, what, body) {
  const headers = { Authorization: `Bearer ${kToken}` };
  return fetch(`${server.url}/v1/${what}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
}

/** @param {import("../support/server.mjs").Server} server @param {string} room @returns {Promise<Info>} */
export async function start(server, room, body = {}) {
  const response = await call(server, "POST", `rooms/${room}/recordings`, body);
  const info = await response.json();
  assert.equal(response.status, 201, JSON.stringify(info));
  return info;
}

/** @param {import("../support/server.mjs").Server} server @param {Info} recording @param {"pause"|"resume"|"stop"} action */
export async function control(server, { room, id }, action) {
  const response = await call(server, "POST", `rooms/${room}/recordings/${id}/${action}`);
  assert.equal(response.status, 204, await response.text());
}

/** @param {import("../support/server.mjs").Server} server @param {string} id @returns {Promise<Info>} */
export async function describe(server, id) {
  return (await call(server, "GET", `recordings/${id}`)).json();
}

/** Until there is so much media. @param {import("../support/server.mjs").Server} server @param {string} id @param {number} ms */
export function recorded(server, id, ms) {
  return until(`${ms} ms are recorded`, async () => (await describe(server, id)).durationMs >= ms, 30_000);
}

/** @param {import("../support/server.mjs").Server} server @param {string} id */
export async function complete(server, id) {
  const over = async () => {
    const info = await describe(server, id);
    return ["complete", "failed"].includes(info.state) ? info : null;
  };
  const info = await until(`recording ${id} is complete`, over, kFinishMs);
  assert.equal(info.state, "complete", JSON.stringify(info));
  return info;
}

/** @param {import("../support/server.mjs").Server} server */
export const folderOf = (server) => path.join(server.folder, "recordings");
/** @param {import("../support/server.mjs").Server} server @param {Info} info */
export const fileOf = (server, info) => path.join(folderOf(server), info.file);
/** @param {import("../support/server.mjs").Server} server @param {string} id */
export const workOf = (server, id) => path.join(folderOf(server), ".work", id);

/** @param {import("../support/server.mjs").Server} server @param {Info} info */
export async function timelineOf(server, info) {
  return JSON.parse(await readFile(fileOf(server, info).replace(/\.[^.]*$/, ".json"), "utf8"));
}

/** Media without a warning and without a hole. @param {import("../support/server.mjs").Server} server @param {Info} info */
export async function check(server, info, { video = true, frameMs = 1000 / 15, folder = folderOf(server) } = {}) {
  const file = path.join(folder, info.file);
  await assertClean(file);
  const probed = await probe(file);
  assert.ok(Math.abs(probed.durationMs - info.durationMs) < 250, `${probed.durationMs} ms in the file, ${info.durationMs} told`);
  assert.deepEqual(await gaps(file, "a", 150), [], "holes in the sound");
  if (video) assert.deepEqual(await gaps(file, "v", 3 * frameMs + 200), [], "holes in the picture");
  return probed;
}

/** Where a part's media ends, by the clock. @param {string} work @param {number} part */
export async function endOfPart(work, part) {
  const name = path.join(work, `part-${String(part).padStart(4, "0")}`);
  const [first] = (await readFile(`${name}.jsonl`, "utf8")).split("\n");
  const ends = async (/** @type {"v" | "a"} */ kind) => (await packets(`${name}.mkv`, kind)).at(-1).ms;
  return JSON.parse(first).unixMs + Math.min(await ends("v"), await ends("a"));
}

/** @param {import("../support/server.mjs").Server} server */
export async function filesOf(server) {
  const entries = await readdir(folderOf(server), { recursive: true, withFileTypes: true });
  return entries.filter((each) => each.isFile()).map((each) => each.name).sort();
}
