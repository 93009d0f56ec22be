// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/thread_priority.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <mutex>

#include "base/log.h"

namespace tessera {
namespace {

constexpr int kNice = -11;  // what desktops give to sound

const char* preferCurrent() {
  sched_param parameters{};
  parameters.sched_priority = sched_get_priority_min(SCHED_RR);
  // Threads that it starts (a worker for one that is held up) are ordinary ones.
  if (pthread_setschedparam(pthread_self(), SCHED_RR | SCHED_RESET_ON_FORK, &parameters) == 0)
    return "real time";
  // On Linux the nice value is a thread's own.
  if (setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice) == 0) return "nice";
  return "as the others";
}

}  // namespace

void preferThisThread() {
  static std::once_flag told;
  const char* priority = preferCurrent();
  std::call_once(told, [&] { log::debug("audio thread priority", {{"priority", priority}}); });
}

}  // namespace tessera
