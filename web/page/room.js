// SPDX-License-Identifier: Apache-2.0
// The page of a room: pre-join, call, end. Options in the address: name, join=1, camera=0, mic=0, viewer=1,
// receive=180 (at most such a picture; 0: sound alone), relay=1 (media through the TURN server only).
import { Conference } from "../sdk/tessera.js";
import { Call } from "./call.js";
import { find } from "./dom.js";
import { Ended } from "./ended.js";
import { LocalMedia } from "./local_media.js";
import { recall, remember } from "./memory.js";
import { wantedHeight } from "./picture_menu.js";
import { Prejoin } from "./prejoin.js";

const kPermissionMs = 1500; // an automatic join does not wait longer for an answer to the permission question

const parameters = new URLSearchParams(location.search);
const room = decodeURIComponent(location.pathname.replace(/^\/r\//, "").replace(/\/$/, ""));
const viewer = parameters.get("viewer") === "1";
const wanted = {
  audio: !viewer && parameters.get("mic") !== "0",
  video: !viewer && parameters.get("camera") !== "0",
};
const app = find("#app");

function prejoin() {
  document.body.dataset.state = "new";
  const media = new LocalMedia();
  app.replaceChildren(new Prejoin({ room, media, choice: wanted, viewer, join: (choice) => call(media, choice) }));
}

/** Joins without a question; devices that come later are added then. */
async function joinAtOnce() {
  const media = new LocalMedia();
  const devices = media.start(wanted);
  await Promise.race([devices, new Promise((resolve) => setTimeout(resolve, kPermissionMs))]);
  const name = parameters.get("name")?.trim() || recall("name") || "Guest";
  call(media, { name, muted: !wanted.audio, cameraOff: !wanted.video });
}

/**
 * @param {LocalMedia} media
 * @param {import("./prejoin.js").Choice} choice
 */
function call(media, choice) {
  const conference = new Conference();
  conference.on("state", ({ state, code, text }) => {
    if (state !== "ended") return;
    media.close();
    document.body.dataset.state = "ended";
    if (document.fullscreenElement) void document.exitFullscreen();
    app.replaceChildren(new Ended({ room, code, text, rejoin: start }));
  });
  app.replaceChildren(new Call({ room, conference, media, viewer }));
  conference.connect(location.href, room, {
    ...choice,
    audio: media.tracks.audio,
    video: media.tracks.video,
    viewer,
    receive: wantedHeight(parameters.get("receive")),
    iceTransportPolicy: parameters.get("relay") === "1" ? "relay" : "all",
  });
}

function start() {
  if (parameters.get("join") === "1") void joinAtOnce();
  else prejoin();
}

document.title = `${room} – Tessera`;
const given = parameters.get("name")?.trim();
if (given && parameters.get("join") !== "1") remember("name", given);
start();
