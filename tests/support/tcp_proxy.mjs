// SPDX-License-Identifier: Apache-2.0
// A way for WebSockets that can be cut or fall silent, while media goes on beside it.
import net from "node:net";

export class TcpProxy {
  /** @type {Set<net.Socket>} */
  #sockets = new Set();
  #open = true;
  #server;

  /** @param {number} target port on loopback */
  static async to(target) {
    const proxy = new TcpProxy(target);
    await new Promise((resolve) => proxy.#server.listen(0, "127.0.0.1", () => resolve(undefined)));
    return proxy;
  }

  /** @param {number} target */
  constructor(target) {
    this.#server = net.createServer((client) => {
      if (!this.#open) return void client.destroy();
      const server = net.connect(target, "127.0.0.1");
      for (const [from, to] of [[client, server], [server, client]]) {
        this.#sockets.add(from);
        from.on("error", () => {}); // "close" follows
        from.on("close", () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
  }

  get url() {
    const { port } = /** @type {net.AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}`;
  }

  /** What is open now carries nothing any more, and nobody is told; new connections do. */
  silence() {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  /** Cuts what is open, and refuses new ones until mend(). */
  cut() {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#open = true;
  }

  async close() {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
