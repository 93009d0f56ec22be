// SPDX-License-Identifier: Apache-2.0
// What most browser tests need: a server, a browser, and people who go when the test ends.
import { after, afterEach, before } from "node:test";
import { launchChromium, Person } from "./browser.mjs";
import { Server } from "./server.mjs";

/**
 * Call at the top of a test file.
 * @param {Parameters<typeof Server.start>[0]} [serverOptions]
 * @param {() => Promise<import("playwright-core").Browser>} [launch]
 */
export function scene(serverOptions, launch = launchChromium) {
  let rooms = 0;
  const self = {
    /** @type {Server} */ server: /** @type {any} */ (null),
    /** @type {import("playwright-core").Browser} */ browser: /** @type {any} */ (null),
    /** @type {Person[]} */ people: [],
    /** A room that no other test uses. */
    newRoom: () => `room-${process.pid}-${++rooms}`,
    /** @param {string} room @param {import("./browser.mjs").Given} given */
    join: async (room, given) => {
      const person = await Person.join(self.browser, self.server.url, room, given);
      self.people.push(person);
      return person;
    },
    /** @param {import("./browser.mjs").Given} given */
    open: async (given) => {
      const person = await Person.open(self.browser, given);
      self.people.push(person);
      return person;
    },
  };
  before(async () => {
    [self.server, self.browser] = await Promise.all([Server.start(serverOptions), launch()]);
  });
  afterEach(async (context) => {
    const people = self.people.splice(0);
    const pictures = process.env.TESSERA_TEST_PICTURES; // a folder: how each page looked at the end of each test
    const name = /** @type {any} */ (context).name?.replace(/\W+/g, "-");
    if (pictures)
      for (const person of people) await person.picture(`${pictures}/${name}-${person.name}.png`).catch(() => {});
    const errors = people.flatMap((person) => person.errors.map((text) => `${person.name}: ${text}`));
    await Promise.all(people.map((person) => person.close().catch(() => {})));
    if (errors.length) throw new Error(`errors in the page: ${errors.join("; ")}`);
  });
  after(async () => {
    await self.browser?.close();
    await self.server?.stop();
  });
  return self;
}
