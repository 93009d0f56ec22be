// SPDX-License-Identifier: Apache-2.0
// The table and the chart of scripts/bench client.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chartOf } from "../../../bench/client/chart.mjs";
import { print, problemsOf } from "../../../bench/client/table.mjs";

/** @param {string} way @param {number} people @param {object} [more] */
const run = (way, people, more = {}) => ({ way, people, cost: {
  cores: 0.3, upKbps: 250, downKbps: 1500, fpsLeast: 30, videos: 1, sent: { width: 320, height: 180, fps: 30, limitedBy: "none" }, shown: null,
  level: 0, degradation: "none", steady: true, machine: { busyCores: 1, stealPercent: 0 }, ...more } });
const camera = run("camera", 1, { cores: 0.1, upKbps: 0, downKbps: 0, fpsLeast: 0, videos: 0, level: undefined });
const runs = [camera, run("mix", 9), run("mix, all sent", 9), run("SFU", 9, { cores: 0.5, videos: 8, level: undefined }),
  run("mesh", 4, { cores: 0.6, videos: 3, level: undefined })];
const result = { machine: "2 x CPU <fast>, Debian", chromium: "Chromium 1", seconds: 10, time: "2026-01-01T00:00:00Z", runs };

test("only what was really measured is a measurement", () => {
  for (const good of runs) assert.deepEqual(problemsOf(good), [], good.way);
  const bad = [run("SFU", 9, { videos: 7 }), run("mix", 9, { fpsLeast: 24 }), run("mix", 9, { level: 1 }),
    run("mix", 9, { degradation: "rate" }), run("mix", 9, { steady: false }), run("mix", 9, { sent: { width: 320, height: 180, fps: 30, limitedBy: "cpu" } })];
  for (const one of bad) assert.equal(problemsOf(one).length, 1, JSON.stringify(one.cost));
});

test("the table takes the camera off and names what is none", () => {
  const text = print({ ...result, runs: [...runs, run("mix", 16, { level: 2 })] });
  assert.match(text, /\| +mix \| +9 \| 0\.300 \| +0\.200 \| +0\.25 \| +1\.50 \| 320x180 \|/);
  assert.match(text, /\*\*mix, 16 people: the ladder went down to level 2; no measurement\.\*\*/);
});

test("the chart has a bar of two parts for each way and cost, within its panels, and is whole XML", () => {
  const svg = chartOf(result);
  const rects = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="17" height="([\d.]+)"/g)].map((one) => one.slice(1).map(Number));
  assert.equal(rects.length, 4 * 2 * 2);
  for (const [x, y, height] of rects) {
    assert.ok(x >= 60 && x <= 880, `x ${x}`);
    assert.ok(y >= 96 && y + height <= 316.2, `y ${y}, height ${height}`);
  }
  assert.ok(svg.includes("&#60;fast&#62;") && !svg.includes("<fast>"));
  assert.ok(!svg.includes("NaN") && !svg.includes("undefined"));
});
