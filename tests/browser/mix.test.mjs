// SPDX-License-Identifier: Apache-2.0
// What people see and hear of each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isColour, kPeople } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";
import { until } from "../support/wait.mjs";

const [ada, bob, cleo] = kPeople;
const at = scene();

test("three people see all, and hear the others but not themselves", async () => {
  const room = at.newRoom();
  const people = [];
  for (const one of [ada, bob, cleo]) people.push(await at.join(room, one));
  for (const person of people) {
    for (const other of [ada, bob, cleo]) await person.sees(other);
    const others = [ada, bob, cleo].filter((one) => one.name !== person.name);
    await person.hears(others, [person.given]);
    for (const other of others) await person.seesMoving(other.name);
  }
  const tiles = await people[0].tiles();
  assert.equal(tiles.length, 3);
  assert.deepEqual(people.flatMap((person) => person.console), []);
});

test("when one leaves, the grid closes up and the others go on", async () => {
  const room = at.newRoom();
  const people = [];
  for (const one of [ada, bob, cleo]) people.push(await at.join(room, one));
  const [first, second, third] = people;
  await first.sees(cleo);
  const since = await first.now();
  await third.page.click("#leave");
  await third.page.getByRole("heading", { name: "You left the room" }).waitFor();
  await until("two tiles", async () => (await first.tiles()).length === 2);
  for (const person of [first, second]) {
    for (const other of [ada, bob]) await person.sees(other);
    await person.seesMoving(person === first ? "Bob" : "Ada");
  }
  await first.hears([bob], [ada, cleo]);
  assertFilled(await first.tiles());
  const { longestGap } = await first.framesSince(since);
  assert.ok(longestGap < 700, `the picture stood still for ${Math.round(longestGap)} ms`);
});

test("somebody without a camera is a tile with initials, and is heard", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, { ...bob, camera: false });
  await second.sees(ada);
  await first.hears([bob], [ada]);
  const tile = await until("Bob's tile", () => first.tileOf("Bob"));
  assert.match(tile.label, /camera off/);
  await until("a tile that is not empty", async () => {
    const colour = await first.colourOf("Bob", 0.1, 0.3);
    return colour && Math.max(...colour) > 24 && !isColour(colour, bob.colour);
  });
  assert.equal(await second.page.locator("#camera").getAttribute("aria-pressed"), "false");
});

test("somebody without a microphone is seen, and hears", async () => {
  const room = at.newRoom();
  const first = await at.join(room, { ...ada, microphone: false });
  const second = await at.join(room, bob);
  await second.sees(ada);
  await first.sees(bob);
  await first.hears([bob], [ada]);
  await until("shown as muted", async () => (await second.roster()).some((label) => /^Ada,.*muted/.test(label)));
});

for (const permission of /** @type {const} */ (["denied", "unanswered"])) {
  test(`somebody who never gave permission (${permission}) sees and hears`, async () => {
    const room = at.newRoom();
    const first = await at.join(room, ada);
    const second = await at.join(room, { ...bob, permission });
    await second.sees(ada);
    await second.seesMoving("Ada");
    await second.hears([ada], [bob]);
    await first.sees(ada);
  });
}

test("a viewer sees and hears, and has no tile", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, { ...bob, query: "&viewer=1" });
  await second.sees(ada);
  await second.hears([ada], [bob]);
  assert.equal((await first.tiles()).length, 1);
  await until("in the roster", async () => (await first.roster()).some((label) => /^Bob,.*watching/.test(label)));
});

test("camera off shows initials, camera on the picture again", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  await first.sees(bob);
  await second.page.click("#camera");
  await until("Bob's picture is gone", async () => !isColour((await first.colourOf("Bob", 0.1, 0.3)) ?? bob.colour, bob.colour));
  await second.page.click("#camera");
  await first.sees(bob);
});

test("one's own tile is the local camera, drawn over the mix", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const own = first.page.locator(".tile.self video");
  await own.waitFor();
  const [tile] = await first.tiles();
  assert.match(tile.label, /^Ada \(you\)/);
  const box = await own.boundingBox();
  const mix = await first.page.locator("#mix").boundingBox();
  assert.ok(box && mix && Math.abs(box.x - (mix.x + tile.left * mix.width)) < 2 && Math.abs(box.width - tile.width * mix.width) < 2);
  await until("it plays", () => own.evaluate((video) => !video.paused && video.videoWidth > 0));
});

/**
 * An even grid: tiles of one size that do not overlap, inside the canvas, and as large as their shape lets them be.
 * @param {{left: number, top: number, width: number, height: number}[]} tiles
 */
function assertFilled(tiles) {
  const near = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) < 0.01;
  for (const [index, one] of tiles.entries()) {
    assert.ok(near(one.width, tiles[0].width) && near(one.height, tiles[0].height), "one size");
    assert.ok(one.left >= 0 && one.top >= 0 && one.left + one.width <= 1.001 && one.top + one.height <= 1.001, "inside");
    for (const other of tiles.slice(0, index)) {
      const apart = one.left >= other.left + other.width || other.left >= one.left + one.width ||
        one.top >= other.top + other.height || other.top >= one.top + one.height;
      assert.ok(apart, "apart");
    }
  }
  const right = Math.max(...tiles.map((tile) => tile.left + tile.width)) - Math.min(...tiles.map((tile) => tile.left));
  const bottom = Math.max(...tiles.map((tile) => tile.top + tile.height)) - Math.min(...tiles.map((tile) => tile.top));
  assert.ok(Math.max(right, bottom) > 0.94, "from edge to edge, but for the gaps");
}
