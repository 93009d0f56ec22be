// SPDX-License-Identifier: Apache-2.0
// Nothing gets through for a second, in both directions: picture and sound are back within a second after.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kPeople } from "../support/browser.mjs";
import { until } from "../support/wait.mjs";
import { Crowd } from "./crowd.mjs";
import { Stage } from "./stage.mjs";
import { Watch } from "./watch.mjs";
import { joinThrough } from "./way.mjs";

const [ada] = kPeople;
const kOutage = 1, kBack = 1; // seconds

/** @type {Stage} */ let stage;
/** @type {Crowd | undefined} */ let crowd;
before(async () => void (stage = await Stage.set()));
after(async () => {
  await crowd?.stop();
  await stage?.clear();
});

test("an outage of one second", async () => {
  const { server, browser, ways } = stage;
  crowd = new Crowd(server, "outage", 3);
  await crowd.measuring();
  const impair = await ways.add();
  const person = await joinThrough(browser, server, "outage", ada, impair);
  const watch = new Watch("outage", person, impair, "An outage of one second");
  try {
    await until("it has run", () => watch.t > 6 && (watch.entries.at(-1)?.fps ?? 0) > 10, 30000);
    const began = await person.now();
    const start = watch.set("nothing passes", { up: { outage: true }, down: { outage: true } });
    await until("the outage is over", () => watch.t >= start + kOutage);
    const ended = watch.set("back", { up: {}, down: {} });
    const endedAt = await person.now();
    await until("it has run on", () => watch.t > ended + 12, 20000);

    const { longestGap } = await person.framesSince(began);
    const outage = endedAt - began;
    assert.ok(longestGap > 500 && longestGap < outage + kBack * 1000, `without a picture for ${longestGap} ms, of which ${outage} are the outage`);
    const sound = watch.change(ended + kBack, ended + 6);
    assert.ok(sound.concealed + sound.silent < 0.02, `the sound after it: ${JSON.stringify(sound)}`);
    assert.equal(watch.entries.at(-1)?.sample.connections, 1, "the same connection");
    await until("it has the best picture again", () => watch.entries.at(-1)?.level === 0, 30000);
  } finally {
    await watch.stop();
  }
});
