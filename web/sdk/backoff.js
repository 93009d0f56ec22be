// SPDX-License-Identifier: Apache-2.0

const kFirstMs = 300;
const kLongestMs = 5000;

/**
 * How long to wait before attempt `attempt` (0, 1, …): 0.3 s doubling up to 5 s, minus up to a third at
 * random, so that the clients of a server that restarts do not all come back in the same moment.
 * @param {number} attempt
 * @param {() => number} [random] 0 to 1
 * @returns {number} milliseconds
 */
export function backoffMs(attempt, random = Math.random) {
  const full = Math.min(kLongestMs, kFirstMs * 2 ** Math.min(attempt, 10));
  return Math.round(full * (1 - random() / 3));
}
