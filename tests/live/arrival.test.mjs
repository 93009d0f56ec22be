// SPDX-License-Identifier: Apache-2.0
// What arrives at an RTMP server: decoded, its colours, tones, their times; and how late it is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as media from "../support/media_check.mjs";
import { NginxRtmp } from "../support/nginx_rtmp.mjs";
import { Driver } from "./driver.mjs";
import { Watcher } from "./watcher.mjs";

const kToleranceMs = 40;
const kMostDelayMs = 2000;
// ProgramSource::kColours and their tones: second n has the n-th of them.
const kColours = ["#fd0000", "#00ff01", "#0000fe", "#bfbfbf"];
const kTones = [400, 800, 1200, 1600];

/** @type {NginxRtmp} */
let nginx;
before(async () => void (nginx = await NginxRtmp.start()));
after(() => nginx.stop());

/** @param {string} file */
async function assertWhole(file) {
  await media.assertClean(file);
  assert.deepEqual(await media.gaps(file, "v", 80), [], "holes in the picture");
  assert.deepEqual(await media.gaps(file, "a", 80), [], "holes in the sound");
}

/** @param {string} file @param {number} atLeast */
async function assertInStep(file, atLeast) {
  const offsets = await media.offsets(file);
  assert.ok(offsets.length >= atLeast, `${offsets.length} flashes with a beep in ${file}`);
  for (const { atMs, offsetMs } of offsets)
    assert.ok(Math.abs(offsetMs) <= kToleranceMs, `at ${atMs} ms the sound is ${offsetMs} ms late`);
}

test("picture and sound arrive whole and in step, by RTMP and RTMPS", { timeout: 90000 }, async (t) => {
  const driver = await Driver.start(t, "flashes");
  driver.say(`trust ${nginx.authority}`);
  driver.say(`rtmp plain ${nginx.url("plain")}?token=a/b`);
  driver.say(`rtmp tls ${nginx.tlsUrl("tls")}`);
  for (const id of ["plain", "tls"]) {
    const { kbps, delayMs, dropped, reconnects } = await driver.next(id, "its full bitrate", ({ kbps }) => kbps > 2000);
    assert.ok(kbps < 3500, `${kbps} kbit/s`);
    assert.ok(delayMs > 0 && delayMs < kMostDelayMs, `${delayMs} ms late`);
    assert.deepEqual({ dropped, reconnects }, { dropped: 0, reconnects: 0 });
  }
  await driver.seconds("plain", 5);
  await driver.stop();
  assert.equal(driver.hung, 0);
  for (const key of ["plain", "tls"]) {
    const files = await nginx.recordings(key);
    assert.equal(files.length, 1);
    await assertWhole(files[0] ?? "");
    await assertInStep(files[0] ?? "", 3);
    const first = (await media.packets(files[0] ?? "", "v"))[0];
    assert.equal(first.key, true, "the first picture is a keyframe");
    assert.ok(first.ms < 100, `the first picture is at ${first.ms} ms`);
  }
});

test("colours and tones are the room's, and are there within 2 s", { timeout: 90000 }, async (t) => {
  const driver = await Driver.start(t, "colours");
  driver.say(`rtmp out ${nginx.url("colours")}`);
  await driver.phase("out", "live");
  const watcher = new Watcher(t, nginx.url("colours"), driver.startMs);
  const delays = await watcher.next(8);
  for (const delay of delays) assert.ok(delay < kMostDelayMs, `seen after ${delays.map(Math.round)} ms`);
  watcher.stop();
  await driver.stop();
  const file = (await nginx.recordings("colours"))[0] ?? "";
  await assertWhole(file);
  const frames = await media.frames(file);
  const sound = await media.sound(file);
  const shown = (/** @type {number} */ ms) =>
    kColours.findIndex((colour) => media.isColour(media.colourAt(frames, ms), colour, 40));
  // The first change of colour says where seconds begin.
  const change = frames.find(({ ms }) => shown(ms) !== shown(frames[0]?.ms ?? 0))?.ms ?? NaN;
  const begin = shown(change);
  assert.ok(begin >= 0, `no known colour at ${change} ms: ${JSON.stringify(media.colourAt(frames, change))}`);
  const lastMs = frames.at(-1)?.ms ?? 0;
  let seconds = 0;
  for (let at = change + 500; at < lastMs; at += 1000, ++seconds) {
    assert.equal(shown(at), (begin + seconds) % 4, `colour at ${at} ms`);
    assert.deepEqual(media.tonesAt(sound, at, kTones), [kTones[(begin + seconds) % 4]], `tones at ${at} ms`);
  }
  assert.ok(seconds >= 8, `${seconds} whole seconds`);
});

test("a certificate that nobody vouches for is refused", { timeout: 60000 }, async (t) => {
  const driver = await Driver.start(t, "flashes");
  driver.say(`rtmp out ${nginx.tlsUrl("unknown")}`);
  const { why } = await driver.phase("out", "waiting");
  assert.equal(why, "the server's certificate is not valid");
  await driver.stop();
  assert.deepEqual(nginx.asked.filter((key) => key === "unknown"), [], "the key was not sent");
});
