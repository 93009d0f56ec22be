// SPDX-License-Identifier: Apache-2.0
// The page's and the SDK's JSDoc types hold (tsc --strict).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("web/ type-checks", () => {
  const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  const project = fileURLToPath(new URL("tsconfig.json", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [tsc, "--project", project], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
});
