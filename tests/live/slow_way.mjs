// SPDX-License-Identifier: Apache-2.0
// A way to a server that carries only so much.
import net from "node:net";

const kTickMs = 50;

export class SlowWay {
  /** @param {import("node:test").TestContext} context ends it @param {number} target port on loopback */
  static async to(context, target) {
    const way = new SlowWay(target);
    context.after(() => way.close());
    await new Promise((resolve) => way.server.listen(0, "127.0.0.1", () => resolve(undefined)));
    return way;
  }

  /** @param {number} target */
  constructor(target) {
    this.bytesPerSecond = Infinity;
    /** @type {Set<net.Socket>} */
    this.sockets = new Set();
    this.server = net.createServer((client) => {
      const server = net.connect(target, "127.0.0.1");
      for (const [from, to] of [[client, server], [server, client]]) {
        this.sockets.add(from);
        from.on("error", () => {}); // "close" follows
        from.on("close", () => to.destroy());
      }
      server.pipe(client);
      this.#carry(client, server);
    });
  }

  get port() {
    return /** @type {net.AddressInfo} */ (this.server.address()).port;
  }

  /** @param {net.Socket} from @param {net.Socket} to */
  #carry(from, to) {
    from.on("data", (data) => {
      to.write(data);
      if (this.bytesPerSecond === Infinity) return;
      from.pause();
      setTimeout(() => from.resume(), Math.max(kTickMs, (data.length / this.bytesPerSecond) * 1000));
    });
  }

  close() {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
