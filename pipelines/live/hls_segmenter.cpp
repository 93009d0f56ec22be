// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/hls_segmenter.h"

#include <glib.h>

#include <chrono>
#include <utility>

#include "pipelines/gst/clock.h"

namespace tessera {
namespace {

// Other keyframes than the regular ones, which others asked for, make no segments shorter than this.
constexpr mix::Nanos kShortest = std::chrono::milliseconds(400);
constexpr std::size_t kPacketBytes = 188;
constexpr std::uint8_t kSync = 0x47;

std::int64_t unixMsNow() {
  return g_get_real_time() / 1000;
}

// Of the table (PAT) that every segment begins with: PID 0 (ISO 13818-1, 2.4.3.2).
bool beginsWithTable(const std::uint8_t* packet) {
  return packet[0] == kSync && (packet[1] & 0x1f) == 0 && packet[2] == 0;
}

}  // namespace

Status HlsSegmenter::open() {
  auto opened = HlsDirectory::open(path_, unixMsNow());
  if (!opened) return tl::unexpected(opened.error());
  directory_ = *std::move(opened);
  return {};
}

bool HlsSegmenter::onPicture(mix::Nanos pts, bool keyframe, bool afterGap) {
  const std::lock_guard lock(mutex_);
  const mix::Nanos before = std::exchange(lastPicture_, pts);
  if (!keyframe || (cutOnce_ && !afterGap && pts - lastCut_ < kShortest)) return false;
  cuts_.push_back({pts, before, afterGap});
  lastCut_ = pts;
  cutOnce_ = true;
  return true;
}

void HlsSegmenter::onPacket(const gst::Ref<GstBuffer>& packet) {
  GstMapInfo map;
  if (!gst_buffer_map(packet.get(), &map, GST_MAP_READ)) return;
  if (map.size >= kPacketBytes && beginsWithTable(map.data)) begin();
  if (begin_) data_.append(reinterpret_cast<const char*>(map.data), map.size);
  gst_buffer_unmap(packet.get(), &map);
}

void HlsSegmenter::begin() {
  Cut cut;
  {
    const std::lock_guard lock(mutex_);
    if (cuts_.empty()) return;
    cut = cuts_.front();
    cuts_.pop_front();
  }
  if (begin_) end(cut);
  begin_ = cut;
}

void HlsSegmenter::end(const Cut& next) {
  HlsSegment segment;
  const mix::Nanos at = next.afterGap ? next.before : next.pts;
  segment.seconds = std::chrono::duration<double>(at - begin_->pts).count();
  const auto ago = std::chrono::duration_cast<std::chrono::milliseconds>(gst::now() - begin_->pts);
  segment.unixMs = unixMsNow() - ago.count();
  segment.discontinuity = begin_->afterGap;
  const auto status = directory_->add(data_, segment);
  onDone_({status, data_.size(), next.before});
  data_.clear();
}

void HlsSegmenter::finish() {
  if (!directory_) return;
  const Cut next = cuts_.empty() ? Cut{lastPicture_, lastPicture_, false} : cuts_.front();
  if (begin_ && next.pts > begin_->pts) end(next);
  directory_->end();
}

}  // namespace tessera
