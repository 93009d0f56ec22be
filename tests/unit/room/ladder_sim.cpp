// SPDX-License-Identifier: Apache-2.0
#include "ladder_sim.h"

#include <algorithm>
#include <utility>

namespace tessera::test {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kStep = 1ms, kPoll = 100ms;
constexpr int kHeaders = 70, kPayload = 1100;

double uniform(std::mt19937& random, double from, double to) {
  return std::uniform_real_distribution<>(from, to)(random);
}

}  // namespace

LadderSim::Client::Client(const Options& options, int number)
    : ladder(options.rungs, options.audioKbps),
      options_(options),
      random_(options.seed * 7919 + static_cast<unsigned>(number)) {}

LadderSim::LadderSim(Options options, int clients) : options_(std::move(options)) {
  for (int i = 0; i < clients; ++i) clients_.push_back(std::make_unique<Client>(options_, i));
}

Nanos LadderSim::Client::jitter() {
  return Nanos(static_cast<Nanos::rep>(uniform(random_, -1, 1) * static_cast<double>(way.jitter.count())));
}

Nanos LadderSim::Client::stallEnd(Nanos now) {
  if (way.stalls > 0ns && now >= nextStall_) {
    nextStall_ = now + Nanos(1ms) * static_cast<int>(uniform(random_, 100, 900));
    stalledUntil_ = now + way.delay + way.stalls * static_cast<int>(uniform(random_, 10, 100)) / 100;
  }
  return stalledUntil_;
}

void LadderSim::Client::send(int bytes, bool sound, Nanos now) {
  const Packet packet{++seq_, now, bytes, sound};
  sent_[packet.seq] = packet;
  Seen& second = seen[static_cast<int>(now / 1s)];
  ++second.packets;
  if (sound) ++second.sound;
  bool lost = way.out || chance(way.loss);
  Nanos arrival = now;
  if (!lost && way.kbps > 0 && way.policer) {
    tokens_ = std::min(tokens_ + way.kbps * 125.0 * std::chrono::duration<double>(now - tokensAt_).count(),
                       way.kbps * 12.5);
    tokensAt_ = now;
    lost = tokens_ < bytes;
    if (!lost) tokens_ -= bytes;
  } else if (!lost && way.kbps > 0) {
    lost = busyUntil_ - now > way.queue;
    if (!lost) busyUntil_ = std::max(busyUntil_, now) + bytes * 8 * 1'000'000LL / way.kbps * 1ns;
    arrival = std::max(busyUntil_, now);
  }
  if (lost) {
    ++second.packetsLost;
    if (sound) ++second.soundLost;
    return;
  }
  arrival = std::max(arrival + way.delay + jitter(), stallEnd(now));
  if (!way.overtaking) arrival = std::max(arrival, lastArrival_);
  lastArrival_ = std::max(arrival, lastArrival_);
  if (sound) second.longestSound = std::max(second.longestSound, arrival - now);
  coming_.push_back({packet, arrival});
}

void LadderSim::Client::receive(Nanos now) {
  std::erase_if(coming_, [&](const Arrival& arrival) {
    if (arrival.at > now) return false;
    arrived_[arrival.packet.seq] = arrival.at;
    lastDelay_ = arrival.at - arrival.packet.sent;
    highest_ = std::max(highest_, arrival.packet.seq);
    return true;
  });
  if (now < nextFeedback_) return;
  if (options_.reportsOnly) {
    nextFeedback_ = now + Nanos(1ms) * static_cast<int>(uniform(random_, 2000, 5000));
    return sendReport(now);
  }
  nextFeedback_ = now + options_.feedbackEvery;
  feedBack(now);
}

// RFC 3550, 6.4; heard without delay.
void LadderSim::Client::sendReport(Nanos now) {
  if (highest_ <= reportedTo_ || way.out || chance(way.loss)) return;
  const double expected = highest_ - reportedTo_;
  const double loss = std::max(0.0, 1 - static_cast<double>(arrived_.size()) / expected);
  reportedTo_ = highest_;
  arrived_.clear();
  estimator.onReceiverReport(loss, std::chrono::ceil<std::chrono::milliseconds>(lastDelay_ + way.delay), now);
}

// All that arrived and was not reported, and what is missing between.
void LadderSim::Client::feedBack(Nanos now) {
  if (arrived_.empty()) return;
  std::vector<PacketFeedback> report;
  const std::uint32_t from = std::min(arrived_.begin()->first, reportedTo_ + 1);
  for (std::uint32_t seq = from; seq <= highest_; ++seq) {
    const auto sent = sent_.find(seq);
    if (sent == sent_.end()) continue;
    const auto arrived = arrived_.find(seq);
    const bool lost = arrived == arrived_.end();
    if (lost && seq <= reportedTo_) continue;
    report.push_back({sent->second.sent, lost ? Nanos{0} : arrived->second + options_.clientEpoch,
                      sent->second.bytes, lost, static_cast<std::uint16_t>(seq)});
  }
  reportedTo_ = std::max(reportedTo_, highest_);
  arrived_.clear();
  while (!sent_.empty() && sent_.begin()->second.sent < now - 5s) sent_.erase(sent_.begin());
  if (way.out || chance(way.loss)) return;
  back_.emplace_back(now + way.delay, std::move(report));
}

void LadderSim::run(Nanos duration, const std::function<void()>& everyStep) {
  for (const Nanos end = now_ + duration; now_ < end;) {
    step();
    if (everyStep) everyStep();
  }
}

std::optional<Nanos> LadderSim::until(const std::function<bool()>& done, Nanos limit) {
  const Nanos begun = now_;
  while (!done()) {
    if (now_ - begun > limit) return std::nullopt;
    run(kPoll);
  }
  return now_ - begun;
}

void LadderSim::step() {
  now_ += kStep;
  const bool sound = now_ >= nextSound_, decisions = now_ >= nextDecision_;
  if (sound) nextSound_ += 20ms;
  if (decisions) nextDecision_ += kPoll;
  for (const auto& client : clients_) {
    if (sound) client->send(options_.audioKbps * 20 / 8 + kHeaders, true, now_);
    produce(*client);
    pace(*client);
    client->receive(now_);
    while (!client->back_.empty() && client->back_.front().first <= now_) {
      client->estimator.onFeedback(client->back_.front().second, now_);
      client->back_.pop_front();
    }
    if (decisions) decide(*client);
  }
}

void LadderSim::decide(Client& client) {
  std::vector<int> others;
  for (int level = 0; std::cmp_less(level, options_.rungs.size()); ++level) {
    std::vector<int> wishes;
    for (const auto& other : clients_) {
      if (other.get() != &client && other->decision.level == level && other->decision.videoKbps > 0) {
        wishes.push_back(other->decision.videoKbps);
      }
    }
    others.push_back(bestKbps(options_.rungs[static_cast<std::size_t>(level)], wishes));
  }
  ReceiverLadder::Input input;
  const bool wasCongested = client.network.congested;
  input.network = client.network = client.estimator.report(now_);
  if (client.network.congested && !wasCongested) ++client.congestions;
  input.bestLevel = client.bestLevel;
  input.kbpsOfOthers = others;
  input.sentLevel = client.sentLevel_;
  if (client.device && now_ - client.lastStats_ >= 2s) {
    input.stats = client.device(client.sentLevel_);
    client.lastStats_ = now_;
  }
  const auto before = client.decision;
  client.decision = client.ladder.update(input, now_);
  if (client.moves.empty() || client.decision.level != before.level) {
    client.moves.push_back({now_, client.decision});
    client.moveAt_ = now_ + 60ms;  // its encoder has to begin
  }
}

int LadderSim::rungKbps(int level) const {
  std::vector<int> wishes;
  for (const auto& client : clients_) {
    if (client->decision.level == level) wishes.push_back(client->decision.videoKbps);
  }
  if (wishes.empty()) return 0;
  return tessera::rungKbps(options_.rungs[static_cast<std::size_t>(level)], wishes);
}

void LadderSim::produce(Client& client) {
  bool keyframe = false;
  if (client.moveAt_ && now_ >= *client.moveAt_) {
    client.moveAt_.reset();
    client.sentLevel_ = client.decision.level;
    client.nextFrame_ = now_;
    client.pacer_.clear();
    keyframe = true;
  }
  if (std::cmp_equal(client.sentLevel_, options_.rungs.size()) || now_ < client.nextFrame_) return;
  const RungSpec& rung = options_.rungs[static_cast<std::size_t>(client.sentLevel_)];
  const int kbps = std::max(rungKbps(client.sentLevel_), rung.minKbps);
  const double fps = rung.fps > 0 ? rung.fps : 0.5;
  client.nextFrame_ += Nanos(static_cast<Nanos::rep>(1e9 / fps));
  double bytes = options_.content * kbps * 125.0 / fps * uniform(client.random_, 0.7, 1.3);
  if (keyframe && rung.fps > 0) bytes = std::max(bytes, kbps * 125.0 * 0.25);
  ++client.seen[static_cast<int>(now_ / 1s)].frames;
  const int packets = std::max(1, static_cast<int>(bytes / kPayload + 0.999));
  for (int i = 0; i < packets; ++i) client.pacer_.push_back(static_cast<int>(bytes) / packets + kHeaders);
}

void LadderSim::pace(Client& client) {
  if (client.pacer_.empty()) {
    client.budget_ = 0;
    return;
  }
  const int kbps = std::max(client.decision.paceKbps, 15);
  client.budget_ += kbps / 8.0;  // bytes in a millisecond
  while (!client.pacer_.empty() && client.budget_ > 0) {
    client.budget_ -= client.pacer_.front();
    client.send(client.pacer_.front(), false, now_);
    client.pacer_.pop_front();
  }
}

Seen LadderSim::seen(std::size_t index, Nanos from) const {
  Seen sum;
  for (const auto& [second, seen] : clients_[index]->seen) {
    if (second * 1s < from) continue;
    sum.sound += seen.sound;
    sum.soundLost += seen.soundLost;
    sum.frames += seen.frames;
    sum.packets += seen.packets;
    sum.packetsLost += seen.packetsLost;
    sum.longestSound = std::max(sum.longestSound, seen.longestSound);
  }
  return sum;
}

}  // namespace tessera::test
