// SPDX-License-Identifier: Apache-2.0
// A player of a live stream that measures how late it is: it plays what the driver shows as "colours", each second
// another, and compares when a colour is seen with when it was drawn.
import { spawn } from "node:child_process";
import { until } from "../support/wait.mjs";

// Luma of ProgramSource::kColours, in their order.
const kBrightness = [80, 145, 40, 180];
const kTolerance = 12;

export class Watcher {
  /**
   * @param {import("node:test").TestContext} context ends it at the latest @param {string} url
   * @param {number} startMs when the driver's second 0 was, by process.hrtime
   */
  constructor(context, url, startMs) {
    context.after(() => this.stop());
    /** Of each change of colour that was seen. @type {number[]} */
    this.delays = [];
    this.startMs = startMs;
    this.colour = -1;
    this.child = spawn("ffmpeg", [
      ..."-v error -nostdin -fflags nobuffer -flags low_delay -probesize 1000000 -analyzeduration 5000000 -threads 1".split(" "),
      ...["-i", url, "-map", "0:v:0", "-vf", "scale=2:2,format=yuv420p,extractplanes=y", "-fps_mode", "passthrough", "-f", "rawvideo", "-flush_packets", "1", "-"],
    ], { stdio: ["ignore", "pipe", "ignore"] });
    this.child.stdout.on("data", (/** @type {Buffer} */ data) => data.forEach((brightness) => this.#see(brightness)));
  }

  /** @param {number} brightness */
  #see(brightness) {
    const colour = kBrightness.findIndex((each) => Math.abs(each - brightness) <= kTolerance);
    if (colour < 0 || colour === this.colour) return;
    const first = this.colour < 0; // where it joined, and not a change
    this.colour = colour;
    const now = Number(process.hrtime.bigint()) / 1e6 - this.startMs;
    // The latest second of that colour; there are four of them, so that this is modulo 4 s.
    if (!first) this.delays.push((now - colour * 1000) % 4000);
  }

  /** Waits for so many more. @param {number} count @returns {Promise<number[]>} */
  async next(count, limitMs = 20000) {
    const from = this.delays.length;
    await until(`${count} changes of colour`, () => this.delays.length >= from + count, limitMs);
    return this.delays.slice(from, from + count);
  }

  stop() {
    this.child.kill("SIGKILL");
  }
}
