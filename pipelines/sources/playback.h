// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "pipelines/gst/bus.h"
#include "pipelines/legs/reaper.h"
#include "pipelines/sources/play_graph.h"

namespace tessera {

inline const Error kTooLarge{ErrorCode::tooLarge, "its picture is too large"};

// One playing of a source, from connecting or opening to its end: a file's round, or a stream's connection.
// Made ready at once, but nothing goes to the slots before begin(). Main thread; destroying it lets go at
// once, and the reaper does the rest.
class Playback {
 public:
  using Nanos = mix::Nanos;
  // Without media for so long it is given up; a file that has not begun by then, sooner.
  static constexpr Nanos kStalled = std::chrono::seconds(10);
  static constexpr Nanos kFileBegins = std::chrono::seconds(5);

  struct Handlers {  // on the main thread, none after it is destroyed; each may destroy it
    std::function<void(bool video, bool audio)>
        onMedia;                                 // it plays; again when the other medium comes as well
    std::function<void()> onEnd;                 // nothing more comes; the last is over at endsAt()
    std::function<void(const Error&)> onFailed;  // once
    std::function<void(int width, int height)> onVideoSize;
  };
  struct Slots {
    std::shared_ptr<mix::VideoSlot> video;
    std::shared_ptr<mix::AudioSlot> audio;
    int channels = 1;
  };

  [[nodiscard]] static Result<std::unique_ptr<Playback>> make(const SourceUrl& url, Slots slots,
                                                              Reaper& reaper, Handlers handlers);
  ~Playback();
  Playback(const Playback&) = delete;
  Playback& operator=(const Playback&) = delete;

  // Stream time 0 is at `at`; none: as soon as there is something.
  void begin(std::optional<Nanos> at);
  bool begun() const { return begun_; }
  Nanos endsAt() const;                 // of what was played so far
  std::optional<Nanos> length() const;  // of a file, once known
  std::optional<Error> stalled(Nanos now) const;

  // From its threads, by way of the main loop.
  void onMedia(bool video, bool audio);
  void onEnd();
  void onVideoSize(int width, int height);
  void onFailed(const Error& why);

 private:
  Playback(const SourceUrl& url, Slots slots, Reaper& reaper, Handlers handlers);
  [[nodiscard]] Status start(const SourceUrl& url);
  void onMessage(GstMessage* message);

  const Handlers handlers_;
  Reaper& reaper_;
  const std::shared_ptr<PlayShared> shared_;
  std::shared_ptr<PlayGraph> graph_;
  std::shared_ptr<gst::BusWatch> bus_;
  bool begun_ = false, over_ = false;
  WeakOwner<Playback> weak_{this};
};

}  // namespace tessera
