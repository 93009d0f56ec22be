// SPDX-License-Identifier: Apache-2.0
// Twenty come within a second: all of them get in, for few keyframes, and those who are there lose no frame.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";
import { Crowd, figuresBetween } from "./crowd.mjs";

const kTiny = ["--size", "160x90", "--fps", "5", "--kbps", "50", "--talkers", "1"];
const kJoins = 20, kKeyframeEveryMs = 300, kFirstFrameMs = 5000;

/** @type {Server} */ let server;
/** @type {Crowd[]} */ const crowds = [];
before(async () => void (server = await Server.start({ canvas: { width: 320, height: 180, fps: 15 } })));
after(async () => {
  for (const crowd of crowds) await crowd.stop();
  await server?.stop();
});

test("twenty joins within a second", async () => {
  const [there] = (crowds[0] = new Crowd(server, "storm", 2, kTiny), crowds);
  await there?.measuring();
  const begin = Date.now();
  const storm = (crowds[1] = new Crowd(server, "storm", kJoins, [...kTiny, "--join-within", "1000"]));
  await storm.measuring();
  const end = Date.now();
  const [staying, coming] = [await there?.report(), await storm.report()];
  assert.equal(coming.failed, 0, JSON.stringify(coming.members.map((/** @type {any} */ { failure }) => failure)));
  assert.ok(coming.firstFrameMs.max < kFirstFrameMs, JSON.stringify(coming.firstFrameMs));
  const span = 1000 + coming.firstFrameMs.max; // in which keyframes are asked for
  for (const one of figuresBetween(staying, begin, end)) {
    const figures = JSON.stringify({ ...one, span });
    assert.equal(one.incomplete + one.lost + one.audioLost, 0, figures);
    assert.ok(one.keyframes <= 1 + span / kKeyframeEveryMs, figures);
  }
});
