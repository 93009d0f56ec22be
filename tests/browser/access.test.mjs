// SPDX-License-Identifier: Apache-2.0
// The page by keyboard, for a screen reader, and on a small screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameless, overflow } from "../support/access.mjs";
import { kPeople } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";
import { until } from "../support/wait.mjs";

const [ada, bob] = kPeople;
const at = scene();
const kPhone = { width: 360, height: 740 };

test("from the home page into a room, and mute, by keyboard alone", async () => {
  const room = at.newRoom();
  const person = await at.open({ ...ada, name: "Ada" });
  const { page } = person;
  await page.goto(at.server.url);
  await page.keyboard.type(room);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/r/${room}`);
  await page.locator("#name").waitFor();
  await page.keyboard.type("Ada");
  await page.keyboard.press("Enter");
  await person.connected();
  await page.keyboard.press("m");
  await until("muted by its key", async () => (await page.locator("#mute").getAttribute("aria-label")) === "Unmute microphone");
  await focusByTab(page, "#mute");
  await page.keyboard.press("Space");
  await until("unmuted by the button", async () => (await page.locator("#mute").getAttribute("aria-label")) === "Mute microphone");
  await page.keyboard.press("c");
  await page.keyboard.type("m is only a letter here");
  await page.keyboard.press("Enter");
  await page.locator(".message").waitFor();
  assert.equal(await page.locator("#mute").getAttribute("aria-label"), "Mute microphone");
  await focusByTab(page, "#leave");
  await page.keyboard.press("Enter");
  await until("left", async () => (await person.state()) === "ended");
});

test("every control has a name: home, pre-join, call, end", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  await at.join(room, bob);
  const home = await at.open(bob);
  await home.goto(at.server.url);
  await home.page.locator("#rooms a").first().waitFor();
  assert.deepEqual(await nameless(home.page), []);
  await home.goto(`${at.server.url}/r/${room}`);
  await home.page.locator("#join").waitFor();
  assert.deepEqual(await nameless(home.page), []);
  await until("Bob's row", async () => (await first.roster()).length === 2);
  assert.deepEqual(await nameless(first.page), []);
  await first.page.click("#chat");
  assert.deepEqual(await nameless(first.page), []);
  await first.page.click("#layout");
  assert.deepEqual(await nameless(first.page), []);
  await first.page.click("#leave");
  await first.page.locator("#rejoin").waitFor();
  assert.deepEqual(await nameless(first.page), []);
});

test("tiles can be walked through by arrow keys and say who they are", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  await at.join(room, bob);
  await until("two tiles", async () => (await first.tiles()).length === 2);
  await first.page.locator(".tile[tabindex='0']").focus();
  const label = () => first.page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  const one = await label();
  await first.page.keyboard.press("ArrowRight");
  const other = await label();
  assert.notEqual(one, other);
  assert.ok([one, other].some((text) => text?.startsWith("Ada (you)")) && [one, other].some((text) => text?.startsWith("Bob")));
});

test("nothing is cut off at 360 pixels, and everything can be reached", async () => {
  const room = at.newRoom();
  const person = await at.open({ ...ada, viewport: kPhone });
  const { page } = person;
  await page.goto(at.server.url);
  assert.ok((await overflow(page)) <= 0, "home");
  await page.goto(`${at.server.url}/r/${room}?name=Ada`);
  await page.locator("#join").waitFor();
  assert.ok((await overflow(page)) <= 0, "pre-join");
  await page.click("#join");
  await person.connected();
  for (const panel of ["people", "chat"]) {
    if ((await page.locator(`#${panel}`).getAttribute("aria-pressed")) === "false") await page.click(`#${panel}`);
    assert.ok((await overflow(page)) <= 0, panel);
    for (const button of await page.locator("tessera-toolbar button").all()) {
      const box = await button.boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= kPhone.width && box.y + box.height <= kPhone.height, "in view");
      assert.ok(box.width >= 40 && box.height >= 40, "large enough for a finger");
    }
  }
  await page.click("#layout");
  for (const row of await page.locator("[role=menu] button:visible").all()) {
    const box = await row.boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= kPhone.width && box.y + box.height <= kPhone.height, "a row of the menu in view");
  }
  assert.ok((await overflow(page)) <= 0, "menu");
  const mix = await page.locator("#mix").boundingBox();
  assert.ok(mix && mix.width >= 330, "the picture uses the width");
});

test("pre-join remembers the name, and says what is missing", async () => {
  const room = at.newRoom();
  const person = await at.open({ ...bob, camera: false });
  const { page } = person;
  await page.goto(`${at.server.url}/r/${room}`);
  await page.getByText("No camera was found.").waitFor();
  await page.fill("#name", "Bob");
  await page.click("#join");
  await person.connected();
  await page.click("#leave");
  await page.click("#rejoin");
  assert.equal(await page.inputValue("#name"), "Bob");
});

test("where the browser refuses sound, a click brings it", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.open(bob);
  await second.page.addInitScript(() => {
    let clicked = false; // what the test evaluates is a gesture, too: userActivation does not tell
    addEventListener("click", () => (clicked = true), true);
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
      if (this.muted || clicked) return play.call(this);
      return Promise.reject(new DOMException("no gesture", "NotAllowedError"));
    };
  });
  await second.goto(`${at.server.url}/r/${room}?join=1&name=Bob`);
  await second.connected();
  const button = second.page.getByRole("button", { name: "Turn on sound" });
  await button.click();
  await button.waitFor({ state: "hidden" });
  assert.equal(await second.page.locator("#mix").evaluate((video) => video.muted), false);
  await second.hears([ada], [bob]);
  await first.sees(bob);
});

/**
 * @param {import("playwright-core").Page} page
 * @param {string} selector
 */
async function focusByTab(page, selector) {
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  assert.fail(`${selector} is not reached by the tab key`);
}

test("who has the focus in a list keeps it when others leave it, enter it, or change places", async () => {
  const { page } = await at.open({ ...ada, name: "Ada" });
  await page.goto(at.server.url);
  const seen = await page.evaluate(async () => {
    const address = "/static/page/dom.js";
    const { h, reconcile } = await import(address);
    const list = document.body.appendChild(h("div"));
    const moved = new Set();
    /** @param {string} order */
    const show = (order) => {
      const observer = new MutationObserver(() => {});
      observer.observe(list, { childList: true });
      reconcile(list, [...order], (key) => key, () => h("button"), (element, key) => void (element.textContent = key));
      for (const { addedNodes } of observer.takeRecords()) for (const node of addedNodes) moved.add(node.textContent);
      observer.disconnect();
      return `${list.textContent} ${document.activeElement?.textContent}`;
    };
    show("abcd");
    list.children[2].focus();
    moved.clear();
    const results = [show("bcd"), [...moved].join(""), show("cbd"), show("xcb")];
    list.remove();
    return results;
  });
  assert.deepEqual(seen, ["bcd c", "", "cbd c", "xcb c"], "the second: nobody is moved when one leaves");
});

test("\"Only watch\" keeps the name and the relay", async () => {
  const { page } = await at.open({ ...ada, name: "Ada" });
  await page.goto(`${at.server.url}?name=Ada%20L.&relay=1`);
  const href = await page.evaluate(async () => {
    const address = "/static/page/ended.js";
    const { Ended } = await import(address);
    const ended = new Ended({ room: "r", code: "overloaded", text: "", rejoin: () => {} });
    return ended.querySelector("a.button").getAttribute("href");
  });
  assert.equal(href, "?name=Ada+L.&relay=1&viewer=1&join=1");
});
