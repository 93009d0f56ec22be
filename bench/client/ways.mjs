// SPDX-License-Identifier: Apache-2.0
// The ways in which one browser can meet the same people: what each of them costs it.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../../tests/support/wait.mjs";
import { kPrograms } from "../server.mjs";
import { Browser } from "./browser.mjs";
import { Peers } from "./peers.mjs";
import { kKbps } from "./table.mjs";

const kFolder = fileURLToPath(new URL(".", import.meta.url));
const kTypes = { ".html": "text/html", ".js": "text/javascript" };
const kTalkers = 3;
const kJoinMs = 30000;
const kEndMs = 8000;

/** Serves this folder's pages on a loopback port: a camera needs a secure context, and 127.0.0.1 is one. */
export async function servePages() {
  const server = createServer(async (request, reply) => {
    const file = path.join(kFolder, path.basename(new URL(request.url ?? "/", "http://localhost").pathname));
    const type = kTypes[/** @type {keyof typeof kTypes} */ (path.extname(file))];
    const body = type && (await readFile(file).catch(() => undefined));
    reply.writeHead(body ? 200 : 404, { "content-type": type ?? "text/plain" }).end(body ?? "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${address.port}/peers.html`, stop: () => server.close() };
}

/**
 * The camera, shown to its owner, and nothing else.
 * @param {{camera: string, pages: string, seconds: number}} given
 */
export async function cameraAlone({ camera, pages, seconds }) {
  const browser = await Browser.open(camera);
  try {
    await browser.page.goto(pages);
    await browser.page.evaluate(() => window.peersReady);
    return await browser.measure(seconds);
  } finally {
    await browser.close();
  }
}

/**
 * In connections of their own, with streams each: 1 with all as a forwarding server's client, or as in a mesh.
 * @param {{camera: string, pages: string, seconds: number}} given
 * @param {number} connections @param {number} streams
 */
export async function apart({ camera, pages, seconds }, connections, streams) {
  const browser = await Browser.open(camera);
  /** @type {Peers | undefined} */
  let peers;
  try {
    await browser.page.exposeFunction("toPeers", (/** @type {any} */ message) => peers?.send(message));
    await browser.page.goto(pages);
    await browser.page.evaluate(() => window.peersReady);
    peers = new Peers(connections, streams, (message) =>
      void browser.page.evaluate((one) => window.fromPeers(one), message).catch(() => {})); // it closes
    await browser.decodes(connections * streams);
    return await browser.measure(seconds);
  } finally {
    await browser.close();
    const report = await peers?.stop();
    const silent = report?.members.filter((/** @type {any} */ one) => one.frames === 0).length;
    if (silent) console.error(`bench: ${silent} of ${connections} connections got nothing of the camera`);
  }
}

/**
 * In a room of this many people.
 * @param {{camera: string, seconds: number, server: import("../server.mjs").BenchServer}} given
 * @param {number} people @param {boolean} ignoreIngest the page and the others send all along what the camera gives
 */
export async function mixed({ camera, seconds, server }, people, ignoreIngest) {
  const room = `client-${people}-${ignoreIngest ? "all" : "shown"}`;
  const others = joinOthers(server.port, room, people - 1, ignoreIngest);
  let browser;
  try {
    browser = await Browser.open(camera, { ignoreIngest, kbps: kKbps });
    await others.joined;
    const { page } = browser;
    await page.goto(`http://127.0.0.1:${server.port}/r/${room}?join=1&name=Browser`);
    await browser.decodes(1);
    await until(`${people} tiles are shown`, () =>
      page.evaluate((count) => window.bench.told.tiles?.tiles.length === count, people));
    return await browser.measure(seconds);
  } finally {
    await browser?.close();
    await others.leave();
  }
}

/** @param {number} port @param {string} room @param {number} count @param {boolean} ignoreIngest */
function joinOthers(port, room, count, ignoreIngest) {
  const child = spawn(path.join(kPrograms, "tessera-load"), [
    ...["--url", `ws://127.0.0.1:${port}`, "--room", room, "--participants", count, "--talkers", kTalkers].map(String),
    ...["--layout", "grid", "--seconds", "3600", "--json", ...(ignoreIngest ? ["--ignore-ingest"] : [])],
  ], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr?.on("data", (data) => (log += data));
  const exit = new Promise((resolve) => child.on("close", resolve));
  return {
    joined: until(`the ${count} others are in`, () => {
      if (child.exitCode !== null) throw new Error(log.slice(-500));
      return log.includes(`${count} with picture`);
    }, kJoinMs),
    leave: async () => {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), kEndMs);
      await exit;
      clearTimeout(late);
    },
  };
}
