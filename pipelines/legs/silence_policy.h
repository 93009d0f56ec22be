// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>

namespace tessera {

// Whether the packets of somebody who says that they are silent (RFC 6464) must be decoded. They are not
// while the decoded sound has borne the claim out for a second, and is looked into once a second from then
// on. Who says they are silent and is not is believed no longer. Levels are dBov; the times are those of the
// sound.
class SilencePolicy {
 public:
  using Nanos = std::chrono::nanoseconds;
  // A claim is of one packet, the decoded level has a few milliseconds of the one before in it.
  static constexpr int kClaimDb = -65;
  static constexpr float kDecodedDb = -58;
  static constexpr float kContradictionDb = -45;
  static constexpr int kContradictions = 5;  // packets in a row
  static constexpr Nanos kConfirmFor = std::chrono::seconds(1);
  static constexpr Nanos kConfirmEvery = std::chrono::seconds(1);

  // Of the next packet, whose sound is that long. `claimDb`: nothing where the packet does not say.
  bool wantsDecoding(std::optional<int> claimDb, Nanos duration) {
    duration_ = duration;
    claimsSilence_ = claimDb && *claimDb <= kClaimDb;
    if (!claimsSilence_) silentFor_ = Nanos{0};
    if (!believed_ || silentFor_ < kConfirmFor) {
      skippedFor_ = Nanos{0};
      return true;
    }
    if (skippedFor_ >= kConfirmEvery) {
      skippedFor_ = Nanos{0};
      return true;
    }
    skippedFor_ += duration;
    return false;
  }

  // What was decoded of that packet.
  void decoded(float levelDb) {
    if (!claimsSilence_ || levelDb <= kContradictionDb) contradictions_ = 0;
    if (!claimsSilence_) return;
    silentFor_ = levelDb <= kDecodedDb ? silentFor_ + duration_ : Nanos{0};
    if (levelDb > kContradictionDb && ++contradictions_ >= kContradictions) believed_ = false;
  }

  bool believed() const { return believed_; }

 private:
  bool believed_ = true;
  bool claimsSilence_ = false;
  int contradictions_ = 0;
  Nanos duration_{0};
  Nanos silentFor_{0};   // claimed and decoded, without a break
  Nanos skippedFor_{0};  // since the last packet that was decoded
};

}  // namespace tessera
