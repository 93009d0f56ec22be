// SPDX-License-Identifier: Apache-2.0
// Somebody whose media has one way only: a TURN server behind a bad network.
import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { Person } from "../support/browser.mjs";
import { Coturn, kTurnSecret } from "../support/coturn.mjs";
import { Impair } from "../support/impair.mjs";

const kPage = fileURLToPath(new URL("page.js", import.meta.url));

/** A TURN server, and bad networks in front of it. */
export class Ways {
  static async start() {
    return new Ways(await Coturn.start());
  }

  /** @param {Coturn} coturn */
  constructor(coturn) {
    this.coturn = coturn;
    /** @type {Impair[]} */
    this.impairs = [];
  }

  /** A further network to it. @param {import("../support/impair.mjs").Step[]} [steps] */
  async add(steps = []) {
    const impair = await Impair.start({ target: this.coturn.port, seed: this.impairs.length + 1, steps });
    this.impairs.push(impair);
    return impair;
  }

  async stop() {
    try {
      for (const impair of this.impairs) await impair.stop();
    } finally {
      await this.coturn.stop();
    }
  }
}

/** What an RTCPeerConnection needs to go that way. @param {number} port */
export function turnAt(port) {
  const username = `${Math.floor(Date.now() / 1000) + 3600}:net`;
  const credential = createHmac("sha1", kTurnSecret).update(username).digest("base64");
  return { urls: `turn:127.0.0.1:${port}?transport=udp`, username, credential };
}

/**
 * Joins somebody whose media goes through `impair`, or whose page goes its own way.
 * @param {import("playwright-core").Browser} browser
 * @param {import("../support/server.mjs").Server} server
 * @param {string} room
 * @param {import("../support/browser.mjs").Given & {rate?: number, syllables?: boolean}} given
 * @param {Impair} impair
 */
export async function joinThrough(browser, server, room, given, impair) {
  const person = await Person.open(browser, given);
  await person.page.addInitScript((turn) => void (window.testTurn = turn), turnAt(impair.port));
  await person.page.addInitScript({ path: kPage });
  await person.goto(`${server.url}/r/${room}?join=1&name=${encodeURIComponent(given.name)}`);
  await person.connected();
  return person;
}

/** From its next connection on, somebody's media goes through `impair`. @param {Person} person @param {Impair} impair */
export function changeWay(person, impair) {
  return person.page.evaluate((turn) => void (window.testTurn = turn), turnAt(impair.port));
}
