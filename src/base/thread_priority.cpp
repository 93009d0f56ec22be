// SPDX-License-Identifier: Apache-2.0
#include "base/thread_priority.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <mutex>

#include "base/log.h"

namespace tessera {
namespace {

constexpr int kNice = -11;  // what desktops give to sound
constexpr int kBehind = 10;

bool makeRealTime() {
  sched_param parameters{};
  parameters.sched_priority = sched_get_priority_min(SCHED_RR);
  // Threads that it starts are ordinary ones.
  return pthread_setschedparam(pthread_self(), SCHED_RR | SCHED_RESET_ON_FORK, &parameters) == 0;
}

// On Linux the nice value is a thread's own.
bool setNice(int nice) {
  return setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice) == 0;
}

}  // namespace

void preferThisThread(Precedence precedence) {
  static std::once_flag told;
  if (precedence == Precedence::ordinary || precedence == Precedence::behind) {
    setNice(precedence == Precedence::behind ? kBehind : 0);
    return;
  }
  if (precedence == Precedence::realTime && makeRealTime()) return;
  const bool nicer = setNice(kNice);
  if (precedence == Precedence::realTime || !nicer)
    std::call_once(told, [&] { log::debug("no real-time priority", {{"nice", nicer ? kNice : 0}}); });
}

}  // namespace tessera
