// SPDX-License-Identifier: Apache-2.0
// What tessera-post makes of the parts of a meeting: every file is decoded and looked into.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import * as media from "../support/media_check.mjs";
import { codecs, kStartMs, Recording } from "./recording.mjs";

/** @type {Recording[]} */
const made = [];
/** @param {ConstructorParameters<typeof Recording>[0]} [options] */
function recording(options) {
  made.push(new Recording(options));
  return /** @type {Recording} */ (made.at(-1));
}
after(() => made.forEach((each) => each.remove()));

/** @param {Recording} each */
async function makeFile(each) {
  const { code, news, log } = await each.post();
  assert.equal(code, 0, log);
  assert.ok(!existsSync(each.work), "its directory in .work goes");
  const { done } = news.at(-1);
  assert.equal(done.file, path.basename(each.file()));
  const progress = news.slice(0, -1).map((line) => line.progress);
  assert.deepEqual(progress, [...progress].sort((a, b) => a - b), "progress only grows");
  await media.assertClean(each.file());
  return { ...(await media.probe(each.file())), done };
}

/** @param {string} file @param {string} first @param {string} second names of MP4 boxes or Matroska ids, as bytes */
function isBefore(file, first, second) {
  const bytes = readFileSync(file);
  const at = bytes.indexOf(first, 0, "latin1");
  return at >= 0 && at < bytes.indexOf(second, 0, "latin1");
}

for (const { format, sound, streams } of [
  { format: "mp4", sound: "aac", streams: ["h264", "aac"] },
  { format: "mp4", sound: "opus", streams: ["h264", "opus"] },
  { format: "webm", sound: "opus", streams: ["vp8", "opus"] },
  { format: "ogg", sound: "opus", streams: ["opus"] },
  { format: "m4a", sound: "aac", streams: ["aac"] },
])
  test(`${format} with ${sound}: two parts become one file with chapters, without a hole`, async () => {
    const each = recording({ format, sound });
    each.part({ seconds: 4, colour: "red", hz: 440 });
    each.part({ seconds: 3, colour: "blue", hz: 880, gapMs: 3000 });
    each.timeline([
      { atMs: kStartMs, event: "joined", id: "ada", name: "Ada", role: "moderator" },
      { atMs: kStartMs + 2000, event: "screen", id: "ada", on: true },
      { atMs: kStartMs + 4000, event: "gap" },
    ]);
    const file = await makeFile(each);
    assert.deepEqual(file.streams.map((/** @type {any} */ stream) => stream.codec_name), streams);
    assert.ok(Math.abs(file.durationMs - 7000) < 120, `takes ${file.durationMs} ms`);
    const tags = { ...file.streams[0].tags, ...file.tags };
    assert.equal(tags.title ?? tags.TITLE, "standup");
    assert.match(tags.encoder ?? tags.ENCODER, /^Tessera /);
    assert.match(tags.creation_time ?? tags.CREATION_TIME, /^2026-01-31T12:00:00/);
    assert.deepEqual(file.chapters.map(({ title }) => title), ["Start", "Ada shares a screen", "Interrupted for 3 s"]);
    assert.ok(Math.abs(file.chapters[1].atMs - 2000) < 50 && Math.abs(file.chapters[2].atMs - 4000) < 100);
    assert.deepEqual(await media.gaps(each.file(), "a", 25), [], "every packet of sound follows on the one before");
    const samples = await media.sound(each.file());
    assert.deepEqual([1000, 3900, 4150, 6800].map((at) => media.tonesAt(samples, at, [440, 880])), [[440], [440], [880], [880]]);
    assert.deepEqual(media.clicks(samples, 0.15), [], "a jump where the parts meet");
    assert.deepEqual(media.silences(samples, { longerMs: 100 }), []);
    if (format === "mp4" || format === "webm") {
      assert.deepEqual(await media.gaps(each.file(), "v", 100), []);
      const pictures = await media.frames(each.file());
      assert.ok(media.isColour(media.colourAt(pictures, 3900), "#ff0000"));
      assert.ok(media.isColour(media.colourAt(pictures, 4200), "#0000ff"));
      assert.equal(pictures.length, 210, "no picture is lost");
      const poster = await media.frames(each.file(".jpg"));
      assert.ok(media.isColour(media.colourAt(poster, 0), "#ff0000"), "the poster is of the first quarter");
    } else {
      assert.ok(!existsSync(each.file(".jpg")), "sound alone has no poster");
    }
    if (format === "mp4" || format === "m4a") assert.ok(isBefore(each.file(), "moov", "mdat"), "the index is in front");
    if (format === "webm") assert.ok(isBefore(each.file(), "\x1c\x53\xbb\x6b", "\x1f\x43\xb6\x75"), "the cues are in front");
  });

test("sound and picture stay together over joins, gaps and parts that are encoded again", async () => {
  for (const [format, sound] of [["mp4", "aac"], ["webm", "opus"]]) {
    const each = recording({ format, sound });
    each.part({ seconds: 4.37, flashes: true, colour: "black", hz: 1000 });
    each.part({ seconds: 3.71, flashes: true, colour: "black", hz: 1000, gapMs: 700 });
    // another size and codec of sound than the rest
    each.part({ seconds: 3.53, flashes: true, colour: "black", hz: 1000, size: "640x360", sound: format === "mp4" ? codecs.opus : codecs.aac });
    each.part({ seconds: 4, flashes: true, colour: "black", hz: 1000, gapMs: 2000 });
    await makeFile(each);
    const offsets = await media.offsets(each.file());
    assert.ok(offsets.length >= 12, `${offsets.length} flashes with a beep`);
    for (const { atMs, offsetMs } of offsets)
      assert.ok(Math.abs(offsetMs) <= 40, `${format}: at ${atMs} ms the sound is ${offsetMs} ms late`);
    assert.equal(each.finished().repairs.length, 1, "only the third part was encoded again");
  }
});

test("a part of another size, shape or codec is encoded again to fit, and its parameters stand beside the others'", async () => {
  const each = recording();
  each.part({ seconds: 2, colour: "red", size: "320x180" });
  each.part({ seconds: 6, colour: "green", size: "640x360" });
  each.part({ seconds: 2, colour: "blue", size: "360x360", video: codecs.vp8, sound: codecs.opus });
  each.part({ seconds: 2, colour: "white", size: "640x360" });
  const { streams } = await makeFile(each);
  assert.equal(`${streams[0].width}x${streams[0].height}`, "640x360", "as most of it was");
  const pictures = await media.frames(each.file());
  const middle = { x: 0.4, y: 0.4, width: 0.2, height: 0.2 };
  const shown = [1000, 5000, 9000, 11500].map((at) => media.colourAt(pictures, at, middle));
  for (const [i, colour] of ["#ff0000", "#008000", "#0000ff", "#ffffff"].entries())
    assert.ok(media.isColour(shown[i], colour), `${JSON.stringify(shown)}`);
  assert.ok(media.isColour(media.colourAt(pictures, 9000, { x: 0, y: 0, width: 0.1, height: 1 }), "#000000"), "black beside a square");
  assert.ok(media.tonesAt(await media.sound(each.file()), 9000, [440]).length, "its sound too");
});

test("one channel stays one", async () => {
  for (const sound of ["aac", "opus"]) {
    const each = recording({ sound });
    each.part({ seconds: 2, channels: 1 });
    each.part({ seconds: 2, channels: 1, gapMs: 1000 });
    const { streams } = await makeFile(each);
    assert.equal(streams[1].channels, 1);
    assert.deepEqual(each.finished().repairs, []);
  }
});

test("pauses are chapters; the file says who was there when", async () => {
  const each = recording();
  const at = (/** @type {number} */ ms) => kStartMs + ms;
  each.part({
    seconds: 5,
    points: [
      { unixMs: at(0), mediaMs: 0, event: "start" },
      { unixMs: at(2000), mediaMs: 2000, event: "pause" },
      { unixMs: at(182000), mediaMs: 2000, event: "resume" },
      { unixMs: at(185000), mediaMs: 5000, event: "stop" },
    ],
  });
  each.timeline([
    { atMs: at(-5), event: "joined", id: "ada", name: "Ada", role: "moderator" },
    { atMs: at(2000), event: "paused" },
    { atMs: at(100000), event: "joined", id: "bob", name: "Bob", role: "participant" },
    { atMs: at(182000), event: "resumed" },
    { atMs: at(183000), event: "speaker", id: "bob" },
    { atMs: at(184000), event: "layout", layout: "grid" },
    { atMs: at(184500), event: "left", id: "ada" },
  ]);
  each.write("recording.json", [each.plan({ endedAtMs: at(185000), why: { code: "io", text: "the disk is full" } })]);
  const file = await makeFile(each);
  assert.deepEqual(file.chapters.map(({ title }) => title), ["Start", "Paused for 3 min"]);
  const finished = each.finished();
  const times = finished.timeline.map((/** @type {any} */ event) => [event.event, Math.round(event.mediaMs / 100) * 100]);
  const expected = [["joined", 0], ["paused", 2000], ["joined", 2000], ["resumed", 2000], ["speaker", 3000], ["layout", 4000], ["left", 4500]];
  assert.deepEqual(times, expected);
  assert.equal(finished.endedAtMs, at(185000));
  assert.deepEqual(finished.why, { code: "io", text: "the disk is full" });
  assert.equal(finished.durationMs, file.done.durationMs);
  assert.equal(finished.poster, path.basename(each.file(".jpg")));
});

test("separate tracks are as long as the file and say at the same time what was said then", async () => {
  const each = recording();
  each.part({ seconds: 4, hz: 440, tracks: [{ id: "ada", hz: 300 }] });
  each.part({ seconds: 4, hz: 440, gapMs: 5000, tracks: [{ id: "ada", hz: 300 }, { id: "bob", hz: 600, fromMs: 1500 }] });
  each.timeline([{ atMs: kStartMs, event: "joined", id: "ada", name: "Ada", role: "moderator" }]);
  writeFileSync(path.join(each.work, "part-0002-eve.mka"), "nothing of this is Matroska");
  const { durationMs } = await makeFile(each);
  const finished = each.finished();
  assert.deepEqual(finished.tracks, [
    { id: "ada", name: "Ada", file: path.basename(each.file("-ada.ogg")) },
    { id: "bob", name: "bob", file: path.basename(each.file("-bob.ogg")) },
  ]);
  assert.match(finished.repairs.join(), /eve/);
  for (const { file } of finished.tracks) {
    const track = path.join(each.directory, file);
    await media.assertClean(track);
    assert.ok(Math.abs((await media.probe(track)).durationMs - durationMs) <= 5);
    assert.deepEqual(await media.gaps(track, "a", 25), []);
  }
  const bob = await media.sound(each.file("-bob.ogg"));
  const [start] = media.beeps(bob, 600);
  const joinMs = finished.chapters[1].mediaMs;
  // ffmpeg's parts begin their picture 21 ms late, by what its AAC begins early
  assert.ok(Math.abs(start - joinMs - 1500) < 35, `Bob speaks at ${start}, the second part begins at ${joinMs}`);
  assert.deepEqual(media.tonesAt(bob, 2000, [300, 600]), []);
});

test("the poster is no black picture when there is another", async () => {
  const each = recording();
  each.part({ seconds: 1, colour: "black", hz: 440 });
  each.part({ seconds: 11, flashes: true, colour: "orange", hz: 440 });
  await makeFile(each);
  const poster = await media.frames(each.file(".jpg"));
  assert.ok(!media.isColour(media.colourAt(poster, 0), "#000000", 60));
});
