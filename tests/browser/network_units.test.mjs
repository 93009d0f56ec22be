// SPDX-License-Identifier: Apache-2.0
// The SDK on a weak device and a bad network, against a server and a browser that do what the test says.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import {
  admit, FakeClock, FakeConnection, fakeCapture, FakeSocket, FakeTrack, installFakeEngine, kMe, kWelcome, settled,
} from "../support/fake_engine.mjs";

installFakeEngine();
const { Conference } = await import("../../web/sdk/tessera.js");
const { encodingFor } = await import("../../web/sdk/sending.js");
const { sample, statsMessage } = await import("../../web/sdk/stats.js");
const { HardwareCodecs } = await import("../../web/sdk/codecs.js");
const { PathWatch } = await import("../../web/sdk/path_watch.js");

const kPollMs = 250;
const kResumed = { ...kWelcome, resumed: true };

/** @type {InstanceType<typeof Conference>} */ let conference;
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

function memory() {
  const values = new Map();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => values.set(key, value), removeItem: (key) => values.delete(key) };
}

function forbidden() {
  throw new DOMException("no", "SecurityError");
}

/** In a room, with a connection that stands. @param {object} [options] */
async function call(options = {}) {
  conference = new Conference();
  conference.connect("http://127.0.0.1/", "standup", { name: "Ada", storage: memory(), ...options });
  const socket = admit(kWelcome);
  const connection = await offer(socket, 1);
  return { socket, connection, sender: connection.transceivers[1].sender };
}

async function offer(socket, gen, pc = "main") {
  socket.receive({ type: "offer", pc, gen, sdp: `offer ${gen}` });
  await settled();
  const connection = FakeConnection.all.at(-1);
  connection.become("connected");
  return connection;
}

function ingest(socket, wish) {
  socket.receive({ type: "ingest", pc: "main", gen: 1, width: 640, height: 360, fps: 30, kbps: 700, ...wish });
}

/** Time goes by; media comes all the while, or not. */
async function poll(times, connection = null) {
  for (let at = 0; at < times; at++) {
    if (connection) connection.packets += 20;
    clock.tick(kPollMs);
    await settled();
  }
}

/**
 * From now on the server answers at once.
 * @param {FakeSocket} socket
 * @param {() => void} [reconnect] what it does when it is asked for another connection
 */
function answers(socket, reconnect = () => {}) {
  const { send } = socket;
  socket.send = (text) => {
    send.call(socket, text);
    const { type, id } = JSON.parse(text);
    if (type === "ping") queueMicrotask(() => socket.receive({ type: "pong", id }));
    if (type === "reconnect") queueMicrotask(reconnect);
  };
}

const camera = (width = 1280, height = 720) => new FakeTrack("video", { width, height });
const pings = (socket) => socket.of("ping").length;

// ---- what is sent

test("the picture is sent as large, as often and as good as it is shown", async () => {
  const { socket, sender } = await call({ video: camera() });
  ingest(socket, { width: 320, height: 180, fps: 15, kbps: 200 });
  await settled();
  assert.deepEqual(sender.parameters.encodings, [{ active: true, scaleResolutionDownBy: 4, maxFramerate: 15, maxBitrate: 200_000 }]);
});

test("nothing is sent while it is not shown, and all of it again when it is", async () => {
  const track = camera();
  const { socket, sender } = await call({ video: track });
  ingest(socket, { width: 640, height: 360 });
  await settled();
  ingest(socket, { width: 0, height: 0, fps: 0, kbps: 0 });
  await settled();
  assert.equal(sender.parameters.encodings[0].active, false);
  assert.equal(sender.track, track, "the camera stays: one sees oneself");
  ingest(socket, { width: 640, height: 360 });
  await settled();
  assert.deepEqual(sender.parameters.encodings, [{ active: true, scaleResolutionDownBy: 2, maxFramerate: 30, maxBitrate: 700_000 }]);
});

test("a picture is never made larger, and a turned phone's is as good as any", () => {
  const wish = { width: 640, height: 360, fps: 30, kbps: 700 };
  assert.equal(encodingFor({}, wish, { width: 320, height: 180 }).scaleResolutionDownBy, 1);
  assert.equal(encodingFor({}, wish, {}).scaleResolutionDownBy, 1, "of unknown size");
  assert.equal(encodingFor({}, { ...wish, width: 240, height: 320 }, { width: 640, height: 480 }).scaleResolutionDownBy, 2);
});

test("only the newest wish matters, and one call runs at a time", async () => {
  const { socket, sender } = await call({ video: camera() });
  let go = () => {};
  sender.delay = new Promise((resolve) => (go = () => resolve(undefined)));
  const before = sender.calls;
  for (const kbps of [100, 200, 300, 400]) {
    ingest(socket, { kbps });
    await settled();
  }
  go();
  await settled();
  assert.equal(sender.parameters.encodings[0].maxBitrate, 400_000);
  assert.equal(sender.calls - before, 2, "the first, and the newest");
});

test("an engine that rejects a member still gets the others", async () => {
  const { socket, sender } = await call({ video: camera() });
  sender.rejects = ["maxFramerate"];
  ingest(socket, { width: 320, height: 180 });
  await settled();
  assert.deepEqual(sender.parameters.encodings, [{ active: true, scaleResolutionDownBy: 4, maxBitrate: 700_000 }]);
});

test("what an engine did not take is tried again, but not for ever", async () => {
  const { socket, connection, sender } = await call({ video: camera() });
  const wanted = [{ active: true, scaleResolutionDownBy: 4, maxFramerate: 15, maxBitrate: 200_000 }];
  sender.rejects = ["active"];
  ingest(socket, { width: 320, height: 180, fps: 15, kbps: 200 });
  await settled();
  assert.notDeepEqual(sender.parameters.encodings, wanted);
  sender.rejects = [];
  await poll(8, connection);
  assert.deepEqual(sender.parameters.encodings, wanted);
  const before = sender.calls;
  await poll(16, connection);
  assert.equal(sender.calls, before, "it has all of it");

  sender.rejects = ["maxFramerate"];
  ingest(socket, { width: 640, height: 360 });
  await poll(24, connection);
  const tried = sender.calls - before;
  assert.equal(tried, 3 * 6, "all members at once, each of four alone, and what goes with them");
  await poll(24, connection);
  assert.equal(sender.calls - before, tried);
});

test("another camera, and a camera whose size changes, are sent as the same tile", async () => {
  const { socket, connection, sender } = await call({ video: camera() });
  ingest(socket, { width: 320, height: 180 });
  const settings = { width: 640, height: 360 };
  const other = camera();
  other.getSettings = () => settings;
  await conference.setTrack("video", other);
  assert.equal(sender.parameters.encodings[0].scaleResolutionDownBy, 2);
  settings.width = 960;
  settings.height = 540;
  await poll(8, connection);
  assert.equal(sender.parameters.encodings[0].scaleResolutionDownBy, 3);
  const calls = sender.calls;
  await poll(32, connection);
  assert.equal(sender.calls, calls, "nothing is set anew while nothing changes");
});

test("a new connection begins with what was asked of the one before", async () => {
  const { socket } = await call({ video: camera() });
  ingest(socket, { width: 320, height: 180, fps: 15, kbps: 200 });
  const connection = await offer(socket, 2);
  assert.deepEqual(connection.transceivers[1].sender.parameters.encodings,
    [{ active: true, scaleResolutionDownBy: 4, maxFramerate: 15, maxBitrate: 200_000 }]);
});

test("a shared screen is sent as it is shown, within its own limits", async () => {
  const { socket } = await call();
  const capture = fakeCapture("video");
  capture.getVideoTracks()[0].getSettings = () => ({ width: 1920, height: 1080 });
  conference.shareScreen(capture);
  const connection = await offer(socket, 1, "screen");
  ingest(socket, { pc: "screen", width: 960, height: 540, fps: 30, kbps: 9000 });
  await settled();
  assert.deepEqual(connection.transceivers[1].sender.parameters, {
    encodings: [{ active: true, scaleResolutionDownBy: 2, maxFramerate: 15, maxBitrate: 2_500_000 }],
    degradationPreference: "maintain-resolution",
  });
});

// ---- what is received

test("the wish for a smaller picture is told, and told again to a new socket", async () => {
  const { socket } = await call({ receive: 180 });
  assert.deepEqual(socket.of("join")[0].receive, { height: 180 });
  conference.receive(0);
  conference.receive(null);
  assert.deepEqual(socket.of("receive"), [{ type: "receive", height: 0 }, { type: "receive" }]);
  conference.reconnectNow();
  assert.equal("receive" in admit(kResumed).of("join")[0], false);
});

test("a wish between `join` and `welcome` is not lost", async () => {
  await call({ receive: 180 });
  conference.reconnectNow();
  const socket = FakeSocket.all.at(-1);
  socket.open();
  assert.deepEqual(socket.of("join")[0].receive, { height: 180 });
  conference.receive(0);
  conference.receive(null);
  assert.deepEqual(socket.of("receive"), []);
  socket.receive(kResumed);
  assert.deepEqual(socket.of("receive"), [{ type: "receive" }]);
  conference.reconnectNow();
  assert.deepEqual(admit(kResumed).of("receive"), [], "`join` has said it");
});

test("what one receives is told", async () => {
  const { socket } = await call();
  const told = [];
  conference.on("receiving", (receiving) => told.push(receiving.limit));
  assert.equal(conference.receiving, null);
  socket.receive({ type: "receiving", level: 1, levels: 5, width: 640, height: 360, fps: 30, kbps: 500, limit: "network" });
  assert.deepEqual(told, ["network"]);
  assert.equal(conference.receiving?.height, 360);
});

test("how the mix arrives is counted from one message to the next", () => {
  const video = { type: "inbound-rtp", kind: "video", framesDecoded: 100, framesDropped: 5, freezeCount: 2, totalDecodeTime: 1, packetsLost: 3 };
  const later = { ...video, framesDecoded: 150, framesDropped: 6, totalDecodeTime: 1.4, packetsLost: 4 };
  const at = (gen, atMs, ...entries) => ({ ...sample(gen, new Map(Object.entries(entries))), atMs });
  const pair = { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.0421 };
  assert.deepEqual(statsMessage(at(1, 1000, video), at(1, 3000, later, pair)), {
    type: "stats", seconds: 2, fps: 25, framesDecoded: 50, framesDropped: 1, freezes: 0, decodeMs: 8, packetsLost: 1, rttMs: 42 });
  assert.equal(statsMessage(at(1, 1000, video), at(2, 3000, later)), null, "another connection counts from zero");
  assert.equal(statsMessage(null, at(1, 1000, video)), null);
  assert.equal(statsMessage(at(1, 1000, video), at(1, 3000, video))?.decodeMs, 0, "no frame, no time");
  assert.equal(statsMessage(at(1, 1000, later), at(1, 3000, { ...later, packetsLost: 2 }))?.packetsLost, 0, "what was late is lost no more");
});

test("how the mix arrives is told every two seconds", async () => {
  const { socket, connection } = await call();
  connection.report = [{ type: "inbound-rtp", kind: "video", framesDecoded: 100 }];
  await poll(32, connection);
  assert.equal(socket.of("stats").length, 3, "8 s, and the first is where counting begins");
});

test("what is decoded in hardware is told, and nobody waits long to know", async () => {
  const { mediaCapabilities } = navigator;
  /** @type {(answer: object) => void} */ let answer = () => {};
  const decodingInfo = () => new Promise((resolve) => (answer = resolve));
  Object.defineProperty(navigator, "mediaCapabilities", { value: { decodingInfo }, configurable: true });
  try {
    conference = new Conference();
    conference.connect("http://127.0.0.1/", "standup", { name: "Ada", storage: null });
    FakeSocket.all[0].open();
    await settled();
    assert.equal(FakeSocket.all[0].of("join").length, 0, "a moment is given");
    clock.tick(200);
    assert.equal(FakeSocket.all[0].of("join").length, 1);
    answer({ powerEfficient: true });
    await settled();
    assert.equal(FakeSocket.all[0].of("join").length, 1);
    conference.reconnectNow();
    assert.deepEqual(admit(kResumed).of("join")[0].hardware, ["VP8"]);
  } finally {
    Object.defineProperty(navigator, "mediaCapabilities", { value: mediaCapabilities, configurable: true });
  }
});

test("a browser that does not know the question has no hardware", async () => {
  const { mediaCapabilities } = navigator;
  const decodingInfo = async () => Promise.reject(new TypeError("webrtc?"));
  Object.defineProperty(navigator, "mediaCapabilities", { value: { decodingInfo }, configurable: true });
  const hardware = new HardwareCodecs();
  hardware.ask();
  await settled();
  Object.defineProperty(navigator, "mediaCapabilities", { value: mediaCapabilities, configurable: true });
  let called = false;
  hardware.within(200, () => (called = true));
  assert.ok(called);
  assert.deepEqual(hardware.codecs, []);
  await call();
});

// ---- a change of network

test("media that stops while the socket answers is asked for again, within two seconds", async () => {
  const { socket, connection } = await call();
  await poll(16, connection);
  assert.equal(pings(socket), 0, "a call that is well asks nothing");
  answers(socket);
  connection.packets++; // the last one comes right after a poll
  await poll(3);
  assert.equal(pings(socket), 0);
  await poll(1);
  assert.deepEqual(socket.of("ping"), [{ type: "ping", id: 1 }], "a suspicion");
  await poll(2);
  assert.deepEqual(socket.of("reconnect"), []);
  await poll(2); // 2 s since the last packet, for those who wait longest
  clock.tick(0);
  assert.deepEqual(socket.of("reconnect"), [{ type: "reconnect", pc: "main" }]);
  assert.equal(FakeSocket.all.length, 1, "the socket stays");
  await offer(socket, 2);
  await poll(32, FakeConnection.all.at(-1));
  assert.equal(socket.of("reconnect").length, 1);
});

test("a loss of a second, and a server that stands still for longer, are no change of network", async () => {
  const { socket, connection } = await call();
  answers(socket);
  for (const silent of [4, 4, 5, 5]) { // polls
    await poll(5, connection);
    await poll(silent);
  }
  await poll(5, connection);
  assert.equal(socket.of("reconnect").length, 0);
  assert.equal(FakeSocket.all.length, 1);
});

test("when a server stands still for long, not all ask in one moment, and whom it comes back to does not ask", () => {
  /** @param {number} random @param {number} silent polls */
  const asks = (random, silent) => {
    let asked = 0, pinged = 0;
    const path = new PathWatch((id) => {
      pinged = id;
      return true;
    }, () => random);
    path.on("mediaDead", () => asked++);
    path.poll({ gen: 1, received: 1 });
    for (let at = 0; at < silent; at++) {
      path.poll({ gen: 1, received: 1 });
      path.answered(pinged);
    }
    path.poll({ gen: 1, received: 2 });
    return asked;
  };
  assert.deepEqual([asks(0, 5), asks(0, 6)], [0, 1]);
  assert.deepEqual([asks(0.9, 6), asks(0.9, 7)], [0, 1]);
});

test("a socket that does not answer either is replaced, and does not ask for what is dead", async () => {
  const { connection } = await call();
  await poll(5, connection);
  connection.packets++;
  await poll(6);
  assert.equal(FakeSocket.all.length, 1);
  await poll(1); // 1.75 s
  assert.equal(FakeSocket.all.length, 2);
  assert.equal(conference.state, "reconnecting");
  const socket = admit(kResumed);
  const [join] = socket.of("join");
  assert.deepEqual([join.resume, join.keep], ["secret", []]);
  await offer(socket, 2);
  assert.equal(conference.state, "connected");
});

test("a shared screen went the same way as the media: it is asked for again, and not kept", async () => {
  const { socket, connection } = await call();
  conference.shareScreen(fakeCapture("video"));
  await offer(socket, 1, "screen");
  answers(socket);
  await poll(5, connection);
  await poll(8);
  clock.tick(0);
  assert.deepEqual(socket.of("reconnect"), [{ type: "reconnect", pc: "main" }, { type: "reconnect", pc: "screen" }]);
  conference.reconnectNow();
  const next = admit(kResumed);
  assert.deepEqual(next.of("join")[0].keep, []);
  assert.deepEqual(next.of("screen"), [{ type: "screen", action: "start" }]);
});

test("a screen's connection that is still being made is left alone", async () => {
  const { socket, connection } = await call();
  conference.shareScreen(fakeCapture("video"));
  socket.receive({ type: "offer", pc: "screen", gen: 1, sdp: "offer 1" });
  answers(socket);
  await poll(5, connection);
  await poll(8);
  clock.tick(0);
  assert.deepEqual(socket.of("reconnect"), [{ type: "reconnect", pc: "main" }]);
});

test("an answer that comes late, or to another question, changes nothing", async () => {
  const { socket, connection } = await call();
  await poll(5, connection);
  await poll(3);
  socket.receive({ type: "pong", id: 99 });
  await poll(1, connection); // media comes again
  socket.receive({ type: "pong", id: 1 });
  await poll(5, connection);
  assert.equal(socket.of("reconnect").length, 0);
  assert.equal(FakeSocket.all.length, 1);
});

test("a network that carries no media at all is not asked again and again", async () => {
  const { socket } = await call();
  answers(socket, () => void offer(socket, FakeConnection.all.length + 1)); // which never carries anything
  await poll(240);
  assert.ok(socket.of("reconnect").length >= 3 && socket.of("reconnect").length <= 8, `${socket.of("reconnect").length} in a minute`);
});

test("a socket from which nothing comes for long is asked, and replaced when it is dead; the media stays", async () => {
  const { socket, connection } = await call();
  await poll(39, connection);
  assert.equal(pings(socket), 0);
  await poll(1, connection);
  assert.equal(pings(socket), 1);
  await poll(19, connection);
  assert.equal(FakeSocket.all.length, 1, "a slow one gets its time");
  await poll(1, connection);
  assert.equal(FakeSocket.all.length, 2);
  const next = admit(kResumed);
  assert.deepEqual(next.of("join")[0].keep, [{ pc: "main", gen: 1 }]);
  assert.equal(connection.connectionState, "connected");
  assert.equal(conference.state, "connected");
});

for (const [how, storage] of Object.entries({
  "keeps nothing": null,
  "the browser forbids": { getItem: forbidden, setItem: forbidden, removeItem: forbidden },
})) {
  test(`a storage that ${how} costs no place: the next socket takes it over, and the media goes on`, async () => {
    await call({ storage });
    conference.reconnectNow();
    const [join] = admit(kResumed).of("join");
    assert.deepEqual([join.resume, join.keep], ["secret", [{ pc: "main", gen: 1 }]]);
    assert.equal(conference.state, "connected");
  });
}

test("another page in the same tab takes over by what was stored, until the call is left", async () => {
  const storage = memory();
  await call({ storage });
  const second = new Conference();
  second.connect("http://127.0.0.1/", "standup", { name: "Ada", storage });
  assert.equal(admit(kResumed).of("join")[0].resume, "secret");
  second.leave();
  assert.equal(storage.getItem("tessera.resume.standup"), null);
});

test("after a lost socket a screen that the server still has goes on", async () => {
  const { socket } = await call();
  conference.shareScreen(fakeCapture("video"));
  const connection = await offer(socket, 1, "screen");
  conference.reconnectNow();
  const next = admit({ ...kResumed, participants: [{ ...kMe, sharing: true }] });
  assert.deepEqual(next.of("join")[0].keep, [{ pc: "main", gen: 1 }, { pc: "screen", gen: 1 }]);
  assert.deepEqual(next.of("screen"), []);
  assert.equal(connection.connectionState, "connected");
  assert.ok(conference.sharing);
});

test("the sound of a new connection does not wait for its picture when the old one is dead", async () => {
  const { socket, connection } = await call();
  const [oldSound, oldPicture, newSound, newPicture] = ["audio", "video", "audio", "video"].map((kind) => new FakeTrack(kind));
  connection.ontrack({ track: oldSound, receiver: {} });
  connection.ontrack({ track: oldPicture, receiver: {} });
  connection.become("failed");
  clock.tick(0);
  socket.receive({ type: "offer", pc: "main", gen: 2, sdp: "offer 2" });
  await settled();
  const next = FakeConnection.all.at(-1);
  next.ontrack({ track: newSound, receiver: {} });
  next.ontrack({ track: newPicture, receiver: {} });
  conference.stream.addTrack(oldSound);
  conference.stream.addTrack(oldPicture);
  next.become("connected");
  assert.deepEqual(new Set(conference.stream.getTracks()), new Set([oldPicture, newSound]));
  await poll(5);
  assert.deepEqual(new Set(conference.stream.getTracks()), new Set([oldPicture, newSound]), "it stays until there is another");
  next.frames = 1;
  await poll(20);
  assert.deepEqual(new Set(conference.stream.getTracks()), new Set([newSound, newPicture]));
});

test("a picture is shown when it has a frame: a player would wait for it, and be silent", async () => {
  const [sound, picture] = ["audio", "video"].map((kind) => new FakeTrack(kind));
  conference = new Conference();
  conference.connect("http://127.0.0.1/", "standup", { name: "Ada", storage: null });
  const socket = admit(kWelcome);
  socket.receive({ type: "offer", pc: "main", gen: 1, sdp: "offer 1" });
  const next = FakeConnection.all.at(-1);
  next.ontrack({ track: sound, receiver: {} });
  next.ontrack({ track: picture, receiver: {} });
  await settled();
  assert.deepEqual(conference.stream.getTracks(), [sound]);
  await poll(60);
  next.frames = 1;
  await poll(2);
  assert.deepEqual(conference.stream.getTracks(), [sound, picture]);
});
