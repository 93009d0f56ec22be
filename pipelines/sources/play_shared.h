// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/main_loop.h"
#include "pipelines/gst/ref.h"
#include "pipelines/gst/signal.h"
#include "pipelines/mix/audio_mixer.h"
#include "pipelines/mix/video_mixer.h"
#include "pipelines/sources/play_time.h"

namespace tessera {

class Playback;

// What the threads of one playback share, held by its callbacks. close() lets go of the slots and wakes all
// who wait; it is final.
struct PlayShared {
  using Nanos = mix::Nanos;
  using Medium = PlayTime::Medium;

  PlayShared(PlayTime::Kind kind, int soundChannels)
      : live(kind == PlayTime::Kind::live), channels(soundChannels), time(kind) {}
  ~PlayShared();

  std::shared_ptr<mix::VideoSlot> video();
  std::shared_ptr<mix::AudioSlot> audio();
  void close();
  bool isOpen();

  // The first stream of a medium is played. False: there is one already.
  bool take(Medium medium);
  // A buffer has come and is due then; the first of a medium is told.
  void onBuffer(Medium medium, Nanos due, Nanos length);
  void onEnd(Medium medium);  // the last of those that were taken is told
  void toMain(std::function<void(Playback&)> task) const;

  const bool live;
  const int channels;
  Weak<Playback> owner;  // main thread
  PlayTime time;
  Gate gate;
  std::atomic<Nanos> lastSign{Nanos{0}};     // when something was last there, or is due
  std::atomic<Nanos> endsAt{Nanos{0}};       // of what was played last
  std::atomic<Nanos> length{Nanos{0}};       // of a file; 0: unknown
  std::atomic<Nanos> pictureLate{Nanos{0}};  // of the last picture
  std::atomic<bool> tooLarge{false};         // why there is no decoder for a picture

  struct MediumState {
    bool taken = false, told = false, ended = false;
    gst::Ref<GstPad> entry;  // where decoded media comes in
  };
  std::mutex mutex;  // guards all below
  std::shared_ptr<mix::VideoSlot> videoSlot;
  std::shared_ptr<mix::AudioSlot> audioSlot;
  MediumState picture, sound;
  std::vector<gst::SignalConnection> connections;
  int file = -1;  // descriptor
  bool closed = false;
  std::mutex stateMutex;  // held for changes of the pipeline's state, which may take long
};

}  // namespace tessera
