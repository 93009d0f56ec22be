// SPDX-License-Identifier: Apache-2.0
// Through a real TURN server, with the time-limited credentials that the server makes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kPeople, launchChromium, Person } from "../support/browser.mjs";
import { Coturn, kTurnSecret } from "../support/coturn.mjs";
import { Server } from "../support/server.mjs";

const [ada, bob] = kPeople;
/** @type {Coturn} */ let coturn;
/** @type {Server} */ let server;
/** @type {import("playwright-core").Browser} */ let browser;

before(async () => {
  coturn = await Coturn.start();
  const config = `[media]\nturn_servers = ["${coturn.url}"]\nturn_secret = "${kTurnSecret}"\n`;
  [server, browser] = await Promise.all([Server.start({ config }), launchChromium()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await coturn?.stop();
});

test("two people through the relay only", async () => {
  const people = [];
  for (const one of [ada, bob]) people.push(await Person.join(browser, server.url, "relayed", { ...one, query: "&relay=1" }));
  const [first, second] = people;
  await first.sees(bob);
  await second.sees(ada);
  await first.hears([bob], [ada]);
  await second.hears([ada], [bob]);
  for (const person of people) {
    const type = await person.page.evaluate(async () => {
      const report = await window.probe.connections.at(-1).getStats();
      const all = [...report.values()];
      const pair = all.find((entry) => entry.type === "candidate-pair" && entry.nominated);
      return report.get(pair.localCandidateId).candidateType;
    });
    assert.equal(type, "relay");
  }
  assert.match(coturn.log, /ALLOCATE processed, success/);
});
