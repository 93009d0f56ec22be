// SPDX-License-Identifier: Apache-2.0
// A real nginx with its rtmp module on loopback: takes what is published to /live (and records it), passes it on to
// players, and asks the test whether a stream key is good. As a single process, so that a signal meets all of it.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "./ports.mjs";
import { until } from "./wait.mjs";

const kModules = "/usr/lib/nginx/modules";

/** @param {number} port */
const listens = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => void (socket.destroy(), resolve(true)));
    socket.on("error", () => resolve(false));
  });

export class NginxRtmp {
  static async start() {
    const folder = await mkdtemp(path.join(tmpdir(), "tessera-nginx-"));
    for (const name of ["rec", "tmp"]) mkdirSync(path.join(folder, name));
    const ports = { rtmp: await freePort(), tls: await freePort(), http: await freePort() };
    const nginx = new NginxRtmp(folder, ports);
    await nginx.#serveQuestions();
    nginx.#makeCertificates();
    await writeFile(path.join(folder, "nginx.conf"), nginx.#configuration());
    await nginx.run();
    return nginx;
  }

  /** @param {string} folder @param {{rtmp: number, tls: number, http: number}} ports */
  constructor(folder, ports) {
    this.folder = folder;
    this.ports = ports;
    /** Stream keys that are refused. @type {Set<string>} */
    this.refused = new Set();
    /** Stream keys, in the order in which they were asked about. @type {string[]} */
    this.asked = [];
    /** @type {import("node:http").Server | undefined} */
    this.questions = undefined;
    /** @type {import("node:child_process").ChildProcess | undefined} */
    this.child = undefined;
    this.authority = path.join(folder, "ca.pem");
  }

  /** @param {string} key */
  url(key) {
    return `rtmp://127.0.0.1:${this.ports.rtmp}/live/${key}`;
  }
  /** @param {string} key */
  tlsUrl(key) {
    return `rtmps://localhost:${this.ports.tls}/live/${key}`;
  }

  async run() {
    const child = spawn("nginx", ["-p", this.folder, "-e", "error.log", "-c", "nginx.conf"], { stdio: "ignore" });
    this.child = child;
    this.exit = new Promise((resolve) => child.on("exit", resolve));
    await until("nginx listens", async () => {
      if (child.exitCode !== null) throw new Error(await this.log());
      return listens(this.ports.rtmp);
    });
  }

  /** SIGSTOP, SIGCONT. @param {NodeJS.Signals} signal */
  signal(signal) {
    this.child?.kill(signal);
  }

  async kill() {
    this.child?.kill("SIGKILL");
    await this.exit;
  }

  /** Closes the connection of who publishes with that key. @param {string} key */
  async drop(key) {
    const url = `http://127.0.0.1:${this.ports.http}/control/drop/publisher?app=live&name=${key}`;
    return Number(await (await fetch(url)).text());
  }

  log() {
    return readFile(path.join(this.folder, "error.log"), "utf8").catch(() => "");
  }

  /** What was received with that key, one file for each connection, oldest first. @param {string} key */
  async recordings(key) {
    const folder = path.join(this.folder, "rec");
    const names = (await readdir(folder)).filter((name) => name.startsWith(`${key}-`));
    return names.sort().map((name) => path.join(folder, name));
  }

  async stop() {
    this.signal("SIGCONT");
    await this.kill();
    this.questions?.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  // nginx asks by a POST with name=KEY whether somebody may publish.
  async #serveQuestions() {
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      const key = new URLSearchParams(body).get("name") ?? "";
      this.asked.push(key);
      response.writeHead(this.refused.has(key) ? 403 : 200).end();
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    this.questions = server;
  }

  #makeCertificates() {
    const openssl = (/** @type {string[]} */ ...args) => execFileSync("openssl", args, { cwd: this.folder, stdio: "pipe" });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA");
    openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost",
      "-addext", "subjectAltName=DNS:localhost");
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
      "-out", "server.pem", "-days", "2", "-copy_extensions", "copy");
  }

  #configuration() {
    const address = this.questions?.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    return `
      load_module ${kModules}/ngx_rtmp_module.so;
      load_module ${kModules}/ngx_stream_module.so;
      daemon off;
      master_process off;
      pid nginx.pid;
      error_log error.log info;
      events { worker_connections 128; }
      rtmp {
        access_log off;
        server {
          listen 127.0.0.1:${this.ports.rtmp};
          application live {
            live on;
            record all;
            record_path ${this.folder}/rec;
            record_unique on;
            on_publish http://127.0.0.1:${port}/publish;
          }
        }
      }
      stream {
        server {
          listen 127.0.0.1:${this.ports.tls} ssl;
          ssl_certificate server.pem;
          ssl_certificate_key server.key;
          proxy_pass 127.0.0.1:${this.ports.rtmp};
        }
      }
      http {
        access_log off;
        ${temporary.map((name) => `${name}_temp_path tmp/${name};`).join(" ")}
        server {
          listen 127.0.0.1:${this.ports.http};
          location /control { rtmp_control all; }
        }
      }`;
  }
}
