// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "pipelines/record/media_queue.h"
#include "pipelines/record/part.h"
#include "pipelines/record/part_files.h"
#include "pipelines/record/program_link.h"
#include "pipelines/record/recorder.h"

namespace tessera {

// What tests put in place of the machine's.
struct RecordingSurroundings {
  std::function<Nanos()> now;  // on the clock of the pictures' PTS; any thread
  DiskFile::Opener open = DiskFile::make;
  MediaQueue::Limits limits;
};
[[nodiscard]] Result<std::unique_ptr<Recorder>> startRecorder(const RecordingSettings& settings,
                                                              const RoomSettings& room,
                                                              std::shared_ptr<ProgramHub> hub,
                                                              Recorder::StatusHandler onStatus,
                                                              const RecordingSurroundings& surroundings);

// The work of a recorder, on the thread that calls open() and run().
//
// Pictures come later than the sound of the same time by what their encoder takes. So sound waits for them, a
// little, to be cut where they are. A recording that begins or goes on does so with a keyframe.
class Recording {
 public:
  struct Given {
    RecordingSettings settings;
    int soundKbps = 128;
    int channels = 1;
    Nanos frameTime{0};  // from one picture to the next, at their full rate
    RecordingSurroundings surroundings;
    std::shared_ptr<MediaQueue> queue;
    std::shared_ptr<ProgramLink> link;
    std::function<void(const RecordingStatus&)> report;  // on this thread
  };
  static ProgramNeeds needsOf(const RecordingFormats& formats);

  explicit Recording(Given given);
  [[nodiscard]] Status open();  // takes the lock
  void run();                   // until it is stopped, closed or fails; the last report says so
  void giveUp(const Error& why) { report(RecordingPhase::failed, why); }  // instead of run()

 private:
  static constexpr Nanos kGather = std::chrono::milliseconds(100);
  static constexpr Nanos kGatherAtEnd = std::chrono::milliseconds(20);
  static constexpr Nanos kMaxSoundWait = std::chrono::milliseconds(500);  // for pictures, in media
  static constexpr Nanos kMaxCatchUp = std::chrono::seconds(1);  // what may come after a pause or stop
  static constexpr Nanos kMaxHeldSound = std::chrono::seconds(5);
  static constexpr Nanos kTickEvery = std::chrono::seconds(1);
  static constexpr Nanos kAskEvery = std::chrono::seconds(1);
  static constexpr Nanos kMaxWithoutMedia = std::chrono::seconds(20);
  static constexpr std::size_t kFlushFrom = 256 << 10;  // bytes

  struct HeldSound {
    MediaQueue::Sound sound;
    Nanos begin{0};
  };

  bool pictures() const { return hasVideo(given_.settings.formats.format); }
  bool running() const { return part_ && part_->running(); }
  bool waiting() const { return wanted_ && !running(); }
  Nanos now() const { return given_.surroundings.now(); }

  [[nodiscard]] Status work();
  [[nodiscard]] Status handle(const MediaQueue::Item& item);
  [[nodiscard]] Status on(const MediaQueue::Picture& picture);
  [[nodiscard]] Status on(const MediaQueue::Sound& sound);
  [[nodiscard]] Status on(const MediaQueue::Gap&);
  [[nodiscard]] Status on(const MediaQueue::Command& command);
  [[nodiscard]] Status pause(Nanos at);
  void resume(Nanos at);
  void stop(Nanos at);
  void listen(bool on);
  Nanos goesOnFrom() const;  // the first keyframe, earliest
  [[nodiscard]] Status begin(const std::optional<PictureFormat>& format, Nanos from);
  [[nodiscard]] Status endPart(std::optional<Nanos> at);
  Nanos steady(Nanos begin);
  Nanos soundDue() const;
  [[nodiscard]] Status writeSound();
  [[nodiscard]] Status lookAfter();
  [[nodiscard]] Status askForMedia();
  bool caughtUp() const;
  void close();
  void report(RecordingPhase phase, const Error& why = {});

  const Given given_;
  PictureReader reader_;
  std::optional<DirectoryLock> lock_;
  std::optional<DiskSync> sync_;
  int number_ = 1;  // of the next part
  std::unique_ptr<Part> part_;
  Nanos mediaBefore_{0};  // of the parts that are over
  std::int64_t bytesBefore_ = 0;
  std::deque<HeldSound> sound_;
  Nanos lastPicture_{0}, lastSound_{0};  // begin of the newest that came
  Nanos nextSound_{0};                   // begin of the block after it
  bool wanted_ = false;                  // not paused
  bool listening_ = false;
  bool stopping_ = false, closing_ = false;
  Nanos from_{0};  // what is earlier is not wanted
  Nanos waitingSince_{0}, asked_{0}, ticked_{0};
  Status status_;
};

}  // namespace tessera
