// SPDX-License-Identifier: Apache-2.0
#include "room/ladder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tessera {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Nanos = ReceiverLadder::Nanos;

// 50 packets/s of sound with about 80 bytes of headers each (IP, UDP, TURN, RTP with extensions, SRTP), and
// packets of pictures of about 1 kB.
constexpr double kSoundHeadersKbps = 32;
constexpr double kVideoHeaders = 1.08;
constexpr Nanos kComfortable = milliseconds(300);  // from a passed trial to the next
// Who falls sooner had not passed.
constexpr Nanos kProof = seconds(10), kReportsProof = seconds(20), kDeviceProof = seconds(30);
// By receiver reports alone: the first after a change tells of the time before it as well; two in a row are
// needed to see congestion, so three to see none.
constexpr int kReportsToFall = 2, kReportsToPass = 3;
constexpr double kOfPassed = 0.85, kReportsGrowth = 1.15;
constexpr Nanos kNoKeyframe = seconds(5);  // a trial whose rung does not come
constexpr double kRampPerSecond = 1.7;     // of the bitrate; from a rung's least to its best in a trial
constexpr double kBearable = 0.9;          // of what another on a rung can take
constexpr double kTightPace = 1.2, kCarefulPace = 2, kPace = 2.5;  // of the wish
constexpr double kLeastPaceKbps = 1000;
constexpr double kHealthyLoss = 0.02;
constexpr Nanos kLongInterruption = seconds(3), kBack = milliseconds(500);

}  // namespace

ReceiverLadder::ReceiverLadder(std::vector<RungSpec> rungs, int audioKbps)
    : rungs_(std::move(rungs)), soundKbps_(audioKbps + kSoundHeadersKbps) {}

ReceiverLadder::Decision ReceiverLadder::update(const Input& input, Nanos now) {
  const int best = std::clamp(input.bestLevel, 0, levels());
  if (!begun_) begin(best, now);
  const Nanos passed = now - std::exchange(updatedAt_, now);
  if (input.network.congested && !input.network.reports) doubtLimit_ = false;
  followWish(input, best, now);
  followSent(input, now);
  if (!followInterruption(input, now)) {
    followNetwork(input, now);
    followDevice(input, now);
    if (level_ > best) climb(input, now);
  }
  adaptRate(input, passed);
  return decision(input, best);
}

void ReceiverLadder::begin(int level, Nanos now) {
  begun_ = true;
  updatedAt_ = now;
  moveTo(level, now);
  if (level < levels()) wishKbps_ = rung(level).kbps;
  why_ = ReceivingLimit::wish;
}

// What is asked for is a ceiling at once. When it rises, whom nothing else held down goes there at once.
void ReceiverLadder::followWish(const Input& input, int best, Nanos now) {
  const bool held = why_ != ReceivingLimit::wish && level_ > 0;
  if (level_ < best || (level_ > best && !held)) {
    trial_.reset();
    beforeInterruption_.reset();
    moveTo(bestThatFits(input, best), now);
    if (level_ < levels()) wishKbps_ = rung(level_).kbps;
    if (level_ > best) hold(best, ReceivingLimit::network);
  }
  if (level_ <= heldFrom_ && !trial_) why_ = ReceivingLimit::wish;
}

void ReceiverLadder::followSent(const Input& input, Nanos now) {
  if (!arrived_ && input.sentLevel == level_) {
    arrived_ = now;
    reportsBefore_ = input.network.reports;
    if (trial_) trial_->began = now;
  }
}

// While nothing is heard at all, less would not help either: the level stays, so that the picture is back at
// once. Only after a long while it waits on the lowest moving rung, to come back to what may be a worse way.
bool ReceiverLadder::followInterruption(const Input& input, Nanos now) {
  if (input.network.congested && !input.network.feedback) {
    if (!interruptedAt_) interruptedAt_ = now;
    backAt_.reset();
    if (trial_) {
      const int from = trial_->from;
      trial_.reset();
      moveTo(from, now);
    }
    if (now - *interruptedAt_ > kLongInterruption && level_ < lowestMoving()) {
      beforeInterruption_ = level_;
      hold(level_, ReceivingLimit::network);
      moveTo(lowestMoving(), now);
    }
    return true;
  }
  if (!interruptedAt_) return false;
  if (!backAt_) backAt_ = now;
  if (input.network.congested) {  // back, but worse
    interruptedAt_.reset();
    beforeInterruption_.reset();
    return false;
  }
  if (now - *backAt_ < kBack) return true;
  interruptedAt_.reset();
  if (beforeInterruption_) {
    trial_ = Trial{level_, now};
    doubtLimit_ = true;
    moveTo(*std::exchange(beforeInterruption_, std::nullopt), now);
  }
  return false;
}

// Whether so many reports have come since then.
bool ReceiverLadder::told(const NetworkReport& network, int reports) const {
  return !network.reports || *network.reports - reportsBefore_.value_or(0) >= reports;
}

// Without transport-wide feedback, what passes is what was not lost of what was sent. A verdict counts once;
// that is held for as long as the next trial has to wait, and then raised by steps. Returns whether less
// passes.
bool ReceiverLadder::followReports(const NetworkReport& network, Nanos now) {
  if (!arrived_ || level_ == levels()) return false;
  if (!network.congested) {
    if (!reportedKbps_ || doubtLimit_ || now < network_.next || !told(network, kReportsToPass)) return false;
    if (wishKbps_ >= rung(level_).kbps) return false;
    reportsBefore_ = network.reports;
    reportedKbps_ = static_cast<int>(*reportedKbps_ * kReportsGrowth);
    return false;
  }
  if (!told(network, kReportsToFall)) return false;
  reportsBefore_ = network.reports;
  doubtLimit_ = false;
  const double sent = wishKbps_ * kVideoHeaders + soundKbps_;
  reportedKbps_ = static_cast<int>(kOfPassed * (1 - network.loss) * sent);
  return true;
}

void ReceiverLadder::followNetwork(const Input& input, Nanos now) {
  const bool byReports = input.network.reports.has_value();
  if (!byReports) reportedKbps_.reset();
  const bool congested = byReports ? followReports(input.network, now) : input.network.congested;
  if (trial_ && !congested) {
    if (arrived_ && now - trial_->began >= kTrial && told(input.network, kReportsToPass)) endTrial(now);
    if (!arrived_ && now - movedAt_ >= kNoKeyframe) fall(trial_->from, ReceivingLimit::network, now);
    return;
  }
  if (!fits(input, level_)) {
    fall(bestThatFits(input, level_ + 1), ReceivingLimit::network, now);
  } else if (trial_ || (congested && byReports)) {  // less of it passes
    network_.fell(trial_ || early(ReceivingLimit::network, now), now);
    trial_.reset();
  }
}

void ReceiverLadder::followDevice(const Input& input, Nanos now) {
  if (!input.stats || !arrived_ || !moving(level_)) return;
  // What is about the time before the move says nothing of this rung.
  if (now - *arrived_ < std::chrono::duration<double>(input.stats->seconds)) return;
  const bool healthy = !input.network.congested && input.network.loss < kHealthyLoss;
  if (input.network.congested) return;
  if (deviceWatch_.tooMuch(*input.stats, std::min(rung(level_).fps, input.canvasFps), healthy)) {
    fall(level_ + 1, ReceivingLimit::device, now);
  }
}

void ReceiverLadder::Backoff::fell(bool afterTrial, Nanos now) {
  wait = afterTrial ? std::clamp(2 * wait, Nanos(kFirstWait), most) : kFirstWait;
  next = now + wait;
}

bool ReceiverLadder::early(ReceivingLimit why, Nanos now) const {
  const Nanos proof = why == ReceivingLimit::device ? kDeviceProof : reportsBefore_ ? kReportsProof : kProof;
  return climbedAt_ && now - *climbedAt_ < proof;
}

void ReceiverLadder::fall(int level, ReceivingLimit why, Nanos now) {
  (why == ReceivingLimit::device ? device_ : network_).fell(trial_ || early(why, now), now);
  trial_.reset();
  climbedAt_.reset();
  hold(level_, why);
  moveTo(level, now);
}

void ReceiverLadder::hold(int from, ReceivingLimit why) {
  if (why_ == ReceivingLimit::wish) heldFrom_ = from;
  why_ = why;
}

void ReceiverLadder::moveTo(int level, Nanos now) {
  if (level == level_ && movedAt_.count() != 0) return;
  level_ = level;
  movedAt_ = now;
  arrived_.reset();
  deviceWatch_.reset();
  if (level < levels()) wishKbps_ = std::clamp<double>(wishKbps_, rung(level).minKbps, rung(level).kbps);
}

void ReceiverLadder::endTrial(Nanos now) {
  trial_.reset();
  climbedAt_ = now;
  reportedKbps_.reset();
  network_.next = now + kComfortable;
}

void ReceiverLadder::climb(const Input& input, Nanos now) {
  if (trial_ || !arrived_ || input.network.congested || now < std::max(network_.next, device_.next)) return;
  // First this rung at its best: that it is raised step by step is a gentler trial than the next rung.
  if (level_ < levels() && wishKbps_ < rung(level_).kbps) return;
  if (level_ < levels() && !told(input.network, kReportsToPass)) return;
  trial_ = Trial{level_, now};
  doubtLimit_ = true;
  moveTo(level_ - 1, now);
}

void ReceiverLadder::adaptRate(const Input& input, Nanos passed) {
  if (level_ == levels()) return;
  const double seconds = std::chrono::duration<double>(passed).count();
  const double ramp = wishKbps_ * std::pow(kRampPerSecond, seconds);
  const double least = rung(level_).minKbps, most = rung(level_).kbps;
  // Among others it takes about what the best can, or leaves.
  const bool alone = others(input, level_) == 0;
  wishKbps_ = std::clamp(std::min(videoRoom(input), alone ? ramp : most), least, most);
}

// A keyframe takes many times what the frames around it take. Where the way is known it goes out as the way
// carries it; on a way that may be narrow it is slowed down; else it is there within some 80 ms.
double ReceiverLadder::paceKbps(const Input& input) const {
  const double room = videoRoom(input);
  if (room < std::numeric_limits<double>::max()) return std::max(room, wishKbps_ * kTightPace);
  if (network_.wait.count() > 0 && why_ == ReceivingLimit::network) {
    return wishKbps_ * (moving(level_) ? kCarefulPace : kTightPace);
  }
  return std::max(wishKbps_ * kPace, kLeastPaceKbps);
}

ReceiverLadder::Decision ReceiverLadder::decision(const Input& input, int best) const {
  Decision decision;
  decision.level = level_;
  decision.videoKbps = level_ < levels() ? static_cast<int>(std::lround(wishKbps_)) : 0;
  decision.paceKbps = level_ < levels() ? static_cast<int>(paceKbps(input)) : 0;
  decision.trial = trial_.has_value();
  const bool wish = level_ == best && level_ > 0;
  decision.why = level_ == 0 ? ReceivingLimit::none : wish ? ReceivingLimit::wish : why_;
  return decision;
}

int ReceiverLadder::lowestMoving() const {
  int level = levels() - 1;
  while (level > 0 && !moving(level)) --level;
  return level;
}

int ReceiverLadder::others(const Input& input, int level) const {
  const auto index = static_cast<std::size_t>(level);
  return index < input.kbpsOfOthers.size() ? input.kbpsOfOthers[index] : 0;
}

// What is left for pictures.
double ReceiverLadder::videoRoom(const Input& input) const {
  const auto carried = input.network.reports ? reportedKbps_ : input.network.kbps;
  if (!carried || doubtLimit_) return std::numeric_limits<double>::max();
  return (*carried - soundKbps_) / kVideoHeaders;
}

// Who would pull a rung down for those who can take more leaves it, unless nothing that moves is below.
int ReceiverLadder::leastKbps(const Input& input, int level) const {
  const int least = rung(level).minKbps;
  if (level >= lowestMoving()) return least;
  return std::max(least, static_cast<int>(kBearable * others(input, level)));
}

bool ReceiverLadder::fits(const Input& input, int level) const {
  return level >= levels() || videoRoom(input) >= leastKbps(input, level);
}

int ReceiverLadder::bestThatFits(const Input& input, int level) const {
  while (!fits(input, level)) ++level;
  return std::min(level, levels());
}

int rungKbps(const RungSpec& rung, std::span<const int> wishes) {
  const auto least = std::ranges::min_element(wishes);
  return least == wishes.end() ? rung.kbps : std::clamp(*least, rung.minKbps, rung.kbps);
}

int bestKbps(const RungSpec& rung, std::span<const int> wishes) {
  const auto best = std::ranges::max_element(wishes);
  return best == wishes.end() ? 0 : std::clamp(*best, rung.minKbps, rung.kbps);
}

}  // namespace tessera
