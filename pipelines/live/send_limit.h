// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tessera {

// From now on what the kernel holds unsent of a connection that GIO makes is bounded (TCP_NOTSENT_LOWAT): by
// default it takes megabytes, so that a destination that stands still would go unnoticed for many seconds and
// then get it all, late. For the whole process, since rtmp2sink keeps its connection to itself. Idempotent.
void limitUnsentBytes();

}  // namespace tessera
