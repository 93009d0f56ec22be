// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

// What the processes of a server cost, from /proc. Only on the machine that they run on.

namespace tessera::load {

struct ProcessSample {
  pid_t pid = 0;
  pid_t parent = 0;
  std::string kind;       // the kernel's name of it: "tessera", "tessera-room"
  double cpuSeconds = 0;  // user + system since its start
  int threads = 0;
  std::optional<std::int64_t> pssBytes;  // needs the same user
  std::optional<int> openFiles;          // likewise
};

enum class Detail { cpu, everything };  // memory and files cost a few milliseconds per process

// The process and all its descendants; empty when it is gone.
std::vector<ProcessSample> sampleProcessTree(pid_t root, Detail detail);

// Who listens on this TCP port here; fails with notFound when nobody does, or when it is another user's.
[[nodiscard]] Result<pid_t> findListener(int port);

// What a process did between two samples.
struct ProcessUsage {
  ProcessSample at;  // the later sample
  double cores = 0;
};
// Processes that are in `after` only count from zero; those that are gone do not appear.
std::vector<ProcessUsage> usageBetween(const std::vector<ProcessSample>& before,
                                       const std::vector<ProcessSample>& after, double seconds);

}  // namespace tessera::load
