// SPDX-License-Identifier: Apache-2.0
// Destinations that refuse, die, hang and hang up: each heals itself, and nobody else notices.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import * as media from "../support/media_check.mjs";
import { NginxRtmp } from "../support/nginx_rtmp.mjs";
import { pause, until } from "../support/wait.mjs";
import { Driver } from "./driver.mjs";
import { SlowWay } from "./slow_way.mjs";
import { Watcher } from "./watcher.mjs";

const kMostDelayMs = 2000;
const kStopped = 10000;

/** @type {NginxRtmp} */
let nginx;
/** @type {NginxRtmp} */
let sound; // the server that nothing happens to
before(async () => void ([nginx, sound] = await Promise.all([NginxRtmp.start(), NginxRtmp.start()])));
after(() => Promise.all([nginx.stop(), sound.stop()]));

/** Whoever is late now was late for ever. @param {Watcher} watcher */
async function assertInTime(watcher) {
  const delays = await watcher.next(4);
  assert.ok(Math.max(...delays) < kMostDelayMs, `seen after ${delays.map(Math.round)} ms`);
}

/** What the other destination got meanwhile. @param {Driver} driver @param {string} key */
async function assertUntouched(driver, key) {
  const all = driver.statuses.filter(({ id }) => id === "other");
  assert.ok(Math.max(...all.map(({ delayMs }) => delayMs)) < kMostDelayMs);
  const { reconnects, dropped } = all.at(-1) ?? { reconnects: -1, dropped: -1 };
  assert.deepEqual({ reconnects, dropped }, { reconnects: 0, dropped: 0 });
  const file = (await sound.recordings(key))[0] ?? "";
  await media.assertClean(file);
  assert.deepEqual(await media.gaps(file, "v", 80), []);
  assert.deepEqual(await media.gaps(file, "a", 80), []);
}

/** Every connection began with a keyframe at 0, and what came by it is whole. @param {string} key @param {number} count */
async function assertConnections(key, count) {
  const files = await nginx.recordings(key);
  assert.equal(files.length, count, files.join(" "));
  for (const file of files) {
    const first = (await media.packets(file, "v"))[0];
    assert.ok(first.key && first.ms < 100, JSON.stringify(first));
    assert.deepEqual(await media.gaps(file, "v", 80), []);
  }
}

test("what can never work is failed, what may is tried again, and both say why", { timeout: 60000 }, async (t) => {
  const driver = await Driver.start(t, "flashes");
  nginx.refused.add("refused");
  const reasons = {
    malformed: ["rtmp://127.0.0.1/keyless", "failed", "the URL lacks an application or a stream key"],
    refused: [nginx.url("refused"), "waiting", "the server refused the stream key"],
    nobody: ["rtmp://127.0.0.1:1/live/key", "waiting", "connection refused"],
    nowhere: ["rtmp://nowhere.invalid/live/key", "waiting", "the server's name could not be looked up"],
  };
  for (const [id, [url]] of Object.entries(reasons)) driver.say(`rtmp ${id} ${url}`);
  for (const [id, [, phase, why]] of Object.entries(reasons)) {
    const status = await until(`${id} is ${phase}`, () => driver.statuses.find((each) => each.id === id && each.phase === phase));
    assert.equal(status.why, why);
  }
  nginx.refused.delete("refused");
  await driver.phase("refused", "live");
  await driver.stop();
});

test("a server that is killed and comes back is found again", { timeout: 90000 }, async (t) => {
  const driver = await Driver.start(t, "colours");
  driver.say(`rtmp out ${nginx.url("killed")}`);
  driver.say(`rtmp other ${sound.url("beside-killed")}`);
  await driver.phase("out", "live");
  await driver.seconds("out", 2);
  await nginx.kill();
  const { why } = await driver.phase("out", "waiting");
  assert.equal(why, "the connection was closed by the server");
  await driver.next("out", "is refused", (status) => status.why === "connection refused");
  await nginx.run();
  await driver.phase("out", "live");
  await assertInTime(new Watcher(t, nginx.url("killed"), driver.startMs));
  await driver.stop();
  await assertConnections("killed", 2);
  await assertUntouched(driver, "beside-killed");
});

test("a server that stands still for 10 s is let go, and later what is sent is new", { timeout: 120000 }, async (t) => {
  const driver = await Driver.start(t, "colours");
  driver.say(`rtmp out ${nginx.url("stopped")}`);
  driver.say(`rtmp other ${sound.url("beside-stopped")}`);
  await driver.phase("out", "live");
  await driver.seconds("out", 3);
  nginx.signal("SIGSTOP");
  const stopped = performance.now();
  const { why, at } = await driver.phase("out", "waiting");
  assert.match(why, /no answer for 5 s|took nothing for 5 s/);
  const dropped = driver.status("out")?.dropped ?? 0;
  assert.ok(dropped > 25, `${dropped} pictures dropped`);
  assert.ok(at > 0);
  await pause(Math.max(0, kStopped - (performance.now() - stopped)));
  nginx.signal("SIGCONT");
  await driver.phase("out", "live");
  await assertInTime(new Watcher(t, nginx.url("stopped"), driver.startMs));
  await driver.stop();
  assert.equal(driver.hung, 0);
  await assertConnections("stopped", 2);
  await assertUntouched(driver, "beside-stopped");
});

test("a server that hangs up again and again is called again and again", { timeout: 120000 }, async (t) => {
  const driver = await Driver.start(t, "colours");
  driver.say(`rtmp out ${nginx.url("dropped")}`);
  driver.say(`rtmp other ${sound.url("beside-dropped")}`);
  await driver.phase("out", "live");
  for (let times = 1; times <= 3; ++times) {
    await driver.seconds("out", 2);
    assert.equal(await nginx.drop("dropped"), 1);
    await driver.phase("out", "waiting");
    const { reconnects } = await driver.phase("out", "live");
    assert.equal(reconnects, times);
  }
  await assertInTime(new Watcher(t, nginx.url("dropped"), driver.startMs));
  await driver.stop();
  await assertConnections("dropped", 4);
  await assertUntouched(driver, "beside-dropped");
});

test("a way that carries too little costs pictures, and no delay that grows", { timeout: 120000 }, async (t) => {
  const driver = await Driver.start(t, "colours");
  const way = await SlowWay.to(t, nginx.ports.rtmp);
  driver.say(`rtmp out rtmp://127.0.0.1:${way.port}/live/slow`);
  driver.say(`rtmp other ${sound.url("beside-slow")}`);
  await driver.next("out", "all is well", ({ kbps }) => kbps > 2000);
  way.bytesPerSecond = 190000; // 1.5 of 2.6 Mbit/s
  await driver.next("out", "pictures are dropped", ({ dropped }) => dropped > 0);
  const slow = await driver.seconds("out", 12);
  assert.deepEqual(new Set(slow.map(({ phase }) => phase)), new Set(["live"]));
  assert.ok(Math.max(...slow.map(({ delayMs }) => delayMs)) < 3000, `${slow.map(({ delayMs }) => delayMs)} ms late`);
  assert.ok((slow.at(-1)?.dropped ?? 0) > (slow[0]?.dropped ?? 0), "more and more are dropped");
  way.bytesPerSecond = Infinity;
  await driver.next("out", "all is well again", ({ delayMs, kbps }) => delayMs < 500 && kbps > 2000);
  assert.equal(driver.status("out")?.reconnects, 0);
  await assertInTime(new Watcher(t, nginx.url("slow"), driver.startMs));
  await driver.stop();
  await assertUntouched(driver, "beside-slow");
});

test("keys are in no log and no list of processes or threads", { timeout: 60000 }, async (t) => {
  const driver = await Driver.start(t, "flashes");
  driver.say(`trust ${nginx.authority}`);
  nginx.refused.add("open-sesame-2");
  const host = `127.0.0.1:${nginx.ports.rtmp}`;
  const urls = [
    nginx.url("open-sesame-1?auth=open-sesame-1"), nginx.url("open-sesame-2"), nginx.tlsUrl("open-sesame-3"),
    "rtmp://127.0.0.1:1/live/open-sesame-4", "rtmp://nowhere.invalid/live/open-sesame-5", "rtmp://open-sesame-6",
    `rtmp://me:open-sesame-7@${host}/live/open-sesame-7`, `rtmp://${host}/nowhere/open-sesame-8`,
  ];
  urls.forEach((url, i) => driver.say(`rtmp out${i} ${url}`));
  await driver.next("out1", "is refused again", ({ phase, reconnects }) => phase === "waiting" && reconnects > 0);
  assert.equal(driver.status("out0")?.phase, "live");
  const files = ["cmdline", "comm", "environ"].map((name) => `/proc/${driver.child.pid}/${name}`);
  for (const thread of await readdir(`/proc/${driver.child.pid}/task`))
    files.push(`/proc/${driver.child.pid}/task/${thread}/comm`);
  for (const file of files) assert.doesNotMatch(await readFile(file, "latin1").catch(() => ""), /sesame/, file);
  await nginx.drop("open-sesame-1");
  await driver.phase("out0", "waiting");
  await driver.stop();
  assert.match(driver.log, /live output connected/);
  assert.doesNotMatch(driver.log, /sesame/);
  assert.doesNotMatch(JSON.stringify(driver.statuses), /sesame/);
});
