// SPDX-License-Identifier: Apache-2.0

/**
 * The secret that stands for our place in a room. Storage keeps it beyond this page, so that a reload takes the
 * place over; where the browser forbids that, a new socket still does.
 */
export class ResumeStore {
  #storage;
  #key;
  #token = "";

  /**
   * @param {string} room
   * @param {Storage | null} [storage] null: nowhere
   */
  constructor(room, storage = defaultStorage()) {
    this.#storage = storage;
    this.#key = `tessera.resume.${room}`;
    this.#try(() => (this.#token = this.#storage?.getItem(this.#key) ?? ""));
  }

  get token() {
    return this.#token;
  }

  /** Empty: forgotten. */
  set token(token) {
    this.#token = token;
    this.#try(() => (token ? this.#storage?.setItem(this.#key, token) : this.#storage?.removeItem(this.#key)));
  }

  /** @param {() => void} access which a browser may forbid at any time, or have no room for */
  #try(access) {
    try {
      access();
    } catch (error) {
      console.debug("tessera: no storage, so a reload joins anew", error);
    }
  }
}

/** @returns {Storage | null} null where the browser forbids it */
function defaultStorage() {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}
