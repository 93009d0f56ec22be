// SPDX-License-Identifier: Apache-2.0
// One Chromium with a camera that shows the clip, and what it costs while it is in a steady state.
import { fileURLToPath } from "node:url";
import { launchChromium } from "../../tests/support/browser.mjs";
import { pause, until } from "../../tests/support/wait.mjs";
import { watchMachine } from "../machine.mjs";
import { browserSeconds } from "./processes.mjs";

const kWatch = fileURLToPath(new URL("watch.js", import.meta.url));
const kWindow = { width: 1280, height: 720 };
const kLeastSettleMs = 5000; // what is asked for of senders shrinks after 2 s, and their encoders take a while
const kMostSettleMs = 14000; // a browser feels its way up to the bitrate that it may send at
const kSteady = 0.12; // by which the bytes of two seconds may differ
const kConnectMs = 20000;

/**
 * @typedef {object} Cost of a browser in a steady state
 * @property {number} cores of all of its processes
 * @property {number} upKbps @property {number} downKbps RTP and RTCP of all connections
 * @property {number} fpsLeast of the video that it decoded least of; 0: none
 * @property {number} videos that it decoded
 * @property {{width: number, height: number, fps: number, limitedBy: string} | null} sent
 * @property {{width: number, height: number} | null} shown
 * @property {number} [level] the lowest that the ladder put it on; undefined: there is no ladder
 * @property {string} degradation of the room, at the end
 * @property {boolean} steady
 * @property {{busyCores?: number, stealPercent?: number, loadAverage?: number}} machine
 */

export class Browser {
  /** @param {string} camera a file @param {{ignoreIngest?: boolean, kbps?: number}} [settings] of watch.js */
  static async open(camera, settings = {}) {
    const browser = await launchChromium(["--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${camera}`]);
    const page = await (await browser.newContext({ viewport: kWindow })).newPage();
    await page.addInitScript((value) => void (window.benchSettings = value), settings);
    await page.addInitScript({ path: kWatch });
    return new Browser(browser, page);
  }

  /** @param {import("playwright-core").Browser} browser @param {import("playwright-core").Page} page */
  constructor(browser, page) {
    this.browser = browser;
    this.page = page;
    /** @type {string[]} */
    this.errors = [];
    page.on("pageerror", (error) => this.errors.push(error.message));
  }

  /** Waits until so many videos move. @param {number} videos */
  async decodes(videos) {
    await until(`${videos} videos are decoded`, async () => {
      const { decoded } = await this.counts();
      if (decoded.filter((frames) => frames > 0).length >= videos) return true;
      throw new Error(`${decoded}${this.errors.length ? `; errors: ${this.errors.join("; ")}` : ""}`);
    }, kConnectMs);
  }

  counts() {
    return this.page.evaluate(() => window.bench.counts());
  }

  /** Waits until it sends and receives about as much in one second as in the one before; true: it does. */
  async settles() {
    const begin = performance.now();
    let before = await this.counts(), last;
    for (let calm = 0; performance.now() - begin < kMostSettleMs; ) {
      await pause(1000);
      const now = await this.counts();
      const seconds = (now.at - before.at) / 1000;
      const rates = [(now.up - before.up) / seconds, (now.down - before.down) / seconds];
      const same = last && rates.every((rate, at) => Math.abs(rate - last[at]) <= kSteady * Math.max(rate, last[at]));
      calm = same ? calm + 1 : 0;
      if (calm >= 2 && performance.now() - begin >= kLeastSettleMs) return true;
      [before, last] = [now, rates];
    }
    return false;
  }

  /** @param {number} seconds @returns {Promise<Cost>} */
  async measure(seconds) {
    const steady = await this.settles();
    const from = Date.now(), watched = watchMachine();
    const [before, cpuBefore, begin] = [await this.counts(), browserSeconds(), performance.now()];
    await pause(1000 * seconds);
    const [after, cpuAfter, end] = [await this.counts(), browserSeconds(), performance.now()];
    const level = await this.page.evaluate((since) => window.bench.worstLevelSince(since), before.at);
    const degradation = await this.page.evaluate(() => window.bench.told.quality?.level ?? "none");
    const inPage = (after.at - before.at) / 1000;
    const kbps = (/** @type {"up" | "down"} */ way) => ((after[way] - before[way]) * 8) / 1000 / inPage;
    const decoded = after.decoded.map((frames, at) => (frames - (before.decoded[at] ?? 0)) / inPage).filter((fps) => fps > 0);
    return {
      cores: (cpuAfter - cpuBefore) / ((end - begin) / 1000),
      upKbps: kbps("up"),
      downKbps: kbps("down"),
      fpsLeast: decoded.length ? Math.min(...decoded) : 0,
      videos: decoded.length,
      sent: after.sent,
      shown: after.shown,
      level,
      degradation,
      steady,
      machine: watched({ measuredFromUnixMs: from, measuredSeconds: (end - begin) / 1000 }),
    };
  }

  close() {
    return this.browser.close();
  }
}
