// SPDX-License-Identifier: Apache-2.0
// A bad network for whoever uses one TURN server and nothing else: tessera-impair between the two.
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const kPrograms = process.env.TESSERA_BIN_DIR ?? fileURLToPath(new URL("../../build/dev/bin", import.meta.url));

/**
 * One direction; what is left out is perfect (tessera-impair --help).
 * @typedef {{lossPercent?: number, burstPackets?: number, delayMs?: number, jitterMs?: number, jitterReorders?: boolean,
 *   reorderPercent?: number, reorderMs?: number, duplicatePercent?: number, kbps?: number, queueMs?: number,
 *   queueBytes?: number, outage?: boolean}} LinkSettings
 * @typedef {{atMs?: number, up?: LinkSettings, down?: LinkSettings}} Step
 * @typedef {{packetsIn: number, bytesIn: number, packetsOut: number, bytesOut: number, lost: number, queueFull: number,
 *   outage: number, duplicated: number, reordered: number, queueMs: number}} LinkCounts
 * @typedef {{event: "second", ms: number, up: LinkCounts, down: LinkCounts}} Second
 * @typedef {{event: "settings", ms: number, up: LinkSettings, down: LinkSettings}} Settings
 */

export class Impair {
  /**
   * @param {{target: number, seed?: number, steps?: Step[]}} given
   *   target: the UDP port on 127.0.0.1 that datagrams go on to
   */
  static async start({ target, seed = 1, steps = [] }) {
    const child = spawn(
      path.join(kPrograms, "tessera-impair"),
      ["--target", `127.0.0.1:${target}`, "--seed", `${seed}`, ...steps.map((step) => JSON.stringify(step))],
      { stdio: ["pipe", "pipe", "pipe"] },
    );
    const impair = new Impair(child);
    await Promise.race([impair.listening, impair.exit.then(() => Promise.reject(new Error(`tessera-impair: ${impair.trouble}`)))]);
    return impair;
  }

  /**
   * @param {import("node:child_process").ChildProcessWithoutNullStreams} child
   */
  constructor(child) {
    this.child = child;
    this.port = 0;
    this.trouble = "";
    /** @type {(Second | Settings)[]} */
    this.log = [];
    /** @type {(event: Second | Settings) => void} */
    this.onEvent = () => {};
    this.exit = new Promise((resolve) => {
      child.on("exit", resolve);
      child.on("error", (error) => resolve((this.trouble += error.message)));
    });
    child.stderr.on("data", (data) => void (this.trouble += data));
    this.listening = new Promise((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const event = JSON.parse(line);
        if (event.event === "listening") resolve((this.port = event.port));
        else if (event.event === "error") this.trouble += event.text;
        else this.onEvent(this.log[this.log.push(event) - 1]);
      });
    });
  }

  /** From now on, or from `atMs` after the start on. @param {Step} step */
  set(step) {
    this.child.stdin.write(`${JSON.stringify(step)}\n`);
  }

  async stop() {
    this.child.stdin.end();
    const late = setTimeout(() => this.child.kill("SIGKILL"), 3000);
    await this.exit;
    clearTimeout(late);
    if (this.trouble) throw new Error(`tessera-impair: ${this.trouble}`);
  }
}
