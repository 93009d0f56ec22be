// SPDX-License-Identifier: Apache-2.0
// Looks into a media file (or a URL of one that ends, or of a live stream with `seconds`) with ffprobe and ffmpeg.
// Times are milliseconds of media time, from the start of the container. Nothing here is kept in memory for longer
// than the call; pictures are decoded small (64x36 by default), so that ten minutes fit.
//
//   probe(source)                    { durationMs, bytes, streams: [ffprobe's], chapters: [{atMs, title}], tags }
//   warnings(source)                 what ffprobe and a whole decode by ffmpeg complain of: "" when clean
//   assertClean(source)              fails unless that is empty
//   packets(source, "v"|"a")         [{ms, durationMs, key, bytes}] of the first such stream, nothing decoded
//   gaps(source, "v"|"a", longerMs)  [{fromMs, toMs}] where timestamps leave a hole (or end early) of more than longerMs
//   frames(source, {width,height,seconds})   [{ms, rgb}] every picture, rgb is width*height*3 bytes
//   colourAt(frames, ms, region)     {r,g,b} average of the picture that is shown at `ms`; region {x,y,width,height} in
//                                    fractions of the picture, all of it by default
//   isColour(colour, "#rrggbb", tolerance=32)  whether each channel is as near as that
//   sound(source, {seconds, rate})   Float32Array, mono, 48 kHz by default; holes in the timestamps are silence
//   levelOf(sound, hz, fromMs, toMs) amplitude of a tone (Goertzel, 0 to 1) in that stretch
//   tonesAt(sound, ms, [hz…], {windowMs=100, threshold=0.02})   those of the tones that sound around `ms`
//   silences(sound, {belowDb=-50, longerMs=100})                [{fromMs, toMs}]
//   clicks(sound, threshold)         [ms] where the wave jumps by more than `threshold` from one sample to the next
//   flashes(frames, region)          [ms] when the picture (or region) turns from dark to bright
//   beeps(sound, hz)                 [ms] when that tone sets in
//   offsets(source, {hz=1000, region, withinMs=400})   [{atMs, offsetMs}] for each flash the nearest beep; offsetMs > 0: the
//                                    sound is late. A beep after the picture before the flash is not early: a flash is seen with the
//                                    next picture only
//   capture(url, seconds, file)      writes what comes from a live URL to a file, nothing encoded anew
import assert from "node:assert/strict";
import { spawn } from "node:child_process";

const kRate = 48000;

/** @typedef {{x: number, y: number, width: number, height: number}} Region */
/** @typedef {{ms: number, rgb: Buffer, width: number, height: number}} Frame */

/** @param {string} program @param {string[]} args @returns {Promise<{code: number, out: Buffer, err: string}>} */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    /** @type {Buffer[]} */
    const out = [];
    /** @type {Buffer[]} */
    const err = [];
    child.stdout.on("data", (data) => out.push(data));
    child.stderr.on("data", (data) => err.push(data));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, out: Buffer.concat(out), err: Buffer.concat(err).toString() }));
  });
}

/** @param {string} program @param {string[]} args */
async function must(program, args) {
  const result = await run(program, args);
  if (result.code !== 0) throw new Error(`${program} ${args.join(" ")}: exit ${result.code}: ${result.err.slice(-1000)}`);
  return result;
}

const ms = (/** @type {string | number | undefined} */ seconds) => Math.round(Number(seconds) * 1e6) / 1e3;

/** @param {string} source */
export async function probe(source) {
  const { out } = await must("ffprobe", ["-v", "error", "-of", "json", "-show_format", "-show_streams", "-show_chapters", source]);
  const { format, streams, chapters } = JSON.parse(out.toString());
  return {
    durationMs: ms(format.duration),
    bytes: Number(format.size),
    streams,
    chapters: chapters.map((/** @type {any} */ each) => ({ atMs: ms(each.start_time), title: each.tags?.title ?? "" })),
    tags: format.tags ?? {},
  };
}

/** @param {string} source */
export async function warnings(source) {
  const probed = await run("ffprobe", ["-v", "warning", "-show_streams", "-show_format", "-show_chapters", source]);
  // By the file's own clock: on the grid of a guessed rate, pictures of a room that had to go slower collide.
  const decode = ["-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "null", "-"];
  const decoded = await run("ffmpeg", ["-v", "warning", "-nostdin", "-i", source, ...decode]);
  const failed = [probed, decoded].filter(({ code }) => code !== 0).map(({ code }) => `exit ${code}\n`);
  return (probed.err + decoded.err + failed.join("")).trim();
}

/** @param {string} source */
export async function assertClean(source) {
  assert.equal(await warnings(source), "", `warnings of ${source}`);
}

/** @param {string} source @param {"v" | "a"} kind */
export async function packets(source, kind) {
  const fields = "packet=pts_time,duration_time,flags,size";
  const { out } = await must("ffprobe", ["-v", "error", "-select_streams", `${kind}:0`, "-show_entries", fields, "-of", "json", source]);
  return JSON.parse(out.toString()).packets.map((/** @type {any} */ each) => ({
    ms: ms(each.pts_time),
    durationMs: ms(each.duration_time ?? 0),
    key: each.flags.startsWith("K"),
    bytes: Number(each.size),
  }));
}

/** @param {string} source @param {"v" | "a"} kind @param {number} longerMs */
export async function gaps(source, kind, longerMs) {
  const { durationMs } = await probe(source);
  const times = (await packets(source, kind)).map((/** @type {{ms: number}} */ each) => each.ms).sort((a, b) => a - b);
  const edges = [0, ...times, durationMs];
  const found = [];
  for (let i = 1; i < edges.length; ++i)
    if (edges[i] - edges[i - 1] > longerMs) found.push({ fromMs: edges[i - 1], toMs: edges[i] });
  return found;
}

/**
 * @param {string} source
 * @param {{width?: number, height?: number, seconds?: number}} [options]
 * @returns {Promise<Frame[]>}
 */
export async function frames(source, { width = 64, height = 36, seconds } = {}) {
  const filter = `showinfo=checksum=0,scale=${width}:${height}:flags=area,format=rgb24`;
  const { out, err } = await must("ffmpeg", [
    ...["-v", "info", "-nostdin", "-nostats", ...(seconds ? ["-t", `${seconds}`] : []), "-i", source, "-map", "0:v:0"],
    ...["-vf", filter, "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
  ]);
  const times = [...err.matchAll(/\] n: *\d+ pts: *\S+ pts_time:(\S+)/g)].map((match) => ms(match[1]));
  const bytes = width * height * 3;
  assert.equal(out.length, times.length * bytes, `${source}: pictures and their times`);
  return times.map((time, i) => ({ ms: time, rgb: out.subarray(i * bytes, (i + 1) * bytes), width, height }));
}

/** @param {Frame} frame @param {Region} [region] */
function average({ rgb, width, height }, region = { x: 0, y: 0, width: 1, height: 1 }) {
  const left = Math.floor(region.x * width);
  const right = Math.max(left + 1, Math.round((region.x + region.width) * width));
  const top = Math.floor(region.y * height);
  const bottom = Math.max(top + 1, Math.round((region.y + region.height) * height));
  const sum = [0, 0, 0];
  for (let y = top; y < bottom; ++y)
    for (let x = left; x < right; ++x) for (let c = 0; c < 3; ++c) sum[c] += rgb[(y * width + x) * 3 + c];
  const [r, g, b] = sum.map((value) => Math.round(value / ((right - left) * (bottom - top))));
  return { r, g, b };
}

/** @param {Frame[]} list @param {number} atMs @param {Region} [region] */
export function colourAt(list, atMs, region) {
  const shown = list.filter((frame) => frame.ms <= atMs + 0.5).at(-1);
  assert.ok(shown, `no picture at ${atMs} ms; the first of ${list.length} is at ${list[0]?.ms}`);
  return average(shown, region);
}

/** @param {{r: number, g: number, b: number}} colour @param {string} hex @param {number} [tolerance] */
export function isColour({ r, g, b }, hex, tolerance = 32) {
  const wanted = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return [r, g, b].every((value, i) => Math.abs(value - wanted[i]) <= tolerance);
}

/** @param {string} source @param {{seconds?: number, rate?: number}} [options] */
export async function sound(source, { seconds, rate = kRate } = {}) {
  const { out } = await must("ffmpeg", [
    ...["-v", "error", "-nostdin", ...(seconds ? ["-t", `${seconds}`] : []), "-i", source, "-map", "0:a:0"],
    ...["-af", "aresample=async=1:min_hard_comp=0.01:first_pts=0", "-ac", "1", "-ar", `${rate}`, "-f", "f32le", "-"],
  ]);
  return new Float32Array(out.buffer.slice(out.byteOffset, out.byteOffset + out.length - (out.length % 4)));
}

/** @param {Float32Array} samples @param {number} hz @param {number} fromMs @param {number} toMs */
export function levelOf(samples, hz, fromMs, toMs, rate = kRate) {
  const from = Math.max(0, Math.round((fromMs * rate) / 1000));
  const to = Math.min(samples.length, Math.round((toMs * rate) / 1000));
  if (to <= from) return 0;
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let s1 = 0;
  let s2 = 0;
  for (let i = from; i < to; ++i) [s1, s2] = [samples[i] + coefficient * s1 - s2, s1];
  return (2 * Math.sqrt(Math.max(0, s1 * s1 + s2 * s2 - coefficient * s1 * s2))) / (to - from);
}

/**
 * @param {Float32Array} samples
 * @param {number} atMs
 * @param {number[]} tones
 * @param {{windowMs?: number, threshold?: number}} [options]
 */
export function tonesAt(samples, atMs, tones, { windowMs = 100, threshold = 0.02 } = {}) {
  return tones.filter((hz) => levelOf(samples, hz, atMs - windowMs / 2, atMs + windowMs / 2) > threshold);
}

// The loudest sample of each `stepMs`.
/** @param {Float32Array} samples @param {number} stepMs */
function peaks(samples, stepMs, rate = kRate) {
  const step = Math.round((stepMs * rate) / 1000);
  const list = [];
  for (let at = 0; at < samples.length; at += step) {
    let peak = 0;
    for (let i = at; i < Math.min(at + step, samples.length); ++i) peak = Math.max(peak, Math.abs(samples[i]));
    list.push(peak);
  }
  return list;
}

/** @param {Float32Array} samples @param {{belowDb?: number, longerMs?: number}} [options] */
export function silences(samples, { belowDb = -50, longerMs = 100 } = {}) {
  const stepMs = 5;
  const limit = 10 ** (belowDb / 20);
  const found = [];
  let since = -1;
  [...peaks(samples, stepMs), Infinity].forEach((peak, i) => {
    if (peak < limit) {
      if (since < 0) since = i;
    } else {
      if (since >= 0 && (i - since) * stepMs > longerMs) found.push({ fromMs: since * stepMs, toMs: i * stepMs });
      since = -1;
    }
  });
  return found;
}

/** @param {Float32Array} samples @param {number} threshold */
export function clicks(samples, threshold, rate = kRate) {
  const found = [];
  for (let i = 1; i < samples.length; ++i)
    if (Math.abs(samples[i] - samples[i - 1]) > threshold) found.push((i * 1000) / rate);
  return found;
}

/** @param {number[]} curve @param {number} limit */
const rises = (curve, limit) => curve.flatMap((value, i) => (i > 0 && value > limit && curve[i - 1] <= limit ? [i] : []));

// Between the least and the greatest value of a curve; none when they are not further apart than `least`.
/** @param {number[]} curve @param {number} least */
function middleOf(curve, least) {
  const low = curve.reduce((a, b) => Math.min(a, b), Infinity);
  const high = curve.reduce((a, b) => Math.max(a, b), -Infinity);
  return high - low > least ? (low + high) / 2 : Infinity;
}

/** @param {Frame[]} list @param {Region} [region] */
export function flashes(list, region) {
  const brightness = list.map((frame) => {
    const { r, g, b } = average(frame, region);
    return 0.3 * r + 0.6 * g + 0.1 * b;
  });
  return rises(brightness, middleOf(brightness, 40)).map((i) => list[i].ms);
}

/** @param {Float32Array} samples @param {number} hz */
export function beeps(samples, hz) {
  const stepMs = 2;
  const windowMs = 10;
  const curve = [];
  for (let at = 0; at * stepMs + windowMs / 2 < (samples.length * 1000) / kRate; ++at)
    curve.push(levelOf(samples, hz, at * stepMs - windowMs / 2, at * stepMs + windowMs / 2));
  // Mixers turn loud people down: later beeps may be much softer than the first.
  const loudest = curve.reduce((a, b) => Math.max(a, b), 0);
  const found = rises(curve, Math.max(0.01, loudest / 8)).map((i) => i * stepMs);
  return found.filter((time, i) => i === 0 || time - found[i - 1] > 50);
}

/** @param {string} source @param {{hz?: number, region?: Region, withinMs?: number, seconds?: number}} [options] */
export async function offsets(source, { hz = 1000, region, withinMs = 400, seconds } = {}) {
  const shown = await frames(source, { seconds });
  const heard = beeps(await sound(source, { seconds }), hz);
  return flashes(shown, region).flatMap((atMs) => {
    const nearest = heard.reduce((best, time) => (Math.abs(time - atMs) < Math.abs(best - atMs) ? time : best), Infinity);
    if (Math.abs(nearest - atMs) > withinMs) return [];
    const beforeMs = shown.filter((frame) => frame.ms < atMs).at(-1)?.ms ?? atMs;
    return [{ atMs, offsetMs: nearest > atMs ? nearest - atMs : Math.min(0, nearest - beforeMs) }];
  });
}

/** @param {string} url @param {number} seconds @param {string} file */
export async function capture(url, seconds, file) {
  await must("ffmpeg", ["-v", "error", "-nostdin", "-y", "-i", url, "-t", `${seconds}`, "-c", "copy", file]);
}
