// SPDX-License-Identifier: Apache-2.0
#include "load/churn_run.h"

#include <algorithm>

namespace tessera::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLeaveTime{10};  // for the server to tell that they are gone
constexpr seconds kEndTime{3};
constexpr milliseconds kLookInterval{200};
constexpr int kQuietLooks = 5;  // the server counts as settled when its threads did not change for that many
constexpr int kMostLooks = 40;
constexpr int kSamples = 10;  // over the run, for the report

bool isOut(const Participant& member) {
  return member.state() == Participant::State::failed || member.state() == Participant::State::left;
}

}  // namespace

ChurnRun::ChurnRun(const Options& options, Crew& crew, Progress& progress, std::function<void()> onDone)
    : options_(options), crew_(crew), progress_(progress), onDone_(std::move(onDone)), server_(options) {
  report_.url = options.url;
  report_.room = options.room.value;
  report_.wantedRounds = options.rounds;
  report_.membersPerRound = options.participants;
  report_.serverNote = server_.note();
}

void ChurnRun::start() {
  resident_ = crew_.make({options_.participants, false, true}, [this] { onChanged(); });
  resident_->join();
  phaseTimer_.once(options_.joinTimeout, [this] { onDeadline(); });
}

// What to do next is decided later, in one place: this may be a call from within a member.
void ChurnRun::onChanged() {
  if (advancePosted_) return;
  advancePosted_ = true;
  post([weak = weak_.get()] {
    auto* self = weak.get();
    if (!self) return;
    self->advancePosted_ = false;
    self->advance();
  });
}

bool ChurnRun::roundIsGone() const {
  return resident_->rosterSize() <= 1 &&
         std::all_of(members_.begin(), members_.end(), [](const auto& member) { return member->closed(); });
}

void ChurnRun::advance() {
  if (phase_ == Phase::ending) {
    if (resident_->closed()) end();
    return;
  }
  if (phase_ == Phase::done) return;
  if (isOut(*resident_)) {
    report_.failures.push_back("who stays: " + resident_->figures(Clock::now()).failure);
    return finish(false);
  }
  const auto settled = [](const auto& member) {
    return member->state() == Participant::State::in || isOut(*member);
  };
  if (phase_ == Phase::opening && resident_->state() == Participant::State::in) {
    beginRound();
  } else if (phase_ == Phase::joining && std::all_of(members_.begin(), members_.end(), settled)) {
    phase_ = Phase::staying;
    phaseTimer_.once(options_.stay, [this] { leaveRound(); });
  } else if (phase_ == Phase::leaving && roundIsGone()) {
    endRound();
  }
}

void ChurnRun::beginRound() {
  phase_ = Phase::joining;
  progress_.show(fmt::format("round {} of {}, {} failures, first frame {:.0f} ms at the median",
                             report_.rounds + 1, options_.rounds, report_.failures.size(),
                             spreadOf(report_.firstFrameMs).median));
  for (int i = 0; i < options_.participants; ++i) {
    members_.push_back(crew_.make({i, false, false}, [this] { onChanged(); }));
    members_.back()->join();
  }
  phaseTimer_.once(options_.joinTimeout, [this] { onDeadline(); });
}

void ChurnRun::onDeadline() {
  if (phase_ == Phase::opening) {
    resident_->fail(fmt::format("no picture within {} s", options_.joinTimeout.count()));
  } else if (phase_ == Phase::joining) {
    for (const auto& member : members_)
      if (member->state() == Participant::State::joining)
        member->fail(fmt::format("no picture within {} s", options_.joinTimeout.count()));
  } else if (phase_ == Phase::leaving) {
    report_.failures.push_back(
        fmt::format("round {}: they left, but after {} s the room still has {} members", report_.rounds + 1,
                    kLeaveTime.count(), resident_->rosterSize()));
    finish(false);
  }
}

void ChurnRun::leaveRound() {
  phase_ = Phase::leaving;
  const TimePoint now = Clock::now();
  for (const auto& member : members_) {
    const MemberFigures figures = member->figures(now);
    if (figures.firstFrame) report_.firstFrameMs.push_back(figures.firstFrame->count());
    if (!figures.failure.empty())
      report_.failures.push_back(
          fmt::format("round {}, {}: {}", report_.rounds + 1, figures.name, figures.failure));
    member->leave();
  }
  phaseTimer_.once(kLeaveTime, [this] { onDeadline(); });
  onChanged();
}

void ChurnRun::endRound() {
  phaseTimer_.stop();
  members_.clear();
  ++report_.rounds;
  if (server_.found() && wantsSample()) {
    phase_ = Phase::sampling;
    lastThreads_ = -1;
    quietFor_ = looks_ = 0;
    phaseTimer_.every(kLookInterval, [this] { sampleWhenQuiet(); });
  } else if (report_.rounds == options_.rounds) {
    finish(false);
  } else {
    beginRound();
  }
}

bool ChurnRun::wantsSample() const {
  const int first = options_.rounds >= 2 * kFirstMemoryRound ? kFirstMemoryRound : 1;
  if (report_.rounds == first || report_.rounds == options_.rounds) return true;
  return report_.rounds > first && report_.rounds % std::max(1, options_.rounds / kSamples) == 0;
}

void ChurnRun::sampleWhenQuiet() {
  int threads = 0;
  for (const ProcessSample& process : server_.sample(Detail::cpu)) threads += process.threads;
  quietFor_ = threads == lastThreads_ ? quietFor_ + 1 : 0;
  lastThreads_ = threads;
  if (quietFor_ < kQuietLooks && ++looks_ < kMostLooks) return;
  phaseTimer_.stop();
  report_.samples.push_back({report_.rounds, server_.sample(Detail::everything)});
  if (report_.rounds == options_.rounds) return finish(false);
  beginRound();
}

void ChurnRun::interrupt() {
  finish(true);
}

void ChurnRun::finish(bool interrupted) {
  if (phase_ == Phase::ending || phase_ == Phase::done) return;
  phase_ = Phase::ending;
  report_.interrupted = interrupted;
  for (const auto& member : members_) member->leave();
  resident_->leave();
  phaseTimer_.once(kEndTime, [this] { end(); });
  onChanged();
}

void ChurnRun::end() {
  if (phase_ == Phase::done) return;
  phase_ = Phase::done;
  phaseTimer_.stop();
  members_.clear();
  resident_.reset();
  onDone_();
}

}  // namespace tessera::load
