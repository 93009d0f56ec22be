// SPDX-License-Identifier: Apache-2.0
// The others of a client that has no server: tessera-load, which offers connections over a socket.
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { kPrograms } from "../server.mjs";

const kSocketFd = 3; // on which tessera-load speaks

export class Peers {
  /**
   * @param {number} connections @param {number} streams of video in each
   * @param {(message: any) => void} onMessage
   */
  constructor(connections, streams, onMessage) {
    const options = ["--offers", connections, "--streams", streams, "--talkers", 3, "--json"].map(String);
    this.child = spawn(path.join(kPrograms, "tessera-load"), options, { stdio: ["ignore", "pipe", "pipe", "pipe"] });
    this.socket = /** @type {import("node:net").Socket} */ (this.child.stdio[kSocketFd]);
    this.socket.on("error", () => {}); // it ended: stop() tells
    createInterface({ input: this.socket }).on("line", (line) => onMessage(JSON.parse(line)));
    this.output = this.log = "";
    this.child.stdout?.on("data", (data) => (this.output += data));
    this.child.stderr?.on("data", (data) => (this.log += data));
    this.exit = new Promise((resolve) => this.child.on("close", resolve));
  }

  /** @param {any} message */
  send(message) {
    this.socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Ends it; gives its report. */
  async stop() {
    this.socket.end();
    const late = setTimeout(() => this.child.kill("SIGKILL"), 8000);
    await this.exit;
    clearTimeout(late);
    if (!this.output) throw new Error(`tessera-load reported nothing:\n${this.log.slice(-2000)}`);
    return JSON.parse(this.output);
  }
}
