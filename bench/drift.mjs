// SPDX-License-Identifier: Apache-2.0
// Senders whose clocks run wrong: does what is heard and seen of them stay where it was?
import { watchMachine } from "./machine.mjs";

// The least delay of a minute is without what jitter adds; by how much it may differ from the first minute's.
const kMayMoveMs = 40;
const kMostMs = 300; // at the median of a minute: the longest playout delay, 200, and what mixing takes
// What a minute has to have measured: without the picture of one of both senders there would be half of it.
const kLeastShare = 0.6;
const kFrames = 60 * 30 * 2, kBeginnings = 60 / 4; // a minute: of both senders' frames, and of speech
const kRoom = "drift";

/**
 * One talks, one is seen only, one listens and looks. Prints a line for each minute; true: nothing moved.
 * @param {import("./server.mjs").BenchServer} server @param {number} ppm @param {number} minutes
 */
export async function soakDrift(server, ppm, minutes) {
  const watched = watchMachine();
  const { code, output } = await server.load([
    ...["--participants", "2", "--viewers", "1", "--talkers", "1", "--drift-ppm", String(ppm), "--ignore-ingest"],
    ...["--seconds", String(60 * minutes), "--room", kRoom, "--json"],
  ]);
  if (!output) throw new Error(`tessera-load reported nothing (${code})`);
  const report = JSON.parse(output);
  const machine = watched(report);
  const { sound, delay } = report.members.find((member) => member.sound) ?? {};
  if (!sound || !delay) throw new Error("nothing was heard or seen of the senders");

  const ms = (value) => (Number.isFinite(value) ? value.toFixed(1) : "–").padStart(8);
  console.log(`clocks ${ppm} ppm fast: unnoticed, that moves sound and picture by ${(Math.abs(ppm) * 0.06).toFixed(0)} ms a minute`);
  console.log("minute   sound ms: least  median    most   picture ms: least  median     p95");
  const none = { count: 0 };
  const whole = Array.from({ length: minutes }, (_, minute) =>
    ({ heard: sound.minutes[minute] ?? none, shown: delay.minutes[minute] ?? none }));
  whole.forEach(({ heard, shown }, minute) => {
    console.log(`${String(minute + 1).padStart(6)}  ${" ".repeat(8)}${ms(heard.min)}${ms(heard.median)}${ms(heard.max)}` +
      `${" ".repeat(11)}${ms(shown.min)}${ms(shown.median)}${ms(shown.p95)}`);
  });
  const silent = whole.filter(({ heard }) => heard.count < kLeastShare * kBeginnings).length;
  const unseen = whole.filter(({ shown }) => shown.count < kLeastShare * kFrames).length;
  if (silent || unseen) {
    console.log(`too little was heard in ${silent} and seen in ${unseen} of ${minutes} minutes: nothing is known of them`);
    return false;
  }
  const moved = (spreads) => Math.max(...spreads.map(({ min }) => Math.abs(min - spreads[0].min)));
  const most = (spreads) => Math.max(...spreads.map(({ median }) => median));
  const heard = whole.map((minute) => minute.heard), shown = whole.map((minute) => minute.shown);
  const soundMoved = moved(heard), pictureMoved = moved(shown);
  const { busyCores = NaN, stealPercent = NaN } = machine;
  console.log(`moved at most by ${soundMoved.toFixed(1)} ms (sound) and ${pictureMoved.toFixed(1)} ms (picture); the largest step ` +
    `between two beginnings of speech: ${sound.largestStepMs.toFixed(1)} ms; ${busyCores.toFixed(1)} cores busy, ` +
    `${stealPercent.toFixed(1)} % stolen`);
  const stayed = Math.max(soundMoved, pictureMoved) <= kMayMoveMs &&
    Math.max(most(heard), most(shown)) <= kMostMs;
  if (!stayed) console.log(`moved by more than ${kMayMoveMs} ms, or later than ${kMostMs} ms: they did not stay where they were`);
  return stayed && code === 0;
}
