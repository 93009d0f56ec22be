// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gst/gst.h>

#include <memory>

#include "pipelines/gst/signal.h"
#include "pipelines/legs/leg_shared.h"

namespace tessera {

// Looks at what goes in and out of a connection's rtpbin, as its pads appear: tells `shared` of every packet
// that came, numbers those that are sent for transport-cc and takes the receiver's RTCP about them. The
// session does not get to see transport-cc feedback; see NetworkMeter.
gst::SignalConnection watchRtpbin(GstElement* rtpbin, const std::shared_ptr<LegShared>& shared);

}  // namespace tessera
