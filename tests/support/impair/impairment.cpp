// SPDX-License-Identifier: Apache-2.0
#include "support/impair/impairment.h"

#include <algorithm>
#include <utility>

namespace tessera::impair {
namespace {

using Nanos = Impairment::Nanos;
using std::chrono::duration_cast;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t kHeaderBytes = 28;    // IPv4 and UDP
constexpr std::size_t kMostFlying = 20000;  // packets; a long delay must not eat the memory

std::size_t sizeOf(const Impairment::Packet& packet) {
  return packet.data.size() + kHeaderBytes;
}

Nanos ofMs(double ms) {
  return duration_cast<Nanos>(Milliseconds(ms));
}

}  // namespace

double Dice::roll() {
  state_ += 0x9e3779b97f4a7c15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1.0p-53;
}

void Impairment::set(const LinkSettings& settings, Nanos now) {
  serve(now);
  settings_ = settings;
  // A packet that a slower limit holds needs no longer than by the new one.
  if (!queue_.empty()) served_ = std::min(served_, now + transmissionOf(queue_.front().packet));
  serve(now);
}

void Impairment::push(Packet packet, Nanos now) {
  serve(now);
  const std::size_t bytes = sizeOf(packet);
  ++counts_.packetsIn;
  counts_.bytesIn += bytes;
  if (settings_.outage) {
    ++counts_.outage;
    return;
  }
  if (loses()) {
    ++counts_.lost;
    return;
  }
  const bool twice = settings_.duplicatePercent > 0 && dice_.hits(settings_.duplicatePercent);
  counts_.duplicated += twice;
  for (int copies = twice ? 2 : 1; copies > 0; --copies) {
    if (!hasRoom(bytes)) {
      ++counts_.queueFull;
      return;
    }
    queuedBytes_ += bytes;
    queue_.push_back({copies > 1 ? packet : std::move(packet), now});
    if (queue_.size() == 1) startNext(now);
  }
  serve(now);
}

// Two states: in the bad one all is lost. It is left after burstPackets on average, and entered as often as
// gives the wanted share.
bool Impairment::loses() {
  if (settings_.lossPercent <= 0) return inBurst_ = false;
  if (settings_.burstPackets <= 1) return dice_.hits(settings_.lossPercent);
  const double share = std::min(settings_.lossPercent / 100, 0.99);
  const double leave = 1 / settings_.burstPackets;
  const double enter = leave * share / (1 - share);
  inBurst_ = inBurst_ ? dice_.roll() >= leave : dice_.roll() < enter;
  return inBurst_;
}

bool Impairment::hasRoom(std::size_t bytes) const {
  if (queue_.size() + flying_.size() >= kMostFlying) return false;
  if (settings_.kbps == 0 || queue_.empty()) return true;
  const int neither = settings_.queueMs == 0 && settings_.queueBytes == 0 ? kDefaultQueueMs : 0;
  const int ms = settings_.queueMs + neither;
  const auto total = queuedBytes_ + bytes;
  if (ms > 0 && total * 8 > static_cast<std::size_t>(ms) * static_cast<std::size_t>(settings_.kbps))
    return false;
  return settings_.queueBytes == 0 || total <= static_cast<std::size_t>(settings_.queueBytes);
}

Nanos Impairment::transmissionOf(const Packet& packet) const {
  if (settings_.kbps == 0) return Nanos(0);
  return Nanos(static_cast<std::int64_t>(sizeOf(packet)) * 8 * 1'000'000 / settings_.kbps);
}

void Impairment::startNext(Nanos from) {
  served_ = std::max(from, queue_.front().since) + transmissionOf(queue_.front().packet);
}

void Impairment::serve(Nanos now) {
  while (!queue_.empty() && served_ <= now) {
    Waiting first = std::move(queue_.front());
    queue_.pop_front();
    queuedBytes_ -= sizeOf(first.packet);
    counts_.queueMs = std::max(counts_.queueMs, Milliseconds(served_ - first.since).count());
    launch(std::move(first.packet), served_);
    if (!queue_.empty()) startNext(served_);
  }
}

void Impairment::launch(Packet packet, Nanos at) {
  Nanos release = at + delayOf();
  if (settings_.reorderPercent > 0 && dice_.hits(settings_.reorderPercent)) {
    release += ofMs(settings_.reorderMs);
    ++counts_.reordered;
  } else if (!settings_.jitterReorders) {
    release = lastRelease_ = std::max(release, lastRelease_);
  }
  flying_.push_back({std::move(packet), release, launched_++});
  std::push_heap(flying_.begin(), flying_.end(), later);
}

Nanos Impairment::delayOf() {
  const double off = settings_.jitterMs > 0 ? (2 * dice_.roll() - 1) * settings_.jitterMs : 0;
  return ofMs(std::max(0.0, settings_.delayMs + off));
}

std::optional<Impairment::Packet> Impairment::pop(Nanos now) {
  serve(now);
  while (!flying_.empty() && flying_.front().release <= now) {
    std::pop_heap(flying_.begin(), flying_.end(), later);
    Packet packet = std::move(flying_.back().packet);
    flying_.pop_back();
    if (settings_.outage) {
      ++counts_.outage;
      continue;
    }
    ++counts_.packetsOut;
    counts_.bytesOut += sizeOf(packet);
    return packet;
  }
  return std::nullopt;
}

std::optional<Nanos> Impairment::due() const {
  std::optional<Nanos> next;
  if (!flying_.empty()) next = flying_.front().release;
  if (!queue_.empty()) next = next ? std::min(*next, served_) : served_;
  return next;
}

LinkCounts Impairment::takeCounts() {
  return std::exchange(counts_, {});
}

}  // namespace tessera::impair
