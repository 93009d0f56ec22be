// SPDX-License-Identifier: Apache-2.0
// Rooms as the operator and the moderator arrange them: templates, layouts, shared screens; with the real process
// behind, which is killed in between.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server } from "../support/server.mjs";
import { until } from "../support/wait.mjs";
import { Client } from "./client.mjs";

const kConfig = `
[api]
token = "correct-horse-battery"
[[layout]]
name = "stage"
regions = [
  { x = 0, y = 0, width = 0.75, height = 1, who = "speaker" },
  { x = 0.75, y = 0, width = 0.25, height = 0.5, who = "recent" },
]
[[template]]
name = "upright"
rooms = ["phone-*"]
room.width = 360
room.height = 640
picture.glide_ms = 0
picture.corner_radius = 0
screen.second = "refuse"
`;

/** @type {Server} */
let server;
before(async () => void (server = await Server.start({ config: kConfig })));
after(() => server.stop());

/** @param {string} method @param {string} path @param {object} body */
async function api(method, path, body) {
  const response = await fetch(server.url + path, {
    method,
    headers: { Authorization: "Bearer correct-horse-battery" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text && JSON.parse(text) };
}

test("a template applies by the room's name or by its own", async () => {
  const phone = await Client.join(server, "phone-1", { name: "Ada" });
  assert.deepEqual(phone.welcome.canvas, { width: 360, height: 640, fps: 15 });
  assert.deepEqual(phone.welcome.look, { glideMs: 0, cornerRadius: 0 });
  assert.deepEqual(phone.welcome.customLayouts, ["stage"]);
  assert.equal((await server.room("phone-1")).template, "upright");
  await phone.hearThat("tiles", (tiles) => tiles.canvas.height === 640 && tiles.tiles.length === 1);
  await phone.leave();

  assert.equal((await api("POST", "/v1/rooms", { room: "choir", template: "musik" })).status, 400);
  assert.equal((await api("POST", "/v1/rooms", { room: "choir", template: "music" })).status, 201);
  assert.equal((await server.room("choir")).template, "music");
  assert.equal((await api("POST", "/v1/rooms", { room: "choir", template: "music" })).status, 409);
});

test("layout, pins and the shared screen survive the room's process", async () => {
  const room = "here";
  const ada = await Client.join(server, room, { name: "Ada" });
  const bob = await Client.join(server, room, { name: "Bob" });
  assert.deepEqual(bob.welcome.layout, { layout: "auto", pinned: [] });
  ada.say({ type: "layout", layout: "speaker", pinned: [bob.welcome.id] });
  await bob.hearThat("layout", (told) => told.layout === "speaker" && told.pinned[0] === bob.welcome.id);
  await bob.hearThat("tiles", (tiles) => tiles.layout === "speaker" && tiles.tiles.length === 2);

  bob.say({ type: "screen", action: "start" });
  const { sdp } = await bob.hearOffer("screen");
  assert.match(sdp, /^v=0\r\n[^]*m=audio[^]*m=video/);
  await ada.hearThat("roster", ({ participants }) => participants[1].sharing);

  const pid = await server.roomPid(room);
  process.kill(pid, "SIGKILL");
  await bob.hearOffer("main", 2);
  await bob.hearOffer("screen", 2);
  const details = await server.room(room);
  assert.notEqual(details.process.pid, pid);
  assert.deepEqual(details.layout, { layout: "speaker", pinned: [bob.welcome.id] });
  await until("the new process shows it", async () => (await server.room(room)).picture?.layout === "speaker");

  ada.say({ type: "screen", action: "start" });
  const told = await bob.hear("screen");
  assert.equal(told.state, "taken-over");
  await ada.hearOffer("screen");

  bob.say({ type: "leave" });
  await ada.hearThat("layout", (now) => now.pinned.length === 0);
  await ada.leave();
});

test("the operator chooses layouts", async () => {
  const room = "hall";
  const ada = await Client.join(server, room, { name: "Ada" });
  assert.equal((await api("PATCH", `/v1/rooms/${room}`, { layout: "custom", custom: "stage" })).status, 204);
  await ada.hearThat("layout", (now) => now.custom === "stage");
  const tiles = await ada.hearThat("tiles", (now) => now.layout === "custom" && now.tiles.length === 1);
  assert.ok(tiles.tiles[0].width < 0.8 * tiles.canvas.width, JSON.stringify(tiles));
  assert.equal((await api("PATCH", `/v1/rooms/${room}`, { pinned: [ada.welcome.id] })).status, 204);
  assert.deepEqual((await server.room(room)).layout, { layout: "custom", custom: "stage", pinned: [ada.welcome.id] });
  const wrong = await api("PATCH", `/v1/rooms/${room}`, { layout: "custom", custom: "stag" });
  assert.deepEqual([wrong.status, wrong.body.error.text], [400, "there is no custom layout stag here"]);
  assert.equal((await api("PATCH", "/v1/rooms/nowhere", { layout: "grid" })).status, 404);
  await ada.leave();
});

test("a second screen is refused where the template says so", async () => {
  const ada = await Client.join(server, "phone-2", { name: "Ada" });
  const bob = await Client.join(server, "phone-2", { name: "Bob" });
  ada.say({ type: "screen", action: "start" });
  await ada.hearOffer("screen");
  bob.say({ type: "screen", action: "start" });
  const told = await bob.hear("screen");
  assert.deepEqual([told.state, told.code, told.text], ["refused", "conflict", "Ada shares a screen already"]);
  ada.say({ type: "moderate", action: "stop-screen", target: ada.welcome.id });
  assert.equal((await ada.hear("screen")).state, "ended");
  bob.say({ type: "screen", action: "start" });
  await bob.hearOffer("screen");
  await ada.leave();
  await bob.leave();
});
