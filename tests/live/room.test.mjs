// SPDX-License-Identifier: Apache-2.0
// The whole way: people in a room, outputs by the HTTP API, and what arrives at nginx and at a player of HLS.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as media from "../support/media_check.mjs";
import { NginxRtmp } from "../support/nginx_rtmp.mjs";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";

const kPrograms = process.env.TESSERA_BIN_DIR ?? fileURLToPath(new URL("../../build/dev/bin", import.meta.url));
const kConfig = `[program]\nvideo_kbps = 800\n[outputs]\nallow = ["rtmp://127.0.0.1:*/live/*"]\n[log]\nlevel = "debug"\n`;
const kKey = "open-sesame";

/** @type {NginxRtmp} */
let nginx;
/** @type {Server} */
let server;
before(async () => void ([nginx, server] = await Promise.all([NginxRtmp.start(), Server.start({ config: kConfig })])));
after(() => Promise.all([nginx.stop(), server.stop()]));

/** Three people who send picture and sound. @param {import("node:test").TestContext} t @param {string} room */
function people(t, room) {
  const url = server.url.replace("http", "ws");
  const options = ["--participants", "3", "--size", "320x180", "--fps", "15", "--kbps", "150", "--seconds", "600"];
  const child = spawn(path.join(kPrograms, "tessera-load"), ["--url", url, "--room", room, ...options], { stdio: "ignore" });
  t.after(() => void child.kill("SIGTERM"));
  return until("they are there", async () => (await server.room(room))?.participants.filter((/** @type {{connected: boolean}} */ each) => each.connected).length === 3);
}

/** @param {string} room @param {string} [method] @param {object} [body] @param {string} [id] */
function outputs(room, method = "GET", body, id = "") {
  const url = `${server.url}/v1/rooms/${room}/outputs${id && `/${id}`}`;
  const headers = { "content-type": "application/json" };
  return fetch(url, { method, ...(body && { body: JSON.stringify(body), headers }) });
}

/** @param {string} room @param {string} id */
async function output(room, id) {
  const { outputs: all } = await (await outputs(room)).json();
  return all.find((/** @type {{id: string}} */ each) => each.id === id);
}

/** @param {string} room @param {string} id @param {string} what @param {(output: any) => unknown} wanted */
const outputIs = (room, id, what, wanted) =>
  until(what, async () => {
    const found = await output(room, id);
    if (found && wanted(found)) return found;
    throw new Error(JSON.stringify(found));
  }, 40000);

/** Pictures that move, sound that is heard. @param {string} source @param {number} atLeastMs */
async function assertMeeting(source, atLeastMs) {
  const frames = await media.frames(source);
  const lengthMs = (frames.at(-1)?.ms ?? 0) - (frames[0]?.ms ?? 0);
  assert.ok(lengthMs >= atLeastMs, `${lengthMs} ms of picture`);
  const different = frames.filter((frame, i) => i > 0 && !frame.rgb.equals(frames[i - 1]?.rgb ?? frame.rgb)).length;
  assert.ok(different > frames.length / 4, `${different} of ${frames.length} pictures differ from the one before`);
  const sound = await media.sound(source);
  assert.ok(sound.some((sample) => Math.abs(sample) > 0.01), "somebody is heard");
}

test("a room goes out by RTMP and HLS, and goes on when its process dies", { timeout: 180000 }, async (t) => {
  const room = "stage";
  await people(t, room);
  const refused = await outputs(room, "POST", { kind: "rtmp", url: "rtmp://192.0.2.1/live/open-sesame" });
  assert.equal(refused.status, 403, "not in the list of what is allowed");
  const made = await outputs(room, "POST", { kind: "rtmp", url: nginx.url(kKey) });
  assert.equal(made.status, 201);
  const { id } = await made.json();
  const hls = await (await outputs(room, "POST", { kind: "hls" })).json();
  const { delayMs } = await outputIs(room, id, "it is live", ({ state, kbps }) => state === "live" && kbps > 200);
  assert.ok(delayMs < 2000, `${delayMs} ms late`);
  await outputIs(room, hls.id, "HLS is live", ({ state, kbps }) => state === "live" && kbps > 200);

  const playlist = `${server.url}${hls.target}`;
  const answer = await fetch(playlist);
  assert.equal(answer.headers.get("content-type"), "application/vnd.apple.mpegurl");
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  const segments = (await answer.text()).split("\n").filter((line) => line.endsWith(".ts"));
  assert.ok(segments.length >= 2);
  await assertMeeting(new URL(segments[0] ?? "", playlist).href, 1500);

  process.kill(await server.roomPid(room), "SIGKILL");
  await until("the room's next process sends", async () => (await nginx.recordings(kKey)).length === 2, 40000);
  await outputIs(room, id, "it is live again", ({ state, kbps }) => state === "live" && kbps > 200);
  await until("HLS goes on", async () => (await (await fetch(playlist)).text()).includes("#EXT-X-DISCONTINUITY\n"), 40000);

  const pid = await server.roomPid(room);
  assert.doesNotMatch(await readFile(`/proc/${pid}/cmdline`, "latin1"), /sesame/);
  assert.doesNotMatch(await (await outputs(room)).text(), /sesame/);
  assert.equal((await outputs(room, "DELETE", undefined, id)).status, 204);
  await until("nobody sends", async () => !(await output(room, id)));
  assert.equal((await outputs(room, "DELETE", undefined, hls.id)).status, 204);
  for (const file of await nginx.recordings(kKey)) {
    await assertMeeting(file, 1000);
    assert.deepEqual(await media.gaps(file, "v", 300), []);
    assert.deepEqual(await media.gaps(file, "a", 100), []);
  }
  assert.match(server.log, /debug/);
  assert.doesNotMatch(server.log, /sesame/);
});
