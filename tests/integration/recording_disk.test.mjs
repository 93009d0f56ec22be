// SPDX-License-Identifier: Apache-2.0
// Recordings and their disk: full, over its quota, not to be written to.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, statfs, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";
import { Client } from "./client.mjs";
import * as recordings from "./recordings.mjs";

/** A file that claims to be so large, and takes no room. @param {string} name @param {number} bytes */
async function sparse(name, bytes) {
  await writeFile(name, "");
  await truncate(name, bytes);
}

test("the quota stops a recording, what there is becomes a file, and the meeting goes on", async () => {
  const server = await Server.start({ config: "[recordings]\nquota_gb = 1\n" });
  try {
    const guests = await recordings.people(server, "quota");
    const watcher = await Client.join(server, "quota", { name: "Wanda" });
    const recording = await recordings.start(server, "quota");
    await recordings.recorded(server, recording.id, 2000);
    await sparse(path.join(recordings.folderOf(server), "another"), 1e9);
    const notice = await watcher.hearThat("recording", ({ state }) => state === "none");
    assert.match(notice.error.text, /quota/);
    const info = await recordings.complete(server, recording.id);
    assert.match(info.error?.text ?? "", /quota/);
    await recordings.check(server, info);
    const refused = await recordings.call(server, "POST", "rooms/quota/recordings");
    assert.equal(refused.status, 500);
    assert.match((await refused.json()).error.text, /quota/);
    assert.equal((await server.room("quota")).participants.length, 2);
    await watcher.leave();
    await guests.leave();
  } finally {
    await server.stop();
  }
});

test("a place that cannot be written to: the server starts, recording is refused", async () => {
  const server = await Server.start({ config: `${recordings.kApi}[recordings]\ndirectory = "/proc/recordings"\n` });
  try {
    assert.equal((await recordings.call(server, "POST", "rooms", { room: "nowhere" })).status, 201);
    const refused = await recordings.call(server, "POST", "rooms/nowhere/recordings");
    assert.equal(refused.status, 500);
    const { error } = await refused.json();
    assert.equal(error.code, "io");
    assert.match(error.text, /\/proc\/recordings/);
    assert.deepEqual((await (await recordings.call(server, "GET", "recordings")).json()).recordings, []);
  } finally {
    await server.stop();
  }
});

/** A small disk, if file systems can be mounted here. @param {string} folder */
function mounted(folder) {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=80m", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Takes all of a disk but so much. @param {string} disk @param {number} left */
async function fill(disk, left) {
  const { bavail, bsize } = await statfs(disk);
  execFileSync("fallocate", ["-l", `${bavail * bsize - left}`, path.join(disk, "filler")]);
}

test("a full disk ends a recording, and no more", async (context) => {
  const folder = await mkdtemp(path.join(tmpdir(), "tessera-full-"));
  if (!mounted(folder)) {
    await rm(folder, { recursive: true });
    return context.skip("no file systems can be mounted here");
  }
  let server = await Server.start({ config: `[recordings]\ndirectory = "${folder}"\nmin_free_gb = 0\n` });
  try {
    const guests = await recordings.people(server, "full");
    const errorOf = async (/** @type {string} */ id) => (await recordings.describe(server, id)).error?.text;

    const slowly = await recordings.start(server, "full");
    await recordings.recorded(server, slowly.id, 2000);
    await fill(folder, 50e6);
    assert.match(await until("it is stopped in time", () => errorOf(slowly.id)), /full/);
    await recordings.check(server, await recordings.complete(server, slowly.id), { folder });
    const refused = await recordings.call(server, "POST", "rooms/full/recordings");
    assert.equal(refused.status, 500);
    assert.match((await refused.json()).error.text, /full/);

    await rm(path.join(folder, "filler"));
    const atOnce = await recordings.start(server, "full");
    await recordings.recorded(server, atOnce.id, 2000);
    await fill(folder, 0);
    await until("it has failed", () => errorOf(atOnce.id));
    assert.equal((await server.room("full")).participants.length, 1, "the meeting goes on");
    await rm(path.join(folder, "filler"));
    server = await server.restart();
    const info = await recordings.complete(server, atOnce.id);
    await recordings.check(server, info, { folder });
    assert.ok(info.durationMs > 1500, `${info.durationMs} ms`);
    await guests.leave();
  } finally {
    await server.stop();
    execFileSync("umount", ["-l", folder]);
    await rm(folder, { recursive: true });
  }
});
