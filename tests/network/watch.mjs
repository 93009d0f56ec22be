// SPDX-License-Identifier: Apache-2.0
// Looks twice a second at what somebody gets, and keeps it as a log for scripts/charts: JSON lines with `t` in seconds,
// the level of the ladder, bitrates, loss, frame rate, and the limits in force.
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kRungNames } from "./stage.mjs";

const kEveryMs = 500;
const kFolder = process.env.TESSERA_NETWORK_LOGS ?? path.join(tmpdir(), "tessera-network-logs");

/**
 * @typedef {object} Entry
 * @property {number} t seconds since the watch began
 * @property {any} sample of page.js
 * @property {number | null} level
 * @property {number} kbps of picture and sound, payload
 * @property {number} videoKbps
 * @property {number} fps
 * @property {number} loss share of the packets, 0 to 1
 * @property {number} concealed share of the sound made up, 0 to 1
 */

export class Watch {
  /**
   * @param {string} name of the log
   * @param {import("../support/browser.mjs").Person} person
   * @param {import("../support/impair.mjs").Impair} impair
   * @param {string} title
   */
  constructor(name, person, impair, title) {
    this.name = name;
    this.person = person;
    this.impair = impair;
    this.title = title;
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {{t: number, text: string, step: import("../support/impair.mjs").Step}[]} */
    this.marks = [];
    /** @type {{t: number, way: import("../support/impair.mjs").Second}[]} */
    this.ways = [];
    this.began = performance.now();
    impair.onEvent = (event) => void (event.event === "second" && this.ways.push({ t: this.t, way: event }));
    this.running = this.#run();
  }

  get t() {
    return (performance.now() - this.began) / 1000;
  }

  /** Changes the network, and notes that. @param {string} text @param {import("../support/impair.mjs").Step} step */
  set(text, step) {
    this.impair.set(step);
    const { t } = this;
    this.marks.push({ t, text, step });
    return t;
  }

  /** @param {number} from @param {number} [to] seconds */
  between(from, to = Infinity) {
    return this.entries.filter(({ t }) => t >= from && t <= to);
  }

  /**
   * What happened between the samples next to two times.
   * @param {number} from @param {number} [to] seconds
   */
  change(from, to = Infinity) {
    const samples = this.between(from, to);
    const first = samples[0]?.sample, last = samples.at(-1)?.sample;
    if (!first || first === last) throw new Error(`no two samples between ${from} and ${to} s`);
    const since = (/** @type {string} */ key) => last[key] - first[key];
    const seconds = since("atMs") / 1000;
    return {
      seconds, fps: since("frames") / seconds, keyframes: since("keyframes"),
      kbps: ((since("videoBytes") + since("audioBytes")) * 8) / seconds / 1000,
      concealed: since("concealed") / Math.max(1, since("samples")), silent: since("silent") / Math.max(1, since("samples")),
      loss: since("lost") / Math.max(1, since("lost") + since("packets")),
      sentFps: since("sentFrames") / seconds, sentKbps: (since("sentBytes") * 8) / seconds / 1000,
    };
  }

  async #run() {
    while (!this.stopped) {
      const sample = await this.person.page.evaluate(() => window.way.sample()).catch(() => null);
      if (sample) this.#add(sample);
      await new Promise((resolve) => (this.wake = setTimeout(resolve, kEveryMs)));
    }
  }

  /** @param {any} sample */
  #add(sample) {
    const before = this.entries.at(-1)?.sample;
    const known = before && before.connections === sample.connections && before.frames <= sample.frames;
    const seconds = known ? (sample.atMs - before.atMs) / 1000 : 0;
    const since = (/** @type {string} */ key) => (known ? Math.max(0, sample[key] - before[key]) : 0);
    const rate = (/** @type {number} */ value) => (seconds > 0 ? Math.round((value / seconds) * 10) / 10 : 0);
    const videoKbps = rate((since("videoBytes") * 8) / 1000);
    this.entries.push({
      t: Math.round(this.t * 1000) / 1000, sample, level: sample.level, videoKbps,
      kbps: videoKbps + rate((since("audioBytes") * 8) / 1000), fps: rate(since("frames")),
      loss: since("lost") / Math.max(1, since("lost") + since("packets")),
      concealed: since("concealed") / Math.max(1, since("samples")),
    });
  }

  /** Writes the log. */
  async stop() {
    this.stopped = true;
    await this.running;
    mkdirSync(kFolder, { recursive: true });
    const lines = [{ title: this.title, rungs: kRungNames }, ...this.marks, ...this.entries, ...this.ways];
    writeFileSync(path.join(kFolder, `${this.name}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
}
