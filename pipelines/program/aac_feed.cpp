// SPDX-License-Identifier: Apache-2.0
#include "pipelines/program/aac_feed.h"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/thread_priority.h"

namespace tessera {

// Shared with the thread, which may be the one that lets go of the feed.
struct AacFeed::State {
  using Sound = std::shared_ptr<const ProgramSound>;
  struct Turn {
    Sound sound;     // null: none is wanted now
    int wanted = 0;  // which time that it is wanted
  };

  State(int bitrate, int channelCount, Handlers given)
      : kbps(bitrate), channels(channelCount), handlers(std::move(given)) {}

  void run();
  std::optional<Turn> next(bool idle);  // waits; none: it is over
  [[nodiscard]] Status encode(std::unique_ptr<AacEncoder>& encoder, const ProgramSound& sound) const;

  const int kbps, channels;
  const Handlers handlers;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Sound> queue;
  bool wanted = false;
  int timesWanted = 0;
  bool stopping = false;
  std::thread thread;
};

AacFeed::AacFeed(int kbps, int channels, Handlers handlers)
    : state_(std::make_shared<State>(kbps, channels, std::move(handlers))) {}

AacFeed::~AacFeed() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_one();
  if (!state_->thread.joinable()) return;
  if (state_->thread.get_id() == std::this_thread::get_id()) {
    state_->thread.detach();
  } else {
    state_->thread.join();
  }
}

void AacFeed::setWanted(bool wanted) {
  std::deque<State::Sound> old;  // let go outside the lock
  {
    const std::lock_guard lock(state_->mutex);
    if (std::exchange(state_->wanted, wanted) == wanted) return;
    old.swap(state_->queue);
    if (wanted) ++state_->timesWanted;
    if (wanted && !state_->thread.joinable())
      state_->thread = std::thread([state = state_] { state->run(); });
  }
  state_->wake.notify_one();
}

void AacFeed::push(const std::shared_ptr<const ProgramSound>& sound) {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->wanted || state_->queue.size() >= kMaxQueued) return;
    state_->queue.push_back(sound);
  }
  state_->wake.notify_one();
}

std::optional<AacFeed::State::Turn> AacFeed::State::next(bool idle) {
  std::unique_lock lock(mutex);
  wake.wait(lock, [&] { return stopping || !queue.empty() || (!wanted && !idle); });
  if (stopping) return std::nullopt;
  if (!wanted) return Turn{};
  Turn turn{std::move(queue.front()), timesWanted};
  queue.pop_front();
  return turn;
}

void AacFeed::State::run() {
  pthread_setname_np(pthread_self(), "enc-aac");
  preferThisThread(Precedence::ahead);
  std::unique_ptr<AacEncoder> encoder;
  int encodes = 0, failed = 0;  // which times
  while (const auto turn = next(encoder == nullptr)) {
    if (std::exchange(encodes, turn->wanted) != turn->wanted) encoder.reset();
    if (!turn->sound || turn->wanted == failed) continue;
    if (const auto encoded = encode(encoder, *turn->sound); !encoded) {
      failed = turn->wanted;
      encoder.reset();
      handlers.onFailed(encoded.error());
    }
  }
}

Status AacFeed::State::encode(std::unique_ptr<AacEncoder>& encoder, const ProgramSound& sound) const {
  if (!encoder) {
    auto made = AacEncoder::create(kbps, channels, handlers.onPacket);
    if (!made) return tl::unexpected(made.error());
    encoder = std::move(*made);
  }
  return encoder->encode(sound.mix, sound.begin);
}

}  // namespace tessera
