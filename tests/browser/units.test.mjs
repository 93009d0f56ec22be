// SPDX-License-Identifier: Apache-2.0
// The parts of the page and the SDK that need no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "../../web/sdk/backoff.js";
import { Emitter } from "../../web/sdk/emitter.js";
import { startingAt } from "../../web/sdk/media_link.js";
import { roomUrl } from "../../web/sdk/protocol.js";
import { cropped } from "../../web/page/self_view.js";
import {
  avatarColour, describe, duration, fileSize, freshRoomId, initials, layoutName, receivedText, recordedText, roomIdOf, sentence, streamedText,
} from "../../web/page/text.js";
import { peopleIn } from "../../web/page/timeline.js";

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

test("a source is not taken for a person", () => {
  const camera = { id: "c", name: "Door", role: "source", muted: true, cameraOff: false, handRaised: false, connected: true };
  assert.equal(describe(/** @type {any} */ (camera)), "Door, media source, muted");
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

test("what is said of a recording and of live outputs", () => {
  const sinceMs = new Date(2026, 0, 1, 9, 5).getTime();
  const recorded = (/** @type {string} */ state, since = sinceMs) => recordedText(/** @type {any} */ ({ state, sinceMs: since, streams: 0 })).replace(/\d\d?:\d\d( [AP]M)?/, "TIME");
  assert.deepEqual([recorded("none"), recorded("recording"), recorded("paused"), recorded("recording", 0)],
    ["", "This meeting is being recorded (since TIME).", "This meeting is being recorded (since TIME, paused now).", "This meeting is being recorded."]);
  const streamed = (/** @type {number} */ streams) => streamedText({ state: "none", sinceMs: 0, streams });
  assert.deepEqual([0, 1, 3].map(streamed), ["", "This meeting is streamed live.", "This meeting is streamed live to 3 places."]);
});

test("times and sizes of recordings", () => {
  assert.deepEqual([-1, 0, 7999, 60000, 3599999, 3723000, 360000000].map(duration), ["0:00", "0:00", "0:07", "1:00", "59:59", "1:02:03", "100:00:00"]);
  assert.deepEqual([0, 1, 999, 1000, 940000, 1234567, 594300000, 2.5e9, 4e15].map((bytes) => fileSize(bytes).replace(/\s/g, " ")),
    ["0 byte", "1 byte", "999 byte", "1 kB", "940 kB", "1.2 MB", "594 MB", "2.5 GB", "4,000 TB"]);
});

test("who was in a recorded meeting, and when", () => {
  const ada = { atMs: 0, id: "a", name: "Ada", role: "moderator" };
  const bob = { atMs: 0, id: "b", name: "Bob", role: "participant" };
  const events = [
    { ...ada, event: "joined", mediaMs: 0 }, { ...bob, event: "joined", mediaMs: 1000 },
    { ...bob, event: "joined", mediaMs: 1500 }, // told twice, as after a gap
    { atMs: 0, event: "speaker", id: "b", mediaMs: 1800 },
    { atMs: 0, event: "left", id: "b", mediaMs: 2000 }, { atMs: 0, event: "left", id: "b", mediaMs: 2500 },
    { atMs: 0, event: "left", id: "unknown", mediaMs: 2600 }, { ...bob, event: "joined", mediaMs: 5000 }];
  assert.deepEqual(peopleIn(events, 9000), [
    { name: "Ada", role: "moderator", stays: [{ fromMs: 0, toMs: 9000 }] },
    { name: "Bob", role: "participant", stays: [{ fromMs: 1000, toMs: 2000 }, { fromMs: 5000, toMs: 9000 }] }]);
  assert.deepEqual(peopleIn([], 0), []);
});
