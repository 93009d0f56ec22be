// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gst/gst.h>

#include "base/error.h"

namespace tessera {

// What an error message of an RTMP pipeline means, in words of our own: the library's texts may repeat the
// stream key.
Error rtmpError(GstMessage* message);

}  // namespace tessera
