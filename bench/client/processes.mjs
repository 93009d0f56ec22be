// SPDX-License-Identifier: Apache-2.0
// Processor time of a browser: of its processes, all of them, from /proc.
import { readdirSync, readFileSync } from "node:fs";

const kTicksPerSecond = 100; // USER_HZ of Linux on every machine that this runs on

/** Name, parent and processor time (its own, and of children that ended) of each process. */
function processes() {
  const all = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    let text;
    try {
      text = readFileSync(`/proc/${pid}/stat`, "utf8");
    } catch {
      continue; // it has just ended
    }
    const end = text.lastIndexOf(")"); // a name may hold blanks and brackets
    const fields = text.slice(end + 2).split(" ").map(Number); // from the third on: state, ppid, …
    const [user, system, childUser, childSystem] = fields.slice(11, 15);
    all.set(Number(pid), {
      name: text.slice(text.indexOf("(") + 1, end),
      parent: fields[1],
      seconds: (user + system + childUser + childSystem) / kTicksPerSecond,
    });
  }
  return all;
}

function descendants(all, root) {
  const below = [...all].filter(([, { parent }]) => parent === root).map(([pid]) => pid);
  return below.flatMap((pid) => [pid, ...descendants(all, pid)]);
}

/** Seconds of processor time that the browser which this process started has taken so far. */
export function browserSeconds() {
  const all = processes();
  const roots = [...all].filter(([, { parent, name }]) => parent === process.pid && /chrom/i.test(name)).map(([pid]) => pid);
  if (roots.length !== 1) throw new Error(`${roots.length} browsers run instead of one`);
  const pids = [roots[0], ...descendants(all, roots[0])];
  return pids.reduce((sum, pid) => sum + all.get(pid).seconds, 0);
}
