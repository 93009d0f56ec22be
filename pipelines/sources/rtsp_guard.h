// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tessera {

// Keeps every rtspsrc of this process at the server that it was sent to: a redirection is answered as
// refused, and a session over anything but the connection that is there (UDP to wherever the server says) as
// none; a network clock that the server names is not asked. What has a length is taken as if it had none. It
// is an extension that rtspsrc makes an instance of for itself. Call it before the first rtspsrc is made.
void installRtspGuard();

// How many instances were ever made: an rtspsrc without one is not to be used. Any thread.
int rtspGuards();

}  // namespace tessera
