// SPDX-License-Identifier: Apache-2.0
// How busy the machine is, and what it is.
import { readFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";

/** Ticks of all processors since the start, of which busy, and taken away by the host. */
function ticks() {
  const [user, nice, system, idle, wait, irq, softirq, steal] = /^cpu +(.*)$/m
    .exec(readFileSync("/proc/stat", "utf8"))[1].split(" ").map(Number);
  const busy = user + nice + system + irq + softirq;
  return { busy, steal, all: busy + steal + idle + wait };
}

/** Begins to watch; what is returned tells what was seen since. */
export function watchMachine() {
  const before = ticks();
  return () => {
    const now = ticks();
    const all = Math.max(1, now.all - before.all);
    return {
      busyCores: ((now.busy - before.busy) / all) * cpus().length,
      stealPercent: (100 * (now.steal - before.steal)) / all,
      loadAverage: loadavg()[0],
    };
  };
}

export function describeMachine() {
  const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "?";
  return `${cpus().length} x ${cpus()[0]?.model.trim()}, ${system}, Linux ${release()}`;
}
