// SPDX-License-Identifier: Apache-2.0
// A participant without media: a WebSocket and what it hears.
import WebSocket from "ws";
import { until } from "../support/wait.mjs";

export class Client {
  /** @param {{url: string}} server @param {string} room @param {import("ws").ClientOptions} [options] */
  static async open(server, room, options = {}, protocols = ["tessera.v1"]) {
    const client = new Client(new WebSocket(`${server.url.replace("http", "ws")}/v1/rooms/${room}/ws`, protocols, options));
    await client.opened;
    return client;
  }

  /** @param {{url: string}} server @param {string} room @param {object} join its members */
  static async join(server, room, join) {
    const client = await Client.open(server, room);
    client.say({ type: "join", codecs: ["VP8"], ...join });
    client.welcome = await client.hear("welcome");
    return client;
  }

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.socket = socket;
    /** @type {any[]} */
    this.heard = [];
    this.closeCode = 0;
    this.opened = new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    this.closed = new Promise((resolve) => socket.once("close", (code) => resolve((this.closeCode = code))));
    socket.on("error", () => {});
    socket.on("message", (data) => this.heard.push(JSON.parse(String(data))));
  }

  /** @param {object | string} message */
  say(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** @param {string} type */
  hear(type, count = 1) {
    const found = () => this.heard.filter((one) => one.type === type)[count - 1];
    return until(`${type} ${count} is heard; so far ${this.heard.map((one) => one.code ?? one.type)}`, found);
  }

  /** @param {string} pc */
  hearOffer(pc, gen = 1) {
    return until(`an offer of ${pc} ${gen}`, () => this.heard.find((one) => one.type === "offer" && one.pc === pc && one.gen >= gen));
  }

  /** The last of a type, once it fits. @param {string} type @param {(message: any) => boolean} fits */
  hearThat(type, fits) {
    const last = () => this.heard.filter((one) => one.type === type).at(-1);
    return until(`${type} is ${fits}; it is ${JSON.stringify(last())}`, () => last() && fits(last()) && last());
  }

  errors() {
    return this.heard.filter((one) => one.type === "error");
  }

  leave() {
    this.socket.terminate();
    return this.closed;
  }
}
