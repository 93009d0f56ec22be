// SPDX-License-Identifier: Apache-2.0
// The SDK against a server and a browser that do what the test says: sharing a screen, the layout, recording, muting.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import {
  admit, FakeClock, FakeConnection, fakeCapture, FakeSocket, FakeTrack, installFakeEngine, kMe, kWelcome, settled,
} from "../support/fake_engine.mjs";

installFakeEngine();
const { Conference } = await import("../../web/sdk/tessera.js");


/** @type {InstanceType<typeof Conference>} */ let conference;
/** @type {any[]} */ let changes;

/** @param {object} [options] */
function join(options = {}) {
  conference = new Conference();
  changes = [];
  conference.on("screen", (change) => changes.push(change));
  conference.connect("http://127.0.0.1/", "standup", { name: "Ada", storage: null, ...options });
  return admit(kWelcome);
}

/** Shares, and takes the offer. */
async function share(socket, capture = fakeCapture("video")) {
  conference.shareScreen(capture);
  socket.receive({ type: "offer", pc: "screen", gen: 1, sdp: "offer 1" });
  await settled();
  return { capture, connection: FakeConnection.all.at(-1) };
}

/** @type {FakeClock} */ let clock;

beforeEach(() => {
  FakeSocket.all.length = FakeConnection.all.length = 0;
  clock = new FakeClock();
  clock.install();
});
afterEach(() => {
  conference.leave();
  clock.uninstall();
  assert.equal(clock.armed, 0, "no timer outlives the call");
});

test("a shared screen is asked for, offered, and answered with what there is to send", async () => {
  const socket = join();
  const { capture, connection } = await share(socket);
  assert.deepEqual(socket.of("screen"), [{ type: "screen", action: "start" }]);
  assert.deepEqual(socket.of("answer"), [{ type: "answer", pc: "screen", gen: 1, sdp: "answer to offer 1" }]);
  const [audio, video] = connection.transceivers;
  assert.deepEqual([audio.direction, video.direction], ["sendonly", "sendonly"]);
  assert.equal(audio.sender.track, null);
  assert.equal(video.sender.track, capture.getVideoTracks()[0]);
  assert.equal(capture.getVideoTracks()[0].contentHint, "detail");
  assert.deepEqual(video.sender.parameters, { encodings: [{ maxBitrate: 2_500_000, maxFramerate: 15 }], degradationPreference: "maintain-resolution" });
  assert.deepEqual(changes, [{ sharing: true, why: "started", text: "" }]);
  assert.ok(conference.sharing);
});

test("the sound of what is captured goes along", async () => {
  const { capture, connection } = await share(join(), fakeCapture("video", "audio"));
  const [audio] = connection.transceivers;
  assert.equal(audio.sender.track, capture.getAudioTracks()[0]);
});

test("candidates belong to their connection", async () => {
  const socket = join();
  socket.receive({ type: "offer", pc: "main", gen: 1, sdp: "main" });
  const { connection } = await share(socket);
  const [main] = FakeConnection.all;
  socket.receive({ type: "candidate", pc: "screen", gen: 1, candidate: { mline: 0, candidate: "for the screen" } });
  socket.receive({ type: "candidate", pc: "main", gen: 1, candidate: { mline: 1, candidate: "for the call" } });
  await settled();
  assert.deepEqual(connection.candidates, [{ candidate: "for the screen", sdpMLineIndex: 0 }]);
  assert.deepEqual(main.candidates, [{ candidate: "for the call", sdpMLineIndex: 1 }]);
  connection.onicecandidate({ candidate: { candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", protocol: "udp", sdpMLineIndex: 0 } });
  assert.equal(socket.of("candidate").at(-1).pc, "screen");
});

test("stopping tells the server, ends the capture, and leaves the call alone", async () => {
  const socket = join();
  socket.receive({ type: "offer", pc: "main", gen: 1, sdp: "main" });
  const { capture, connection } = await share(socket);
  conference.stopScreen();
  assert.deepEqual(socket.of("screen").at(-1), { type: "screen", action: "stop" });
  assert.equal(connection.connectionState, "closed");
  assert.equal(FakeConnection.all[0].connectionState, "new");
  assert.equal(capture.getTracks()[0].readyState, "ended");
  socket.receive({ type: "offer", pc: "screen", gen: 2, sdp: "too late" });
  await settled();
  assert.equal(FakeConnection.all.length, 2, "an offer that crossed the stop is not taken");
});

test("the browser's own bar ends it", async () => {
  const socket = join();
  const { capture } = await share(socket);
  capture.getVideoTracks()[0].dispatchEvent(new Event("ended"));
  assert.deepEqual(socket.of("screen").at(-1), { type: "screen", action: "stop" });
  assert.deepEqual(changes.at(-1), { sharing: false, why: "stopped", text: "" });
});

for (const state of ["refused", "taken-over", "ended"]) {
  test(`the server's word: ${state}`, async () => {
    const socket = join();
    const { capture, connection } = await share(socket);
    socket.receive({ type: "screen", state, code: "conflict", text: "Bob shares now" });
    assert.deepEqual(changes.at(-1), { sharing: false, why: state, text: "Bob shares now" });
    assert.equal(connection.connectionState, "closed");
    assert.equal(capture.getTracks()[0].readyState, "ended");
    assert.equal(socket.of("screen").length, 1, "it is not told what it said");
  });
}

test("a newer offer replaces the screen's connection, an older one does not", async () => {
  const socket = join();
  const { connection } = await share(socket);
  socket.receive({ type: "offer", pc: "screen", gen: 3, sdp: "offer 3" });
  socket.receive({ type: "offer", pc: "screen", gen: 2, sdp: "offer 2" });
  await settled();
  assert.equal(connection.connectionState, "closed");
  assert.equal(FakeConnection.all.length, 2);
  assert.deepEqual(socket.of("answer").map((one) => one.gen), [1, 3]);
});

test("a screen whose connection fails asks for another, until it comes", async () => {
  const socket = join();
  const { connection } = await share(socket);
  connection.become("connected");
  connection.become("failed");
  clock.tick(0);
  clock.tick(0);
  clock.tick(4000);
  assert.deepEqual(socket.of("reconnect"), Array(2).fill({ type: "reconnect", pc: "screen" }));
  socket.receive({ type: "offer", pc: "screen", gen: 2, sdp: "offer 2" });
  await settled();
  FakeConnection.all.at(-1).become("connected");
  clock.tick(60000);
  assert.equal(socket.of("reconnect").length, 2);
});

test("after a lost socket the screen is asked for again, from the first gen on", async () => {
  const socket = join();
  await share(socket);
  conference.reconnectNow();
  const next = admit({ ...kWelcome, resumed: true });
  assert.notEqual(next, socket);
  assert.deepEqual(next.of("screen"), [{ type: "screen", action: "start" }]);
  next.receive({ type: "offer", pc: "screen", gen: 1, sdp: "offer of a new server" });
  await settled();
  assert.equal(next.of("answer").length, 1);
});

for (const [how, change] of Object.entries({
  "the moderator stopped": { screen: { state: "ended", code: "forbidden", text: "stopped by the moderator" } },
  "somebody else took over": { participants: [kMe, { ...kMe, id: "b8w1c5t6y4zz", name: "Bob", sharing: true }] },
})) {
  test(`after a lost socket a screen that ${how} does not come back`, async () => {
    const { capture } = await share(join());
    conference.reconnectNow();
    const next = admit({ ...kWelcome, resumed: true, ...change });
    assert.deepEqual(next.of("screen"), []);
    assert.equal(capture.getTracks()[0].readyState, "ended");
    assert.deepEqual(changes.at(-1), change.screen
      ? { sharing: false, why: "ended", text: "stopped by the moderator" }
      : { sharing: false, why: "taken-over", text: "Bob shares a screen now" });
  });
}

test("a screen that is stopped between `join` and `welcome` is stopped for the server, too", async () => {
  const { connection } = await share(join());
  connection.become("connected");
  conference.reconnectNow();
  const next = FakeSocket.all.at(-1);
  next.open();
  assert.equal(next.of("join")[0].keep.length, 1);
  conference.stopScreen();
  next.receive({ ...kWelcome, resumed: true, participants: [{ ...kMe, sharing: true }] });
  assert.deepEqual(next.of("screen"), [{ type: "screen", action: "stop" }]);
  assert.equal(conference.sharing, false);
});

test("a connection that is given up for another takes its deadline along", () => {
  join();
  conference.reconnectNow();
  FakeSocket.all.at(-1).open(); // the deadline of `welcome` runs
  conference.reconnectNow();
  admit({ ...kWelcome, resumed: true });
  const sockets = FakeSocket.all.length;
  clock.tick(60000);
  assert.equal(FakeSocket.all.length, sockets);
});

test("nothing is captured for nothing: a viewer, or no connection", () => {
  join({ viewer: true });
  const capture = fakeCapture("video");
  conference.shareScreen(capture);
  assert.equal(capture.getTracks()[0].readyState, "ended");
  assert.equal(changes.at(-1).why, "refused");
  conference.leave();
  join();
  FakeSocket.all.at(-1).onclose();
  const other = fakeCapture("video");
  conference.shareScreen(other);
  assert.equal(other.getTracks()[0].readyState, "ended");
});

test("what is chosen in the browser's picker after the call has ended is not captured", () => {
  const socket = join();
  conference.leave();
  const capture = fakeCapture("video");
  conference.shareScreen(capture);
  assert.equal(capture.getTracks()[0].readyState, "ended");
  assert.equal(socket.of("screen").length, 0);
});

test("leaving ends the capture", async () => {
  const { capture, connection } = await share(join());
  conference.leave();
  assert.equal(capture.getTracks()[0].readyState, "ended");
  assert.equal(connection.connectionState, "closed");
});

test("the layout: what is in force, and the whole choice each time", () => {
  const socket = join();
  assert.deepEqual(conference.customLayouts, ["stage"]);
  const seen = [];
  conference.on("layout", (choice) => seen.push(choice));
  conference.pin("b8w1c5t6y4zz", true);
  assert.deepEqual(conference.layout, { layout: "auto", pinned: ["b8w1c5t6y4zz"] }, "ours is shown at once");
  socket.receive({ type: "layout", layout: "auto", pinned: ["b8w1c5t6y4zz"] });
  conference.setLayout("custom", "stage");
  socket.receive({ type: "layout", layout: "custom", custom: "stage", pinned: ["b8w1c5t6y4zz"] });
  conference.pin("aaaaaaaaaaaa", true);
  conference.setLayout("speaker");
  conference.pin("b8w1c5t6y4zz", false);
  conference.unpinAll();
  assert.deepEqual(socket.of("layout"), [
    { type: "layout", layout: "auto", pinned: ["b8w1c5t6y4zz"] },
    { type: "layout", layout: "custom", custom: "stage", pinned: ["b8w1c5t6y4zz"] },
    { type: "layout", layout: "custom", custom: "stage", pinned: ["aaaaaaaaaaaa", "b8w1c5t6y4zz"] },
    { type: "layout", layout: "speaker", pinned: ["aaaaaaaaaaaa", "b8w1c5t6y4zz"] },
    { type: "layout", layout: "speaker", pinned: ["aaaaaaaaaaaa"] },
    { type: "layout", layout: "speaker", pinned: [] },
  ]);
  assert.deepEqual(seen.slice(0, 4), [
    { layout: "auto", pinned: ["b8w1c5t6y4zz"] },
    { layout: "auto", pinned: ["b8w1c5t6y4zz"] },
    { layout: "custom", custom: "stage", pinned: ["b8w1c5t6y4zz"] },
    { layout: "custom", custom: "stage", pinned: ["b8w1c5t6y4zz"] },
  ]);
});

test("two quick pins are both kept, and a refused one is taken back", () => {
  const socket = join();
  const echo = (...pinned) => socket.receive({ type: "layout", layout: "grid", pinned });
  conference.pin("a", true);
  conference.pin("b", true);
  echo("a");
  conference.pin("c", true);
  assert.deepEqual(socket.of("layout").at(-1).pinned, ["c", "b", "a"]);
  echo("b", "a");
  socket.receive({ type: "error", code: "too-many", text: "too many changes", final: false, re: "layout" });
  assert.deepEqual(conference.layout, { layout: "grid", pinned: ["b", "a"] });
  conference.pin("c", true);
  FakeSocket.all.at(-1).onclose();
  conference.reconnectNow();
  admit(kWelcome);
  assert.deepEqual(conference.layout, { layout: "auto", pinned: [] }, "what the server has");
});

test("no more are pinned than the server takes", () => {
  const socket = join();
  const many = Array.from({ length: 16 }, (_, index) => `person-${index}`);
  socket.receive({ type: "layout", layout: "grid", pinned: many });
  conference.pin("one-more", true);
  assert.deepEqual(socket.of("layout").at(-1).pinned, ["one-more", ...many.slice(0, 15)]);
});

test("what the server gives up for want of time is told", () => {
  const socket = join();
  const told = [];
  conference.on("quality", ({ level, text }) => told.push({ level, text }));
  socket.receive({ type: "quality", level: "rate", text: "the server is short of time: the picture has fewer frames" });
  assert.deepEqual(told, [{ level: "rate", text: "the server is short of time: the picture has fewer frames" }]);
});

test("whether the room is recorded is told at the welcome, after each change, and after a lost socket", () => {
  const socket = join();
  assert.deepEqual(conference.recording, { state: "none", streams: 0, sinceMs: 0 });
  const told = [];
  conference.on("recording", (recording) => told.push(recording));
  const running = { state: "recording", streams: 1, sinceMs: 1767225600000 };
  const failed = { state: "none", streams: 0, sinceMs: 0, error: { code: "io", text: "the disk is full" } };
  socket.receive({ type: "recording", ...running });
  assert.deepEqual(conference.recording, running);
  socket.receive({ type: "recording", ...failed });
  socket.receive({ type: "recording", ...running });
  assert.deepEqual(conference.recording, running, "the error was the last one's");
  conference.reconnectNow();
  admit({ ...kWelcome, resumed: true, recording: { ...running, state: "paused" } });
  assert.deepEqual(told, [running, failed, running, { ...running, state: "paused" }]);
});

test("a recording is asked for by the moderator, and a refusal is told", () => {
  const socket = join();
  const problems = [];
  conference.on("problem", (problem) => problems.push(problem));
  for (const action of ["start", "pause", "resume", "stop"]) assert.ok(conference.record(/** @type {any} */ (action)));
  assert.deepEqual(socket.of("record").map((one) => one.action), ["start", "pause", "resume", "stop"]);
  socket.receive({ type: "error", code: "io", text: "no space left for recordings", final: false, re: "record" });
  assert.deepEqual(problems, [{ code: "io", text: "no space left for recordings", re: "record" }]);
  socket.onclose();
  assert.equal(conference.record("start"), false, "there is no connection");
});

/** Comes back after a lost socket to a server that has us muted; `meanwhile` happens between `join` and `welcome`. */
function comeBackMuted(options, meanwhile = () => {}) {
  const audio = new FakeTrack("audio");
  join({ audio, ...options });
  const told = [];
  conference.on("muted", (change) => told.push(change));
  clock.tick(5000);
  conference.reconnectNow();
  const socket = FakeSocket.all.at(-1);
  socket.open();
  meanwhile();
  told.length = 0;
  socket.receive({ ...kWelcome, resumed: true, participants: [{ ...kMe, muted: true }] });
  return { audio, socket, told };
}

test("who was muted by the moderator while away is muted when they come back", () => {
  const { audio, socket, told } = comeBackMuted({});
  assert.deepEqual(told, [{ muted: true, byModerator: true }]);
  assert.equal(conference.muted, true);
  assert.equal(audio.enabled, false);
  assert.deepEqual(socket.of("media"), [], "the server knows");
  conference.setMuted(false);
  assert.equal(socket.of("media").at(-1).muted, false, "and may unmute");
});

test("who muted themselves, or unmuted meanwhile, was not muted by the moderator", () => {
  assert.deepEqual(comeBackMuted({ muted: true }).told, []);
  conference.leave();
  const { socket, told } = comeBackMuted({ muted: true }, () => conference.setMuted(false));
  assert.deepEqual(told, []);
  assert.equal(socket.of("media").at(-1).muted, false, "what changed between `join` and `welcome` is said");
  conference.leave();
  assert.deepEqual(comeBackMuted({ viewer: true }).told, []);
});
