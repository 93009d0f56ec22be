// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <mutex>

#include "pipelines/program/program_hub.h"

namespace tessera::test {

// Brings the plain pictures of a ProgramSource to the size that those of a meeting have, by filler that
// decoders pass over, so that connections have something to carry.
class PaddedHub final : public ProgramHub {
 public:
  PaddedHub(std::shared_ptr<ProgramHub> hub, int kbps, int fps)
      : hub_(std::move(hub)), frameBytes_(static_cast<std::size_t>(kbps * 125 / fps)) {}

  void add(const std::shared_ptr<ProgramReceiver>& receiver, const ProgramNeeds& needs) override;
  void remove(const ProgramReceiver* receiver) override;
  void askKeyframe(const ProgramReceiver* receiver) override;
  std::vector<std::uint8_t> aacConfig() const override { return hub_->aacConfig(); }
  int channels() const override { return hub_->channels(); }

 private:
  class Padding;
  std::shared_ptr<Padding> of(const ProgramReceiver* receiver);

  const std::shared_ptr<ProgramHub> hub_;
  const std::size_t frameBytes_;
  std::mutex mutex_;
  std::map<const ProgramReceiver*, std::shared_ptr<Padding>> receivers_;
};

}  // namespace tessera::test
