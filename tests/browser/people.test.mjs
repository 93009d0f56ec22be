// SPDX-License-Identifier: Apache-2.0
// What people do together in a room: talk by text, mute, raise a hand, moderate.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kPeople } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";
import { until } from "../support/wait.mjs";

const [ada, bob, cleo] = kPeople;
const at = scene();

/**
 * @param {import("../support/browser.mjs").Person} person
 * @param {RegExp} pattern
 */
const inRoster = (person, pattern) =>
  until(`${person.name}'s roster has ${pattern}`, async () => {
    const labels = await person.roster();
    if (labels.some((label) => pattern.test(label ?? ""))) return true;
    throw new Error(labels.join(" | "));
  });

test("chat arrives as plain text, with an unread count", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  const text = "<img src=x onerror=alert(1)> hello & שלום";
  await first.page.click("#chat");
  await first.page.fill("#chat-text", text);
  await first.page.keyboard.press("Enter");
  await until("an unread message", async () => (await second.page.locator("#chat").getAttribute("aria-label"))?.includes("1 unread"));
  await second.page.click("#chat");
  const message = second.page.locator(".message").first();
  assert.equal(await message.locator(".message-text").textContent(), text);
  assert.equal(await message.locator(".message-name").textContent(), "Ada");
  assert.equal(await second.page.locator("#chat").getAttribute("aria-label"), "Chat");
  assert.equal(await second.page.locator(".chat-log img").count(), 0);
});

test("mute is silent and shown to the others", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  await first.hears([bob], [ada]);
  await second.page.click("#mute");
  await inRoster(first, /^Bob, muted/);
  await first.hears([], [bob]);
  await second.page.click("#mute");
  await first.hears([bob], [ada]);
});

test("a raised hand is shown, and who speaks", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  await second.page.click("#hand");
  await inRoster(first, /^Bob,.*hand raised/);
  await inRoster(first, /^Bob,.*speaking/);
  assert.equal(await second.page.locator("#hand").getAttribute("aria-pressed"), "true");
});

test("the moderator mutes, removes, and ends the room", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  const third = await at.join(room, cleo);
  await inRoster(first, /^Ada \(you\), moderator/);
  assert.equal(await second.page.getByRole("button", { name: /^Remove / }).count(), 0, "only a moderator can remove");

  await first.page.getByRole("button", { name: "Mute Bob" }).click();
  await until("Bob knows", async () => (await second.page.locator("#mute").getAttribute("aria-label")) === "Unmute microphone");
  await first.hears([cleo], [bob]);

  await first.page.getByRole("button", { name: "Remove Bob" }).click();
  await first.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await until("Bob is out", async () => (await second.state()) === "ended");
  await until("Bob's tile is gone", async () => (await first.tiles()).length === 2);

  await first.page.getByRole("button", { name: "End the room for everyone" }).click();
  await first.page.getByRole("dialog").getByRole("button", { name: "End the room" }).click();
  for (const person of [first, third])
    await person.page.getByRole("heading", { name: "The room has ended" }).waitFor();
});
