// SPDX-License-Identifier: Apache-2.0
// Who may include whom (docs/architecture.md), SPDX lines, and file sizes; names each offender.
// usage: node tree.mjs ROOT
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

const root = process.argv[2];
const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");
const problems = [];

// Module of a path: its folder, and which modules it may include. Order matters: the longest prefix first.
const modules = [
  ["src/base/", "base", []],
  ["src/room/", "room", ["base"]],
  ["src/wire/", "wire", ["base", "room"]],
  ["src/server/", "server", ["base", "room", "wire", "config", "signaling"]],
  ["src/post/", "post", ["base", "room", "wire"]],
  ["src/", "main", ["base", "room", "wire", "config", "signaling", "server", "pipelines", "web", "post"]],
  ["config/", "config", ["base", "room"]],
  ["signaling/", "signaling", ["base", "room", "wire", "config"]],
  ["pipelines/mix/", "pipelines/mix", ["base"]],
  ["pipelines/draw/", "pipelines/draw", ["base", "room", "pipelines/mix"]],
  ["pipelines/gst/", "pipelines/gst", ["base"]],
  ["pipelines/", "pipelines", ["base", "room", "wire"]],
  ["web/", "web", ["base"]],
  ["load/", "load", ["base", "room", "wire", "pipelines/gst"]],
  ["bench/", "bench", ["base", "load"]],
];
// Third-party headers and who may include them.
const libraries = [
  [/^gst\//, ["pipelines", "pipelines/gst", "load"]],
  [/^libsoup\//, ["signaling", "load"]],
  [/^json-glib\//, ["wire", "config"]],
  [/^lib(av|sw)/, ["post"]],
  [/^(cairo|pango|gdk-pixbuf)/, ["pipelines/draw"]],
  [/^libyuv/, ["pipelines/mix", "pipelines/draw", "bench"]],
  [/^(vpx|srtp2)\//, ["bench"]],
  [/^prometheus\//, ["server", "signaling"]],
];

const moduleOf = (file) => modules.find(([prefix]) => file.startsWith(prefix));
const homeOf = (include) => {
  const home = modules.find(([prefix, name]) => name !== "main" && (include.startsWith(`${name}/`) || include.startsWith(prefix)));
  return home?.[1];
};
const allowed = (self, home, list) =>
  home === self || (self === "pipelines" && home.startsWith("pipelines")) ||
  list.some((name) => home === name || (name === "pipelines" && home.startsWith("pipelines/")));

for (const file of files.filter((name) => /\.(h|cpp)$/.test(name))) {
  const text = readFileSync(path.join(root, file), "utf8");
  if (!text.startsWith("// SPDX-License-Identifier: Apache-2.0\n")) problems.push(`${file}:1: no SPDX line on top`);
  const lines = text.split("\n").length;
  if (lines > 600) problems.push(`${file}: ${lines} lines; split it`);
  const module = moduleOf(file);
  if (!module) continue; // tests may include anything that they link
  const [, self, mayInclude] = module;
  text.split("\n").forEach((line, index) => {
    const ours = /^\s*#include\s+"([^"]+)"/.exec(line)?.[1];
    const theirs = /^\s*#include\s+<([^>]+)>/.exec(line)?.[1];
    const at = `${file}:${index + 1}`;
    if (ours) {
      const home = homeOf(ours);
      if (!home) problems.push(`${at}: "${ours}" is not named from a module's root`);
      else if (!allowed(self, home, mayInclude)) problems.push(`${at}: ${self} must not include ${home} ("${ours}")`);
    }
    if (theirs)
      for (const [pattern, users] of libraries)
        if (pattern.test(theirs) && !users.includes(self)) problems.push(`${at}: ${self} must not include <${theirs}>`);
  });
}
for (const file of files.filter((name) => /\.(mjs|js|css)$/.test(name) || /CMakeLists\.txt$/.test(name)))
  if (!readFileSync(path.join(root, file), "utf8").slice(0, 200).includes("SPDX-License-Identifier: Apache-2.0"))
    problems.push(`${file}: no SPDX line on top`);

for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
