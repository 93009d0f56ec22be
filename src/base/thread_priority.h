// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tessera {

enum class Precedence {
  realTime,  // SCHED_RR: works for a moment at a time, by the clock
  ahead,     // a better nice value
  ordinary,  // as threads begin: for one of a pool, which may have been ahead before
  behind,    // a worse nice value: what may come late. For a thread that does nothing else later.
};

// Puts the calling thread before (or behind) the others: the sound is to stay whole when the picture no
// longer can be. What the system does not allow is tried one step lower and then let be; that is no error.
void preferThisThread(Precedence precedence);

}  // namespace tessera
