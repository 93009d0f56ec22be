// SPDX-License-Identifier: Apache-2.0
// The Tessera client SDK: native ES modules without dependencies.
//
//   import { Conference } from "/static/sdk/tessera.js";
//   const conference = new Conference();
//   conference.on("state", ({ state, text }) => …); // connected: video.srcObject = conference.stream
//   conference.connect(location.href, "standup", { name: "Ada", audio, video });

export { Conference } from "./conference.js";
export { kMaxChatChars, kMaxNameChars, roomUrl } from "./protocol.js";
