// SPDX-License-Identifier: Apache-2.0

const kPollMs = 100;

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Waits until `condition` gives something true, and gives that back; fails after `limitMs` with `what` and the last
 * value (or error) seen.
 * @template Value
 * @param {string} what
 * @param {() => Value | Promise<Value>} condition
 * @param {number} [limitMs]
 * @returns {Promise<NonNullable<Value>>}
 */
export async function until(what, condition, limitMs = 15000) {
  const end = performance.now() + limitMs;
  let last;
  for (;;) {
    try {
      last = await condition();
      if (last) return /** @type {NonNullable<Value>} */ (last);
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}; last: ${describe(last)}`);
    await pause(kPollMs);
  }
}

/** @param {unknown} value */
function describe(value) {
  return value instanceof Error ? value.message : JSON.stringify(value);
}
