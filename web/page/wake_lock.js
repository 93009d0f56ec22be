// SPDX-License-Identifier: Apache-2.0

/**
 * Keeps the screen on where the browser can; a lock goes whenever the page is hidden, and is taken again.
 * @returns {() => void} lets the screen sleep again
 */
export function keepAwake() {
  /** @type {WakeLockSentinel | null} */
  let lock = null;
  let wanted = true;
  const take = async () => {
    if (!wanted || document.visibilityState !== "visible") return;
    lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null; // refused on low battery
    if (!wanted) void lock?.release();
  };
  document.addEventListener("visibilitychange", take);
  void take();
  return () => {
    wanted = false;
    document.removeEventListener("visibilitychange", take);
    void lock?.release();
  };
}
