// SPDX-License-Identifier: Apache-2.0
#include "load/process_stats.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>

namespace tessera::load {
namespace {

const ProcessSample* find(const std::vector<ProcessSample>& samples, pid_t pid) {
  const auto it = std::find_if(samples.begin(), samples.end(), [&](const auto& s) { return s.pid == pid; });
  return it == samples.end() ? nullptr : &*it;
}

void burn(double seconds) {
  const std::clock_t start = std::clock();
  while (static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < seconds) {
  }
}

TEST(ProcessStatsTest, SeesAProcessAndItsChildrenByName) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_NAME, "odd) name (");  // what stat shows in brackets
    if (write(ready[1], "x", 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  const auto samples = sampleProcessTree(getpid(), Detail::everything);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);

  const ProcessSample* self = find(samples, getpid());
  ASSERT_TRUE(self);
  EXPECT_GE(self->threads, 1);
  EXPECT_GT(self->pssBytes.value_or(0), 100'000);
  EXPECT_GE(self->openFiles.value_or(0), 3);
  const ProcessSample* forked = find(samples, child);
  ASSERT_TRUE(forked);
  EXPECT_EQ(forked->kind, "odd) name (");
  EXPECT_EQ(forked->parent, getpid());
  EXPECT_EQ(forked->threads, 1);
  EXPECT_FALSE(find(sampleProcessTree(getpid(), Detail::cpu), child)) << "it is gone";
}

TEST(ProcessStatsTest, CpuTimeIsMeasuredInCores) {
  const auto before = sampleProcessTree(getpid(), Detail::cpu);
  burn(0.3);
  const auto usage = usageBetween(before, sampleProcessTree(getpid(), Detail::cpu), 0.6);
  ASSERT_EQ(usage.size(), 1u);
  EXPECT_NEAR(usage[0].cores, 0.5, 0.1);
}

TEST(ProcessStatsTest, FindsWhoListensOnAPort) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  socklen_t size = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  const int port = ntohs(address.sin_port);
  EXPECT_FALSE(findListener(port)) << "not listening yet";
  ASSERT_EQ(listen(socket, 1), 0);
  const auto listener = findListener(port);
  close(socket);
  ASSERT_TRUE(listener) << listener.error().text;
  EXPECT_EQ(*listener, getpid());
}

}  // namespace
}  // namespace tessera::load
