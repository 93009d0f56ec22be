// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipelines/gst/ref.h"

namespace tessera::gst {

// A pool that makes a thread for each task and ends it with the task. GStreamer's own lends its threads to
// whoever comes next, so that one whose priority was lowered would stay so for others.
Ref<GstTaskPool> makeTaskPool();

// For a bus: gives the task that a stream-status message tells of to the pool, before its thread begins.
// Other messages are left alone.
void runOn(GstTaskPool* pool, GstMessage* message);

}  // namespace tessera::gst
