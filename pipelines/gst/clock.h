// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gst/gst.h>

#include <chrono>

namespace tessera::gst {

// Makes running time in `pipeline` equal to CLOCK_MONOTONIC: system clock, base time 0, no start time. So a
// buffer's PTS (segment starting at 0) is a time of std::chrono::steady_clock, in every pipeline and mixer,
// and state changes do not move it. Call it once, before the pipeline leaves NULL.
void configureClock(GstPipeline* pipeline);

// CLOCK_MONOTONIC now.
std::chrono::nanoseconds now();

}  // namespace tessera::gst
