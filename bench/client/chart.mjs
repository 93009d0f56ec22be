// SPDX-License-Identifier: Apache-2.0
// What a client's ways of meeting cost it, as bars: processor time on the left, bytes on the right.

/** @typedef {import("./table.mjs").Run} Run */

const kWidth = 900, kHeight = 400;
const kPanel = { top: 96, height: 220, width: 380, lefts: [60, 500] };
const kBar = 17, kGap = 3, kGroupGap = 20;
const kGrids = 4;
const kWays = [
  { way: "mix", name: "Tessera", colour: "#1a7f5a" },
  { way: "mix, all sent", name: "Tessera, all sent", colour: "#7cc4a6" },
  { way: "SFU", name: "each stream apart (SFU)", colour: "#d9822b" },
  { way: "mesh", name: "mesh", colour: "#b0413e" },
];
const kCamera = "#9aa0a6";

const at = (/** @type {number} */ value) => Number(value.toFixed(1));
const label = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ text, more = "") =>
  `<text x="${at(x)}" y="${at(y)}" ${more}>${text}</text>`;
const box = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ width, /** @type {number} */ height, /** @type {string} */ fill, more = "") =>
  `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" fill="${fill}" ${more}/>`;

/** The next of 1, 2, 5, 10, … times `kGrids` steps that holds it. @param {number} most */
function scaleFor(most) {
  const step = most / kGrids || 1;
  const power = 10 ** Math.floor(Math.log10(step));
  return kGrids * power * ([1, 2, 2.5, 5, 10].find((one) => one * power >= step) ?? 10);
}

/**
 * @param {number} left @param {string} title @param {Run[]} runs
 * @param {(run: Run) => {value: number, fill: (colour: string) => string}[]} parts of a bar, the lowest first
 */
function panel(left, title, runs, parts) {
  const sum = (/** @type {Run} */ run) => parts(run).reduce((all, { value }) => all + value, 0);
  const top = scaleFor(Math.max(...runs.map(sum)));
  const bottom = kPanel.top + kPanel.height;
  const y = (/** @type {number} */ value) => bottom - (value / top) * kPanel.height;
  const out = [label(left, kPanel.top - 16, title, 'font-weight="bold"')];
  for (let line = 0; line <= kGrids; line++) {
    const value = (top * line) / kGrids;
    out.push(box(left, y(value), kPanel.width, 1, line ? "#e3e5e8" : "#5f6368"));
    out.push(label(left - 6, y(value) + 4, String(Number(value.toPrecision(3))), 'text-anchor="end"'));
  }
  let x = left + 8;
  for (const group of groupsOf(runs)) {
    const begin = x;
    for (const run of group) {
      const colour = kWays.find(({ way }) => way === run.way)?.colour ?? "#000";
      let height = 0;
      for (const { value, fill } of parts(run)) {
        out.push(box(x, y(height + value), kBar, (value / top) * kPanel.height, fill(colour)));
        height += value;
      }
      out.push(label(x + kBar / 2, y(height) - 4, sum(run).toFixed(sum(run) < 10 ? 2 : 1), 'text-anchor="middle" font-size="9"'));
      x += kBar + kGap + 4;
    }
    const middle = (begin + x - kGap - 4) / 2;
    const mesh = group[0]?.way === "mesh";
    out.push(label(middle, bottom + 16, String(group[0]?.people), 'text-anchor="middle"'));
    if (mesh) out.push(label(middle, bottom + 30, "mesh", 'text-anchor="middle" fill="#5f6368"'));
    x += kGroupGap;
  }
  out.push(label(left + kPanel.width / 2, bottom + 46, "people in the room", 'text-anchor="middle" fill="#5f6368"'));
  return out.join("\n");
}

/** Those of as many people together; a mesh apart. @param {Run[]} runs @returns {Run[][]} */
function groupsOf(runs) {
  const groups = new Map();
  for (const run of runs) {
    const key = `${run.way === "mesh"} ${run.people}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()];
}

/** @param {{chromium: string, machine: string, time: string, runs: Run[]}} result @returns {string} SVG */
export function chartOf({ chromium, machine, time, runs }) {
  const camera = runs.find(({ way }) => way === "camera")?.cost.cores ?? 0;
  const shown = runs.filter(({ way }) => way !== "camera");
  const used = kWays.filter(({ way }) => shown.some((run) => run.way === way));
  let x = 60;
  const legend = [...used, { name: "of it the camera", colour: kCamera }].map(({ name, colour }) => {
    const item = box(x, 44, 12, 12, colour) + label(x + 17, 54, name);
    x += 42 + 6.6 * name.length;
    return item;
  });
  const cores = panel(kPanel.lefts[0] ?? 0, "Processor time of the browser, cores", shown, ({ cost }) => [
    { value: Math.min(camera, cost.cores), fill: () => kCamera },
    { value: Math.max(0, cost.cores - camera), fill: (colour) => colour },
  ]);
  const bytes = panel(kPanel.lefts[1] ?? 0, "Mbit/s: down, and up (hatched) on top", shown, ({ cost }) => [
    { value: cost.downKbps / 1000, fill: (colour) => colour },
    { value: cost.upKbps / 1000, fill: (colour) => `url(#${colour.slice(1)})` },
  ]);
  const hatches = used.map(({ colour }) =>
    `<pattern id="${colour.slice(1)}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
    `<rect width="5" height="5" fill="${colour}" fill-opacity="0.25"/><rect width="2" height="5" fill="${colour}"/></pattern>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${kWidth} ${kHeight}" font-family="sans-serif" font-size="11" fill="#202124">
<title>What meeting costs a client, by way and number of people</title>
<defs>${hatches.join("")}</defs>
${box(0, 0, kWidth, kHeight, "#fff", 'rx="6"')}
${label(60, 28, "What it costs one Chromium to meet the others", 'font-size="15" font-weight="bold"')}
${legend.join("\n")}
${cores}
${bytes}
${label(60, kHeight - 14, `${escaped(chromium)} without a GPU, ${escaped(machine.split(",")[0] ?? "")}, ${time.slice(0, 10)}; everybody's picture is the same clip, 640x360 at 30 fps and 600 kbit/s; bench/RESULTS.md`, 'font-size="10" fill="#5f6368"')}
</svg>
`;
}

const escaped = (/** @type {string} */ text) => text.replace(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`);
