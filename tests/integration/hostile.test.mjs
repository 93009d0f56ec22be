// SPDX-License-Identifier: Apache-2.0
// A client that does everything wrong, at every stage. At the end the processes of server and room are the ones of the
// beginning, who was there has noticed nothing, and an honest newcomer is let in.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { Server } from "../support/server.mjs";
import { pause, until } from "../support/wait.mjs";
import { Client as AnyClient } from "./client.mjs";
import { answers, answerTo, forgedTokens, kCandidates, kJoins, kTexts } from "./hostile_messages.mjs";

const kRoom = "here";
const kPerConnection = 60; // messages; below the limit of the rate, which has its own test
const kJoin = { type: "join", name: "Mallory", codecs: ["VP8", "H264"] };

class Client extends AnyClient {
  /** @param {import("ws").ClientOptions} [options] @param {string[]} [protocols] */
  static open(options, room = kRoom, protocols = undefined) {
    return AnyClient.open(server, room, options, protocols);
  }

  /** @param {object} [join] more of its members */
  static join(join = {}) {
    return AnyClient.join(server, kRoom, { ...kJoin, ...join });
  }
}

/** Says all of it, over as many connections as the rate limit asks for. @param {string[]} texts @param {() => Promise<Client>} open */
async function sayAll(texts, open) {
  for (let at = 0; at < texts.length; at += kPerConnection) {
    const client = await open();
    for (const text of texts.slice(at, at + kPerConnection)) client.say(text);
    client.say({ type: "dance" }); // the answer to it comes after all others
    await until("everything is answered, or the connection is closed",
      () => client.closeCode || client.errors().some((one) => one.code === "unsupported" && one.text.includes("dance")));
    await client.leave();
  }
}

/** Writes bytes to the port and waits for the server to have had enough of it. @param {string | Buffer} bytes */
function raw(bytes, limitMs = 1500) {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1", () => socket.write(bytes));
    let answer = "";
    socket.on("data", (data) => void (answer += data.toString("latin1")));
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
    setTimeout(() => socket.destroy(), limitMs);
  });
}

/** @type {Server} */
let server;
/** @type {Client} */
let bystander;
let roomPid = 0;

before(async () => {
  server = await Server.start({ config: '[api]\ntoken = "correct-horse-battery"\n' });
  bystander = await Client.join({ name: "Bystander" });
  await bystander.hear("offer");
  roomPid = await server.roomPid(kRoom);
});

after(() => server.stop());

test("upgrades that are refused", async () => {
  const refused = (/** @type {Promise<Client>} */ attempt) => assert.rejects(attempt);
  await refused(Client.open({ origin: "http://evil.test" }));
  await refused(Client.open({ origin: "null" }));
  await refused(Client.open({}, kRoom, []));
  await refused(Client.open({}, kRoom, ["other"]));
  for (const room of ["no%20such", "%00", "..%2f..", "x".repeat(65), "%e2%82%ac", "a/b"]) await refused(Client.open({}, room));
});

test("bytes that are no HTTP", async () => {
  const junk = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 37) & 255));
  const requests = [
    junk, "\r\n".repeat(5000), "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n" + "a: b\r\n".repeat(5000) + "\r\n",
    `GET /${"x".repeat(100000)} HTTP/1.1\r\n\r\n`, "POST /v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "POST /v1/rooms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer correct-horse-battery\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
    "POST /v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "GET /static/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    `GET /v1/rooms/${kRoom}/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: tessera.v1\r\n\r\n`,
  ];
  const answered = await Promise.all(requests.map((request) => raw(request)));
  for (const answer of answered) assert.doesNotMatch(answer, /^HTTP\/1\.1 (101|201)|root:/);
});

test("frames that break RFC 6455", async () => {
  const upgrade = `GET /v1/rooms/${kRoom}/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: tessera.v1\r\n\r\n";
  const frames = [
    [0x81, 0x02, 0x7b, 0x7d], // not masked
    [0xc1, 0x82, 0, 0, 0, 0, 0x7b, 0x7d], // a reserved bit
    [0x83, 0x80, 0, 0, 0, 0], // a reserved opcode
    [0x80, 0x80, 0, 0, 0, 0], // continues nothing
    [0x09, 0x80, 0, 0, 0, 0], // a ping in fragments
    [0x89, 0xfe, 0x0f, 0xff, 0, 0, 0, 0], // a ping that is too large
    [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], // 2^64 - 1 bytes to come
    [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28], // not UTF-8
    [0x88, 0x81, 0, 0, 0, 0, 0x03], // half a close code
    [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed], // a close code that must not be sent
    [0x82, 0x80, 0, 0, 0, 0], // binary
    Array(3000).fill([0x89, 0x80, 0, 0, 0, 0]).flat(), // pings
    [0x01, 0x80, 0, 0, 0, 0, ...Array(3000).fill([0x00, 0x80, 0, 0, 0, 0]).flat()], // fragments
  ];
  const open = frames.map((frame) => raw(Buffer.concat([Buffer.from(upgrade), Buffer.from(frame)]), 4000));
  for (const answer of await Promise.all(open)) assert.match(answer, /^HTTP\/1\.1 101/);
});

test("malformed messages before join", () => sayAll([...kTexts, ...kJoins], () => Client.open()));

test("malformed messages after join", () => sayAll([...kTexts, ...kJoins, JSON.stringify(kJoin)], () => Client.join({ viewer: true })));

test("answers and candidates before the offer", () =>
  sayAll(answers("v=0\r\nm=audio 9 x 0\r\na=mid:0\r\nm=video 9 x 0\r\na=mid:1\r\n").map((sdp) => JSON.stringify({ type: "answer", pc: "main", gen: 1, sdp })),
    () => Client.join()));

test("garbage for answers, each to a fresh offer", { timeout: 120000 }, async () => {
  const offer = (await bystander.hear("offer")).sdp;
  const count = answers(offer).length;
  const mallory = async (/** @type {number} */ i) => {
    const client = await Client.join();
    const fresh = await client.hear("offer");
    client.say({ type: "answer", pc: "main", gen: fresh.gen, sdp: answers(fresh.sdp)[i] });
    client.say({ type: "answer", pc: "main", gen: fresh.gen, sdp: answerTo(fresh.sdp) }); // then a second one
    client.say({ type: "candidate", pc: "main", gen: fresh.gen, candidate: { mline: 0, candidate: kCandidates[i % kCandidates.length] } });
    client.say({ type: "dance" });
    await until("all of it is read", () => client.closeCode || client.errors().some((one) => one.text.includes("dance")));
    await client.leave();
  };
  for (let at = 0; at < count; at += 4) await Promise.all([0, 1, 2, 3].filter((i) => at + i < count).map((i) => mallory(at + i)));
});

test("garbage for answers of a shared screen", { timeout: 120000 }, async () => {
  for (let i = 0, count = 1; i < count; ++i) {
    const client = await Client.join();
    client.say({ type: "screen", action: "start" });
    const { gen, sdp } = await client.hearOffer("screen");
    count = answers(sdp).length;
    client.say({ type: "answer", pc: "screen", gen, sdp: answers(sdp)[i] });
    client.say({ type: "answer", pc: "screen", gen, sdp: answerTo(sdp) });
    client.say({ type: "leave" }); // the places of those who only vanish are kept for a while, and the room has a limit
    await client.closed;
  }
});

test("garbage for candidates, before and after an answer", async () => {
  for (const answered of [false, true]) {
    const client = await Client.join();
    const { gen, sdp } = await client.hear("offer");
    if (answered) client.say({ type: "answer", pc: "main", gen, sdp: answerTo(sdp) });
    for (const candidate of kCandidates)
      for (const mline of [0, 1]) client.say({ type: "candidate", pc: "main", gen, candidate: { mline, candidate } });
    await until("some are refused", () => client.errors().some((one) => one.code === "bad-candidate" || one.code === "bad-request"));
    await client.leave();
  }
});

test("too many of everything", async () => {
  const candidates = await Client.join();
  const { gen } = await candidates.hear("offer");
  for (let i = 0; i < 55; ++i) candidates.say({ type: "candidate", pc: "main", gen, candidate: { mline: 0, candidate: "" } });
  await until("candidates are limited", () => candidates.errors().some((one) => one.code === "too-many"));
  await candidates.leave();

  const flood = await Client.join();
  for (let i = 0; i < 2000; ++i) flood.say({ type: "hand", raised: i % 2 === 0 });
  assert.equal(await flood.closed, 1008);
  assert.equal(flood.errors().at(-1).code, "too-many");

  const reconnects = await Client.join();
  for (let i = 0; i < 20; ++i) reconnects.say({ type: "reconnect", pc: "main" });
  await until("reconnects are limited", () => reconnects.errors().some((one) => one.code === "too-many"));
  await reconnects.leave();

  const sharer = await Client.join();
  for (let i = 0; i < 20; ++i) sharer.say({ type: "screen", action: i % 2 ? "stop" : "start" });
  await until("starts are limited", () => sharer.heard.some((one) => one.type === "screen" && one.code === "too-many"));
  await sharer.leave();

  const large = await Client.join();
  large.say("x".repeat(70000));
  assert.equal(await large.closed, 1009);
});

test("what is not theirs", async () => {
  const client = await Client.join();
  assert.equal(client.welcome.role, "participant");
  for (const action of ["kick", "mute", "stop-screen", "end"]) client.say({ type: "moderate", action, target: bystander.welcome.id });
  client.say({ type: "layout", layout: "spotlight", pinned: [client.welcome.id] });
  await client.hear("error", 5);
  assert.deepEqual(client.errors().map((one) => one.code), Array(5).fill("forbidden"));
  await client.leave();
  for (const resume of forgedTokens(bystander.welcome.resume)) {
    const forger = await Client.join({ resume });
    assert.equal(forger.welcome.resumed, false, resume);
    assert.notEqual(forger.welcome.id, bystander.welcome.id);
    await forger.leave();
  }
  const calls = [["POST", "/v1/rooms"], ["PATCH", `/v1/rooms/${kRoom}`], ["DELETE", `/v1/rooms/${kRoom}`], ["DELETE", `/v1/rooms/${kRoom}/participants/${bystander.welcome.id}`]];
  for (const [method, path] of calls) {
    const response = await fetch(server.url + path, { method, headers: { Authorization: "Bearer correct-horse-batterz" } });
    assert.equal(response.status, 401);
  }
});

test("recordings, outputs and sources that are not theirs", async () => {
  const room = `/v1/rooms/${kRoom}`;
  const calls = [["GET", "/v1/recordings"], ["GET", "/v1/recordings/abcdefghijkl"], ["DELETE", "/v1/recordings/abcdefghijkl"],
    ["GET", "/v1/recordings/abcdefghijkl/file"], ["POST", `${room}/recordings`], ["POST", `${room}/recordings/abcdefghijkl/stop`],
    ["GET", `${room}/outputs`], ["POST", `${room}/outputs`], ["GET", `${room}/sources`], ["POST", `${room}/sources`]];
  for (const [method, path] of calls) {
    const body = method === "POST" ? "{}" : undefined;
    for (const headers of [{}, { Authorization: "Bearer correct-horse-batterz" }]) {
      const response = await fetch(server.url + path, { method, headers, body });
      assert.equal(response.status, 401, `${method} ${path}`);
    }
  }
  for (const query of ["expires=99999999999&signature=", `expires=99999999999&signature=${"0".repeat(64)}`, "signature=x", "expires=-1&signature=%00"])
    assert.equal((await fetch(`${server.url}/v1/recordings/abcdefghijkl/file?${query}`)).status, 401, query);
});

test("places where the room may not be sent, nor anything taken from", async () => {
  const post = async (/** @type {string} */ what, /** @type {object | string} */ body) =>
    (await fetch(`${server.url}/v1/rooms/${kRoom}/${what}`, { method: "POST", headers: { Authorization: "Bearer correct-horse-battery" },
      body: typeof body === "string" ? body : JSON.stringify(body) })).status;
  for (const url of ["rtmp://127.0.0.1/app/key", "rtmp://localhost/app/key", "rtmp://2130706433/app/key", "rtmp://[::1]/app/key"])
    assert.ok([400, 403].includes(await post("outputs", { kind: "rtmp", url })), url);
  for (const url of ["rtsp://127.0.0.1/x", "file:///etc/passwd", "file:../../etc/passwd", "http://169.254.169.254/", "v4l2:///dev/video0", "rtmp://h/a b"])
    assert.ok([400, 403, 404].includes(await post("sources", { name: "Mallory", url })), url);
  for (const what of ["recordings", "outputs", "sources"])
    for (const body of ["[", "[]", "null", '{"kind":7,"name":7,"format":7}', `{"name":"${"x".repeat(5000)}","kind":"hls","url":"rtmp://h/a/b","format":"x"}`])
      assert.ok([400, 413].includes(await post(what, body)), `${what} ${body.slice(0, 40)}`);
  assert.equal(await post("outputs", "x".repeat(20000)), 413);
});

test("files that nobody offers", async () => {
  const paths = ["/hls/../../etc/passwd", "/hls/here/%2e%2e/%2e%2e/etc/passwd", "/hls/here/index.m3u8", "/hls/here/..%2f..%2ftessera.toml",
    "/v1/recordings/%2e%2e/file", "/v1/recordings/..%2f..%2ftessera.toml/file", "/v1/recordings/abcdefghijkl/tracks/..%2f..%2fresume.key"];
  for (const path of paths) {
    const request = (/** @type {string} */ range) => raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer correct-horse-battery\r\n${range}\r\n`);
    for (const range of ["", "Range: bytes=0-\r\n", "Range: bytes=18446744073709551615-\r\n", `Range: bytes=${"0-1,".repeat(2000)}\r\n`])
      assert.match(await request(range), /^HTTP\/1\.1 (400|404)/, path);
  }
});

test("coming and going without a word", { timeout: 120000 }, async () => {
  for (let round = 0; round < 8; ++round) {
    const some = await Promise.all(Array.from({ length: 4 }, () => Client.open()));
    for (const [i, client] of some.entries()) {
      if (i > 0) client.say(kJoin);
      if (i > 1) client.say({ type: "leave" });
      if (i > 2) client.say({ type: "chat", text: "after leaving" });
      await pause(i * 5);
      client.socket.terminate();
    }
    await Promise.all(some.map((client) => client.closed));
  }
});

test("and everything is as before", async () => {
  assert.equal(bystander.closeCode, 0, "who was there has not been disturbed");
  assert.equal(server.child.exitCode, null);
  const room = await server.room(kRoom);
  assert.equal(room.process.pid, roomPid);
  assert.equal(room.process.restarts, 0);
  assert.match(await (await fetch(`${server.url}/metrics`)).text(), /tessera_room_process_respawns_total 0/);
  const newcomer = await Client.join({ name: "Newcomer" });
  const offer = await newcomer.hear("offer");
  assert.match(offer.sdp, /^v=0\r\n[^]*m=audio[^]*m=video/);
  newcomer.say({ type: "chat", text: "hello" });
  await until("the chat arrives", () => bystander.heard.some((one) => one.type === "chat" && one.name === "Newcomer" && one.text === "hello"));
  await newcomer.leave();
});
