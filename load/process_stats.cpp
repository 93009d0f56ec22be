// SPDX-License-Identifier: Apache-2.0
#include "load/process_stats.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace tessera::load {
namespace {

namespace fs = std::filesystem;

constexpr int kTcpListen = 0x0A;  // /proc/net/tcp, column st

std::vector<pid_t> allPids() {
  std::vector<pid_t> pids;
  std::error_code code;
  for (fs::directory_iterator it("/proc", code), end; !code && it != end; it.increment(code)) {
    const std::string name = it->path().filename();
    if (!name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; }))
      pids.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return pids;
}

// proc(5), stat: "pid (comm) state ppid …"; comm may hold spaces and brackets.
std::optional<ProcessSample> readStat(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const auto open = line.find('('), close = line.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  ProcessSample sample;
  sample.pid = pid;
  sample.kind = line.substr(open + 1, close - open - 1);
  std::istringstream fields(line.substr(close + 1));
  std::string state, skipped;
  fields >> state >> sample.parent;
  for (int field = 5; field < 14; ++field) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  for (int field = 16; field < 20; ++field) fields >> skipped;
  fields >> sample.threads;
  if (!fields || state == "Z") return std::nullopt;
  sample.cpuSeconds = (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return sample;
}

std::optional<std::int64_t> readPss(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
  std::string line;
  while (std::getline(file, line)) {
    std::int64_t kib = 0;
    if (std::sscanf(line.c_str(), "Pss: %ld", &kib) == 1) return kib * 1024;
  }
  return std::nullopt;
}

std::optional<int> countOpenFiles(pid_t pid) {
  std::error_code code;
  int count = 0;
  fs::directory_iterator it(fmt::format("/proc/{}/fd", pid), code);
  if (code) return std::nullopt;
  for (const fs::directory_iterator end; !code && it != end; it.increment(code)) ++count;
  return count;
}

void addListeners(const char* table, int port, std::set<std::string>& sockets) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);  // headings
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode;
    const auto colon = local.rfind(':');
    if (!fields || colon == std::string::npos) continue;
    if (std::stol(local.substr(colon + 1), nullptr, 16) == port &&
        std::stol(state, nullptr, 16) == kTcpListen)
      sockets.insert(fmt::format("socket:[{}]", inode));
  }
}

bool holdsAnyOf(pid_t pid, const std::set<std::string>& sockets) {
  std::error_code code;
  fs::directory_iterator it(fmt::format("/proc/{}/fd", pid), code);
  for (const fs::directory_iterator end; !code && it != end; it.increment(code)) {
    std::error_code ignored;
    if (sockets.count(fs::read_symlink(it->path(), ignored).string()) > 0) return true;
  }
  return false;
}

}  // namespace

std::vector<ProcessSample> sampleProcessTree(pid_t root, Detail detail) {
  std::vector<ProcessSample> all;
  for (const pid_t pid : allPids())
    if (auto sample = readStat(pid)) all.push_back(std::move(*sample));
  std::vector<ProcessSample> tree;
  std::set<pid_t> members{root};
  // Children may have lower numbers than their parents: go on until a round adds nobody.
  for (bool grown = true; grown;) {
    grown = false;
    for (const ProcessSample& sample : all)
      if (members.count(sample.parent) > 0) grown |= members.insert(sample.pid).second;
  }
  for (ProcessSample& sample : all) {
    if (members.count(sample.pid) == 0) continue;
    if (detail == Detail::everything) {
      sample.pssBytes = readPss(sample.pid);
      sample.openFiles = countOpenFiles(sample.pid);
    }
    tree.push_back(std::move(sample));
  }
  return tree;
}

Result<pid_t> findListener(int port) {
  std::set<std::string> sockets;
  addListeners("/proc/net/tcp", port, sockets);
  addListeners("/proc/net/tcp6", port, sockets);
  if (sockets.empty()) return fail(ErrorCode::notFound, "nothing listens on port {} of this machine", port);
  // A child may have inherited the socket: the parent among those who hold it is the one.
  std::vector<ProcessSample> holders;
  for (const pid_t pid : allPids()) {
    if (!holdsAnyOf(pid, sockets)) continue;
    if (auto sample = readStat(pid)) holders.push_back(std::move(*sample));
  }
  for (const ProcessSample& holder : holders) {
    const bool childOfAnother = std::any_of(holders.begin(), holders.end(), [&](const ProcessSample& other) {
      return other.pid == holder.parent;
    });
    if (!childOfAnother) return holder.pid;
  }
  return fail(ErrorCode::notFound, "who listens on port {} cannot be seen (another user's process?)", port);
}

std::vector<ProcessUsage> usageBetween(const std::vector<ProcessSample>& before,
                                       const std::vector<ProcessSample>& after, double seconds) {
  std::vector<ProcessUsage> result;
  for (const ProcessSample& sample : after) {
    double spent = sample.cpuSeconds;
    for (const ProcessSample& earlier : before)
      if (earlier.pid == sample.pid) spent -= earlier.cpuSeconds;
    result.push_back({sample, seconds > 0 ? spent / seconds : 0});
  }
  return result;
}

}  // namespace tessera::load
