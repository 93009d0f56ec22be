// SPDX-License-Identifier: Apache-2.0
// Packets are lost and come late in both directions: sound stays whole and the picture moves, at both ends.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kPeople } from "../support/browser.mjs";
import { until } from "../support/wait.mjs";
import { Crowd, figuresBetween } from "./crowd.mjs";
import { Stage } from "./stage.mjs";
import { Watch } from "./watch.mjs";
import { joinThrough } from "./way.mjs";

const [ada, bob] = kPeople;
const kSettle = 4, kMeasured = 10; // seconds
const kLeastFps = 20;

/** @type {Stage} */ let stage;
before(async () => void (stage = await Stage.set()));
after(() => stage?.clear());

test("random loss of 5 % and 10 % with 50 ms ± 20 ms", async () => {
  const { server, browser, ways } = stage;
  const bad = await ways.add(), good = await ways.add();
  const given = { syllables: true, rate: 30, size: { width: 640, height: 360 } };
  const first = await joinThrough(browser, server, "loss", { ...ada, ...given }, bad);
  const other = await joinThrough(browser, server, "loss", { ...bob, syllables: true }, good);
  await other.sees(ada);
  const watch = new Watch("loss", first, bad, "Random loss with 50 ms ± 20 ms, both directions");
  await other.page.evaluate((name) => window.way.watchTile(name), ada.name);
  try {
    for (const [lossPercent, mostConcealed] of [[5, 0.02], [10, 0.05]]) {
      const link = { lossPercent, delayMs: 50, jitterMs: 20 };
      const from = watch.set(`${lossPercent} % lost`, { up: link, down: link });
      await until("it has settled", () => watch.t > from + kSettle, 20000);
      const seen = () => other.page.evaluate(() => ({ ...window.way.tile, at: performance.now() }));
      const before = await seen();
      const heard = await other.page.evaluate((ms) => window.way.brokenShare(ms), kMeasured * 1000);
      const now = await seen();
      const down = watch.change(from + kSettle);
      const up = { fps: ((now.moves - before.moves) * 1000) / (now.at - before.at), ...heard };
      const figures = JSON.stringify({ lossPercent, down, up });
      assert.ok(down.fps > kLeastFps, `the picture that comes: ${figures}`);
      assert.ok(down.concealed + down.silent < mostConcealed, `the sound that comes: ${figures}`);
      assert.ok(up.fps > kLeastFps, `the picture that others see: ${figures}`);
      assert.ok(up.usual > -60 && up.broken < mostConcealed, `the sound that others hear: ${figures}`);
    }
    const ended = watch.set("nothing lost", { up: {}, down: {} });
    await until("it has run on", () => watch.t > ended + 5, 20000);
  } finally {
    await watch.stop();
  }
});

test("GStreamer clients behind such a network", async () => {
  const { server, ways } = stage;
  const link = { lossPercent: 5, delayMs: 50, jitterMs: 20 };
  const bad = await ways.add([{ up: link, down: link }]);
  const crowd = new Crowd(server, "loss-gst", 2, ["--fps", "30", "--turn", `turn:127.0.0.1:${bad.port}?transport=udp`, "--relay"]);
  try {
    await crowd.measuring();
    const from = Date.now();
    await until("it has been measured", () => Date.now() > from + kMeasured * 1000);
    const report = await crowd.report();
    const both = figuresBetween(report, from, Date.now());
    const figures = JSON.stringify(both);
    for (const one of both) assert.ok(one.audioLost > 0 && one.audioPackets > 0.85 * 50 * one.seconds, `sound: ${figures}`);
    assert.ok(both.reduce((sum, { fps }) => sum + fps, 0) / both.length > kLeastFps, `whole pictures: ${figures}`);
    assert.deepEqual(report.members.map((/** @type {any} */ { offers }) => offers), [1, 1], "on one connection all along");
  } finally {
    await crowd.stop();
  }
});
