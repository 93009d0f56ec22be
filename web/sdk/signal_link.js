// SPDX-License-Identifier: Apache-2.0
import { backoffMs } from "./backoff.js";
import { Emitter } from "./emitter.js";
import { kSubprotocol } from "./protocol.js";

const kOpenTimeoutMs = 8000;

/**
 * A WebSocket that comes back: opens, retries with back-off for as long as it is wanted, hands messages up.
 * @extends {Emitter<{
 *   open: void,
 *   message: import("./protocol.js").FromServer,
 *   down: {attempt: number, retryMs: number},
 * }>}
 */
export class SignalLink extends Emitter {
  #url;
  /** @type {WebSocket | null} */
  #socket = null;
  #attempt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #openTimer;
  #closed = false;

  /** @param {string} url */
  constructor(url) {
    super();
    this.#url = url;
  }

  open() {
    if (this.#closed) return;
    this.#forget();
    const socket = new WebSocket(this.#url, kSubprotocol);
    this.#socket = socket;
    this.#openTimer = setTimeout(() => this.#lost(socket), kOpenTimeoutMs);
    socket.onopen = () => {
      clearTimeout(this.#openTimer);
      this.emit("open", undefined);
    };
    socket.onmessage = (event) => this.#received(event.data);
    socket.onclose = () => this.#lost(socket);
  }

  /** The server has accepted us: the next loss starts again with the shortest wait. */
  settled() {
    this.#attempt = 0;
  }

  /** Drops the present socket, which may be dead without knowing it, and opens a new one at once. */
  reopen() {
    this.#attempt = 0;
    this.open();
  }

  /**
   * @param {number} afterMs
   */
  reopenAfter(afterMs) {
    this.#forget();
    this.#retry(afterMs);
  }

  /**
   * @param {Record<string, unknown>} message
   * @returns {boolean} whether it was handed to an open socket
   */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  close() {
    this.#closed = true;
    this.#forget();
  }

  /** @param {unknown} data */
  #received(data) {
    let message;
    try {
      message = JSON.parse(String(data));
    } catch {
      return; // not ours to judge: the next message may be fine
    }
    if (message && typeof message.type === "string") this.emit("message", message);
  }

  /** @param {WebSocket} socket */
  #lost(socket) {
    if (socket !== this.#socket || this.#closed) return;
    this.#forget();
    this.#retry(backoffMs(this.#attempt++));
  }

  /** @param {number} retryMs */
  #retry(retryMs) {
    this.#retryTimer = setTimeout(() => this.open(), retryMs);
    this.emit("down", { attempt: this.#attempt, retryMs });
  }

  #forget() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#openTimer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
