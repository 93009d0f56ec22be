// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/drawings.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace tessera {

template <class Key, class Value>
template <class Draw>
const Value& Drawings::Cache<Key, Value>::get(const Key& key, Draw drawNew) {
  const auto again = used.find(key);
  if (again != used.end()) return again->second;
  if (auto kept = last.extract(key)) return used.insert(std::move(kept)).position->second;
  return used.emplace(key, drawNew()).first->second;
}

void Drawings::setCanvas(const CanvasSettings& canvas) {
  if (canvas.width == canvas_.width && canvas.height == canvas_.height) return;
  canvas_ = canvas;
  radius_ = look_.cornerRadius * canvas.width / std::max(1, roomCanvas_.width);
  corners_ = {};  // they are cut out of the background
  recordingMark_ = nullptr;
  drawBackground(canvas);
  drawLogo(canvas);
}

void Drawings::drawBackground(const CanvasSettings& canvas) {
  Look look = look_;
  if (backgroundFails_) look.backgroundImage.clear();
  auto drawn = draw::renderBackground(look, canvas.width, canvas.height);
  if (!drawn && !std::exchange(backgroundFails_, true)) {
    log::error("no background image", {{"error", drawn.error().text}});
    return drawBackground(canvas);
  }
  background_ = drawn ? *drawn : nullptr;
}

void Drawings::drawLogo(const CanvasSettings& canvas) {
  logo_.clear();
  if (logoFails_) return;
  auto drawn = draw::renderLogo(look_, canvas.height);
  if (drawn) {
    logo_ = std::move(*drawn);
  } else {
    logoFails_ = true;
    log::error("no logo", {{"error", drawn.error().text}});
  }
}

Drawings::Label Drawings::label(const std::string& name, int width, int height,
                                const draw::LabelStyle& style) {
  const std::string& shown = look_.names ? name : std::string();
  return labels_.get({shown, {width, height}, style.muted, style.handRaised, style.poorConnection},
                     [&] { return draw::renderLabel(shown, width, height, style, look_.highContrast); });
}

mix::FrameRef Drawings::avatar(const std::string& name, const std::string& colourKey, int width, int height) {
  return avatars_.get({name, colourKey, {width, height}},
                      [&] { return draw::renderAvatar(name, colourKey, width, height, look_.highContrast); });
}

mix::FrameRef Drawings::more(int count, int width, int height) {
  return more_.get({count, {width, height}},
                   [&] { return draw::renderMore(count, width, height, look_.highContrast); });
}

const Drawings::Overlays& Drawings::border(int width, int height, bool rounded) {
  const int radius = rounded ? radius_ : 0;
  return borders_.get({{width, height}, radius},
                      [&] { return draw::renderBorder(width, height, radius, look_.highContrast); });
}

const Drawings::Overlays& Drawings::corners(const mix::Rect& rect) {
  return corners_.get({rect.x, rect.y, rect.width, rect.height},
                      [&] { return draw::renderCorners(rect, radius_, background_); });
}

const Drawings::Label& Drawings::recordingMark() {
  if (look_.recordingMark && !recordingMark_)
    recordingMark_ = draw::renderRecordingMark(canvas_.height, look_.highContrast);
  return recordingMark_;
}

void Drawings::letGoOfUnused() {
  labels_.turn();
  avatars_.turn();
  more_.turn();
  borders_.turn();
  corners_.turn();
}

}  // namespace tessera
