// SPDX-License-Identifier: Apache-2.0
// What every network test needs: a server with a small canvas and the whole ladder under it, a browser, and bad ways.
import { launchChromium } from "../support/browser.mjs";
import { kTurnSecret } from "../support/coturn.mjs";
import { Server } from "../support/server.mjs";
import { Ways } from "./way.mjs";

export const kRungNames = ["360p30", "180p15", "still picture"];

/** Levels 0 to 2; 3 is sound alone. Two cores carry ten people with it. */
const kLadder = `
[[rung]]
height = 360
fps = 30
kbps = 600
min_kbps = 300
[[rung]]
height = 180
fps = 15
kbps = 150
min_kbps = 70
[[rung]]
height = 180
fps = 0
kbps = 40
min_kbps = 20
`;

export class Stage {
  static async set({ canvas = { width: 640, height: 360, fps: 30 }, config = kLadder } = {}) {
    const ways = await Ways.start();
    const media = `[media]\nturn_servers = ["${ways.coturn.url}"]\nturn_secret = "${kTurnSecret}"\n`;
    const parts = await Promise.allSettled([Server.start({ canvas, config: config + media }), launchChromium()]);
    const [server, browser] = parts.map((part) => (part.status === "fulfilled" ? part.value : null));
    const stage = new Stage(/** @type {any} */ (server), /** @type {any} */ (browser), ways);
    const failed = parts.find((part) => part.status === "rejected");
    if (!failed) return stage;
    await stage.clear();
    throw /** @type {PromiseRejectedResult} */ (failed).reason;
  }

  /** @param {Server} server @param {import("playwright-core").Browser} browser @param {Ways} ways */
  constructor(server, browser, ways) {
    this.server = server;
    this.browser = browser;
    this.ways = ways;
  }

  async clear() {
    await this.browser?.close();
    await this.ways?.stop();
    await this.server?.stop();
  }
}
