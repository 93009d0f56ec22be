// SPDX-License-Identifier: Apache-2.0
// The network of somebody dies for good, and they come by another: back in their tile; initials for the others meanwhile.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isColour, kPeople } from "../support/browser.mjs";
import { until } from "../support/wait.mjs";
import { Stage } from "./stage.mjs";
import { changeWay, joinThrough } from "./way.mjs";

const [ada, bob] = kPeople;
const kNoticedMs = 2000;

/** @type {Stage} */ let stage;
before(async () => void (stage = await Stage.set({ canvas: { width: 640, height: 360, fps: 15 } })));
after(() => stage?.clear());

test("from one network to another", async () => {
  const { server, browser, ways } = stage;
  const [wifi, mobile] = [await ways.add(), await ways.add()];
  const other = await joinThrough(browser, server, "roaming", bob, await ways.add());
  const roamer = await joinThrough(browser, server, "roaming", ada, wifi);
  await other.sees(ada);
  await roamer.sees(bob);
  const [id, tile] = [await roamer.id(), await other.tileOf(ada.name)];
  await changeWay(roamer, mobile);

  const died = await roamer.now();
  wifi.set({ up: { outage: true }, down: { outage: true } });
  await until("the others see initials", async () => !isColour((await other.colourOf(ada.name)) ?? [], ada.colour));
  const again = await until("it connects anew", () => roamer.page.evaluate((since) => window.way.made.find((at) => at > since), died));
  assert.ok(again - died < kNoticedMs, `noticed after ${again - died} ms`);
  await roamer.connected();
  await other.sees(ada);
  await roamer.sees(bob);
  await other.hears([ada], [bob]);
  assert.equal(await roamer.id(), id, "the same participant");
  assert.deepEqual(await other.tileOf(ada.name), tile, "the same tile");
});
