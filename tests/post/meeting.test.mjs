// SPDX-License-Identifier: Apache-2.0
// A whole meeting, from what somebody shows and says to the finished file: a source plays flashes and beeps in the room, and
// they must be together in the recording, over pauses and the death of the room process.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Client } from "../integration/client.mjs";
import * as recordings from "../integration/recordings.mjs";
import * as media from "../support/media_check.mjs";
import { Server } from "../support/server.mjs";
import { pause, until } from "../support/wait.mjs";

const kFps = 25;
const kFlashSeconds = 0.2; // each second

/** @type {Server} */
let server;
/** @type {string} */
let folder;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "tessera-clip-"));
  const now = `lt(mod(t\\,1)\\,${kFlashSeconds})`;
  execFileSync("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", `color=black:s=320x180:r=${kFps}:d=60,drawbox=c=white:t=fill:enable=${now}`],
    ...["-f", "lavfi", "-i", `aevalsrc=0.5*sin(2*PI*1000*t)*${now}:s=48000:d=60`],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac", path.join(folder, "clip.mp4")],
  ]);
  const sources = `[sources]\nfiles_directory = "${folder}"\n`;
  server = await Server.start({ config: recordings.kApi + sources, canvas: { width: 640, height: 360, fps: kFps } });
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** @param {string} room */
async function clipIn(room) {
  assert.equal((await recordings.call(server, "POST", "rooms", { room })).status, 201);
  const answer = await recordings.call(server, "POST", `rooms/${room}/sources`, { name: "Clip", url: "file:clip.mp4", loop: true });
  assert.equal(answer.status, 201, await answer.text());
  return Client.join(server, room, { name: "Vera", viewer: true }); // a room with nothing but sources is empty, and ends
}

/** @param {recordings.Info} info @param {number} least */
async function checkLips(info, least) {
  await recordings.check(server, info, { frameMs: 1000 / kFps });
  const offsets = await media.offsets(recordings.fileOf(server, info), { hz: 1000 });
  assert.ok(offsets.length >= least, `${offsets.length} flashes with a beep`);
  // A pause may cut between the two.
  const together = offsets.filter(({ offsetMs }) => Math.abs(offsetMs) <= 40);
  assert.ok(together.length >= offsets.length * 0.8, JSON.stringify(offsets));
  for (const { atMs, offsetMs } of offsets.slice(-3)) assert.ok(Math.abs(offsetMs) <= 40, `at ${atMs} ms the sound is ${offsetMs} ms late`);
}

for (const options of [{ format: "mp4" }, { format: "webm" }])
  test(`${options.format}: sound and picture are together over ten pauses and the death of the room process`, { skip: !!process.env.TESSERA_SANITIZE }, async () => {
    const room = `lips-${options.format}`;
    const viewer = await clipIn(room);
    const recording = await recordings.start(server, room, options);
    await recordings.recorded(server, recording.id, 4000);
    for (let i = 0; i < 10; ++i) {
      await recordings.control(server, recording, "pause");
      await pause(137); // anywhere between two flashes
      await recordings.control(server, recording, "resume");
      await pause(700);
    }
    await until("half of it", async () => (await recordings.describe(server, recording.id)).durationMs > 9000);
    process.kill(await server.roomPid(room), "SIGKILL");
    await recordings.recorded(server, recording.id, 18000);
    await recordings.control(server, recording, "stop");
    const info = await recordings.complete(server, recording.id);
    await viewer.leave();
    await checkLips(info, 10);
    const probed = await media.probe(recordings.fileOf(server, info));
    assert.ok(probed.chapters.some(({ title }) => title.startsWith("Interrupted")), JSON.stringify(probed.chapters));
  });
