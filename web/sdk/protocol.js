// SPDX-License-Identifier: Apache-2.0
// The messages of signaling/PROTOCOL.md as types, and the few constants of the protocol.

export const kSubprotocol = "tessera.v1";
export const kMaxNameChars = 64;
export const kMaxChatChars = 2000;

/**
 * @typedef {"moderator" | "participant" | "viewer" | "source"} Role source: a file, stream or camera that the server brings in
 * @typedef {{id: string, name: string, role: Role, muted: boolean, cameraOff: boolean, handRaised: boolean,
 *            connected: boolean, sharing: boolean, poorConnection: boolean}} Participant
 * @typedef {{width: number, height: number, fps: number}} Canvas
 * @typedef {{id: string, pc: string, x: number, y: number, width: number, height: number}} Tile
 * @typedef {{id: string, levelDb: number, speaking: boolean, active: boolean}} Level
 * @typedef {{mline: number, candidate: string}} Candidate
 * @typedef {"grid" | "speaker" | "spotlight" | "presentation" | "side-by-side" | "custom"} ShownLayout
 * @typedef {"auto" | ShownLayout} LayoutName
 * @typedef {{layout: LayoutName, custom?: string, pinned: string[]}} LayoutChoice `custom`: with that layout only
 * @typedef {{glideMs: number, cornerRadius: number}} Look how tiles move, and their corners in pixels of that canvas
 * @typedef {"none" | "rate" | "size" | "closed"} QualityLevel
 * @typedef {"none" | "network" | "device" | "wish"} ReceivingLimit why the picture that we get is not the best
 * @typedef {{state: "none" | "recording" | "paused", streams: number, sinceMs: number,
 *            error?: {code: string, text: string}}} Recording of the room; `streams`: live outputs that are up;
 *            `sinceMs`: Unix time, 0: none; `error`: why the last one ended early
 * @typedef {"start" | "pause" | "resume" | "stop"} RecordAction
 *
 * @typedef {{type: "welcome", id: string, room: string, role: Role, resume: string, resumed: boolean,
 *            canvas: Canvas, look: Look, layout: LayoutChoice, customLayouts: string[], iceServers: RTCIceServer[],
 *            recording: Recording, screen?: Omit<ScreenMessage, "type">, participants: Participant[]}} Welcome
 * @typedef {{type: "offer", pc: string, gen: number, sdp: string}} Offer
 * @typedef {{type: "candidate", pc: string, gen: number, candidate: Candidate}} ServerCandidate
 * @typedef {{type: "roster", participants: Participant[]}} Roster
 * @typedef {{type: "tiles", canvas: Canvas, layout: ShownLayout, tiles: Tile[], more: number}} Tiles
 * @typedef {{type: "layout"} & LayoutChoice} LayoutMessage
 * @typedef {{type: "screen", state: "refused" | "taken-over" | "ended", code: string, text: string}} ScreenMessage
 * @typedef {{type: "quality", level: QualityLevel, text: string}} Quality
 * @typedef {{type: "recording"} & Recording} RecordingMessage
 * @typedef {{type: "ingest", pc: string, gen: number, width: number, height: number, fps: number,
 *            kbps: number}} Ingest how our picture is shown; width 0: not at all
 * @typedef {{type: "receiving", level: number, levels: number, width: number, height: number, fps: number,
 *            kbps: number, limit: ReceivingLimit}} Receiving fps 0: a still picture; width 0: sound alone
 * @typedef {{type: "pong", id: number}} Pong
 * @typedef {{type: "speaking", levels: Level[]}} Speaking
 * @typedef {{type: "chat", from: string, name: string, text: string, timeMs: number}} Chat
 * @typedef {{type: "error", code: string, text: string, final: boolean, re?: string}} ServerError
 * @typedef {{type: "bye", code: string, text: string, reconnect: boolean, afterMs: number}} Bye
 * @typedef {Welcome | Offer | ServerCandidate | Roster | Tiles | LayoutMessage | ScreenMessage | Quality |
 *           RecordingMessage | Speaking | Ingest | Receiving | Pong | Chat | ServerError | Bye} FromServer
 */

/**
 * The address of a room's WebSocket on a server.
 * @param {string | URL} server e.g. location.href
 * @param {string} room
 * @returns {string}
 */
export function roomUrl(server, room) {
  const url = new URL(`/v1/rooms/${encodeURIComponent(room)}/ws`, server);
  url.protocol = url.protocol === "https:" || url.protocol === "wss:" ? "wss:" : "ws:";
  return url.href;
}
