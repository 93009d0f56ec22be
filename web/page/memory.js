// SPDX-License-Identifier: Apache-2.0
// What the browser remembers for the next time: name, devices, how much picture. Works without storage, too.

/** @typedef {"name" | "audio" | "video" | "receive"} Remembered */

/** @param {Remembered} what */
export function recall(what) {
  try {
    return localStorage.getItem(`tessera.${what}`) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {Remembered} what
 * @param {string} value
 */
export function remember(what, value) {
  try {
    localStorage.setItem(`tessera.${what}`, value);
  } catch {
    // private windows may forbid it: then it is asked again
  }
}
