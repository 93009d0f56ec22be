// SPDX-License-Identifier: Apache-2.0
#include "room/ingest.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr double kLeastAspect = 0.25, kMostAspect = 4;
constexpr int kSmallTilesFps = 15, kScreenFps = 15;
constexpr int kSmallTiles = 20;  // so many on a canvas are small
// About 0.07 bits per pixel at 640x360 and 30 frames/s, and more in smaller pictures, fewer in larger ones
// and with more of them in a second: those have more in common.
constexpr double kKbps = 500, kPixels = 640 * 360, kFps = 30, kPower = 0.75;
constexpr double kScreenKbps = 2;  // of a camera's: text is to be sharp
constexpr int kLeastKbps = 100, kLeastScreenKbps = 300;
constexpr double kSpare = 1.15;  // of the size: so much too large is not worth a change

struct Size {
  double width = 0, height = 0;
  double pixels() const { return width * height; }
  Size times(double factor) const { return {width * factor, height * factor}; }
};

// Of a picture of this aspect in a tile: covering it, or inside it.
Size fitted(int width, int height, double aspect, TileFit fit) {
  if (width <= 0 || height <= 0) return {};
  const double tile = static_cast<double>(width) / height;
  const double hidden = 1 - std::min(tile, aspect) / std::max(tile, aspect);
  const bool cropped = fit == TileFit::fill || (fit == TileFit::smart && hidden <= kMaxSmartCrop);
  const bool byWidth = (aspect < tile) == cropped;
  const Size size = byWidth ? Size{1.0 * width, width / aspect} : Size{height * aspect, 1.0 * height};
  return cropped ? size.times(IngestPlanner::kMargin) : size;
}

int even(double side) {
  return 2 * static_cast<int>(std::lround(side / 2));
}

int kbpsFor(const Size& size, int fps, bool screen) {
  const double camera = kKbps * std::pow(size.pixels() / kPixels * fps / kFps, kPower);
  const double kbps = screen ? std::max<double>(kScreenKbps * camera, kLeastScreenKbps)
                             : std::max<double>(camera, kLeastKbps);
  return 10 * static_cast<int>(std::lround(kbps / 10));
}

bool covers(const Ingest& has, const Ingest& wanted) {
  // The margin is there to be used up.
  return has.width * IngestPlanner::kMargin >= wanted.width &&
         has.height * IngestPlanner::kMargin >= wanted.height && has.fps >= wanted.fps;
}

bool muchMore(const Ingest& has, const Ingest& wanted) {
  return has.width > kSpare * wanted.width || has.height > kSpare * wanted.height || has.fps > wanted.fps;
}

}  // namespace

Ingest IngestPlanner::wanted(const Shown& shown) const {
  const double aspect = std::clamp(shown.aspect, kLeastAspect, kMostAspect);
  Size size = fitted(shown.width, shown.height, aspect, shown.fit);
  const Size soon = fitted(shown.soonWidth, shown.soonHeight, aspect, shown.fit);
  if (soon.pixels() > size.pixels()) size = soon;
  if (size.pixels() == 0) return {};
  const bool screen = shown.pc == "screen";
  const double canvas = static_cast<double>(canvas_.width) * canvas_.height;
  const bool small = size.pixels() * kSmallTiles < canvas;
  // Of a narrow picture that covers a wide tile most would be cut off: no more than the canvas has in all.
  const double most = canvas * kMargin * kMargin;
  if (size.pixels() > most) size = size.times(std::sqrt(most / size.pixels()));
  const double longer = std::max(size.width, size.height);
  if (longer < kLeastSide) size = size.times(kLeastSide / longer);
  const int fps = std::min(canvas_.fps, screen ? kScreenFps : small ? kSmallTilesFps : canvas_.fps);
  return {even(size.width), even(size.height), fps, kbpsFor(size, fps, screen)};
}

// True when `told` has changed.
bool IngestPlanner::settle(Told& told, const Ingest& wanted, Clock::time_point now) {
  if (!covers(told.ingest, wanted)) {
    told = {wanted, std::nullopt};
    return true;
  }
  if (!muchMore(told.ingest, wanted)) {
    told.lessSince.reset();
    return false;
  }
  if (!told.lessSince) told.lessSince = now;
  const auto until = *told.lessSince + kShrinkAfter;
  if (now >= until) {
    told = {wanted, std::nullopt};
    return true;
  }
  due_ = std::min(due_.value_or(until), until);
  return false;
}

std::vector<IngestPlanner::Change> IngestPlanner::update(const std::vector<Shown>& senders,
                                                         const CanvasSettings& canvas,
                                                         Clock::time_point now) {
  canvas_ = canvas;
  due_.reset();
  std::vector<Change> changes;
  std::map<std::pair<ParticipantId, std::string>, Told> next;
  for (const Shown& shown : senders) {
    const auto key = std::pair{shown.participant, shown.pc};
    const auto known = told_.find(key);
    const Ingest wants = wanted(shown);
    Told told = known == told_.end() ? Told{wants, std::nullopt} : known->second;
    const bool changed = known == told_.end() || settle(told, wants, now);
    if (changed) changes.push_back({shown.participant, shown.pc, told.ingest});
    next[key] = told;
  }
  told_ = std::move(next);
  return changes;
}

}  // namespace tessera
