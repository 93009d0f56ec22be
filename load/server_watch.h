// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "load/figures.h"
#include "load/options.h"
#include "load/process_stats.h"

namespace tessera::load {

// The server's processes, when it runs on this machine.
class ServerWatch {
 public:
  explicit ServerWatch(const Options& options);

  bool found() const { return pid_ != 0; }
  const std::string& note() const { return note_; }  // why it was not found
  std::vector<ProcessSample> sample(Detail detail) const;

  void beginWindow(TimePoint now);
  std::vector<ProcessUsage> usage(TimePoint now) const;  // since beginWindow()
  double takeCores(TimePoint now);                       // of all its processes, since the last call

 private:
  pid_t pid_ = 0;
  std::string note_;
  TimePoint windowStart_{};
  std::vector<ProcessSample> atWindow_;
  TimePoint lastTaken_{};
  std::vector<ProcessSample> atTaken_;
};

// User and system time of this process so far.
double ownCpuSeconds();

}  // namespace tessera::load
