// SPDX-License-Identifier: Apache-2.0
// Crashes, disks and other misfortunes: what can be saved is in the file, and running again ends with the same.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import * as media from "../support/media_check.mjs";
import { kProgram, Recording } from "./recording.mjs";

/** @type {Recording[]} */
const made = [];
/** @param {ConstructorParameters<typeof Recording>[0]} [options] */
function recording(options) {
  made.push(new Recording(options));
  return /** @type {Recording} */ (made.at(-1));
}
after(() => made.forEach((each) => each.remove()));

// The same every time (a linear congruential generator).
function* random(seed = 1) {
  for (;;) yield (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
}
const chance = random();
const upTo = (/** @type {number} */ limit) => Math.floor(/** @type {number} */ (chance.next().value) * limit);

test("a part that is cut off anywhere is read up to its last whole block", async () => {
  for (const format of ["mp4", "webm", "ogg"]) {
    const each = recording({ format });
    const lengths = [];
    for (let i = 0; i < 6; ++i) {
      const part = each.part({ seconds: 3, hz: 440 + i * 110, gapMs: i ? 1000 : 0 });
      const { size } = statSync(part);
      const left = Math.round(size * 0.3) + upTo(size * 0.7);
      truncateSync(part, left);
      lengths.push(left / size);
    }
    const { code, log } = await each.post();
    assert.equal(code, 0, log);
    await media.assertClean(each.file());
    const { durationMs } = await media.probe(each.file());
    assert.deepEqual(await media.gaps(each.file(), "a", 25), []);
    const samples = await media.sound(each.file());
    for (let i = 0; i < 6; ++i) {
      const hz = 440 + i * 110;
      const soundsFor = Array.from({ length: durationMs / 50 }, (_, at) => media.tonesAt(samples, at * 50, [hz], { windowMs: 50, threshold: 0.1 }).length);
      const ms = soundsFor.reduce((sum, sounds) => sum + sounds * 50, 0);
      assert.ok(ms > 600 && ms <= 3100, `${format}: ${ms} ms of part ${i + 1}, ${lengths[i]} of which was left`);
    }
    assert.equal(each.finished().chapters.length, 6, "each part begins with a chapter");
  }
});

test("empty parts, garbage and parts without a keyframe are left out and told", async () => {
  const each = recording();
  writeFileSync(each.part({ seconds: 1 }), "");
  each.part({ seconds: 2, hz: 440 });
  writeFileSync(each.part({ seconds: 1 }), Buffer.from(Array.from({ length: 50000 }, () => upTo(256))));
  truncateSync(each.part({ seconds: 1 }), 300);
  writeFileSync(each.part({ seconds: 1 }), Buffer.alloc(50000));
  each.part({ seconds: 2, hz: 880 });
  writeFileSync(path.join(each.work, "timeline.jsonl"), '{"atMs":"never"}\nnothing\n{"atMs":1,"event":"gap"}\n{"atMs":5,"ev');
  writeFileSync(path.join(each.work, "part-0002.jsonl"), `${"x".repeat(100000)}\n{"unixMs":-1}\n\0\0\0\n`);
  const { code, log } = await each.post();
  assert.equal(code, 0, log);
  await media.assertClean(each.file());
  const { durationMs } = await media.probe(each.file());
  assert.ok(Math.abs(durationMs - 4000) < 100);
  assert.deepEqual(each.finished().repairs.map((/** @type {string} */ what) => what.match(/^part \d/)?.[0]), ["part 1", "part 3", "part 4", "part 5"]);
});

// A disk that lost what it had not written: zeros in the middle and at the end, with whole blocks around them.
test("zeros in a part cost the pictures up to the next keyframe, and its end what cannot be decoded", async () => {
  for (const [format, video] of [
    ["mp4", ["-vf", "noise=c0s=40:c0f=t", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "30", "-b:v", "2M"]],
    ["webm", ["-vf", "noise=c0s=40:c0f=t", "-c:v", "libvpx", "-deadline", "realtime", "-g", "30", "-b:v", "2M"]],
  ]) {
    const each = recording({ format: /** @type {string} */ (format) });
    const part = each.part({ seconds: 8, hz: 440, video: /** @type {string[]} */ (video), points: null });
    const bytes = readFileSync(part);
    const middle = Math.round(bytes.length * 0.4);
    bytes.fill(0, middle, middle + 20000);
    bytes.fill(0, bytes.length - 15000);
    writeFileSync(part, bytes);
    const { code, log } = await each.post();
    assert.equal(code, 0, log);
    const { durationMs } = await media.probe(each.file());
    assert.ok(durationMs > 7000 && durationMs < 8000, `${durationMs}`);
    const repairs = each.finished().repairs.join("; ");
    assert.match(repairs, /left out/);
    assert.deepEqual(await media.gaps(each.file(), "a", 25), [], "silence where sound was lost");
    await media.assertClean(each.file());
  }
});

test("bits that are wrong do not make it fall", async () => {
  for (let round = 0; round < 12; ++round) {
    const each = recording({ format: ["mp4", "webm", "ogg", "m4a"][round % 4] });
    const part = each.part({ seconds: 2, tracks: [{ id: "ada", hz: 300 }] });
    for (const file of [part, path.join(each.work, "part-0001-ada.mka")]) {
      const bytes = readFileSync(file);
      for (let i = 0; i < 40; ++i) bytes[i < 10 ? upTo(600) : upTo(bytes.length)] = upTo(256);
      writeFileSync(file, bytes);
    }
    const { code, log, news } = await each.post();
    assert.ok(code === 0 || code === 1, `exit ${code}: ${log}`);
    assert.ok(code === 0 ? news.at(-1).done : news.at(-1).error);
  }
});

test("nothing that can be used: exit 1, an error in words, and the parts stay", async () => {
  const each = recording();
  writeFileSync(each.part({ seconds: 1 }), "no Matroska");
  const { code, news } = await each.post();
  assert.equal(code, 1);
  assert.match(news.at(-1).error.text, /none of its 1 parts/);
  assert.ok(existsSync(path.join(each.work, "part-0001.mkv")));
  assert.deepEqual(each.files(), []);

  const other = recording();
  other.part({ seconds: 1 });
  other.write("recording.json", [other.plan({ name: "../../../etc/passwd" })]);
  assert.equal((await other.post()).code, 1, "a name that leads elsewhere");
});

test("killed at any time and run again, it ends with the same files", async () => {
  const parts = recording();
  parts.part({ seconds: 5, hz: 440, tracks: [{ id: "ada", hz: 300 }] });
  parts.part({ seconds: 5, hz: 880, gapMs: 1000, size: "640x360", tracks: [{ id: "ada", hz: 300 }] });
  const copy = () => {
    const each = recording();
    for (const name of readdirSync(parts.work)) copyFileSync(path.join(parts.work, name), path.join(each.work, name));
    return each;
  };
  const whole = copy();
  const began = performance.now();
  await whole.post();
  const takes = performance.now() - began;
  const contents = (/** @type {Recording} */ each) =>
    Object.fromEntries(
      each.files().sort().map((name) => {
        const bytes = readFileSync(path.join(each.directory, name));
        return [name, name.endsWith(".ogg") ? bytes.length : bytes.toString("latin1")]; // Ogg has a random serial number
      }),
    );
  const expected = contents(whole);
  assert.equal(Object.keys(expected).length, 4);
  let kills = 0;
  for (let i = 0; i < 12; ++i) {
    const each = copy();
    const { code } = await each.post({ killAt: (takes * (i + 0.5)) / 12 });
    kills += code === null ? 1 : 0;
    if (!existsSync(each.file(".json"))) assert.ok(existsSync(path.join(each.work, "part-0001.mkv")), "parts go last");
    const again = await each.post();
    assert.equal(again.code, 0, again.log);
    assert.ok(!existsSync(each.work));
    const found = contents(each);
    assert.deepEqual(Object.keys(found), Object.keys(expected));
    for (const name of Object.keys(expected)) assert.ok(found[name] === expected[name], `${name} differs`);
  }
  assert.ok(kills >= 6, `killed ${kills} times of 12`);
});

// Each system call after which a crash would leave something new: strace kills it right there.
test("killed between any two moves of files, it ends with the same files", async () => {
  for (let nth = 1; nth <= 4; ++nth)
    for (const call of ["renameat2", "unlinkat,unlink,rmdir"]) {
      const each = recording();
      each.part({ seconds: 1, tracks: [{ id: "ada", hz: 300 }] });
      const traced = spawnSync("strace", ["-f", "-o", "/dev/null", "-e", `trace=${call}`, "-e", `inject=${call}:signal=KILL:when=${nth}`, kProgram, each.work]);
      assert.ok(traced.signal === "SIGKILL" || traced.status === 137 || traced.status === null, `${call} ${nth}: ${traced.stderr}`);
      const { code, log } = await each.post();
      assert.equal(code, 0, log);
      assert.ok(!existsSync(each.work));
      assert.deepEqual(each.files().sort(), ["-ada.ogg", ".jpg", ".json", ".mp4"].map((end) => each.name + end));
      await media.assertClean(each.file());
    }
});

test("a file that is there already is never written over", async () => {
  const each = recording();
  each.part({ seconds: 1 });
  writeFileSync(each.file(".jpg"), "somebody's picture");
  const { code, news } = await each.post();
  assert.equal(code, 0);
  assert.equal(news.at(-1).done.file, `${each.name}-2.mp4`);
  assert.equal(readFileSync(each.file(".jpg"), "utf8"), "somebody's picture");
  assert.equal(JSON.parse(readFileSync(path.join(each.directory, `${each.name}-2.json`), "utf8")).poster, `${each.name}-2.jpg`);
});

test("a full disk: exit 3, nothing half-done stays, and later it works", async () => {
  for (const format of ["mp4", "webm", "ogg"]) {
    const each = recording({ format });
    each.part({ seconds: 8, video: format === "mp4" ? ["-c:v", "libx264", "-bf", "0", "-b:v", "1M", "-minrate", "1M"] : undefined });
    // No file of more than so many bytes can be made: the disk's answer is EFBIG, and is treated like ENOSPC.
    const script = `trap '' XFSZ; ulimit -f 20; exec "${kProgram}" "${each.work}"`;
    const limited = spawnSync("bash", ["-c", script], { encoding: "utf8" });
    assert.equal(limited.status, 3, limited.stdout + limited.stderr);
    assert.equal(JSON.parse(/** @type {string} */ (limited.stdout.trim().split("\n").at(-1))).error.code, "io");
    assert.deepEqual(readdirSync(each.work).filter((name) => name.startsWith("out")), []);
    assert.deepEqual(each.files(), []);
    assert.equal((await each.post()).code, 0);
    await media.assertClean(each.file());
  }
});

test("it waits for whoever holds the lock", async () => {
  const each = recording();
  each.part({ seconds: 1 });
  const holder = spawn("flock", [path.join(each.work, "lock"), "-c", "echo held; sleep 1.5"], { stdio: ["ignore", "pipe", "ignore"] });
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  const { code } = await each.post();
  assert.equal(code, 0);
  assert.equal(holder.exitCode, 0, "it began before the holder had ended");
});

// A sanitizer takes terabytes of address space.
test("it does with the memory that the server allows it", { skip: !!process.env.TESSERA_SANITIZE }, async () => {
  const each = recording();
  each.part({ seconds: 600, size: "64x36" });
  const limited = spawnSync("bash", ["-c", `ulimit -v 1048576; exec "${kProgram}" "${each.work}"`], { encoding: "utf8" });
  assert.equal(limited.status, 0, limited.stdout + limited.stderr);
  assert.ok(Math.abs((await media.probe(each.file())).durationMs - 600000) < 200);
});

test("wrong calls exit with 2, what is gone is done", () => {
  const run = (/** @type {string[]} */ ...args) => spawnSync(kProgram, args, { encoding: "utf8" });
  for (const args of [[], ["a", "b"], ["--nonsense"], [""]]) {
    assert.equal(run(...args).status, 2);
    assert.match(run(...args).stderr, /usage/);
  }
  assert.equal(run("--help").status, 0);
  assert.match(run("--version").stdout, /^tessera-post \d/);
  const each = recording();
  each.remove();
  assert.equal(run(each.work).status, 0);
  mkdirSync(each.work, { recursive: true });
  assert.equal(run(each.work).status, 0);
  assert.ok(!existsSync(each.work));
});
