// SPDX-License-Identifier: Apache-2.0
// People in Chromium, each with a colour, a tone, and eyes and ears (probe.js).
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { until } from "./wait.mjs";

const kProbe = fileURLToPath(new URL("probe.js", import.meta.url));

const kArguments = [
  "--no-sandbox",
  "--use-fake-device-for-media-stream",
  "--allow-loopback-in-peer-connection",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-background-networking",
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
  "--disable-gpu",
  "--force-device-scale-factor=1",
];

/** Far apart in colour, and in tone no harmonics of each other. */
export const kPeople = [
  { name: "Ada", colour: [214, 52, 52], tone: 440 },
  { name: "Bob", colour: [40, 160, 70], tone: 710 },
  { name: "Cleo", colour: [60, 90, 220], tone: 1130 },
  { name: "Dan", colour: [210, 180, 40], tone: 1570 },
];

/** Permissions are granted without a question; getDisplayMedia gives a fake screen. */
const kFakeScreen = ["--use-fake-ui-for-media-stream"];

/** @param {string[]} [more] arguments @param {string[]} [less] of playwright's own */
export function launchChromium(more = kFakeScreen, less = []) {
  return chromium.launch({ executablePath: executablePath(), headless: true, args: [...kArguments, ...more], ignoreDefaultArgs: less });
}

/** A browser whose getDisplayMedia really captures the tab of this title, with its sound. @param {string} title */
export function launchCapturing(title) {
  return launchChromium([`--auto-select-tab-capture-source-by-title=${title}`], ["--mute-audio"]);
}

function executablePath() {
  return process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
}

/**
 * A browser of its own that can be frozen as a whole, as a computer that goes to sleep.
 * @returns {Promise<{browser: import("playwright-core").Browser, freeze: () => Promise<void>, thaw: () => Promise<void>}>}
 */
export async function launchFreezable() {
  const server = await chromium.launchServer({ executablePath: executablePath(), headless: true, args: [...kArguments, ...kFakeScreen] });
  const browser = await chromium.connect(server.wsEndpoint());
  const root = server.process().pid ?? 0;
  /** @type {number[]} */
  let frozen = [];
  const thaw = async () => {
    for (const pid of frozen.splice(0)) process.kill(pid, "SIGCONT");
  };
  const freeze = async () => {
    frozen = await descendants(root);
    for (const pid of frozen) process.kill(pid, "SIGSTOP");
  };
  browser.on("disconnected", () => void server.close());
  return { browser, freeze, thaw };
}

/** A process and everything below it. @param {number} pid @returns {Promise<number[]>} */
async function descendants(pid) {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const below = await Promise.all(text.trim().split(" ").filter(Boolean).map((child) => descendants(Number(child))));
  return [pid, ...below.flat()];
}

/**
 * @typedef {object} Given
 * @property {string} name
 * @property {number[]} [colour]
 * @property {number} [tone]
 * @property {boolean} [camera]
 * @property {boolean} [microphone]
 * @property {"granted" | "denied" | "unanswered"} [permission]
 * @property {{width: number, height: number}} [size] of what the camera delivers
 * @property {string} [query] more of the address, e.g. "&relay=1"
 * @property {{width: number, height: number}} [viewport]
 */

export class Person {
  /**
   * Opens a page for somebody; does not join.
   * @param {import("playwright-core").Browser} browser
   * @param {Given} given
   */
  static async open(browser, given) {
    const context = await browser.newContext({ viewport: given.viewport ?? { width: 1120, height: 640 } });
    const page = await context.newPage();
    const person = new Person(page, given);
    const settings = { colour: [128, 128, 128], tone: 300, camera: true, microphone: true, permission: "granted", ...given };
    await page.addInitScript((value) => void (window.testPerson = value), settings);
    await page.addInitScript({ path: kProbe });
    page.on("pageerror", (error) => person.errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && person.console.push(message.text()));
    return person;
  }

  /**
   * Opens a page that joins by itself, and waits until it is in.
   * @param {import("playwright-core").Browser} browser
   * @param {string} url of the server
   * @param {string} room
   * @param {Given} given
   */
  static async join(browser, url, room, given) {
    const person = await Person.open(browser, given);
    await person.goto(`${url}/r/${room}?join=1&name=${encodeURIComponent(given.name)}${given.query ?? ""}`);
    await person.connected();
    return person;
  }

  /**
   * @param {import("playwright-core").Page} page
   * @param {Given} given
   */
  constructor(page, given) {
    this.page = page;
    this.given = given;
    this.name = given.name;
    /** @type {string[]} */
    this.errors = [];
    /** @type {string[]} */
    this.console = [];
  }

  /** @param {string} url */
  goto(url) {
    return this.page.goto(url);
  }

  state() {
    return this.page.evaluate(() => document.body.dataset.state);
  }

  id() {
    return this.page.evaluate(() => document.body.dataset.participant);
  }

  /** Waits until the call stands and a picture is shown. */
  async connected(limitMs = 20000) {
    await until(`${this.name} is connected`, async () => (await this.state()) === "connected", limitMs);
    await until(`${this.name} sees a picture`, () => this.page.evaluate(() => document.querySelector("#mix")?.videoWidth > 0), limitMs);
  }

  /** @returns {Promise<{id: string, pc: string, label: string, left: number, top: number, width: number, height: number}[]>} */
  tiles() {
    return this.page.evaluate(() => window.probe.tiles());
  }

  /** @param {string} name */
  async tileOf(name) {
    return (await this.tiles()).find((tile) => tile.label.split(/,| \(you\)/)[0] === name);
  }

  /** The tile of the shared screen, if there is one. */
  async screenTile() {
    return (await this.tiles()).find((tile) => tile.pc === "screen");
  }

  /**
   * The colour of a person's tile in the mix: at its middle, or elsewhere in it.
   * @param {string} name
   */
  async colourOf(name, x = 0.5, y = 0.5) {
    const tile = await this.tileOf(name);
    if (!tile) return null;
    return this.page.evaluate(([px, py]) => window.probe.colourAt(px, py), [tile.left + tile.width * x, tile.top + tile.height * y]);
  }

  /** @param {Given} other */
  async sees(other, limitMs = 20000) {
    await until(`${this.name} sees ${other.name}'s colour ${other.colour}`, async () => {
      const colour = await this.colourOf(other.name);
      if (colour && isColour(colour, other.colour ?? [])) return true;
      throw new Error(`colour ${colour}`);
    }, limitMs);
  }

  /** Waits until the mark in somebody's tile has moved `steps` times. @param {string} name */
  async seesMoving(name, steps = 4, limitMs = 8000) {
    const seen = new Set();
    await until(`${this.name} sees ${name} move`, async () => {
      const tile = await this.tileOf(name);
      if (tile) seen.add(await this.page.evaluate((one) => window.probe.markOf(one), tile));
      return seen.size > steps;
    }, limitMs);
  }

  /**
   * Waits until exactly these people's tones are heard, at a level, and the others' are not.
   * @param {Given[]} talkers
   * @param {Given[]} silent
   */
  async hears(talkers, silent, limitMs = 30000) {
    await until(`${this.name} hears ${talkers.map((one) => one.name)} and not ${silent.map((one) => one.name)}`, async () => {
      const levels = await this.levels([...talkers, ...silent]);
      const loud = levels.slice(0, talkers.length);
      const quiet = levels.slice(talkers.length);
      if (loud.every((db) => db > -50) && quiet.every((db) => db < Math.min(...loud, -20) - 40)) return true;
      throw new Error(`levels ${levels.map(Math.round)} dB`);
    }, limitMs);
  }

  /** @param {Given[]} people @returns {Promise<number[]>} */
  levels(people) {
    return this.page.evaluate((tones) => tones.map((hz) => window.probe.levelAt(hz) ?? -Infinity), people.map((one) => one.tone ?? 0));
  }

  /** What the server said of a type, in order; `at` by the page's clock. @param {string} type @returns {Promise<any[]>} */
  told(type) {
    return this.page.evaluate((wanted) => window.probe.received.filter((one) => one.type === wanted), type);
  }

  /** How the picture goes out. @returns {Promise<{frameWidth: number, frameHeight: number, framesEncoded: number, bytesSent: number, active: boolean}>} */
  sending() {
    return this.page.evaluate(() => window.probe.sending());
  }

  connectionCount() {
    return this.page.evaluate(() => window.probe.connections.length);
  }

  /** Waits until frames of the `count`th connection (or a later one) are shown. @param {number} count */
  async showsConnection(count, limitMs = 15000) {
    await until(`${this.name} is shown connection ${count}`, () => this.page.evaluate((wanted) => {
      const { connections, framesSince } = window.probe;
      const [shown] = document.querySelector("#mix")?.srcObject?.getVideoTracks() ?? [];
      const at = connections.findIndex((one) => one.getReceivers().some(({ track }) => track === shown));
      return at + 1 >= wanted && framesSince(performance.now() - 500).count > 1;
    }, count), limitMs);
  }

  now() {
    return this.page.evaluate(() => performance.now());
  }

  /** @param {number} since @returns {Promise<{count: number, longestGap: number}>} */
  framesSince(since) {
    return this.page.evaluate((at) => window.probe.framesSince(at), since);
  }

  /** The names in the roster, in its order. */
  roster() {
    return this.page.evaluate(() => [...document.querySelectorAll(".person")].map((row) => row.getAttribute("aria-label")));
  }

  /** What the toasts of the last seconds said. */
  toasts() {
    return this.page.locator(".toast").allTextContents();
  }

  close() {
    return this.page.context().close();
  }

  /** @param {string} file */
  async picture(file) {
    await this.page.screenshot({ path: path.resolve(file) });
  }
}

/**
 * Two codecs and a conversion lie between a camera and what is seen: near enough is within 24 of 255 in each part.
 * @param {number[]} seen
 * @param {number[]} sent
 */
export function isColour(seen, sent) {
  return seen.every((value, part) => Math.abs(value - (sent[part] ?? 0)) <= 24);
}
