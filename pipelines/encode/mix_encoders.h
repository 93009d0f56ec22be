// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "pipelines/encode/audio_encoder.h"
#include "pipelines/encode/seam_check.h"

namespace tessera {

struct PersonalPacket {
  const mix::AudioSlot* slot = nullptr;
  gst::Ref<GstBuffer> packet;
};

struct ReceiverLoss {
  const mix::AudioSlot* slot = nullptr;
  int percent = 0;  // of the packets sent to it
};

// What goes out of one audio tick: everyone's mix, and for each talker theirs.
struct EncodedAudio {
  gst::Ref<GstBuffer> common;  // null when nobody listens
  std::vector<PersonalPacket> personal;
};

// Encodes a tick: one stream for all and one for each talker, whatever the size of the room, and none when
// nobody listens. A talker's stream starts as a copy of the common one. After its talker left the sum both
// carry the same sound again; it drains: runs on until the change back is not heard (docs/adr/0002). At most
// kMaxDraining do, beyond which the oldest ends at once. So K talkers cost at most K + 1 + kMaxDraining
// encodes, and 3 * kMaxDraining decodes, a tick. FEC is for whoever of a stream's receivers loses most, in
// the common one within kMaxCommonLoss: the others lend their bits for it. On the audio tick thread only.
class MixEncoders {
 public:
  static constexpr int kMinDrainTicks = 10;  // 200 ms
  static constexpr int kMaxDrainTicks = 50;  // 1 s
  static constexpr int kMaxDraining = 6;     // streams: as many as talk at once by default
  static constexpr int kMaxCommonLoss = 10;  // percent

  explicit MixEncoders(int kbps, int channels = 1) : kbps_(kbps), channels_(channels) {}

  void setLosses(std::vector<ReceiverLoss> losses) { losses_ = std::move(losses); }  // from the next tick on
  // `listeners`: the slots of those who take sound now (null for one without a slot). The answer is valid
  // until the next call.
  const EncodedAudio& encode(const mix::AudioTick& tick, std::span<const mix::AudioSlot* const> listeners);
  int encoders() const { return static_cast<int>(streams_.size()) + (common_ ? 1 : 0); }

 private:
  struct Stream {
    const mix::AudioSlot* slot;
    AudioEncoder encoder;
    int drained = 0;  // ticks since its talker left the sum; 0: talks
    std::optional<SeamCheck> seam;
    bool over = false;  // its listener goes back to the common stream in this tick
  };

  void boundDraining(const mix::AudioTick& tick);
  void admitTalkers(const mix::AudioTick& tick, std::span<const mix::AudioSlot* const> listeners);
  void encodePersonal(Stream& stream, const mix::AudioTick& tick, int loss);
  int lossOf(const mix::AudioSlot* slot) const;
  int commonLoss(std::span<const mix::AudioSlot* const> listeners) const;
  bool seamless(Stream& stream, GstBuffer* packet);

  const int kbps_, channels_;
  std::optional<AudioEncoder> common_;
  std::vector<Stream> streams_;
  std::vector<ReceiverLoss> losses_;  // those who are not here lose nothing
  EncodedAudio out_;
};

}  // namespace tessera
