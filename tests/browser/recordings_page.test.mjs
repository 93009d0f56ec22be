// SPDX-License-Identifier: Apache-2.0
// The page of the recordings, in every state it knows: by an API that says what the test wants (the real one's is
// recording.test.mjs).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { nameless, overflow } from "../support/access.mjs";
import { kPeople } from "../support/browser.mjs";
import { fakeRecording, FakeRecordings, unfinished } from "../support/fake_recordings.mjs";
import { scene } from "../support/scene.mjs";
import { until } from "../support/wait.mjs";

const [ada] = kPeople;
const at = scene();
/** @type {{file: Buffer, poster: Buffer, sound: Buffer}} */ let media;

/** Twenty seconds of a picture and a tone, as the fake timeline says. */
before(() => {
  const folder = mkdtempSync(path.join(tmpdir(), "tessera-clip-"));
  const make = (/** @type {string} */ name, /** @type {string[]} */ ...what) => {
    execFileSync("ffmpeg", ["-v", "error", ...what, path.join(folder, name)]);
    return readFileSync(path.join(folder, name));
  };
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=20"];
  const tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=20"];
  media = {
    file: make("clip.mp4", ...picture, ...tone, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"),
    poster: make("clip.jpg", ...picture, "-frames:v", "1"),
    sound: make("clip.ogg", ...tone, "-c:a", "libopus"),
  };
  rmSync(folder, { recursive: true });
});

/** @param {(fake: FakeRecordings) => void} [prepare] @param {object} [given] */
async function open(prepare = () => {}, given = {}) {
  const person = await at.open({ ...ada, ...given });
  const fake = new FakeRecordings();
  prepare(fake);
  await fake.install(person.page, media);
  await person.goto(`${at.server.url}/recordings`);
  return { person, page: person.page, fake };
}

const texts = (/** @type {import("playwright-core").Page} */ page, /** @type {string} */ selector) =>
  page.locator(selector).evaluateAll((all) => all.filter((one) => one.checkVisibility()).map((one) => one.textContent));

test("a token is asked for, kept for the tab alone, and forgotten by signing out", async () => {
  const { page } = await open((fake) => (fake.token = "secret"));
  await page.fill("#token", "wrong");
  await page.keyboard.press("Enter");
  await page.getByText("The token is wrong.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "token");
  await page.fill("#token", "secret");
  await page.keyboard.press("Enter");
  await page.getByText("There is no recording yet.").waitFor();
  await page.reload();
  await page.getByText("There is no recording yet.").waitFor();
  assert.deepEqual(await page.evaluate(() => [localStorage.length, document.cookie, sessionStorage.length]), [0, "", 1]);
  await page.click("#sign-out");
  await page.locator("#token").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await page.reload();
  await page.locator("#token").waitFor();
});

test("every state is told, changes are seen, and what cannot be done is not offered", async () => {
  const { page, fake } = await open((one) => {
    one.recordings = [
      unfinished("r1", { state: "recording", durationMs: 61000, bytes: 500000 }),
      unfinished("r2", { state: "paused" }),
      unfinished("r3", { state: "finishing", progress: 0.42 }),
      fakeRecording("r4", { error: { code: "io", text: "the disk is full" } }),
      unfinished("r5", { state: "failed", durationMs: 0, bytes: 0, error: { code: "io", text: "no part can be read" } }),
    ];
  });
  await page.locator(".recording").first().waitFor();
  assert.deepEqual(await texts(page, ".state-word"), ["Recording", "Paused", "The file is being made", "Failed"]);
  assert.deepEqual(await texts(page, ".problem"), ["It ended early. The disk is full.", "No part can be read."]);
  assert.match((await texts(page, ".facts"))[0] ?? "", /^1:01 · 500\skB · MP4$/);
  const offered = async (/** @type {string} */ id) => page.locator(`[data-key=${id}] :is(button:enabled, a):visible`).evaluateAll((all) => all.map(({ title, className }) => title || className));
  assert.deepEqual(await offered("r1"), ["Pause", "Stop"]);
  assert.deepEqual(await offered("r2"), ["Resume", "Stop"]);
  assert.deepEqual(await offered("r3"), []);
  assert.deepEqual(await offered("r4"), ["poster", "Download", "Delete"]);
  assert.deepEqual(await offered("r5"), ["Delete"]);
  assert.equal(await page.locator("[data-key=r3] progress").evaluate((bar) => /** @type {HTMLProgressElement} */ (bar).value), 0.42);
  Object.assign(fake.recordings[2], fakeRecording("r3"));
  await page.locator("[data-key=r3] .download:visible").waitFor();
  assert.equal(await page.locator("[data-key=r3] .download").getAttribute("href"), "/v1/recordings/r3/file?signature=x&download=1");
});

test("a recording plays with its chapters, by mouse and by key", async () => {
  const { page } = await open((fake) => (fake.recordings = [fakeRecording("r1")]));
  await page.click(".poster");
  const now = () => page.locator("dialog video").evaluate((video) => /** @type {HTMLVideoElement} */ (video).currentTime);
  const chapter = () => page.locator(".chapter[aria-current]").textContent();
  await until("it plays", async () => (await now()) > 0.3);
  assert.deepEqual(await texts(page, ".chapter"), ["0:00Start", "0:05Zoë shares a screen", "0:09Interrupted", "0:14Paused"]);
  assert.deepEqual(await texts(page, ".was-there li"), ["Ada (moderator)0:00 – 0:20", "Zoë Ångström0:02 – 0:11, 0:12 – 0:20"]);
  assert.deepEqual(await texts(page, ".player-notes"), ["Interrupted at 0:09: what happened meanwhile is missing."]);
  assert.equal(await chapter(), "0:00Start");
  await page.click(".chapter >> nth=2");
  await until("the third chapter", async () => (await now()) >= 9 && (await chapter()) === "0:09Interrupted");
  await page.keyboard.press("k");
  assert.equal(await page.locator("dialog video").evaluate((video) => /** @type {HTMLVideoElement} */ (video).paused), true);
  await page.keyboard.press("p");
  await until("the second chapter", async () => (await chapter()) === "0:05Zoë shares a screen");
  await page.keyboard.press("k");
  await page.keyboard.press("l");
  await until("ten seconds on", async () => (await now()) >= 14.9);
  await page.keyboard.press("n");
  await until("no chapter after the last", async () => (await chapter()) === "0:14Paused");
  await page.keyboard.press("m");
  assert.equal(await page.locator("dialog video").evaluate((video) => /** @type {HTMLVideoElement} */ (video).muted), true);
  await page.keyboard.press("Escape");
  await page.locator("dialog video").waitFor({ state: "detached" });
});

test("sound alone plays, too, and a file that cannot be played says so", async () => {
  const person = await at.open(ada);
  const fake = new FakeRecordings();
  fake.recordings = [fakeRecording("r1", { format: "ogg" }), fakeRecording("r2", { room: "broken", format: "m4a" })];
  await fake.install(person.page, { file: media.sound, type: "audio/ogg" });
  await person.page.route("**/recordings/r2/file*", (route) => route.fulfill({ contentType: "audio/mp4", body: "no sound" }));
  await person.goto(`${at.server.url}/recordings`);
  await person.page.click("[data-key=r1] .poster");
  await until("it plays", () => person.page.locator("dialog audio").evaluate((audio) => /** @type {HTMLAudioElement} */ (audio).currentTime > 0.2));
  await person.page.keyboard.press("Escape");
  await person.page.click("[data-key=r2] .poster");
  await person.page.getByText("It cannot be played here. It can still be downloaded.").waitFor();
});

test("deleting and stopping ask first, and a refusal is told", async () => {
  const { page, fake } = await open((one) => (one.recordings = [unfinished("r1", { state: "recording" }), fakeRecording("r2")]));
  await page.click("[data-key=r2] .delete");
  await page.click("dialog[open] button:has-text('Cancel')");
  assert.deepEqual(fake.changes, []);
  fake.refusal = { code: "conflict", text: "the recording is still made", status: 409 };
  await page.click("[data-key=r2] .delete");
  await page.click("dialog[open] button.danger");
  await page.getByText("The recording is still made.").waitFor();
  fake.refusal = null;
  await page.click("[data-key=r2] .delete");
  await page.click("dialog[open] button.danger");
  await page.locator("[data-key=r2]").waitFor({ state: "detached" });
  await page.click("[data-key=r1] .pause");
  await page.click("[data-key=r1] .stop");
  await page.click("dialog[open] button.danger");
  await until("all asked for", () => fake.changes.length === 4);
  assert.deepEqual(fake.changes.slice(-2), ["POST /rooms/standup/recordings/r1/pause", "POST /rooms/standup/recordings/r1/stop"]);
});

test("a server that does not answer is told, and what was there stays", async () => {
  const { page } = await open((fake) => (fake.recordings = [unfinished("r1", { state: "recording" })]));
  await page.locator(".recording").waitFor();
  await page.route("**/v1/recordings", (route) => route.abort());
  await page.getByText("The server does not answer.").waitFor();
  assert.equal(await page.locator(".recording").count(), 1);
  await page.unroute("**/v1/recordings");
  await page.getByText("The server does not answer.").waitFor({ state: "hidden" });
});

test("where rooms are sent live: how it goes, adding and ending", async () => {
  const { page, fake } = await open((one) => (one.outputs = {
    standup: [
      { id: "o1", kind: "rtmp", target: "rtmps://live.example.org/app/…", state: "waiting", kbps: 0, framesDropped: 12, reconnects: 1, delayMs: 0, error: { code: "io", text: "connection refused" } },
      { id: "h1", kind: "hls", target: "/hls/standup/index.m3u8", state: "live", kbps: 2628, framesDropped: 0, reconnects: 0, delayMs: 2100 },
    ],
    quiet: [],
  }));
  await page.locator(".output").first().waitFor();
  assert.deepEqual(await texts(page, ".output-state"), ["Trying again", "Live"]);
  assert.deepEqual(await texts(page, ".output .facts"), ["12 frames dropped · 1 reconnect", "2628 kbit/s · 2.1 s behind · 0 frames dropped · 0 reconnects"]);
  assert.deepEqual(await texts(page, ".output .note"), ["Connection refused."]);
  await page.fill("[data-key=quiet] input", "http://not.rtmp/");
  await page.click("[data-key=quiet] button[type=submit]");
  assert.deepEqual(fake.changes, [], "no address for it");
  await page.fill("[data-key=quiet] input", "rtmp://live.example.org/app/key");
  await page.click("[data-key=quiet] button[type=submit]");
  await until("the field is empty again", async () => (await page.inputValue("[data-key=quiet] input")) === "");
  await page.click("[data-key=quiet] .add-hls");
  await page.click("[data-key=o1] button");
  await page.click("dialog[open] button.danger");
  await until("all asked for", () => fake.changes.length === 3);
  assert.deepEqual(fake.changes, [
    'POST /rooms/quiet/outputs {"kind":"rtmp","url":"rtmp://live.example.org/app/key"}', 'POST /rooms/quiet/outputs {"kind":"hls"}',
    "DELETE /rooms/standup/outputs/o1"]);
  fake.refusal = { code: "forbidden", text: "no pattern of outputs.allow is for this address", status: 403 };
  await page.fill("[data-key=quiet] input", "rtmp://elsewhere.example.org/app/key");
  await page.keyboard.press("Enter");
  await page.getByText("No pattern of outputs.allow is for this address.").waitFor();
  assert.equal(await page.inputValue("[data-key=quiet] input"), "rtmp://elsewhere.example.org/app/key");
});

test("every control has a name, and nothing is cut off at 360 pixels", async () => {
  const { page } = await open((fake) => {
    fake.recordings = [unfinished("r1", { state: "recording" }), unfinished("r2", { state: "finishing", progress: 0.5 }),
      fakeRecording("r3", { room: "a-room-with-quite-a-long-name-that-goes-on-and-on-and-on" })];
    fake.outputs = { standup: [{ id: "o1", kind: "rtmp", target: "rtmps://a-rather-long-host-name.live.example.org/application/…", state: "live", kbps: 2000, framesDropped: 0, reconnects: 0, delayMs: 300 }] };
  }, { viewport: { width: 360, height: 740 } });
  await page.locator(".recording").first().waitFor();
  assert.ok((await overflow(page)) <= 0, "the list");
  assert.deepEqual(await nameless(page), []);
  await page.click("[data-key=r3] .poster");
  await page.locator(".chapter").first().waitFor();
  assert.deepEqual(await nameless(page), []);
  assert.ok((await overflow(page)) <= 0, "the player");
  for (const button of await page.locator("dialog button:visible").all()) {
    const box = await button.boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= 360 && box.height >= 34, "in view, and large enough for a finger");
  }
});
