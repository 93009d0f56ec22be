// SPDX-License-Identifier: Apache-2.0
// Sources in a room, by configuration and by the HTTP API: what others are told of them, and what a player of HLS, which
// this server serves, sees and hears of them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import * as media from "../support/media_check.mjs";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";
import { Client } from "./client.mjs";

const kRoom = "cinema";
const kRed = "#fd0000";
const kHz = 1000;

/** @type {string} */
let films;
/** @type {Server} */
let server;
/** @type {Client} */
let ada;

before(async () => {
  films = await mkdtemp(path.join(tmpdir(), "tessera-films-"));
  for (const [name, seconds] of [["red.mp4", "4"], ["short.mp4", "1"]])
    execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "color=c=red:s=640x360:r=15", "-f", "lavfi", "-i", `sine=f=${kHz}:r=48000`,
      "-t", `${seconds}`, "-c:v", "libx264", "-preset", "ultrafast", "-g", "15", "-pix_fmt", "yuv420p", "-c:a", "aac", path.join(films, `${name}`)]);
  const config = `[picture]\nnames = false\n[live]\nhls = true\n[sources]\nfiles_directory = "${films}"\n` +
    `[[source]]\nrooms = ["${kRoom}"]\nname = "Film"\nurl = "file:red.mp4"\nloop = true\n`;
  server = await Server.start({ config });
  ada = await Client.join(server, kRoom, { name: "Ada", viewer: false });
});

after(async () => {
  await server.stop();
  await rm(films, { recursive: true });
});

const sources = async () => (await (await fetch(`${server.url}/v1/rooms/${kRoom}/sources`)).json()).sources;
const add = (/** @type {object} */ source) => fetch(`${server.url}/v1/rooms/${kRoom}/sources`, { method: "POST", body: JSON.stringify(source) });
/** @param {string} name @param {(entry: any) => boolean} fits */
const rosterSays = (name, fits) =>
  ada.hearThat("roster", ({ participants }) => fits(participants.find((/** @type {any} */ each) => each.name === name)));
const plays = (/** @type {number} */ reconnects) => async () => {
  const [film] = await sources();
  return film?.state === "playing" && film.reconnects === reconnects;
};
/** What is live for some seconds. @param {number} seconds */
async function watch(seconds) {
  const file = path.join(films, "seen.ts");
  const playlist = `${server.url}/hls/${kRoom}/index.m3u8`;
  await until("there is HLS", async () => (await fetch(playlist)).ok, 30_000);
  await media.capture(playlist, seconds, file);
  return file;
}

test("a configured one is there, is seen and is heard", { timeout: 120_000 }, async () => {
  assert.equal(ada.welcome.role, "moderator");
  await until("it plays", plays(0), 30_000);
  await rosterSays("Film", (film) => film?.role === "source" && film.connected && !film.cameraOff);
  const [film] = await sources();
  assert.deepEqual({ ...film, id: "" }, { id: "", name: "Film", url: "file:red.mp4", loop: true, state: "playing", video: true, audio: true, reconnects: 0 });
  assert.equal((await server.rooms())[0].participants, 1);
  const file = await watch(6);
  const frames = await media.frames(file);
  const region = { x: 0.05, y: 0.4, width: 0.1, height: 0.2 }; // in the tile on the left, whoever has it
  const right = { ...region, x: 0.85 };
  const last = frames.at(-1)?.ms ?? 0;
  const red = [region, right].some((one) => media.isColour(media.colourAt(frames, last - 500, one), kRed));
  assert.ok(red, JSON.stringify([region, right].map((one) => media.colourAt(frames, last - 500, one))));
  const sound = await media.sound(file);
  assert.deepEqual(media.tonesAt(sound, (sound.length / 48) - 1000, [400, kHz, 2300]), [kHz]);
});

test("it is back after the room's process died, and muted if it was", { timeout: 120_000 }, async () => {
  const [film] = await sources();
  ada.say({ type: "moderate", action: "mute", target: film.id });
  await rosterSays("Film", (entry) => entry?.muted);
  process.kill(await server.roomPid(kRoom), "SIGKILL");
  await until("it plays again", plays(1), 30_000);
  await rosterSays("Film", (entry) => entry?.connected && entry.muted);
  assert.equal((await sources())[0].id, film.id);
  // A player has what it was before for some segments more.
  await until("it is not heard any more", async () => {
    const file = await watch(3);
    const sound = await media.sound(file);
    const ended = sound.length / 48;
    return media.levelOf(sound, kHz, ended - 1000, ended - 500) < 0.001 && (await media.frames(file)).length > 0;
  }, 60_000);
});

test("one by the API plays once and leaves", { timeout: 60_000 }, async () => {
  assert.equal((await add({ name: "Elsewhere", url: "file:../../etc/passwd" })).status, 404);
  assert.equal((await add({ name: "Elsewhere", url: "rtsp://127.0.0.1/x" })).status, 403);
  const made = await add({ name: "Short", url: "file:short.mp4" });
  assert.equal(made.status, 201);
  const { id } = await made.json();
  assert.equal(made.headers.get("location"), `/v1/rooms/${kRoom}/sources/${id}`);
  await rosterSays("Short", (entry) => entry?.connected);
  await rosterSays("Short", (entry) => !entry);
  assert.equal((await sources()).find((/** @type {any} */ each) => each.id === id).state, "ended");
});

test("the moderator sends it away", { timeout: 60_000 }, async () => {
  const [film] = await sources();
  ada.say({ type: "moderate", action: "kick", target: film.id });
  await rosterSays("Film", (entry) => !entry);
  await ada.hearThat("tiles", ({ tiles }) => tiles.every((/** @type {any} */ tile) => tile.id !== film.id));
  assert.equal((await sources()).some((/** @type {any} */ each) => each.id === film.id), false);
  assert.equal(server.child.exitCode, null);
});
