// SPDX-License-Identifier: Apache-2.0
// Recordings outlive the processes that make them: kill -9 of the room, of the server, and of tessera-post.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";
import * as recordings from "./recordings.mjs";

const kLostMs = 1000; // at most

/** @type {Server} */
let server;
/** @type {string} A folder with a program in place of tessera-post: the first run that finds `hang` there hangs. */
let folder;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "tessera-hang-"));
  const program = path.join(folder, "post");
  await writeFile(program, `#!/bin/sh\nif mv ${folder}/hang ${folder}/hangs 2> /dev/null; then exec sleep 600; fi\nexec ${recordings.kPrograms}/tessera-post "$@"\n`);
  await chmod(program, 0o700);
  server = await Server.start({ env: { TESSERA_SERVER_POST_PROGRAM: program } });
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

test("the room dies: the recording goes on in the next process, with a chapter for the gap", async () => {
  const guests = await recordings.people(server, "dies");
  const recording = await recordings.start(server, "dies");
  await recordings.recorded(server, recording.id, 4000);
  const pid = await server.roomPid("dies");
  process.kill(pid, "SIGKILL");
  const killedAt = Date.now();
  await until("another process", async () => ((await server.room("dies"))?.process?.pid ?? pid) !== pid);
  const before = (await recordings.describe(server, recording.id)).durationMs;
  const lostMs = killedAt - (await recordings.endOfPart(recordings.workOf(server, recording.id), 1));
  assert.ok(lostMs <= kLostMs, `${lostMs} ms are lost`);
  await recordings.recorded(server, recording.id, before + 4000);
  await recordings.control(server, recording, "stop");
  const info = await recordings.complete(server, recording.id);
  const probed = await recordings.check(server, info);
  assert.ok(info.durationMs > before + 3500, `${info.durationMs} ms, ${before} of them before it died`);
  assert.ok(probed.chapters.length >= 2, JSON.stringify(probed.chapters));
  const { timeline } = await recordings.timelineOf(server, info);
  assert.equal(timeline.filter((/** @type {any} */ each) => each.event === "gap").length, 1);
  await guests.leave();
});

test("the server dies: the recording is finished at its next start", async () => {
  const guests = await recordings.people(server, "orphaned");
  const recording = await recordings.start(server, "orphaned");
  await recordings.recorded(server, recording.id, 4000);
  const killedAt = Date.now();
  server = await server.killAndRestart();
  const info = await recordings.complete(server, recording.id);
  await recordings.check(server, info);
  const begunAt = Date.parse((await recordings.describe(server, recording.id)).startedAt);
  const { startedAtMs, durationMs } = await recordings.timelineOf(server, info);
  assert.equal(startedAtMs, begunAt);
  const lostMs = killedAt - begunAt - durationMs;
  assert.ok(lostMs <= kLostMs, `${lostMs} ms are lost`);
  await guests.leave();
});

test("the server dies while it makes the file: that begins anew at its next start", async () => {
  const guests = await recordings.people(server, "halfway");
  const recording = await recordings.start(server, "halfway", { format: "ogg" });
  await recordings.recorded(server, recording.id, 2000);
  await writeFile(path.join(folder, "hang"), "");
  await recordings.control(server, recording, "stop");
  await until("tessera-post is at work", () => existsSync(path.join(folder, "hangs")), 30_000);
  assert.equal((await recordings.describe(server, recording.id)).state, "finishing");
  server = await server.killAndRestart();
  await recordings.check(server, await recordings.complete(server, recording.id), { video: false });
  await guests.leave();
});

test("the server goes down in good order while a meeting is recorded", async () => {
  const guests = await recordings.people(server, "down");
  const recording = await recordings.start(server, "down");
  await recordings.recorded(server, recording.id, 2000);
  server = await server.restart();
  const info = await recordings.complete(server, recording.id);
  await recordings.check(server, info);
  assert.equal(info.error, undefined);
  await guests.leave();
});
