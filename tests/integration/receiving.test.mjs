// SPDX-License-Identifier: Apache-2.0
// What participants receive, and how it is found out that one is gone; with the real process behind, and people with media
// by tessera-load.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";
import { Client } from "./client.mjs";

const kPrograms = process.env.TESSERA_BIN_DIR ?? fileURLToPath(new URL("../../build/dev/bin", import.meta.url));
const kToken = "correct-horse-battery";
const kConfig = `
[api]
token = "${kToken}"
[[template]]
name = "capped"
rooms = ["capped"]
room.max_height = 180
[[template.rung]]
height = 360
fps = 15
kbps = 400
[[template.rung]]
height = 180
fps = 10
kbps = 150
`;
const kSlowMs = 60000; // for what the network test measures exactly, on a machine that may be busy

/** @type {Server} */
let server;
before(async () => void (server = await Server.start({ config: kConfig })));
after(() => server.stop());

/** @param {string} room @param {string} id @param {object} change */
async function patch(room, id, change, token = kToken) {
  const response = await fetch(`${server.url}/v1/rooms/${room}/participants/${id}`, {
    method: "PATCH",
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify(change),
  });
  const text = await response.text();
  return { status: response.status, error: text && JSON.parse(text).error.text };
}

/** Two people with media. @param {string} room */
function people(room) {
  const options = ["--url", server.url.replace("http", "ws"), "--room", room, "--participants", "2", "--seconds", "600"];
  return spawn(path.join(kPrograms, "tessera-load"), [...options, "--size", "320x180", "--fps", "15", "--kbps", "150"], { stdio: "ignore" });
}

/** @param {string} room @returns {Promise<any[]>} */
async function participants(room) {
  return (await server.room(room))?.participants ?? [];
}

test("a ping is answered, and what makes no sense is refused", async () => {
  const ada = await Client.join(server, "here", { name: "Ada" });
  ada.say({ type: "ping", id: 4294967295 });
  assert.deepEqual(await ada.hear("pong"), { type: "pong", id: 4294967295 });
  const refused = [
    [{ type: "ping", id: "7" }, "ping.id: expected an integer, got a string"],
    [{ type: "receive", height: -1 }, "receive.height: -1 is out of range, expected 0 to 16384"],
    [{ type: "receive", height: 1.5 }, "receive.height: expected an integer, got a number with a fraction"],
    [{ type: "stats", seconds: 4000 }, "stats.seconds: out of range, expected 0 to 3600"],
    [{ type: "stats", decodeMs: "fast" }, "stats.decodeMs: expected a number, got a string"],
  ];
  for (const [message] of refused) ada.say(message);
  await ada.hear("error", refused.length);
  assert.deepEqual(ada.errors().map(({ code, text }) => [code, text]), refused.map(([, text]) => ["bad-request", text]));
  ada.say({ type: "receive", height: 0 });
  ada.say({ type: "receive" });
  for (let i = 0; i < 10; ++i) ada.say({ type: "stats", seconds: 2, framesDecoded: 50, decodeMs: 4.5 });
  await ada.hearThat("error", ({ code, re }) => code === "too-many" && re === "stats");
  ada.say({ type: "ping", id: 1 });
  await ada.hear("pong", 2);
  await ada.leave();
});

test("the operator's cap is checked", async () => {
  const ada = await Client.join(server, "checked", { name: "Ada", codecs: ["H264"] });
  const { id } = ada.welcome;
  assert.equal((await patch("checked", id, { maxHeight: 180 })).status, 204);
  const [told] = await participants("checked");
  assert.deepEqual([told.maxHeight, told.codec, told.receiving], [180, "H264", undefined]);
  assert.deepEqual(await patch("checked", id, { maxHeight: -1 }), { status: 400, error: "maxHeight: -1 is out of range, expected 0 to 16384" });
  assert.deepEqual(await patch("checked", id, {}), { status: 400, error: "muted: expected muted, maxHeight or both" });
  assert.equal((await patch("checked", "nobody", { maxHeight: 180 })).status, 404);
  assert.equal((await patch("checked", id, { maxHeight: 180 }, "wrong-wrong-wrong")).status, 401);
  assert.equal((await participants("checked"))[0].maxHeight, 180);
  await ada.leave();
});

test("a cap sends the lower picture, to them and to nobody else", async () => {
  const load = people("capped-by-hand");
  try {
    const all = (/** @type {(receiving: any) => boolean} */ fits) => async () => {
      const now = await participants("capped-by-hand");
      return now.length === 2 && now.every(({ receiving }) => receiving && fits(receiving)) && now;
    };
    const [ada, bob] = await until("both get the best", all(({ level }) => level === 0), kSlowMs);
    assert.equal(ada.receiving.height, 360);
    assert.equal((await patch("capped-by-hand", ada.id, { maxHeight: 180 })).status, 204);
    const both = await until("one gets less", async () => {
      const now = await participants("capped-by-hand");
      return now[0].receiving?.height === 180 && now;
    }, kSlowMs);
    assert.equal(both[0].receiving.limit, "wish");
    assert.deepEqual([both[1].id, both[1].maxHeight], [bob.id, 0]);
    assert.notEqual(both[1].receiving.limit, "wish");
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /tessera_room_receivers\{room="capped-by-hand",level="1"\} [12]\n/);
    assert.match(metrics, /tessera_room_receivers_limited\{room="capped-by-hand",limit="wish"\} 1\n/);
  } finally {
    load.kill("SIGKILL");
  }
});

test("a room's own rungs and cap apply", async () => {
  const load = people("capped");
  try {
    const ada = await until("the rung of 180 lines", async () => (await participants("capped")).find(({ receiving }) => receiving?.height === 180), kSlowMs);
    assert.deepEqual([ada.receiving.level, ada.receiving.fps, ada.receiving.limit], [1, 10, "wish"]);
  } finally {
    load.kill("SIGKILL");
  }
});

test("who hangs, WebSocket and media, leaves long before the place is up", async () => {
  const load = people("hung");
  try {
    await until("both are connected", async () => (await participants("hung")).filter(({ connected }) => connected).length === 2, kSlowMs);
    const begin = performance.now();
    load.kill("SIGSTOP");
    await until("both have left", async () => (await participants("hung")).length === 0, 25000); // resume_timeout_seconds: 30
    process.stdout.write(`# who hangs leaves after ${Math.round(performance.now() - begin)} ms\n`);
  } finally {
    load.kill("SIGKILL");
  }
});

test("who answers no ping leaves, and comes back as the same", async () => {
  const bob = await Client.join(server, "silent", { name: "Bob" });
  const ada = await Client.open(server, "silent", { autoPong: false });
  ada.say({ type: "join", codecs: ["VP8"], name: "Ada" });
  const { id, resume } = await ada.hear("welcome");
  await bob.hearThat("roster", (now) => now.participants.length === 2);
  await until("the WebSocket is cut", () => ada.closeCode, 25000);
  await bob.hearThat("roster", (now) => now.participants.length === 1);
  const again = await Client.join(server, "silent", { name: "Ada", resume });
  assert.deepEqual([again.welcome.id, again.welcome.resumed], [id, true]);
  assert.equal(bob.closeCode, 0);
  await again.leave();
  await bob.leave();
});
