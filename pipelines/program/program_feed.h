// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "pipelines/program/aac_feed.h"
#include "pipelines/program/program_hub.h"

namespace tessera {

// The hub, and the room's side of it: what is needed, and what comes. Locks are held for a pointer's time,
// and no receiver is called under one. Any thread.
class ProgramFeed final : public ProgramHub {
 public:
  struct Handlers {                 // on the thread that called add(), remove() or askKeyframe()
    std::function<void()> onNeeds;  // somebody came or went
    std::function<void(RungId)> onKeyframeNeeded;   // of a rung that is taken
    std::function<void(const Error&)> onAacFailed;  // on the AAC encoder's thread; those who take it get none
  };

  ProgramFeed(int channels, int audioKbps, Handlers handlers);

  void add(const std::shared_ptr<ProgramReceiver>& receiver, const ProgramNeeds& needs) override;
  void remove(const ProgramReceiver* receiver) override;
  void askKeyframe(const ProgramReceiver* receiver) override;
  std::vector<std::uint8_t> aacConfig() const override { return AacEncoder::config(channels_); }
  int channels() const override { return channels_; }

  // What those need who are there: also one that went without remove() is not.
  std::vector<RungId> neededRungs() const;
  bool wantsSound() const;  // as it is or as AAC
  bool wantsTracks() const;

  void onFrame(RungId rung, const gst::Ref<GstBuffer>& frame, bool keyframe);  // on the rung's thread
  void onSound(const std::shared_ptr<const ProgramSound>& sound);              // on the audio tick thread

 private:
  struct Entry {
    const ProgramReceiver* key;
    std::weak_ptr<ProgramReceiver> receiver;
    ProgramNeeds needs;
  };
  // Replaced as a whole, so that to look at it is to copy a pointer. Shared with the AAC encoder's thread.
  struct Register {
    std::mutex mutex;
    std::shared_ptr<const std::vector<Entry>> entries = std::make_shared<std::vector<Entry>>();

    std::shared_ptr<const std::vector<Entry>> all();
  };

  bool anyone(bool (*wants)(const ProgramNeeds&)) const;
  void change(const std::function<void(std::vector<Entry>&)>& edit);
  static void onAac(Register& receivers, const gst::Ref<GstBuffer>& packet);

  const int channels_;
  const Handlers handlers_;
  const std::shared_ptr<Register> register_ = std::make_shared<Register>();
  std::mutex changeMutex_;  // one change at a time; the threads of media never take it
  AacFeed aac_;
};

}  // namespace tessera
