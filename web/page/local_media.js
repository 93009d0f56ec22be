// SPDX-License-Identifier: Apache-2.0
import { Emitter } from "../sdk/emitter.js";
import { recall, remember } from "./memory.js";

/** @typedef {import("../sdk/media_link.js").Kind} Kind */

const kVideo = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 30, max: 30 } };
const kAudio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * This device's camera and microphone, as far as they exist and are allowed.
 * @extends {Emitter<{changed: Kind, devices: void}>}
 */
export class LocalMedia extends Emitter {
  /** @type {Record<Kind, MediaStreamTrack | null>} */
  tracks = { audio: null, video: null };
  /** @type {Record<Kind, string>} why there is none, for people */
  problems = { audio: "", video: "" };
  /** The question for both at once was answered with no. */
  refused = false;
  /** @type {MediaDeviceInfo[]} */
  devices = [];
  #stopped = false;

  constructor() {
    super();
    this.onDeviceChange = () => void this.#listDevices();
    navigator.mediaDevices?.addEventListener?.("devicechange", this.onDeviceChange);
  }

  /**
   * Asks for both at once, so that there is one question; then for each alone, where one is missing.
   * @param {Record<Kind, boolean>} wanted
   */
  async start(wanted) {
    if (wanted.audio && wanted.video) {
      const error = await this.#get(["audio", "video"]);
      const refused = error?.name === "NotAllowedError" && !(await anyGranted());
      if (refused !== this.refused) {
        this.refused = refused;
        this.emit("changed", "video");
      }
      if (error && !refused) {
        await this.#get(["audio"]);
        await this.#get(["video"]);
      }
    } else if (wanted.audio) await this.#get(["audio"]);
    else if (wanted.video) await this.#get(["video"]);
    await this.#listDevices();
  }

  /**
   * @param {Kind} kind
   * @param {string} [deviceId]
   * @returns {Promise<boolean>} whether there is a track now
   */
  async restart(kind, deviceId) {
    if (deviceId !== undefined) remember(kind, deviceId);
    this.stop(kind);
    await this.#get([kind]);
    await this.#listDevices();
    return this.tracks[kind] !== null;
  }

  /** @param {Kind} kind */
  stop(kind) {
    const track = this.tracks[kind];
    if (!track) return;
    track.onended = null;
    track.stop();
    this.tracks[kind] = null;
    this.emit("changed", kind);
  }

  close() {
    this.#stopped = true;
    navigator.mediaDevices?.removeEventListener?.("devicechange", this.onDeviceChange);
    this.stop("audio");
    this.stop("video");
  }

  /**
   * @param {Kind[]} kinds
   * @returns {Promise<DOMException | Error | null>}
   */
  async #get(kinds) {
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "SecurityError");
      const stream = await navigator.mediaDevices.getUserMedia({
        ...(kinds.includes("audio") ? { audio: { ...kAudio, ...chosen("audio") } } : {}),
        ...(kinds.includes("video") ? { video: { ...kVideo, ...chosen("video") } } : {}),
      });
      for (const track of stream.getTracks()) this.#take(track);
      return null;
    } catch (error) {
      const known = error instanceof Error ? error : new Error(String(error));
      for (const kind of kinds) {
        this.problems[kind] = explain(known.name, kind);
        this.emit("changed", kind);
      }
      return known;
    }
  }

  /** @param {MediaStreamTrack} track */
  #take(track) {
    if (this.#stopped) return track.stop(); // permission came too late
    const kind = track.kind === "audio" ? "audio" : "video";
    this.stop(kind);
    this.tracks[kind] = track;
    this.problems[kind] = "";
    track.onended = () => {
      this.problems[kind] = kind === "audio" ? "The microphone was disconnected." : "The camera was disconnected.";
      this.stop(kind);
    };
    this.emit("changed", kind);
  }

  async #listDevices() {
    try {
      this.devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    } catch {
      this.devices = [];
    }
    this.emit("devices", undefined);
  }
}

/** @param {Kind} kind */
function chosen(kind) {
  const deviceId = recall(kind);
  return deviceId ? { deviceId: { ideal: deviceId } } : {};
}

async function anyGranted() {
  /** @param {string} name */
  const state = async (name) => {
    try {
      return (await navigator.permissions.query({ name: /** @type {any} */ (name) })).state;
    } catch {
      return "unknown"; // this browser does not tell
    }
  };
  return (await Promise.all([state("camera"), state("microphone")])).includes("granted");
}

/**
 * @param {string} errorName of the DOMException
 * @param {Kind} kind
 */
function explain(errorName, kind) {
  const device = kind === "audio" ? "microphone" : "camera";
  switch (errorName) {
    case "NotAllowedError":
      return `The browser does not let this page use the ${device}. To change that, click the symbol beside the address.`;
    case "NotFoundError":
    case "OverconstrainedError":
      return `No ${device} was found.`;
    case "NotReadableError":
    case "AbortError":
      return `The ${device} is in use by another program, or does not respond.`;
    case "SecurityError":
      return `Browsers open the ${device} only for pages served by https (or from this computer).`;
    default:
      return `The ${device} cannot be opened (${errorName}).`;
  }
}
