// SPDX-License-Identifier: Apache-2.0
// live-driver: a hub with pictures and tones, and live outputs of it.
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { until } from "../support/wait.mjs";

const kRoot = fileURLToPath(new URL("../..", import.meta.url));
const kPrograms = process.env.TESSERA_BIN_DIR ?? path.join(kRoot, "build/dev/bin");

/** @typedef {{id: string, phase: string, kbps: number, dropped: number, reconnects: number, delayMs: number, why: string, at: number}} Status */

export class Driver {
  /** @param {import("node:test").TestContext} context ends it at the latest @param {"flashes" | "colours"} content */
  static async start(context, content) {
    const driver = new Driver();
    context.after(() => void driver.child.kill("SIGKILL"));
    driver.say(`start ${content}`);
    await until("the driver has started", () => driver.startMs > 0);
    return driver;
  }

  constructor() {
    this.child = spawn(path.join(kPrograms, "live-driver"), [], { stdio: ["pipe", "pipe", "pipe"] });
    /** @type {Status[]} */
    this.statuses = [];
    this.log = "";
    this.hung = 0;
    /** On the clock of performance.now() and process.hrtime: CLOCK_MONOTONIC. */
    this.startMs = 0;
    this.exit = new Promise((resolve) => this.child.on("exit", resolve));
    this.child.stderr.on("data", (data) => void (this.log += data));
    createInterface({ input: this.child.stdout }).on("line", (line) => this.#hear(JSON.parse(line)));
  }

  /** @param {any} line */
  #hear(line) {
    if (line.startNs) this.startMs = line.startNs / 1e6;
    else if (line.hung) ++this.hung;
    else this.statuses.push({ ...line, at: Number(process.hrtime.bigint()) / 1e6 });
  }

  /** @param {string} command */
  say(command) {
    this.child.stdin.write(`${command}\n`);
  }

  /** @param {string} id @returns {Status | undefined} */
  status(id) {
    return this.statuses.filter((status) => status.id === id).at(-1);
  }

  /**
   * Waits for a status of that output that comes from now on.
   * @param {string} id @param {string} what @param {(status: Status) => unknown} wanted @param {number} [limitMs]
   */
  async next(id, what, wanted, limitMs = 30000) {
    const from = this.statuses.length;
    return until(`${id}: ${what}`, () => {
      const found = this.statuses.slice(from).find((status) => status.id === id && wanted(status));
      if (found) return found;
      throw new Error(`${JSON.stringify(this.status(id))}\n${this.log.slice(-1500)}`);
    }, limitMs);
  }

  /** So many more statuses, one a second. @param {string} id @param {number} count */
  async seconds(id, count) {
    const from = this.statuses.length;
    const seen = () => this.statuses.slice(from).filter((status) => status.id === id);
    await until(`${count} statuses of ${id}`, () => seen().length >= count, 5000 + 2000 * count);
    return seen();
  }

  /** @param {string} id @param {string} phase @param {number} [limitMs] */
  phase(id, phase, limitMs) {
    return this.next(id, phase, (status) => status.phase === phase, limitMs);
  }

  async stop() {
    this.child.stdin.end();
    const late = setTimeout(() => this.child.kill("SIGKILL"), 8000);
    const code = await this.exit;
    clearTimeout(late);
    if (code !== 0) throw new Error(`live-driver ended with ${code}:\n${this.log.slice(-3000)}`);
  }
}
