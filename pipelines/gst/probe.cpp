// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/probe.h"

namespace tessera::gst {

namespace {

gulong install(GstPad* pad, GstPadProbeType type, PadProbe::Callback callback) {
  return gst_pad_add_probe(
      pad, type,
      [](GstPad* at, GstPadProbeInfo* info, gpointer data) {
        return (*static_cast<PadProbe::Callback*>(data))(at, info);
      },
      new PadProbe::Callback(std::move(callback)),
      [](gpointer data) { delete static_cast<PadProbe::Callback*>(data); });
}

}  // namespace

PadProbe::PadProbe(GstPad* pad, GstPadProbeType type, Callback callback)
    : pad_(Ref<GstPad>::retain(pad)), id_(install(pad, type, std::move(callback))) {}

PadProbe::PadProbe(PadProbe&& other) noexcept
    : pad_(std::move(other.pad_)), id_(std::exchange(other.id_, 0)) {}

PadProbe& PadProbe::operator=(PadProbe&& other) noexcept {
  std::swap(pad_, other.pad_);
  std::swap(id_, other.id_);
  return *this;
}

void PadProbe::reset() {
  if (id_) gst_pad_remove_probe(pad_.get(), std::exchange(id_, 0));
  pad_ = {};
}

void addLastingProbe(GstPad* pad, GstPadProbeType type, PadProbe::Callback callback) {
  install(pad, type, std::move(callback));
}

}  // namespace tessera::gst
