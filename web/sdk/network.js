// SPDX-License-Identifier: Apache-2.0

/**
 * Calls `changed` when the device is on another network, or on one again: a socket opened before then may be
 * dead without knowing it.
 * @param {() => void} changed
 * @returns {() => void} stops watching
 */
export function watchNetwork(changed) {
  /** @type {(EventTarget & {type?: string}) | undefined} */
  const connection = /** @type {any} */ (navigator).connection; // not in every browser
  let type = connection?.type;
  const connectionChanged = () => {
    if (connection?.type === type) return; // only its estimates of speed are new
    type = connection?.type;
    if (type !== "none") changed();
  };
  addEventListener("online", changed);
  connection?.addEventListener?.("change", connectionChanged);
  return () => {
    removeEventListener("online", changed);
    connection?.removeEventListener?.("change", connectionChanged);
  };
}
