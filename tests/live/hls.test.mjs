// SPDX-License-Identifier: Apache-2.0
// HLS as players find it: whole at every moment, across the death of who writes it and a full disk.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import * as media from "../support/media_check.mjs";
import { until } from "../support/wait.mjs";
import { Driver } from "./driver.mjs";

const kToleranceMs = 40;

/** @param {import("node:test").TestContext} t */
async function makeFolder(t) {
  const folder = await mkdtemp(path.join(tmpdir(), "tessera-hls-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** One of 12 MB; nothing when that cannot be had here. @param {import("node:test").TestContext} t */
async function makeDisk(t) {
  const folder = await mkdtemp(path.join(tmpdir(), "tessera-hls-"));
  t.after(async () => {
    execFileSync("sh", ["-c", `! mountpoint -q ${folder} || umount -l ${folder}`]);
    await rm(folder, { recursive: true, force: true });
  });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], { stdio: "pipe" });
    return folder;
  } catch {
    return undefined;
  }
}

/** The playlist, and that everything it names is there. @param {string} folder */
async function read(folder) {
  const text = await readFile(path.join(folder, "index.m3u8"), "utf8").catch(() => "");
  const files = text.split("\n").filter((line) => line.endsWith(".ts"));
  if (text) assert.match(text, /^#EXTM3U\n[^]*\n$/);
  for (const file of files) assert.ok((await stat(path.join(folder, file))).size > 10000, file);
  const lengths = [...text.matchAll(/#EXTINF:([\d.]+),/g)].map((match) => Number(match[1]));
  return { text, files, lengths };
}

/** Reads until so many segments are listed; what it reads meanwhile must be right as well. @param {string} folder @param {number} count */
async function listed(folder, count) {
  return until(`${count} segments`, async () => {
    const playlist = await read(folder);
    return playlist.files.length >= count && playlist;
  }, 40000);
}

test("segments of 2 s, in step, with an end; from the room process that died to the next", { timeout: 120000 }, async (t) => {
  const folder = await makeFolder(t);
  const first = await Driver.start(t, "flashes");
  first.say(`hls out ${folder}`);
  const { lengths } = await listed(folder, 3);
  assert.ok(lengths.every((length) => length > 1.7 && length < 2.4), `segments of ${lengths} s`);
  const { phase, delayMs, dropped, kbps } = await first.next("out", "its bitrate", (status) => status.kbps > 2000);
  assert.deepEqual({ phase, dropped }, { phase: "live", dropped: 0 });
  assert.ok(delayMs < 2000 && kbps < 3500, `${delayMs} ms, ${kbps} kbit/s`);
  first.child.kill("SIGKILL");
  await first.exit;
  const before = await read(folder);
  const second = await Driver.start(t, "flashes");
  second.say(`hls out ${folder}`);
  const both = await until("it goes on", async () => {
    const playlist = await read(folder);
    return playlist.text.includes("#EXT-X-DISCONTINUITY\n") && playlist.files.at(-1) !== before.files.at(-1) && playlist;
  });
  assert.equal(both.files[0], before.files[0], "what was there stays");
  await second.seconds("out", 3);
  await second.stop();
  const { text, files } = await read(folder);
  assert.match(text, /#EXT-X-ENDLIST\n$/);
  assert.equal(text.match(/#EXT-X-DISCONTINUITY\n/g)?.length, 1);
  assert.deepEqual((await readdir(folder)).filter((name) => name.endsWith(".ts")).sort(), files);
  // Each life by itself: where they meet, time jumps, as the playlist says.
  for (const file of files) {
    const offsets = await media.offsets(path.join(folder, file));
    assert.ok(offsets.length > 0 || file === files.at(-1), `flashes in ${file}`);
    for (const { offsetMs } of offsets) assert.ok(Math.abs(offsetMs) <= kToleranceMs, `${file}: sound ${offsetMs} ms late`);
  }
  assert.doesNotMatch(second.log, /warn|error/);
});

test("a whole playlist is decoded without a hole", { timeout: 60000 }, async (t) => {
  const folder = await makeFolder(t);
  const driver = await Driver.start(t, "colours");
  driver.say(`hls out ${folder}`);
  await listed(folder, 4);
  await driver.stop();
  const playlist = path.join(folder, "index.m3u8");
  await media.assertClean(playlist);
  for (const kind of /** @type {const} */ (["v", "a"])) {
    const holes = (await media.gaps(playlist, kind, 80)).filter(({ fromMs }) => fromMs > 0); // time begins at an hour
    assert.deepEqual(holes, []);
  }
  const keys = (await media.packets(playlist, "v")).filter((/** @type {{key: boolean}} */ each) => each.key);
  assert.ok(keys.length >= 4);
  const frames = await media.frames(playlist);
  const sound = await media.sound(playlist);
  const tone = (/** @type {number} */ ms) => media.tonesAt(sound, ms, [400, 800, 1200, 1600]);
  const change = frames.findIndex((frame, i) => i > 0 && Math.abs((frame.rgb[0] ?? 0) - (frames[i - 1]?.rgb[0] ?? 0)) > 40);
  const changeMs = frames[change]?.ms ?? NaN;
  assert.equal(tone(changeMs + 500).length, 1);
  assert.notDeepEqual(tone(changeMs + 500), tone(changeMs - 300), "tone and colour change together");
});

test("a full disk: it waits, says so, and goes on when there is room; others go on all the time", { timeout: 120000 }, async (t) => {
  const folder = await makeDisk(t);
  if (!folder) return t.skip("no tmpfs can be mounted here");
  const elsewhere = await makeFolder(t);
  const driver = await Driver.start(t, "flashes");
  driver.say(`hls out ${folder}`);
  driver.say(`hls other ${elsewhere}`);
  await listed(folder, 2);
  const ballast = path.join(folder, "ballast");
  await assert.rejects(writeFile(ballast, Buffer.alloc(12 << 20)), /ENOSPC/);
  const { why } = await driver.phase("out", "waiting");
  assert.match(why, /No space left on device/);
  const full = await read(folder);
  assert.ok(full.files.length >= 2, "what was written stays");
  await rm(ballast);
  await driver.phase("out", "live");
  const { text } = await listed(folder, full.files.length + 1);
  assert.match(text, /#EXT-X-DISCONTINUITY\n/);
  await driver.stop();
  assert.equal(driver.statuses.some(({ id, phase }) => id === "other" && phase === "waiting"), false);
  await media.assertClean(path.join(elsewhere, "index.m3u8"));
});
