// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gio/gio.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/line_channel.h"
#include "base/main_loop.h"
#include "room/recording.h"
#include "signaling/object_ref.h"

namespace tessera::server {

// Runs tessera-post for recordings that are over, one after the other, with the little that meetings leave of
// processor and disk, and bounded memory. It dies with the server. Main thread.
class PostRunner {
 public:
  static const bool kLimitsMemory;  // false in a build with sanitizers

  struct Environment {
    std::string program;
    std::string logLevel, logFormat;  // TESSERA_LOG_LEVEL and TESSERA_LOG_FORMAT of the child
    std::int64_t memoryBytes = std::int64_t{1} << 30;
    std::chrono::milliseconds silence{std::chrono::minutes(30)};  // who says nothing for that long hangs
  };
  // later: something was in its way (disk full, lock held). failed: it crashed or hung. hopeless: nothing can
  // be made of it, ever. notStarted: the program could not be run.
  enum class Outcome { done, later, failed, hopeless, notStarted };
  struct End {
    Outcome outcome = Outcome::done;
    std::string file;  // of done: the name of what it has made; empty: that was there already
    Error why;         // of the others
  };
  struct Events {
    std::function<void(const RecordingId&, double progress)> onProgress;  // 0 to 1
    std::function<void(const RecordingId&, const End&)> onEnd;
  };

  PostRunner(Environment environment, Events events);
  ~PostRunner();
  PostRunner(const PostRunner&) = delete;
  PostRunner& operator=(const PostRunner&) = delete;

  void add(const RecordingId& id, const std::string& directory);
  void shutDown();  // kills the run; nothing of it is told any more
  bool idle() const { return !run_; }

 private:
  struct Job {
    RecordingId id;
    std::string directory;
  };
  struct Run {
    RecordingId id;
    ObjectRef<GSubprocess> process;
    std::unique_ptr<LineChannel> lines;  // null once it has said everything
    bool exited = false;
    std::optional<Error> error;  // as it said
    std::string file;            // the same
    Timer silence;
  };

  void startNext();
  [[nodiscard]] Status start(const Job& job);
  void onLine(std::string_view line);
  void onExit(GSubprocess* process);
  void checkEnd();
  void watchSilence();

  Environment environment_;
  Events events_;
  std::deque<Job> waiting_;
  std::unique_ptr<Run> run_;
  bool shuttingDown_ = false;
  WeakOwner<PostRunner> weak_{this};
};

}  // namespace tessera::server
