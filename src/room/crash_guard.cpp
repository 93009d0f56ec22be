// SPDX-License-Identifier: Apache-2.0
#include "room/crash_guard.h"

#include <algorithm>
#include <utility>

namespace tessera {

void CrashGuard::recordCrash(Clock::time_point now) {
  crashes_.push_back(now);
  while (now - crashes_.front() > limits_.window) crashes_.pop_front();
}

CrashGuard::Verdict CrashGuard::onCrash(Clock::time_point now, const std::vector<ParticipantId>& present) {
  recordCrash(now);
  Verdict verdict;
  const bool wasProbing = std::exchange(probing_, crashes_.size() > 1 || probing_);
  if (!probing_) {
    verdict.admit = present;
    return verdict;
  }
  if (trial_) {
    verdict.barred = trial_->id;
    crashes_.clear();  // explained
    crashes_.push_back(now);
  } else if (wasProbing) {
    harmless_.clear();  // it died among those who were thought harmless: try everybody again
  }
  trial_.reset();
  waiting_.clear();
  for (const ParticipantId& id : present) {
    if (id == verdict.barred) continue;
    if (harmless_.contains(id))
      verdict.admit.push_back(id);
    else
      waiting_.push_back(id);
  }
  verdict.giveUp = static_cast<int>(crashes_.size()) >= limits_.maxCrashes;
  return verdict;
}

bool CrashGuard::admitsNow(const ParticipantId& id) {
  if (!probing_ || harmless_.contains(id)) return true;
  if (trial_ && trial_->id == id) return true;  // a new connection of the one on trial
  if (std::find(waiting_.begin(), waiting_.end(), id) == waiting_.end()) waiting_.push_back(id);
  return false;
}

void CrashGuard::onConnected(const ParticipantId& id, Clock::time_point now) {
  if (trial_ && trial_->id == id && !trial_->connected) trial_->connected = now;
}

void CrashGuard::onGone(const ParticipantId& id) {
  if (trial_ && trial_->id == id) trial_.reset();
  harmless_.erase(id);
  std::erase(waiting_, id);
}

bool CrashGuard::trialOver(Clock::time_point now) const {
  if (trial_->connected) return now - *trial_->connected >= limits_.stable;
  return now - trial_->admitted >= limits_.patience;
}

std::vector<ParticipantId> CrashGuard::due(Clock::time_point now) {
  if (!probing_) return {};
  if (trial_) {
    if (!trialOver(now)) return {};
    harmless_.insert(trial_->id);
    trial_.reset();
  }
  if (waiting_.empty()) {
    probing_ = false;
    harmless_.clear();
    return {};
  }
  trial_ = Trial{waiting_.front(), now, {}};
  waiting_.pop_front();
  return {trial_->id};
}

}  // namespace tessera
