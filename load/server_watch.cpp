// SPDX-License-Identifier: Apache-2.0
#include "load/server_watch.h"

#include <sys/resource.h>

namespace tessera::load {
namespace {

bool isLoopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

double secondsBetween(TimePoint from, TimePoint to) {
  return std::chrono::duration<double>(to - from).count();
}

double secondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

ServerWatch::ServerWatch(const Options& options) {
  if (options.serverPid != 0) {
    pid_ = options.serverPid;
    if (sampleProcessTree(pid_, Detail::cpu).empty()) {
      note_ = fmt::format("there is no process {}", pid_);
      pid_ = 0;
    }
  } else if (!isLoopback(options.host)) {
    note_ = "on another machine, or say --server-pid";
  } else if (const auto pid = findListener(options.port)) {
    pid_ = *pid;
  } else {
    note_ = pid.error().text;
  }
}

std::vector<ProcessSample> ServerWatch::sample(Detail detail) const {
  return pid_ == 0 ? std::vector<ProcessSample>{} : sampleProcessTree(pid_, detail);
}

void ServerWatch::beginWindow(TimePoint now) {
  windowStart_ = now;
  atWindow_ = sample(Detail::cpu);
}

std::vector<ProcessUsage> ServerWatch::usage(TimePoint now) const {
  return usageBetween(atWindow_, sample(Detail::everything), secondsBetween(windowStart_, now));
}

double ServerWatch::takeCores(TimePoint now) {
  auto samples = sample(Detail::cpu);
  double sum = 0;
  if (lastTaken_ != TimePoint{})
    for (const ProcessUsage& usage : usageBetween(atTaken_, samples, secondsBetween(lastTaken_, now)))
      sum += usage.cores;
  lastTaken_ = now;
  atTaken_ = std::move(samples);
  return sum;
}

double ownCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return secondsOf(usage.ru_utime) + secondsOf(usage.ru_stime);
}

}  // namespace tessera::load
