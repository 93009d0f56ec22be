// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/program_link.h"

namespace tessera {

void ProgramLink::listen(bool on) {
  const std::lock_guard lock(mutex_);
  if (!hub_) return;
  if (on) {
    hub_->add(receiver_, needs_);
  } else {
    hub_->remove(receiver_.get());
  }
}

void ProgramLink::askKeyframe() {
  const std::lock_guard lock(mutex_);
  if (hub_) hub_->askKeyframe(receiver_.get());
}

void ProgramLink::cut() {
  const std::lock_guard lock(mutex_);
  if (hub_) hub_->remove(receiver_.get());
  hub_.reset();
}

}  // namespace tessera
