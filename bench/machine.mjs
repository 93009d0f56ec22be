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

const kSampleMs = 250;

/**
 * Reads something every so often, until it is told to stop. What is returned stops it, and gives what was read while
 * tessera-load measured: its joining and leaving are not part of any figure.
 * @template T @param {number} everyMs @param {() => T | Promise<T>} read not taken when undefined
 * @returns {(load: {measuredFromUnixMs: number, measuredSeconds: number}) => NonNullable<Awaited<T>>[]}
 */
export function sample(everyMs, read) {
  const samples = [];
  const timer = setInterval(async () => {
    const at = Date.now();
    const value = await read();
    if (value !== undefined) samples.push({ at, value });
  }, everyMs);
  return ({ measuredFromUnixMs: from, measuredSeconds }) => {
    clearInterval(timer);
    return samples.filter(({ at }) => at >= from && at <= from + 1000 * measuredSeconds).map(({ value }) => value);
  };
}

/** Begins to watch; what is returned tells how busy the machine was while tessera-load measured. */
export function watchMachine() {
  const stop = sample(kSampleMs, () => ({ ...ticks(), loadAverage: loadavg()[0] }));
  return (load) => {
    const seen = stop(load), first = seen[0], last = seen.at(-1);
    if (!first || !last || last.all === first.all) return {};
    const all = last.all - first.all;
    return {
      busyCores: ((last.busy - first.busy) / all) * cpus().length,
      stealPercent: (100 * (last.steal - first.steal)) / all,
      loadAverage: last.loadAverage,
    };
  };
}

export function describeMachine() {
  const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "?";
  return `${cpus().length} x ${cpus()[0]?.model.trim()}, ${system}, Linux ${release()}`;
}
