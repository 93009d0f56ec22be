// SPDX-License-Identifier: Apache-2.0
// What was measured as Markdown tables, and what follows from it.

const digits = (count) => (value) => (Number.isFinite(value) ? value.toFixed(count) : "–");
const text = (value) => String(value ?? "–");

/** @type {[string, (run: any) => unknown, (value: any) => string][]} */
const kCost = [
  ["senders", (run) => run.senders, text],
  ["viewers", (run) => run.viewers, text],
  ["room cores", (run) => run.cores, digits(3)],
  ["limit cores", (run) => run.limit?.cores, digits(3)],
  ["ratio", (run) => run.ratio, digits(2)],
  ["threads", (run) => run.threads, text],
  ["PSS MiB", (run) => run.mib, digits(0)],
  ["load cores", (run) => run.load.loadCores, digits(2)],
  ["machine busy", (run) => run.machine.busyCores, digits(2)],
  ["steal %", (run) => run.machine.stealPercent, digits(1)],
  ["load avg", (run) => run.machine.loadAverage, digits(1)],
];
const kService = [
  ["senders", (run) => run.senders, text],
  ["viewers", (run) => run.viewers, text],
  ["fps least", (run) => run.fps, digits(1)],
  ["longest gap ms", (run) => run.gapMs, digits(0)],
  ["sound gap ms", (run) => run.soundGapMs, digits(0)],
  ["delay p50 ms", (run) => run.addedMs?.median, digits(1)],
  ["p95", (run) => run.addedMs?.p95, digits(1)],
  ["worst sender p50", (run) => run.addedMs?.worstMedian, digits(1)],
  ["p95", (run) => run.addedMs?.worstP95, digits(1)],
  ["first frame p50 ms", (run) => run.firstFrameMs.median, digits(0)],
  ["p95", (run) => run.firstFrameMs.p95, digits(0)],
  ["failed", (run) => run.failed, text],
];

export function table(columns, runs) {
  const rows = runs.map((run) => columns.map(([, value, show]) => show(value(run))));
  const titles = columns.map(([title]) => title);
  const widths = titles.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padStart(widths[at])).join(" | ")} |`;
  return [line(titles), `|${widths.map((width) => `${"-".repeat(width + 1)}:`).join("|")}|`, ...rows.map(line)].join("\n");
}

const kRungCost = [
  ...kCost.filter(([title]) => !/limit|ratio/.test(title)),
  ["fps most", (run) => run.load.fps.max, digits(1)],
  ["fps least", (run) => run.fps, digits(1)],
  ["changes of rung", (run) => run.load.rungChanges.max, digits(0)],
];

/** By how much `value` grows for one more of `key`, by least squares. */
export function slope(runs, key, value) {
  const points = runs.map((run) => [run[key], value(run)]).filter(([, y]) => Number.isFinite(y));
  if (points.length < 2) return undefined;
  const mean = (at) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return spread > 0 ? points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread : undefined;
}

/** What one more person costs. @param {any[]} runs */
export function slopesOf(runs) {
  const pictured = runs.filter(({ audioOnly, comparable }) => !audioOnly && comparable);
  const at = (senders) => pictured.filter((run) => run.viewers === 0 && run.senders === senders);
  const ends = [...at(4), ...at(16)];
  const rooms = pictured.filter(({ senders }) => senders === Math.max(...pictured.filter(({ viewers }) => viewers > 0).map((run) => run.senders)));
  const raw = rooms.map(({ limit }) => limit?.perReceiver).filter(Number.isFinite);
  const perViewer = slope(rooms, "viewers", (run) => run.cores);
  const rawPerViewer = raw.length ? raw.reduce((sum, value) => sum + value, 0) / raw.length : undefined;
  return {
    sender: ends.length === 2 && {
      cores: slope(ends, "senders", (run) => run.cores),
      threads: slope(ends, "senders", (run) => run.threads),
      mib: slope(ends, "senders", (run) => run.mib),
    },
    viewer: rooms.length > 1 && {
      cores: perViewer,
      rawCores: rawPerViewer,
      multiple: perViewer && rawPerViewer ? perViewer / rawPerViewer : undefined,
      threads: slope(rooms, "viewers", (run) => run.threads),
      mib: slope(rooms, "viewers", (run) => run.mib),
    },
  };
}

function slopeLines({ sender, viewer }) {
  const lines = [];
  if (sender)
    lines.push(`- One more sender (from 4 to 16): ${digits(4)(sender.cores)} core, ${digits(1)(sender.threads)} threads, ` +
      `${digits(1)(sender.mib)} MiB.`);
  if (viewer)
    lines.push(`- One more viewer: ${digits(4)(viewer.cores)} core, ${digits(1)(viewer.multiple)} times the raw SRTP and ` +
      `sendmsg (${digits(4)(viewer.rawCores)}), ${digits(1)(viewer.threads)} threads, ${digits(1)(viewer.mib)} MiB.`);
  return lines;
}

/** What the rungs below the top one cost, where the same people were measured without them. */
function furtherRungs(runs, { senders, viewers, cores, degradation }) {
  const same = runs.find((run) => run.comparable && !run.audioOnly && run.senders === senders && run.viewers === viewers);
  if (!same || degradation !== "none") return "";
  return `: ${digits(3)(cores - same.cores)} core more than with the top one alone`;
}

// Of rows that are not to be compared with others.
function warningLines(runs) {
  const why = ({ degradation, lowered, load }) =>
    degradation !== "none" ? `the room was degraded (${degradation})`
      : lowered ? `${lowered} did not get the top rung all along`
      : `the picture showed ${load.tiles.length} of the senders`;
  return runs.filter(({ comparable, receive, degradation }) => !comparable && !(receive && degradation === "none"))
    .map((run) => `**${run.senders} senders and ${run.viewers} viewers: ${why(run)}; its cores cannot be compared, and it has no ratio.**`);
}

/** @param {{machine: string, versions: string, conditions: string, runs: any[], slopes: ReturnType<typeof slopesOf>}} result */
export function print({ machine, versions, conditions, runs, slopes }) {
  const parts = [`${machine}; ${versions}.\n${conditions}`];
  const pictured = runs.filter(({ audioOnly, receive }) => !audioOnly && !receive), heard = runs.filter(({ audioOnly }) => audioOnly);
  if (pictured.length) parts.push(table(kCost, pictured), slopeLines(slopes).join("\n"), table(kService, pictured));
  for (const run of runs.filter(({ receive }) => receive))
    parts.push(`${run.senders} senders whose receivers take at most ${run.receive.replaceAll(",", ", ")} lines in turn, so that ` +
      `as many rungs are encoded${furtherRungs(runs, run)}:\n\n${table(kRungCost, [run])}`);
  for (const run of heard)
    parts.push(`Sound only, ${run.senders} people of whom ${run.talkers} talk:\n\n${table(kCost, [run])}\n\n${table(kService.filter(([title]) => !/fps|delay|sender p|p95|longest/.test(title)), [run])}`);
  parts.push(warningLines(runs).join("\n"));
  return parts.filter(Boolean).join("\n\n");
}
