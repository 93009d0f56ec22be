// SPDX-License-Identifier: Apache-2.0
// People without a browser: tessera-load, in a process of their own.
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../support/wait.mjs";

const kPrograms = process.env.TESSERA_BIN_DIR ?? fileURLToPath(new URL("../../build/dev/bin", import.meta.url));
const kSmall = ["--size", "320x180", "--fps", "15", "--kbps", "100"];

export class Crowd {
  /**
   * @param {import("../support/server.mjs").Server} server
   * @param {string} room
   * @param {number} count
   * @param {string[]} [options] more of tessera-load's
   */
  constructor(server, room, count, options = []) {
    const url = server.url.replace("http", "ws");
    this.child = spawn(path.join(kPrograms, "tessera-load"), [
      "--url", url, "--room", room, "--participants", `${count}`, "--seconds", "600", "--join-timeout", "40", "--json", ...kSmall, ...options,
    ]);
    this.output = "";
    this.progress = "";
    this.child.stdout.on("data", (data) => void (this.output += data));
    this.child.stderr.on("data", (data) => void (this.progress += data));
    this.exit = new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("close", resolve);
    });
  }

  /** Waits until everybody is in and it measures. */
  async measuring(limitMs = 60000) {
    await until("the crowd is in", () => {
      if (this.child.exitCode !== null) throw new Error(this.output + this.progress);
      return / \d+\/600 s/.test(this.progress);
    }, limitMs);
  }

  /** Ends it, and gives its report. */
  async report() {
    this.child.kill("SIGINT");
    await this.exit;
    return JSON.parse(this.output);
  }

  /** Ends it whatever happens. */
  async stop() {
    this.child.kill("SIGCONT");
    this.child.kill("SIGKILL");
    await this.exit.catch(() => {});
  }
}

/**
 * What each of a crowd got between two times (Unix, ms), of whole seconds.
 * @param {any} report @param {number} from @param {number} to
 * @returns {{name: string, seconds: number, fps: number, kbps: number, incomplete: number, lost: number, audioLost: number, audioPackets: number, keyframes: number, gapMs: number}[]}
 */
export function figuresBetween(report, from, to) {
  return report.members.map((/** @type {any} */ member) => {
    const inside = member.seconds.filter((/** @type {{at: number}} */ { at }) => {
      const start = report.measuredFromUnixMs + at * 1000;
      return start >= from && start + 1000 <= to;
    });
    const sum = (/** @type {string} */ key) => inside.reduce((/** @type {number} */ total, /** @type {any} */ one) => total + one[key], 0);
    const seconds = inside.length;
    return {
      name: member.name, seconds, fps: sum("frames") / seconds, kbps: sum("kbps") / seconds, incomplete: sum("incomplete"), lost: sum("lost"),
      audioLost: sum("audioLost"), audioPackets: sum("audioPackets"), keyframes: sum("keyframes"), gapMs: Math.max(...inside.map((/** @type {any} */ one) => one.gapMs)),
    };
  });
}
