// SPDX-License-Identifier: Apache-2.0
// A WebSocket that is lost alone interrupts nothing, and nobody appears twice.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { kPeople, Person } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";
import { TcpProxy } from "../support/tcp_proxy.mjs";
import { until } from "../support/wait.mjs";

const [ada, bob] = kPeople;
const at = scene();
const kLostMs = 15000;
const kLongestGapMs = 1000; // of a picture with 15 frames a second, on a busy machine

/** @type {TcpProxy} */ let proxy;
afterEach(() => proxy?.close());

/** Ada at the server, Bob at the proxy; they see each other. */
async function two() {
  const room = at.newRoom();
  proxy = await TcpProxy.to(at.server.port);
  const first = await at.join(room, ada);
  const second = await Person.join(at.browser, proxy.url, room, bob);
  at.people.push(second);
  await first.sees(bob);
  await second.sees(ada);
  return { first, second, id: await second.id(), since: await second.now(), sinceFirst: await first.now() };
}

/** The same connection carried on, without a gap that one sees or hears. */
async function nothingHappened({ first, second, id, since, sinceFirst }) {
  assert.equal(await second.id(), id);
  assert.equal(await second.connectionCount(), 1, "no other connection was made");
  for (const [person, from] of [[second, since], [first, sinceFirst]]) {
    const { longestGap } = await person.framesSince(from);
    assert.ok(longestGap < kLongestGapMs, `${person.name}'s picture stood still for ${Math.round(longestGap)} ms`);
  }
  await second.hears([ada], [bob]);
  await first.hears([bob], [ada]);
  await first.seesMoving("Bob");
  assert.equal((await first.roster()).length, 2);
}

const welcomes = (person) => person.told("welcome").then((all) => all.length);

test("a socket that is cut for 15 s", async (context) => {
  const all = await two();
  const { second, since } = all;
  proxy.cut();
  await until("it has been away", async () => {
    if ((await second.now()) > since + kLostMs) return true;
    const { longestGap } = await second.framesSince(since);
    assert.ok(longestGap < kLongestGapMs, `the picture stood still for ${Math.round(longestGap)} ms`);
  }, 2 * kLostMs);
  proxy.mend();
  await until("a second welcome", async () => (await welcomes(second)) === 2);
  await until("connected", async () => (await second.state()) === "connected");
  context.diagnostic(`longest gap in the picture: ${Math.round((await second.framesSince(since)).longestGap)} ms`);
  await nothingHappened(all);
});

test("a socket that falls silent is found out and replaced", async () => {
  const all = await two();
  const { second } = all;
  proxy.silence();
  await second.page.evaluate(() => dispatchEvent(new Event("online"))); // or 10 s later by itself
  await until("a second welcome", async () => (await welcomes(second)) === 2, 20000);
  await nothingHappened(all);
});

test("a reload never shows anybody twice", async () => {
  const all = await two();
  const { first, second, id } = all;
  const from = (await first.told("roster")).length;
  await second.page.reload();
  await second.connected();
  assert.equal(await second.id(), id);
  await first.sees(bob);
  const rosters = (await first.told("roster")).slice(from);
  assert.ok(rosters.every(({ participants }) => participants.filter((one) => one.name === "Bob").length === 1), "one Bob at any time");
  const tiles = await first.told("tiles");
  assert.ok(tiles.every((one) => one.tiles.filter((tile) => tile.id === id).length <= 1), "one tile at any time");
});
