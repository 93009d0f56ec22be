// SPDX-License-Identifier: Apache-2.0
// A real TURN server on loopback that accepts the time-limited credentials of a shared secret.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "./ports.mjs";
import { until } from "./wait.mjs";

export const kTurnSecret = "only-for-tests";

export class Coturn {
  static async start() {
    const port = await freePort();
    const folder = await mkdtemp(path.join(tmpdir(), "tessera-turn-"));
    const child = spawn("turnserver", [
      "-n", "--log-file=stdout", "--verbose",
      "--listening-ip=127.0.0.1", `--listening-port=${port}`, "--relay-ip=127.0.0.1",
      "--allow-loopback-peers", "--no-tls", "--no-dtls", "--no-cli", "--fingerprint",
      "--use-auth-secret", `--static-auth-secret=${kTurnSecret}`, "--realm=tessera.test",
      `--pidfile=${folder}/turn.pid`, `--userdb=${folder}/turn.db`,
    ], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const coturn = new Coturn(child, port, folder);
    await until("coturn listens", () => {
      if (child.exitCode !== null) throw new Error(coturn.log);
      return coturn.log.includes("listener opened on");
    });
    return coturn;
  }

  /**
   * @param {import("node:child_process").ChildProcess} child
   * @param {number} port
   * @param {string} folder
   */
  constructor(child, port, folder) {
    this.child = child;
    this.port = port;
    this.url = `turn:127.0.0.1:${port}?transport=udp`;
    this.folder = folder;
    this.log = "";
    this.exit = new Promise((resolve) => child.on("exit", resolve));
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => void (this.log += data));
  }

  async stop() {
    this.child.kill("SIGTERM");
    const late = setTimeout(() => this.child.kill("SIGKILL"), 3000);
    await this.exit;
    clearTimeout(late);
    await rm(this.folder, { recursive: true, force: true });
  }
}
