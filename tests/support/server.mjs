// SPDX-License-Identifier: Apache-2.0
// The built server, on a free loopback port, with a configuration of its own.
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.mjs";
import { until } from "./wait.mjs";

const kRoot = fileURLToPath(new URL("../..", import.meta.url));
const kPrograms = process.env.TESSERA_BIN_DIR ?? path.join(kRoot, "build/dev/bin");
const kStopMs = 8000;

/** Small enough for two cores to carry the server and several browsers. */
const kCanvas = { width: 640, height: 360, fps: 15 };

export class Server {
  /**
   * @param {{config?: string, canvas?: {width: number, height: number, fps: number}, env?: Record<string, string>}}
   *   [given] config: more TOML sections
   */
  static async start({ config = "", canvas = kCanvas, env = {} } = {}) {
    const port = await freePort();
    const folder = await mkdtemp(path.join(tmpdir(), "tessera-test-"));
    const room = Object.entries(canvas).map(([key, value]) => `${key} = ${value}`).join("\n");
    await writeFile(path.join(folder, "tessera.toml"), `[listen]\naddresses = ["127.0.0.1:${port}"]\n[room]\n${room}\n${config}\n[server]\nstate_dir = "${folder}"\n`);
    return Server.#run(port, folder, env);
  }

  /**
   * @param {number} port
   * @param {string} folder
   * @param {Record<string, string>} env
   */
  static async #run(port, folder, env) {
    const child = spawn(path.join(kPrograms, "tessera"), ["--config", path.join(folder, "tessera.toml")], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const server = new Server(child, port, folder, env);
    const exited = server.exit.then(({ code }) => Promise.reject(new Error(`the server ended with ${code}`)));
    await Promise.race([until("the server is ready", () => server.ready()), exited]).catch((error) => {
      child.kill("SIGKILL");
      throw new Error(`${error.message}\n${server.log}`);
    });
    exited.catch(() => {}); // from here on stop() judges
    return server;
  }

  /**
   * @param {import("node:child_process").ChildProcess} child
   * @param {number} port
   * @param {string} folder
   * @param {Record<string, string>} env
   */
  constructor(child, port, folder, env) {
    this.child = child;
    this.env = env;
    this.port = port;
    this.folder = folder;
    this.url = `http://127.0.0.1:${port}`;
    this.log = "";
    this.exit = new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal })));
    const collect = (/** @type {Buffer} */ data) => void (this.log += data);
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
  }

  async ready() {
    return (await fetch(`${this.url}/readyz`)).ok;
  }

  async rooms() {
    return (await (await fetch(`${this.url}/v1/rooms`)).json()).rooms;
  }

  /** @param {string} id */
  async room(id) {
    const response = await fetch(`${this.url}/v1/rooms/${id}`);
    return response.ok ? response.json() : null;
  }

  /** The process of a room. @param {string} id @returns {Promise<number>} */
  async roomPid(id) {
    return until(`room ${id} has a process`, async () => (await this.room(id))?.process?.pid);
  }

  /** Children of the server at this moment. */
  async children() {
    const text = await readFile(`/proc/${this.child.pid}/task/${this.child.pid}/children`, "utf8");
    return text.trim().split(" ").filter(Boolean).map(Number);
  }

  async fileDescriptors() {
    return (await readdir(`/proc/${this.child.pid}/fd`)).length;
  }

  /** Kills the server; gives the next one, at the same address and with the same state. */
  async killAndRestart() {
    this.child.kill("SIGKILL");
    await this.exit;
    return Server.#run(this.port, this.folder, this.env);
  }

  /** As an operator would restart it; gives the next one, at the same address and with the same state. */
  async restart() {
    await this.#end();
    return Server.#run(this.port, this.folder, this.env);
  }

  /** Ends the server as an operator would; fails unless it ends by itself with exit code 0. */
  async stop() {
    try {
      await this.#end();
    } finally {
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  async #end() {
    this.child.kill("SIGTERM");
    const late = setTimeout(() => this.child.kill("SIGKILL"), kStopMs);
    const { code, signal } = await this.exit;
    clearTimeout(late);
    if (process.env.TESSERA_TEST_LOG) process.stderr.write(this.log);
    if (code !== 0) throw new Error(`the server ended with ${code ?? signal}:\n${this.log.slice(-4000)}`);
  }
}
