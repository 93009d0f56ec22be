// SPDX-License-Identifier: Apache-2.0
// A second engine in the same room: Firefox and Chromium see and hear each other (VP8).
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { kPeople, Person } from "../support/browser.mjs";
import { kFirefoxTone, launchFirefox } from "../support/firefox.mjs";
import { scene } from "../support/scene.mjs";
import { until } from "../support/wait.mjs";

const ada = kPeople[0];
const bob = { ...kPeople[1], tone: kFirefoxTone, size: { width: 1280, height: 720 } };
const at = scene();
/** @type {import("puppeteer-core").Browser} */ let firefox;

before(async () => {
  firefox = await launchFirefox();
});
after(() => firefox?.close());

/**
 * @param {string} url
 * @param {import("../support/browser.mjs").Given} given
 */
async function joinByFirefox(url, given) {
  const page = await firefox.newPage();
  const settings = { camera: true, microphone: true, permission: "granted", ownTone: true, ...given };
  await page.evaluateOnNewDocument(`window.testPerson = ${JSON.stringify(settings)};`);
  await page.evaluateOnNewDocument(await readFile(new URL("../support/probe.js", import.meta.url), "utf8"));
  const person = new Person(/** @type {any} */ (page), given);
  page.on("pageerror", (error) => person.errors.push(String(error)));
  await page.goto(url);
  await person.connected();
  return { person, page };
}

test("Firefox and Chromium in one room", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const { person: second, page } = await joinByFirefox(`${at.server.url}/r/${room}?join=1&name=Bob`, bob);
  await first.sees(bob);
  await second.sees(ada);
  await second.sees(bob);
  await first.seesMoving("Bob");
  await second.seesMoving("Ada");
  await first.hears([bob], [ada]);
  await until("Bob hears Ada, and not himself", async () => {
    const [other, own] = await page.evaluate((tones) => window.probe.recordedLevels(tones), [ada.tone, bob.tone]);
    if (other > -50 && own < other - 40) return true;
    throw new Error(`levels ${other} and ${own} dB`);
  }, 30000);

  await until("Bob sends what is shown of him", async () => {
    const { width } = (await second.told("ingest")).at(-1);
    const { frameWidth } = await second.sending();
    if (frameWidth <= 1.05 * width && width < 1280) return true;
    throw new Error(`asked for ${width}, sends ${frameWidth}`);
  });

  // Its WebSocket breaks: back as the same participant, and the media goes on.
  const id = await second.id();
  await page.evaluate(() => window.probe.sockets.at(-1).close());
  await until("a second welcome", () => page.evaluate(() => window.probe.received.filter((one) => one.type === "welcome").length === 2));
  await second.connected();
  assert.equal(await second.id(), id);
  assert.equal(await second.connectionCount(), 1);
  await second.seesMoving("Ada");
  await first.seesMoving("Bob");
  assert.deepEqual(second.errors, []);
  await page.close();
});
