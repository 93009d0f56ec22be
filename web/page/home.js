// SPDX-License-Identifier: Apache-2.0
import { find, h } from "./dom.js";
import { icon } from "./icons.js";
import { freshRoomId, roomIdOf } from "./text.js";

const kRefreshMs = 5000;

const input = /** @type {HTMLInputElement} */ (find("#room"));
const list = find("#rooms");

/** @param {string} room */
function go(room) {
  location.href = `/r/${encodeURIComponent(room)}`;
}

find("#choose").addEventListener("submit", (event) => {
  event.preventDefault();
  const room = roomIdOf(input.value);
  input.setCustomValidity(room ? "" : "Use at least one letter (a to z) or digit.");
  if (room) go(room);
  else input.reportValidity();
});
input.addEventListener("input", () => input.setCustomValidity(""));
find("#fresh").addEventListener("click", () => go(freshRoomId()));

/** @param {{id: string, participants: number}} room */
function row({ id, participants }) {
  const people = participants === 1 ? "1 person" : `${participants} people`;
  return h("li", {}, h("a", { href: `/r/${encodeURIComponent(id)}` },
    h("span", { class: "room-name", text: id }), h("span", { class: "hint", text: people }), icon("arrow")));
}

async function refresh() {
  try {
    const response = await fetch("/v1/rooms", { headers: { accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    const { rooms } = await response.json();
    const empty = h("li", { class: "hint", text: "No room is open. Start one." });
    list.replaceChildren(...(rooms.length ? rooms.map(row) : [empty]));
  } catch {
    list.replaceChildren(h("li", { class: "hint", text: "The list of rooms cannot be fetched at the moment." }));
  }
}

void refresh();
setInterval(() => void (document.visibilityState === "visible" && refresh()), kRefreshMs);
input.focus();
