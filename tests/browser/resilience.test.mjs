// SPDX-License-Identifier: Apache-2.0
// What a bad network or a reload costs: little for oneself, nothing for the others.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { isColour, kPeople, launchFreezable, Person } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";

const [ada, bob, cleo] = kPeople;
const at = scene();

test("a lost WebSocket comes back by itself, as the same participant, without a gap in the picture", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  await first.sees(bob);
  const id = await second.id();
  const since = await second.now();
  await second.page.evaluate(() => window.probe.sockets.at(-1).close());
  await until("a second welcome", () => second.page.evaluate(() => window.probe.received.filter((one) => one.type === "welcome").length === 2));
  await second.connected();
  assert.equal(await second.id(), id);
  assert.equal((await first.roster()).length, 2);
  await second.seesMoving("Ada");
  await first.seesMoving("Bob");
  assert.equal((await first.tiles()).length, 2);
  const { longestGap } = await second.framesSince(since);
  assert.ok(longestGap < 1500, `the picture stood still for ${Math.round(longestGap)} ms`);
});

test("a reload takes over one's own place", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  const id = await second.id();
  await second.page.reload();
  await second.connected();
  assert.equal(await second.id(), id);
  await until("Bob is connected again", async () => (await first.roster()).every((label) => !label.includes("connecting")));
  assert.deepEqual((await first.roster()).length, 2, "no second Bob");
  await first.sees(bob);
  await second.hears([ada], [bob]);
});

test("media that is lost alone comes back by a new offer", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  await first.sees(bob);
  const id = await second.id();
  // As if every path had gone: the connection can send to nowhere any more.
  await second.page.evaluate(() => {
    const connection = window.probe.connections.at(-1);
    Object.defineProperty(connection, "connectionState", { value: "failed" });
    connection.dispatchEvent(new Event("connectionstatechange"));
  });
  await until("a second offer", () => second.page.evaluate(() => window.probe.received.filter((one) => one.type === "offer").length >= 2));
  await second.connected();
  assert.equal(await second.id(), id);
  await second.seesMoving("Ada");
  await first.seesMoving("Bob");
  await second.hears([ada], [bob]);
});

test("one whose computer freezes costs the others nothing, and comes back by itself", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  const { browser, freeze, thaw } = await launchFreezable();
  try {
    const third = await Person.join(browser, at.server.url, room, cleo);
    await first.sees(cleo);
    const id = await third.id();
    const since = await first.now();
    await freeze();
    await until("Cleo's still picture gives way to her initials", async () => {
      const colour = await first.colourOf("Cleo", 0.1, 0.3);
      return colour && !isColour(colour, cleo.colour);
    });
    await first.seesMoving("Bob");
    await second.seesMoving("Ada");
    await first.hears([bob], [ada, cleo]);
    const { longestGap } = await first.framesSince(since);
    assert.ok(longestGap < 700, `the picture stood still for ${Math.round(longestGap)} ms`);
    await thaw();
    await first.sees(cleo, 30000);
    await third.connected();
    await third.seesMoving("Ada");
    assert.equal(await third.id(), id);
  } finally {
    await thaw();
    await browser.close();
  }
});

test("a server that is killed and started again finds its people back in their room", async () => {
  let server = await Server.start();
  try {
    const first = await Person.join(at.browser, server.url, "phoenix", ada);
    const second = await Person.join(at.browser, server.url, "phoenix", bob);
    at.people.push(first, second);
    await first.sees(bob);
    const ids = [await first.id(), await second.id()];
    const rooms = await server.children();
    server = await server.killAndRestart();
    for (const person of [first, second]) {
      await until("a second welcome", () => person.page.evaluate(() => window.probe.received.filter((one) => one.type === "welcome").length >= 2), 20000);
      await person.connected();
    }
    assert.deepEqual([await first.id(), await second.id()], ids);
    await first.sees(bob);
    await second.hears([ada], [bob]);
    await until("the old room processes are gone", () => rooms.every((pid) => !existsSync(`/proc/${pid}`)));
  } finally {
    await server.stop();
  }
});

test("a page that vanishes is gone for the others, too", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  await first.sees(bob);
  await second.close();
  await until("Bob's picture gives way", async () => {
    const colour = await first.colourOf("Bob", 0.1, 0.3);
    return !colour || !isColour(colour, bob.colour);
  });
  await first.seesMoving("Ada");
});
