// SPDX-License-Identifier: Apache-2.0
#include "load/load_run.h"

#include <algorithm>

namespace tessera::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kSettleTime{2};
constexpr seconds kLeaveTime{3};  // for the WebSockets to close in order
constexpr milliseconds kWatchInterval{250};
constexpr milliseconds kStormStep{5};
constexpr Milliseconds kLongestFreeze{2000};

bool hasSettled(const Participant& member) {
  return member.state() != Participant::State::idle && member.state() != Participant::State::joining;
}
bool isOut(const Participant& member) {
  return member.state() == Participant::State::failed || member.state() == Participant::State::left;
}
// False when it was sent a still picture or none for a while, which is not ours to judge.
bool wasMoving(const MemberFigures& member) {
  for (std::size_t i = 0; i < member.receiving.size(); ++i) {
    const bool inForce = i + 1 == member.receiving.size() || member.receiving[i + 1].at.count() > 0;
    if (inForce && member.receiving[i].receiving.picture.fps == 0) return false;
  }
  return true;
}
bool isClosed(const Participant& member) {
  return member.closed();
}

}  // namespace

LoadRun::LoadRun(const Options& options, Crew& crew, Progress& progress, std::function<void()> onDone)
    : options_(options), crew_(crew), progress_(progress), onDone_(std::move(onDone)), server_(options) {
  report_ = reportOf(options);
}

void LoadRun::start() {
  // The last one looks. With senders there is something to look at; else the picture is empty and need not
  // move.
  const int participants = options_.participants, viewers = options_.viewers;
  for (int i = 0; i < participants; ++i)
    members_.push_back(
        crew_.make({i, false, viewers == 0 && i + 1 == participants}, [this] { onChanged(); }));
  for (int i = 0; i < viewers; ++i)
    members_.push_back(crew_.make({i, true, participants > 0 && i + 1 == viewers}, [this] { onChanged(); }));
  watchTimer_.every(kWatchInterval, [this] { checkDeadlines(); });
  progressTimer_.every(seconds(1), [this] { showProgress(); });
  firstJoin_ = Clock::now();
  rampTimer_.every(options_.joinWithin ? kStormStep : options_.ramp, [this] { joinNext(); });
  joinNext();
}

// A ramp goes step by step; a storm is over in its time, however late we are.
std::size_t LoadRun::joinsDue() const {
  if (!options_.joinWithin) return joined_ + 1;
  const Milliseconds passed = Clock::now() - firstJoin_, all = *options_.joinWithin;
  if (passed >= all) return members_.size();
  return 1 + static_cast<std::size_t>(passed / all * static_cast<double>(members_.size()));
}

void LoadRun::joinNext() {
  const std::size_t due = std::min(joinsDue(), members_.size());
  while (joined_ < due) members_[joined_++]->join();
  if (joined_ == members_.size()) rampTimer_.stop();
}

bool LoadRun::everybodyIs(bool (*predicate)(const Participant&)) const {
  return std::all_of(members_.begin(), members_.end(),
                     [&](const auto& member) { return predicate(*member); });
}

void LoadRun::onChanged() {
  if (phase_ == Phase::joining && everybodyIs(hasSettled)) {
    if (everybodyIs(isOut)) return finish(false);
    phase_ = Phase::settling;
    phaseTimer_.once(kSettleTime, [this] { beginMeasuring(); });
  } else if (phase_ == Phase::measuring && everybodyIs(isOut)) {
    finish(false);
  } else if (phase_ == Phase::leaving && everybodyIs(isClosed)) {
    end();
  }
}

void LoadRun::checkDeadlines() {
  if (phase_ != Phase::joining) return;
  for (const auto& member : members_) {
    if (member->state() != Participant::State::joining) continue;
    if (Clock::now() - member->joinedAt() < options_.joinTimeout) continue;
    const char* missing = !member->welcomed()    ? "no welcome from the server"
                          : !member->connected() ? "no media connection"
                                                 : "connected, but no picture";
    member->fail(fmt::format("{} within {} s", missing, options_.joinTimeout.count()));
  }
}

void LoadRun::beginMeasuring() {
  phase_ = Phase::measuring;
  crew_.sender().takeLatest();
  ownCpuAtWindow_ = ownCpuSeconds();
  windowStart_ = Clock::now();
  report_.measuredFromUnixMs =
      std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (const auto& member : members_) member->beginWindow(windowStart_);
  server_.beginWindow(Clock::now());
  phaseTimer_.once(options_.seconds, [this] { finish(false); });
}

void LoadRun::interrupt() {
  finish(true);
}

void LoadRun::finish(bool interrupted) {
  if (phase_ == Phase::leaving || phase_ == Phase::done) return;
  const TimePoint now = Clock::now();
  report_.interrupted = interrupted;
  if (phase_ == Phase::measuring) {
    report_.measuredSeconds = std::chrono::duration<double>(now - windowStart_).count();
    report_.server = server_.usage(now);
    report_.ownCores = (ownCpuSeconds() - ownCpuAtWindow_) / report_.measuredSeconds;
    report_.latestSend = crew_.sender().takeLatest();
  }
  report_.serverNote = server_.note();
  for (const auto& member : members_) {
    if (interrupted && member->state() == Participant::State::idle) continue;
    MemberFigures figures = member->figures(now);
    judge(figures);
    report_.members.push_back(std::move(figures));
    if (member == members_.back()) report_.tiles = member->tiles();
  }
  leaveAll();
}

// What the member itself cannot know to be wrong.
void LoadRun::judge(MemberFigures& member) const {
  if (!member.failure.empty()) return;
  if (!member.firstFrame) {
    member.failure = "no picture yet when the run was ended";
  } else if (phase_ != Phase::measuring || report_.measuredSeconds < 1) {
    return;
  } else if (member.audio.packets == 0) {
    member.failure = "no sound during the measurement";
  } else if (!wasMoving(member) || options_.audioOnly) {
    return;
  } else if (member.video.frames == 0) {
    member.failure = "no picture during the measurement";
  } else if (member.picture && member.picture->frames > 0 &&
             member.picture->lowestVariance < kBlankVariance) {
    member.failure = "the picture was blank";
  } else if (member.picture && member.picture->longestFreeze > kLongestFreeze) {
    member.failure =
        fmt::format("the picture stood still for {:.0f} ms", member.picture->longestFreeze.count());
  }
}

void LoadRun::leaveAll() {
  phase_ = Phase::leaving;
  rampTimer_.stop();
  watchTimer_.stop();
  progressTimer_.stop();
  phaseTimer_.once(kLeaveTime, [this] { end(); });
  for (const auto& member : members_) member->leave();
  onChanged();
}

void LoadRun::end() {
  if (phase_ == Phase::done) return;
  phase_ = Phase::done;
  phaseTimer_.stop();
  // Later: this may be a call from within a member.
  post([this] {
    members_.clear();
    onDone_();
  });
}

void LoadRun::showProgress() {
  const TimePoint now = Clock::now();
  int in = 0, connected = 0, failed = 0;
  std::vector<double> rates, gaps;
  for (const auto& member : members_) {
    in += member->state() == Participant::State::in;
    failed += member->state() == Participant::State::failed;
    connected += member->connected();
    if (phase_ != Phase::measuring || member->state() != Participant::State::in) continue;
    const MemberFigures figures = member->figures(now);
    rates.push_back(figures.video.fps);
    gaps.push_back(figures.video.longestGap.count());
  }
  std::string line =
      fmt::format("{}/{} joined, {} connected, {} with picture", joined_, members_.size(), connected, in);
  if (failed > 0) line += fmt::format(", {} failed", failed);
  if (phase_ == Phase::settling) line += ", settling";
  if (!rates.empty()) {
    const Spread rate = spreadOf(rates);
    line += fmt::format(" | {:.0f}/{} s: {:.1f} fps (least {:.1f}), longest gap {:.0f} ms",
                        std::chrono::duration<double>(now - windowStart_).count(), options_.seconds.count(),
                        rate.median, rate.min, spreadOf(gaps).max);
  }
  if (server_.found()) line += fmt::format(" | server {:.2f} cores", server_.takeCores(now));
  progress_.show(line);
}

}  // namespace tessera::load
