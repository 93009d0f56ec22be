// SPDX-License-Identifier: Apache-2.0

/** Keeps the secret that stands for our place in a room, so that a reload of the page takes it over. */
export class ResumeStore {
  #storage;
  #key;

  /**
   * @param {string} room
   * @param {Storage | null} [storage] null: nowhere
   */
  constructor(room, storage = defaultStorage()) {
    this.#storage = storage;
    this.#key = `tessera.resume.${room}`;
  }

  get token() {
    return this.#storage?.getItem(this.#key) ?? "";
  }

  /** Empty: forgotten. */
  set token(token) {
    if (token) this.#storage?.setItem(this.#key, token);
    else this.#storage?.removeItem(this.#key);
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
