// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/process_stats.h"

#include <sys/resource.h>

#include <cstdio>
#include <memory>

namespace tessera {
namespace {

// The number that `format` ("Threads: %lld") finds in a line of the file; 0 when there is none.
long long readProcField(const char* path, const char* format) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path, "re"), std::fclose);
  if (!file) return 0;
  char line[256];
  long long value = 0;
  while (std::fgets(line, sizeof line, file.get())) {
    if (std::sscanf(line, format, &value) == 1) return value;
  }
  return 0;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

double ProcessStats::cpuSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int ProcessStats::threads() {
  return static_cast<int>(readProcField("/proc/self/status", "Threads: %lld"));
}

std::int64_t ProcessStats::pssBytes() {
  const auto now = std::chrono::steady_clock::now();
  if (pssBytes_ == 0 || now - readAt_ >= kMemoryInterval) {
    readAt_ = now;
    pssBytes_ = readProcField("/proc/self/smaps_rollup", "Pss: %lld kB") * 1024;
  }
  return pssBytes_;
}

}  // namespace tessera
