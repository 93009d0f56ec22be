// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>

#include "pipelines/program/program_hub.h"

namespace tessera {

using mix::Nanos;

// What a recording still has to write. The room's threads put media in and never wait: when more lies here
// than is allowed all of it is dropped, and pictures up to the next keyframe with it. Any thread.
class MediaQueue : public ProgramReceiver {
 public:
  struct Limits {
    std::size_t bytes = std::size_t{32} << 20;
    Nanos time = std::chrono::seconds(15);  // from the oldest to the newest of it
  };
  struct Picture {
    gst::Ref<GstBuffer> frame;
    Nanos time{0};
    bool keyframe = false;
  };
  using Sound = std::shared_ptr<const ProgramSound>;
  struct Gap {};  // here media was dropped
  struct Command {
    enum class Kind { pause, resume, stop, close } kind = Kind::stop;
    Nanos time{0};
  };
  using Item = std::variant<Picture, Sound, Gap, Command>;

  explicit MediaQueue(Limits limits) : limits_(limits) {}

  void onFrame(const gst::Ref<GstBuffer>& frame, bool keyframe) override;
  void onSound(const std::shared_ptr<const ProgramSound>& sound) override;
  void onAac(const gst::Ref<GstBuffer>&) override {}
  void command(Command command);

  // All that is there. Waits up to `limit`, which gathers media; a command or much media ends the wait.
  std::deque<Item> take(Nanos limit);

 private:
  // What was dropped is freed outside the lock, by whoever takes. While that one hangs those who put in free
  // it, a few of it each time: never all of it on the sound's tick, and it does not become more and more.
  using Few = std::array<Item, 2>;
  void takeFew(Few& freed);
  void put(Item item, Nanos time, std::size_t bytes);
  void makeRoom(Nanos time, std::size_t bytes);

  static constexpr std::size_t kMuch = std::size_t{1} << 20;  // bytes

  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> items_;
  std::deque<Item> dropped_;
  std::size_t bytes_ = 0;
  std::optional<Nanos> oldest_;
  bool needsKeyframe_ = false;
  bool commanded_ = false;
};

}  // namespace tessera
