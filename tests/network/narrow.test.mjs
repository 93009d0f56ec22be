// SPDX-License-Identifier: Apache-2.0
// Ten people, one of them behind 200 kbit/s: nine notice nothing; the tenth has sound and a moving picture, and
// climbs back afterwards.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kPeople } from "../support/browser.mjs";
import { until } from "../support/wait.mjs";
import { Crowd, figuresBetween } from "./crowd.mjs";
import { Stage } from "./stage.mjs";
import { Watch } from "./watch.mjs";
import { joinThrough } from "./way.mjs";

const [ada] = kPeople;
const kNarrow = { kbps: 200, queueMs: 300 };
const kBefore = 8, kSettled = 5, kNarrowFor = 20, kClimb = 30, kUpFor = 10; // seconds

/** @type {Stage} */ let stage;
/** @type {Crowd | undefined} */ let crowd;
before(async () => void (stage = await Stage.set()));
after(async () => {
  await crowd?.stop();
  await stage?.clear();
});

test("one of ten behind 200 kbit/s", async () => {
  const { server, browser, ways } = stage;
  crowd = new Crowd(server, "narrow", 9);
  await crowd.measuring();
  const impair = await ways.add();
  const tenth = await joinThrough(browser, server, "narrow", ada, impair);
  const watch = new Watch("200kbit", tenth, impair, "One of ten behind 200 kbit/s");
  try {
    const hasBest = (/** @type {number} */ seconds) => watch.t > seconds && watch.between(watch.t - seconds).every(({ level }) => level === 0);
    await until("it has the best picture for some seconds", () => hasBest(kBefore), 40000);
    const narrowed = watch.set("200 kbit/s down", { down: kNarrow }), narrowedAt = Date.now();
    await until("the limit has stood", () => watch.t > narrowed + kNarrowFor, 40000);
    const lifted = watch.set("no limit", { down: {} }), liftedAt = Date.now();
    await until("it climbs back", () => watch.entries.at(-1)?.level === 0, kClimb * 1000);
    await until("it stays there", () => hasBest(4), 15000);
    const up = watch.set("200 kbit/s up", { up: kNarrow }), upAt = Date.now();
    await until("that limit has stood", () => watch.t > up + kUpFor, 20000);
    const ended = watch.set("no limit", { up: {} }), endedAt = Date.now();
    const report = await crowd.report();

    const before = figuresBetween(report, narrowedAt - kBefore * 1000, narrowedAt);
    for (const [from, to] of [[narrowedAt, liftedAt], [upAt, endedAt]])
      for (const [index, one] of figuresBetween(report, from ?? 0, to ?? 0).entries()) noticedNothing(before[index], one);

    const narrow = watch.change(narrowed + kSettled, lifted);
    assert.ok(narrow.concealed + narrow.silent < 0.02, `clean sound: ${JSON.stringify(narrow)}`);
    assert.ok(narrow.fps > 10, `a moving picture: ${JSON.stringify(narrow)}`);
    const upwards = watch.change(up, ended);
    assert.ok(upwards.concealed + upwards.silent < 0.02 && upwards.fps > 20, `a narrow way up is none down: ${JSON.stringify(upwards)}`);
  } finally {
    await watch.stop();
  }
});

/**
 * No frame and no bitrate is lost. The rate of a picture with noise in it varies by itself.
 * @param {ReturnType<typeof figuresBetween>[number] | undefined} before
 * @param {ReturnType<typeof figuresBetween>[number]} now
 */
function noticedNothing(before, now) {
  const figures = JSON.stringify({ before, now });
  assert.equal(now.incomplete + now.lost + now.audioLost, 0, figures);
  assert.ok(before && now.seconds > 5 && now.fps > before.fps * 0.97 && now.kbps > before.kbps * 0.9, figures);
}
