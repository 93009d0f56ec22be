// SPDX-License-Identifier: Apache-2.0
// The moderator arranges the picture: the menu, pins, and what the real mix then shows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kPeople } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";
import { until } from "../support/wait.mjs";

const [ada, bob, cleo] = kPeople;
const at = scene({ config: `
[[layout]]
name = "one-above"
regions = [
  { x = 0.25, y = 0, width = 0.5, height = 0.5, who = "pinned", nth = 1, fit = "fill" },
  { x = 0, y = 0.5, width = 0.5, height = 0.5, who = "recent", nth = 1, fit = "fill" },
]
` });

/** @param {import("../support/browser.mjs").Person} person */
const area = async (person, name) => {
  const tile = await person.tileOf(name);
  return tile ? tile.width * tile.height : 0;
};

/** @param {import("../support/browser.mjs").Person} moderator @param {string} name */
async function choose(moderator, name) {
  await moderator.page.click("#layout");
  await moderator.page.getByRole("menuitemradio", { name: new RegExp(`^${name}:`) }).click();
}

/** The text of the layout in the page's head. @param {import("../support/browser.mjs").Person} person */
const shown = (person) => person.page.locator("tessera-layout .button-text:visible").textContent();

async function three() {
  const room = at.newRoom();
  const people = [];
  for (const one of [ada, bob, cleo]) people.push(await at.join(room, one));
  for (const one of [ada, bob, cleo]) await people[0].sees(one);
  return people;
}

test("by keyboard from the menu: the mix changes, others see which layout is on but cannot change it", async () => {
  const [first, second] = await three();
  assert.equal(await second.page.locator("#layout").isVisible(), false);
  await until("grid for all", async () => (await shown(second)) === "Grid" && (await shown(first)) === "Grid");
  const { page } = first;
  await page.keyboard.press("g");
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  assert.match(await focused(), /^Automatic:/);
  assert.equal(await page.locator("[role=menuitemradio][aria-checked=true]").getAttribute("data-layout"), "auto");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.match(await focused(), /^Speaker:/);
  await page.keyboard.press("Enter");
  await until("one large, two small", async () => {
    const areas = (await first.tiles()).map((tile) => tile.width * tile.height).sort((a, b) => b - a);
    return areas.length === 3 && areas[0] > 2 * areas[1];
  });
  await until("all are told", async () => (await shown(second)) === "Speaker" && (await shown(first)) === "Speaker");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "layout", "the focus is back where it was");
  for (const one of [ada, bob, cleo]) await second.sees(one);

  await page.keyboard.press("g");
  for (const key of ["l", "m", "p"]) await page.keyboard.press(key);
  assert.equal(await page.locator("tessera-layout [role=menu]").isVisible(), true, "other keys are not shortcuts meanwhile");
  assert.equal(await page.evaluate(() => document.body.dataset.state), "connected");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("tessera-layout [role=menu]").isVisible(), false);
  await page.keyboard.press("g");
  await page.keyboard.press("g");
  assert.equal(await page.locator("tessera-layout [role=menu]").isVisible(), false);
});

test("who is pinned is alone in the spotlight, and two are side by side", async () => {
  const [first, second, third] = await three();
  await first.page.getByRole("group", { name: /^Bob/ }).hover();
  await first.page.getByRole("group", { name: /^Bob/ }).getByRole("button", { name: "Pin Bob" }).click();
  await until("pinned for all", async () => (await third.roster()).some((label) => /^Bob,.*pinned/.test(label)));
  await choose(first, "Spotlight");
  await until("Bob alone", async () => (await first.tiles()).length === 1 && (await area(first, "Bob")) > 0.8);
  for (const person of [first, third]) await person.sees(bob);

  await choose(first, "Side by side");
  await first.page.locator(".person").getByRole("button", { name: "Pin Cleo" }).click();
  await until("Bob and Cleo", async () => {
    const [one, other] = await Promise.all([second.tileOf("Bob"), second.tileOf("Cleo")]);
    return (await second.tiles()).length === 2 && one && other && Math.abs(one.width - other.width) < 0.01 && one.left !== other.left;
  });
  for (const one of [bob, cleo]) await first.sees(one);

  await first.page.click("#layout");
  await first.page.getByRole("menuitem", { name: "Unpin everyone" }).click();
  await until("nobody is pinned", async () => (await third.roster()).every((label) => !label.includes("pinned")));
  await choose(first, "Automatic");
  await until("all again", async () => (await first.tiles()).length === 3);
});

test("a layout of the server's own, with the keyboard on a tile", async () => {
  const [first, second] = await three();
  await first.page.getByRole("group", { name: /^Cleo/ }).focus();
  await first.page.keyboard.press("Enter");
  await choose(first, "One above");
  await until("Cleo above", async () => {
    const tile = await second.tileOf("Cleo");
    return tile && tile.top === 0 && Math.abs(tile.left - 0.25) < 0.01 && Math.abs(tile.width - 0.5) < 0.01;
  });
  await second.sees(cleo);
  assert.equal(await shown(second), "One above");
});

test("the self view glides with its tile, and stands still with it", async () => {
  const [first] = await three();
  await first.page.evaluate(() => {
    window.widths = [];
    const watch = () => {
      const tile = document.querySelector(".tile.self");
      if (tile) window.widths.push(tile.getBoundingClientRect().width / document.querySelector("#mix").getBoundingClientRect().width);
      requestAnimationFrame(watch);
    };
    watch();
  });
  await first.page.locator(".person").getByRole("button", { name: "Pin Ada" }).click();
  await choose(first, "Speaker");
  const before = await first.page.evaluate(() => window.widths[0]);
  const { width } = await until("Ada is large", async () => {
    const tile = await first.tileOf("Ada");
    return tile && tile.width > 1.2 * before && tile;
  });
  await until("the self view has arrived", () => first.page.evaluate((wanted) => Math.abs(window.widths.at(-1) - wanted) < 0.005, width));
  const between = await first.page.evaluate(([from, to]) => window.widths.filter((one) => one > from + 0.02 && one < to - 0.02).length, [before, width]);
  assert.ok(between >= 2, `${between} positions between`);
  assert.ok((await first.page.locator(".tile.self").evaluate((tile) => parseFloat(getComputedStyle(tile).borderTopLeftRadius))) > 3, "round as in the mix");
});
