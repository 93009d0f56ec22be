// SPDX-License-Identifier: Apache-2.0
// A meeting in Chromium that is recorded: everybody sees it, and what is on the page of the recordings afterwards plays.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { nameless, overflow } from "../support/access.mjs";
import { isColour, kPeople } from "../support/browser.mjs";
import { scene } from "../support/scene.mjs";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";

/** @typedef {import("../support/browser.mjs").Person} Person */

const [ada, bob, cleo] = kPeople;
const films = mkdtempSync(path.join(tmpdir(), "tessera-films-"));
const at = scene({ config: `[recordings]\nmin_free_gb = 0\n[sources]\nfiles_directory = "${films}"\n` });
after(() => rmSync(films, { recursive: true }));
const kPhone = { width: 360, height: 740 };
const kToken = "a-token-that-is-long-enough-for-a-test";
const kPostMs = 40000; // the file is made at the lowest priority

/** @param {Person} person @param {string} action */
async function record(person, action) {
  await person.page.click("#record");
  await person.page.click(`.record-${action}`);
}

/** @param {Person} person @param {string} word empty: no badge */
const badge = (person, word) => until(`${person.name} sees the badge "${word}"`, async () => {
  const shown = await person.page.locator(".badge-recording:visible .badge-word").allTextContents();
  return shown.join() === word;
});

/** @param {Person} person @param {string} text */
const isTold = (person, text) => until(`${person.name} is told "${text}"`, async () => (await person.toasts()).some((one) => one.includes(text)));

/** The mark's red dot, in the upper left corner, where two people leave the canvas free. @param {Person} person @param {boolean} there */
const mark = (person, there) => until(`the mark in the mix is ${there ? "" : "not "}there`, async () => {
  const [red = 0, green = 0] = (await person.page.evaluate(() => window.probe.colourAt(16 / 640, 16 / 360))) ?? [];
  return red - green > 60 === there || Promise.reject(new Error(`red ${red}, green ${green}`));
});

/** The recordings of a room, as the API tells them. @param {string} room */
async function recordingsOf(room) {
  const { recordings } = await (await fetch(`${at.server.url}/v1/recordings`)).json();
  return recordings.filter((/** @type {any} */ one) => one.room === room);
}

/** @param {string} room @param {number} ms */
const hasRecorded = (room, ms) => until(`${ms} ms are recorded`, async () => (await recordingsOf(room))[0].durationMs >= ms, 30000);

test("a meeting is recorded: all see it, and afterwards it plays", async () => {
  const room = at.newRoom();
  const first = await at.join(room, ada);
  const second = await at.join(room, bob);
  await first.sees(bob);
  await mark(second, false);
  assert.equal(await second.page.locator("#record").isVisible(), false, "for the moderator alone");

  await first.page.keyboard.press("r");
  assert.deepEqual(await nameless(first.page), []);
  await first.page.keyboard.press("Enter");
  await Promise.all([badge(first, "REC"), badge(second, "REC"), isTold(first, "The recording has started.")]);
  await second.page.getByRole("alert").filter({ hasText: /^This meeting is being recorded \(since .*\)/ }).waitFor();
  assert.equal(await first.page.locator("tessera-recorded-notice .banner").count(), 0, "who asked for it knows");
  assert.match((await second.page.locator(".badge-recording").getAttribute("title")) ?? "", /^This meeting is being recorded \(since/);
  await mark(second, true);
  assert.deepEqual(await nameless(second.page), []);
  await second.page.getByRole("button", { name: "OK" }).click();
  assert.equal(await second.page.locator("tessera-recorded-notice .banner").count(), 0);

  const late = await at.join(room, { ...cleo, viewport: kPhone });
  await late.page.getByRole("alert").filter({ hasText: "This meeting is being recorded" }).waitFor();
  assert.ok((await overflow(late.page)) <= 0, "the badge and the notice on a small screen");
  await late.page.locator("tessera-recorded-notice").getByRole("button", { name: "Leave" }).click();
  await until("who minds has left", async () => (await late.state()) === "ended");

  await hasRecorded(room, 5000);
  await record(first, "pause");
  await Promise.all([badge(second, "Paused"), isTold(second, "The recording is paused.")]);
  await mark(second, false);
  await record(first, "resume");
  await Promise.all([badge(second, "REC"), isTold(second, "The recording goes on.")]);
  await mark(second, true);
  await hasRecorded(room, (await recordingsOf(room))[0].durationMs + 2000);
  await first.page.click("#record");
  await first.page.click(".record-stop");
  await first.page.getByRole("button", { name: "Cancel" }).click();
  await badge(second, "REC");
  await record(first, "stop");
  await first.page.locator("dialog button.danger").click();
  await Promise.all([badge(first, ""), badge(second, ""), isTold(second, "The recording has ended.")]);
  await mark(second, false);

  await playAndDelete(room);
});

/** @param {string} room */
async function playAndDelete(room) {
  const { page } = await at.open({ ...ada, name: "Operator" });
  await page.goto(`${at.server.url}/recordings`);
  const row = page.locator(".recording").filter({ hasText: room });
  await row.locator(".download:visible").waitFor({ timeout: kPostMs });
  await until("the poster is shown", () => row.locator(".poster img").evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth > 0));
  const [{ durationMs, links }] = await recordingsOf(room);

  await row.locator(".poster").click();
  const video = page.locator("dialog video");
  const now = () => video.evaluate((one) => /** @type {HTMLVideoElement} */ (one).currentTime);
  await until("it plays", async () => (await now()) > 0.5);
  const length = await video.evaluate((one) => /** @type {HTMLVideoElement} */ (one).duration);
  assert.ok(Math.abs(length * 1000 - durationMs) < 250, `${length} s, ${durationMs} ms`);
  await until("both people are in it", async () => {
    const colours = await video.evaluate(colourOfHalves);
    return [ada, bob].every((one) => colours.some((colour) => isColour(colour, one.colour ?? []))) || Promise.reject(new Error(`colours ${colours.join(" | ")}`));
  });
  const chapters = await page.locator(".chapter").allTextContents();
  assert.match(chapters.join(), /^0:00Start,0:0\dPaused for \d+ s$/);
  const there = await page.locator(".was-there li span:first-child").allTextContents();
  assert.deepEqual(there.slice(0, 3), ["Ada (moderator)", "Bob", "Cleo"]);
  await page.locator(".chapter").last().click();
  const lastMs = Number(await page.locator(".chapter").last().getAttribute("data-at"));
  assert.ok(lastMs >= 5000 && lastMs < durationMs - 1500, `the pause is where it was: ${lastMs} of ${durationMs} ms`);
  await until("it goes on from the last chapter", async () => (await now()) * 1000 > lastMs + 200 || (await video.evaluate((one) => /** @type {HTMLVideoElement} */ (one).ended)));
  assert.deepEqual(await nameless(page), []);
  await page.keyboard.press("Escape");

  const download = await fetch(`${at.server.url}${links.file}&download=1`, { headers: { range: "bytes=0-99" } });
  assert.deepEqual([download.status, (await download.arrayBuffer()).byteLength], [206, 100]);
  assert.match(download.headers.get("content-disposition") ?? "", /^attachment/);
  await row.locator(".delete").click();
  await page.locator("dialog[open] button.danger").click();
  await row.waitFor({ state: "detached" });
  await until("its files are gone", async () => !(await readdir(path.join(at.server.folder, "recordings"))).some((name) => name.includes(room)));
}

/** The colours in the middle of the left and the right half. @param {SVGElement | HTMLElement} element */
function colourOfHalves(element) {
  const video = /** @type {HTMLVideoElement} */ (element);
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const to = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  to.drawImage(video, 0, 0);
  return [0.25, 0.75].map((x) => {
    const { data } = to.getImageData(Math.round(canvas.width * x) - 2, Math.round(canvas.height * 0.4) - 2, 4, 4);
    const mean = (/** @type {number} */ part) => data.filter((_, index) => index % 4 === part).reduce((sum, value) => sum + value, 0) / (data.length / 4);
    return [0, 1, 2].map(mean);
  });
}

test("a recording that cannot begin is told to who asked alone; the list is for holders of the token", async () => {
  const server = await Server.start({ config: `[recordings]\nmin_free_gb = 1000000\n[api]\ntoken = "${kToken}"\n` });
  try {
    const first = await at.open(ada), second = await at.open(bob);
    for (const person of [first, second]) {
      await person.goto(`${server.url}/r/full?join=1&name=${person.name}`);
      await person.connected();
    }
    await record(first, "start");
    const toast = first.page.locator(".toast.important");
    await toast.waitFor();
    assert.match((await toast.textContent()) ?? "", /(space|disk|free)/i);
    await badge(first, "");
    assert.deepEqual((await second.toasts()).filter((text) => /(space|disk|free)/i.test(text)), []);
    await second.goto(`${server.url}/recordings`);
    for (const [token, answer] of [["not-the-token-of-this-server", "The token is wrong."], [kToken, "There is no recording yet."]]) {
      await second.page.fill("#token", token);
      await second.page.keyboard.press("Enter");
      await second.page.getByText(answer).waitFor();
    }
    await Promise.all([first, second].map((person) => person.close()));
  } finally {
    await server.stop();
  }
});

test("a film takes part: who it is, muting and removing", async () => {
  const room = at.newRoom();
  execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "color=0x3cc8d2:size=320x180:rate=10:duration=30", "-f", "lavfi", "-i", "sine=frequency=990:duration=30",
    "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", path.join(films, "film.mp4")]);
  const first = await at.join(room, ada);
  const answer = await fetch(`${at.server.url}/v1/rooms/${room}/sources`, { method: "POST", body: JSON.stringify({ name: "Film", url: `file:film.mp4`, loop: true }) });
  assert.equal(answer.status, 201, await answer.text());
  const row = first.page.locator(".person").filter({ hasText: "Film" });
  await row.waitFor();
  await until("it plays", async () => (await first.roster()).includes("Film, media source"));
  assert.equal(await row.locator(".mark-source").count(), 1);
  await first.sees({ name: "Film", colour: [60, 200, 210] });
  await first.hears([{ name: "Film", tone: 990 }], []);
  await row.getByRole("button", { name: "Mute Film" }).click();
  await until("it is muted", async () => (await first.roster()).includes("Film, media source, muted"));
  assert.deepEqual(await nameless(first.page), []);
  await row.getByRole("button", { name: "Remove Film" }).click();
  await first.page.locator("dialog button.danger").click();
  await row.waitFor({ state: "detached" });
  const { sources } = await (await fetch(`${at.server.url}/v1/rooms/${room}/sources`)).json();
  assert.deepEqual(sources, []);
});

test("a room that is streamed says so, and the page says how that goes", async () => {
  const room = at.newRoom();
  const first = await at.join(room, { ...ada, viewport: kPhone });
  const { page } = await at.open({ ...bob, name: "Operator" });
  await page.goto(`${at.server.url}/recordings`);
  const card = page.locator(".live-room").filter({ hasText: room });
  await card.locator(".add-hls").click();
  await until("it is live", async () => (await card.locator(".output-state").textContent()) === "Live", 20000);
  await first.page.getByRole("alert").filter({ hasText: "This meeting is streamed live." }).waitFor();
  assert.deepEqual(await first.page.locator(".badge-live:visible .badge-word").allTextContents(), ["LIVE"]);
  await record(first, "start");
  await badge(first, "REC");
  assert.ok((await overflow(first.page)) <= 0, "both badges on a small screen");
  for (const control of await first.page.locator(".call-head :is(button, .media-badge):visible").all()) {
    const box = await control.boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= kPhone.width, `${await control.textContent()} in view`);
  }
  const playlist = await fetch(new URL((await card.locator(".output a").getAttribute("href")) ?? "", at.server.url));
  assert.equal(playlist.status, 200);
  await card.getByRole("button", { name: /^Stop sending/ }).click();
  await page.locator("dialog[open] button.danger").click();
  await card.locator(".output").waitFor({ state: "detached" });
  await first.page.locator(".badge-live").waitFor({ state: "hidden" });
});

test("what is told of a recording: how it ended, and only what is new", async () => {
  const { page } = await at.open(ada);
  await page.goto(at.server.url);
  const told = await page.evaluate(async () => {
    const address = (/** @type {string} */ name) => `/static/page/${name}.js`;
    const { RecordedNotice } = await import(address("recorded"));
    const { Toasts } = await import(address("toasts"));
    /** @type {Record<string, (detail: object) => void>} */
    const listeners = {};
    const toasts = new Toasts();
    const notice = new RecordedNotice({ on: (/** @type {string} */ name, /** @type {() => void} */ listener) => (listeners[name] = listener) }, toasts);
    document.body.append(notice, toasts);
    const after = (/** @type {string} */ state, streams = 0, error = "") => {
      toasts.querySelector(".toast-list").replaceChildren();
      listeners.recording?.({ state, streams, sinceMs: 0, ...(error ? { error: { code: "io", text: error } } : {}) });
      const last = toasts.querySelector(".toast");
      return [notice.querySelector(".notice-text")?.textContent ?? "", last?.textContent ?? "", last?.classList.contains("important") ?? false];
    };
    const results = [after("none", 0, "of an older one"), after("recording"), after("recording", 1), after("recording", 1), after("none", 1, "the disk is full"), after("none")];
    notice.expected = true;
    listeners.problem?.({ re: "record" });
    results.push(after("recording"), after("none"));
    notice.expected = true;
    results.push(after("paused"));
    return results;
  });
  const recorded = "This meeting is being recorded.", streamed = "This meeting is streamed live.";
  assert.deepEqual(told, [
    ["", "", false],
    [recorded, "", false],
    [`${recorded} ${streamed}`, "", false],
    [`${recorded} ${streamed}`, "", false],
    [streamed, "The recording ended early: the disk is full", true],
    ["", "", false],
    [recorded, "", false],
    ["", "The recording has ended.", false],
    ["", "The recording has started. Everybody here is told.", false],
  ]);
});
