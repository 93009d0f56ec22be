// SPDX-License-Identifier: Apache-2.0
#include "load/camera_file.h"

#include <cstring>
#include <fstream>

#include "load/clip_picture.h"

namespace tessera::load {

Status writeCameraFile(const std::string& file, const VideoClipSettings& settings) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << fmt::format("YUV4MPEG2 W{} H{} F{}:1 Ip A1:1 C420jpeg\n", settings.width, settings.height,
                     settings.fps);
  ClipPicture picture(settings.width, settings.height);
  std::vector<std::uint8_t> frame(picture.bytes());
  const int frames = settings.fps * static_cast<int>(kVideoClipLength.count());
  for (int i = 0; i < frames && out; ++i) {
    picture.draw(static_cast<double>(i) / settings.fps, frame);
    out << "FRAME\n";
    out.write(reinterpret_cast<const char*>(frame.data()), static_cast<std::streamsize>(frame.size()));
  }
  out.close();
  if (!out) return fail(ErrorCode::io, "writing {}: {}", file, std::strerror(errno));
  return {};
}

}  // namespace tessera::load
