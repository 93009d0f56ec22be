// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tessera {

// Puts the calling thread before the others: the sound is to stay whole when the picture no longer can be.
// Real time (SCHED_RR, the lowest of its priorities) where the system allows it, else a better nice value,
// else nothing, which is no error.
void preferThisThread();

}  // namespace tessera
