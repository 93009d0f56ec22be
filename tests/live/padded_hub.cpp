// SPDX-License-Identifier: Apache-2.0
#include "padded_hub.h"

#include <array>
#include <cstring>
#include <utility>

namespace tessera::test {
namespace {

// A NAL unit of filler data (ISO 14496-10, 7.3.2.7) that makes the frame `bytes` long.
gst::Ref<GstBuffer> padded(const gst::Ref<GstBuffer>& frame, std::size_t bytes) {
  constexpr std::array<guint8, 5> kStart{0, 0, 0, 1, 12};
  const std::size_t size = gst_buffer_get_size(frame.get());
  if (size + kStart.size() + 1 >= bytes) return frame;
  const std::size_t filler = bytes - size;
  auto* data = static_cast<guint8*>(g_malloc(filler));
  std::memset(data, 0xff, filler);
  std::memcpy(data, kStart.data(), kStart.size());
  data[filler - 1] = 0x80;  // rbsp_trailing_bits
  GstBuffer* buffer = gst_buffer_copy(frame.get());
  gst_buffer_append_memory(
      buffer, gst_memory_new_wrapped(static_cast<GstMemoryFlags>(0), data, filler, 0, filler, data, g_free));
  return gst::Ref<GstBuffer>::adopt(buffer);
}

}  // namespace

class PaddedHub::Padding final : public ProgramReceiver {
 public:
  Padding(std::weak_ptr<ProgramReceiver> receiver, std::size_t bytes)
      : receiver_(std::move(receiver)), bytes_(bytes) {}
  void onFrame(const gst::Ref<GstBuffer>& frame, bool keyframe) override {
    if (const auto receiver = receiver_.lock()) receiver->onFrame(padded(frame, bytes_), keyframe);
  }
  void onSound(const std::shared_ptr<const ProgramSound>&) override {}
  void onAac(const gst::Ref<GstBuffer>& packet) override {
    if (const auto receiver = receiver_.lock()) receiver->onAac(packet);
  }

 private:
  const std::weak_ptr<ProgramReceiver> receiver_;
  const std::size_t bytes_;
};

void PaddedHub::add(const std::shared_ptr<ProgramReceiver>& receiver, const ProgramNeeds& needs) {
  const auto padding = std::make_shared<Padding>(receiver, frameBytes_);
  {
    const std::lock_guard lock(mutex_);
    receivers_[receiver.get()] = padding;
  }
  hub_->add(padding, needs);
}

void PaddedHub::remove(const ProgramReceiver* receiver) {
  const auto padding = of(receiver);
  hub_->remove(padding.get());
  const std::lock_guard lock(mutex_);
  receivers_.erase(receiver);
}

void PaddedHub::askKeyframe(const ProgramReceiver* receiver) {
  hub_->askKeyframe(of(receiver).get());
}

std::shared_ptr<PaddedHub::Padding> PaddedHub::of(const ProgramReceiver* receiver) {
  const std::lock_guard lock(mutex_);
  const auto found = receivers_.find(receiver);
  return found == receivers_.end() ? nullptr : found->second;
}

}  // namespace tessera::test
