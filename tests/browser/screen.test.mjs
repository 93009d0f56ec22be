// SPDX-License-Identifier: Apache-2.0
// Sharing a screen: a real tab is captured, and looked at in somebody else's mix.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kPeople, launchCapturing, Person } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";

const kTitle = "Tessera small text";
const kRow = 16; // CSS pixels
const kTextTone = { name: "the page", tone: 2030 };
const [ada, bob, cleo] = kPeople;
const at = scene({ canvas: { width: 1280, height: 720, fps: 15 } }, () => launchCapturing(kTitle));

/** A page of small text, which hums. Every second row is empty, every fourth has text in its right half, too. */
async function openText() {
  const page = await at.browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.setContent(`<title>${kTitle}</title>
    <style>
      body { margin: 0; background: #fff; color: #000 }
      div { display: flex; height: ${kRow}px; overflow: hidden; font: 13px/${kRow}px "DejaVu Sans Mono", monospace }
      span { flex: 1; overflow: hidden; white-space: pre }
    </style>
    ${Array.from({ length: 45 }, (_, row) => `<div><span>${rowText(row, 0)}</span><span>${rowText(row, 1)}</span></div>`).join("")}`);
  await page.evaluate((frequency) => {
    const context = new AudioContext();
    const volume = new GainNode(context, { gain: 0.2 });
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(volume).connect(context.destination);
    tone.start();
  }, kTextTone.tone);
  return page;
}

/** @param {number} row @param {number} half 0 left, 1 right */
const hasText = (row, half) => row % (half ? 4 : 2) === 0;

/** @param {number} row @param {number} half */
const rowText = (row, half) => (hasText(row, half) ? `Row ${row}: the quick brown fox jumps over the lazy dog, 0123456789. `.repeat(2) : "");

/** The size of what somebody captures. @param {import("../support/browser.mjs").Person} person */
const captured = (person) => until("a captured picture", () => person.page.evaluate(() => {
  const tracks = window.probe.connections.flatMap((one) => one.getSenders().map(({ track }) => track));
  const settings = tracks.find((track) => track?.kind === "video" && track.contentHint === "detail")?.getSettings();
  return settings?.width ? { width: settings.width, height: settings.height } : null;
}));

/**
 * The text of a shared page as somebody sees it: for each row and half the darkness (0 white, 255 black) of its
 * middle on average, and how much it varies along the row: letters (66 seen), or mud (34 when blurred by 1.5 pixels).
 * @param {import("../support/browser.mjs").Person} viewer
 * @param {{width: number, height: number}} source
 */
async function readRows(viewer, source) {
  const tile = await viewer.screenTile();
  if (!tile) throw new Error("no screen in the picture");
  const mix = await viewer.page.evaluate(() => ({ width: document.querySelector("#mix").videoWidth, height: document.querySelector("#mix").videoHeight }));
  const scale = Math.min((tile.width * mix.width) / source.width, (tile.height * mix.height) / source.height);
  const width = (source.width * scale) / mix.width; // the whole page is shown, centred in its tile
  const height = (source.height * scale) / mix.height;
  const part = { left: tile.left + (tile.width - width) / 2, top: tile.top + (tile.height - height) / 2, width, height };
  const columns = Math.round(width * mix.width);
  const greys = await viewer.page.evaluate(([where, x, y]) => window.probe.greys(where, x, y), [part, columns, Math.round(height * mix.height)]);
  const rows = Math.floor(source.height / kRow) - 1;
  return Array.from({ length: rows }, (_, row) => [0, 1].map((half) => {
    const first = Math.round(columns * (half / 2 + 0.02));
    const line = (/** @type {number} */ offset) => greys[Math.round((row + 0.5) * kRow * scale) + offset].slice(first, first + Math.round(columns * 0.4));
    const values = [-1, 0, 1].flatMap(line);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return { dark: 255 - mean, spread };
  }));
}

/** @param {import("../support/browser.mjs").Person} viewer @param {{width: number, height: number}} source */
const readsText = (viewer, source) => until(`${viewer.name} can tell the rows apart`, async () => {
  const rows = await readRows(viewer, source);
  for (const [row, halves] of rows.entries())
    for (const [half, { dark, spread }] of halves.entries()) {
      const good = hasText(row, half) ? dark > 40 && spread > 45 : dark < 15 && spread < 10;
      if (!good) throw new Error(`row ${row} half ${half}: dark ${dark.toFixed(1)}, spread ${spread.toFixed(1)}`);
    }
  return rows;
}, 45000);

/** @param {import("../support/browser.mjs").Person} person @param {string} text */
const isTold = (person, text) => until(`${person.name} is told "${text}"`, async () => (await person.toasts()).some((one) => one.includes(text)));

/** @param {import("../support/browser.mjs").Person} viewer @param {number} count */
const seesGrid = (viewer, count) => until(`${viewer.name} sees ${count} people and no screen`, async () => {
  const tiles = await viewer.tiles();
  return tiles.length === count && tiles.every((tile) => tile.pc === "main");
});

/** Ada and Bob are in a room, and Ada sees the text that Bob shares. */
async function bobShares() {
  const room = at.newRoom();
  const text = await openText();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  await first.sees(bob);
  await second.page.click("#share");
  await until("Ada sees a screen", () => first.screenTile());
  return { room, text, first, second };
}

test("small text stays readable, its presenter beside it, its sound is heard; the button ends it", async () => {
  const { text, first, second } = await bobShares();
  const source = await captured(second);
  const rows = await readsText(first, source);
  assert.ok(rows.length > 20, `${rows.length} rows`);

  const screen = await first.screenTile();
  assert.equal(screen.label, "Shared screen of Bob");
  assert.ok(screen.width * screen.height > 0.4, "the screen is large");
  const presenter = await first.tileOf("Bob");
  assert.ok(presenter && (presenter.left >= screen.left + screen.width || presenter.top >= screen.top + screen.height), "beside it");
  await first.sees(bob);
  await until("the roster says so", async () => (await first.roster()).some((label) => /^Bob,.*sharing a screen/.test(label)));
  await until("the layout says so", async () => (await first.page.locator("#layout").getAttribute("aria-label")) === "Layout: Presentation, chosen automatically");
  await first.hears([bob, kTextTone], [ada]);
  await second.hears([ada], [bob, kTextTone]);
  assert.equal(await second.page.locator('.tile[data-pc="screen"] video').count(), 0, "it is not drawn again over the mix");
  assert.equal(await second.page.locator("#share").getAttribute("aria-pressed"), "true");

  await second.page.click("#share");
  await isTold(second, "no longer shared");
  await seesGrid(first, 2);
  for (const one of [ada, bob]) await first.sees(one);
  await first.hears([bob], [ada, kTextTone]);
  assert.equal(await second.page.locator("#share").getAttribute("aria-label"), "Share screen");
  await text.close();
});

test("what ends the capture in the browser ends the sharing", async () => {
  const { text, first, second } = await bobShares();
  await text.close(); // its track ends as it does by the browser's own bar
  await isTold(second, "no longer shared");
  await seesGrid(first, 2);
  assert.equal(await second.page.locator("#share").getAttribute("aria-pressed"), "false");
  assert.ok((await first.roster()).every((label) => !label.includes("sharing")));
});

test("a second one takes over, and the first is told", async () => {
  const room = at.newRoom();
  const text = await openText();
  const people = [];
  for (const one of [ada, bob, cleo]) people.push(await at.join(room, one));
  const [first, second, third] = people;
  await second.page.click("#share");
  await until("Bob's screen", async () => (await first.screenTile())?.label === "Shared screen of Bob");
  await third.page.click("#share");
  await until("Cleo's screen", async () => (await first.screenTile())?.label === "Shared screen of Cleo");
  await isTold(second, "Your screen is no longer shared");
  assert.equal(await second.page.locator("#share").getAttribute("aria-pressed"), "false");
  assert.equal((await first.tiles()).filter((tile) => tile.pc === "screen").length, 1);
  await readsText(first, await captured(third));

  await first.page.getByRole("button", { name: "Stop the shared screen of Cleo" }).click();
  await isTold(third, "Your screen is no longer shared");
  await seesGrid(first, 3);
  await text.close();
});

test("a screen goes on without a WebSocket, comes back after a lost connection, and goes with a reload", async () => {
  const { text, first, second } = await bobShares();
  const source = await captured(second);
  await readsText(first, source);

  const offers = () => second.page.evaluate(() => window.probe.received.filter((one) => one.type === "offer" && one.pc === "screen").length);
  await second.page.evaluate(() => window.probe.sockets.at(-1).close());
  await until("a second welcome", async () => (await second.told("welcome")).length === 2);
  await second.connected();
  await readsText(first, source);
  assert.equal(await offers(), 1, "the server kept it");

  // As if every path had gone: the newest connection is that of the screen.
  await second.page.evaluate(() => {
    const connection = window.probe.connections.filter((one) => one.getSenders().some(({ track }) => track?.contentHint === "detail")).at(-1);
    Object.defineProperty(connection, "connectionState", { value: "failed" });
    connection.dispatchEvent(new Event("connectionstatechange"));
  });
  await until("another offer for the screen", async () => (await offers()) === 2);
  await readsText(first, source);
  await first.sees(bob);

  await second.page.reload();
  await second.connected();
  await seesGrid(first, 2);
  await first.sees(bob);
  await text.close();
});

test("a room process that dies takes no screen with it", async () => {
  const { room, text, first, second } = await bobShares();
  const source = await captured(second);
  const pid = await at.server.roomPid(room);
  const before = await first.connectionCount();
  process.kill(pid, "SIGKILL");
  await first.showsConnection(before + 1);
  await until("Ada sees a screen again", () => first.screenTile());
  await readsText(first, source);
  assert.equal(await second.page.locator("#share").getAttribute("aria-pressed"), "true");
  await text.close();
});

test("where the configuration says so, a second one is refused in words", async () => {
  const server = await Server.start({ config: '[screen]\nsecond = "refuse"\n' });
  try {
    const text = await openText();
    const people = [];
    for (const one of [ada, bob]) people.push(await Person.join(at.browser, server.url, "one-screen", one));
    const [first, second] = people;
    at.people.push(...people);
    await first.page.click("#share");
    await until("Ada's screen", async () => (await second.screenTile())?.label === "Shared screen of Ada");
    await second.page.click("#share");
    await isTold(second, "Your screen is not shared.");
    assert.equal(await second.page.locator("#share").getAttribute("aria-pressed"), "false");
    assert.equal((await second.screenTile())?.label, "Shared screen of Ada");
    await text.close();
    await Promise.all(at.people.splice(0).map((person) => person.close()));
  } finally {
    await server.stop();
  }
});

test("who only watches has nothing to share", async () => {
  const room = at.newRoom();
  await at.join(room, ada);
  const second = await at.join(room, { ...bob, query: "&viewer=1" });
  assert.equal(await second.page.locator("#share").count(), 0);
});
