// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "pipelines/encode/audio_encoder.h"

namespace tessera {

struct PersonalPacket {
  const mix::AudioSlot* slot = nullptr;
  gst::Ref<GstBuffer> packet;
};

// What goes out of one audio tick: everyone's mix, and for each talker theirs.
struct EncodedAudio {
  gst::Ref<GstBuffer> common;  // null when nobody listens
  std::vector<PersonalPacket> personal;
};

// Encodes a tick: K talkers cost K+1 encodes, whatever the size of the room, and none when nobody listens.
// A talker's stream starts as a copy of the common one and runs on for kDrainTicks after its talker left the
// sum, when both carry the same sound again, so that neither change is heard (docs/adr/0002). On the audio
// tick thread only.
class MixEncoders {
 public:
  static constexpr int kDrainTicks = 10;  // 200 ms

  explicit MixEncoders(int kbps, int channels = 1) : kbps_(kbps), channels_(channels) {}

  // `listeners`: the slots of those who take sound now (null for one without a slot). The answer is valid
  // until the next call.
  const EncodedAudio& encode(const mix::AudioTick& tick, std::span<const mix::AudioSlot* const> listeners);
  int encoders() const { return static_cast<int>(streams_.size()) + (common_ ? 1 : 0); }

 private:
  struct Stream {
    const mix::AudioSlot* slot;
    AudioEncoder encoder;
    int drained = 0;  // ticks since its talker left the sum
  };

  void admitTalkers(const mix::AudioTick& tick, std::span<const mix::AudioSlot* const> listeners);
  const mix::AudioBlock* blockFor(Stream& stream, const mix::AudioTick& tick) const;

  const int kbps_, channels_;
  std::optional<AudioEncoder> common_;
  std::vector<Stream> streams_;
  EncodedAudio out_;
};

}  // namespace tessera
