// SPDX-License-Identifier: Apache-2.0
// A room process that dies or hangs: its people are back within seconds, other rooms notice nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kPeople, Person } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";

const [ada, bob, cleo, dan] = kPeople;
const at = scene();

for (const [signal, limitMs] of /** @type {[NodeJS.Signals, number][]} */ ([["SIGKILL", 3000], ["SIGSTOP", 5000]])) {
  test(`${signal}: everyone is back within ${limitMs} ms, the other room undisturbed`, async () => {
    const room = at.newRoom();
    const otherRoom = at.newRoom();
    const other = await at.join(otherRoom, { name: "Eve", colour: [120, 120, 120], tone: 900 });
    const people = [];
    for (const one of kPeople) people.push(await at.join(room, one));
    for (const person of people) await person.sees(dan);
    const ids = await Promise.all(people.map((person) => person.id()));
    const pid = await at.server.roomPid(room);
    const otherPid = await at.server.roomPid(otherRoom);
    const before = await Promise.all(people.map((person) => person.connectionCount()));
    const since = await Promise.all([...people, other].map((person) => person.now()));

    process.kill(pid, signal);
    await until("a new process", async () => {
      const now = (await at.server.room(room))?.process?.pid;
      return now && now !== pid;
    });
    await Promise.all(people.map((person, index) => person.showsConnection(before[index] + 1)));
    for (const [index, person] of people.entries()) {
      const { longestGap } = await person.framesSince(since[index]);
      assert.ok(longestGap < limitMs, `${person.name} saw nothing new for ${Math.round(longestGap)} ms`);
    }
    for (const person of people) for (const one of kPeople) await person.sees(one);
    await people[0].hears([bob, cleo, dan], [ada]);
    assert.deepEqual(await Promise.all(people.map((person) => person.id())), ids);
    assert.equal(await at.server.roomPid(otherRoom), otherPid);
    const { longestGap } = await other.framesSince(since[kPeople.length]);
    assert.ok(longestGap < 1000, `the other room stood still for ${Math.round(longestGap)} ms`);
    await until("the old process is gone", () => isGone(pid));
  });
}

test("one after whom the room dies each time is barred; the others go on", async () => {
  const server = await Server.start({ env: { TESSERA_TEST_ABORT_ON_NAME: "Mallory" } });
  try {
    const first = await Person.join(at.browser, server.url, "crashing", ada);
    const second = await Person.join(at.browser, server.url, "crashing", bob);
    await first.sees(bob);
    const mallory = await Person.open(at.browser, { name: "Mallory", colour: cleo.colour, tone: cleo.tone });
    await mallory.goto(`${server.url}/r/crashing?join=1&name=Mallory`);
    await until("Mallory is out", async () => (await mallory.state()) === "ended", 40000);
    for (const person of [first, second]) {
      await person.connected();
      await person.sees(ada);
      await person.sees(bob);
    }
    await first.hears([bob], [ada]);
    assert.equal((await first.tiles()).length, 2);
    await Promise.all([first, second, mallory].map((person) => person.close()));
  } finally {
    await server.stop();
  }
});

/** @param {number} pid */
function isGone(pid) {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
