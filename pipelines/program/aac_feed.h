// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "pipelines/encode/aac_encoder.h"
#include "pipelines/program/program_hub.h"

namespace tessera {

// The room's sound as AAC, encoded once for all on a thread of its own; the encoder is there while it is
// wanted. Any thread; nothing here waits but the destructor, for the packet under way.
class AacFeed {
 public:
  // Blocks of 20 ms; what the thread is too late for becomes silence.
  static constexpr std::size_t kMaxQueued = 50;

  struct Handlers {  // on the thread
    AacEncoder::PacketHandler onPacket;
    std::function<void(const Error&)> onFailed;  // there is no AAC until it is no longer wanted, and is again
  };

  AacFeed(int kbps, int channels, Handlers handlers);
  ~AacFeed();
  AacFeed(const AacFeed&) = delete;
  AacFeed& operator=(const AacFeed&) = delete;

  void setWanted(bool wanted);
  void push(const std::shared_ptr<const ProgramSound>& sound);

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace tessera
