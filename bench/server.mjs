// SPDX-License-Identifier: Apache-2.0
// The release build's server on a free loopback port, with its defaults and a state folder of its own; and tessera-load
// against it.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const kPrograms =
  process.env.TESSERA_BIN_DIR ?? path.join(fileURLToPath(new URL("..", import.meta.url)), "build/release/bin");
const kStartMs = 30000;
const kStopMs = 8000;
const kKeptLogChars = 1 << 20;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** @param {string[]} options @returns {Promise<{code: number | string, output: string}>} */
export function runLoad(options) {
  const child = spawn(path.join(kPrograms, "tessera-load"), options, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout?.on("data", (data) => (output += data));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal ?? "", output }));
  });
}

export class BenchServer {
  /** @param {{env?: Record<string, string>, onLog?: (text: string) => void}} [given] */
  static async start({ env = {}, onLog = () => {} } = {}) {
    const port = await freePort();
    const folder = await mkdtemp(path.join(tmpdir(), "tessera-bench-"));
    const child = spawn(path.join(kPrograms, "tessera"), ["--listen", `127.0.0.1:${port}`], {
      env: { ...process.env, STATE_DIRECTORY: folder, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const server = new BenchServer(child, port, folder, onLog);
    await server.ready();
    return server;
  }

  constructor(child, port, folder, onLog) {
    this.child = child;
    this.port = port;
    this.folder = folder;
    this.log = "";
    this.exit = new Promise((resolve) => {
      child.on("exit", (code, signal) => resolve(code ?? signal));
      child.on("error", (error) => resolve(error.message));
    });
    this.exit.then((code) => (this.exitCode = code));
    child.stderr?.on("data", (data) => {
      onLog(String(data));
      this.log = (this.log + data).slice(-kKeptLogChars);
    });
  }

  // Ready means that the warm spare is there, too: its start is not measured.
  async ready() {
    const end = Date.now() + kStartMs;
    while (this.exitCode === undefined && Date.now() < end) {
      const answers = await fetch(`http://127.0.0.1:${this.port}/readyz`).then((reply) => reply.ok, () => false);
      if (answers && this.log.includes("spare room process ready")) return;
      await pause(100);
    }
    this.child.kill("SIGKILL");
    throw new Error(`the server did not start (${this.exitCode ?? "no answer"}):\n${this.log.slice(-4000)}`);
  }

  /** The process of a room and how it does, or undefined. @param {string} room */
  async roomProcess(room) {
    const reply = await fetch(`http://127.0.0.1:${this.port}/v1/rooms/${room}`);
    return reply.ok ? (await reply.json()).process : undefined;
  }

  /**
   * Runs tessera-load; its progress goes to our standard error.
   * @param {string[]} options
   * @returns {Promise<{code: number | string, output: string}>}
   */
  load(options) {
    return runLoad(["--url", `ws://127.0.0.1:${this.port}`, ...options]);
  }

  async stop() {
    this.child.kill("SIGTERM");
    const late = setTimeout(() => this.child.kill("SIGKILL"), kStopMs);
    const code = await this.exit;
    clearTimeout(late);
    await rm(this.folder, { recursive: true, force: true });
    return code;
  }
}
