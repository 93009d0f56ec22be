// SPDX-License-Identifier: Apache-2.0
// tessera-load against the server: what it reports is what happened.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";

const kPrograms = process.env.TESSERA_BIN_DIR ?? fileURLToPath(new URL("../../build/dev/bin", import.meta.url));
const kSmall = ["--size", "320x180", "--fps", "15", "--kbps", "150"];

/** @type {Server} */
let server;
before(async () => void (server = await Server.start()));
after(() => server.stop());

/** Starts tessera-load in room `room`; `ended` gives {code, output, progress}. @param {string[]} options */
function load(room, options, url = server.url.replace("http", "ws")) {
  const child = spawn(path.join(kPrograms, "tessera-load"), ["--url", url, "--room", room, ...kSmall, ...options]);
  const run = { child, output: "", progress: "" };
  child.stdout.on("data", (data) => void (run.output += data));
  child.stderr.on("data", (data) => void (run.progress += data));
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...run, code }));
  });
  return Object.assign(run, { ended });
}

for (const codec of ["VP8", "H264"]) {
  test(`four people and two viewers get picture and sound (${codec})`, async () => {
    const options = ["--participants", "4", "--viewers", "2", "--seconds", "5", "--codec", codec, "--json"];
    const { code, output, progress } = await load(codec.toLowerCase(), options).ended;
    assert.equal(code, 0, `${output}\n${progress}`);
    const report = JSON.parse(output);
    assert.equal(report.failed, 0);
    assert.equal(report.members.length, 6);
    assert.ok(report.firstFrameMs.count === 6 && report.firstFrameMs.max < 15000, output);
    for (const member of report.members) {
      assert.ok(member.fps > 5, `${member.name} gets ${member.fps} of 15 fps`);
      assert.ok(member.kbpsIn > 20, `${member.name} receives ${member.kbpsIn} kbit/s`);
      assert.equal(member.offers, 1);
      if (member.viewer) assert.equal(member.kbpsOut, null, "a viewer sends nothing");
      else assert.ok(member.kbpsOut > 100, `${member.name} sends ${member.kbpsOut} kbit/s`);
    }
    const watcher = report.members.find((/** @type {{picture?: object}} */ { picture }) => picture);
    assert.ok(watcher.picture.lowestVariance > 20, "the mix is not blank");
    assert.equal(report.roomProcess.kind, "tessera-room");
    assert.equal(report.roomProcess.pid, await server.roomPid(codec.toLowerCase()));
    assert.ok(report.roomProcess.cores > 0 && report.roomProcess.threads > 6, output);
    const kinds = report.serverProcesses.map((/** @type {{kind: string}} */ { kind }) => kind);
    assert.ok(kinds.includes("tessera"), `processes: ${kinds}`);
    assert.match(progress, /6\/6 joined, 6 connected, 6 with picture/);
  });
}

test("interrupted, it reports what it has, leaves, and ends", async () => {
  const run = load("interrupted", ["--participants", "2", "--seconds", "600", "--json"]);
  await until("it measures", () => / 2\/600 s/.test(run.progress), 60000);
  run.child.kill("SIGINT");
  const { code, output } = await run.ended;
  assert.equal(code, 0, output);
  const report = JSON.parse(output);
  assert.ok(report.interrupted && report.measuredSeconds >= 1 && report.measuredSeconds < 300, output);
  await until("nobody is in the room", async () => ((await server.room("interrupted"))?.participants?.length ?? 0) === 0);
});

test("it says why it could not join, and fails", async () => {
  const { code, output } = await load("nowhere", ["--participants", "2"], "ws://127.0.0.1:1").ended;
  assert.equal(code, 1);
  assert.match(output, /load-001: connecting: .*refused/);
  const wrong = await load("wrong", ["--codec", "VP7"]).ended;
  assert.equal(wrong.code, 2);
  assert.match(wrong.progress, /--codec VP7: expected VP8 or H264/);
});

test("people come and go, and nothing is left behind", async () => {
  const { code, output, progress } = await load("churn", ["--participants", "4", "--rounds", "5", "--stay", "200"]).ended;
  assert.equal(code, 0, `${output}\n${progress}`);
  assert.match(output, /5 of 5 rounds of 4 members/);
  assert.match(output, /nothing grew/);
});

test("when the server dies, it reports that and ends", async () => {
  const doomed = await Server.start();
  const run = load("doomed", ["--participants", "2", "--seconds", "600"], doomed.url.replace("http", "ws"));
  await until("it measures", () => / 1\/600 s/.test(run.progress), 60000);
  doomed.child.kill("SIGKILL");
  const { code, output } = await run.ended;
  await doomed.stop().catch(() => {});
  assert.equal(code, 1, output);
  assert.match(output, /load-001: .*(closed|reset|Connection)/i);
});
