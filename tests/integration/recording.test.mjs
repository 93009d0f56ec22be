// SPDX-License-Identifier: Apache-2.0
// Recordings as people and operators have them: started, paused, stopped, finished, had, deleted.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { clicks, sound } from "../support/media_check.mjs";
import { Server } from "../support/server.mjs";
import { pause, until } from "../support/wait.mjs";
import { Client } from "./client.mjs";
import * as recordings from "./recordings.mjs";

/** @type {Server} */
let server;
const kKept = '[[template]]\nname = "kept"\nrooms = ["kept-*"]\nrecording.record = "always"\n';
before(async () => void (server = await Server.start({ config: recordings.kApi + kKept })));
after(() => server.stop());

test("a meeting becomes a file with poster, chapters and timeline", async () => {
  const guests = await recordings.people(server, "standup", 2);
  const watcher = await Client.join(server, "standup", { name: "Wanda" });
  const recording = await recordings.start(server, "standup", { tracks: true });
  assert.equal((await watcher.hear("recording")).state, "recording");
  await recordings.recorded(server, recording.id, 4000);
  await recordings.control(server, recording, "stop");
  await watcher.hearThat("recording", ({ state }) => state === "none");
  const info = await recordings.complete(server, recording.id);
  const probed = await recordings.check(server, info);
  assert.deepEqual(probed.streams.map((/** @type {any} */ each) => each.codec_name).sort(), ["aac", "h264"]);
  assert.ok(info.durationMs > 3500, `${info.durationMs} ms`);
  assert.ok(probed.chapters.length >= 1);
  assert.equal(info.tracks.length, 2, "of everybody who sends");

  const timeline = await recordings.timelineOf(server, info);
  const joined = timeline.timeline.filter((/** @type {any} */ each) => each.event === "joined");
  assert.equal(joined.length, 3);
  assert.ok(joined.some((/** @type {any} */ each) => each.name === "Wanda"));

  const file = (/** @type {string} */ what, headers = {}) =>
    fetch(`${server.url}/v1/recordings/${info.id}/${what}`, { headers: { Authorization: `Bearer ${recordings.kToken}`, ...headers } });
  const part = await file("file", { Range: "bytes=4-7" });
  assert.equal(part.status, 206);
  assert.equal(await part.text(), "ftyp");
  const poster = new Uint8Array(await (await file("poster")).arrayBuffer());
  assert.deepEqual([...poster.subarray(0, 2)], [0xff, 0xd8], "a JPEG");

  assert.equal((await recordings.call(server, "DELETE", `recordings/${info.id}`)).status, 204);
  assert.equal((await file("file")).status, 404);
  await until("its files are gone", async () => !(await recordings.filesOf(server)).some((name) => name.includes(info.id)));
  await watcher.leave();
  await guests.leave();
});

test("paused and resumed ten times it is one file without a jump", async () => {
  const guests = await recordings.people(server, "pauses");
  const recording = await recordings.start(server, "pauses");
  await recordings.recorded(server, recording.id, 1000);
  for (let i = 0; i < 10; ++i) {
    await recordings.control(server, recording, "pause");
    await pause(300);
    await recordings.control(server, recording, "resume");
    await pause(800); // what happens within half a second is one chapter
  }
  await recordings.control(server, recording, "stop");
  const info = await recordings.complete(server, recording.id);
  const probed = await recordings.check(server, info);
  assert.deepEqual(clicks(await sound(recordings.fileOf(server, info)), 0.5), [], "no clicks where it was cut");
  // Each resume waits for a keyframe: here for one of an encoder that is started then.
  assert.ok(info.durationMs > 10 * 500 && info.durationMs < 10 * 800 + 6000, `${info.durationMs} ms`);
  assert.ok(probed.chapters.length > 5, `${probed.chapters.length} chapters`);
  const { timeline } = await recordings.timelineOf(server, info);
  assert.equal(timeline.filter((/** @type {any} */ each) => each.event === "resumed").length, 10);
  await guests.leave();
});

test("a room without people can be recorded", async () => {
  assert.equal((await recordings.call(server, "POST", "rooms", { room: "nobody" })).status, 201);
  const recording = await recordings.start(server, "nobody");
  await recordings.recorded(server, recording.id, 2500);
  await recordings.control(server, recording, "stop");
  await recordings.check(server, await recordings.complete(server, recording.id));
});

test("a copy of what a single client gets outlives that client", async () => {
  const others = await recordings.people(server, "codecs", 1, "VP8");
  const single = await recordings.people(server, "codecs", 1, "H264");
  const recording = await recordings.start(server, "codecs", { video: "copy" });
  await recordings.recorded(server, recording.id, 2000);
  await single.leave();
  await recordings.recorded(server, recording.id, 5000);
  await recordings.control(server, recording, "stop");
  await recordings.check(server, await recordings.complete(server, recording.id));
  await others.leave();
});

for (const [format, audio, codecs] of [
  ["webm", "opus", ["opus", "vp8"]],
  ["mp4", "opus", ["h264", "opus"]],
  ["ogg", "opus", ["opus"]],
  ["m4a", "aac", ["aac"]],
])
  test(`${format} with ${audio}`, async () => {
    const guests = await recordings.people(server, `as-${format}`);
    const recording = await recordings.start(server, `as-${format}`, { format, audio });
    await recordings.recorded(server, recording.id, 2000);
    await recordings.control(server, recording, "stop");
    const info = await recordings.complete(server, recording.id);
    const probed = await recordings.check(server, info, { video: codecs.length > 1 });
    assert.deepEqual(probed.streams.map((/** @type {any} */ each) => each.codec_name).sort(), codecs);
    await guests.leave();
  });

test("the moderator has it by the protocol, and others not", async () => {
  const ada = await Client.join(server, "moderated", { name: "Ada" });
  const grace = await Client.join(server, "moderated", { name: "Grace" });
  grace.say({ type: "record", action: "start" });
  assert.equal((await grace.hear("error")).code, "forbidden");
  ada.say({ type: "record", action: "start" });
  await grace.hearThat("recording", ({ state }) => state === "recording");
  ada.say({ type: "record", action: "pause" });
  await grace.hearThat("recording", ({ state }) => state === "paused");
  ada.say({ type: "record", action: "stop" });
  await grace.hearThat("recording", ({ state }) => state === "none");
  await ada.leave();
  await grace.leave();
});

test("by configuration it begins with the first and ends with the room", async () => {
  const guests = await recordings.people(server, "kept-one");
  const list = async () => (await (await recordings.call(server, "GET", "recordings")).json()).recordings;
  const recording = await until("it is recorded", async () =>
    (await list()).find((/** @type {any} */ each) => each.room === "kept-one"));
  await recordings.recorded(server, recording.id, 2000);
  assert.equal((await recordings.call(server, "DELETE", "rooms/kept-one")).status, 204);
  await recordings.check(server, await recordings.complete(server, recording.id));
  await guests.leave();
});

test("operators hear of what is complete by a webhook and a command", async () => {
  /** @type {{body: string, signature: unknown}[]} */
  const told = [];
  const listener = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => (body += data));
    request.on("end", () => {
      told.push({ body, signature: request.headers["tessera-signature"] });
      response.writeHead(told.length === 1 ? 503 : 200).end(); // the first time it is not ready
    });
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (listener.address());
  const folder = await mkdtemp(path.join(tmpdir(), "tessera-command-"));
  const command = path.join(folder, "told");
  await writeFile(command, `#!/bin/sh\nenv | grep ^TESSERA_RECORDING_ | sort > ${folder}/new && mv ${folder}/new ${folder}/environment\n`);
  await chmod(command, 0o700);
  const other = await Server.start({
    config: `${recordings.kApi}[recordings]\nwebhook = "http://127.0.0.1:${port}/hook"\ncommand = "${command}"\n`,
  });
  try {
    assert.equal((await recordings.call(other, "POST", "rooms", { room: "hooked" })).status, 201);
    const recording = await recordings.start(other, "hooked", { format: "ogg" });
    await recordings.recorded(other, recording.id, 1000);
    await recordings.control(other, recording, "stop");
    const { id } = recording;
    const environment = await until("the command is run", () => readFile(`${folder}/environment`, "utf8").catch(() => ""), 60_000);
    assert.match(environment, new RegExp(`TESSERA_RECORDING_FILE=.*${id}\\.ogg\nTESSERA_RECORDING_ID=${id}\nTESSERA_RECORDING_ROOM=hooked\nTESSERA_RECORDING_STATE=complete\n`));
    await until("the webhook is told again", () => told.length === 2, 30_000);
    assert.equal(JSON.parse(told[1].body).id, id);
    const signature = createHmac("sha256", recordings.kToken).update(told[1].body).digest("hex");
    assert.equal(told[1].signature, `sha256=${signature}`);
  } finally {
    await other.stop();
    listener.close();
    await rm(folder, { recursive: true });
  }
});
