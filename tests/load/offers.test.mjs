// SPDX-License-Identifier: Apache-2.0
// tessera-load as the others of a client without a server: what it offers over its socket, and how it ends.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const kPrograms = process.env.TESSERA_BIN_DIR ?? fileURLToPath(new URL("../../build/dev/bin", import.meta.url));
const kSmall = ["--size", "160x90", "--fps", "15", "--kbps", "100", "--json"];
const kSocketFd = 3;
const children = [];

/** @param {string[]} options @param {("ignore" | "pipe")[]} more descriptors from 3 on */
function load(options, more = ["pipe"]) {
  const child = spawn(path.join(kPrograms, "tessera-load"), [...kSmall, ...options], { stdio: ["ignore", "pipe", "pipe", ...more] });
  children.push(child);
  let output = "", log = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (log += data));
  const ended = new Promise((resolve) => child.on("close", (code) => resolve({ code, log, report: output && JSON.parse(output) })));
  return { ended, socket: /** @type {import("node:net").Socket} */ (child.stdio[kSocketFd]) };
}

/** The next offers. @param {import("node:net").Socket} socket @param {number} count @returns {Promise<any[]>} */
async function offers(socket, count) {
  const seen = [];
  for await (const line of createInterface({ input: socket })) {
    const message = JSON.parse(line);
    if (message.type === "offer") seen.push(message);
    if (seen.length === count) return seen;
  }
  throw new Error(`${seen.length} of ${count} offers came`);
}

after(() => children.forEach((child) => child.kill("SIGKILL")));

test("as a forwarding server's: everybody's streams in one connection, the first of each kind both ways", async () => {
  const { ended, socket } = load(["--offers", "1", "--streams", "4", "--talkers", "2"]);
  const [{ pc, gen, sdp }] = await offers(socket, 1);
  assert.deepEqual({ pc, gen }, { pc: "main", gen: 1 });
  const count = (/** @type {RegExp} */ what) => sdp.match(what)?.length ?? 0;
  assert.equal(count(/^m=video/gm), 4);
  assert.equal(count(/^m=audio/gm), 2);
  assert.equal(count(/^a=sendrecv/gm), 2);
  assert.equal(count(/^a=sendonly/gm), 4);
  // Browsers know Opus by this name only, and tell streams of one payload type apart by their SSRC.
  assert.equal(count(/^a=rtpmap:\d+ OPUS\/48000\/2\r?$/gim), 2);
  assert.equal(new Set([...sdp.matchAll(/^a=ssrc:(\d+)/gm)].map(([, ssrc]) => ssrc)).size >= 6, true, sdp);
  socket.destroy();
  const { code, report } = await ended;
  assert.equal(code, 1, "nobody answered");
  assert.equal(report.members[0].failure, "never connected");
});

test("as in a mesh: a connection for each, told apart by gen", async () => {
  const { ended, socket } = load(["--offers", "3"]);
  const all = await offers(socket, 3);
  assert.deepEqual(all.map(({ gen }) => gen).sort(), [1, 2, 3]);
  socket.destroy();
  assert.equal((await ended).report.members.length, 3);
});

test("what is no message, or of no connection, ends it with a reason", async () => {
  for (const [line, reason] of [["nonsense\n", /over the socket/],
    ['{"type":"answer","pc":"main","gen":9,"sdp":"v=0"}\n', /connection 9, which there is not/]]) {
    const { ended, socket } = load(["--offers", "1"]);
    socket.resume();
    socket.write(line);
    const { code, report } = await ended;
    assert.equal(code, 1);
    assert.match(report.members[0].failure, reason);
  }
});

test("without a socket it says so", async () => {
  const { code, report } = await load(["--offers", "1"], ["ignore"]).ended;
  assert.equal(code, 1);
  assert.match(report.members[0].failure, /descriptor 3 is no socket/);
});
