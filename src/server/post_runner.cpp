// SPDX-License-Identifier: Apache-2.0
#include "server/post_runner.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "wire/recording_files.h"

namespace tessera::server {
namespace {

// The exit statuses of tessera-post (docs/recording.md).
PostRunner::Outcome outcomeOf(int status) {
  switch (status) {
    case 0:
      return PostRunner::Outcome::done;
    case 1:
      return PostRunner::Outcome::hopeless;
    case 3:
      return PostRunner::Outcome::later;
    default:
      return PostRunner::Outcome::failed;
  }
}

struct ChildSetup {
  std::int64_t memoryBytes;
  pid_t parent;
};

// Between fork and exec: system calls only.
void setUpChild(gpointer data) {
  const auto& setup = *static_cast<const ChildSetup*>(data);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != setup.parent) _exit(3);
  setpriority(PRIO_PROCESS, 0, 19);
  constexpr int kWhoProcess = 1, kIdleClass = 3 << 13;  // linux/ioprio.h
  syscall(SYS_ioprio_set, kWhoProcess, 0, kIdleClass);
  if (!PostRunner::kLimitsMemory) return;
  const auto bytes = static_cast<rlim_t>(setup.memoryBytes);
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_AS, &limit);
}

}  // namespace

// The shadow memory of sanitizers is terabytes of address space.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
const bool PostRunner::kLimitsMemory = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
const bool PostRunner::kLimitsMemory = false;
#else
const bool PostRunner::kLimitsMemory = true;
#endif
#else
const bool PostRunner::kLimitsMemory = true;
#endif

PostRunner::PostRunner(Environment environment, Events events)
    : environment_(std::move(environment)), events_(std::move(events)) {}

PostRunner::~PostRunner() {
  weak_.invalidate();
  if (run_ && !run_->exited) g_subprocess_force_exit(run_->process.get());
}

void PostRunner::add(const RecordingId& id, const std::string& directory) {
  if (shuttingDown_) return;
  waiting_.push_back({id, directory});
  startNext();
}

void PostRunner::shutDown() {
  shuttingDown_ = true;
  waiting_.clear();
  if (run_ && !run_->exited) g_subprocess_force_exit(run_->process.get());
}

void PostRunner::startNext() {
  while (!run_ && !waiting_.empty()) {
    const Job job = std::move(waiting_.front());
    waiting_.pop_front();
    if (const auto started = start(job); !started)
      events_.onEnd(job.id, {Outcome::notStarted, {}, started.error()});
  }
}

Status PostRunner::start(const Job& job) {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    return fail(ErrorCode::io, "socketpair: {}", std::strerror(errno));
  const auto launcher =
      ObjectRef<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE));
  g_subprocess_launcher_take_stdout_fd(launcher.get(), pair[1]);
  g_subprocess_launcher_setenv(launcher.get(), "TESSERA_LOG_LEVEL", environment_.logLevel.c_str(), TRUE);
  g_subprocess_launcher_setenv(launcher.get(), "TESSERA_LOG_FORMAT", environment_.logFormat.c_str(), TRUE);
  ChildSetup setup{environment_.memoryBytes, getpid()};
  g_subprocess_launcher_set_child_setup(launcher.get(), setUpChild, &setup, nullptr);
  const char* arguments[] = {environment_.program.c_str(), job.directory.c_str(), nullptr};
  GError* error = nullptr;
  GSubprocess* process = g_subprocess_launcher_spawnv(launcher.get(), arguments, &error);
  if (!process) {
    ::close(pair[0]);
    return tl::unexpected(Error::fromGError(ErrorCode::io, "starting " + environment_.program, error));
  }
  run_ = std::make_unique<Run>();
  run_->id = job.id;
  run_->process = ObjectRef<GSubprocess>::adopt(process);
  run_->lines = std::make_unique<LineChannel>(
      pair[0], LineChannel::Handlers{[this](std::string_view line) { onLine(line); },
                                     [this](std::string_view) {
                                       run_->lines.reset();
                                       checkEnd();
                                     }});
  watchSilence();
  const auto ended = [](GObject* object, GAsyncResult* result, gpointer data) {
    const std::unique_ptr<Weak<PostRunner>> weak(static_cast<Weak<PostRunner>*>(data));
    g_subprocess_wait_finish(G_SUBPROCESS(object), result, nullptr);
    if (auto* self = weak->get()) self->onExit(G_SUBPROCESS(object));
  };
  g_subprocess_wait_async(process, nullptr, ended, new Weak<PostRunner>(weak_.get()));
  const char* pid = g_subprocess_get_identifier(process);  // null when it has ended already
  log::info("recording is being finished", {{"recording", job.id.value}, {"pid", pid ? pid : "none"}});
  return {};
}

void PostRunner::watchSilence() {
  run_->silence.once(environment_.silence, [this] {
    run_->error = Error{ErrorCode::timeout, "tessera-post hangs"};
    g_subprocess_force_exit(run_->process.get());
  });
}

void PostRunner::onLine(std::string_view line) {
  const auto news = wire::decodePostNews(line);
  if (!news) return log::warn("tessera-post is unintelligible", {{"why", news.error().text}});
  watchSilence();
  if (news->error) run_->error = news->error;
  if (news->done) run_->file = news->done->file;
  if (news->progress && !shuttingDown_) events_.onProgress(run_->id, *news->progress);
}

void PostRunner::onExit(GSubprocess* process) {
  if (!run_ || run_->process.get() != process) return;
  run_->exited = true;
  run_->silence.stop();
  checkEnd();
}

// It is over when it has exited and everything it said has been read.
void PostRunner::checkEnd() {
  if (!run_ || !run_->exited || run_->lines) return;
  const std::unique_ptr<Run> run = std::move(run_);
  if (shuttingDown_) return;
  GSubprocess* process = run->process.get();
  const bool signaled = g_subprocess_get_if_signaled(process);
  const int status = signaled ? g_subprocess_get_term_sig(process) : g_subprocess_get_exit_status(process);
  const std::string end =
      fmt::format("tessera-post ended with {} {}", signaled ? "signal" : "status", status);
  const Outcome outcome = signaled ? Outcome::failed : outcomeOf(status);
  // With a new run under way first, so that who is told may add another.
  startNext();
  events_.onEnd(run->id, {outcome, run->file, run->error.value_or(Error{ErrorCode::internal, end})});
}

}  // namespace tessera::server
