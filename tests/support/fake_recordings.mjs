// SPDX-License-Identifier: Apache-2.0
// The API of recordings and live outputs as PROTOCOL.md shows it, answered inside the browser: for what the page makes of
// states that a real server is in for a moment only.

export const kTimeline = {
  version: 1, durationMs: 20000, repairs: [],
  chapters: [{ mediaMs: 0, title: "Start" }, { mediaMs: 5000, title: "Zoë shares a screen" }, { mediaMs: 9000, title: "Interrupted" }, { mediaMs: 14000, title: "Paused" }],
  timeline: [
    { mediaMs: 0, atMs: 0, event: "joined", id: "a", name: "Ada", role: "moderator" },
    { mediaMs: 2000, atMs: 0, event: "joined", id: "z", name: "Zoë Ångström", role: "participant" },
    { mediaMs: 5000, atMs: 0, event: "screen", id: "z", on: true },
    { mediaMs: 9000, atMs: 0, event: "gap" },
    { mediaMs: 11000, atMs: 0, event: "left", id: "z" },
    { mediaMs: 12000, atMs: 0, event: "joined", id: "z", name: "Zoë Ångström", role: "participant" },
    { mediaMs: 14000, atMs: 0, event: "resumed" },
  ],
};

/** @param {string} id @param {object} [change] */
export function fakeRecording(id, change = {}) {
  const links = { file: `/v1/recordings/${id}/file?signature=x`, poster: `/v1/recordings/${id}/poster?signature=x`,
    timeline: `/v1/recordings/${id}/timeline?signature=x`, tracks: [] };
  return { id, room: "standup", state: "complete", progress: 1, format: "mp4", video: "program", audio: "aac", tracks: [],
    startedAt: "2026-01-01T09:00:00.000Z", durationMs: 1800000, bytes: 594300000, file: `${id}.mp4`, links, ...change };
}

/** One that has no file yet, or none at all. @param {string} id @param {object} change */
export const unfinished = (id, change) => fakeRecording(id, { links: undefined, file: undefined, ...change });

/** Answers a page's requests by what it holds; the test changes that as it likes. */
export class FakeRecordings {
  /** @type {any[]} */ recordings = [];
  /** @type {Record<string, any[]>} room to its outputs */ outputs = {};
  token = ""; // that is asked for
  /** @type {{code: string, text: string, status: number} | null} */ refusal = null; // of every change
  /** @type {string[]} */ changes = []; // that were asked for

  /** @param {import("playwright-core").Page} page @param {{file?: Buffer, type?: string, poster?: Buffer}} [media] */
  async install(page, { file, type = "video/mp4", poster } = {}) {
    await page.route("**/v1/**", async (route) => {
      const request = route.request();
      const [, ...path] = new URL(request.url()).pathname.split("/").slice(1);
      const json = (/** @type {any} */ body, status = 200) => route.fulfill({ status, contentType: "application/json", body: JSON.stringify(body) });
      const error = (/** @type {string} */ code, /** @type {string} */ text, /** @type {number} */ status) => json({ error: { code, text } }, status);
      const what = path[0] === "recordings" ? path[2] : "";
      if (what === "file" && file) return route.fulfill({ contentType: type, body: file, headers: { "accept-ranges": "bytes" } });
      if (what === "poster" && poster) return route.fulfill({ contentType: "image/jpeg", body: poster });
      if (what === "timeline") return json(kTimeline);
      if (path.join("/") === "rooms" && request.method() === "GET") return json({ rooms: Object.keys(this.outputs).map((id) => ({ id })) });
      if (this.token && (await request.allHeaders()).authorization !== `Bearer ${this.token}`)
        return error("unauthorized", request.headers().authorization ? "the token is wrong" : "a token is needed", 401);
      if (request.method() !== "GET") {
        this.changes.push(`${request.method()} /${path.join("/")} ${request.postData() ?? ""}`.trim());
        if (this.refusal) return error(this.refusal.code, this.refusal.text, this.refusal.status);
        if (request.method() === "DELETE") this.recordings = this.recordings.filter(({ id }) => id !== path[1]);
        return route.fulfill({ status: 204 });
      }
      if (path[0] === "recordings") return json({ recordings: this.recordings });
      if (path[2] === "outputs") return json({ outputs: this.outputs[path[1] ?? ""] ?? [] });
      return error("not-found", "there is nothing here", 404);
    });
  }
}
