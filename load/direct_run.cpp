// SPDX-License-Identifier: Apache-2.0
#include "load/direct_run.h"

namespace tessera::load {
namespace {

constexpr std::chrono::seconds kSettleTime{2};

}  // namespace

DirectRun::DirectRun(const Options& options, Crew& crew, Progress& progress, std::function<void()> onDone)
    : options_(options),
      crew_(crew),
      progress_(progress),
      onDone_(std::move(onDone)),
      received_(std::make_shared<Received>(options.video.codec)),
      senderReceived_(std::make_shared<Received>(options.video.codec)),
      logs_{std::make_shared<SendLog>(kTimeCodes),
            std::make_shared<SendLog>(crew.clips().talking->frames.size())} {
  report_ = reportOf(options);
  report_.url = "itself";
  report_.room = "no room";
  report_.participants = 1;
  report_.viewers = 0;
  received_->delay.setSources(
      {{{0, 0, static_cast<double>(options.video.width), static_cast<double>(options.video.height)},
        logs_.video}});
}

void DirectRun::start() {
  OfferingPeer::Handlers handlers;
  handlers.onOffer = [this](const std::string& sdp) { answer(sdp); };
  handlers.onCandidate = [this](const IceCandidate& candidate) {
    if (sender_) sender_->addCandidate(candidate);
  };
  handlers.onFirstFrame = [this] {
    progress_.show("connected");
    phaseTimer_.once(kSettleTime, [this] { beginMeasuring(); });
  };
  phaseTimer_.once(options_.joinTimeout, [this] { fail("no picture in time"); });
  auto receiver = OfferingPeer::create({options_.video.codec, nullptr, nullptr, true}, received_, handlers);
  if (!receiver) return fail(receiver.error().text);
  receiver_ = std::move(*receiver);
  if (auto ok = receiver_->offer(); !ok) fail(ok.error().text);
}

void DirectRun::answer(const std::string& offer) {
  MediaPeer::Handlers handlers;
  handlers.onAnswer = [this](const std::string& sdp) {
    if (auto ok = receiver_->answer(sdp); !ok) fail(ok.error().text);
  };
  handlers.onCandidate = [this](const IceCandidate& candidate) { receiver_->addCandidate(candidate); };
  handlers.onConnected = [] {};
  handlers.onFirstFrame = [] {};
  handlers.onFailed = [this](const Error& why) { fail(why.text); };
  MediaPeer::Settings settings;
  settings.codec = options_.video.codec;
  settings.video = crew_.clips().video.front().clip;
  settings.audio = crew_.clips().talking;
  settings.logs = logs_;
  settings.gatherAddress = "127.0.0.1";
  auto sender = MediaPeer::create(std::move(settings), offer, senderReceived_, crew_.sender(),
                                  crew_.teardown(), handlers);
  if (!sender) return fail(sender.error().text);
  sender_ = std::move(*sender);
}

void DirectRun::beginMeasuring() {
  windowStart_ = Clock::now();
  {
    const std::lock_guard lock(received_->mutex);
    received_->video.beginWindow(windowStart_);
    received_->audio.beginWindow(windowStart_);
    received_->picture.beginWindow(windowStart_);
    received_->delay.beginWindow(windowStart_);
  }
  phaseTimer_.once(options_.seconds, [this] { finish(false); });
}

void DirectRun::fail(const std::string& why) {
  if (done_) return;
  report_.members.push_back({.name = "direct", .failure = why});
  finish(false);
}

void DirectRun::finish(bool interrupted) {
  if (done_) return;
  done_ = true;
  phaseTimer_.stop();
  const TimePoint now = Clock::now();
  report_.interrupted = interrupted;
  if (report_.members.empty()) {
    MemberFigures& member = report_.members.emplace_back();
    member.name = "direct";
    const std::lock_guard lock(received_->mutex);
    if (windowStart_ == TimePoint{}) {
      member.failure = "ended before the measurement";
    } else {
      report_.measuredSeconds = std::chrono::duration<double>(now - windowStart_).count();
      member.firstFrame = Milliseconds(0);
      member.video = received_->video.figures(now);
      member.audio = received_->audio.figures(now);
      member.picture = received_->picture.figures(now);
      member.delay = received_->delay.figures();
    }
  }
  // Later: this may be a call from within one of them.
  post([this] {
    sender_.reset();
    receiver_.reset();
    onDone_();
  });
}

}  // namespace tessera::load
