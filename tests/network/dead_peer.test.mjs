// SPDX-License-Identifier: Apache-2.0
// Clients that freeze or die without a word are gone from roster and picture within ten seconds.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";
import { Crowd } from "./crowd.mjs";

const kGoneMs = 10000;

/** @type {Server} */ let server;
/** @type {Crowd[]} */ const crowds = [];
before(async () => void (server = await Server.start({ canvas: { width: 320, height: 180, fps: 15 } })));
after(async () => {
  for (const crowd of crowds) await crowd.stop();
  await server?.stop();
});

/** Who is in the room, and in its picture. @param {string} room */
async function present(room) {
  const { participants, picture } = await server.room(room);
  return [participants.length, picture.tiles.length];
}

for (const [signal, what] of /** @type {["SIGSTOP" | "SIGKILL", string][]} */ ([["SIGSTOP", "freezes"], ["SIGKILL", "dies"]])) {
  test(`a client that ${what}`, async () => {
    const [staying, leaving] = [new Crowd(server, what, 1), new Crowd(server, what, 1)];
    crowds.push(staying, leaving);
    await Promise.all([staying.measuring(), leaving.measuring()]);
    assert.deepEqual(await present(what), [2, 2]);
    leaving.child.kill(signal);
    await until("it is gone", async () => `${await present(what)}` === "1,1", kGoneMs);
  });
}
