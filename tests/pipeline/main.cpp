// SPDX-License-Identifier: Apache-2.0
#include <gst/gst.h>
#include <gtest/gtest.h>

#include "base/main_loop.h"

// GStreamer is shut down at the end, so that the leaks tracer (GST_TRACERS=leaks) reports what is left.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  tessera::bindMainThread();
  gst_init(nullptr, nullptr);
  const int result = RUN_ALL_TESTS();
  gst_deinit();
  return result;
}
