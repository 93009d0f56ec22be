// SPDX-License-Identifier: Apache-2.0
// Names and small texts.

/** Scripts in which two letters side by side read as initials; elsewhere one character stands for the name. */
const kPaired = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Common}]/u;

/**
 * One or two letters for an avatar, as in the mix (pipelines/draw/initials.cpp). Words that begin with a sign,
 * such as "(ACME)", count only when there is no other.
 * @param {string} name
 */
export function initials(name) {
  const words = name.trim().split(/\s+/).map((word) => [...word]);
  const isLetter = (/** @type {string} */ char) => /[\p{L}\p{N}]/u.test(char);
  const plain = words.filter(([first = ""]) => isLetter(first));
  const letters = (plain.length ? plain : words).flatMap((word) => word.find(isLetter) ?? []);
  const [first] = letters;
  const last = letters.at(-1);
  if (!first || !last) return firstCluster(name.trim()) || "?";
  const pair = letters.length > 1 && kPaired.test(first) && kPaired.test(last);
  return (pair ? first + last : first).toUpperCase();
}

/** What a reader takes for one character, such as an emoji made of several. @param {string} text */
function firstCluster(text) {
  const [cluster] = "Segmenter" in Intl ? new Intl.Segmenter().segment(text) : [];
  return cluster?.segment ?? [...text][0] ?? "";
}

/** As in the mix (pipelines/draw/avatar.cpp), in its order. */
const kAvatarColours = [
  [184, 51, 69], [189, 77, 26], [148, 102, 10], [92, 117, 20], [33, 128, 56], [10, 125, 107],
  [5, 117, 148], [26, 107, 189], [71, 92, 204], [115, 77, 194], [153, 61, 168], [179, 51, 122],
];

/**
 * The colour of an avatar, the same as in the mix.
 * @param {string} key
 */
export function avatarColour(key) {
  let hash = 2166136261; // FNV-1a
  for (const byte of new TextEncoder().encode(key)) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  const [red, green, blue] = kAvatarColours[((hash ^ (hash >>> 16)) >>> 0) % kAvatarColours.length] ?? [];
  return `rgb(${red} ${green} ${blue})`;
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

/** @param {string | number} time RFC 3339, or Unix time in ms */
export function dateTime(time) {
  return new Date(time).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

/** How long: "0:07", "1:02:03". @param {number} ms */
export function duration(ms) {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** "940 kB", "1.2 MB". @param {number} bytes */
export function fileSize(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = Math.min(Math.floor(Math.log10(Math.max(1, bytes)) / 3), units.length - 1);
  const value = bytes / 1000 ** step;
  return value.toLocaleString([], { style: "unit", unit: units[step], maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 });
}

/**
 * @param {import("../sdk/protocol.js").Participant} one
 * @param {{speaking?: boolean, me?: boolean, pinned?: boolean}} [more]
 * @returns {string} e.g. "Ada (you), muted, hand raised"
 */
export function describe(one, { speaking = false, me = false, pinned = false } = {}) {
  const parts = [me ? `${one.name} (you)` : one.name];
  if (one.role === "moderator") parts.push("moderator");
  if (one.role === "viewer") parts.push("watching");
  if (one.role === "source") parts.push("media source");
  if (speaking && !one.muted) parts.push("speaking");
  if (one.muted && one.role !== "viewer") parts.push("muted");
  if (one.cameraOff && one.role !== "viewer") parts.push("camera off");
  if (one.sharing) parts.push("sharing a screen");
  if (one.handRaised) parts.push("hand raised");
  if (one.poorConnection) parts.push("poor connection");
  if (pinned) parts.push("pinned");
  if (!one.connected) parts.push("connecting");
  return parts.join(", ");
}

/**
 * What a layout is called.
 * @param {{layout: import("../sdk/protocol.js").LayoutName, custom?: string}} choice
 */
export function layoutName({ layout, custom = "" }) {
  const name = layout === "auto" ? "automatic" : layout === "custom" && custom ? custom : layout;
  const words = name.replace(/[-_]+/g, " ").trim() || name;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Why the picture that one gets is not the best; nothing while it is.
 * @param {import("../sdk/protocol.js").Receiving | null} receiving
 * @param {boolean} saving one asked for less
 */
export function receivedText(receiving, saving) {
  if (!receiving || receiving.limit === "none") return "";
  const { width, fps, limit } = receiving;
  const what = width === 0 ? "sound only" : fps === 0 ? "still picture" : "smaller picture";
  if (limit === "network") return `Your network is slow: ${what}`;
  if (limit === "device") return `Your device is busy: ${what}`;
  if (saving) return `Data saver is on: ${what}`;
  return fps === 0 ? `Limited by the server: ${what}` : ""; // or as large as this screen can show
}

/**
 * That a room is recorded; empty when it is not.
 * @param {import("../sdk/protocol.js").Recording} recording
 */
export function recordedText({ state, sinceMs }) {
  if (state === "none") return "";
  const since = sinceMs ? `since ${clock(sinceMs)}` : "";
  const details = [since, state === "paused" ? "paused now" : ""].filter(Boolean).join(", ");
  return `This meeting is being recorded${details && ` (${details})`}.`;
}

/** That it is seen elsewhere, too. @param {import("../sdk/protocol.js").Recording} recording */
export function streamedText({ streams }) {
  if (!streams) return "";
  return `This meeting is streamed live${streams === 1 ? "" : ` to ${streams} places`}.`;
}

/**
 * A sentence of the server's as a sentence of its own: "the room is full" is "The room is full."
 * @param {string} text
 */
export function sentence(text) {
  const trimmed = text.trim();
  return trimmed && trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? "" : ".");
}
