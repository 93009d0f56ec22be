// SPDX-License-Identifier: Apache-2.0
// Names and small texts.

/**
 * One or two letters for an avatar.
 * @param {string} name
 */
export function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen.map((word) => [...(word ?? "")][0] ?? "").join("").toLocaleUpperCase() || "?";
}

/**
 * The hue of an avatar, the same for the same name.
 * @param {string} name
 */
export function hue(name) {
  let sum = 7;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return sum;
}

/**
 * A room's id from what somebody types: "My Stand-up!" is "my-stand-up".
 * @param {string} text
 */
export function roomIdOf(text) {
  const plain = text.normalize("NFKD").replace(/\p{Mark}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9_]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 64);
}

const kFirst = ["amber", "blue", "bright", "calm", "clear", "golden", "green", "light", "quiet", "silver", "swift", "warm"];
const kSecond = ["bridge", "brook", "cedar", "cliff", "field", "garden", "harbor", "lake", "meadow", "orchard", "river", "valley"];

/** A fresh room that is easy to say: "amber-river-4821". */
export function freshRoomId() {
  const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint32Array(3));
  return `${kFirst[a % kFirst.length]}-${kSecond[b % kSecond.length]}-${1000 + (c % 9000)}`;
}

/** @param {number} timeMs */
export function clock(timeMs) {
  return new Date(timeMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

/**
 * @param {import("../sdk/protocol.js").Participant} one
 * @param {{speaking?: boolean, me?: boolean}} [more]
 * @returns {string} e.g. "Ada (you), muted, hand raised"
 */
export function describe(one, { speaking = false, me = false } = {}) {
  const parts = [me ? `${one.name} (you)` : one.name];
  if (one.role === "moderator") parts.push("moderator");
  if (one.role === "viewer") parts.push("watching");
  if (speaking && !one.muted) parts.push("speaking");
  if (one.muted && one.role !== "viewer") parts.push("muted");
  if (one.cameraOff && one.role !== "viewer") parts.push("camera off");
  if (one.handRaised) parts.push("hand raised");
  if (!one.connected) parts.push("connecting");
  return parts.join(", ");
}
