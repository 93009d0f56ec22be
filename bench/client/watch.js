// SPDX-License-Identifier: Apache-2.0
// Runs in every page before its scripts: knows its connections and what the server said. `window.benchSettings`
// ({ignoreIngest, kbps}) says whether `ingest` is kept from the page; then what it sends is capped here.
(() => {
  const { ignoreIngest = false, kbps = 0 } = window.benchSettings ?? {};
  const connections = [];
  const RealConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends RealConnection {
    constructor(...given) {
      super(...given);
      connections.push(this);
    }
  };

  /** The last message of each type. */
  const told = {};
  const levels = [];
  const RealSocket = window.WebSocket;
  window.WebSocket = class extends RealSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", (event) => {
        const message = JSON.parse(event.data);
        told[message.type] = message;
        if (message.type === "receiving") levels.push({ at: performance.now(), level: message.level });
        if (ignoreIngest && message.type === "ingest") event.stopImmediatePropagation();
      });
    }
  };

  /** @param {RTCPeerConnection} connection */
  function cap(connection) {
    for (const sender of connection.getSenders()) {
      if (sender.track?.kind !== "video") continue;
      const parameters = sender.getParameters();
      const [encoding] = parameters.encodings ?? [];
      if (!encoding || encoding.maxBitrate === kbps * 1000) continue;
      encoding.maxBitrate = kbps * 1000;
      sender.setParameters(parameters).catch(() => {}); // not negotiated yet: the next time
    }
  }
  const live = () => connections.filter((one) => one.connectionState !== "closed");
  if (ignoreIngest) setInterval(() => live().forEach(cap), 250);

  /** What all connections have sent and received so far. */
  async function counts() {
    const sum = { at: performance.now(), up: 0, down: 0, decoded: [], sent: null, shown: null };
    for (const connection of live()) {
      for (const stat of (await connection.getStats()).values()) {
        if (stat.type === "transport") {
          sum.up += stat.bytesSent;
          sum.down += stat.bytesReceived;
        } else if (stat.type === "inbound-rtp" && stat.kind === "video") {
          sum.decoded.push(stat.framesDecoded ?? 0);
          sum.shown = { width: stat.frameWidth ?? 0, height: stat.frameHeight ?? 0 };
        } else if (stat.type === "outbound-rtp" && stat.kind === "video") {
          sum.sent = { width: stat.frameWidth ?? 0, height: stat.frameHeight ?? 0, fps: stat.framesPerSecond ?? 0,
            limitedBy: stat.qualityLimitationReason ?? "none" };
        }
      }
    }
    return sum;
  }

  /** The lowest level of the ladder since `since` (performance.now()); undefined: never told. */
  function worstLevelSince(since) {
    const inForce = levels.filter((one, at) => one.at >= since || (levels[at + 1]?.at ?? Infinity) > since);
    return inForce.length ? Math.max(...inForce.map(({ level }) => level)) : undefined;
  }

  window.bench = { counts, told, worstLevelSince, connections };
})();
