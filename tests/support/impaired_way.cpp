// SPDX-License-Identifier: Apache-2.0
#include "support/impaired_way.h"

#include <string_view>

#include "pipelines/gst/probe.h"

namespace tessera::test {
namespace {

thread_local bool delivering = false;  // what was delayed passes the probe a second time

void probe(GstPad* pad, const std::shared_ptr<ImpairedWay>& way) {
  const auto type = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
  gst::addLastingProbe(pad, type, [way](GstPad* at, GstPadProbeInfo* info) {
    if (delivering) return GST_PAD_PROBE_OK;
    if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
      return way->passes(at, GST_PAD_PROBE_INFO_BUFFER(info)) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
    GstBufferList* list = gst_buffer_list_make_writable(GST_PAD_PROBE_INFO_BUFFER_LIST(info));
    GST_PAD_PROBE_INFO_DATA(info) = list;
    for (guint i = 0; i < gst_buffer_list_length(list);) {
      if (way->passes(at, gst_buffer_list_get(list, i))) {
        ++i;
      } else {
        gst_buffer_list_remove(list, i, 1);
      }
    }
    return gst_buffer_list_length(list) > 0 ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  });
}

}  // namespace

void ImpairedWay::set(const Impairment& impairment) {
  const std::lock_guard lock(mutex_);
  impairment_ = impairment;
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void ImpairedWay::stop() {
  thread_ = {};
  const std::lock_guard lock(mutex_);
  impairment_ = {};
  delayed_.clear();
}

bool ImpairedWay::passes(GstPad* pad, GstBuffer* packet) {
  using std::chrono::microseconds;
  const std::lock_guard lock(mutex_);
  if (std::uniform_real_distribution()(random_) < impairment_.loss) return false;
  const double spread = std::uniform_real_distribution(-1.0, 1.0)(random_);
  const auto delay =
      impairment_.delay + std::chrono::duration_cast<microseconds>(spread * impairment_.jitter);
  if (delay <= microseconds(0)) return true;
  delayed_.emplace(Clock::now() + delay,
                   Delayed{gst::Ref<GstPad>::retain(pad), gst::Ref<GstBuffer>::retain(packet)});
  wake_.notify_one();
  return false;
}

void ImpairedWay::run(const std::stop_token& stop) {
  delivering = true;
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (delayed_.empty()) {
      wake_.wait(lock, stop, [this] { return !delayed_.empty(); });
      continue;
    }
    const auto due = delayed_.begin()->first;
    if (wake_.wait_until(lock, stop, due, [&] { return delayed_.begin()->first < due; }) ||
        Clock::now() < due)
      continue;
    Delayed next = std::move(delayed_.begin()->second);
    delayed_.erase(delayed_.begin());
    lock.unlock();
    if (GST_PAD_IS_SRC(next.pad.get())) {
      gst_pad_push(next.pad.get(), next.packet.release());
    } else {
      gst_pad_chain(next.pad.get(), next.packet.release());
    }
    lock.lock();
  }
}

gst::SignalConnection impair(GstElement* webrtc, std::shared_ptr<ImpairedWay> received,
                             std::shared_ptr<ImpairedWay> sent) {
  const auto rtpbin = gst::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(webrtc), "rtpbin"));
  return gst::SignalConnection::connect<void(GstElement*, GstPad*)>(
      rtpbin.get(), "pad-added", [received, sent](GstElement*, GstPad* pad) {
        const std::string_view name = GST_PAD_NAME(pad);
        if (name.starts_with("recv_rtp_sink") || name.starts_with("recv_rtcp_sink")) probe(pad, received);
        if (name.starts_with("send_rtp_src") || name.starts_with("send_rtcp_src")) probe(pad, sent);
      });
}

}  // namespace tessera::test
