// SPDX-License-Identifier: Apache-2.0
// Makes a recording's working directory as server and room leave it (docs/recording.md), with parts by ffmpeg whose
// pictures and tones tell what they are, and runs tessera-post on it.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

export const kProgram = path.join(process.env.TESSERA_BIN_DIR ?? "build/dev/bin", "tessera-post");
export const kId = "rec0123456ab";
export const kStartMs = Date.UTC(2026, 0, 31, 12);

/** @typedef {{seconds: number, colour?: string, hz?: number, flashes?: boolean, size?: string, fps?: number, video?: string[],
 *   sound?: string[], channels?: number, tracks?: {id: string, hz: number, fromMs?: number}[], points?: object[] | null}} Part */

const kH264 = ["-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "high", "-bf", "0", "-g", "60"];
const kVp8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M", "-g", "60"];
const kAac = ["-c:a", "aac", "-b:a", "128k"];
const kOpus = ["-c:a", "libopus", "-b:a", "96k"];
export const codecs = { h264: kH264, vp8: kVp8, aac: kAac, opus: kOpus };

export class Recording {
  /** @param {{format?: string, sound?: string, name?: string}} [options] */
  constructor({ format = "mp4", sound = format === "webm" || format === "ogg" ? "opus" : "aac", name = "2026-01-31-standup" } = {}) {
    this.directory = mkdtempSync(path.join(os.tmpdir(), "tessera-post-"));
    this.work = path.join(this.directory, ".work", kId);
    mkdirSync(this.work, { recursive: true });
    this.format = format;
    this.sound = sound;
    this.name = name;
    this.parts = 0;
    this.unixMs = kStartMs; // where the next part begins
    this.write("recording.json", [this.plan()]);
  }

  plan(more = {}) {
    const formats = { format: this.format, video: "program", sound: this.sound, tracks: false };
    return { version: 1, id: kId, room: "standup", name: this.name, formats, startedAtMs: kStartMs, attempts: 1, ...more };
  }

  /** @param {string} file @param {object[]} lines */
  write(file, lines) {
    writeFileSync(path.join(this.work, file), lines.map((line) => JSON.stringify(line) + "\n").join(""));
  }

  /** @param {object[]} events */
  timeline(events) {
    this.write("timeline.jsonl", events);
  }

  // Writes the next part; `gapMs` of the meeting were lost before it.
  /** @param {Part & {gapMs?: number}} part */
  part({ seconds, colour = "red", hz = 440, flashes = false, size = "320x180", fps = 30, gapMs = 0, channels = 2, points, tracks = [], ...codec }) {
    const stem = `part-${String(++this.parts).padStart(4, "0")}`;
    const hasVideo = this.format === "mp4" || this.format === "webm";
    const video = codec.video ?? (this.format === "webm" ? kVp8 : kH264);
    const sound = codec.sound ?? (this.sound === "opus" ? kOpus : kAac);
    const now = "lt(mod(t\\,1)\\,0.1)*gte(t\\,0.5)"; // from each full second on
    const picture = `color=${colour}:s=${size}:r=${fps}:d=${seconds}${flashes ? `,drawbox=c=white:t=fill:enable=${now}` : ""}`;
    const wave = `0.3*sin(2*PI*${hz}*t)${flashes ? `*${now}` : ""}`;
    const tone = `aevalsrc=${channels === 2 ? `${wave}|${wave}` : wave}:s=48000:d=${seconds}`;
    execFileSync("ffmpeg", [
      ...["-v", "error", "-y", ...(hasVideo ? ["-f", "lavfi", "-i", picture] : []), "-f", "lavfi", "-i", tone],
      ...(hasVideo ? [...video, "-pix_fmt", "yuv420p"] : []),
      ...[...sound, "-cluster_time_limit", "500", path.join(this.work, `${stem}.mkv`)],
    ]);
    for (const { id, hz: own, fromMs = 0 } of tracks)
      execFileSync("ffmpeg", [
        ...["-v", "error", "-y", "-f", "lavfi", "-i", `sine=f=${own}:r=48000:d=${seconds - fromMs / 1000}`],
        ...[...kOpus, "-output_ts_offset", `${fromMs / 1000}`, "-f", "matroska", path.join(this.work, `${stem}-${id}.mka`)],
      ]);
    this.unixMs += gapMs;
    if (points !== null) this.write(`${stem}.jsonl`, points ?? this.ticks(seconds));
    this.unixMs += seconds * 1000;
    return path.join(this.work, `${stem}.mkv`);
  }

  /** @param {number} seconds */
  ticks(seconds) {
    const at = (/** @type {number} */ ms, /** @type {string} */ event) => ({ unixMs: this.unixMs + ms, mediaMs: ms, event });
    const ticks = Array.from({ length: Math.max(0, Math.ceil(seconds) - 1) }, (_, i) => at((i + 1) * 1000, "tick"));
    return [at(0, "start"), ...ticks, at(seconds * 1000, "stop")];
  }

  file(extension = `.${this.format}`) {
    return path.join(this.directory, this.name + extension);
  }

  files() {
    return readdirSync(this.directory).filter((name) => name !== ".work");
  }

  finished() {
    return JSON.parse(readFileSync(this.file(".json"), "utf8"));
  }

  /** @param {{killAt?: number}} [options] killed so many ms after its start @returns {Promise<{code: number | null, news: any[], log: string}>} */
  post({ killAt } = {}) {
    return new Promise((resolve, reject) => {
      const child = spawn(kProgram, [this.work], { stdio: ["ignore", "pipe", "pipe"] });
      let out = "";
      let log = "";
      child.stdout.on("data", (data) => (out += data));
      child.stderr.on("data", (data) => (log += data));
      child.on("error", reject);
      const timer = killAt === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAt);
      child.on("close", (code) => {
        clearTimeout(timer);
        const news = out.split("\n").filter((line) => line.endsWith("}"));
        resolve({ code, news: news.map((line) => JSON.parse(line)), log });
      });
    });
  }

  remove() {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
