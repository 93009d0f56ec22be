// SPDX-License-Identifier: Apache-2.0
// The parts of the page and the SDK that need no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "../../web/sdk/backoff.js";
import { Emitter } from "../../web/sdk/emitter.js";
import { startingAt } from "../../web/sdk/media_link.js";
import { roomUrl } from "../../web/sdk/protocol.js";
import { cropped } from "../../web/page/self_view.js";
import { avatarColour, describe, freshRoomId, initials, layoutName, receivedText, roomIdOf, sentence } from "../../web/page/text.js";

test("back-off doubles from 0.3 s to 5 s, with jitter below", () => {
  const full = [0, 1, 2, 3, 4, 5, 50].map((attempt) => backoffMs(attempt, () => 0));
  assert.deepEqual(full, [300, 600, 1200, 2400, 4800, 5000, 5000]);
  assert.equal(backoffMs(0, () => 1), 200);
});

test("an event reaches its listeners until they go, whatever others do", () => {
  const emitter = new Emitter();
  const reported = [];
  globalThis.reportError = (error) => void reported.push(error.message);
  const seen = [];
  emitter.on("news", () => {
    throw new Error("broken listener");
  });
  const undo = emitter.on("news", (detail) => seen.push(detail));
  emitter.emit("news", 1);
  undo();
  emitter.emit("news", 2);
  assert.deepEqual(seen, [1]);
  assert.deepEqual(reported, ["broken listener", "broken listener"]);
});

test("a room's address", () => {
  assert.equal(roomUrl("https://example.org/r/x?y#z", "standup"), "wss://example.org/v1/rooms/standup/ws");
  assert.equal(roomUrl("http://127.0.0.1:8080/", "a b"), "ws://127.0.0.1:8080/v1/rooms/a%20b/ws");
});

test("a shared screen starts at a bitrate for text, whatever the codec", () => {
  const sdp = "m=audio 9 UDP/TLS/RTP/SAVPF 97\r\na=rtpmap:97 OPUS/48000/2\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 98\r\n" +
    "a=rtpmap:96 VP8/90000\r\na=rtpmap:98 rtx/90000\r\na=fmtp:98 apt=96\r\n";
  const changed = startingAt(1500, sdp);
  assert.equal(changed, sdp.replace("VP8/90000\r\n", "VP8/90000\r\na=fmtp:96 x-google-start-bitrate=1500\r\n"));
});

test("why a picture is not the best: the truth, and nothing when nothing is amiss", () => {
  const best = { type: "receiving", level: 0, levels: 5, width: 1280, height: 720, fps: 30, kbps: 1500, limit: "none" };
  const text = (/** @type {object} */ change, saving = false) => receivedText(/** @type {any} */ ({ ...best, ...change }), saving);
  assert.equal(receivedText(null, true), "");
  assert.equal(text({}), "");
  assert.equal(text({ height: 180, limit: "network" }), "Your network is slow: smaller picture");
  assert.equal(text({ fps: 0, limit: "network" }, true), "Your network is slow: still picture");
  assert.equal(text({ width: 0, height: 0, fps: 0, limit: "network" }), "Your network is slow: sound only");
  assert.equal(text({ height: 180, limit: "device" }), "Your device is busy: smaller picture");
  assert.equal(text({ height: 180, limit: "wish" }, true), "Data saver is on: smaller picture");
  assert.equal(text({ height: 180, limit: "wish" }), "", "a small screen, which loses nothing");
  assert.equal(text({ width: 0, height: 0, fps: 0, limit: "wish" }), "Limited by the server: sound only");
});

test("the picture that an address asks for is one that the server takes", async () => {
  Object.assign(globalThis, { HTMLElement: class {}, customElements: { define: () => {} } });
  const { wantedHeight } = await import("../../web/page/picture_menu.js");
  assert.deepEqual(["0", "180", "16384", "16385", "99999"].map(wantedHeight), [0, 180, 16384, 16384, 16384]);
  assert.deepEqual(["", "-1", "1.5", "100000", "tall"].map(wantedHeight), Array(5).fill(null));
});

test("initials and room names", () => {
  assert.deepEqual(["Ada Lovelace", "bob", "", "  José  María del Río "].map(initials), ["AL", "B", "?", "JR"]);
  assert.deepEqual(["🌲 Zoe", "👩‍🚀", "李 小龍", "Ada (ACME)", "(ACME)"].map(initials), ["Z", "👩‍🚀", "李", "A", "A"]);
  assert.deepEqual(["My Stand-up!", "Café", "***", "x".repeat(90)].map(roomIdOf), ["my-stand-up", "cafe", "", "x".repeat(64)]);
  assert.match(freshRoomId(), /^[a-z]+-[a-z]+-\d{4}$/);
});

test("what a screen reader says of a participant", () => {
  const ada = { id: "a", name: "Ada", role: "moderator", muted: false, cameraOff: true, handRaised: true, connected: true };
  assert.equal(describe(/** @type {any} */ (ada), { me: true, speaking: true }), "Ada (you), moderator, speaking, camera off, hand raised");
  assert.equal(describe(/** @type {any} */ ({ ...ada, role: "viewer", muted: true })), "Ada, watching, hand raised");
  const sharing = { ...ada, handRaised: false, sharing: true, poorConnection: true };
  assert.equal(describe(/** @type {any} */ (sharing), { pinned: true }), "Ada, moderator, camera off, sharing a screen, poor connection, pinned");
});

test("what a layout is called, and a sentence of the server's", () => {
  assert.deepEqual(
    [{ layout: "auto" }, { layout: "side-by-side" }, { layout: "custom", custom: "main_stage" }, { layout: "custom" }].map((one) => layoutName(/** @type {any} */ (one))),
    ["Automatic", "Side by side", "Main stage", "Custom"]);
  assert.deepEqual(["the room is full", "Why?", " "].map(sentence), ["The room is full.", "Why?", ""]);
});

test("a self view is cropped by a fifth at most", () => {
  assert.equal(cropped(16 / 9, 16 / 9), 0);
  assert.ok(cropped(4 / 3, 16 / 9) > 0.2 && cropped(16 / 9, 4 / 3) > 0.2 && cropped(16 / 9, 1.5) < 0.2);
});
