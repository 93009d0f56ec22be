// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/clock.h"

#include "pipelines/gst/ref.h"

namespace tessera::gst {

void configureClock(GstPipeline* pipeline) {
  const auto clock = Ref<GstClock>::adopt(
      GST_CLOCK(g_object_new(GST_TYPE_SYSTEM_CLOCK, "clock-type", GST_CLOCK_TYPE_MONOTONIC, nullptr)));
  GST_OBJECT_FLAG_UNSET(clock.get(), GST_OBJECT_FLAG_MAY_BE_LEAKED);
  gst_pipeline_use_clock(pipeline, clock.get());
  gst_element_set_start_time(GST_ELEMENT(pipeline), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(GST_ELEMENT(pipeline), 0);
}

std::chrono::nanoseconds now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace tessera::gst
