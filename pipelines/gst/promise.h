// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "base/result.h"
#include "pipelines/gst/ref.h"

namespace tessera::gst {

// A promise that tells its reply: an error when it was interrupted, expired or answered with one. The reply
// lives during the call and may be null. `onReply` runs on the replier's thread, or never (a webrtcbin that
// closes drops its queue); it is freed in either case, so it captures values and weak references.
using ReplyHandler = std::function<void(const Result<const GstStructure*>&)>;
Ref<GstPromise> makePromise(const char* what, ReplyHandler onReply);

}  // namespace tessera::gst
