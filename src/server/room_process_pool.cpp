// SPDX-License-Identifier: Apache-2.0
#include "server/room_process_pool.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace tessera::server {
namespace {
// Long enough that the first join of a room has the processor to itself.
constexpr std::chrono::milliseconds kReplenishDelay{500};
constexpr std::chrono::milliseconds kMaxRetryDelay{30'000};
}  // namespace

RoomProcessPool::RoomProcessPool(RoomProcess::Environment environment, bool warmSpare)
    : environment_(std::move(environment)), warmSpare_(warmSpare), retryDelay_(kReplenishDelay) {}

Status RoomProcessPool::warmUp() {
  return warmSpare_ ? makeSpare() : Status{};
}

Status RoomProcessPool::makeSpare() {
  auto process = RoomProcess::spawn(environment_, reaper_);
  if (!process) return tl::unexpected(process.error());
  spare_ = std::move(*process);
  spare_->watchSpare(
      [this] {
        spareReady_ = true;
        retryDelay_ = kReplenishDelay;
        log::info("spare room process ready", {{"pid", spare_->processId()}});
      },
      [this](const Error& why) { onSpareLost(why); });
  return {};
}

void RoomProcessPool::onSpareLost(const Error& why) {
  log::error("spare room process lost", {{"pid", sparePid()}, {"why", why.text}});
  spare_.reset();
  spareReady_ = false;
  retryDelay_ = std::min(2 * retryDelay_, kMaxRetryDelay);
  replenishLater();
}

void RoomProcessPool::replenishLater() {
  if (!warmSpare_) return;
  replenish_.once(retryDelay_, [this] {
    if (const auto made = makeSpare(); !made) onSpareLost(made.error());
  });
}

Result<std::unique_ptr<HostedRoom>> RoomProcessPool::start(const RoomSettings& settings,
                                                           MediaRoomEvents& events) {
  if (!spare_) {
    auto process = RoomProcess::spawn(environment_, reaper_);
    if (!process) return tl::unexpected(process.error());
    spare_ = std::move(*process);
  }
  spareReady_ = false;
  std::unique_ptr<RoomProcess> process = std::move(spare_);
  process->bind(settings, events);
  replenishLater();
  return process;
}

void RoomProcessPool::shutDown() {
  warmSpare_ = false;
  replenish_.stop();
  spareReady_ = false;
  if (spare_) spare_->close();
  spare_.reset();
}

}  // namespace tessera::server
