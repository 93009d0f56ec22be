// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "base/result.h"

namespace tessera {

// Initialises GStreamer and routes its log into ours: errors as warnings, its warnings (which are many, and
// may name addresses) at debug. With GST_DEBUG in the environment its log stays its own, on stderr.
[[nodiscard]] Status initGStreamer();

// Does once what would make the first join slow: loads the plugins, makes the DTLS certificate, reads the
// fonts, starts an encoder, by way of a room with one connection on loopback that nobody answers. `onDone` is
// called when it is over, or has taken too long. Main thread.
class WarmUp {
 public:
  explicit WarmUp(std::function<void(Status)> onDone);
  ~WarmUp();

 private:
  class Run;
  std::unique_ptr<Run> run_;
};

}  // namespace tessera
