// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/recorder.h"

#include <pthread.h>

#include <csignal>
#include <future>
#include <optional>
#include <thread>

#include "base/log.h"
#include "base/main_loop.h"
#include "pipelines/encode/rung_picture.h"
#include "pipelines/gst/clock.h"
#include "pipelines/record/recording.h"

namespace tessera {
namespace {

// A room whose main thread stands still is taken for dead: a disk that takes longer is told of by a status.
constexpr std::chrono::milliseconds kOpenWithin{500};

class RecorderImpl : public Recorder {
 public:
  RecorderImpl(std::string id, std::function<Nanos()> now, StatusHandler onStatus)
      : id_(std::move(id)), now_(std::move(now)), onStatus_(std::move(onStatus)) {}
  ~RecorderImpl() override;
  [[nodiscard]] Status run(Recording::Given given);

  void pause() override { command(MediaQueue::Command::Kind::pause); }
  void resume() override { command(MediaQueue::Command::Kind::resume); }
  void stop() override {
    command(MediaQueue::Command::Kind::stop);
    endBy();
  }

 private:
  using Clock = std::chrono::steady_clock;
  // Of those that are stopped together one after the other waits for the same time.
  Clock::time_point endBy() {
    if (!endBy_) endBy_ = Clock::now() + kCloseWithin;
    return *endBy_;
  }
  void command(MediaQueue::Command::Kind kind) {
    assertMainThread();
    queue_->command({kind, now_()});
  }

  const std::string id_;
  const std::function<Nanos()> now_;
  const StatusHandler onStatus_;
  std::shared_ptr<MediaQueue> queue_;
  std::shared_ptr<ProgramLink> link_;
  std::future<void> done_;
  std::optional<Clock::time_point> endBy_;
  WeakOwner<RecorderImpl> weak_{this};
};

// A file that grows beyond a limit is an error of write(), not the end of the process.
void becomeRecordingThread() {
  pthread_setname_np(pthread_self(), "record");
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGXFSZ);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

// A detached thread has all that it works with, since it may hang in the disk when everybody else has gone.
Status RecorderImpl::run(Recording::Given given) {
  queue_ = given.queue;
  link_ = given.link;
  given.report = [weak = weak_.get()](const RecordingStatus& status) {
    post([weak, status] {
      if (auto* self = weak.get()) self->onStatus_(status);
    });
  };
  std::promise<Status> openedPromise;
  auto opened = openedPromise.get_future();
  std::promise<void> donePromise;
  done_ = donePromise.get_future();
  std::thread([given = std::move(given), opens = std::move(openedPromise),
               done = std::move(donePromise)]() mutable {
    becomeRecordingThread();
    {
      Recording recording(std::move(given));
      const Status status = recording.open();
      opens.set_value(status);
      status ? recording.run() : recording.giveUp(status.error());
    }
    done.set_value();
  }).detach();
  if (opened.wait_for(kOpenWithin) != std::future_status::ready) return {};
  return opened.get();
}

RecorderImpl::~RecorderImpl() {
  assertMainThread();
  weak_.invalidate();
  link_->cut();
  command(MediaQueue::Command::Kind::close);
  if (done_.wait_until(endBy()) == std::future_status::ready) return;
  log::error("recording's files hang as they are closed; left behind", {{"recording", id_}});
}

}  // namespace

Result<std::unique_ptr<Recorder>> startRecorder(const RecordingSettings& settings, const RoomSettings& room,
                                                std::shared_ptr<ProgramHub> hub,
                                                Recorder::StatusHandler onStatus,
                                                const RecordingSurroundings& surroundings) {
  assertMainThread();
  auto recorder = std::make_unique<RecorderImpl>(settings.id.value, surroundings.now, std::move(onStatus));
  Recording::Given given;
  given.settings = settings;
  given.soundKbps = room.program.audioKbps;
  given.channels = hub->channels();
  const bool copy = settings.formats.video == RecordedVideo::copy;
  given.frameTime = frameInterval(copy ? room.rungs.front().fps : room.program.fps);
  given.surroundings = surroundings;
  given.queue = std::make_shared<MediaQueue>(surroundings.limits);
  given.link =
      std::make_shared<ProgramLink>(std::move(hub), given.queue, Recording::needsOf(settings.formats));
  if (auto ran = recorder->run(std::move(given)); !ran) return tl::unexpected(ran.error());
  return recorder;
}

Result<std::unique_ptr<Recorder>> Recorder::start(const RecordingSettings& settings, const RoomSettings& room,
                                                  std::shared_ptr<ProgramHub> hub, StatusHandler onStatus) {
  RecordingSurroundings surroundings;
  surroundings.now = gst::now;
  return startRecorder(settings, room, std::move(hub), std::move(onStatus), surroundings);
}

}  // namespace tessera
