// SPDX-License-Identifier: Apache-2.0

/** Whether this browser can capture a screen: phones cannot. */
export function canCapture() {
  return typeof navigator.mediaDevices?.getDisplayMedia === "function";
}

/**
 * Lets the user choose what to share. More pixels than this are not to be had in the mix.
 * @returns {Promise<{capture: MediaStream | null, problem: string}>} problem: for people; empty when they only
 *   changed their mind
 */
export async function captureScreen() {
  try {
    return { capture: await navigator.mediaDevices.getDisplayMedia(options()), problem: "" };
  } catch (error) {
    return { capture: null, problem: explain(error) };
  }
}

/** Newer members than the types know; a browser passes over what it does not know. */
function options() {
  const supported = /** @type {any} */ (navigator.mediaDevices.getSupportedConstraints());
  const withoutCall = Boolean(supported.restrictOwnAudio); // else the others would hear themselves
  return /** @type {DisplayMediaStreamOptions} */ ({
    video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 15, max: 30 } },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, restrictOwnAudio: true },
    systemAudio: withoutCall ? "include" : "exclude",
    selfBrowserSurface: "exclude", // a mirror in a mirror
    surfaceSwitching: "include",
  });
}

/** @param {unknown} error */
function explain(error) {
  const { name = "", message = "" } = error instanceof Error ? error : {};
  if (name === "NotAllowedError") // also when the picker was cancelled
    return /system/i.test(message) ? "The system does not let this browser capture the screen. See its privacy settings." : "";
  if (name === "InvalidStateError" || name === "AbortError") return "";
  if (name === "NotFoundError") return "There is nothing that could be shared.";
  return `The screen cannot be captured (${name || String(error)}).`;
}
