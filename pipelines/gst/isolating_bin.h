// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "base/error.h"
#include "pipelines/gst/ref.h"

namespace tessera::gst {

// A GstBin that keeps the troubles of its children to itself: an error message goes to `onError` (on the
// thread that posted it: capture values and weak references) and not to the pipeline, so that it ends one
// part and not the room. Warnings are logged. Latency, tag, QoS and the like end here too; what GstBin needs
// for state changes goes on.
using BinErrorHandler = std::function<void(const Error&)>;
Ref<GstElement> makeIsolatingBin(const std::string& name, BinErrorHandler onError);

}  // namespace tessera::gst
